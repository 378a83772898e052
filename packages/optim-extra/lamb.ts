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
import { orNull } from "./domains.ts";
import { trustRatio } from "./trust_ratio.ts";

/** Hyper-parameters of {@linkcode LAMB}. */
export interface LAMBHyper {
  /** Learning rate, and so about the length of a step relative to that of the parameter; 1e-3 if left out. */
  lr: LearningRate;
  /** Decay rates of the averages of gradients and of their squares; 0.9 and 0.999 if left out. */
  betas: readonly [number, number];
  /** Keeps the denominator away from 0; 1e-6 if left out. */
  eps: number;
  /** Factor of the parameter in the step before it is scaled, λ; 0 if left out. */
  weightDecay: number;
  /** The largest norm of a parameter that counts in the scale; null, for no limit, if left out. */
  clampValue: number | null;
  /** Corrects averages for their start at 0; true if left out. */
  debias: boolean;
  /** Scales steps with the norms of parameters; true if left out, false in groups of biases and normalizations. */
  adaptive: boolean;
  /** Climbs instead of descending; false if left out. */
  maximize: boolean;
}

/** What LAMB remembers. */
export type LAMBState = {
  /** Steps so far, t. */
  step: Tensor;
  /** Running average of gradients, m. */
  expAvg: Tensor;
  /** Running average of squared gradients, v. */
  expAvgSq: Tensor;
};

/** The equations of {@linkcode LAMB}. */
export const lambRule: Algorithm<LAMBHyper, LAMBState> = {
  name: "LAMB",
  defaults: {
    lr: 1e-3,
    betas: [0.9, 0.999],
    eps: 1e-6,
    weightDecay: 0,
    clampValue: null,
    debias: true,
    adaptive: true,
    maximize: false,
  },
  domains: {
    lr: learningRate,
    betas,
    eps: atLeastZero,
    weightDecay: atLeastZero,
    clampValue: /* @__PURE__ */ orNull(atLeastZero),
    debias: flag,
    adaptive: flag,
    maximize: flag,
  },

  init: (param) => ({
    step: counter(),
    expAvg: zerosLike(param),
    expAvgSq: zerosLike(param),
  }),

  update({ param, grad, state, hyper, uses, target }) {
    const { lr, betas: [beta1, beta2], eps, weightDecay, clampValue } = hyper;
    const t = countStep(state);
    const g = hyper.maximize ? grad.neg() : grad;
    const m = state.expAvg.lerp_(g, oneMinus(beta1));
    const v = state.expAvgSq.mul_(beta2)
      .addcmul_(g, g, { value: oneMinus(beta2) });

    let direction = m.div(v.sqrt().add(eps));
    if (hyper.debias) {
      const root = biasCorrection(beta2, t).sqrt();
      const scale = root.div(biasCorrection(beta1, t));
      direction = m.mul(scale).div(v.sqrt().add(eps.mul(root)));
    }
    if (uses("weightDecay")) {
      direction = direction.add(param.mul(weightDecay));
    }
    if (!hyper.adaptive) {
      target.sub_(direction.mul(lr));
      return;
    }
    const norm = param.norm();
    const length = clampValue === null ? norm : norm.minimum(clampValue);
    const ratio = trustRatio(norm, direction.norm(), length);
    target.sub_(direction.mul(ratio.mul(lr)));
  },
};

/** Options of {@linkcode LAMB}. */
export type LAMBOptions = OptionsOf<LAMBHyper>;

/**
 * LAMB (Layer-wise Adaptive Moments for Batch training): Adam whose step for
 * each parameter is as long as `lr` times the parameter, for training with
 * large batches.
 *
 * ```
 * m = β1 m + (1 - β1) g
 * v = β2 v + (1 - β2) g²
 * r = m̂ / (sqrt(v̂) + ε) + λ θ               m̂ = m / (1 - β1^t), v̂ = v / (1 - β2^t)
 * θ = θ - lr φ(‖θ‖) / ‖r‖ r                 φ(x) = min(x, clampValue)
 * ```
 *
 * Where ‖θ‖ or ‖r‖ is 0 their ratio counts as 1. With `adaptive: false` it
 * always does, which is AdamW.
 *
 * State per parameter: `step`, `expAvg`, `expAvgSq`.
 *
 * Yang You, Jing Li, Sashank Reddi, Jonathan Hseu, Sanjiv Kumar, Srinadh
 * Bhojanapalli, Xiaodan Song, James Demmel, Kurt Keutzer and Cho-Jui Hsieh,
 * "Large Batch Optimization for Deep Learning: Training BERT in 76 minutes",
 * ICLR 2020, arXiv:1904.00962.
 *
 * The paper bounds φ from below too, without saying by what. Its authors' code
 * for BERT has no limit and does not correct the averages (`debias: false`);
 * that of others clamps at 10. Optax does as this one by default. NVIDIA's
 * divides all gradients by their common norm first.
 *
 * @example
 * ```ts
 * import { LAMB } from "@gradus/optim-extra";
 * import { tensor } from "@gradus/tensor";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const w = tensor([3, 4], { dtype: "float64", requiresGrad: true });
 * const optimizer = new LAMB([w], { lr: 0.1 });
 * w.square().sum().backward();
 * optimizer.step();
 * // A tenth of the norm, 5, in the direction of Adam, (1, 1) / sqrt(2).
 * const [x, y] = w.arraySync() as number[];
 * assertAlmostEquals(x!, 3 - 0.5 / Math.SQRT2, 1e-6);
 * assertAlmostEquals(y!, 4 - 0.5 / Math.SQRT2, 1e-6);
 * ```
 */
export class LAMB extends AlgorithmOptimizer<LAMBHyper, LAMBState> {
  /**
   * LAMB on `params`.
   *
   * @throws {TypeError} if an option is unknown or has the wrong type.
   * @throws {RangeError} if `lr`, `eps`, `weightDecay` or `clampValue` is below 0, or a beta outside of [0, 1).
   */
  constructor(params: Params<LAMBHyper>, options: LAMBOptions = {}) {
    super(lambRule, params, options);
  }
}

/**
 * {@linkcode LAMB} as a transformation of gradients.
 *
 * @example
 * ```ts
 * import { applyUpdates } from "@gradus/optim";
 * import { lamb } from "@gradus/optim-extra";
 * import { tensor } from "@gradus/tensor";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const optimizer = lamb(0.1);
 * const params = { w: tensor([3, 4], { dtype: "float64" }) };
 * const state = optimizer.init(params);
 * const grads = { w: params.w.mul(2) };
 * const [updates] = optimizer.update(grads, state, params);
 * const moved = applyUpdates(params, updates);
 * assertAlmostEquals(moved.w.sub(params.w).norm().itemSync(), 0.5, 1e-12);
 * ```
 */
export function lamb(
  lr: ScalarOrSchedule,
  options: Omit<LAMBOptions, "lr"> = {},
): GradientTransformation {
  return transformationOf(lambRule, lr, options);
}
