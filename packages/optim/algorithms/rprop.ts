/** Rprop. */

import { type Tensor, where, zerosLike } from "@gradus/tensor";
import type { Algorithm, LearningRate } from "../algorithm.ts";
import { type Domain, flag, learningRate } from "../domains.ts";
import { counter, countStep } from "./shared.ts";

/** Hyper-parameters of {@linkcode Rprop}. */
export interface RpropHyper {
  /** The first step of every element; 1e-2 if left out. */
  lr: LearningRate;
  /** Factors of steps, η- where the gradient changes its sign, η+ where it does not; 0.5 and 1.2 if left out. */
  etas: readonly [number, number];
  /** The smallest and the largest step; 1e-6 and 50 if left out. */
  stepSizes: readonly [number, number];
  /** Climbs instead of descending. */
  maximize: boolean;
}

/** What Rprop remembers. */
export type RpropState = {
  /** Steps so far. */
  step: Tensor;
  /** The last gradient, 0 where it had changed its sign. */
  prev: Tensor;
  /** The step of each element, d. */
  stepSize: Tensor;
};

/** Whether `value` is two numbers. */
function isPair(value: unknown): boolean {
  return Array.isArray(value) && value.length === 2 &&
    value.every((x) => typeof x === "number");
}

const etas: Domain = {
  expected: "two numbers, one in (0, 1) and one above 1",
  type: isPair,
  range: (value) => {
    const [minus, plus] = value as [number, number];
    return 0 < minus && minus < 1 && 1 < plus;
  },
};

const stepSizes: Domain = {
  expected: "two numbers of at least 0, the smaller first",
  type: isPair,
  range: (value) => {
    const [least, most] = value as [number, number];
    return 0 <= least && least <= most;
  },
};

/**
 * Rprop (Riedmiller and Braun 1993) in the form without backtracking of Igel
 * and Hüsken (2000), iRprop-: only signs of gradients count.
 *
 * ```
 * g = gradient                            (-gradient to maximize)
 * d = η+ d    where g prev > 0
 * d = η- d    where g prev < 0, and g = 0 there
 * d = min(max(d, stepSizes[0]), stepSizes[1])
 * θ = θ - sign(g) d
 * prev = g
 * ```
 *
 * It needs gradients without noise, those of the whole data set. A change of
 * `lr` after the first step has no effect.
 */
export const rpropRule: Algorithm<RpropHyper, RpropState> = {
  name: "Rprop",
  defaults: {
    lr: 1e-2,
    etas: [0.5, 1.2],
    stepSizes: [1e-6, 50],
    maximize: false,
  },
  domains: { lr: learningRate, etas, stepSizes, maximize: flag },

  init: (param) => ({
    step: counter(),
    prev: zerosLike(param),
    // The rule puts lr here: it may not be known yet.
    stepSize: zerosLike(param),
  }),

  update({ grad, state, hyper, first, target }) {
    const { lr, etas: [etaMinus, etaPlus], stepSizes: [least, most] } = hyper;
    const { prev, stepSize } = state;
    countStep(state);
    const g = hyper.maximize ? grad.neg() : grad;
    const d = where(first(), lr, stepSize);

    const agreement = g.mul(prev);
    const turned = agreement.lt(0);
    const slower = where(turned, d.mul(etaMinus), d);
    const next = where(agreement.gt(0), d.mul(etaPlus), slower);
    stepSize.copy_(next.maximum(least).minimum(most));
    prev.copy_(where(turned, 0, g));
    target.sub_(prev.sign().mul(stepSize));
  },
};
