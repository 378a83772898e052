import {
  type Algorithm,
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
  closedUnitInterval,
  counter,
  countStep,
  flag,
  learningRate,
  oneMinus,
} from "@gradus/optim/internal";
import { type Tensor, zerosLike } from "@gradus/tensor";
import { HutchinsonOptimizer, type HutchinsonOptions } from "./hutchinson.ts";

/** Hyper-parameters of {@linkcode AdaHessian}. */
export interface AdaHessianHyper {
  /** Learning rate; 0.15 if left out. */
  lr: LearningRate;
  /** Decay rates of the averages of gradients and of squared curvatures; 0.9 and 0.999 if left out. */
  betas: readonly [number, number];
  /** Keeps the denominator away from 0; 1e-4 if left out. */
  eps: number;
  /** Factor of the decoupled decay, λ; 0 if left out. */
  weightDecay: number;
  /** Power of the curvature that gradients are divided by, k, from 0 to 1; 1 if left out. */
  hessianPower: number;
  /** Climbs instead of descending; false if left out. */
  maximize: boolean;
}

/** What AdaHessian remembers. */
export type AdaHessianState = {
  /** Steps so far, t. */
  step: Tensor;
  /** Running average of gradients, m. */
  expAvg: Tensor;
  /** Running average of squared curvatures, v. */
  expHessianDiagSq: Tensor;
};

/** Sizes of curvatures, with their mean over kernels: all dims but the first two. */
function kernelMean(curvature: Tensor): Tensor {
  const sizes = curvature.abs();
  if (sizes.ndim < 3) return sizes;
  const dims = Array.from({ length: sizes.ndim - 2 }, (_, i) => i + 2);
  return sizes.mean(dims, { keepdim: true });
}

/** The equations of {@linkcode AdaHessian}. */
export const adaHessianRule: Algorithm<AdaHessianHyper, AdaHessianState> = {
  name: "AdaHessian",
  defaults: {
    lr: 0.15,
    betas: [0.9, 0.999],
    eps: 1e-4,
    weightDecay: 0,
    hessianPower: 1,
    maximize: false,
  },
  domains: {
    lr: learningRate,
    betas,
    eps: atLeastZero,
    weightDecay: atLeastZero,
    hessianPower: closedUnitInterval,
    maximize: flag,
  },

  init: (param) => ({
    step: counter(),
    expAvg: zerosLike(param),
    expHessianDiagSq: zerosLike(param),
  }),

  update(update) {
    const { grad, state, hyper, uses, constant, target, shrink } = update;
    const { lr, betas: [beta1, beta2], eps, weightDecay, hessianPower } = hyper;
    const { expAvg, expHessianDiagSq: v } = state;
    if (update.curvature === undefined) {
      throw new TypeError(
        "Cannot update AdaHessian without estimates of the Hessian: pass them as curvature",
      );
    }
    const t = countStep(state);
    const g = hyper.maximize ? grad.neg() : grad;
    if (uses("weightDecay")) shrink(lr.mul(weightDecay));

    expAvg.lerp_(g, oneMinus(beta1));
    const d = kernelMean(update.curvature);
    v.mul_(beta2).add_(d.square().mul(oneMinus(beta2)));

    const root = v.sqrt(), correction = biasCorrection(beta2, t).sqrt();
    // A power costs more than all the rest, so the usual ones do without.
    const power = constant("hessianPower");
    const denominator = power === 1
      ? root.div(correction)
      : power === 0.5
      ? root.sqrt().div(correction.sqrt())
      : root.pow(hessianPower).div(correction.pow(hessianPower));
    const stepSize = lr.div(biasCorrection(beta1, t));
    target.addcdiv_(expAvg, denominator.add(eps), { value: stepSize.neg() });
  },
};

/** Options of {@linkcode AdaHessian}. */
export type AdaHessianOptions = OptionsOf<AdaHessianHyper> & HutchinsonOptions;

