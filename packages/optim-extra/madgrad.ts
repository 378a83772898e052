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
  counter,
  countStep,
  flag,
  learningRate,
  oneMinus,
  unitInterval,
} from "@gradus/optim/internal";
import { type Tensor, where, zerosLike } from "@gradus/tensor";

/** Hyper-parameters of {@linkcode MADGRAD}. */
export interface MADGRADHyper {
  /** Learning rate; 1e-2 if left out. */
  lr: LearningRate;
  /** Share of the last position that is kept, in [0, 1); 0.9 if left out. */
  momentum: number;
  /** Factor of the L2 penalty, or of the decay, λ; 0 if left out. */
  weightDecay: number;
  /** What is added to the learning rate and to the cube root; 1e-6 if left out. */
  eps: number;
  /** Decay shrinks the parameter and stays out of the sums; false if left out. */
  decoupleDecay: boolean;
  /** Climbs instead of descending; false if left out. */
  maximize: boolean;
}

/** What MADGRAD remembers. */
export type MADGRADState = {
  /** Steps so far. */
  step: Tensor;
  /** Weighted sum of squared gradients, ν. */
  gradSumSq: Tensor;
  /** Weighted sum of gradients, s. */
  s: Tensor;
  /** Where the parameter began. */
  x0: Tensor;
};

/** The equations of {@linkcode MADGRAD}. */
export const madgradRule: Algorithm<MADGRADHyper, MADGRADState> = {
  name: "MADGRAD",
  defaults: {
    lr: 1e-2,
    momentum: 0.9,
    weightDecay: 0,
    eps: 1e-6,
    decoupleDecay: false,
    maximize: false,
  },
  domains: {
    lr: learningRate,
    momentum: unitInterval,
    weightDecay: atLeastZero,
    eps: atLeastZero,
    decoupleDecay: flag,
    maximize: flag,
  },

  init: (param) => ({
    step: counter(),
    gradSumSq: zerosLike(param),
    s: zerosLike(param),
    x0: param.detach().clone(),
  }),

  update({ param, grad, state, hyper, uses, target, shrink }) {
    const { lr, momentum, weightDecay, eps } = hyper;
    const { gradSumSq, s, x0 } = state;
    const t = countStep(state);
    const rate = lr.add(eps);
    const weight = rate.mul(t.sqrt());
    let g = hyper.maximize ? grad.neg() : grad;
    const decays = uses("weightDecay");
    if (decays && !hyper.decoupleDecay) g = g.add(param.mul(weightDecay));

    gradSumSq.addcmul_(g, g, { value: weight });
    s.add_(g.mul(weight));
    const root = gradSumSq.cbrt().add(eps);
    // Without ε there is 0 / 0 where all gradients were 0.
    const safe = uses("eps") ? root : where(root.eq(0), 1, root);
    const change = x0.sub(s.div(safe)).sub(param).mul(oneMinus(momentum));
    if (decays && hyper.decoupleDecay) shrink(rate.mul(weightDecay));
    target.add_(change);
  },
};

/** Options of {@linkcode MADGRAD}. */
export type MADGRADOptions = OptionsOf<MADGRADHyper>;

/**
 * MADGRAD: dual averaging with AdaGrad's scaling, by the cube root of summed
 * squares, and momentum as an average of positions. It keeps the accuracy of
 * SGD on images and that of Adam on sparse problems.
 *
 * ```
 * g = gradient + λ θ                     λ θ only without decoupleDecay
 * l = (lr + ε) sqrt(t)
 * ν = ν + l g²
 * s = s + l g
 * z = θ0 - s / (cbrt(ν) + ε)             θ0: where the parameter began
 * θ = μ θ + (1 - μ) z
 * ```
 *
 * With `decoupleDecay` the parameter also loses `(lr + ε) λ θ`. The learning
 * rate that suits it has nothing to do with that of SGD or Adam, and it wants
 * less weight decay, often none.
 *
 * State per parameter: `step`, `gradSumSq`, `s` and `x0`.
 *
 * Aaron Defazio and Samy Jelassi, "Adaptivity without Compromise: A
 * Momentumized, Adaptive, Dual Averaged Gradient Method for Stochastic
 * Optimization", 2021, arXiv:2101.11075.
 *
 * The authors' code adds ε to lr too, and so does this. They count steps for
 * all parameters together, here each parameter counts its own, so that one
 * that is added later begins like the others. Without momentum they compute
 * θ0 from the state in place of keeping it; that is the same up to rounding.
 *
 * @example
 * ```ts
 * import { MADGRAD } from "@gradus/optim-extra";
 * import { tensor } from "@gradus/tensor";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const w = tensor([1], { dtype: "float64", requiresGrad: true });
 * const optimizer = new MADGRAD([w], { lr: 0.125, momentum: 0, eps: 0 });
 * w.grad = tensor([8], { dtype: "float64" });
 * optimizer.step();
 * assertAlmostEquals(w.itemSync(), 0.5, 1e-12); // s = 1, ν = 8
 * ```
 */
export class MADGRAD extends AlgorithmOptimizer<MADGRADHyper, MADGRADState> {
  /**
   * MADGRAD on `params`.
   *
   * @throws {TypeError} if an option is unknown or has the wrong type.
   * @throws {RangeError} if `lr`, `eps` or `weightDecay` is below 0, or `momentum` outside of [0, 1).
   */
  constructor(params: Params<MADGRADHyper>, options: MADGRADOptions = {}) {
    super(madgradRule, params, options);
  }
}

/**
 * {@linkcode MADGRAD} as a transformation of gradients.
 *
 * @example
 * ```ts
 * import { applyUpdates } from "@gradus/optim";
 * import { madgrad } from "@gradus/optim-extra";
 * import { tensor } from "@gradus/tensor";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const optimizer = madgrad(0.125, { momentum: 0, eps: 0 });
 * const params = { w: tensor([1], { dtype: "float64" }) };
 * const state = optimizer.init(params);
 * const [updates] = optimizer.update({ w: params.w.mul(8) }, state, params);
 * assertAlmostEquals(applyUpdates(params, updates).w.itemSync(), 0.5, 1e-12);
 * ```
 */
export function madgrad(
  learningRate: ScalarOrSchedule,
  options: Omit<MADGRADOptions, "lr"> = {},
): GradientTransformation {
  return transformationOf(madgradRule, learningRate, options);
}
