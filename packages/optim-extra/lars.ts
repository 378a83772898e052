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
  flag,
  learningRate,
  unitInterval,
} from "@gradus/optim/internal";
import { type Tensor, zerosLike } from "@gradus/tensor";
import { trustRatio } from "./trust_ratio.ts";

/** Hyper-parameters of {@linkcode LARS}. */
export interface LARSHyper {
  /** Learning rate, which `trustCoefficient` multiplies; 1 if left out. */
  lr: LearningRate;
  /** Share of the last step that is kept, μ; 0.9 if left out. */
  momentum: number;
  /** Factor of the parameter in the gradient, λ; 0 if left out. */
  weightDecay: number;
  /** How far a step may go, relative to the norm of the parameter, η; 1e-3 if left out. */
  trustCoefficient: number;
  /** Keeps the denominator away from 0; 0 if left out. */
  eps: number;
  /** Looks ahead along the new step; false if left out. */
  nesterov: boolean;
  /** Scales steps with the norms of parameters; true if left out, false in groups of biases and normalizations. */
  adaptive: boolean;
  /** Climbs instead of descending; false if left out. */
  maximize: boolean;
}

/** What LARS remembers; nothing without momentum. */
export type LARSState = {
  /** The last step, b, with its learning rate. */
  momentumBuffer?: Tensor;
};

/** The equations of {@linkcode LARS}. */
export const larsRule: Algorithm<LARSHyper, LARSState> = {
  name: "LARS",
  defaults: {
    lr: 1,
    momentum: 0.9,
    weightDecay: 0,
    trustCoefficient: 1e-3,
    eps: 0,
    nesterov: false,
    adaptive: true,
    maximize: false,
  },
  domains: {
    lr: learningRate,
    momentum: unitInterval,
    weightDecay: atLeastZero,
    trustCoefficient: atLeastZero,
    eps: atLeastZero,
    nesterov: flag,
    adaptive: flag,
    maximize: flag,
  },

  init: (param, { momentum }) =>
    momentum !== 0 ? { momentumBuffer: zerosLike(param) } : {},

  update({ param, grad, state, hyper, uses, target }) {
    const { lr, momentum, weightDecay, trustCoefficient, eps } = hyper;
    const g = hyper.maximize ? grad.neg() : grad;
    const decays = uses("weightDecay");
    const direction = decays ? g.add(param.mul(weightDecay)) : g;
    let rate = lr;
    if (hyper.adaptive) {
      const norm = param.norm();
      const gradNorm = g.norm();
      const whole = decays ? gradNorm.add(norm.mul(weightDecay)) : gradNorm;
      const ratio = trustRatio(
        norm,
        gradNorm,
        norm.mul(trustCoefficient),
        whole.add(eps),
      );
      rate = ratio.mul(lr);
    }
    let step = direction.mul(rate);
    if (uses("momentum")) {
      const b = state.momentumBuffer!.mul_(momentum).add_(step);
      step = hyper.nesterov ? step.add(b.mul(momentum)) : b;
    }
    target.sub_(step);
  },
};

/** Options of {@linkcode LARS}. */
export type LARSOptions = OptionsOf<LARSHyper>;

/**
 * LARS (Layer-wise Adaptive Rate Scaling): momentum whose learning rate for
 * each parameter goes with the ratio of the norms of parameter and gradient,
 * for training convolutional networks with large batches.
 *
 * ```
 * r = η ‖θ‖ / (‖g‖ + λ ‖θ‖ + ε)
 * b = μ b + lr r (g + λ θ)
 * θ = θ - b                       θ - (μ b + lr r (g + λ θ)) with nesterov
 * ```
 *
 * Where ‖θ‖ or ‖g‖ is 0 r is 1, as it is everywhere with `adaptive: false`.
 *
 * State per parameter: `momentumBuffer`, with momentum.
 *
 * Yang You, Igor Gitman and Boris Ginsburg, "Large Batch Training of
 * Convolutional Networks", 2017, arXiv:1708.03888.
 *
 * As in the paper the learning rate is inside of the momentum. Optax divides
 * by ‖g + λ θ‖, which is the same without weight decay; other code for PyTorch
 * leaves the learning rate out of b.
 *
 * @example
 * ```ts
 * import { LARS } from "@gradus/optim-extra";
 * import { tensor } from "@gradus/tensor";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const w = tensor([3, 4], { dtype: "float64", requiresGrad: true });
 * const optimizer = new LARS([w], { trustCoefficient: 0.1 });
 * w.square().sum().backward();
 * optimizer.step();
 * // A tenth of the norm, 5, against the gradient.
 * assertAlmostEquals(w.norm().itemSync(), 4.5, 1e-12);
 * ```
 */
export class LARS extends AlgorithmOptimizer<LARSHyper, LARSState> {
  /**
   * LARS on `params`.
   *
   * @throws {TypeError} if an option is unknown or has the wrong type.
   * @throws {RangeError} if `lr`, `weightDecay`, `trustCoefficient` or `eps` is below 0, or `momentum` outside of [0, 1).
   */
  constructor(params: Params<LARSHyper>, options: LARSOptions = {}) {
    super(larsRule, params, options);
  }
}

/**
 * {@linkcode LARS} as a transformation of gradients.
 *
 * @example
 * ```ts
 * import { applyUpdates } from "@gradus/optim";
 * import { lars } from "@gradus/optim-extra";
 * import { tensor } from "@gradus/tensor";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const optimizer = lars(1, { trustCoefficient: 0.1 });
 * const params = { w: tensor([3, 4], { dtype: "float64" }) };
 * const state = optimizer.init(params);
 * const grads = { w: params.w.mul(2) };
 * const [updates] = optimizer.update(grads, state, params);
 * const moved = applyUpdates(params, updates);
 * assertAlmostEquals(moved.w.norm().itemSync(), 4.5, 1e-12);
 * ```
 */
export function lars(
  lr: ScalarOrSchedule,
  options: Omit<LARSOptions, "lr"> = {},
): GradientTransformation {
  return transformationOf(larsRule, lr, options);
}
