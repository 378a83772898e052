import { AlgorithmOptimizer } from "./algorithm.ts";
import {
  rmsprop,
  type RMSpropHyper,
  type RMSpropState,
} from "./algorithms/rmsprop.ts";
import type { Params } from "./param_groups.ts";

/** Options of {@linkcode RMSprop}. */
export type RMSpropOptions = Partial<RMSpropHyper>;

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
    super(rmsprop, params, options);
  }
}
