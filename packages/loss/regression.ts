/** Losses of real numbers: how far a prediction is from its target. */

import "@gradus/autograd";
import type { Tensor } from "@gradus/tensor";
import {
  broadcastShapes,
  checkOptions,
  dispatch,
  lossOps,
  sameShape,
  showShape,
} from "@gradus/tensor/internal";
import {
  checkReduction,
  checkSameShape,
  reduce,
  type Reduction,
} from "./reduction.ts";

/** Options of {@linkcode mseLoss} and {@linkcode l1Loss}. */
export interface WeightedLossOptions {
  /** How the losses of the elements become the result; "mean" if left out. */
  reduction?: Reduction;
  /** Factors of the losses, of the shape of the input. */
  weight?: Tensor | null;
}

/** Options of {@linkcode smoothL1Loss}. */
export interface SmoothL1LossOptions {
  /** How the losses of the elements become the result; "mean" if left out. */
  reduction?: Reduction;
  /** The distance at which the parabola turns into a line, at least 0; 1 if left out. */
  beta?: number;
}

/** Options of {@linkcode huberLoss}. */
export interface HuberLossOptions extends WeightedLossOptions {
  /** The distance at which the parabola turns into a line, above 0; 1 if left out. */
  delta?: number;
}

/** Both tensors in their common shape, with a warning if they differ. */
function matched(
  name: string,
  input: Tensor,
  target: Tensor,
): [Tensor, Tensor] {
  if (sameShape(input.shape, target.shape)) return [input, target];
  const shape = broadcastShapes(`compute ${name} of`, [
    input.shape,
    target.shape,
  ]);
  console.warn(
    `${name} got an input of shape ${
      showShape(input.shape)
    } and a target of shape ${
      showShape(target.shape)
    } and broadcasts them: give both the same shape unless that is meant`,
  );
  return [input.expand(shape), target.expand(shape)];
}

/**
 * The weighted losses, reduced. With weights, "mean" divides by their sum, but
 * the mean of a Huber loss stays a plain one, both as in PyTorch.
 */
function reduceWeighted(
  losses: Tensor,
  weight: Tensor,
  reduction: Reduction,
  divideByWeights: boolean,
): Tensor {
  const products = losses.mul(weight);
  if (reduction !== "mean" || !divideByWeights) {
    return reduce(products, reduction);
  }
  return products.sum().div(weight.sum());
}

/**
 * The squared error, `(x - y)^2`.
 *
 * Its derivative with respect to the input is `2 (x - y)`. Tensors of
 * different shapes are broadcast, with a warning. With `weight`, the mean is a
 * weighted one: the sum of the weighted errors over the sum of the weights.
 *
 * @param input The predictions x.
 * @param target The values y that they should have.
 * @throws {TypeError} if the shapes do not broadcast, `weight` does not have
 * the shape of the input, neither tensor is floating, or the reduction or an option is
 * unknown.
 *
 * @example
 * ```ts
 * import { mseLoss } from "@gradus/loss";
 * import { tensor } from "@gradus/tensor";
 * import { assertEquals } from "@std/assert";
 *
 * const input = tensor([1.5, 2, 4]);
 * const target = tensor([1, 2, 3.5]);
 * assertEquals(await mseLoss(input, target, { reduction: "sum" }).item(), 0.5);
 * ```
 */
export function mseLoss(
  input: Tensor,
  target: Tensor,
  options: WeightedLossOptions = {},
): Tensor {
  checkOptions("compute mseLoss", options, ["reduction", "weight"]);
  const { weight } = options;
  const reduction = checkReduction("mseLoss", options.reduction);
  if (weight) checkSameShape("mseLoss", input, weight, "a weight");
  const pair = matched("mseLoss", input, target);
  if (!weight) return dispatch(lossOps.mseLoss, pair, { reduction });
  const losses = dispatch(lossOps.mseLoss, pair, { reduction: "none" });
  return reduceWeighted(losses, weight, reduction, true);
}

/**
 * The absolute error, `|x - y|`.
 *
 * Its derivative with respect to the input is `sign(x - y)`, 0 where both are
 * equal. Tensors of different shapes are broadcast, with a warning. With
 * `weight`, the mean is a weighted one.
 *
 * @param input The predictions x.
 * @param target The values y that they should have.
 * @throws {TypeError} if the shapes do not broadcast, `weight` does not have
 * the shape of the input, neither tensor is floating, or the reduction or an option is
 * unknown.
 *
 * @example
 * ```ts
 * import { l1Loss } from "@gradus/loss";
 * import { tensor } from "@gradus/tensor";
 * import { assertEquals } from "@std/assert";
 *
 * const input = tensor([1.5, 2, 4]);
 * const target = tensor([1, 2, 3.5]);
 * assertEquals(await l1Loss(input, target, { reduction: "sum" }).item(), 1);
 * ```
 */