/**
 * AdaHessian: Adam with the diagonal of the Hessian in place of the gradient
 * in the second average. It is estimated in every step by one product of the
 * Hessian with a vector z of random signs, which costs about as much as another
 * `backward()`. So gradients need a graph, or the step throws:
 * `loss.backward(undefined, { createGraph: true })`.
 *
 * ```
 * D = |z (H z)|                              mean over kernels, see below
 * m = β1 m + (1 - β1) g
 * v = β2 v + (1 - β2) D²
 * θ = θ - lr λ θ
 * θ = θ - lr m̂ / (sqrt(v̂)^k + ε)             m̂ = m / (1 - β1^t), v̂ = v / (1 - β2^t)
 * ```
 *
 * In parameters of 3 and more dims, the weights of convolutions, D is its mean
 * over all dims but the first two, the kernel. With `numSamples`, `z (H z)` is
 * the mean over that many z.
 *
 * State per parameter: `step`, `expAvg`, `expHessianDiagSq`; the state of the
 * generator is in state dictionaries under `state.hutchinson`.
 *
 * Zhewei Yao, Amir Gholami, Sheng Shen, Mustafa Mustafa, Kurt Keutzer and
 * Michael W. Mahoney, "ADAHESSIAN: An Adaptive Second Order Optimizer for
 * Machine Learning", AAAI 2021, arXiv:2006.00719.
 *
 * As all implementations do, this one takes sizes before means over kernels,
 * where the paper squares the mean. The authors' instructions also have a
 * variant with means over the rows of matrices. R's torchopt averages over
 * other axes and looks at the first group alone; its `hessianPower` is 0.5.
 *
 * @example
 * ```ts
 * import { AdaHessian } from "@gradus/optim-extra";
 * import { tensor } from "@gradus/tensor";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const w = tensor([1, -2], { dtype: "float64", requiresGrad: true });
 * const scales = tensor([1, 10], { dtype: "float64" });
 * const optimizer = new AdaHessian([w]); // lr 0.15
 * for (let t = 1; t <= 10; t++) {
 *   optimizer.zeroGrad();
 *   w.square().mul(scales).sum().backward(undefined, { createGraph: true });
 *   optimizer.step();
 * }
 * // Both elements go the same way, though one is 10 times steeper.
 * assertAlmostEquals(w.at(0).itemSync(), -0.0061722, 1e-7);
 * assertAlmostEquals(w.at(1).itemSync(), 0.0123976, 1e-7);
 * ```
 */
export class AdaHessian
  extends HutchinsonOptimizer<AdaHessianHyper, AdaHessianState> {
  /**
   * AdaHessian on `params`.
   *
   * @throws {TypeError} if an option is unknown or has the wrong type.
   * @throws {RangeError} if `lr`, `eps` or `weightDecay` is below 0, a beta
   * outside of [0, 1), `hessianPower` outside of [0, 1], or `seed` or `numSamples` no whole number.
   */
  constructor(
    params: Params<AdaHessianHyper>,
    options: AdaHessianOptions = {},
  ) {
    super(adaHessianRule, params, options);
  }

  /** Every step has an estimate. */
  protected override periodOf(): number {
    return 1;
  }
}

/**
 * {@linkcode AdaHessian} as a transformation of gradients. It needs estimates of
 * the diagonal of the Hessian, `z (H z)`, with every update.
 *
 * @example
 * ```ts
 * import { applyUpdates } from "@gradus/optim";
 * import { adaHessian } from "@gradus/optim-extra";
 * import { tensor } from "@gradus/tensor";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const optimizer = adaHessian(1, { eps: 0 });
 * const params = { w: tensor([1, -2], { dtype: "float64" }) };
 * const state = optimizer.init(params);
 * const grads = { w: tensor([2, -40], { dtype: "float64" }) };
 * const curvature = { w: tensor([2, 20], { dtype: "float64" }) };
 * const [updates] = optimizer.update(grads, state, params, { curvature });
 * const moved = applyUpdates(params, updates); // a step of Newton's method
 * assertAlmostEquals(moved.w.at(0).itemSync(), 0, 1e-12);
 * assertAlmostEquals(moved.w.at(1).itemSync(), 0, 1e-12);
 * ```
 */
export function adaHessian(
  learningRate: ScalarOrSchedule,
  options: Omit<OptionsOf<AdaHessianHyper>, "lr"> = {},
): GradientTransformation {
  return transformationOf(adaHessianRule, learningRate, options);
}
