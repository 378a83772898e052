import { AlgorithmOptimizer } from "./algorithm.ts";
import {
  type AdafactorHyper,
  adafactorRule,
  type AdafactorState,
} from "./algorithms/adafactor.ts";
import type { OptionsOf } from "./modifiers.ts";
import type { Params } from "./param_groups.ts";
import type { ScalarOrSchedule } from "./transformations/schedule.ts";
import {
  type GradientTransformation,
  transformationOf,
} from "./transformations/transformation.ts";

/** Options of {@linkcode Adafactor}. */
export type AdafactorOptions = OptionsOf<AdafactorHyper>;

/**
 * Adafactor: steps in proportion to the parameter, divided by the root of an
 * average of squares that for a matrix takes the memory of one row and column.
 *
 * State per parameter: `step`, and `rowVar` and `colVar`, or for parameters of
 * less than 2 dims `variance`.
 *
 * @example
 * ```ts
 * import { Adafactor } from "@gradus/optim";
 * import { tensor } from "@gradus/tensor";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const w = tensor([[2, 2], [-2, 2]], { dtype: "float64", requiresGrad: true });
 * const optimizer = new Adafactor([w], { lr: 0.25 });
 * w.square().sum().backward();
 * optimizer.step(); // by lr times the root of the mean square, 2
 * assertAlmostEquals(w.at(0, 0).itemSync(), 1.5, 1e-12);
 * assertAlmostEquals(w.at(1, 0).itemSync(), -1.5, 1e-12);
 * ```
 */
export class Adafactor
  extends AlgorithmOptimizer<AdafactorHyper, AdafactorState> {
  /**
   * Adafactor on `params`.
   *
   * @throws {TypeError} if an option is unknown or has the wrong type.
   * @throws {RangeError} if `lr`, an ε or `weightDecay` is below 0, `beta2Decay` above 0 or `d` below 1.
   */
  constructor(params: Params<AdafactorHyper>, options: AdafactorOptions = {}) {
    super(adafactorRule, params, options);
  }
}

/**
 * The composable face of {@linkcode Adafactor}.
 *
 * @param learningRate A number, a tensor of one element, or a schedule.
 * @param options The options of {@linkcode Adafactor} but `lr`.
 * @throws {TypeError} if an option is unknown or has the wrong type.
 * @throws {RangeError} if one is out of range.
 *
 * @example
 * ```ts
 * import { adafactor, applyUpdates } from "@gradus/optim";
 * import { tensor } from "@gradus/tensor";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * let params = { w: tensor([[2, 2], [-2, 2]], { dtype: "float64" }) };
 * const optimizer = adafactor(0.25);
 * let state = optimizer.init(params), updates;
 * for (let t = 1; t <= 2; t++) {
 *   const grads = { w: params.w.mul(2) };
 *   [updates, state] = optimizer.update(grads, state, params);
 *   params = applyUpdates(params, updates);
 * }
 * assertAlmostEquals(params.w.at(0, 0).itemSync(), 1.175, 1e-4);
 * ```
 */
export function adafactor(
  learningRate: ScalarOrSchedule,
  options: Omit<AdafactorOptions, "lr"> = {},
): GradientTransformation {
  return transformationOf(adafactorRule, learningRate, options);
}
