import {
  type Algorithm,
  AlgorithmOptimizer,
  type GradientTransformation,
  type LearningRate,
  type OptionsOf,
  type Params,
  type ScalarOrSchedule,
  transformationOf,
} from "@gradus/optim";
import {
  atLeastZero,
  biasCorrection,
  counter,
  countStep,
  flag,
  learningRate,
  oneMinus,
} from "@gradus/optim/internal";
import { type Tensor, where, zerosLike } from "@gradus/tensor";
import { threeBetas } from "./domains.ts";

/** Hyper-parameters of {@linkcode Adan}. */
export interface AdanHyper {
  /** Learning rate; 1e-3 if left out. */
  lr: LearningRate;
  /** Decay rates of the averages of gradients, of their differences and of squares; 0.98, 0.92 and 0.99 if left out. */
  betas: readonly [number, number, number];
  /** Keeps the denominator away from 0; 1e-8 if left out. */
  eps: number;
  /** Factor of the decoupled decay, λ; 0 if left out. */
  weightDecay: number;
  /** Decays before the step as AdamW does, not after it by a division; false if left out. */
  noProx: boolean;
  /** Climbs instead of descending; false if left out. */
  maximize: boolean;
}

/** What Adan remembers. */
export type AdanState = {
  /** Steps so far, t. */
  step: Tensor;
  /** Running average of gradients, m. */
  expAvg: Tensor;
  /** Running average of differences of gradients, v. */
  expAvgDiff: Tensor;
  /** Running average of squares of gradients that look ahead, n. */
  expAvgSq: Tensor;
  /** The gradient of the last step. */
  preGrad: Tensor;
};

/** The equations of {@linkcode Adan}. */
export const adanRule: Algorithm<AdanHyper, AdanState> = {
  name: "Adan",
  defaults: {
    lr: 1e-3,
    betas: [0.98, 0.92, 0.99],
    eps: 1e-8,
    weightDecay: 0,
    noProx: false,
    maximize: false,
  },
  domains: {
    lr: learningRate,
    betas: threeBetas,
    eps: atLeastZero,
    weightDecay: atLeastZero,
    noProx: flag,
    maximize: flag,
  },

  init: (param) => ({
    step: counter(),
    expAvg: zerosLike(param),
    expAvgDiff: zerosLike(param),
    expAvgSq: zerosLike(param),
    preGrad: zerosLike(param),
  }),

  update({ grad, state, hyper, uses, first, target, shrink }) {
    const { betas: [beta1, beta2, beta3], eps } = hyper;
    const { expAvg, expAvgDiff, expAvgSq, preGrad } = state;
    const t = countStep(state);
    const root = biasCorrection(beta3, t).sqrt();
    // 0 in the first step, which has nothing to compare with.
    const compares = where(first(), 0, 1);
    let lr = hyper.lr;
    if (uses("weightDecay")) {
      const decay = lr.mul(hyper.weightDecay);
      if (hyper.noProx) shrink(decay);
      else {
        // (θ - s) / (1 + d) is θ - d / (1 + d) θ - s / (1 + d).
        const whole = decay.add(1);
        shrink(decay.div(whole));
        lr = lr.div(whole);
      }
    }
    const ofMean = lr.mul(root).div(biasCorrection(beta1, t));
    const ofDiff = lr.mul(root).mul(beta2).div(biasCorrection(beta2, t));

    // That g is read from the state from here on makes one kernel of all.
    const last = preGrad.clone();
    const g = preGrad.copy_(hyper.maximize ? grad.neg() : grad);
    const diff = g.sub(last).mul(compares);
    const ahead = g.add(diff.mul(beta2));
    const m = expAvg.mul_(beta1).add_(g.mul(oneMinus(beta1)));
    const v = expAvgDiff.mul_(beta2).add_(diff.mul(oneMinus(beta2)));
    const n = expAvgSq.mul_(beta3)
      .addcmul_(ahead, ahead, { value: oneMinus(beta3) });
    const denominator = n.sqrt().add(eps.mul(root));
    target.sub_(m.mul(ofMean).add(v.mul(ofDiff)).div(denominator));
  },
};

/** Options of {@linkcode Adan}. */
export type AdanOptions = OptionsOf<AdanHyper>;

/**
 * Adan (ADAptive Nesterov momentum): Adam with a second average, of how
 * gradients change, which takes the place of Nesterov's look ahead and costs no
 * second gradient.
 *
 * ```
 * d = g - g'                                 g' is the last gradient; d = 0 in the first step
 * m = β1 m + (1 - β1) g
 * v = β2 v + (1 - β2) d
 * n = β3 n + (1 - β3) (g + β2 d)²
 * θ = (θ - lr (m̂ + β2 v̂) / (sqrt(n̂) + ε)) / (1 + lr λ)
 * ```
 *
 * A hat divides by 1 - β^t. With `noProx` decay comes first and is that of
 * AdamW: `θ = (1 - lr λ) θ - lr (m̂ + β2 v̂) / (sqrt(n̂) + ε)`.
 *
 * State per parameter: `step`, `expAvg`, `expAvgDiff`, `expAvgSq`, `preGrad`.
 *
 * Xingyu Xie, Pan Zhou, Huan Li, Zhouchen Lin and Shuicheng Yan, "Adan:
 * Adaptive Nesterov Momentum Algorithm for Faster Optimizing Deep Models",
 * IEEE TPAMI 2024, arXiv:2208.06677.
 *
 * These are the betas of the authors' code; the paper's are 1 minus these.
 * Optax has taken over the code's betas along with the paper's factor 1 - β2,
 * so that it looks ahead by 0.08 d instead of 0.92 d, and adds ε under the root
 * too. The authors' limit of the norm of all gradients is left to
 * `clipGradNorm_`.
 *
 * @example
 * ```ts
 * import { Adan } from "@gradus/optim-extra";
 * import { tensor } from "@gradus/tensor";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const w = tensor([3], { dtype: "float64", requiresGrad: true });
 * const optimizer = new Adan([w], { lr: 0.25 });
 * w.square().sum().backward();
 * optimizer.step();
 * assertAlmostEquals(w.itemSync(), 2.75, 1e-8); // a step of lr, as in Adam
 * ```
 */
export class Adan extends AlgorithmOptimizer<AdanHyper, AdanState> {
  /**
   * Adan on `params`.
   *
   * @throws {TypeError} if an option is unknown or has the wrong type.
   * @throws {RangeError} if `lr`, `eps` or `weightDecay` is below 0, or a beta outside of [0, 1).
   */
  constructor(params: Params<AdanHyper>, options: AdanOptions = {}) {
    super(adanRule, params, options);
  }
}

/**
 * {@linkcode Adan} as a transformation of gradients.
 *
 * @example
 * ```ts
 * import { applyUpdates } from "@gradus/optim";
 * import { adan } from "@gradus/optim-extra";
 * import { tensor } from "@gradus/tensor";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const optimizer = adan(0.25);
 * const params = { w: tensor([3], { dtype: "float64" }) };
 * const state = optimizer.init(params);
 * const grads = { w: params.w.mul(2) };
 * const [updates] = optimizer.update(grads, state, params);
 * const moved = applyUpdates(params, updates);
 * assertAlmostEquals(moved.w.itemSync(), 2.75, 1e-8);
 * ```
 */
export function adan(
  lr: ScalarOrSchedule,
  options: Omit<AdanOptions, "lr"> = {},
): GradientTransformation {
  return transformationOf(adanRule, lr, options);
}
