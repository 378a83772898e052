import { AlgorithmOptimizer } from "./algorithm.ts";
import {
  type AdagradHyper,
  adagradRule,
  type AdagradState,
} from "./algorithms/adagrad.ts";
import type { OptionsOf } from "./modifiers.ts";
import type { Params } from "./param_groups.ts";
import type { ScalarOrSchedule } from "./transformations/schedule.ts";
import {
  type GradientTransformation,
  transformationOf,
} from "./transformations/transformation.ts";

/** Options of {@linkcode Adagrad}. */
export type AdagradOptions = OptionsOf<AdagradHyper>;

/**
 * Adagrad: the gradient divided by the root of the sum of all its squares so
 * far, `θ = θ - lr g / (sqrt(s) + ε)`. Rarely seen features take large steps.
 *
 * State per parameter: `step`, `sum`.
 *
 * @example
 * ```ts
 * import { Adagrad } from "@gradus/optim";
 * import { tensor } from "@gradus/tensor";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const w = tensor([3], { dtype: "float64", requiresGrad: true });
 * const optimizer = new Adagrad([w], { lr: 0.5 });
 * w.square().sum().backward();
 * optimizer.step();
 * assertAlmostEquals(w.itemSync(), 2.5, 1e-9); // the first step has length lr
 * ```
 */
export class Adagrad extends AlgorithmOptimizer<AdagradHyper, AdagradState> {
  /**
   * Adagrad on `params`.
   *
   * @throws {TypeError} if an option is unknown or has the wrong type.
   * @throws {RangeError} if `lr`, `lrDecay`, `weightDecay`, `initialAccumulatorValue` or `eps` is below 0.
   */
  constructor(params: Params<AdagradHyper>, options: AdagradOptions = {}) {
    super(adagradRule, params, options);
  }
}

/**
 * The composable face of {@linkcode Adagrad}.
 *
 * @param learningRate A number, a tensor of one element, or a schedule.
 * @param options The options of {@linkcode Adagrad} but `lr`.
 * @throws {TypeError} if an option is unknown or has the wrong type.
 * @throws {RangeError} if one is out of range.
 *
 * @example
 * ```ts
 * import { adagrad, applyUpdates } from "@gradus/optim";
 * import { tensor } from "@gradus/tensor";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * let params = { w: tensor([3], { dtype: "float64" }) };
 * const optimizer = adagrad(0.5);
 * let state = optimizer.init(params), updates;
 * for (let t = 1; t <= 2; t++) {
 *   const grads = { w: params.w.mul(2) };
 *   [updates, state] = optimizer.update(grads, state, params);
 *   params = applyUpdates(params, updates);
 * }
 * assertAlmostEquals(params.w.itemSync(), 2.5 - 0.5 * 5 / Math.sqrt(61), 1e-9);
 * ```
 */
export function adagrad(
  learningRate: ScalarOrSchedule,
  options: Omit<AdagradOptions, "lr"> = {},
): GradientTransformation {
  return transformationOf(adagradRule, learningRate, options);
}
