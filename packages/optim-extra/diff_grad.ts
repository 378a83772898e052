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
  biasCorrection,
  counter,
  countStep,
  flag,
  learningRate,
  oneMinus,
  penalized,
} from "@gradus/optim/internal";
import { type Tensor, zerosLike } from "@gradus/tensor";

/** Hyper-parameters of {@linkcode DiffGrad}. */
export interface DiffGradHyper {
  /** Learning rate; 1e-3 if left out. */
  lr: LearningRate;
  /** Decay rates of the averages of gradients and of their squares; 0.9 and 0.999 if left out. */
  betas: readonly [number, number];
  /** Keeps the denominator away from 0; 1e-8 if left out. */
  eps: number;
  /** Factor of the L2 penalty, λ; 0 if left out. */
  weightDecay: number;
  /** Climbs instead of descending; false if left out. */
  maximize: boolean;
}

/** What diffGrad remembers. */
export type DiffGradState = {
  /** Steps so far, t. */
  step: Tensor;
  /** Running average of gradients, m. */
  expAvg: Tensor;
  /** Running average of squared gradients, v. */
  expAvgSq: Tensor;
  /** The gradient of the last step. */
  previousGrad: Tensor;
};

/** The equations of {@linkcode DiffGrad}. */
export const diffGradRule: Algorithm<DiffGradHyper, DiffGradState> = {
  name: "DiffGrad",
  defaults: {
    lr: 1e-3,
    betas: [0.9, 0.999],
    eps: 1e-8,
    weightDecay: 0,
    maximize: false,
  },
  domains: {
    lr: learningRate,
    betas,
    eps: atLeastZero,
    weightDecay: atLeastZero,
    maximize: flag,
  },

  init: (param) => ({
    step: counter(),
    expAvg: zerosLike(param),
    expAvgSq: zerosLike(param),
    previousGrad: zerosLike(param),
  }),

  update(update) {
    const { state, hyper, target } = update;
    const { lr, betas: [beta1, beta2], eps } = hyper;
    const { expAvg, expAvgSq, previousGrad } = state;
    const t = countStep(state);
    const g = penalized(update);

    expAvg.lerp_(g, oneMinus(beta1));
    expAvgSq.mul_(beta2).addcmul_(g, g, { value: oneMinus(beta2) });
    // 1 / ξ. That it reads g from the state makes one kernel of all.
    const last = previousGrad.clone();
    const friction = last.sub(previousGrad.copy_(g)).abs().neg().exp().add(1);

    const root = biasCorrection(beta2, t).sqrt();
    const stepSize = lr.mul(root).div(biasCorrection(beta1, t));
    const denominator = expAvgSq.sqrt().add(eps).mul(friction);
    target.addcdiv_(expAvg, denominator, { value: stepSize.neg() });
  },
};

/** Options of {@linkcode DiffGrad}. */
export type DiffGradOptions = OptionsOf<DiffGradHyper>;

/**
 * diffGrad: Adam that takes half of its step where the gradient does not change
 * and all of it where the gradient changes much.
 *
 * ```
 * g = gradient + λ θ                                (-gradient to maximize)
 * m = β1 m + (1 - β1) g
 * v = β2 v + (1 - β2) g²
 * ξ = sigmoid(|g' - g|)                             g': g of the last step, at first 0
 * θ = θ - lr sqrt(1 - β2^t) / (1 - β1^t) ξ m / (sqrt(v) + ε)
 * ```
 *
 * State per parameter: `step`, `expAvg`, `expAvgSq` and `previousGrad`.
 *
 * Shiv Ram Dubey, Soumendu Chakraborty, Swalpa Kumar Roy, Snehasis Mukherjee,
 * Satish Kumar Singh and Bidyut Baran Chaudhuri, "diffGrad: An Optimization
 * Method for Convolutional Neural Networks", IEEE Transactions on Neural
 * Networks and Learning Systems 31 (2020), arXiv:1909.11015.
 *
 * This is the second version of the authors' code. In the first, and in a port
 * that many use, the last gradient is the very tensor that the next one is
 * written to, so that ξ is often 1/2 throughout. ε is not corrected for the
 * start of v, unlike in `Adam`.
 *
 * @example
 * ```ts
 * import { DiffGrad } from "@gradus/optim-extra";
 * import { tensor } from "@gradus/tensor";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const w = tensor([3], { dtype: "float64", requiresGrad: true });
 * const optimizer = new DiffGrad([w], { lr: 0.5, eps: 0 });
 * for (let t = 1; t <= 2; t++) {
 *   w.grad = tensor([2], { dtype: "float64" });
 *   optimizer.step();
 * }
 * const first = 0.5 / (1 + Math.exp(-2));
 * assertAlmostEquals(w.itemSync(), 3 - first - 0.5 / 2, 1e-12); // then no change
 * ```
 */
export class DiffGrad extends AlgorithmOptimizer<DiffGradHyper, DiffGradState> {
  /**
   * diffGrad on `params`.
   *
   * @throws {TypeError} if an option is unknown or has the wrong type.
   * @throws {RangeError} if `lr`, `eps` or `weightDecay` is below 0, or a beta outside of [0, 1).
   */
  constructor(params: Params<DiffGradHyper>, options: DiffGradOptions = {}) {
    super(diffGradRule, params, options);
  }
}

/**
 * {@linkcode DiffGrad} as a transformation of gradients.
 *
 * @example
 * ```ts
 * import { applyUpdates } from "@gradus/optim";
 * import { diffgrad } from "@gradus/optim-extra";
 * import { tensor } from "@gradus/tensor";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const optimizer = diffgrad(0.5, { eps: 0 });
 * const params = { w: tensor([1], { dtype: "float64" }) };
 * const state = optimizer.init(params);
 * const [updates] = optimizer.update({ w: params.w.mul(2) }, state, params);
 * const moved = applyUpdates(params, updates);
 * assertAlmostEquals(moved.w.itemSync(), 1 - 0.5 / (1 + Math.exp(-2)), 1e-12);
 * ```
 */
export function diffgrad(
  learningRate: ScalarOrSchedule,
  options: Omit<DiffGradOptions, "lr"> = {},
): GradientTransformation {
  return transformationOf(diffGradRule, learningRate, options);
}
