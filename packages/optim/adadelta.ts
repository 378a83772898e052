import { AlgorithmOptimizer } from "./algorithm.ts";
import {
  type AdadeltaHyper,
  adadeltaRule,
  type AdadeltaState,
} from "./algorithms/adadelta.ts";
import type { OptionsOf } from "./modifiers.ts";
import type { Params } from "./param_groups.ts";
import type { ScalarOrSchedule } from "./transformations/schedule.ts";
import {
  type GradientTransformation,
  transformationOf,
} from "./transformations/transformation.ts";

/** Options of {@linkcode Adadelta}. */
export type AdadeltaOptions = OptionsOf<AdadeltaHyper>;

/**
 * Adadelta: moves as large as past moves were, divided by how large gradients
 * were, `θ = θ - lr sqrt(a + ε) / sqrt(s + ε) g`; it needs no learning rate.
 *
 * State per parameter: `step`, `squareAvg`, `accDelta`.
 *
 * @example
 * ```ts
 * import { Adadelta } from "@gradus/optim";
 * import { tensor } from "@gradus/tensor";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const w = tensor([3], { dtype: "float64", requiresGrad: true });
 * const optimizer = new Adadelta([w], { rho: 0.75, eps: 0.0625 });
 * w.square().sum().backward(); // the gradient is 6
 * optimizer.step();
 * const move = 0.25 / Math.sqrt(0.25 * 36 + 0.0625) * 6;
 * assertAlmostEquals(w.itemSync(), 3 - move, 1e-12);
 * ```
 */
export class Adadelta extends AlgorithmOptimizer<AdadeltaHyper, AdadeltaState> {
  /**
   * Adadelta on `params`.
   *
   * @throws {TypeError} if an option is unknown or has the wrong type.
   * @throws {RangeError} if `lr`, `eps` or `weightDecay` is below 0, or `rho` outside of [0, 1].
   */
  constructor(params: Params<AdadeltaHyper>, options: AdadeltaOptions = {}) {
    super(adadeltaRule, params, options);
  }
}

/**
 * The composable face of {@linkcode Adadelta}.
 *
 * @param learningRate A number, a tensor of one element, or a schedule.
 * @param options The options of {@linkcode Adadelta} but `lr`.
 * @throws {TypeError} if an option is unknown or has the wrong type.
 * @throws {RangeError} if one is out of range.
 *
 * @example
 * ```ts
 * import { adadelta, applyUpdates } from "@gradus/optim";
 * import { tensor } from "@gradus/tensor";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * let params = { w: tensor([3], { dtype: "float64" }) };
 * const optimizer = adadelta(1, { rho: 0.75, eps: 0.0625 });
 * let state = optimizer.init(params), updates;
 * for (let t = 1; t <= 2; t++) {
 *   const grads = { w: params.w.mul(2) };
 *   [updates, state] = optimizer.update(grads, state, params);
 *   params = applyUpdates(params, updates);
 * }
 * assertAlmostEquals(params.w.itemSync(), 2.0133, 1e-4);
 * ```
 */
export function adadelta(
  learningRate: ScalarOrSchedule,
  options: Omit<AdadeltaOptions, "lr"> = {},
): GradientTransformation {
  return transformationOf(adadeltaRule, learningRate, options);
}
