import { AlgorithmOptimizer } from "./algorithm.ts";
import {
  type AdamaxHyper,
  adamaxRule,
  type AdamaxState,
} from "./algorithms/adamax.ts";
import type { OptionsOf } from "./modifiers.ts";
import type { Params } from "./param_groups.ts";
import type { ScalarOrSchedule } from "./transformations/schedule.ts";
import {
  type GradientTransformation,
  transformationOf,
} from "./transformations/transformation.ts";

/** Options of {@linkcode Adamax}. */
export type AdamaxOptions = OptionsOf<AdamaxHyper>;

/**
 * Adamax: Adam with the largest gradient of the recent past in place of the root
 * of the average of squares, `θ = θ - lr m̂ / u`.
 *
 * State per parameter: `step`, `expAvg`, `expInf`.
 *
 * @example
 * ```ts
 * import { Adamax } from "@gradus/optim";
 * import { tensor } from "@gradus/tensor";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const w = tensor([3], { dtype: "float64", requiresGrad: true });
 * const optimizer = new Adamax([w], { lr: 0.5 });
 * w.square().sum().backward();
 * optimizer.step();
 * assertAlmostEquals(w.itemSync(), 2.5, 1e-8); // the first step has length lr
 * ```
 */
export class Adamax extends AlgorithmOptimizer<AdamaxHyper, AdamaxState> {
  /**
   * Adamax on `params`.
   *
   * @throws {TypeError} if an option is unknown or has the wrong type.
   * @throws {RangeError} if `lr`, `eps` or `weightDecay` is below 0, or a beta outside of [0, 1).
   */
  constructor(params: Params<AdamaxHyper>, options: AdamaxOptions = {}) {
    super(adamaxRule, params, options);
  }
}

/**
 * The composable face of {@linkcode Adamax}.
 *
 * @param learningRate A number, a tensor of one element, or a schedule.
 * @param options The options of {@linkcode Adamax} but `lr`.
 * @throws {TypeError} if an option is unknown or has the wrong type.
 * @throws {RangeError} if one is out of range.
 *
 * @example
 * ```ts
 * import { adamax, applyUpdates } from "@gradus/optim";
 * import { tensor } from "@gradus/tensor";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * let params = { w: tensor([3], { dtype: "float64" }) };
 * const optimizer = adamax(0.5, { betas: [0, 0] });
 * let state = optimizer.init(params), updates;
 * for (let t = 1; t <= 2; t++) {
 *   const grads = { w: params.w.mul(2) };
 *   [updates, state] = optimizer.update(grads, state, params);
 *   params = applyUpdates(params, updates);
 * }
 * assertAlmostEquals(params.w.itemSync(), 2, 1e-8);
 * ```
 */
export function adamax(
  learningRate: ScalarOrSchedule,
  options: Omit<AdamaxOptions, "lr"> = {},
): GradientTransformation {
  return transformationOf(adamaxRule, learningRate, options);
}
