import { isGradEnabled } from "@gradus/autograd";
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
  oneOf,
  unitInterval,
} from "@gradus/optim/internal";
import { type Tensor, where, zerosLike } from "@gradus/tensor";
import { orNull } from "./domains.ts";

/** Hyper-parameters of {@linkcode Apollo}. */
export interface ApolloHyper {
  /** Learning rate after the warm-up; 0.01 if left out. */
  lr: LearningRate;
  /** Learning rate of the first step; null, for a thousandth of `lr`, if left out. */
  initLr: number | null;
  /** Steps in which the learning rate grows from `initLr` to `lr`; 500 if left out. */
  warmup: number;
  /** Decay rate of the average of gradients, β; 0.9 if left out. */
  beta: number;
  /** Keeps denominators away from 0, ε; 1e-4 if left out. */
  eps: number;
  /** The least curvature, σ: 0.01 (`"constant"`), or the largest surprise in the gradient (`"belief"`); `"constant"` if left out. */
  rebound: "constant" | "belief";
  /** Factor of the parameter in the gradient or in the step, λ; 0 if left out. */
  weightDecay: number;
  /**
   * Whether λ θ is part of the gradient (`"l2"`), of the step (`"decoupled"`),
   * or of the step with λ divided by the mean curvature (`"stable"`); null if
   * left out, for `"l2"` with a constant rebound and `"decoupled"` with belief.
   */
  weightDecayType: "l2" | "decoupled" | "stable" | null;
  /** Climbs instead of descending; false if left out. */
  maximize: boolean;
}

/** What Apollo remembers. */
export type ApolloState = {
  /** Steps so far, t. */
  step: Tensor;
  /** Running average of gradients, m. */
  expAvgGrad: Tensor;
  /** Diagonal of the estimated Hessian, B. */
  approxHessian: Tensor;
  /** The direction of the last step, d. */
  update: Tensor;
};

/** The least curvature without belief. */
const rebound = 0.01;

/** The equations of {@linkcode Apollo}. */
export const apolloRule: Algorithm<ApolloHyper, ApolloState> = {
  name: "Apollo",
  defaults: {
    lr: 0.01,
    initLr: null,
    warmup: 500,
    beta: 0.9,
    eps: 1e-4,
    rebound: "constant",
    weightDecay: 0,
    weightDecayType: null,
    maximize: false,
  },
  domains: {
    lr: learningRate,
    initLr: /* @__PURE__ */ orNull(atLeastZero),
    warmup: atLeastZero,
    beta: unitInterval,
    eps: atLeastZero,
    rebound: /* @__PURE__ */ oneOf("constant", "belief"),
    weightDecay: atLeastZero,
    weightDecayType: /* @__PURE__ */ oneOf("l2", "decoupled", "stable", null),
    maximize: flag,
  },

  init: (param) => ({
    step: counter(),
    expAvgGrad: zerosLike(param),
    approxHessian: zerosLike(param),
    update: zerosLike(param),
  }),

  update({ param, grad, state, hyper, uses, target }) {
    const { beta, eps, weightDecay, warmup } = hyper;
    const { expAvgGrad: m, approxHessian: b, update: d } = state;
    const t = countStep(state);
    const belief = hyper.rebound === "belief";
    const decay = uses("weightDecay")
      ? hyper.weightDecayType ?? (belief ? "decoupled" : "l2")
      : undefined;
    let g = hyper.maximize ? grad.neg() : grad;
    if (decay === "l2") g = g.add(param.mul(weightDecay));

    const alpha = oneMinus(beta).div(biasCorrection(beta, t));
    const surprise = g.sub(m);
    m.add_(surprise.mul(alpha));
    // Differentiable steps need both as they were, others no copies.
    const recorded = isGradEnabled();
    const last = recorded ? d.clone() : d;
    const before = recorded ? b.clone() : b;
    const squared = last.square();
    const length = squared.square().sum().sqrt().sqrt()
      .add(belief ? eps : eps.div(rebound));
    // What the paper has with d / length, sums first, so that they share passes.
    const slope = surprise.mul(last).sum().mul(alpha);
    const excess = slope.add(before.mul(squared).sum()).div(length.pow(4));
    b.sub_(squared.mul(excess));

    const curvature = belief
      ? b.abs().maximum(surprise.abs().amax()).add(eps.div(alpha))
      : b.abs().maximum(rebound);
    let direction = m.div(curvature);
    if (decay === "decoupled") {
      direction = direction.add(param.mul(weightDecay));
    } else if (decay === "stable") {
      const mean = curvature.mean();
      direction = direction.add(param.mul(mean.reciprocal().mul(weightDecay)));
    }
    d.copy_(direction);

    let lr = hyper.lr;
    if (uses("warmup")) {
      const from = hyper.initLr ?? lr.div(1000);
      const done = t.sub(1).div(warmup);
      lr = where(done.lt(1), lr.sub(from).mul(done).add(from), lr);
    }
    target.sub_(d.mul(lr));
  },
};

