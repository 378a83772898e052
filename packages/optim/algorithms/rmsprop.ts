/** RMSprop. */

import { type Tensor, zerosLike } from "@gradus/tensor";
import type { Algorithm, LearningRate } from "../algorithm.ts";
import { atLeastZero, flag, learningRate } from "../domains.ts";
import { counter, countStep, oneMinus, penalized } from "./shared.ts";

/** Hyper-parameters of {@linkcode RMSprop}. */
export interface RMSpropHyper {
  /** Learning rate; 1e-2 if left out. */
  lr: LearningRate;
  /** Decay rate of the averages, α; 0.99 if left out. */
  alpha: number;
  /** Keeps the denominator away from 0; 1e-8 if left out. */
  eps: number;
  /** Factor of the L2 penalty, λ; 0 if left out. */
  weightDecay: number;
  /** Share of the last direction that is kept, μ; 0 if left out. */
  momentum: number;
  /** Divides by the standard deviation of the gradient. */
  centered: boolean;
  /** Climbs instead of descending. */
  maximize: boolean;
}

/** What RMSprop remembers. */
export type RMSpropState = {
  /** Steps so far. */
  step: Tensor;
  /** Running average of squared gradients, s. */
  squareAvg: Tensor;
  /** The direction b, with momentum. */
  momentumBuffer?: Tensor;
  /** Running average of gradients, a, if centered. */
  gradAvg?: Tensor;
};

/**
 * RMSprop (Tieleman and Hinton 2012, lecture 6.5 of their course), centered
 * and with momentum as Graves (2013, section 4.2) has it.
 *
 * ```
 * g = gradient + λ θ                  (-gradient to maximize)
 * s = α s + (1 - α) g²
 * a = α a + (1 - α) g
 * d = g / (sqrt(s) + ε)               or g / (sqrt(s - a²) + ε) if centered
 * b = μ b + d
 * θ = θ - lr b                        b is d without momentum
 * ```
 *
 * The average is not corrected for its start at 0, so first steps are large.
 * PyTorch, and so this, adds ε after the root and multiplies by lr last;
 * TensorFlow and Optax add ε under the root, and lr goes into b.
 * Unlike PyTorch, s - a² is kept from falling below 0: rounding lets it when a
 * gradient stays the same for a thousand steps, and its root would be NaN.
 */
export const rmspropRule: Algorithm<RMSpropHyper, RMSpropState> = {
  name: "RMSprop",
  defaults: {
    lr: 1e-2,
    alpha: 0.99,
    eps: 1e-8,
    weightDecay: 0,
    momentum: 0,
    centered: false,
    maximize: false,
  },
  domains: {
    lr: learningRate,
    alpha: atLeastZero,
    eps: atLeastZero,
    weightDecay: atLeastZero,
    momentum: atLeastZero,
    centered: flag,
    maximize: flag,
  },

  init: (param, { momentum, centered }) => ({
    step: counter(),
    squareAvg: zerosLike(param),
    ...(momentum !== 0 ? { momentumBuffer: zerosLike(param) } : {}),
    ...(centered ? { gradAvg: zerosLike(param) } : {}),
  }),

  update(update) {
    const { state, hyper, uses, target } = update;
    const { lr, alpha, eps, momentum } = hyper;
    const { squareAvg: s, gradAvg: a, momentumBuffer: b } = state;
    const g = penalized(update);
    countStep(state);

    s.mul_(alpha).addcmul_(g, g, { value: oneMinus(alpha) });
    let variance = s;
    if (hyper.centered) {
      a!.lerp_(g, oneMinus(alpha));
      variance = s.sub(a!.square()).maximum(0);
    }
    let d = g.div(variance.sqrt().add(eps));
    if (uses("momentum")) d = b!.mul_(momentum).add_(d);
    target.sub_(d.mul(lr));
  },
};
