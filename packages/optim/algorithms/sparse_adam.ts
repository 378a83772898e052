/** SparseAdam. */

import { sparseRows } from "@gradus/autograd";
import { type Tensor, zerosLike } from "@gradus/tensor";
import type { Algorithm, LearningRate } from "../algorithm.ts";
import { aboveZero, betas, flag, learningRate } from "../domains.ts";
import type { Modifiers } from "../modifiers.ts";
import { biasCorrection, counter, countStep, oneMinus } from "./shared.ts";

/** Hyper-parameters of {@linkcode SparseAdam}. */
export interface SparseAdamHyper {
  /** Learning rate; 1e-3 if left out. */
  lr: LearningRate;
  /** Decay rates of the averages of gradients and of their squares; 0.9 and 0.999 if left out. */
  betas: readonly [number, number];
  /** Keeps the denominator away from 0, above 0; 1e-8 if left out. */
  eps: number;
  /** Climbs instead of descending. */
  maximize: boolean;
}

/** What SparseAdam remembers. */
export type SparseAdamState = {
  /** Steps so far, t: of the parameter, not of its rows. */
  step: Tensor;
  /** Running average of gradients, m. */
  expAvg: Tensor;
  /** Running average of squared gradients, v. */
  expAvgSq: Tensor;
};

/**
 * Adam (Kingma and Ba 2015) for tables of vectors, as `torch.optim.SparseAdam`
 * has it: in a step it changes only the rows that the gradient is about.
 *
 * ```
 * m = β1 m + (1 - β1) g
 * v = β2 v + (1 - β2) g²                                       (rows looked up)
 * θ = θ - lr sqrt(1 - β2^t) / (1 - β1^t) * m / (sqrt(v) + ε)
 * ```
 *
 * Unlike in Adam, ε is not corrected along with v, and averages of the other
 * rows do not fade. Rows that were looked up several times are computed and
 * written as often, alike, so that the work depends on the number of lookups
 * alone and a compiled step serves for all of that number.
 */
export const sparseAdamRule: Algorithm<SparseAdamHyper, SparseAdamState> = {
  name: "SparseAdam",
  defaults: { lr: 1e-3, betas: [0.9, 0.999], eps: 1e-8, maximize: false },
  domains: { lr: learningRate, betas, eps: aboveZero, maximize: flag },

  check({ differentiable }: SparseAdamHyper & Modifiers) {
    if (!differentiable) return;
    throw new RangeError(
      "Cannot use SparseAdam with this differentiable: expected false, as rows that were looked up several times are written as often, got true",
    );
  },

  init: (param) => ({
    step: counter(),
    expAvg: zerosLike(param),
    expAvgSq: zerosLike(param),
  }),

  update({ grad, state, hyper, target, rows = rowsOf(grad) }) {
    const { lr, betas: [beta1, beta2], eps } = hyper;
    const t = countStep(state);
    const g = grad.indexSelect(0, rows);
    const m = state.expAvg.indexSelect(0, rows);
    const v = state.expAvgSq.indexSelect(0, rows);

    m.lerp_(hyper.maximize ? g.neg() : g, oneMinus(beta1));
    v.lerp_(g.square(), oneMinus(beta2));
    state.expAvg.indexPut_([rows], m);
    state.expAvgSq.indexPut_([rows], v);

    const stepSize = lr.mul(biasCorrection(beta2, t).sqrt())
      .div(biasCorrection(beta1, t));
    const change = m.div(v.sqrt().add(eps)).mul(stepSize);
    // Adding would count rows that are looked up twice twice.
    target.indexPut_([rows], target.indexSelect(0, rows).sub(change));
  },
};

/**
 * The rows that a gradient is about.
 *
 * @throws {TypeError} if that may be all.
 */
export function rowsOf(grad: Tensor): Tensor {
  const rows = sparseRows(grad);
  if (rows) return rows;
  throw new TypeError(
    "Cannot step SparseAdam with a dense gradient: expected one that comes from lookups with sparse alone and was not changed since; what is compiled must zero gradients, compute them and step",
  );
}
