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
  aboveZero,
  atLeastZero,
  betas,
  count,
  counter,
  countStep,
  flag,
  learningRate,
  oneMinus,
} from "@gradus/optim/internal";
import { type Tensor, where, zerosLike } from "@gradus/tensor";
import { HutchinsonOptimizer, type HutchinsonOptions } from "./hutchinson.ts";

/** Hyper-parameters of {@linkcode SophiaH}. */
export interface SophiaHHyper {
  /** Learning rate, and so the longest step in each direction; 1e-3 if left out. */
  lr: LearningRate;
  /** Decay rates of the averages of gradients and of curvatures; 0.96 and 0.99 if left out. */
  betas: readonly [number, number];
  /** The least curvature that is divided by; 1e-12 if left out. */
  eps: number;
  /** Factor of the curvature, γ: the smaller, the more steps are cut; 0.01 if left out. */
  gamma: number;
  /** The size at which steps are cut, in learning rates; 1 if left out. */
  clipThreshold: number;
  /** Steps from one estimate of the curvature to the next, k; 10 if left out. */
  updatePeriod: number;
  /** Factor of the decoupled decay, λ; 1e-2 if left out. */
  weightDecay: number;
  /** Climbs instead of descending; false if left out. */
  maximize: boolean;
}

/** What Sophia-H remembers. */
export type SophiaHState = {
  /** Steps so far, t. */
  step: Tensor;
  /** Running average of gradients, m. */
  expAvg: Tensor;
  /** Running average of curvatures, h. */
  hessian: Tensor;
};

/** The equations of {@linkcode SophiaH}. */
export const sophiaHRule: Algorithm<SophiaHHyper, SophiaHState> = {
  name: "SophiaH",
  defaults: {
    lr: 1e-3,
    betas: [0.96, 0.99],
    eps: 1e-12,
    gamma: 0.01,
    clipThreshold: 1,
    updatePeriod: 10,
    weightDecay: 1e-2,
    maximize: false,
  },
  domains: {
    lr: learningRate,
    betas,
    eps: aboveZero,
    gamma: atLeastZero,
    clipThreshold: aboveZero,
    updatePeriod: count,
    weightDecay: atLeastZero,
    maximize: flag,
  },

  init: (param) => ({
    step: counter(),
    expAvg: zerosLike(param),
    hessian: zerosLike(param),
  }),

  update(update) {
    const { grad, curvature, state, hyper, uses, target, shrink } = update;
    const { lr, betas: [beta1, beta2], eps, gamma, clipThreshold } = hyper;
    const { expAvg, hessian } = state;
    const t = countStep(state);
    if (uses("weightDecay")) shrink(lr.mul(hyper.weightDecay));

    expAvg.lerp_(hyper.maximize ? grad.neg() : grad, oneMinus(beta1));
    if (curvature !== undefined) {
      // Who estimates in every step is heard in every k-th one alone.
      const due = t.sub(1).remainder(hyper.updatePeriod).eq(0);
      const weight = where(due, oneMinus(beta2), 0);
      hessian.lerp_(hyper.maximize ? curvature.neg() : curvature, weight);
    }
    const ratio = expAvg.div(hessian.mul(gamma).maximum(eps));
    target.sub_(
      ratio.maximum(clipThreshold.neg()).minimum(clipThreshold).mul(lr),
    );
  },
};

/** Options of {@linkcode SophiaH}. */
export type SophiaHOptions = OptionsOf<SophiaHHyper> & HutchinsonOptions;

