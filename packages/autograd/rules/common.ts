/** What several tables of rules need. */

import { type Tensor, zeros } from "@gradus/tensor";
import type { Saved } from "../rule.ts";

/** Input `i` where it is a number in any case. */
export function number(s: Saved, i: number): number {
  return s.value(i) as number;
}

/** Zeros of `shape` to put parts of the gradient `g` into. */
export function zerosFor(g: Tensor, shape: readonly number[]): Tensor {
  return zeros(shape, { dtype: g.dtype, device: g.device });
}