/** Options of {@linkcode Apollo}. */
export type ApolloOptions = OptionsOf<ApolloHyper>;

/**
 * Apollo (Adaptive Parameter-wise diagonal quasi-Newton method): divides by a
 * diagonal estimate of the Hessian that changes as little as possible while it
 * explains, along the last step, by how much the gradient changed.
 *
 * ```
 * α = (1 - β) / (1 - β^t)
 * s = g - m,  m = m + α s
 * d = d / (‖d‖₄ + ε / σ)
 * B = B - (Σ B d² + α Σ d s / (‖d‖₄ + ε / σ)) d²       ‖d‖₄ is that of the last line's d
 * d = m / max(|B|, σ)                                  σ = 0.01
 * θ = θ - lr d
 * ```
 *
 * With `rebound: "belief"` σ is the largest |s|, ε is not divided by it, and d
 * is m / (max(|B|, σ) + ε / α). The learning rate grows linearly in the
 * beginning, which the method needs: until B is known, steps are lr / σ, a
 * hundred times lr, of m.
 *
 * State per parameter: `step`, `expAvgGrad`, `approxHessian`, `update`.
 *
 * Xuezhe Ma, "Apollo: An Adaptive Parameter-wise Diagonal Quasi-Newton Method
 * for Nonconvex Stochastic Optimization", 2020, arXiv:2009.13586.
 *
 * This follows the last version of the author's code. In earlier ones σ is 1
 * and learning rates are 100 times larger. The learning rate that a warm-up
 * leads to is the one that is set at the time, not that of the beginning.
 *
 * @example
 * ```ts
 * import { Apollo } from "@gradus/optim-extra";
 * import { tensor } from "@gradus/tensor";
 * import { assert } from "@std/assert";
 *
 * const w = tensor([1, -1], { dtype: "float64", requiresGrad: true });
 * const curvature = tensor([2, 0.5], { dtype: "float64" });
 * const optimizer = new Apollo([w], { lr: 1e-3, warmup: 20 });
 * for (let t = 1; t <= 100; t++) {
 *   optimizer.zeroGrad();
 *   w.square().mul(curvature).sum().backward();
 *   optimizer.step();
 * }
 * assert(w.abs().max().itemSync() < 1e-2);
 * ```
 */
export class Apollo extends AlgorithmOptimizer<ApolloHyper, ApolloState> {
  /**
   * Apollo on `params`.
   *
   * @throws {TypeError} if an option is unknown or has the wrong type.
   * @throws {RangeError} if a number is below 0, `beta` outside of [0, 1), or there is no such `rebound` or `weightDecayType`.
   */
  constructor(params: Params<ApolloHyper>, options: ApolloOptions = {}) {
    super(apolloRule, params, options);
  }
}

/**
 * {@linkcode Apollo} as a transformation of gradients.
 *
 * @example
 * ```ts
 * import { applyUpdates } from "@gradus/optim";
 * import { apollo } from "@gradus/optim-extra";
 * import { tensor } from "@gradus/tensor";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const optimizer = apollo(0.001, { warmup: 0 });
 * const params = { w: tensor([3], { dtype: "float64" }) };
 * const state = optimizer.init(params);
 * const grads = { w: params.w.mul(2) };
 * const [updates] = optimizer.update(grads, state, params);
 * const moved = applyUpdates(params, updates);
 * // Nothing is known of the curvature: the step is lr g / 0.01.
 * assertAlmostEquals(moved.w.itemSync(), 3 - 0.6, 1e-12);
 * ```
 */
export function apollo(
  lr: ScalarOrSchedule,
  options: Omit<ApolloOptions, "lr"> = {},
): GradientTransformation {
  return transformationOf(apolloRule, lr, options);
}
