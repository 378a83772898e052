/** Adamax. */

import { type Tensor, zerosLike } from "@gradus/tensor";
import type { Algorithm, LearningRate } from "../algorithm.ts";
import { atLeastZero, betas, flag, learningRate } from "../domains.ts";
import {
  biasCorrection,
  counter,
  countStep,
  oneMinus,
  penalized,
} from "./shared.ts";

/** Hyper-parameters of {@linkcode Adamax}. */
export interface AdamaxHyper {
  /** Learning rate; 2e-3 if left out. */
  lr: LearningRate;
  /** Decay rates of the average of gradients and of their largest size; 0.9 and 0.999 if left out. */
  betas: readonly [number, number];
  /** Keeps the denominator away from 0; 1e-8 if left out. */
  eps: number;
  /** Factor of the L2 penalty, λ; 0 if left out. */
  weightDecay: number;
  /** Climbs instead of descending. */
  maximize: boolean;
}

/** What Adamax remembers. */
export type AdamaxState = {
  /** Steps so far, t. */
  step: Tensor;
  /** Running average of gradients, m. */
  expAvg: Tensor;
  /** The largest gradient so far, fading, u. */
  expInf: Tensor;
};

/**
 * Adamax (Kingma and Ba 2015, section 7.1): Adam with the infinity norm.
 *
 * ```
 * g = gradient + λ θ                      (-gradient to maximize)
 * m = β1 m + (1 - β1) g
 * u = max(β2 u, |g| + ε)
 * θ = θ - lr / (1 - β1^t) * m / u
 * ```
 *
 * The paper has no ε. PyTorch and Optax add it to |g|, and so does this; others
 * add it to u in the last line.
 */
export const adamaxRule: Algorithm<AdamaxHyper, AdamaxState> = {
  name: "Adamax",
  defaults: {
    lr: 2e-3,
    betas: [0.9, 0.999],
    eps: 1e-8,
    weightDecay: 0,
    maximize: false,
  },
  domains: {
    lr: learningRate,
    betas,
    eps: atLeastZero,
    weightDecay: atLeastZero,
    maximize: flag,
  },

  init: (param) => ({
    step: counter(),
    expAvg: zerosLike(param),
    expInf: zerosLike(param),
  }),

  update(update) {
    const { state, hyper, target } = update;
    const { lr, betas: [beta1, beta2], eps } = hyper;
    const t = countStep(state);
    const g = penalized(update);

    const m = state.expAvg.lerp_(g, oneMinus(beta1));
    const u = state.expInf.mul_(beta2).maximum_(g.abs().add(eps));
    const stepSize = lr.div(biasCorrection(beta1, t));
    target.addcdiv_(m, u, { value: stepSize.neg() });
  },
};
