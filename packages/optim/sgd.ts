import { AlgorithmOptimizer } from "./algorithm.ts";
import { type SGDHyper, sgdRule, type SGDState } from "./algorithms/sgd.ts";
import type { OptionsOf } from "./modifiers.ts";
import type { Params } from "./param_groups.ts";
import type { ScalarOrSchedule } from "./transformations/schedule.ts";
import {
  type GradientTransformation,
  transformationOf,
} from "./transformations/transformation.ts";

/** Options of {@linkcode SGD}. */
export type SGDOptions = OptionsOf<SGDHyper>;

/**
 * Stochastic gradient descent, optionally with momentum: `θ = θ - lr d`, where
 * d is the gradient or `b = μ b + (1 - τ) g`.
 *
 * State per parameter: `momentumBuffer`, with momentum only.
 *
 * @example
 * ```ts
 * import { SGD } from "@gradus/optim";
 * import { tensor } from "@gradus/tensor";
 * import { assertEquals } from "@std/assert";
 *
 * const w = tensor([1, 2], { dtype: "float64", requiresGrad: true });
 * const optimizer = new SGD([w], { lr: 0.5, momentum: 0.5 });
 * for (let t = 1; t <= 2; t++) {
 *   optimizer.zeroGrad();
 *   w.square().sum().backward(); // the gradient is 2 w
 *   optimizer.step();
 * }
 * assertEquals(w.arraySync(), [-0.5, -1]);
 * ```
 */
export class SGD extends AlgorithmOptimizer<SGDHyper, SGDState> {
  /**
   * SGD on `params`.
   *
   * @throws {TypeError} if an option is unknown or has the wrong type.
   * @throws {RangeError} if `lr`, `momentum` or `weightDecay` is below 0, or
   * `nesterov` comes without momentum or with dampening.
   */
  constructor(params: Params<SGDHyper>, options: SGDOptions = {}) {
    super(sgdRule, params, options);
  }
}

/**
 * The composable face of {@linkcode SGD}.
 *
 * @param learningRate A number, a tensor of one element, or a schedule.
 * @param options The options of {@linkcode SGD} but `lr`.
 * @throws {TypeError} if an option is unknown or has the wrong type.
 * @throws {RangeError} if one is out of range.
 *
 * @example
 * ```ts
 * import { applyUpdates, sgd } from "@gradus/optim";
 * import { tensor } from "@gradus/tensor";
 * import { assertEquals } from "@std/assert";
 *
 * let params = { w: tensor([1, 2], { dtype: "float64" }) };
 * const optimizer = sgd(0.5, { momentum: 0.5 });
 * let state = optimizer.init(params), updates;
 * for (let t = 1; t <= 2; t++) {
 *   const grads = { w: params.w.mul(2) };
 *   [updates, state] = optimizer.update(grads, state, params);
 *   params = applyUpdates(params, updates);
 * }
 * assertEquals(params.w.arraySync(), [-0.5, -1]);
 * ```
 */
export function sgd(
  learningRate: ScalarOrSchedule,
  options: Omit<SGDOptions, "lr"> = {},
): GradientTransformation {
  return transformationOf(sgdRule, learningRate, options);
}
