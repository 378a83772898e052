/** Averaged stochastic gradient descent. */

import { ones, Tensor, where, zeros, zerosLike } from "@gradus/tensor";
import type { Algorithm, LearningRate } from "../algorithm.ts";
import { atLeastZero, flag, learningRate, number } from "../domains.ts";
import {
  counter,
  countStep,
  numberOf,
  oneMinus,
  penalized,
  rounded,
} from "./shared.ts";

/** Hyper-parameters of {@linkcode ASGD}. */
export interface ASGDHyper {
  /** Learning rate; 1e-2 if left out. */
  lr: LearningRate;
  /** Decay of the parameter, and how fast the learning rate falls, λ; 1e-4 if left out. */
  lambd: number;
  /** Power with which the learning rate falls, α; 0.75 if left out. */
  alpha: number;
  /** Averaging begins one step after this one; 1e6 if left out. */
  t0: number;
  /** Factor of the L2 penalty; 0 if left out. */
  weightDecay: number;
  /** Climbs instead of descending. */
  maximize: boolean;
}

/** What ASGD remembers. */
export type ASGDState = {
  /** Steps so far, t. */
  step: Tensor;
  /** Learning rate of the next step, η; 0 dims. */
  eta: Tensor;
  /** Share of the next position in the average, μ; 0 dims. */
  mu: Tensor;
  /** The average of positions, a. */
  ax: Tensor;
};

/**
 * Averaged stochastic gradient descent (Polyak and Juditsky 1992) with the
 * schedule of Xu (2011, arXiv:1107.2490).
 *
 * ```
 * g = gradient + weightDecay θ            (-gradient to maximize)
 * θ = (1 - λ η) θ - η g                   η is lr in the first step
 * a = a + μ (θ - a)                       μ is 1 in the first step
 * η = lr / (1 + λ lr t)^α
 * μ = 1 / max(1, t - t0)
 * ```
 *
 * The average is for the user to take from the state: θ goes on without it. As
 * in PyTorch η and μ are rounded to the default type, float32, between steps.
 */
export const asgdRule: Algorithm<ASGDHyper, ASGDState> = {
  name: "ASGD",
  defaults: {
    lr: 1e-2,
    lambd: 1e-4,
    alpha: 0.75,
    t0: 1e6,
    weightDecay: 0,
    maximize: false,
  },
  domains: {
    lr: learningRate,
    lambd: number,
    alpha: number,
    t0: number,
    weightDecay: atLeastZero,
    maximize: flag,
  },

  init: (param, { lr }) => ({
    step: counter(),
    // The rule puts lr here: it may not be known yet.
    eta: lr instanceof Tensor ? zeros([], { device: lr.device }) : zeros([]),
    mu: ones([]),
    ax: zerosLike(param),
  }),

  update(update) {
    const { param, state, hyper, first, target } = update;
    const { lr, lambd, alpha, t0 } = hyper;
    const t = countStep(state);
    const g = penalized(update);
    const eta = where(first(), rounded(lr), numberOf(state.eta));
    const decay = lambd.mul(eta), move = g.mul(eta);

    // For the average; the parameter itself goes the same way below.
    const next = param.mul(oneMinus(decay)).sub(move);
    state.ax.lerp_(next, numberOf(state.mu));
    update.shrink(decay);
    target.sub_(move);

    const slowed = lambd.mul(lr).mul(t).add(1).pow(alpha);
    state.eta.copy_(rounded(lr.div(slowed)));
    state.mu.copy_(rounded(t.sub(t0).maximum(1).reciprocal()));
  },
};