export function l1Loss(
  input: Tensor,
  target: Tensor,
  options: WeightedLossOptions = {},
): Tensor {
  checkOptions("compute l1Loss", options, ["reduction", "weight"]);
  const { weight } = options;
  const reduction = checkReduction("l1Loss", options.reduction);
  if (weight) checkSameShape("l1Loss", input, weight, "a weight");
  const [x, y] = matched("l1Loss", input, target);
  const losses = x.sub(y).abs();
  if (!weight) return reduce(losses, reduction);
  return reduceWeighted(losses, weight, reduction, true);
}

/**
 * A loss that is a parabola near the target and a line far from it
 * (Girshick 2015): with `d = |x - y|`, `d^2 / (2 beta)` where `d < beta` and
 * `d - beta / 2` elsewhere.
 *
 * Its derivative with respect to the input is `(x - y) / beta` on the parabola
 * and `sign(x - y)` on the line. With a `beta` of 0 it is {@linkcode l1Loss}.
 * Tensors of different shapes are broadcast, with a warning.
 *
 * @param input The predictions x.
 * @param target The values y that they should have.
 * @throws {RangeError} if `beta` is negative.
 * @throws {TypeError} if the shapes do not broadcast, neither tensor is
 * floating, or the reduction or an option is unknown.
 *
 * @example
 * ```ts
 * import { smoothL1Loss } from "@gradus/loss";
 * import { tensor } from "@gradus/tensor";
 * import { assertEquals } from "@std/assert";
 *
 * const input = tensor([0.5, 3]);
 * const target = tensor([0, 0.5]);
 * const losses = smoothL1Loss(input, target, { reduction: "none" });
 * assertEquals(await losses.array(), [0.125, 2]);
 * ```
 */
export function smoothL1Loss(
  input: Tensor,
  target: Tensor,
  options: SmoothL1LossOptions = {},
): Tensor {
  checkOptions("compute smoothL1Loss", options, ["reduction", "beta"]);
  const { beta = 1 } = options;
  const reduction = checkReduction("smoothL1Loss", options.reduction);
  if (!(beta >= 0)) {
    throw new RangeError(
      `Cannot compute smoothL1Loss: expected beta >= 0, got ${beta}`,
    );
  }
  const pair = matched("smoothL1Loss", input, target);
  if (beta === 0) return reduce(pair[0].sub(pair[1]).abs(), reduction);
  return dispatch(lossOps.smoothL1Loss, pair, { reduction, beta });
}

/**
 * A loss that is a parabola near the target and a line far from it
 * (Huber 1964): with `d = |x - y|`, `d^2 / 2` where `d <= delta` and
 * `delta (d - delta / 2)` elsewhere. It is `delta` times the
 * {@linkcode smoothL1Loss} whose `beta` is `delta`.
 *
 * Its derivative with respect to the input is `x - y`, limited to
 * `[-delta, delta]`. Tensors of different shapes are broadcast, with a warning.
 * With `weight`, "mean" is the plain mean of the weighted losses, unlike that
 * of {@linkcode mseLoss}.
 *
 * @param input The predictions x.
 * @param target The values y that they should have.
 * @throws {RangeError} if `delta` is not positive.
 * @throws {TypeError} if the shapes do not broadcast, `weight` does not have
 * the shape of the input, neither tensor is floating, or the reduction or an option is
 * unknown.
 *
 * @example
 * ```ts
 * import { huberLoss } from "@gradus/loss";
 * import { tensor } from "@gradus/tensor";
 * import { assertEquals } from "@std/assert";
 *
 * const input = tensor([0.5, 3]);
 * const target = tensor([0, 0.5]);
 * const losses = huberLoss(input, target, { reduction: "none", delta: 2 });
 * assertEquals(await losses.array(), [0.125, 3]);
 * ```
 */
export function huberLoss(
  input: Tensor,
  target: Tensor,
  options: HuberLossOptions = {},
): Tensor {
  checkOptions("compute huberLoss", options, ["reduction", "weight", "delta"]);
  const { delta = 1, weight } = options;
  const reduction = checkReduction("huberLoss", options.reduction);
  if (!(delta > 0)) {
    throw new RangeError(
      `Cannot compute huberLoss: expected delta > 0, got ${delta}`,
    );
  }
  if (weight) checkSameShape("huberLoss", input, weight, "a weight");
  const pair = matched("huberLoss", input, target);
  const op = lossOps.huberLoss;
  if (!weight) return dispatch(op, pair, { reduction, delta });
  const losses = dispatch(op, pair, { reduction: "none", delta });
  return reduceWeighted(losses, weight, reduction, false);
}
