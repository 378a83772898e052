import { AlgorithmOptimizer } from "./algorithm.ts";
import {
  type NAdamHyper,
  nadamRule,
  type NAdamState,
} from "./algorithms/nadam.ts";
import type { OptionsOf } from "./modifiers.ts";
import type { Params } from "./param_groups.ts";
import type { ScalarOrSchedule } from "./transformations/schedule.ts";
import {
  type GradientTransformation,
  transformationOf,
} from "./transformations/transformation.ts";

/** Options of {@linkcode NAdam}. */
export type NAdamOptions = OptionsOf<NAdamHyper>;

/**
 * NAdam: Adam with Nesterov's momentum, so that the gradient of the step counts
 * more than in the running average.
 *
 * State per parameter: `step`, `muProduct`, `expAvg`, `expAvgSq`.
 *
 * @example
 * ```ts
 * import { NAdam } from "@gradus/optim";
 * import { tensor } from "@gradus/tensor";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const w = tensor([3], { dtype: "float64", requiresGrad: true });
 * const optimizer = new NAdam([w], { lr: 0.25 });
 * for (let t = 1; t <= 2; t++) {
 *   optimizer.zeroGrad();
 *   w.square().sum().backward();
 *   optimizer.step();
 * }
 * assertAlmostEquals(w.itemSync(), 2.5482, 1e-4);
 * ```
 */
export class NAdam extends AlgorithmOptimizer<NAdamHyper, NAdamState> {
  /**
   * NAdam on `params`.
   *
   * @throws {TypeError} if an option is unknown or has the wrong type.
   * @throws {RangeError} if `lr`, `eps`, `weightDecay` or `momentumDecay` is below 0, or a beta outside of [0, 1).
   */
  constructor(params: Params<NAdamHyper>, options: NAdamOptions = {}) {
    super(nadamRule, params, options);
  }
}

/**
 * The composable face of {@linkcode NAdam}.
 *
 * @param learningRate A number, a tensor of one element, or a schedule.
 * @param options The options of {@linkcode NAdam} but `lr`.
 * @throws {TypeError} if an option is unknown or has the wrong type.
 * @throws {RangeError} if one is out of range.
 *
 * @example
 * ```ts
 * import { applyUpdates, nadam } from "@gradus/optim";
 * import { tensor } from "@gradus/tensor";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * let params = { w: tensor([3], { dtype: "float64" }) };
 * const optimizer = nadam(0.25);
 * let state = optimizer.init(params), updates;
 * for (let t = 1; t <= 2; t++) {
 *   const grads = { w: params.w.mul(2) };
 *   [updates, state] = optimizer.update(grads, state, params);
 *   params = applyUpdates(params, updates);
 * }
 * assertAlmostEquals(params.w.itemSync(), 2.5482, 1e-4);
 * ```
 */
export function nadam(
  learningRate: ScalarOrSchedule,
  options: Omit<NAdamOptions, "lr"> = {},
): GradientTransformation {
  return transformationOf(nadamRule, learningRate, options);
}
