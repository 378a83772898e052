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
  flag,
  learningRate,
  oneMinus,
} from "@gradus/optim/internal";
import { type Tensor, zerosLike } from "@gradus/tensor";
import { asNumber } from "@gradus/tensor/internal";
import { sumFor } from "./group_numbers.ts";

/** Hyper-parameters of {@linkcode QHAdam}. */
export interface QHAdamHyper {
  /** Learning rate; 1e-3 if left out. */
  lr: LearningRate;
  /** Decay rates of the averages of gradients and of their squares; 0.9 and 0.999 if left out. */
  betas: readonly [number, number];
  /** Shares of these averages in what is used, ν1 and ν2, in [0, 1]; the rest is the gradient itself, or its square. 1 and 1 if left out. */
  nus: readonly [number, number];
  /** Keeps the denominator away from 0; 1e-8 if left out. */
  eps: number;
  /** Factor of the L2 penalty, or of the decay, λ; 0 if left out. */
  weightDecay: number;
  /** Decay shrinks the parameter and stays out of the averages; false if left out. */
  decoupleWeightDecay: boolean;
  /** Climbs instead of descending; false if left out. */
  maximize: boolean;
}

/** What QHAdam remembers. */
export type QHAdamState = {
  /** Sum of the weights in the average of gradients, w1: 0-d. */
  beta1Weight: Tensor;
  /** Sum of the weights in the average of squares, w2: 0-d. */
  beta2Weight: Tensor;
  /** Average of gradients, m, with weights that sum to 1. */
  expAvg: Tensor;
  /** Average of squared gradients, v, with weights that sum to 1. */
  expAvgSq: Tensor;
};

const nus: Domain = {
  expected: "two numbers in [0, 1]",
  type: (value) =>
    Array.isArray(value) && value.length === 2 &&
    value.every((nu) => typeof nu === "number"),
  range: (value) => (value as number[]).every((nu) => nu >= 0 && nu <= 1),
};

/** The equations of {@linkcode QHAdam}. */
export const qhAdamRule: Algorithm<QHAdamHyper, QHAdamState> = {
  name: "QHAdam",
  defaults: {
    lr: 1e-3,
    betas: [0.9, 0.999],
    nus: [1, 1],
    eps: 1e-8,
    weightDecay: 0,
    decoupleWeightDecay: false,
    maximize: false,
  },
  domains: {
    lr: learningRate,
    betas,
    nus,
    eps: atLeastZero,
    weightDecay: atLeastZero,
    decoupleWeightDecay: flag,
    maximize: flag,
  },

  init: (param) => ({
    beta1Weight: sumFor(param),
    beta2Weight: sumFor(param),
    expAvg: zerosLike(param),
    expAvgSq: zerosLike(param),
  }),

  update({ param, grad, state, hyper, uses, target, shrink }) {
    const { lr, betas, nus: [nu1, nu2], eps, weightDecay } = hyper;
    const { expAvg, expAvgSq } = state;
    let g = hyper.maximize ? grad.neg() : grad;
    if (uses("weightDecay")) {
      if (hyper.decoupleWeightDecay) shrink(lr.mul(weightDecay));
      else g = g.add(param.mul(weightDecay));
    }

    const share1 = asNumber(state.beta1Weight.mul_(betas[0]).add_(1))
      .reciprocal();
    const share2 = asNumber(state.beta2Weight.mul_(betas[1]).add_(1))
      .reciprocal();
    const squares = g.square();
    expAvg.lerp_(g, share1);
    expAvgSq.mul_(oneMinus(share2)).add_(squares.mul(share2));

    const numerator = expAvg.mul(nu1).add(g.mul(oneMinus(nu1)));
    const square = expAvgSq.mul(nu2).add(squares.mul(oneMinus(nu2)));
    target.addcdiv_(numerator, square.sqrt().add(eps), { value: lr.neg() });
  },
};

/** Options of {@linkcode QHAdam}. */
export type QHAdamOptions = OptionsOf<QHAdamHyper>;

/**
 * QHAdam, quasi-hyperbolic Adam: Adam that mixes the gradient of the moment
 * into its averages. With `nus: [1, 1]` it is Adam, with `[0, 1]` RMSprop, with
 * `[β1, 1]` nearly NAdam; the authors recommend `[0.7, 1]` with a β1 of 0.995.
 *
 * ```
 * g = gradient + λ θ                     λ θ only without decoupleWeightDecay
 * θ = θ - lr λ θ                         with it
 * m: average of all g with weights β1^age / w1, w1 = 1 + β1 + ... + β1^(t-1)
 * v: average of all g² with weights β2^age / w2, likewise
 * θ = θ - lr (ν1 m + (1 - ν1) g) / (sqrt(ν2 v + (1 - ν2) g²) + ε)
 * ```
 *
 * State per parameter: `beta1Weight`, `beta2Weight`, `expAvg` and `expAvgSq`.
 *
 * Jerry Ma and Denis Yarats, "Quasi-hyperbolic momentum and Adam for deep
 * learning", ICLR 2019, arXiv:1810.06801.
 *
 * This is the authors' code: m and v are what the paper gets by bias
 * correction, and stay so when a β changes. R's torchopt has lr 0.01 and ε
 * 1e-3 and stops with an error when a parameter of several elements decays.
 *
 * @example
 * ```ts
 * import { QHAdam } from "@gradus/optim-extra";
 * import { tensor } from "@gradus/tensor";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const w = tensor([3], { dtype: "float64", requiresGrad: true });
 * const optimizer = new QHAdam([w], { lr: 0.5, nus: [0.5, 1], betas: [0.5, 0.5], eps: 0 });
 * for (const g of [1, 2]) {
 *   w.grad = tensor([g], { dtype: "float64" });
 *   optimizer.step();
 * }
 * // At last m is 5/3 and v is 3: the numerator is (5/3 + 2) / 2.
 * assertAlmostEquals(w.itemSync(), 3 - 0.5 - 0.5 * (11 / 6) / Math.sqrt(3), 1e-12);
 * ```
 */
export class QHAdam extends AlgorithmOptimizer<QHAdamHyper, QHAdamState> {
  /**
   * QHAdam on `params`.
   *
   * @throws {TypeError} if an option is unknown or has the wrong type.
   * @throws {RangeError} if `lr`, `eps` or `weightDecay` is below 0, a beta outside of [0, 1) or a nu outside of [0, 1].
   */
  constructor(params: Params<QHAdamHyper>, options: QHAdamOptions = {}) {
    super(qhAdamRule, params, options);
  }
}

/**
 * {@linkcode QHAdam} as a transformation of gradients.
 *
 * @example
 * ```ts
 * import { applyUpdates } from "@gradus/optim";
 * import { qhadam } from "@gradus/optim-extra";
 * import { tensor } from "@gradus/tensor";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const optimizer = qhadam(0.5, { nus: [0.7, 1] });
 * const params = { w: tensor([3], { dtype: "float64" }) };
 * const state = optimizer.init(params);
 * const [updates] = optimizer.update({ w: params.w.mul(2) }, state, params);
 * assertAlmostEquals(applyUpdates(params, updates).w.itemSync(), 2.5, 1e-8);
 * ```
 */
export function qhadam(
  learningRate: ScalarOrSchedule,
  options: Omit<QHAdamOptions, "lr"> = {},
): GradientTransformation {
  return transformationOf(qhAdamRule, learningRate, options);
}
