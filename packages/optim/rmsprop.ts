import { AlgorithmOptimizer } from "./algorithm.ts";
import {
  type RMSpropHyper,
  rmspropRule,
  type RMSpropState,
} from "./algorithms/rmsprop.ts";
import type { OptionsOf } from "./modifiers.ts";
import type { Params } from "./param_groups.ts";
import type { ScalarOrSchedule } from "./transformations/schedule.ts";
import {
  type GradientTransformation,
  transformationOf,
} from "./transformations/transformation.ts";

/** Options of {@linkcode RMSprop}. */
export type RMSpropOptions = OptionsOf<RMSpropHyper>;

/**
 * RMSprop: the gradient divided by the root of the running average of its
 * squares, `θ = θ - lr g / (sqrt(s) + ε)`, optionally centered and with momentum.
 *
 * State per parameter: `step`, `squareAvg`, with momentum `momentumBuffer`,
 * and `gradAvg` if centered.
 *
 * @example
 * ```ts
 * import { RMSprop } from "@gradus/optim";
 * import { tensor } from "@gradus/tensor";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const w = tensor([3], { dtype: "float64", requiresGrad: true });
 * const optimizer = new RMSprop([w], { lr: 0.25, alpha: 0.75 });
 * w.square().sum().backward();
 * optimizer.step();
 * assertAlmostEquals(w.itemSync(), 2.5, 1e-8); // 0.25 / sqrt(1 - 0.75)
 * ```
 */
export class RMSprop extends AlgorithmOptimizer<RMSpropHyper, RMSpropState> {
  /**
   * RMSprop on `params`.
   *
   * @throws {TypeError} if an option is unknown or has the wrong type.
   * @throws {RangeError} if `lr`, `alpha`, `eps`, `weightDecay` or `momentum` is below 0.
   */
  constructor(params: Params<RMSpropHyper>, options: RMSpropOptions = {}) {
    super(rmspropRule, params, options);
  }
}

/**
 * The composable face of {@linkcode RMSprop}.
 *
 * @param learningRate A number, a tensor of one element, or a schedule.
 * @param options The options of {@linkcode RMSprop} but `lr`.
 * @throws {TypeError} if an option is unknown or has the wrong type.
 * @throws {RangeError} if one is out of range.
 *
 * @example
 * ```ts
 * import { applyUpdates, rmsprop } from "@gradus/optim";
 * import { tensor } from "@gradus/tensor";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * let params = { w: tensor([3], { dtype: "float64" }) };
 * const optimizer = rmsprop(0.25, { alpha: 0 });
 * let state = optimizer.init(params), updates;
 * for (let t = 1; t <= 2; t++) {
 *   const grads = { w: params.w.mul(2) };
 *   [updates, state] = optimizer.update(grads, state, params);
 *   params = applyUpdates(params, updates);
 * }
 * assertAlmostEquals(params.w.itemSync(), 2.5, 1e-8);
 * ```
 */
export function rmsprop(
  learningRate: ScalarOrSchedule,
  options: Omit<RMSpropOptions, "lr"> = {},
): GradientTransformation {
  return transformationOf(rmspropRule, learningRate, options);
}
