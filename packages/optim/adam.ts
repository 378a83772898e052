import { AlgorithmOptimizer } from "./algorithm.ts";
import {
  adam,
  type AdamHyper,
  type AdamState,
  adamW,
} from "./algorithms/adam.ts";
import type { Params } from "./param_groups.ts";

/** Options of {@linkcode Adam}. */
export type AdamOptions = Partial<AdamHyper>;

/** Options of {@linkcode AdamW}. */
export type AdamWOptions = Partial<Omit<AdamHyper, "decoupledWeightDecay">>;

/**
 * Adam: steps of about `lr` along the running average of gradients divided by
 * the root of that of their squares, `θ = θ - lr m̂ / (sqrt(v̂) + ε)`.
 *
 * State per parameter: `step`, `expAvg`, `expAvgSq` and, with `amsgrad`,
 * `maxExpAvgSq`.
 *
 * @example
 * ```ts
 * import { Adam } from "@gradus/optim";
 * import { tensor } from "@gradus/tensor";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const w = tensor([3], { dtype: "float64", requiresGrad: true });
 * const optimizer = new Adam([w], { lr: 0.25 });
 * for (let t = 1; t <= 2; t++) {
 *   optimizer.zeroGrad();
 *   w.square().sum().backward();
 *   optimizer.step();
 * }
 * assertAlmostEquals(w.itemSync(), 2.5, 1e-2); // two steps of about lr
 * ```
 */
export class Adam extends AlgorithmOptimizer<AdamHyper, AdamState> {
  /**
   * Adam on `params`.
   *
   * @throws {TypeError} if an option is unknown or has the wrong type.
   * @throws {RangeError} if `lr`, `eps` or `weightDecay` is below 0, or a beta outside of [0, 1).
   */
  constructor(params: Params<AdamHyper>, options: AdamOptions = {}) {
    super(adam, params, options);
  }
}

/**
 * Adam with decoupled weight decay: the parameter itself shrinks by
 * `lr * weightDecay` (1e-2 if left out) and the averages do not see it.
 *
 * State per parameter: that of {@linkcode Adam}.
 *
 * @example
 * ```ts
 * import { AdamW } from "@gradus/optim";
 * import { tensor, zeros } from "@gradus/tensor";
 * import { assertEquals } from "@std/assert";
 *
 * const w = tensor([4], { dtype: "float64", requiresGrad: true });
 * w.grad = zeros([1], { dtype: "float64" });
 * new AdamW([w], { lr: 0.5, weightDecay: 0.5 }).step();
 * assertEquals(w.arraySync(), [3]); // no gradient, decay alone
 * ```
 */
export class AdamW extends AlgorithmOptimizer<AdamHyper, AdamState> {
  /**
   * AdamW on `params`.
   *
   * @throws {TypeError} if an option is unknown or has the wrong type.
   * @throws {RangeError} if `lr`, `eps` or `weightDecay` is below 0, or a beta outside of [0, 1).
   */
  constructor(params: Params<AdamHyper>, options: AdamWOptions = {}) {
    super(adamW, params, options);
  }
}
