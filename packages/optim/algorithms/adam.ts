/** Adam and AdamW. */

import { type Tensor, zerosLike } from "@gradus/tensor";
import type { Algorithm, LearningRate } from "../algorithm.ts";
import { atLeastZero, betas, flag, learningRate } from "../domains.ts";
import {
  biasCorrection,
  counter,
  countStep,
  oneMinus,
  penalized,
  variantOf,
} from "./shared.ts";

/** Hyper-parameters of {@linkcode Adam}. */
export interface AdamHyper {
  /** Learning rate; 1e-3 if left out. */
  lr: LearningRate;
  /** Decay rates of the averages of gradients and of their squares; 0.9 and 0.999 if left out. */
  betas: readonly [number, number];
  /** Keeps the denominator away from 0; 1e-8 if left out. */
  eps: number;
  /** Factor of the decay, λ; 0 if left out, 1e-2 in {@linkcode AdamW}. */
  weightDecay: number;
  /** Divides by the largest average of squares so far. */
  amsgrad: boolean;
  /** Climbs instead of descending. */
  maximize: boolean;
  /** Decay shrinks the parameter and stays out of the averages. */
  decoupledWeightDecay: boolean;
}

/** What Adam remembers. */
export type AdamState = {
  /** Steps so far, t. */
  step: Tensor;
  /** Running average of gradients, m. */
  expAvg: Tensor;
  /** Running average of squared gradients, v. */
  expAvgSq: Tensor;
  /** The largest v so far, with amsgrad. */
  maxExpAvgSq?: Tensor;
};

/**
 * Adam (Kingma and Ba 2015), AMSGrad (Reddi, Kale and Kumar 2018), and with
 * `decoupledWeightDecay` AdamW (Loshchilov and Hutter 2019).
 *
 * ```
 * g = gradient + λ θ                      (-gradient to maximize)
 * m = β1 m + (1 - β1) g
 * v = β2 v + (1 - β2) g²
 * θ = θ - lr m̂ / (sqrt(v̂) + ε)            m̂ = m / (1 - β1^t), v̂ = v / (1 - β2^t)
 * ```
 *
 * Decoupled decay leaves λ θ out of g and does `θ = θ - lr λ θ` first. The
 * last line is computed in the order that section 2 of the paper recommends:
 * `lr sqrt(1 - β2^t) / (1 - β1^t) * m / (sqrt(v) + ε sqrt(1 - β2^t))`.
 *
 * Implementations differ in AMSGrad: PyTorch, and so this one, takes the
 * maximum of v and corrects it afterwards; Optax takes that of v̂; the paper
 * does not correct at all. They also differ in decoupled decay: here and in
 * PyTorch lr multiplies it, in the paper only the schedule's factor does.
 */
export const adamRule: Algorithm<AdamHyper, AdamState> = {
  name: "Adam",
  defaults: {
    lr: 1e-3,
    betas: [0.9, 0.999],
    eps: 1e-8,
    weightDecay: 0,
    amsgrad: false,
    maximize: false,
    decoupledWeightDecay: false,
  },
  domains: {
    lr: learningRate,
    betas,
    eps: atLeastZero,
    weightDecay: atLeastZero,
    amsgrad: flag,
    maximize: flag,
    decoupledWeightDecay: flag,
  },

  init: (param, { amsgrad }) => ({
    step: counter(),
    expAvg: zerosLike(param),
    expAvgSq: zerosLike(param),
    ...(amsgrad ? { maxExpAvgSq: zerosLike(param) } : {}),
  }),

  update(update) {
    const { state, hyper, uses, target } = update;
    const { lr, betas: [beta1, beta2], eps, weightDecay } = hyper;
    const { expAvg, expAvgSq, maxExpAvgSq } = state;
    const t = countStep(state);
    const g = penalized(update);
    if (hyper.decoupledWeightDecay && uses("weightDecay")) {
      update.shrink(lr.mul(weightDecay));
    }

    expAvg.lerp_(g, oneMinus(beta1));
    expAvgSq.mul_(beta2).addcmul_(g, g, { value: oneMinus(beta2) });
    const v = hyper.amsgrad ? maxExpAvgSq!.maximum_(expAvgSq) : expAvgSq;

    const root = biasCorrection(beta2, t).sqrt();
    const stepSize = lr.mul(root).div(biasCorrection(beta1, t));
    const denominator = v.sqrt().add(eps.mul(root));
    target.addcdiv_(expAvg, denominator, { value: stepSize.neg() });
  },
};

/** {@linkcode adamRule} with decoupled weight decay, 1e-2 if left out. */
export const adamwRule: Algorithm<AdamHyper, AdamState> =
  /* @__PURE__ */ variantOf(adamRule, {
    name: "AdamW",
    defaults: { weightDecay: 1e-2, decoupledWeightDecay: true },
    domains: {
      decoupledWeightDecay: {
        expected: "true",
        type: (value) => value === true,
      },
    },
  });
