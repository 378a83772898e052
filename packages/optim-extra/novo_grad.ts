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
  flag,
  learningRate,
  oneMinus,
} from "@gradus/optim/internal";
import { type Tensor, where, zeros, zerosLike } from "@gradus/tensor";

/** Hyper-parameters of {@linkcode NovoGrad}. */
export interface NovoGradHyper {
  /** Learning rate; 1e-3 if left out. */
  lr: LearningRate;
  /** Decay rates of the sum of steps and of the average of squared norms; 0.95 and 0.98 if left out. */
  betas: readonly [number, number];
  /** Keeps the denominator away from 0; 1e-8 if left out. */
  eps: number;
  /** Factor of the parameter in what is summed, λ; 0 if left out. */
  weightDecay: number;
  /** Averages steps instead of summing them: each has the factor 1 - β1; false if left out. */
  gradAveraging: boolean;
  /** Divides by the largest average of squared norms so far; false if left out. */
  amsgrad: boolean;
  /** Climbs instead of descending; false if left out. */
  maximize: boolean;
}

/** What NovoGrad remembers. */
export type NovoGradState = {
  /** Sum, or average, of steps, m. */
  expAvg: Tensor;
  /** Running average of the squared norm of the gradient, v: one number. */
  expAvgSq: Tensor;
  /** The largest v so far, with amsgrad. */
  maxExpAvgSq?: Tensor;
};

/** The equations of {@linkcode NovoGrad}. */
export const novoGradRule: Algorithm<NovoGradHyper, NovoGradState> = {
  name: "NovoGrad",
  defaults: {
    lr: 1e-3,
    betas: [0.95, 0.98],
    eps: 1e-8,
    weightDecay: 0,
    gradAveraging: false,
    amsgrad: false,
    maximize: false,
  },
  domains: {
    lr: learningRate,
    betas,
    eps: atLeastZero,
    weightDecay: atLeastZero,
    gradAveraging: flag,
    amsgrad: flag,
    maximize: flag,
  },

  init(param, { amsgrad }) {
    const { dtype, device } = param;
    return {
      expAvg: zerosLike(param),
      expAvgSq: zeros([], { dtype, device }),
      ...(amsgrad ? { maxExpAvgSq: zeros([], { dtype, device }) } : {}),
    };
  },

  update({ param, grad, state, hyper, uses, first, target }) {
    const { lr, betas: [beta1, beta2], eps, weightDecay } = hyper;
    const { expAvg, expAvgSq, maxExpAvgSq } = state;
    const g = hyper.maximize ? grad.neg() : grad;
    const square = g.square().sum();
    const average = expAvgSq.mul(beta2).add(square.mul(oneMinus(beta2)));
    expAvgSq.copy_(where(first(), square, average));
    const v = hyper.amsgrad ? maxExpAvgSq!.maximum_(expAvgSq) : expAvgSq;

    let step = g.div(v.sqrt().add(eps));
    if (uses("weightDecay")) step = step.add(param.mul(weightDecay));
    if (hyper.gradAveraging) step = step.mul(oneMinus(beta1));
    expAvg.mul_(beta1).add_(step);
    target.sub_(expAvg.mul(lr));
  },
};

/** Options of {@linkcode NovoGrad}. */
export type NovoGradOptions = OptionsOf<NovoGradHyper>;

/**
 * NovoGrad: momentum of gradients that are divided by a running norm, with one
 * second moment for each parameter as a whole, so that it takes half of Adam's
 * memory.
 *
 * ```
 * v = ‖g‖²                                   in the first step
 * v = β2 v + (1 - β2) ‖g‖²                   in later ones
 * m = β1 m + g / (sqrt(v) + ε) + λ θ
 * θ = θ - lr m
 * ```
 *
 * With `gradAveraging` what is added to m has the factor 1 - β1.
 *
 * State per parameter: `expAvg`, `expAvgSq` of 0 dims and, with `amsgrad`,
 * `maxExpAvgSq`.
 *
 * Boris Ginsburg, Patrice Castonguay, Oleksii Hrinchuk, Oleksii Kuchaiev,
 * Vitaly Lavrukhin, Ryan Leary, Jason Li, Huyen Nguyen, Yang Zhang and Jonathan
 * M. Cohen, "Stochastic Gradient Methods with Layer-wise Adaptive Moments for
 * Training of Deep Networks", 2019, arXiv:1905.11286.
 *
 * Betas are those of the paper and of the authors' toolkit NeMo. Optax has 0.9
 * and 0.25, and ε = 1e-6. The flags are of the authors' code; TensorFlow
 * Addons corrects averages for their start, which starting at the first norm
 * makes unnecessary.
 *
 * @example
 * ```ts
 * import { NovoGrad } from "@gradus/optim-extra";
 * import { tensor } from "@gradus/tensor";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const w = tensor([3, 4], { dtype: "float64", requiresGrad: true });
 * const optimizer = new NovoGrad([w], { lr: 0.5 });
 * w.square().sum().backward();
 * optimizer.step();
 * // A step of length lr against the gradient.
 * assertAlmostEquals(w.norm().itemSync(), 4.5, 1e-8);
 * ```
 */
export class NovoGrad extends AlgorithmOptimizer<NovoGradHyper, NovoGradState> {
  /**
   * NovoGrad on `params`.
   *
   * @throws {TypeError} if an option is unknown or has the wrong type.
   * @throws {RangeError} if `lr`, `eps` or `weightDecay` is below 0, or a beta outside of [0, 1).
   */
  constructor(params: Params<NovoGradHyper>, options: NovoGradOptions = {}) {
    super(novoGradRule, params, options);
  }
}

/**
 * {@linkcode NovoGrad} as a transformation of gradients.
 *
 * @example
 * ```ts
 * import { applyUpdates } from "@gradus/optim";
 * import { novograd } from "@gradus/optim-extra";
 * import { tensor } from "@gradus/tensor";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const optimizer = novograd(0.5);
 * const params = { w: tensor([3, 4], { dtype: "float64" }) };
 * const state = optimizer.init(params);
 * const grads = { w: params.w.mul(2) };
 * const [updates] = optimizer.update(grads, state, params);
 * const moved = applyUpdates(params, updates);
 * assertAlmostEquals(moved.w.norm().itemSync(), 4.5, 1e-8);
 * ```
 */
export function novograd(
  lr: ScalarOrSchedule,
  options: Omit<NovoGradOptions, "lr"> = {},
): GradientTransformation {
  return transformationOf(novoGradRule, lr, options);
}
