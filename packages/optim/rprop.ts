import { AlgorithmOptimizer } from "./algorithm.ts";
import {
  type RpropHyper,
  rpropRule,
  type RpropState,
} from "./algorithms/rprop.ts";
import type { OptionsOf } from "./modifiers.ts";
import type { Params } from "./param_groups.ts";
import type { ScalarOrSchedule } from "./transformations/schedule.ts";
import {
  type GradientTransformation,
  transformationOf,
} from "./transformations/transformation.ts";

/** Options of {@linkcode Rprop}. */
export type RpropOptions = OptionsOf<RpropHyper>;

/**
 * Rprop: each element has a step of its own, which grows while its gradient keeps
 * its sign and shrinks where that changes. For gradients of the whole data set.
 *
 * State per parameter: `step`, `prev`, `stepSize`.
 *
 * @example
 * ```ts
 * import { Rprop } from "@gradus/optim";
 * import { tensor } from "@gradus/tensor";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const w = tensor([3, -5], { dtype: "float64", requiresGrad: true });
 * const optimizer = new Rprop([w], { lr: 0.5 });
 * for (let t = 1; t <= 2; t++) {
 *   optimizer.zeroGrad();
 *   w.square().sum().backward();
 *   optimizer.step(); // by 0.5, then by 1.2 * 0.5
 * }
 * assertAlmostEquals(w.at(0).itemSync(), 1.9, 1e-12);
 * assertAlmostEquals(w.at(1).itemSync(), -3.9, 1e-12);
 * ```
 */
export class Rprop extends AlgorithmOptimizer<RpropHyper, RpropState> {
  /**
   * Rprop on `params`.
   *
   * @throws {TypeError} if an option is unknown or has the wrong type.
   * @throws {RangeError} if `lr` is below 0, or `etas` or `stepSizes` are out of range.
   */
  constructor(params: Params<RpropHyper>, options: RpropOptions = {}) {
    super(rpropRule, params, options);
  }
}

/**
 * The composable face of {@linkcode Rprop}.
 *
 * @param learningRate A number, a tensor of one element, or a schedule.
 * @param options The options of {@linkcode Rprop} but `lr`.
 * @throws {TypeError} if an option is unknown or has the wrong type.
 * @throws {RangeError} if one is out of range.
 *
 * @example
 * ```ts
 * import { applyUpdates, rprop } from "@gradus/optim";
 * import { tensor } from "@gradus/tensor";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * let params = { w: tensor([3], { dtype: "float64" }) };
 * const optimizer = rprop(0.5);
 * let state = optimizer.init(params), updates;
 * for (let t = 1; t <= 2; t++) {
 *   const grads = { w: params.w.mul(2) };
 *   [updates, state] = optimizer.update(grads, state, params);
 *   params = applyUpdates(params, updates);
 * }
 * assertAlmostEquals(params.w.itemSync(), 1.9, 1e-12);
 * ```
 */
export function rprop(
  learningRate: ScalarOrSchedule,
  options: Omit<RpropOptions, "lr"> = {},
): GradientTransformation {
  return transformationOf(rpropRule, learningRate, options);
}
