/** A walk of an optimizer, for tests that compare two of them. */

import type { Optimizer } from "@gradus/optim";
import { type Tensor, tensor } from "@gradus/tensor";
import { assertNear } from "./_testing.ts";

/** What can be told of a walk. */
export interface Walk {
  /** The beginning; two rows of two if left out. */
  start?: number[] | number[][];
  /** How many steps; 20 if left out. */
  steps?: number;
  /** The gradient at `w` in step t, from 1; one that changes its sign now and then if left out. */
  gradient?: (w: Tensor, t: number) => Tensor;
}

function noisyGradient(w: Tensor, t: number): Tensor {
  return w.mul(0.5).add(Math.sin(1.7 * t));
}

/** The positions after each step, in float64. */
export function walk(
  make: (params: Tensor[]) => Optimizer,
  { start = [[1, -2], [0.5, 3]], steps = 20, gradient = noisyGradient }: Walk =
    {},
): number[][] {
  const w = tensor(start, { dtype: "float64", requiresGrad: true });
  const optimizer = make([w]);
  const found: number[][] = [];
  for (let t = 1; t <= steps; t++) {
    w.grad = gradient(w.detach(), t);
    optimizer.step();
    found.push(Array.from(w.dataSync(), Number));
  }
  return found;
}

/** Asserts that two walks are the same but for rounding. */
export function assertSameWalk(
  actual: readonly number[][],
  expected: readonly number[][],
): void {
  expected.forEach((position, t) => {
    assertNear(actual[t]!, position, 1e-12, 1, `Step ${t + 1}`);
  });
}