/**
 * Sophia-H: momentum divided by a running average of the diagonal of the
 * Hessian, which is estimated in one of k steps by a product of the Hessian
 * with a vector z of random signs, with every element of the result cut to
 * [-1, 1], so that flat directions and negative curvature do no harm.
 *
 * In steps 1, k + 1, 2k + 1, ... gradients need a graph, or the step throws:
 * `loss.backward(undefined, { createGraph: true })`. In other steps it is not used.
 *
 * ```
 * m = β1 m + (1 - β1) g
 * h = β2 h + (1 - β2) z (H z)                in steps 1, k + 1, 2k + 1, ...
 * θ = θ - lr λ θ
 * θ = θ - lr clip(m / max(γ h, ε), c)        c = 1, the clipThreshold
 * ```
 *
 * State per parameter: `step`, `expAvg`, `hessian`; the state of the generator
 * is in state dictionaries under `state.hutchinson`.
 *
 * Hong Liu, Zhiyuan Li, David Hall, Percy Liang and Tengyu Ma, "Sophia: A
 * Scalable Stochastic Second-order Optimizer for Language Model Pre-training",
 * ICLR 2024, arXiv:2305.14342.
 *
 * The equations are those of the paper, with signs for z where it draws normal
 * numbers: both are right on average, and signs vary less. Learning rate and
 * decay are those of the authors' first code, which also divides `lr` by
 * `1 - β1^t`. Optax corrects m by that, uses h before it is renewed, and has
 * other defaults. `compile` of a whole training step takes it with
 * `updatePeriod: 1`, and runs it uncompiled otherwise.
 *
 * @example
 * ```ts
 * import { SophiaH } from "@gradus/optim-extra";
 * import { tensor } from "@gradus/tensor";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const w = tensor([1, -0.0001], { dtype: "float64", requiresGrad: true });
 * const optimizer = new SophiaH([w], { lr: 0.1, gamma: 1, weightDecay: 0 });
 * w.square().sum().backward(undefined, { createGraph: true });
 * optimizer.step();
 * assertAlmostEquals(w.at(0).itemSync(), 0.9, 1e-12); // cut to lr
 * // lr m / h = 0.1 * 0.04 * -0.0002 / (0.01 * 2)
 * assertAlmostEquals(w.at(1).itemSync(), -0.00006, 1e-12);
 * ```
 */
export class SophiaH extends HutchinsonOptimizer<SophiaHHyper, SophiaHState> {
  /**
   * Sophia-H on `params`.
   *
   * @throws {TypeError} if an option is unknown or has the wrong type.
   * @throws {RangeError} if `lr`, `gamma` or `weightDecay` is below 0, `eps` or
   * `clipThreshold` not above it, a beta outside of [0, 1), or `updatePeriod`,
   * `seed` or `numSamples` no whole number.
   */
  constructor(params: Params<SophiaHHyper>, options: SophiaHOptions = {}) {
    super(sophiaHRule, params, options);
  }

  /** As the group says. */
  protected override periodOf({ updatePeriod }: SophiaHHyper): number {
    return updatePeriod;
  }
}

/**
 * {@linkcode SophiaH} as a transformation of gradients. It uses estimates of the
 * diagonal of the Hessian, `z (H z)`, if they come with an update whose turn it
 * is, the first and every `updatePeriod`-th after it.
 *
 * @example
 * ```ts
 * import { applyUpdates } from "@gradus/optim";
 * import { sophiaH } from "@gradus/optim-extra";
 * import { tensor } from "@gradus/tensor";
 * import { assertEquals } from "@std/assert";
 *
 * const optimizer = sophiaH(0.25, { weightDecay: 0 });
 * const params = { w: tensor([1, -2], { dtype: "float64" }) };
 * const state = optimizer.init(params);
 * const grads = { w: params.w.mul(2) };
 * const curvature = { w: tensor([2, 2], { dtype: "float64" }) };
 * const [updates] = optimizer.update(grads, state, params, { curvature });
 * assertEquals(applyUpdates(params, updates).w.arraySync(), [0.75, -1.75]);
 * ```
 */
export function sophiaH(
  learningRate: ScalarOrSchedule,
  options: Omit<OptionsOf<SophiaHHyper>, "lr"> = {},
): GradientTransformation {
  return transformationOf(sophiaHRule, learningRate, options);
}
