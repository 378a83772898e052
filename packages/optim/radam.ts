import { AlgorithmOptimizer } from "./algorithm.ts";
import {
  type RAdamHyper,
  radamRule,
  type RAdamState,
} from "./algorithms/radam.ts";
import type { OptionsOf } from "./modifiers.ts";
import type { Params } from "./param_groups.ts";
import type { ScalarOrSchedule } from "./transformations/schedule.ts";
import {
  type GradientTransformation,
  transformationOf,
} from "./transformations/transformation.ts";

/** Options of {@linkcode RAdam}. */
export type RAdamOptions = OptionsOf<RAdamHyper>;

/**
 * RAdam: Adam that begins as descent along the running average of gradients, until
 * the average of squares rests on enough steps to be divided by.
 *
 * State per parameter: `step`, `expAvg`, `expAvgSq`.
 *
 * @example
 * ```ts
 * import { RAdam } from "@gradus/optim";
 * import { tensor } from "@gradus/tensor";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const w = tensor([3], { dtype: "float64", requiresGrad: true });
 * const optimizer = new RAdam([w], { lr: 0.25 });
 * w.square().sum().backward();
 * optimizer.step();
 * assertAlmostEquals(w.itemSync(), 1.5, 1e-12); // the gradient is 6
 * ```
 */
export class RAdam extends AlgorithmOptimizer<RAdamHyper, RAdamState> {
  /**
   * RAdam on `params`.
   *
   * @throws {TypeError} if an option is unknown or has the wrong type.
   * @throws {RangeError} if `lr`, `eps` or `weightDecay` is below 0, or a beta outside of [0, 1).
   */
  constructor(params: Params<RAdamHyper>, options: RAdamOptions = {}) {
    super(radamRule, params, options);
  }
}

/**
 * The composable face of {@linkcode RAdam}.
 *
 * @param learningRate A number, a tensor of one element, or a schedule.
 * @param options The options of {@linkcode RAdam} but `lr`.
 * @throws {TypeError} if an option is unknown or has the wrong type.
 * @throws {RangeError} if one is out of range.
 *
 * @example
 * ```ts
 * import { applyUpdates, radam } from "@gradus/optim";
 * import { tensor } from "@gradus/tensor";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * let params = { w: tensor([3], { dtype: "float64" }) };
 * const optimizer = radam(0.25, { betas: [0, 0.999] });
 * let state = optimizer.init(params), updates;
 * for (let t = 1; t <= 2; t++) {
 *   const grads = { w: params.w.mul(2) };
 *   [updates, state] = optimizer.update(grads, state, params);
 *   params = applyUpdates(params, updates);
 * }
 * assertAlmostEquals(params.w.itemSync(), 0.75, 1e-12);
 * ```
 */
export function radam(
  learningRate: ScalarOrSchedule,
  options: Omit<RAdamOptions, "lr"> = {},
): GradientTransformation {
  return transformationOf(radamRule, learningRate, options);
}
