/** Stochastic gradient descent. */

import { type Tensor, where, zerosLike } from "@gradus/tensor";
import type { Algorithm, LearningRate } from "../algorithm.ts";
import { atLeastZero, flag, learningRate, number } from "../domains.ts";
import { oneMinus, penalized } from "./shared.ts";

/** Hyper-parameters of {@linkcode SGD}. */
export interface SGDHyper {
  /** Learning rate; 1e-3 if left out. */
  lr: LearningRate;
  /** Share of the last direction that is kept, μ; 0 if left out. */
  momentum: number;
  /** What the gradient lacks in the new direction, τ; 0 if left out. */
  dampening: number;
  /** Factor of the L2 penalty, λ; 0 if left out. */
  weightDecay: number;
  /** Looks ahead along the new direction. */
  nesterov: boolean;
  /** Climbs instead of descending. */
  maximize: boolean;
}

/** What SGD remembers; nothing without momentum. */
export type SGDState = {
  /** The direction b. */
  momentumBuffer?: Tensor;
};

/**
 * Gradient descent with momentum (Polyak 1964), also as Nesterov's accelerated
 * gradient in the form of Sutskever et al. (2013).
 *
 * ```
 * g = gradient + λ θ          (-gradient to maximize)
 * b = g                       in the first step
 * b = μ b + (1 - τ) g         in later ones
 * d = g + μ b                 with nesterov
 * d = b                       without
 * θ = θ - lr d
 * ```
 *
 * Without momentum d is g. As in PyTorch the learning rate multiplies the
 * direction at the end, so that a change of it acts at once; the papers have
 * it inside of b. Dampening leaves the first step alone.
 */
export const sgdRule: Algorithm<SGDHyper, SGDState> = {
  name: "SGD",
  defaults: {
    lr: 1e-3,
    momentum: 0,
    dampening: 0,
    weightDecay: 0,
    nesterov: false,
    maximize: false,
  },
  domains: {
    lr: learningRate,
    momentum: atLeastZero,
    dampening: number,
    weightDecay: atLeastZero,
    nesterov: flag,
    maximize: flag,
  },

  check({ nesterov, momentum, dampening }) {
    if (!nesterov || momentum > 0 && dampening === 0) return;
    throw new RangeError(
      `Cannot use SGD with nesterov as that needs momentum above 0 and dampening 0: got momentum ${momentum} and dampening ${dampening}`,
    );
  },

  init: (param, { momentum }) =>
    momentum !== 0 ? { momentumBuffer: zerosLike(param) } : {},

  update(update) {
    const { state, hyper, uses, first, target } = update;
    const { lr, momentum, dampening, nesterov } = hyper;
    const g = penalized(update);
    if (!uses("momentum")) {
      target.sub_(g.mul(lr));
      return;
    }
    const b = state.momentumBuffer!;
    const share = uses("dampening")
      ? where(first(), 1, oneMinus(dampening))
      : 1;
    // What is kept of the zeros of the start leaves g alone in the first step.
    b.mul_(momentum).add_(g, { alpha: share });
    const d = nesterov ? g.add(b, { alpha: momentum }) : b;
    target.sub_(d.mul(lr));
  },
};
