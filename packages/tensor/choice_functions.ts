/** The methods of `Tensor` that choose, limit, test and multiply, as functions. */

import type { Tensor } from "./tensor.ts";
import type { ClampOptions } from "./tensor/choice.ts";
import type { Dims, ReduceOptions, ValuesAndIndices } from "./tensor/reduce.ts";

/**
 * The largest element of all, NaN if there is one.
 *
 * @throws {RangeError} if there are no elements.
 *
 * @example
 * ```ts
 * import { max, tensor } from "@gradus/tensor";
 * import { assertEquals } from "@std/assert";
 *
 * const x = tensor([[1, 7], [9, 4]]);
 * assertEquals(max(x).itemSync(), 9);
 * assertEquals(max(x, 1).indices.arraySync(), [1, 0]);
 * ```
 */
export function max(x: Tensor): Tensor;
/** The largest elements along `dim` and where they are. */
export function max(
  x: Tensor,
  dim: number,
  options?: ReduceOptions,
): ValuesAndIndices;
/** The larger elements of two tensors. */
export function max(x: Tensor, other: Tensor): Tensor;
export function max(
  x: Tensor,
  ...args: [(number | Tensor)?, ReduceOptions?]
): Tensor | ValuesAndIndices {
  return x.max(...args as [number, ReduceOptions?]);
}
/**
 * The smallest element of all, NaN if there is one.
 *
 * @throws {RangeError} if there are no elements.
 */
export function min(x: Tensor): Tensor;
/** The smallest elements along `dim` and where they are. */
export function min(
  x: Tensor,
  dim: number,
  options?: ReduceOptions,
): ValuesAndIndices;
/** The smaller elements of two tensors. */
export function min(x: Tensor, other: Tensor): Tensor;
export function min(
  x: Tensor,
  ...args: [(number | Tensor)?, ReduceOptions?]
): Tensor | ValuesAndIndices {
  return x.min(...args as [number, ReduceOptions?]);
}
/** Where the largest element is along `dim`, or in the flattened tensor. */
export function argmax(
  x: Tensor,
  dim?: number,
  options?: ReduceOptions,
): Tensor {
  return x.argmax(dim, options);
}
/** Where the smallest element is along `dim`, or in the flattened tensor. */
export function argmin(
  x: Tensor,
  dim?: number,
  options?: ReduceOptions,
): Tensor {
  return x.argmin(dim, options);
}
/** The largest elements over `dim`, or of all; see {@linkcode Tensor.amax}. */
export function amax(x: Tensor, dim?: Dims, options?: ReduceOptions): Tensor {
  return x.amax(dim, options);
}
/** The smallest elements over `dim`, or of all; see {@linkcode Tensor.amin}. */
export function amin(x: Tensor, dim?: Dims, options?: ReduceOptions): Tensor {
  return x.amin(dim, options);
}
/** Whether all elements are non-zero, over `dim` or of all. */
export function all(x: Tensor, dim?: Dims, options?: ReduceOptions): Tensor {
  return x.all(dim, options);
}
/** Whether any element is non-zero, over `dim` or of all. */
export function any(x: Tensor, dim?: Dims, options?: ReduceOptions): Tensor {
  return x.any(dim, options);
}
/** The p-norm, with p = 2 if left out; see {@linkcode Tensor.norm}. */
export function norm(
  x: Tensor,
  p = 2,
  dim?: Dims,
  options?: ReduceOptions,
): Tensor {
  return x.norm(p, dim, options);
}
/** Limits elements to [min, max]; see {@linkcode Tensor.clamp}. */
export function clamp(x: Tensor, options: ClampOptions): Tensor {
  return x.clamp(options);
}
/** The inner product of two vectors of one size. */
export function dot(a: Tensor, b: Tensor): Tensor {
  return a.dot(b);
}
/** The matrix product of [n, k] and [k, m]. */
export function mm(a: Tensor, b: Tensor): Tensor {
  return a.mm(b);
}
/** The matrix products of two batches, [b, n, k] and [b, k, m]. */
export function bmm(a: Tensor, b: Tensor): Tensor {
  return a.bmm(b);
}
/** Whether elements are zero. */
export function logicalNot(x: Tensor): Tensor {
  return x.logicalNot();
}
/** Whether elements are NaN. */
export function isnan(x: Tensor): Tensor {
  return x.isnan();
}
/** Whether elements are neither infinite nor NaN. */
export function isfinite(x: Tensor): Tensor {
  return x.isfinite();
}
