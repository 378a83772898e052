/** Choosing between the elements of tensors: extremes, limits and conditions. */

import { dispatch, dispatchInto, type Op } from "../dispatch.ts";
import { isFloating } from "../dtype.ts";
import { relu } from "../ops/activation.ts";
import * as a from "../ops/arithmetic.ts";
import { checkOptions } from "../options.ts";
import type { Tensor } from "../tensor.ts";
import { TensorArithmetic } from "./arithmetic.ts";

/** Options of {@linkcode Tensor.clamp}. */
export interface ClampOptions {
  /** Lower bound. */
  min?: Tensor | number;
  /** Upper bound. */
  max?: Tensor | number;
}

const clampNames = ["min", "max"];

/** The op that limits `t`, and its inputs. */
function clampOf(
  t: Tensor,
  options: ClampOptions,
): [Op, (Tensor | number)[]] {
  checkOptions("clamp", options, clampNames);
  const { min, max } = options;
  if (min === undefined && max === undefined) {
    throw new TypeError("Cannot clamp: expected min or max, got neither");
  }
  // An infinite bound would turn integers into floating numbers.
  if (!isFloating(t.dtype)) {
    if (max === undefined) return [a.maximum, [t, min!]];
    if (min === undefined) return [a.minimum, [t, max]];
  }
  return [a.clamp, [t, min ?? -Infinity, max ?? Infinity]];
}

/** Methods that take each element from one of several tensors or numbers; shapes broadcast. */
export abstract class TensorChoice extends TensorArithmetic {
  /** The larger of two elements, NaN if either is; derivative 1/2 each on ties. */
  maximum(this: Tensor, other: Tensor | number): Tensor {
    return dispatch(a.maximum, [this, other]);
  }
  /** {@linkcode maximum} in place. */
  maximum_(this: Tensor, other: Tensor | number): Tensor {
    return dispatchInto(a.maximum, this, [this, other]);
  }
  /** The smaller of two elements, NaN if either is; derivative 1/2 each on ties. */
  minimum(this: Tensor, other: Tensor | number): Tensor {
    return dispatch(a.minimum, [this, other]);
  }
  /** {@linkcode minimum} in place. */
  minimum_(this: Tensor, other: Tensor | number): Tensor {
    return dispatchInto(a.minimum, this, [this, other]);
  }
  /**
   * Limits elements to [min, max]; where `min` is above `max` the result is
   * `max`. NaN stays. Derivative 1 inside and at the bounds, 0 outside.
   *
   * @throws {TypeError} if neither bound is given.
   *
   * @example
   * ```ts
   * import { tensor } from "@gradus/tensor";
   * import { assertEquals } from "@std/assert";
   *
   * const x = tensor([-2, 0, 7]);
   * assertEquals(x.clamp({ min: -1, max: 5 }).arraySync(), [-1, 0, 5]);
   * ```
   */
  clamp(this: Tensor, options: ClampOptions): Tensor {
    return dispatch(...clampOf(this, options));
  }
  /** {@linkcode clamp} in place. */
  clamp_(this: Tensor, options: ClampOptions): Tensor {
    const [op, inputs] = clampOf(this, options);
    return dispatchInto(op, this, inputs);
  }
  /** `max(x, 0)`; derivative 0 at 0. */
  relu(this: Tensor): Tensor {
    return dispatch(relu, [this]);
  }
  /** {@linkcode relu} in place. */
  relu_(this: Tensor): Tensor {
    return dispatchInto(relu, this, [this]);
  }
  /**
   * With conditions as this: elements of `x` where true, of `y` where false.
   *
   * @example
   * ```ts
   * import { tensor } from "@gradus/tensor";
   * import { assertEquals } from "@std/assert";
   *
   * const x = tensor([-1.5, 2]);
   * assertEquals(x.gt(0).where(x, 0).arraySync(), [0, 2]);
   * ```
   */
  where(this: Tensor, x: Tensor | number, y: Tensor | number): Tensor {
    return dispatch(a.where, [this, x, y]);
  }
}
