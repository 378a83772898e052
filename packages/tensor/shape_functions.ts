/** The methods of `Tensor` that give other shapes and parts, as functions. */

import type { Tensor } from "./tensor.ts";

/** Other sizes, one of which may be -1: a view if possible, else a copy. */
export function reshape(x: Tensor, shape: readonly number[]): Tensor {
  return x.reshape(shape);
}
/** Joins dims `start` to `end` into one; a view if possible. */
export function flatten(x: Tensor, start = 0, end = -1): Tensor {
  return x.flatten(start, end);
}
/** Without dims of size 1: all of them, or those of `dim` that are; a view. */
export function squeeze(x: Tensor, dim?: number | readonly number[]): Tensor {
  return x.squeeze(dim);
}
/** A new dim of size 1 before `dim`; a view. */
export function unsqueeze(x: Tensor, dim: number): Tensor {
  return x.unsqueeze(dim);
}
/** The dims in another order; a view. */
export function permute(x: Tensor, dims: readonly number[]): Tensor {
  return x.permute(dims);
}
/** Two dims swapped; a view. */
export function transpose(x: Tensor, dim0: number, dim1: number): Tensor {
  return x.transpose(dim0, dim1);
}
/** Pieces of `size` places along `dim`, or of the given sizes; views. */
export function split(
  x: Tensor,
  size: number | readonly number[],
  dim = 0,
): Tensor[] {
  return x.split(size, dim);
}
/** At most `count` pieces along `dim` of equal size but for the last; views. */
export function chunk(x: Tensor, count: number, dim = 0): Tensor[] {
  return x.chunk(count, dim);
}
/** The elements at the places of `index` along `dim`; see {@linkcode Tensor.gather}. */
export function gather(x: Tensor, dim: number, index: Tensor): Tensor {
  return x.gather(dim, index);
}
