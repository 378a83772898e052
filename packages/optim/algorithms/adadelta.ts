/** Adadelta. */

import { type Tensor, zerosLike } from "@gradus/tensor";
import type { Algorithm, LearningRate } from "../algorithm.ts";
import {
  atLeastZero,
  closedUnitInterval,
  flag,
  learningRate,
} from "../domains.ts";
import { counter, countStep, oneMinus, penalized } from "./shared.ts";

/** Hyper-parameters of {@linkcode Adadelta}. */
export interface AdadeltaHyper {
  /** Learning rate, a factor of moves that have a size of their own; 1 if left out. */
  lr: LearningRate;
  /** Decay rate of the averages, ρ; 0.9 if left out. */
  rho: number;
  /** Keeps roots and denominators away from 0, and gets the first move going; 1e-6 if left out. */
  eps: number;
  /** Factor of the L2 penalty, λ; 0 if left out. */
  weightDecay: number;
  /** Climbs instead of descending. */
  maximize: boolean;
}

/** What Adadelta remembers. */
export type AdadeltaState = {
  /** Steps so far. */
  step: Tensor;
  /** Running average of squared gradients, s. */
  squareAvg: Tensor;
  /** Running average of squared moves, a. */
  accDelta: Tensor;
};

/**
 * Adadelta (Zeiler 2012, arXiv:1212.5701).
 *
 * ```
 * g = gradient + λ θ                    (-gradient to maximize)
 * s = ρ s + (1 - ρ) g²
 * d = sqrt(a + ε) / sqrt(s + ε) * g
 * a = ρ a + (1 - ρ) d²
 * θ = θ - lr d
 * ```
 *
 * The paper has no lr. As in PyTorch it is left out of a, so that it scales the
 * moves without changing what they learn from.
 */
export const adadeltaRule: Algorithm<AdadeltaHyper, AdadeltaState> = {
  name: "Adadelta",
  defaults: { lr: 1, rho: 0.9, eps: 1e-6, weightDecay: 0, maximize: false },
  domains: {
    lr: learningRate,
    rho: closedUnitInterval,
    eps: atLeastZero,
    weightDecay: atLeastZero,
    maximize: flag,
  },

  init: (param) => ({
    step: counter(),
    squareAvg: zerosLike(param),
    accDelta: zerosLike(param),
  }),

  update(update) {
    const { state, hyper, target } = update;
    const { lr, rho, eps } = hyper;
    const { squareAvg: s, accDelta: a } = state;
    const g = penalized(update);
    countStep(state);

    s.mul_(rho).addcmul_(g, g, { value: oneMinus(rho) });
    const d = a.add(eps).sqrt().div(s.add(eps).sqrt()).mul(g);
    a.mul_(rho).addcmul_(d, d, { value: oneMinus(rho) });
    target.sub_(d.mul(lr));
  },
};
