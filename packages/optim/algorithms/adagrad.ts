/** Adagrad. */

import { fullLike, type Tensor } from "@gradus/tensor";
import type { Algorithm, LearningRate } from "../algorithm.ts";
import { atLeastZero, flag, learningRate } from "../domains.ts";
import { counter, countStep, penalized } from "./shared.ts";

/** Hyper-parameters of {@linkcode Adagrad}. */
export interface AdagradHyper {
  /** Learning rate; 1e-2 if left out. */
  lr: LearningRate;
  /** How fast the learning rate falls, δ; 0 if left out. */
  lrDecay: number;
  /** Factor of the L2 penalty, λ; 0 if left out. */
  weightDecay: number;
  /** What the sum of squares begins with; 0 if left out. */
  initialAccumulatorValue: number;
  /** Keeps the denominator away from 0; 1e-10 if left out. */
  eps: number;
  /** Climbs instead of descending. */
  maximize: boolean;
}

/** What Adagrad remembers. */
export type AdagradState = {
  /** Steps so far, t. */
  step: Tensor;
  /** Sum of squared gradients, s. */
  sum: Tensor;
};

/**
 * Adagrad (Duchi, Hazan and Singer 2011, JMLR 12), with diagonal matrices.
 *
 * ```
 * g = gradient + λ θ                          (-gradient to maximize)
 * s = s + g²
 * θ = θ - lr / (1 + (t - 1) δ) * g / (sqrt(s) + ε)
 * ```
 *
 * Implementations differ in where s begins (0 here and in PyTorch, 0.1 in
 * TensorFlow and Optax) and in ε, which those add under the root. PyTorch makes
 * the state with the optimizer; here as everywhere it is made in the first
 * step, and a group's own `initialAccumulatorValue` counts.
 */
export const adagradRule: Algorithm<AdagradHyper, AdagradState> = {
  name: "Adagrad",
  defaults: {
    lr: 1e-2,
    lrDecay: 0,
    weightDecay: 0,
    initialAccumulatorValue: 0,
    eps: 1e-10,
    maximize: false,
  },
  domains: {
    lr: learningRate,
    lrDecay: atLeastZero,
    weightDecay: atLeastZero,
    initialAccumulatorValue: atLeastZero,
    eps: atLeastZero,
    maximize: flag,
  },

  init: (param, { initialAccumulatorValue }) => ({
    step: counter(),
    sum: fullLike(param, initialAccumulatorValue),
  }),

  update(update) {
    const { state, hyper, target } = update;
    const { lr, lrDecay, eps } = hyper;
    const t = countStep(state);
    const g = penalized(update);

    const s = state.sum.addcmul_(g, g);
    const stepSize = lr.div(t.sub(1).mul(lrDecay).add(1));
    target.addcdiv_(g, s.sqrt().add(eps), { value: stepSize.neg() });
  },
};
