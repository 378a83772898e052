/** Losses between distributions, and likelihoods of counts and measurements. */

import "@gradus/autograd";
import type { Tensor } from "@gradus/tensor";
import {
  checkOptions,
  dispatch,
  lossOps,
  sameShape,
  showShape,
} from "@gradus/tensor/internal";
import {
  checkReduction,
  klReductions,
  reduce,
  type Reduction,
} from "./reduction.ts";

/** Options of {@linkcode klDiv}. */
export interface KlDivOptions {
  /**
   * How the divergences of the elements become the result; "batchmean" divides
   * their sum by the size of the first dim; "mean" if left out.
   */
  reduction?: Reduction | "batchmean";
  /** Whether the target holds logarithms of probabilities, too; false if left out. */
  logTarget?: boolean;
}

/** Options of {@linkcode poissonNllLoss}. */
export interface PoissonNllLossOptions {
  /** How the losses of the elements become the result; "mean" if left out. */
  reduction?: Reduction;
  /** Whether the input is the logarithm of the rate; true if left out. */
  logInput?: boolean;
  /** Adds what does not depend on the input, by Stirling's approximation; false if left out. */
  full?: boolean;
  /** Added to a rate before its logarithm is taken; 1e-8 if left out. */
  eps?: number;
}

/** Options of {@linkcode gaussianNllLoss}. */
export interface GaussianNllLossOptions {
  /** How the losses of the elements become the result; "mean" if left out. */
  reduction?: Reduction;
  /** Adds what does not depend on the input, `log(2 pi) / 2`; false if left out. */
  full?: boolean;
  /** The least variance; 1e-6 if left out. */
  eps?: number;
}

/**
 * The Kullback-Leibler divergence of the distribution with logarithms x from
 * the target distribution y: `y (log y - x)`, 0 where y is 0.
 *
 * With `logTarget`, y holds logarithms and the divergence is
 * `exp(y) (y - x)`. To get the divergence of whole distributions, as
 * mathematics defines it, use the reduction "batchmean"; "mean" divides by the
 * number of elements. The derivative with respect to the input is `-y`.
 *
 * @param input Logarithms of probabilities, as from `logSoftmax`.
 * @param target Probabilities, or their logarithms; broadcasts.
 * @throws {TypeError} if the shapes do not broadcast or the reduction or an option is
 * unknown.
 *
 * @example
 * ```ts
 * import { klDiv } from "@gradus/loss";
 * import { tensor } from "@gradus/tensor";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const input = tensor([[0.5, 0.5]]).log();
 * const target = tensor([[1, 0]], { dtype: "float32" });
 * const divergence = klDiv(input, target, { reduction: "batchmean" });
 * assertAlmostEquals(await divergence.item(), Math.LN2, 1e-6);
 * ```
 */
export function klDiv(
  input: Tensor,
  target: Tensor,
  options: KlDivOptions = {},
): Tensor {
  checkOptions("compute klDiv", options, ["reduction", "logTarget"]);
  const { logTarget = false } = options;
  const reduction = checkReduction("klDiv", options.reduction, klReductions);
  const terms = logTarget
    ? target.exp().mul(target.sub(input))
    : target.xlogy(target).sub(target.mul(input));
  if (reduction !== "batchmean") return reduce(terms, reduction);
  const sum = terms.sum();
  return input.ndim === 0 ? sum : sum.div(input.size(0));
}

/**
 * The negative log-likelihood of counts y under Poisson distributions, whose
 * rates are `exp(x)`: `exp(x) - y x`.
 *
 * Without `logInput`, x is the rate itself and the loss is
 * `x - y log(x + eps)`. What is left out, `log(y!)`, does not depend on x;
 * `full` adds Stirling's approximation of it,
 * `y log y - y + log(2 pi y) / 2`, where y is above 1. The derivative with
 * respect to the input is `exp(x) - y`, or `1 - y / (x + eps)`.
 *
 * @param input Logarithms of rates, or rates.
 * @param target Counts; broadcasts.
 * @throws {TypeError} if the shapes do not broadcast or the reduction or an option is
 * unknown.
 *
 * @example
 * ```ts
 * import { poissonNllLoss } from "@gradus/loss";
 * import { tensor } from "@gradus/tensor";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const logRates = tensor([0.5, 1], { dtype: "float64" });
 * const counts = tensor([1, 3], { dtype: "float64" });
 * assertAlmostEquals(
 *   await poissonNllLoss(logRates, counts, { reduction: "sum" }).item(),
 *   Math.exp(0.5) - 0.5 + Math.exp(1) - 3,
 *   1e-14,
 * );
 * ```
 */
