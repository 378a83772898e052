/** RAdam. */

import { type Tensor, where, zerosLike } from "@gradus/tensor";
import type { Algorithm, LearningRate } from "../algorithm.ts";
import { atLeastZero, betas, flag, learningRate } from "../domains.ts";
import {
  biasCorrection,
  counter,
  countStep,
  oneMinus,
  penalized,
} from "./shared.ts";

/** Hyper-parameters of {@linkcode RAdam}. */
export interface RAdamHyper {
  /** Learning rate; 1e-3 if left out. */
  lr: LearningRate;
  /** Decay rates of the averages of gradients and of their squares; 0.9 and 0.999 if left out. */
  betas: readonly [number, number];
  /** Keeps the denominator away from 0; 1e-8 if left out. */
  eps: number;
  /** Factor of the decay, λ; 0 if left out. */
  weightDecay: number;
  /** Decay shrinks the parameter and stays out of the averages. */
  decoupledWeightDecay: boolean;
  /** Climbs instead of descending. */
  maximize: boolean;
}

/** What RAdam remembers. */
export type RAdamState = {
  /** Steps so far, t. */
  step: Tensor;
  /** Running average of gradients, m. */
  expAvg: Tensor;
  /** Running average of squared gradients, v. */
  expAvgSq: Tensor;
};

/**
 * RAdam (Liu et al. 2020, arXiv:1908.03265): Adam that divides by the average
 * of squares only once that rests on enough of them, and takes its variance
 * into account.
 *
 * ```
 * g = gradient + λ θ                      (-gradient to maximize)
 * m = β1 m + (1 - β1) g
 * v = β2 v + (1 - β2) g²
 * ρ∞ = 2 / (1 - β2) - 1
 * ρ = ρ∞ - 2 t β2^t / (1 - β2^t)
 * r = sqrt((ρ - 4) (ρ - 2) ρ∞ / ((ρ∞ - 4) (ρ∞ - 2) ρ))
 * θ = θ - lr m̂ r sqrt(1 - β2^t) / (sqrt(v) + ε)     where ρ > 5
 * θ = θ - lr m̂                                      elsewhere; m̂ = m / (1 - β1^t)
 * ```
 *
 * With `decoupledWeightDecay` λ θ stays out of g, and `θ = θ - lr λ θ` comes
 * first. The bound of the paper is 4; that of its authors' code, of PyTorch and
 * of Optax is 5.
 */
export const radamRule: Algorithm<RAdamHyper, RAdamState> = {
  name: "RAdam",
  defaults: {
    lr: 1e-3,
    betas: [0.9, 0.999],
    eps: 1e-8,
    weightDecay: 0,
    decoupledWeightDecay: false,
    maximize: false,
  },
  domains: {
    lr: learningRate,
    betas,
    eps: atLeastZero,
    weightDecay: atLeastZero,
    decoupledWeightDecay: flag,
    maximize: flag,
  },

  init: (param) => ({
    step: counter(),
    expAvg: zerosLike(param),
    expAvgSq: zerosLike(param),
  }),

  update(update) {
    const { state, hyper, uses, target } = update;
    const { lr, betas: [beta1, beta2], eps, weightDecay } = hyper;
    const { expAvg: m, expAvgSq: v } = state;
    const t = countStep(state);
    const g = penalized(update);
    if (hyper.decoupledWeightDecay && uses("weightDecay")) {
      update.shrink(lr.mul(weightDecay));
    }

    m.lerp_(g, oneMinus(beta1));
    v.mul_(beta2).addcmul_(g, g, { value: oneMinus(beta2) });

    const correction2 = biasCorrection(beta2, t);
    const last = oneMinus(beta2).reciprocal().mul(2).sub(1);
    const rho = last.sub(t.mul(2).mul(beta2.pow(t)).div(correction2));
    const rectified = rho.gt(5);
    const rest = last.sub(4).mul(last.sub(2)).mul(rho);
    const r = rho.sub(4).mul(rho.sub(2)).mul(last).div(rest).sqrt();
    const factor = where(rectified, r.mul(correction2.sqrt()), 1);
    const stepSize = lr.div(biasCorrection(beta1, t)).mul(factor);
    const denominator = where(rectified, v.sqrt().add(eps), 1);
    target.addcdiv_(m, denominator, { value: stepSize.neg() });
  },
};
