import { AlgorithmOptimizer } from "./algorithm.ts";
import { type ASGDHyper, asgdRule, type ASGDState } from "./algorithms/asgd.ts";
import type { OptionsOf } from "./modifiers.ts";
import type { Params } from "./param_groups.ts";
import type { ScalarOrSchedule } from "./transformations/schedule.ts";
import {
  type GradientTransformation,
  transformationOf,
} from "./transformations/transformation.ts";

/** Options of {@linkcode ASGD}. */
export type ASGDOptions = OptionsOf<ASGDHyper>;

/**
 * Averaged stochastic gradient descent: `θ = (1 - λ η) θ - η g` with a falling
 * learning rate η, and the average of the positions after step `t0 + 1`.
 *
 * State per parameter: `step`, `eta`, `mu` and the average `ax`, which is what to
 * use after training.
 *
 * @example
 * ```ts
 * import { ASGD } from "@gradus/optim";
 * import { tensor } from "@gradus/tensor";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const w = tensor([3], { dtype: "float64", requiresGrad: true });
 * const optimizer = new ASGD([w], { lr: 0.25, lambd: 0, t0: 0 });
 * for (let t = 1; t <= 3; t++) {
 *   optimizer.zeroGrad();
 *   w.square().sum().backward();
 *   optimizer.step(); // to 1.5, 0.75 and 0.375
 * }
 * const average = optimizer.state.get(w)!.ax as typeof w;
 * assertAlmostEquals(average.itemSync(), (0.75 + 0.375) / 2, 1e-12);
 * ```
 */
export class ASGD extends AlgorithmOptimizer<ASGDHyper, ASGDState> {
  /**
   * ASGD on `params`.
   *
   * @throws {TypeError} if an option is unknown or has the wrong type.
   * @throws {RangeError} if `lr` or `weightDecay` is below 0, or another number NaN.
   */
  constructor(params: Params<ASGDHyper>, options: ASGDOptions = {}) {
    super(asgdRule, params, options);
  }
}

/**
 * The composable face of {@linkcode ASGD}.
 *
 * @param learningRate A number, a tensor of one element, or a schedule.
 * @param options The options of {@linkcode ASGD} but `lr`.
 * @throws {TypeError} if an option is unknown or has the wrong type.
 * @throws {RangeError} if one is out of range.
 *
 * @example
 * ```ts
 * import { applyUpdates, asgd } from "@gradus/optim";
 * import { tensor } from "@gradus/tensor";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * let params = { w: tensor([3], { dtype: "float64" }) };
 * const optimizer = asgd(0.25, { lambd: 0 });
 * let state = optimizer.init(params), updates;
 * for (let t = 1; t <= 2; t++) {
 *   const grads = { w: params.w.mul(2) };
 *   [updates, state] = optimizer.update(grads, state, params);
 *   params = applyUpdates(params, updates);
 * }
 * assertAlmostEquals(params.w.itemSync(), 0.75, 1e-12);
 * ```
 */
export function asgd(
  learningRate: ScalarOrSchedule,
  options: Omit<ASGDOptions, "lr"> = {},
): GradientTransformation {
  return transformationOf(asgdRule, learningRate, options);
}
