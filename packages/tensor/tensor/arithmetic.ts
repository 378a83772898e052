/** Arithmetic between tensors. */

import { checkValue, noOptions } from "../check.ts";
import { dispatch, dispatchInto } from "../dispatch.ts";
import { isFloating, resultType } from "../dtype.ts";
import * as a from "../ops/arithmetic.ts";
import * as m from "../ops/mathematics.ts";
import { asOperand } from "../ops/pointwise.ts";
import { checkOptions } from "../options.ts";
import type { Tensor } from "../tensor.ts";
import { TensorMathematics } from "./mathematics.ts";

/** Options of {@linkcode Tensor.add} and {@linkcode Tensor.sub}. */
export interface AlphaOptions {
  /** Factor of the other operand; 1 if left out. */
  alpha?: Tensor | number;
}
/** Options of {@linkcode Tensor.div}. */
export interface DivOptions {
  /** Rounds the quotient: down, or towards zero. */
  roundingMode?: "floor" | "trunc";
}
/** Options of {@linkcode Tensor.addcmul} and {@linkcode Tensor.addcdiv}. */
export interface ValueOptions {
  /** Factor of the product or quotient; 1 if left out. */
  value?: Tensor | number;
}
/** `alpha * other`, computed in the type of the result. */
function scaled(
  t: Tensor,
  other: Tensor | number,
  options: AlphaOptions,
): Tensor | number {
  if (options === noOptions) return other;
  checkOptions("scale", options, ["alpha"]);
  const { alpha = 1 } = options;
  if (alpha === 1) return other;
  checkValue("scale by alpha", alpha);
  checkValue("scale", other);
  if (typeof other === "number") {
    return typeof alpha === "number" ? other * alpha : alpha.mul(other);
  }
  if (other.dtype === t.dtype) return other.mul(alpha);
  const dtype = resultType([asOperand(t), asOperand(other)]);
  return (isFloating(dtype) ? other.to(dtype) : other).mul(alpha);
}

function factorOf(options: ValueOptions): Tensor | number {
  if (options === noOptions) return 1;
  checkOptions("multiply and add", options, ["value"]);
  const { value = 1 } = options;
  checkValue("multiply and add with a value", value);
  return value;
}

function quotient(options: DivOptions): typeof a.div {
  if (options !== noOptions) checkOptions("divide", options, ["roundingMode"]);
  switch (options.roundingMode) {
    case undefined:
      return a.div;
    case "floor":
      return a.floorDiv;
    case "trunc":
      return a.truncDiv;
    default:
      throw new TypeError(
        `Cannot divide: expected roundingMode "floor" or "trunc", got "${options.roundingMode}"`,
      );
  }
}

/**
 * Methods that combine tensors, or tensors and numbers, element by element.
 * Shapes broadcast: aligned at the right, sizes must be equal or 1. The result
 * has the higher type of bool < uint8 < int32 < int64 < float32 < float64,
 * where a number or a 0-d tensor counts only by its kind: `x.mul(2)` keeps any
 * type, `x.mul(0.5)` any floating one.
 *
 * @throws {TypeError} if shapes do not broadcast, tensors are on different
 * devices, or the result of an in-place form does not fit the tensor.
 */
