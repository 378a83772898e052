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
} from "@gradus/optim/internal";
import { type Tensor, zerosLike } from "@gradus/tensor";

/** Hyper-parameters of {@linkcode TorchoptAdamW}. */
export interface TorchoptAdamWHyper {
  /** Learning rate; 0.01 if left out. */
  lr: LearningRate;
  /** Decay rates of the averages of gradients and of their squares; 0.9 and 0.999 if left out. */
  betas: readonly [number, number];
  /** Keeps the denominator away from 0, ε̂; 1e-8 if left out. */
  eps: number;
  /** Factor of the decay, λ; 1e-6 if left out. */
  weightDecay: number;
  /** Climbs instead of descending; false if left out. */
  maximize: boolean;
}

/** What AdamW remembers. */
export type TorchoptAdamWState = {
  /** Steps so far, t. */
  step: Tensor;
  /** Running average of gradients, m. */
  expAvg: Tensor;
  /** Running average of squared gradients, v. */
  expAvgSq: Tensor;
};

/** The equations of {@linkcode TorchoptAdamW}. */
export const torchoptAdamWRule: Algorithm<
  TorchoptAdamWHyper,
  TorchoptAdamWState
> = {
  name: "TorchoptAdamW",
  defaults: {
    lr: 0.01,
    betas: [0.9, 0.999],
    eps: 1e-8,
    weightDecay: 1e-6,
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
  }),

  update({ grad, state, hyper, uses, target, shrink }) {
    const { lr, betas: [beta1, beta2], eps, weightDecay } = hyper;
    const { expAvg, expAvgSq } = state;
    const t = countStep(state);
    const g = hyper.maximize ? grad.neg() : grad;
    if (uses("weightDecay")) shrink(lr.mul(weightDecay));

    expAvg.lerp_(g, oneMinus(beta1));
    expAvgSq.mul_(beta2).addcmul_(g, g, { value: oneMinus(beta2) });

    const root = biasCorrection(beta2, t).sqrt();
    const stepSize = lr.mul(root).div(biasCorrection(beta1, t));
    const denominator = expAvgSq.sqrt().add(eps);
    target.addcdiv_(expAvg, denominator, { value: stepSize.neg() });
  },
};

/** Options of {@linkcode TorchoptAdamW}. */
export type TorchoptAdamWOptions = OptionsOf<TorchoptAdamWHyper>;

/**
 * AdamW with the defaults of R's torchopt, and with ε̂, the ε that is not
 * corrected for the start of v: the form to repeat results of that package.
 * `AdamW` of `@gradus/optim` is PyTorch's.
 *
 * ```
 * m = β1 m + (1 - β1) g                  g: the gradient, turned round to maximize
 * v = β2 v + (1 - β2) g²
 * θ = θ - lr λ θ - lr sqrt(1 - β2^t) / (1 - β1^t) m / (sqrt(v) + ε̂)
 * ```
 *
 * This is the ε̂ of section 2 of the Adam paper: PyTorch's ε is
 * `ε̂ / sqrt(1 - β2^t)`, 32 times as large in the first step.
 *
 * State per parameter: `step`, `expAvg` and `expAvgSq`.
 *
 * Ilya Loshchilov and Frank Hutter, "Decoupled Weight Decay Regularization",
 * ICLR 2019, arXiv:1711.05101. Release 0.1.2 of torchopt adds the constant
 * -lr λ in place of -lr λ θ; that is not repeated here.
 *
 * @example
 * ```ts
 * import { TorchoptAdamW } from "@gradus/optim-extra";
 * import { tensor } from "@gradus/tensor";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const w = tensor([1, -2], { dtype: "float64", requiresGrad: true });
 * const optimizer = new TorchoptAdamW([w]);
 * w.grad = tensor([0.5, -1], { dtype: "float64" });
 * optimizer.step();
 * assertAlmostEquals(Number(w.dataSync()[0]), 0.989999996325, 1e-12);
 * assertAlmostEquals(Number(w.dataSync()[1]), -1.989999983162, 1e-12);
 * ```
 */
export class TorchoptAdamW
  extends AlgorithmOptimizer<TorchoptAdamWHyper, TorchoptAdamWState> {
  /**
   * AdamW on `params`.
   *
   * @throws {TypeError} if an option is unknown or has the wrong type.
   * @throws {RangeError} if `lr`, `eps` or `weightDecay` is below 0, or a beta outside of [0, 1).
   */
  constructor(
    params: Params<TorchoptAdamWHyper>,
    options: TorchoptAdamWOptions = {},
  ) {
    super(torchoptAdamWRule, params, options);
  }
}

/**
 * {@linkcode TorchoptAdamW} as a transformation of gradients.
 *
 * @example
 * ```ts
 * import { applyUpdates } from "@gradus/optim";
 * import { torchoptAdamw } from "@gradus/optim-extra";
 * import { tensor } from "@gradus/tensor";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const optimizer = torchoptAdamw(0.01);
 * const params = { w: tensor([1], { dtype: "float64" }) };
 * const state = optimizer.init(params);
 * const [updates] = optimizer.update({ w: params.w.mul(0.5) }, state, params);
 * const moved = applyUpdates(params, updates);
 * assertAlmostEquals(moved.w.itemSync(), 0.989999996325, 1e-12);
 * ```
 */
export function torchoptAdamw(
  learningRate: ScalarOrSchedule,
  options: Omit<TorchoptAdamWOptions, "lr"> = {},
): GradientTransformation {
  return transformationOf(torchoptAdamWRule, learningRate, options);
}
