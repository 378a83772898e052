/** Comparing whole tensors, counting, and products made of other operations. */

import { refuseInCapture } from "../capture.ts";
import { checkOptions } from "../options.ts";
import type { Tensor } from "../tensor.ts";
import {
  broadcastShapes,
  normalizeDim,
  sameShape,
  showShape,
} from "../shape.ts";
import { getDefaultDtype, isFloating, unequalTypes } from "../dtype.ts";
import { TensorOrdering } from "./ordering.ts";
import type { Dims } from "./reduce.ts";

/** How far apart numbers count as close. */
export interface CloseOptions {
  /** Part of the magnitude of the other number; 1e-5 if left out. */
  rtol?: number;
  /** Distance that is allowed in any case; 1e-8 if left out. */
  atol?: number;
  /** Takes NaN as close to NaN. */
  equalNan?: boolean;
}

/** Factors of `beta * this + alpha * (a @ b)`, 1 if left out. */
export interface ProductOptions {
  /** Factor of what is added; at 0 not even its NaN counts. */
  beta?: number;
  /** Factor of the product. */
  alpha?: number;
}

/** What takes the place of numbers that are not finite. */
export interface NanToNumOptions {
  /** Replaces NaN; 0 if left out. */
  nan?: number;
  /** Replaces infinity; the largest number of the type if left out. */
  posinf?: number;
  /** Replaces minus infinity; the lowest number of the type if left out. */
  neginf?: number;
}

const closeNames = ["rtol", "atol", "equalNan"];
const productNames = ["beta", "alpha"];
const nanToNumNames = ["nan", "posinf", "neginf"];

function checkTypes(action: string, a: Tensor, b: Tensor): void {
  if (a.dtype === b.dtype) return;
  throw new TypeError(
    `Cannot ${action} as ${unequalTypes(a.dtype, b.dtype)}`,
  );
}

/** `beta * input + alpha * product` */
function added(
  input: Tensor,
  product: Tensor,
  options: ProductOptions,
): Tensor {
  const action = "add a product";
  checkOptions(action, options, productNames);
  const { beta = 1, alpha = 1 } = options;
  checkTypes(action, input, product);
  const shape = broadcastShapes(action, [input.shape, product.shape]);
  if (!sameShape(shape, product.shape)) {
    throw new TypeError(
      `Cannot ${action}: expected a shape that broadcasts to ${
        showShape(product.shape)
      }, got ${showShape(input.shape)}`,
    );
  }
  const scaled = alpha === 1 ? product : product.mul(alpha);
  if (beta === 0) return scaled;
  return scaled.add(beta === 1 ? input : input.mul(beta));
}

/** The numbers of `t` in a type that has fractions. */
function real(t: Tensor): Tensor {
  return isFloating(t.dtype) ? t : t.to(getDefaultDtype());
}

