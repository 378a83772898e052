/** What several test functions have in common. */

import { type Tensor, where } from "@gradus/tensor";
import type { Minimum } from "../trace.ts";

/** The sum of `term` over tensors, or of the tensors themselves. */
export function sumOf(
  x: readonly Tensor[],
  term: (xi: Tensor, i: number) => Tensor = (xi) => xi,
): Tensor {
  return x.map(term).reduce((sum, next) => sum.add(next));
}

/** The square root, with 0 in place of an infinite derivative at 0. */
export function rootOf(square: Tensor): Tensor {
  const isZero = square.eq(0);
  // The root of what takes the place of 0 has a finite derivative, which is cut off.
  return where(isZero, 0, where(isZero, 1, square).sqrt());
}

/**
 * Throws unless `dimensions` is a number of coordinates.
 *
 * @throws {RangeError} if it is no whole number of at least `least`.
 */
export function checkDimensions(dimensions: number, least = 1): void {
  if (Number.isInteger(dimensions) && dimensions >= least) return;
  throw new RangeError(
    `Cannot tell the minima: expected a whole number of dimensions of at least ${least}, got ${dimensions}`,
  );
}

/**
 * The only minimum of a function that has it where all coordinates are
 * `coordinate`, and to whose value there each adds `share`.
 */
export function minimaAt(
  coordinate: number,
  share: number,
  least = 1,
): (dimensions: number) => Minimum[] {
  return (dimensions) => {
    checkDimensions(dimensions, least);
    const at = new Array<number>(dimensions).fill(coordinate);
    return [{ at, value: share * dimensions }];
  };
}
