/** Normal numbers between bounds. */

import { noGrad } from "@gradus/autograd";
import { type RandomOptions, type Tensor, tensor, where } from "@gradus/tensor";
import { checkOptions, refuseInCapture } from "@gradus/tensor/internal";
import { emptyAs } from "./module/empty_as.ts";

/** Options of {@linkcode truncNormal_}. */
export interface TruncNormalOptions extends RandomOptions {
  /** Mean before truncation; 0 if left out. */
  mean?: number;
  /** Standard deviation before truncation; 1 if left out. */
  std?: number;
  /** Lower bound; -2 if left out. */
  a?: number;
  /** Upper bound; 2 if left out. */
  b?: number;
}

/** The standard normal distribution function. */
function normalCdf(x: number): number {
  const scaled = tensor([x / Math.sqrt(2)], { dtype: "float64" });
  return (1 + scaled.erf().itemSync()) / 2;
}

function hasAny(mask: Tensor): boolean {
  return mask.any().itemSync() !== 0;
}

/**
 * Normal numbers within [a, b]: those outside are drawn again. Where too few
 * would fall inside, uniform numbers are accepted by their density instead.
 *
 * @throws {RangeError} unless std > 0 and a < b.
 * @throws {TypeError} if an option is unknown.
 *
 * @example
 * ```ts
 * import { init } from "@gradus/nn";
 * import { zeros } from "@gradus/tensor";
 * import { assert } from "@std/assert";
 *
 * const weight = init.truncNormal_(zeros([100]), { std: 0.02, a: -0.04, b: 0.04 });
 * assert(weight.abs().max().itemSync() <= 0.04);
 * ```
 */
export function truncNormal_(
  t: Tensor,
  options: TruncNormalOptions = {},
): Tensor {
  checkOptions("fill a tensor by truncNormal_", options, [
    "std",
    "mean",
    "a",
    "b",
    "generator",
  ]);
  refuseInCapture("fill a tensor by truncNormal_");
  const { mean = 0, std = 1, a = -2, b = 2, ...rest } = options;
  if (!(std > 0 && a < b)) {
    throw new RangeError(
      `Cannot fill a tensor by truncNormal_: expected std > 0 and a < b, got std ${std}, a ${a}, b ${b}`,
    );
  }
  const inside = normalCdf((b - mean) / std) - normalCdf((a - mean) / std);
  return noGrad(() =>
    inside > 0.3
      ? redrawOutside(t, mean, std, a, b, rest)
      : acceptByDensity(t, mean, std, a, b, rest)
  );
}

function redrawOutside(
  t: Tensor,
  mean: number,
  std: number,
  a: number,
  b: number,
  options: RandomOptions,
): Tensor {
  const round = t.dtype === "float32" ? Math.fround : Number;
  t.normal_(mean, std, options);
  for (;;) {
    const outside = t.lt(round(a)).logicalOr(t.gt(round(b)));
    if (!hasAny(outside)) return t;
    t.copy_(where(outside, emptyAs(t).normal_(mean, std, options), t));
  }
}

function acceptByDensity(
  t: Tensor,
  mean: number,
  std: number,
  a: number,
  b: number,
  options: RandomOptions,
): Tensor {
  const mode = Math.max(a, Math.min(mean, b));
  const peak = -0.5 * ((mode - mean) / std) ** 2;
  const rejected = (candidates: Tensor): Tensor => {
    const density = candidates.sub(mean).div(std).square().mul(-0.5).sub(peak);
    return emptyAs(t).uniform_(0, 1, options).log().gt(density);
  };
  t.uniform_(a, b, options);
  let pending = rejected(t);
  while (hasAny(pending)) {
    const candidates = emptyAs(t).uniform_(a, b, options);
    t.copy_(where(pending, candidates, t));
    pending = pending.logicalAnd(rejected(candidates));
  }
  return t;
}