/** Methods that compare tensors or combine other operations. */
export abstract class TensorComparison extends TensorOrdering {
  /**
   * Where `|this - other| <= atol + rtol * |other|`, as bools; infinities are
   * close only to themselves.
   *
   * @throws {TypeError} if the dtypes differ.
   * @throws {RangeError} if a tolerance is negative.
   */
  isclose(this: Tensor, other: Tensor, options: CloseOptions = {}): Tensor {
    checkOptions("compare tensors", options, closeNames);
    const { rtol = 1e-5, atol = 1e-8, equalNan = false } = options;
    checkTypes("compare tensors", this, other);
    if (!(rtol >= 0 && atol >= 0)) {
      throw new RangeError(
        `Cannot compare tensors: expected tolerances of at least 0, got ${rtol} and ${atol}`,
      );
    }
    const a = this.detach(), b = other.detach();
    let close = a.eq(b);
    if (equalNan) close = close.logicalOr(a.isnan().logicalAnd(b.isnan()));
    if (rtol === 0 && atol === 0) return close;
    const target = real(b), distance = real(a).sub(target).abs();
    const near = distance.le(target.mul(rtol).abs().add(atol));
    return close.logicalOr(distance.isfinite().logicalAnd(near));
  }
  /**
   * Whether all elements are close; see {@linkcode isclose}.
   *
   * @example
   * ```ts
   * import { tensor } from "@gradus/tensor";
   * import { assert } from "@std/assert";
   *
   * const x = tensor([0.1, 0.2]);
   * assert(await x.add(x).allclose(tensor([0.2, 0.4])));
   * ```
   */
  async allclose(
    this: Tensor,
    other: Tensor,
    options: CloseOptions = {},
  ): Promise<boolean> {
    refuseInCapture("tell whether tensors are close");
    return await this.isclose(other, options).all().item() === 1;
  }
  /** {@linkcode allclose} at once; only on the CPU. */
  allcloseSync(
    this: Tensor,
    other: Tensor,
    options: CloseOptions = {},
  ): boolean {
    refuseInCapture("tell whether tensors are close");
    return this.isclose(other, options).all().itemSync() === 1;
  }
  /** Whether the shapes and all elements are equal; other dtypes are no difference. */
  async equal(this: Tensor, other: Tensor): Promise<boolean> {
    refuseInCapture("tell whether tensors are equal");
    return sameShape(this.shape, other.shape) &&
      await this.eq(other).all().item() === 1;
  }
  /** {@linkcode equal} at once; only on the CPU. */
  equalSync(this: Tensor, other: Tensor): boolean {
    refuseInCapture("tell whether tensors are equal");
    return sameShape(this.shape, other.shape) &&
      this.eq(other).all().itemSync() === 1;
  }
  /** The number of elements that are not 0, of all or along dims, int64. */
  countNonzero(this: Tensor, dim?: Dims): Tensor {
    return this.ne(0).sum(dim);
  }
  /** Finite numbers in place of NaN and infinities; there the derivative is 0. */
  nanToNum(this: Tensor, options: NanToNumOptions = {}): Tensor {
    checkOptions("replace numbers", options, nanToNumNames);
    if (!isFloating(this.dtype)) return this.clone();
    const most = this.dtype === "float32"
      ? (2 - 2 ** -23) * 2 ** 127
      : Number.MAX_VALUE;
    const { nan = 0, posinf = most, neginf = -most } = options;
    const finite = this.isnan().where(nan, this);
    const bounded = this.eq(Infinity).where(posinf, finite);
    return this.eq(-Infinity).where(neginf, bounded);
  }

  /**
   * The sum of the main diagonal of a matrix.
   *
   * @throws {TypeError} if this is not a matrix of numbers.
   */
  trace(this: Tensor): Tensor {
    if (this.ndim !== 2 || this.dtype === "bool") {
      throw new TypeError(
        `Cannot compute the trace: expected a matrix of numbers, got ${this.dtype} of shape ${
          showShape(this.shape)
        }`,
      );
    }
    return this.diagonal().sum();
  }
  /**
   * The cross products of vectors of 3 elements along `dim`, the last if left
   * out; the other dims broadcast.
   *
   * @throws {TypeError} if a tensor has other dims or another size there.
   *
   * @example
   * ```ts
   * import { tensor } from "@gradus/tensor";
   * import { assertEquals } from "@std/assert";
   *
   * const x = tensor([1, 0, 0]), y = tensor([0, 1, 0]);
   * assertEquals(x.cross(y).arraySync(), [0, 0, 1]);
   * ```
   */
  cross(this: Tensor, other: Tensor, dim = -1): Tensor {
    const action = "compute cross products";
    const d = normalizeDim(dim, this.ndim, action);
    const fits = this.ndim === other.ndim && this.shape[d] === 3 &&
      other.shape[d] === 3;
    if (!fits) {
      throw new TypeError(
        `Cannot ${action}: expected as many dims and size 3 in dim ${d}, got ${
          showShape(this.shape)
        } and ${showShape(other.shape)}`,
      );
    }
    const left = this.roll(-1, d).mul(other.roll(-2, d));
    return left.sub(this.roll(-2, d).mul(other.roll(-1, d)));
  }
  /** `beta * this + alpha * (a @ b)` for batches of matrices; this broadcasts. */
  baddbmm(
    this: Tensor,
    a: Tensor,
    b: Tensor,
    options: ProductOptions = {},
  ): Tensor {
    return added(this, a.bmm(b), options);
  }
  /** `beta * this + alpha * (matrix @ vector)`; this broadcasts. */
  addmv(
    this: Tensor,
    matrix: Tensor,
    vector: Tensor,
    options: ProductOptions = {},
  ): Tensor {
    return added(this, matrix.mv(vector), options);
  }
}
