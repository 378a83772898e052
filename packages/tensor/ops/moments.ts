/** Mean and spread of float32 numbers on the CPU, in one pass over memory. */

import * as x from "../expr.ts";
import type { Expr } from "../expr.ts";
import type { Kernel } from "../kernel.ts";
import { Tensor } from "../tensor.ts";
import { fold, foldCount } from "./fold.ts";

/**
 * Makes a kernel that stores what `results` makes of the mean, the variance
 * and a scalar. The scalars are the count, what divides for the variance, and
 * that one.
 *
 * It sums the distances d from the first element and their squares in float64,
 * where squares are exact, and takes `(sum d)^2 / n` off. The first element is
 * one of the n, so that its own square distance from the mean is at most n
 * times the variance: the difference loses at most a factor of n + 1, which
 * leaves float64 more bits than float32 has for any n that fits into memory.
 */
function momentsKernel(
  name: string,
  results: (mean: Expr, variance: Expr, extra: Expr) => Expr[],
): Kernel {
  const wide = (slot: number) => x.cast(x.load(slot, "f32"), "f64");
  const number = (slot: number) => x.scalar(slot, "f64");
  const d = x.sub(wide(0), wide(1));
  const values = [d, x.mul(d, d)];
  const sum = x.acc(0, "f64"), squares = x.acc(1, "f64");
  const zero = x.lit(0, "f64");
  const shift = x.div(sum, number(0));
  const rest = x.sub(squares, x.mul(sum, shift));
  // Rounding may leave less than nothing of equal elements.
  const spread = x.select(x.lt(rest, zero), zero, rest);
  return {
    name,
    inputs: ["float32", "float32"],
    scalars: ["f64", "f64", "f64"],
    reduction: {
      init: [zero, zero],
      values,
      step: [sum, squares].map((acc, i) => x.add(acc, x.consumed(i, "f64"))),
      merge: [sum, squares].map((acc, i) => x.add(acc, x.other(i, "f64"))),
    },
    stores: results(
      x.add(wide(1), shift),
      x.div(spread, number(1)),
      number(2),
    ).map((value) => ({ dtype: "float32", value })),
  };
}

/** Stores the variance. */
export const varianceMoments: Kernel = /* @__PURE__ */ momentsKernel(
  "moments",
  (_, variance) => [variance],
);
/** Stores the standard deviation. */
export const deviationMoments: Kernel = /* @__PURE__ */ momentsKernel(
  "momentsDeviation",
  (_, variance) => [x.sqrt(variance)],
);
/** Stores the mean, what its rounding lost, and the root of the variance plus the scalar. */
export const normMoments: Kernel = /* @__PURE__ */ momentsKernel(
  "momentsNorm",
  (mean, variance, eps) => [
    mean,
    x.sub(mean, x.cast(x.cast(mean, "f32"), "f64")),
    x.sqrt(x.add(variance, eps)),
  ],
);

/** Whether {@linkcode moments} takes `t`. */
export function hasMoments(t: Tensor): boolean {
  return t.dtype === "float32" && t.device === "cpu" && t.numel > 0;
}

/** Folds a tensor that {@linkcode hasMoments} with such a kernel; `freedom` divides for the variance. */
export function moments(
  kernel: Kernel,
  t: Tensor,
  dims: readonly number[],
  keepdim: boolean,
  freedom: number,
  extra = 0,
): Tensor[] {
  const shape = t.shape.map((size, d) => dims.includes(d) ? 1 : size);
  const first = new Tensor(t.storage, t.dtype, shape, t.strides, t.offset);
  return fold(
    t.backend,
    kernel,
    [t, first],
    dims,
    keepdim,
    kernel.stores.map((s) => s.dtype),
    [foldCount(t.shape, dims), freedom, extra],
  );
}
