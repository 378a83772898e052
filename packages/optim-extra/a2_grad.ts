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
  aboveZero,
  atLeastZero,
  counter,
  countStep,
  flag,
  learningRate,
  oneMinus,
  oneOf,
  unitInterval,
} from "@gradus/optim/internal";
import { type Tensor, where, zerosLike } from "@gradus/tensor";

/** Hyper-parameters of {@linkcode A2Grad}. */
export interface A2GradHyper {
  /** Factor of the step sizes, for schedules; 1 if left out, which is the algorithm of the paper. */
  lr: LearningRate;
  /** Factor of the adaptive part of the inverse step size, β; 10 if left out. */
  beta: number;
  /** Lipschitz constant of the gradient, L, above 0; 10 if left out. */
  lips: number;
  /** Decay rate of the average of squared deviations, ρ, in [0, 1), for `"exp"`; 0.5 if left out. */
  rho: number;
  /** How squared deviations are put together: `"uni"`, `"inc"` or `"exp"`; `"uni"` if left out. */
  variant: "uni" | "inc" | "exp";
  /** Climbs instead of descending; false if left out. */
  maximize: boolean;
}

/** What A2Grad remembers. */
export type A2GradState = {
  /** Steps so far. */
  step: Tensor;
  /** Average of all gradients. */
  avgGrad: Tensor;
  /** What was made of squared deviations from it, v. */
  vK: Tensor;
  /** Running average of squared deviations, with `"exp"`. */
  vKk?: Tensor;
  /** The sequence x that takes the long steps. */
  xK: Tensor;
};

/** The equations of {@linkcode A2Grad}. */
export const a2GradRule: Algorithm<A2GradHyper, A2GradState> = {
  name: "A2Grad",
  defaults: {
    lr: 1,
    beta: 10,
    lips: 10,
    rho: 0.5,
    variant: "uni",
    maximize: false,
  },
  domains: {
    lr: learningRate,
    beta: atLeastZero,
    lips: aboveZero,
    rho: unitInterval,
    variant: /* @__PURE__ */ oneOf("uni", "inc", "exp"),
    maximize: flag,
  },

  init: (param, { variant }) => ({
    step: counter(),
    avgGrad: zerosLike(param),
    vK: zerosLike(param),
    ...(variant === "exp" ? { vKk: zerosLike(param) } : {}),
    xK: param.detach().clone(),
  }),

  update({ param, grad, state, hyper, target }) {
    const { lr, beta, lips, rho, variant } = hyper;
    const { avgGrad, vK, vKk, xK } = state;
    const t = countStep(state);
    const g = hyper.maximize ? grad.neg() : grad;

    avgGrad.lerp_(g, t.reciprocal());
    const squares = g.sub(avgGrad).square();
    if (variant === "exp") {
      vK.maximum_(vKk!.lerp_(squares, oneMinus(rho)));
    } else if (variant === "inc") {
      vK.mul_(t.sub(1).div(t).square()).add_(squares);
    } else vK.add_(squares);
    const square = variant === "exp" ? vK.mul(t) : vK;
    // It is 0 at first, where a root has no derivative.
    const isZero = square.eq(0);
    const h = where(isZero, 0, where(isZero, 1, square).sqrt());

    const inverse = h.mul(beta).add(lips.mul(2).div(t));
    const step = g.div(inverse).mul(lr);
    xK.sub_(step);
    const now = t.add(1).reciprocal().mul(2);
    const next = t.add(2).reciprocal().mul(2);
    const towards = xK.sub(param).mul(next);
    target.add_(towards.sub(step.mul(oneMinus(next).mul(now))));
  },
};

/** Options of {@linkcode A2Grad}. */
export type A2GradOptions = OptionsOf<A2GradHyper>;

/**
 * A2Grad: accelerated stochastic gradient descent (two coupled sequences, as
 * in Nesterov's method) with step sizes that adapt to the noise of each element.
 * It has no learning rate; `lips` and `beta` take its place.
 *
 * ```
 * δ = g - mean of all gradients so far              k: 0 in the first step
 * "uni":  v = v + δ²,                    h = sqrt(v)
 * "inc":  v = (k / (k + 1))² v + δ²,     h = sqrt(v)
 * "exp":  w = ρ w + (1 - ρ) δ²,  v = max(v, w),  h = sqrt((k + 1) v)
 * s = lr g / (2 L / (k + 1) + β h)
 * x = x - s                                         x begins at θ
 * θ = (1 - a') θ + a' x - (1 - a') a s              a = 2 / (k + 2), a' = 2 / (k + 3)
 * ```
 *
 * State per parameter: `step`, `avgGrad`, `vK`, `xK` and, with `"exp"`, `vKk`.
 *
 * Qi Deng, Yi Cheng and Guanghui Lan, "Optimal Adaptive and Accelerated
 * Stochastic Gradient Descent", 2018, arXiv:1810.00553. The parameter is the
 * point at which the paper takes gradients. As in its experiments the mean of
 * the gradients stands for the unknown exact gradient.
 *
 * h is the diagonal of the paper, one number for each element. The ports to
 * PyTorch sum δ² over each parameter and have one h for all of its elements.
 *
 * @example
 * ```ts
 * import { A2Grad } from "@gradus/optim-extra";
 * import { tensor } from "@gradus/tensor";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const w = tensor([3], { dtype: "float64", requiresGrad: true });
 * const optimizer = new A2Grad([w], { lips: 4 });
 * w.square().sum().backward();
 * optimizer.step();
 * assertAlmostEquals(w.itemSync(), 3 - 6 / 8, 1e-12); // g / (2 L)
 * ```
 */
export class A2Grad extends AlgorithmOptimizer<A2GradHyper, A2GradState> {
  /**
   * A2Grad on `params`.
   *
   * @throws {TypeError} if an option is unknown or has the wrong type.
   * @throws {RangeError} if `lr` or `beta` is below 0, `lips` not above 0, `rho` outside of [0, 1) or `variant` unknown.
   */
  constructor(params: Params<A2GradHyper>, options: A2GradOptions = {}) {
    super(a2GradRule, params, options);
  }
}

/**
 * {@linkcode A2Grad} as a transformation of gradients.
 *
 * @example
 * ```ts
 * import { applyUpdates } from "@gradus/optim";
 * import { a2grad } from "@gradus/optim-extra";
 * import { tensor } from "@gradus/tensor";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const optimizer = a2grad(1, { lips: 4, variant: "exp" });
 * const params = { w: tensor([3], { dtype: "float64" }) };
 * const state = optimizer.init(params);
 * const [updates] = optimizer.update({ w: params.w.mul(2) }, state, params);
 * assertAlmostEquals(applyUpdates(params, updates).w.itemSync(), 2.25, 1e-12);
 * ```
 */
export function a2grad(
  learningRate: ScalarOrSchedule = 1,
  options: Omit<A2GradOptions, "lr"> = {},
): GradientTransformation {
  return transformationOf(a2GradRule, learningRate, options);
}