export abstract class TensorArithmetic extends TensorMathematics {
  /**
   * `this + alpha * other`. Derivatives: 1 and `alpha`.
   *
   * @example
   * ```ts
   * import { tensor } from "@gradus/tensor";
   * import { assertEquals } from "@std/assert";
   *
   * const x = tensor([[1, 2], [3, 4]]);
   * assertEquals(x.add(tensor([10, 20])).arraySync(), [[11, 22], [13, 24]]);
   * assertEquals(x.add(x, { alpha: 2 }).arraySync(), [[3, 6], [9, 12]]);
   * ```
   */
  add(
    this: Tensor,
    other: Tensor | number,
    options: AlphaOptions = noOptions,
  ): Tensor {
    return dispatch(a.add, [this, scaled(this, other, options)]);
  }
  /** {@linkcode add} in place. */
  add_(
    this: Tensor,
    other: Tensor | number,
    options: AlphaOptions = noOptions,
  ): Tensor {
    return dispatchInto(a.add, this, [this, scaled(this, other, options)]);
  }
  /**
   * `this - alpha * other`. Derivatives: 1 and `-alpha`.
   *
   * @throws {TypeError} if both are bool.
   */
  sub(
    this: Tensor,
    other: Tensor | number,
    options: AlphaOptions = noOptions,
  ): Tensor {
    return dispatch(a.sub, [this, scaled(this, other, options)]);
  }
  /** {@linkcode sub} in place. */
  sub_(
    this: Tensor,
    other: Tensor | number,
    options: AlphaOptions = noOptions,
  ): Tensor {
    return dispatchInto(a.sub, this, [this, scaled(this, other, options)]);
  }
  /** `other - this`. */
  rsub(this: Tensor, other: Tensor | number): Tensor {
    return dispatch(a.sub, [other, this]);
  }
  /**
   * `this * other`. Derivatives: `other` and this.
   *
   * @example
   * ```ts
   * import { tensor } from "@gradus/tensor";
   * import { assertEquals } from "@std/assert";
   *
   * const x = tensor([1, 2, 3]);
   * assertEquals(x.mul(x).arraySync(), [1, 4, 9]);
   * assertEquals(x.mul(0.5).dtype, "float32");
   * ```
   */
  mul(this: Tensor, other: Tensor | number): Tensor {
    return dispatch(a.mul, [this, other]);
  }
  /** {@linkcode mul} in place. */
  mul_(this: Tensor, other: Tensor | number): Tensor {
    return dispatchInto(a.mul, this, [this, other]);
  }
  /**
   * `this / other`. Integers give the default floating type unless the quotient
   * is rounded. Derivatives: `1 / other` and `-this / other^2`, 0 if rounded.
   *
   * @throws {RangeError} if integers are divided by 0 with rounding.
   *
   * @example
   * ```ts
   * import { tensor } from "@gradus/tensor";
   * import { assertEquals } from "@std/assert";
   *
   * const x = tensor([-3, 3]);
   * assertEquals(x.div(2).arraySync(), [-1.5, 1.5]);
   * assertEquals(x.div(2, { roundingMode: "floor" }).arraySync(), [-2, 1]);
   * assertEquals(x.div(2, { roundingMode: "trunc" }).arraySync(), [-1, 1]);
   * ```
   */
  div(
    this: Tensor,
    other: Tensor | number,
    options: DivOptions = noOptions,
  ): Tensor {
    return dispatch(quotient(options), [this, other]);
  }
  /** {@linkcode div} in place. */
  div_(
    this: Tensor,
    other: Tensor | number,
    options: DivOptions = noOptions,
  ): Tensor {
    return dispatchInto(quotient(options), this, [this, other]);
  }
  /**
   * The quotient rounded down, as Python's `//`; derivative 0.
   *
   * @throws {RangeError} if integers are divided by 0.
   */
  floorDivide(this: Tensor, other: Tensor | number): Tensor {
    return dispatch(a.floorDiv, [this, other]);
  }
  /**
   * `this ^ exponent`. Derivatives: `exponent * this^(exponent - 1)`, 0 for
   * exponent 0, and `this^exponent * log(this)`, 0 where this is 0 and the
   * exponent is not negative.
   *
   * @throws {RangeError} if integers are raised to a power that is negative or above 63.
   *
   * @example
   * ```ts
   * import { tensor } from "@gradus/tensor";
   * import { assertEquals } from "@std/assert";
   *
   * assertEquals(tensor([1, 2, 3]).pow(3).arraySync(), [1, 8, 27]);
   * ```
   */
  pow(this: Tensor, exponent: Tensor | number): Tensor {
    return dispatch(a.pow, [this, exponent]);
  }
  /** {@linkcode pow} in place. */
  pow_(this: Tensor, exponent: Tensor | number): Tensor {
    return dispatchInto(a.pow, this, [this, exponent]);
  }
  /**
   * The remainder with the sign of `other`, as Python's `%`.
   *
   * @throws {RangeError} if integers are divided by 0.
   */
  remainder(this: Tensor, other: Tensor | number): Tensor {
    return dispatch(a.remainder, [this, other]);
  }
  /** {@linkcode remainder} in place. */
  remainder_(this: Tensor, other: Tensor | number): Tensor {
    return dispatchInto(a.remainder, this, [this, other]);
  }
  /**
   * The remainder with the sign of this tensor, as C's `fmod`.
   *
   * @throws {RangeError} if integers are divided by 0.
   */
  fmod(this: Tensor, other: Tensor | number): Tensor {
    return dispatch(a.fmod, [this, other]);
  }
  /** {@linkcode fmod} in place. */
  fmod_(this: Tensor, other: Tensor | number): Tensor {
    return dispatchInto(a.fmod, this, [this, other]);
  }
  /** The angle of the point (other, this), in radians. */
  atan2(this: Tensor, other: Tensor | number): Tensor {
    return dispatch(m.atan2, [this, other]);
  }
  /** `sqrt(x^2 + y^2)`. */
  hypot(this: Tensor, other: Tensor | number): Tensor {
    return dispatch(m.hypot, [this, other]);
  }
  /** This magnitude with the sign of `other`. */
  copysign(this: Tensor, other: Tensor | number): Tensor {
    return dispatch(m.copysign, [this, other]);
  }
  /** `x log(other)`, 0 where x is 0. */
  xlogy(this: Tensor, other: Tensor | number): Tensor {
    return dispatch(m.xlogy, [this, other]);
  }
  /** `log(exp(x) + exp(other))` without overflow. */
  logaddexp(this: Tensor, other: Tensor | number): Tensor {
    return dispatch(m.logaddexp, [this, other]);
  }
  /** `this + weight * (end - this)`, exactly `end` for weight 1. */
  lerp(this: Tensor, end: Tensor | number, weight: Tensor | number): Tensor {
    return dispatch(a.lerp, [this, end, weight]);
  }
  /** {@linkcode lerp} in place. */
  lerp_(this: Tensor, end: Tensor | number, weight: Tensor | number): Tensor {
    return dispatchInto(a.lerp, this, [this, end, weight]);
  }
  /** `this + value * b * c`. */
  addcmul(
    this: Tensor,
    b: Tensor,
    c: Tensor,
    options: ValueOptions = noOptions,
  ): Tensor {
    return dispatch(a.addcmul, [this, b, c, factorOf(options)]);
  }
  /** {@linkcode addcmul} in place. */
  addcmul_(
    this: Tensor,
    b: Tensor,
    c: Tensor,
    options: ValueOptions = noOptions,
  ): Tensor {
    return dispatchInto(a.addcmul, this, [this, b, c, factorOf(options)]);
  }
  /** `this + value * b / c`. */
  addcdiv(
    this: Tensor,
    b: Tensor,
    c: Tensor,
    options: ValueOptions = noOptions,
  ): Tensor {
    return dispatch(a.addcdiv, [this, b, c, factorOf(options)]);
  }
  /** {@linkcode addcdiv} in place. */
  addcdiv_(
    this: Tensor,
    b: Tensor,
    c: Tensor,
    options: ValueOptions = noOptions,
  ): Tensor {
    return dispatchInto(a.addcdiv, this, [this, b, c, factorOf(options)]);
  }
}
