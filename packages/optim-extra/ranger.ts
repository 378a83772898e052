import {
  type LearningRate,
  type Params,
  RAdam,
  type RAdamHyper,
} from "@gradus/optim";
import { checkOptions } from "@gradus/tensor/internal";
import { Lookahead } from "./lookahead.ts";

/** Options of {@linkcode Ranger}. */
export interface RangerOptions {
  /** Learning rate; 1e-3 if left out. */
  lr?: LearningRate;
  /** How far the slow weights go towards the fast ones; 0.5 if left out. */
  alpha?: number;
  /** Steps from one step of the slow weights to the next; 6 if left out. */
  k?: number;
  /** Decay rates of the averages of gradients and of their squares; 0.95 and 0.999 if left out. */
  betas?: readonly [number, number];
  /** Keeps the denominator away from 0; 1e-5 if left out. */
  eps?: number;
  /** Factor of the decoupled decay; 0 if left out. */
  weightDecay?: number;
  /** Takes its mean over all dims but the first from the gradient of each parameter of 2 and more dims; true if left out. */
  gradientCentralization?: boolean;
  /** Climbs instead of descending; false if left out. */
  maximize?: boolean;
}

const names = [
  "lr",
  "alpha",
  "k",
  "betas",
  "eps",
  "weightDecay",
  "gradientCentralization",
  "maximize",
];

/**
 * Ranger: RAdam within {@linkcode Lookahead}, on centralized gradients.
 *
 * State dictionaries are those of RAdam (`step`, `expAvg`, `expAvgSq`) with
 * `slow` and `slowStep` among the state of each parameter.
 *
 * Less Wright, "Ranger - a synergistic optimizer", 2019,
 * github.com/lessw2020/Ranger-Deep-Learning-Optimizer. RAdam: Liu et al. 2020,
 * arXiv:1908.03265. Gradient centralization: Yong, Huang, Hua and Zhang 2020,
 * arXiv:2004.01461.
 *
 * Defaults are Wright's, as is the decoupled decay. His later versions shrink
 * by the rectified learning rate.
 *
 * @example
 * ```ts
 * import { Ranger } from "@gradus/optim-extra";
 * import { tensor } from "@gradus/tensor";
 * import { assert } from "@std/assert";
 *
 * const w = tensor([1, -2], { dtype: "float64", requiresGrad: true });
 * const optimizer = new Ranger([w], { lr: 0.3 });
 * for (let t = 1; t <= 200; t++) {
 *   optimizer.zeroGrad();
 *   w.square().sum().backward();
 *   optimizer.step();
 * }
 * assert(w.abs().max().itemSync() < 0.1);
 * ```
 */
export class Ranger extends Lookahead {
  /**
   * Ranger on `params`.
   *
   * @throws {TypeError} if an option is unknown or has the wrong type.
   * @throws {RangeError} if `lr`, `eps` or `weightDecay` is below 0, a beta
   * outside of [0, 1), `alpha` outside of [0, 1], or `k` no whole number of at least 1.
   */
  constructor(params: Params<RAdamHyper>, options: RangerOptions = {}) {
    checkOptions("make Ranger", options, names);
    const { alpha = 0.5, k = 6, ...others } = options;
    const inner = new RAdam(params, {
      betas: [0.95, 0.999],
      eps: 1e-5,
      gradientCentralization: true,
      decoupledWeightDecay: true,
      ...others,
    });
    super(inner, { alpha, k });
  }
}
