/** How the losses of elements or samples become the result. */

import type { Tensor } from "@gradus/tensor";
import { sameShape, showShape } from "@gradus/tensor/internal";

/** "none" keeps the loss of each element, "mean" averages them, "sum" adds them up. */
export type Reduction = "none" | "mean" | "sum";

const reductions: readonly string[] = ["none", "mean", "sum"];

/** The reductions of a Kullback-Leibler divergence. */
export const klReductions: readonly string[] = [
  "none",
  "batchmean",
  "mean",
  "sum",
];

/** The reduction asked for, "mean" if none was; throws if it is not one of `allowed`. */
export function checkReduction<R extends string = Reduction>(
  name: string,
  reduction: R | undefined,
  allowed: readonly string[] = reductions,
): R | "mean" {
  if (reduction === undefined) return "mean";
  if (allowed.includes(reduction)) return reduction;
  const last = allowed.length - 1;
  throw new TypeError(
    `Cannot compute ${name}: expected reduction ${
      allowed.slice(0, last).map((r) => `"${r}"`).join(", ")
    } or "${allowed[last]}", got "${reduction}"`,
  );
}

/** Reduces the losses of elements. */
export function reduce(losses: Tensor, reduction: Reduction): Tensor {
  if (reduction === "none") return losses;
  return reduction === "mean" ? losses.mean() : losses.sum();
}

/** Throws unless two tensors have one shape. */
export function checkSameShape(
  name: string,
  input: Tensor,
  other: Tensor,
  what = "a target",
): void {
  if (sameShape(input.shape, other.shape)) return;
  throw new TypeError(
    `Cannot compute ${name}: expected ${what} of the shape of the input, ${
      showShape(input.shape)
    }, got ${showShape(other.shape)}`,
  );
}