export function poissonNllLoss(
  input: Tensor,
  target: Tensor,
  options: PoissonNllLossOptions = {},
): Tensor {
  checkOptions("compute poissonNllLoss", options, [
    "reduction",
    "logInput",
    "full",
    "eps",
  ]);
  const { logInput = true, full = false, eps = 1e-8 } = options;
  const reduction = checkReduction("poissonNllLoss", options.reduction);
  let losses = logInput
    ? input.exp().sub(target.mul(input))
    : input.sub(target.mul(input.add(eps).log()));
  if (full) {
    const stirling = target.mul(target.log()).sub(target)
      .add(target.mul(2 * Math.PI).log().mul(0.5));
    losses = losses.add(stirling.maskedFill(target.le(1), 0));
  }
  return reduce(losses, reduction);
}

/** The variance in a shape that broadcasts to the input. */
function fitVariance(input: Tensor, variance: Tensor): Tensor {
  const { shape } = variance;
  if (sameShape(input.shape, shape)) return variance;
  if (sameShape(input.shape.slice(0, -1), shape)) return variance.unsqueeze(-1);
  // One dim of size 1 in place of a larger one.
  const different = input.shape.filter((size, d) => size !== shape[d]);
  const sizes = shape.filter((size, d) => size !== input.shape[d]);
  if (
    input.ndim === variance.ndim && different.length === 1 && sizes[0] === 1
  ) return variance;
  throw new TypeError(
    `Cannot compute gaussianNllLoss: expected a variance of the shape of the input, ${
      showShape(input.shape)
    }, without its last dim, or with one dim of size 1, got ${
      showShape(shape)
    }`,
  );
}

/**
 * The negative log-likelihood of measurements y under normal distributions
 * with means x and variances v (Nix and Weigend 1994):
 * `(log v + (x - y)^2 / v) / 2`.
 *
 * Variances below `eps` count as `eps`; their derivative,
 * `(1 - (x - y)^2 / v) / (2 v)`, does not see this. The derivative with respect
 * to the input is `(x - y) / v`. `full` adds the constant `log(2 pi) / 2`.
 *
 * @param input Means.
 * @param target Measurements; broadcasts.
 * @param variance A number, or variances of the shape of the input, of that
 * shape without the last dim, or with one dim of size 1.
 * @throws {RangeError} if a variance is negative.
 * @throws {TypeError} if the shapes do not fit or the reduction or an option is unknown.
 *
 * @example
 * ```ts
 * import { gaussianNllLoss } from "@gradus/loss";
 * import { tensor } from "@gradus/tensor";
 * import { assertEquals } from "@std/assert";
 *
 * const means = tensor([1.5, 2]);
 * const measured = tensor([0.5, 2.5]);
 * const losses = gaussianNllLoss(means, measured, 1, { reduction: "none" });
 * assertEquals(await losses.array(), [0.5, 0.125]);
 * ```
 */
export function gaussianNllLoss(
  input: Tensor,
  target: Tensor,
  variance: Tensor | number,
  options: GaussianNllLossOptions = {},
): Tensor {
  checkOptions("compute gaussianNllLoss", options, [
    "reduction",
    "full",
    "eps",
  ]);
  const { full = false, eps = 1e-6 } = options;
  const reduction = checkReduction("gaussianNllLoss", options.reduction);
  let v: Tensor | number;
  if (typeof variance === "object") {
    v = dispatch(lossOps.clampVariance, [fitVariance(input, variance), eps]);
  } else if (variance >= 0) {
    v = Math.max(variance, eps);
  } else {
    throw new RangeError(
      `Cannot compute gaussianNllLoss: expected a variance of at least 0, got ${variance}`,
    );
  }
  const relative = input.sub(target).square().div(v);
  let losses = relative.add(typeof v === "object" ? v.log() : Math.log(v))
    .mul(0.5);
  if (full) losses = losses.add(0.5 * Math.log(2 * Math.PI));
  return reduce(losses, reduction);
}
