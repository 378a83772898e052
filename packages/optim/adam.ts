import { AlgorithmOptimizer } from "./algorithm.ts";
import {
  type AdamHyper,
  adamRule,
  type AdamState,
  adamwRule,
} from "./algorithms/adam.ts";
import type { OptionsOf } from "./modifiers.ts";
import type { Params } from "./param_groups.ts";
import type { ScalarOrSchedule } from "./transformations/schedule.ts";
import {
  type GradientTransformation,
  transformationOf,
} from "./transformations/transformation.ts";

/** Options of {@linkcode Adam}. */
export type AdamOptions = OptionsOf<AdamHyper>;

/** Options of {@linkcode AdamW}. */
export type AdamWOptions = Omit<AdamOptions, "decoupledWeightDecay">;

/**
 * Adam: steps of about `lr` along the running average of gradients divided by
 * the root of that of their squares, `θ = θ - lr m̂ / (sqrt(v̂) + ε)`.
 *
 * State per parameter: `step`, `expAvg`, `expAvgSq` and, with `amsgrad`,
 * `maxExpAvgSq`.
 *
 * @example
 * ```ts
 * import { Adam } from "@gradus/optim";
 * import { tensor } from "@gradus/tensor";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const w = tensor([3], { dtype: "float64", requiresGrad: true });
 * const optimizer = new Adam([w], { lr: 0.25 });
 * for (let t = 1; t <= 2; t++) {
 *   optimizer.zeroGrad();
 *   w.square().sum().backward();
 *   optimizer.step();
 * }
 * assertAlmostEquals(w.itemSync(), 2.5, 1e-2); // two steps of about lr
 * ```
 */
export class Adam extends AlgorithmOptimizer<AdamHyper, AdamState> {
  /**
   * Adam on `params`.
   *
   * @throws {TypeError} if an option is unknown or has the wrong type.
   * @throws {RangeError} if `lr`, `eps` or `weightDecay` is below 0, or a beta outside of [0, 1).
   */
  constructor(params: Params<AdamHyper>, options: AdamOptions = {}) {
    super(adamRule, params, options);
  }
}

/**
 * Adam with decoupled weight decay: the parameter itself shrinks by
 * `lr * weightDecay` (1e-2 if left out) and the averages do not see it.
 *
 * State per parameter: that of {@linkcode Adam}.
 *
 * @example
 * ```ts
 * import { AdamW } from "@gradus/optim";
 * import { tensor, zeros } from "@gradus/tensor";
 * import { assertEquals } from "@std/assert";
 *
 * const w = tensor([4], { dtype: "float64", requiresGrad: true });
 * w.grad = zeros([1], { dtype: "float64" });
 * new AdamW([w], { lr: 0.5, weightDecay: 0.5 }).step();
 * assertEquals(w.arraySync(), [3]); // no gradient, decay alone
 * ```
 */
export class AdamW extends AlgorithmOptimizer<AdamHyper, AdamState> {
  /**
   * AdamW on `params`.
   *
   * @throws {TypeError} if an option is unknown or has the wrong type.
   * @throws {RangeError} if `lr`, `eps` or `weightDecay` is below 0, or a beta outside of [0, 1).
   */
  constructor(params: Params<AdamHyper>, options: AdamWOptions = {}) {
    super(adamwRule, params, options);
  }
}

/**
 * The composable face of {@linkcode Adam}.
 *
 * @param learningRate A number, a tensor of one element, or a schedule.
 * @param options The options of {@linkcode Adam} but `lr`.
 * @throws {TypeError} if an option is unknown or has the wrong type.
 * @throws {RangeError} if one is out of range.
 *
 * @example
 * ```ts
 * import { adam, applyUpdates } from "@gradus/optim";
 * import { tensor } from "@gradus/tensor";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * let params = { w: tensor([3], { dtype: "float64" }) };
 * const optimizer = adam(0.25);
 * let state = optimizer.init(params), updates;
 * for (let t = 1; t <= 2; t++) {
 *   const grads = { w: params.w.mul(2) };
 *   [updates, state] = optimizer.update(grads, state, params);
 *   params = applyUpdates(params, updates);
 * }
 * assertAlmostEquals(params.w.itemSync(), 2.5, 1e-2);
 * ```
 */
export function adam(
  learningRate: ScalarOrSchedule,
  options: Omit<AdamOptions, "lr"> = {},
): GradientTransformation {
  return transformationOf(adamRule, learningRate, options);
}

/**
 * The composable face of {@linkcode AdamW}.
 *
 * @param learningRate A number, a tensor of one element, or a schedule.
 * @param options The options of {@linkcode AdamW} but `lr`.
 * @throws {TypeError} if an option is unknown or has the wrong type.
 * @throws {RangeError} if one is out of range.
 *
 * @example
 * ```ts
 * import { adamw, applyUpdates } from "@gradus/optim";
 * import { tensor } from "@gradus/tensor";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * let params = { w: tensor([4], { dtype: "float64" }) };
 * const optimizer = adamw(0.5, { weightDecay: 0.5 });
 * let state = optimizer.init(params), updates;
 * for (let t = 1; t <= 2; t++) {
 *   const grads = { w: params.w.mul(0) };
 *   [updates, state] = optimizer.update(grads, state, params);
 *   params = applyUpdates(params, updates);
 * }
 * assertAlmostEquals(params.w.itemSync(), 4 * 0.75 ** 2, 1e-12);
 * ```
 */
export function adamw(
  learningRate: ScalarOrSchedule,
  options: Omit<AdamWOptions, "lr"> = {},
): GradientTransformation {
  return transformationOf(adamwRule, learningRate, options);
}
