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
import { fullLike, type Tensor } from "@gradus/tensor";

/** Hyper-parameters of {@linkcode Yogi}. */
export interface YogiHyper {
  /** Learning rate; 1e-2 if left out. */
  lr: LearningRate;
  /** Decay rates of the averages of gradients and of their squares; 0.9 and 0.999 if left out. */
  betas: readonly [number, number];
  /** Keeps the denominator away from 0; 1e-3 if left out. */
  eps: number;
  /** What both averages begin with; 1e-6 if left out. */
  initialAccumulator: number;
  /** Factor of the L2 penalty, λ; 0 if left out. */
  weightDecay: number;
  /** Climbs instead of descending; false if left out. */
  maximize: boolean;
}

/** What Yogi remembers. */
export type YogiState = {
  /** Steps so far, t. */
  step: Tensor;
  /** Running average of gradients, m. */
  expAvg: Tensor;
  /** What follows the squares of gradients, v. */
  expAvgSq: Tensor;
};

/** The equations of {@linkcode Yogi}. */
export const yogiRule: Algorithm<YogiHyper, YogiState> = {
  name: "Yogi",
  defaults: {
    lr: 1e-2,
    betas: [0.9, 0.999],
    eps: 1e-3,
    initialAccumulator: 1e-6,
    weightDecay: 0,
    maximize: false,
  },
  domains: {
    lr: learningRate,
    betas,
    eps: atLeastZero,
    initialAccumulator: atLeastZero,
    weightDecay: atLeastZero,
    maximize: flag,
  },

  init: (param, { initialAccumulator }) => ({
    step: counter(),
    expAvg: fullLike(param, initialAccumulator),
    expAvgSq: fullLike(param, initialAccumulator),
  }),

  update(update) {
    const { state, hyper, target } = update;
    const { lr, betas: [beta1, beta2], eps } = hyper;
    const { expAvg, expAvgSq } = state;
    const t = countStep(state);
    const g = penalized(update);

    expAvg.lerp_(g, oneMinus(beta1));
    const squares = g.square();
    const side = expAvgSq.sub(squares).sign();
    expAvgSq.addcmul_(side, squares, { value: beta2.sub(1) });

    const root = biasCorrection(beta2, t).sqrt();
    const stepSize = lr.mul(root).div(biasCorrection(beta1, t));
    const denominator = expAvgSq.sqrt().add(eps.mul(root));
    target.addcdiv_(expAvg, denominator, { value: stepSize.neg() });
  },
};

/** Options of {@linkcode Yogi}. */
export type YogiOptions = OptionsOf<YogiHyper>;

/**
 * Yogi: Adam whose average of squares moves towards the latest square by an
 * amount that does not depend on how far away it is. So the learning rate of an
 * element grows slowly when its gradients become small.
 *
 * ```
 * g = gradient + λ θ                                (-gradient to maximize)
 * m = β1 m + (1 - β1) g
 * v = v - (1 - β2) sign(v - g²) g²
 * θ = θ - lr m̂ / (sqrt(v̂) + ε)                      m̂ = m / (1 - β1^t), v̂ = v / (1 - β2^t)
 * ```
 *
 * State per parameter: `step`, `expAvg` and `expAvgSq`.
 *
 * Manzil Zaheer, Sashank J. Reddi, Devendra Sachan, Satyen Kale and Sanjiv
 * Kumar, "Adaptive Methods for Nonconvex Optimization", NeurIPS 2018.
 *
 * The paper corrects nothing and begins with m = 0. This follows Optax and
 * widely used ports to PyTorch: both averages begin with `initialAccumulator`
 * and are corrected. TensorFlow Addons begins with m = 0 and does not correct
 * ε. R's torchopt adds λ times the number of the parameter in its group in
 * place of λ θ.
 *
 * @example
 * ```ts
 * import { Yogi } from "@gradus/optim-extra";
 * import { tensor } from "@gradus/tensor";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const w = tensor([1, -2], { dtype: "float64", requiresGrad: true });
 * const optimizer = new Yogi([w]);
 * w.grad = tensor([0.5, -1], { dtype: "float64" });
 * optimizer.step();
 * assertAlmostEquals(Number(w.dataSync()[0]), 0.990039641553, 1e-12);
 * assertAlmostEquals(Number(w.dataSync()[1]), -1.990015066153, 1e-12);
 * ```
 */
export class Yogi extends AlgorithmOptimizer<YogiHyper, YogiState> {
  /**
   * Yogi on `params`.
   *
   * @throws {TypeError} if an option is unknown or has the wrong type.
   * @throws {RangeError} if `lr`, `eps`, `initialAccumulator` or `weightDecay` is below 0, or a beta outside of [0, 1).
   */
  constructor(params: Params<YogiHyper>, options: YogiOptions = {}) {
    super(yogiRule, params, options);
  }
}

/**
 * {@linkcode Yogi} as a transformation of gradients.
 *
 * @example
 * ```ts
 * import { applyUpdates } from "@gradus/optim";
 * import { yogi } from "@gradus/optim-extra";
 * import { tensor } from "@gradus/tensor";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const optimizer = yogi(0.01);
 * const params = { w: tensor([1], { dtype: "float64" }) };
 * const state = optimizer.init(params);
 * const [updates] = optimizer.update({ w: params.w.mul(0.5) }, state, params);
 * const moved = applyUpdates(params, updates);
 * assertAlmostEquals(moved.w.itemSync(), 0.990039641553, 1e-12);
 * ```
 */
export function yogi(
  learningRate: ScalarOrSchedule,
  options: Omit<YogiOptions, "lr"> = {},
): GradientTransformation {
  return transformationOf(yogiRule, learningRate, options);
}
