/** NAdam. */

import { ones, type Tensor, tensor, zerosLike } from "@gradus/tensor";
import { asNumber } from "@gradus/tensor/internal";
import type { Algorithm, LearningRate } from "../algorithm.ts";
import { atLeastZero, betas, flag, learningRate } from "../domains.ts";
import {
  biasCorrection,
  counter,
  countStep,
  oneMinus,
  penalized,
  rounded,
} from "./shared.ts";

/** Hyper-parameters of {@linkcode NAdam}. */
export interface NAdamHyper {
  /** Learning rate; 2e-3 if left out. */
  lr: LearningRate;
  /** Decay rates of the averages of gradients and of their squares; 0.9 and 0.999 if left out. */
  betas: readonly [number, number];
  /** Keeps the denominator away from 0; 1e-8 if left out. */
  eps: number;
  /** Factor of the decay, λ; 0 if left out. */
  weightDecay: number;
  /** How fast the momentum grows to β1, ψ; 4e-3 if left out. */
  momentumDecay: number;
  /** Decay shrinks the parameter and stays out of the averages. */
  decoupledWeightDecay: boolean;
  /** Climbs instead of descending. */
  maximize: boolean;
}

/** What NAdam remembers. */
export type NAdamState = {
  /** Steps so far, t. */
  step: Tensor;
  /** Product of the momentums so far, M; 0 dims. */
  muProduct: Tensor;
  /** Running average of gradients, m. */
  expAvg: Tensor;
  /** Running average of squared gradients, v. */
  expAvgSq: Tensor;
};

/**
 * NAdam (Dozat 2016): Adam with Nesterov's momentum, which follows a schedule.
 *
 * ```
 * g = gradient + λ θ                      (-gradient to maximize)
 * m = β1 m + (1 - β1) g
 * v = β2 v + (1 - β2) g²
 * μ(t) = β1 (1 - 0.96^(t ψ) / 2)
 * M = μ(1) μ(2) ... μ(t)
 * d = sqrt(v / (1 - β2^t)) + ε
 * θ = θ - lr ((1 - μ(t)) / (1 - M) g + μ(t + 1) / (1 - M μ(t + 1)) m) / d
 * ```
 *
 * With `decoupledWeightDecay` λ θ stays out of g, and `θ = θ - lr λ θ` comes
 * first. As in PyTorch M is rounded to the default type, float32, in each step.
 * In the paper the schedule makes m too; PyTorch takes β1 there. Optax has no
 * schedule at all.
 */
export const nadamRule: Algorithm<NAdamHyper, NAdamState> = {
  name: "NAdam",
  defaults: {
    lr: 2e-3,
    betas: [0.9, 0.999],
    eps: 1e-8,
    weightDecay: 0,
    momentumDecay: 4e-3,
    decoupledWeightDecay: false,
    maximize: false,
  },
  domains: {
    lr: learningRate,
    betas,
    eps: atLeastZero,
    weightDecay: atLeastZero,
    momentumDecay: atLeastZero,
    decoupledWeightDecay: flag,
    maximize: flag,
  },

  init: (param) => ({
    step: counter(),
    muProduct: ones([]),
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

    const base = asNumber(tensor(0.96, { dtype: "float64" }));
    const momentum = (t: Tensor) =>
      beta1.mul(oneMinus(base.pow(t.mul(hyper.momentumDecay)).mul(0.5)));
    const mu = momentum(t), nextMu = momentum(t.add(1));
    const product = rounded(state.muProduct.mul(rounded(mu)));
    state.muProduct.copy_(product);

    m.lerp_(g, oneMinus(beta1));
    v.mul_(beta2).addcmul_(g, g, { value: oneMinus(beta2) });
    const denominator = v.div(biasCorrection(beta2, t)).sqrt().add(eps);
    const ofGradient = oneMinus(mu).div(oneMinus(product));
    const ofAverage = nextMu.div(oneMinus(product.mul(nextMu)));
    target
      .addcdiv_(g, denominator, { value: lr.mul(ofGradient).neg() })
      .addcdiv_(m, denominator, { value: lr.mul(ofAverage).neg() });
  },
};
