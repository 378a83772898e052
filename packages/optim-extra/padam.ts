import {
  type Algorithm,
  AlgorithmOptimizer,
  type Domain,
  type GradientTransformation,
  type LearningRate,
  type OptionsOf,
  type Params,
  type ScalarOrSchedule,
  transformationOf,
} from "@gradus/optim";
import {
  atLeastZero,
  betas,
  biasCorrection,
  counter,
  countStep,
  flag,
  learningRate,
  oneMinus,
  penalized,
} from "@gradus/optim/internal";
import { type Tensor, zerosLike } from "@gradus/tensor";

/** Hyper-parameters of {@linkcode Padam}. */
export interface PadamHyper {
  /** Learning rate; 0.1 if left out. */
  lr: LearningRate;
  /** Decay rates of the averages of gradients and of their squares; 0.9 and 0.999 if left out. */
  betas: readonly [number, number];
  /** Keeps the denominator away from 0; 1e-8 if left out. */
  eps: number;
  /** Exponent of the average of squares, p, in [0, 1/2]; 1/4 if left out. */
  partial: number;
  /** Factor of the L2 penalty, λ; 0 if left out. */
  weightDecay: number;
  /** Divides by the largest average of squares so far; true if left out. */
  amsgrad: boolean;
  /** Climbs instead of descending; false if left out. */
  maximize: boolean;
}

/** What Padam remembers. */
export type PadamState = {
  /** Steps so far, t. */
  step: Tensor;
  /** Running average of gradients, m. */
  expAvg: Tensor;
  /** Running average of squared gradients, v. */
  expAvgSq: Tensor;
  /** The largest v so far, with amsgrad. */
  maxExpAvgSq?: Tensor;
};

const partial: Domain = {
  expected: "a number in [0, 0.5]",
  type: (value) => typeof value === "number",
  range: (value) => value as number >= 0 && value as number <= 0.5,
};

/** The equations of {@linkcode Padam}. */
export const padamRule: Algorithm<PadamHyper, PadamState> = {
  name: "Padam",
  defaults: {
    lr: 0.1,
    betas: [0.9, 0.999],
    eps: 1e-8,
    partial: 0.25,
    weightDecay: 0,
    amsgrad: true,
    maximize: false,
  },
  domains: {
    lr: learningRate,
    betas,
    eps: atLeastZero,
    partial,
    weightDecay: atLeastZero,
    amsgrad: flag,
    maximize: flag,
  },

  init: (param, { amsgrad }) => ({
    step: counter(),
    expAvg: zerosLike(param),
    expAvgSq: zerosLike(param),
    ...(amsgrad ? { maxExpAvgSq: zerosLike(param) } : {}),
  }),

  update(update) {
    const { state, hyper, uses, constant, target } = update;
    const { lr, betas: [beta1, beta2], eps } = hyper;
    const { expAvg, expAvgSq, maxExpAvgSq } = state;
    const t = countStep(state);
    const g = penalized(update);

    expAvg.lerp_(g, oneMinus(beta1));
    expAvgSq.mul_(beta2).addcmul_(g, g, { value: oneMinus(beta2) });
    const v = hyper.amsgrad ? maxExpAvgSq!.maximum_(expAvgSq) : expAvgSq;

    const root = biasCorrection(beta2, t).sqrt();
    const stepSize = lr.mul(root).div(biasCorrection(beta1, t));
    const step = uses("partial")
      ? expAvg.div(power(v.sqrt().add(eps), 2 * constant("partial")))
      : expAvg;
    target.sub_(step.mul(stepSize));
  },
};

/** `x^exponent` for an exponent in (0, 1], without the cost of a general power. */
function power(x: Tensor, exponent: number): Tensor {
  const halvings = -Math.log2(exponent);
  if (!Number.isInteger(halvings) || halvings > 4) {
    return x.log().mul(exponent).exp();
  }
  let root = x;
  for (let i = 0; i < halvings; i++) root = root.sqrt();
  return root;
}

/** Options of {@linkcode Padam}. */
export type PadamOptions = OptionsOf<PadamHyper>;

/**
 * Padam, partially adaptive Adam: divides by `v^p` in place of the root of v.
 * With `partial` 1/2 it is Adam (or AMSGrad), with 0 SGD with momentum; in
 * between it allows for larger learning rates than Adam does.
 *
 * ```
 * g = gradient + λ θ                                (-gradient to maximize)
 * m = β1 m + (1 - β1) g
 * v = β2 v + (1 - β2) g²
 * θ = θ - lr sqrt(1 - β2^t) / (1 - β1^t) m / (sqrt(v) + ε)^(2p)
 * ```
 *
 * With `amsgrad` v is the largest so far. State per parameter: `step`,
 * `expAvg`, `expAvgSq` and, with `amsgrad`, `maxExpAvgSq`.
 *
 * Jinghui Chen, Dongruo Zhou, Yiqi Tang, Ziyan Yang, Yuan Cao and Quanquan Gu,
 * "Closing the Generalization Gap of Adaptive Gradient Methods in Training Deep
 * Neural Networks", IJCAI 2020, arXiv:1806.06763.
 *
 * This is the authors' code: the correction of v is the root for any p, where
 * the paper has no correction. They also try 1/8 and 1/16 for p.
 *
 * @example
 * ```ts
 * import { Padam } from "@gradus/optim-extra";
 * import { tensor } from "@gradus/tensor";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const w = tensor([3], { dtype: "float64", requiresGrad: true });
 * const optimizer = new Padam([w], { lr: 0.5, betas: [0.9, 0.75], eps: 0 });
 * w.grad = tensor([4], { dtype: "float64" });
 * optimizer.step();
 * // v is 4 and its power of 1/4 the root of 2; the correction is 1/2.
 * assertAlmostEquals(w.itemSync(), 3 - 0.5 * 0.5 * 4 / Math.sqrt(2), 1e-12);
 * ```
 */
export class Padam extends AlgorithmOptimizer<PadamHyper, PadamState> {
  /**
   * Padam on `params`.
   *
   * @throws {TypeError} if an option is unknown or has the wrong type.
   * @throws {RangeError} if `lr`, `eps` or `weightDecay` is below 0, a beta outside of [0, 1) or `partial` outside of [0, 0.5].
   */
  constructor(params: Params<PadamHyper>, options: PadamOptions = {}) {
    super(padamRule, params, options);
  }
}

/**
 * {@linkcode Padam} as a transformation of gradients.
 *
 * @example
 * ```ts
 * import { applyUpdates } from "@gradus/optim";
 * import { padam } from "@gradus/optim-extra";
 * import { tensor } from "@gradus/tensor";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const optimizer = padam(0.5, { partial: 0 });
 * const params = { w: tensor([3], { dtype: "float64" }) };
 * const state = optimizer.init(params);
 * const [updates] = optimizer.update({ w: params.w.mul(2) }, state, params);
 * const moved = applyUpdates(params, updates);
 * assertAlmostEquals(moved.w.itemSync(), 3 - 0.5 * Math.sqrt(0.001) * 6, 1e-12);
 * ```
 */
export function padam(
  learningRate: ScalarOrSchedule,
  options: Omit<PadamOptions, "lr"> = {},
): GradientTransformation {
  return transformationOf(padamRule, learningRate, options);
}
