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
  betas,
  counter,
  countStep,
  flag,
  learningRate,
  oneMinus,
  penalized,
} from "@gradus/optim/internal";
import { type Tensor, where, zerosLike } from "@gradus/tensor";
import { orNull } from "./domains.ts";

/** Hyper-parameters of {@linkcode ADOPT}. */
export interface ADOPTHyper {
  /** Learning rate; 1e-3 if left out. */
  lr: LearningRate;
  /** Decay rates of the averages of steps and of squared gradients; 0.9 and 0.9999 if left out. */
  betas: readonly [number, number];
  /** The smallest denominator; 1e-6 if left out. */
  eps: number;
  /** Gradients that are divided are clipped to t to this power in step t + 1; 0.25 if left out, null for no clipping. */
  clipExponent: number | null;
  /** Factor of the parameter in the gradient, λ; 0 if left out. */
  weightDecay: number;
  /** Decay shrinks the parameter by `lr λ` and stays out of the averages; false if left out. */
  decoupledWeightDecay: boolean;
  /** Climbs instead of descending; false if left out. */
  maximize: boolean;
}

/** What ADOPT remembers. */
export type ADOPTState = {
  /** Steps so far. */
  step: Tensor;
  /** Running average of gradients that were divided, m. */
  expAvg: Tensor;
  /** Running average of squared gradients, v. */
  expAvgSq: Tensor;
};

/** The equations of {@linkcode ADOPT}. */
export const adoptRule: Algorithm<ADOPTHyper, ADOPTState> = {
  name: "ADOPT",
  defaults: {
    lr: 1e-3,
    betas: [0.9, 0.9999],
    eps: 1e-6,
    clipExponent: 0.25,
    weightDecay: 0,
    decoupledWeightDecay: false,
    maximize: false,
  },
  domains: {
    lr: learningRate,
    betas,
    eps: atLeastZero,
    clipExponent: /* @__PURE__ */ orNull(atLeastZero),
    weightDecay: atLeastZero,
    decoupledWeightDecay: flag,
    maximize: flag,
  },

  init: (param) => ({
    step: counter(),
    expAvg: zerosLike(param),
    expAvgSq: zerosLike(param),
  }),

  update(update) {
    const { state, hyper, uses, target, shrink } = update;
    const { lr, betas: [beta1, beta2], eps, clipExponent } = hyper;
    const { expAvg: m, expAvgSq: v } = state;
    const t = countStep(state).sub(1);
    const begins = t.eq(0);
    const g = penalized(update);
    if (hyper.decoupledWeightDecay && uses("weightDecay")) {
      shrink(where(begins, 0, lr.mul(hyper.weightDecay)));
    }

    // In the first step v is 0, and what comes of it is weighed with 0.
    let scaled = g.div(v.sqrt().maximum(where(begins, 1, eps)));
    if (clipExponent !== null) {
      const bound = t.pow(clipExponent);
      // As a clamp does, but faster where that must look out for NaN.
      const most = bound.neg();
      scaled = where(
        scaled.gt(bound),
        bound,
        where(scaled.lt(most), most, scaled),
      );
    }
    m.lerp_(scaled, where(begins, 0, oneMinus(beta1)));
    v.mul_(where(begins, 0, beta2))
      .addcmul_(g, g, { value: where(begins, 1, oneMinus(beta2)) });
    target.sub_(m.mul(lr));
  },
};

/** Options of {@linkcode ADOPT}. */
export type ADOPTOptions = OptionsOf<ADOPTHyper>;

/**
 * ADOPT: Adam in another order, which converges whatever β2 is: gradients are
 * divided by the root of the average of squares up to the last step, so that
 * the two are independent, and then averaged.
 *
 * ```
 * v = g²                                    in the first step, which ends here
 * c = clip(g / max(sqrt(v), ε), ±t^(1/4))   t is 1 in the second step
 * m = β1 m + (1 - β1) c
 * v = β2 v + (1 - β2) g²
 * θ = θ - lr m
 * ```
 *
 * g contains λ θ. Decoupled decay leaves that out and does `θ = θ - lr λ θ`
 * after the first step.
 *
 * State per parameter: `step`, `expAvg`, `expAvgSq`.
 *
 * Shohei Taniguchi, Keno Harada, Gouki Minegishi, Yuta Oshima, Seong Cheol
 * Jeong, Go Nagahara, Tomoshi Iiyama, Masahiro Suzuki, Yusuke Iwasawa and
 * Yutaka Matsuo, "ADOPT: Modified Adam Can Converge with Any β2 with the
 * Optimal Rate", NeurIPS 2024, arXiv:2411.02853.
 *
 * The first edition of the paper does not clip, which failed where the first
 * gradients were near 0; the authors' code has since done so and is followed
 * here. Optax agrees with it and has Nesterov's look ahead as well.
 *
 * @example
 * ```ts
 * import { ADOPT } from "@gradus/optim-extra";
 * import { tensor } from "@gradus/tensor";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const w = tensor([3], { dtype: "float64", requiresGrad: true });
 * const optimizer = new ADOPT([w], { lr: 0.5 });
 * for (let t = 1; t <= 2; t++) {
 *   optimizer.zeroGrad();
 *   w.square().sum().backward();
 *   optimizer.step();
 * }
 * // The first step does not move, the second has 1 - β1 of the length lr.
 * assertAlmostEquals(w.itemSync(), 2.95, 1e-12);
 * ```
 */
export class ADOPT extends AlgorithmOptimizer<ADOPTHyper, ADOPTState> {
  /**
   * ADOPT on `params`.
   *
   * @throws {TypeError} if an option is unknown or has the wrong type.
   * @throws {RangeError} if `lr`, `eps`, `weightDecay` or `clipExponent` is below 0, or a beta outside of [0, 1).
   */
  constructor(params: Params<ADOPTHyper>, options: ADOPTOptions = {}) {
    super(adoptRule, params, options);
  }
}

/**
 * {@linkcode ADOPT} as a transformation of gradients.
 *
 * @example
 * ```ts
 * import { applyUpdates } from "@gradus/optim";
 * import { adopt } from "@gradus/optim-extra";
 * import { tensor } from "@gradus/tensor";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const optimizer = adopt(0.5);
 * let params = { w: tensor([3], { dtype: "float64" }) };
 * let state = optimizer.init(params);
 * for (let t = 1; t <= 2; t++) {
 *   const grads = { w: params.w.mul(2) };
 *   const [updates, next] = optimizer.update(grads, state, params);
 *   params = applyUpdates(params, updates);
 *   state = next;
 * }
 * assertAlmostEquals(params.w.itemSync(), 2.95, 1e-12);
 * ```
 */
export function adopt(
  lr: ScalarOrSchedule,
  options: Omit<ADOPTOptions, "lr"> = {},
): GradientTransformation {
  return transformationOf(adoptRule, lr, options);
}
