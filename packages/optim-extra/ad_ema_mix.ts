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
  biasCorrection,
  counter,
  countStep,
  flag,
  learningRate,
  oneMinus,
} from "@gradus/optim/internal";
import { type Tensor, where, zerosLike } from "@gradus/tensor";
import { threeBetas } from "./domains.ts";

/** Hyper-parameters of {@linkcode AdEMAMix}. */
export interface AdEMAMixHyper {
  /** Learning rate; 1e-3 if left out. */
  lr: LearningRate;
  /** Decay rates of the fast average of gradients, of that of squares and of the slow average of gradients; 0.9, 0.999 and 0.9999 if left out. */
  betas: readonly [number, number, number];
  /** Factor of the slow average, α; 5 if left out. */
  alpha: number;
  /** Steps until β3 has its value, from β1 on; 0, for at once, if left out. */
  beta3Warmup: number;
  /** Steps until α has its value, from 0 on; 0, for at once, if left out. */
  alphaWarmup: number;
  /** Keeps the denominator away from 0; 1e-8 if left out. */
  eps: number;
  /** Factor of the decoupled decay, λ; 0 if left out. */
  weightDecay: number;
  /** Climbs instead of descending; false if left out. */
  maximize: boolean;
}

/** What AdEMAMix remembers. */
export type AdEMAMixState = {
  /** Steps so far, t. */
  step: Tensor;
  /** Fast running average of gradients, m1. */
  expAvgFast: Tensor;
  /** Slow running average of gradients, m2. */
  expAvgSlow: Tensor;
  /** Running average of squared gradients, v. */
  expAvgSq: Tensor;
};

/** Number of steps, less 1, after which a gradient has half of its weight in an average. */
function halfLife(beta: Tensor): Tensor {
  // The authors keep 0 out of the logarithm in this way.
  return beta.add(1e-8).log().reciprocal().mul(Math.log(0.5)).sub(1);
}

/** β3 at step t: its half-life grows linearly from that of β1. */
function warmedBeta(
  t: Tensor,
  steps: Tensor,
  from: Tensor,
  to: Tensor,
): Tensor {
  const life = halfLife(from).lerp(halfLife(to), t.div(steps));
  const beta = life.add(1).reciprocal().mul(Math.log(0.5)).exp();
  return where(t.lt(steps), beta, to);
}

/** The equations of {@linkcode AdEMAMix}. */
export const adEMAMixRule: Algorithm<AdEMAMixHyper, AdEMAMixState> = {
  name: "AdEMAMix",
  defaults: {
    lr: 1e-3,
    betas: [0.9, 0.999, 0.9999],
    alpha: 5,
    beta3Warmup: 0,
    alphaWarmup: 0,
    eps: 1e-8,
    weightDecay: 0,
    maximize: false,
  },
  domains: {
    lr: learningRate,
    betas: threeBetas,
    alpha: atLeastZero,
    beta3Warmup: atLeastZero,
    alphaWarmup: atLeastZero,
    eps: atLeastZero,
    weightDecay: atLeastZero,
    maximize: flag,
  },

  init: (param) => ({
    step: counter(),
    expAvgFast: zerosLike(param),
    expAvgSlow: zerosLike(param),
    expAvgSq: zerosLike(param),
  }),

  update({ grad, state, hyper, uses, target, shrink }) {
    const { lr, betas: [beta1, beta2, lastBeta3], eps, weightDecay } = hyper;
    const t = countStep(state);
    const g = hyper.maximize ? grad.neg() : grad;
    if (uses("weightDecay")) shrink(lr.mul(weightDecay));
    const beta3 = uses("beta3Warmup")
      ? warmedBeta(t, hyper.beta3Warmup, beta1, lastBeta3)
      : lastBeta3;
    const alpha = uses("alphaWarmup")
      ? t.div(hyper.alphaWarmup).minimum(1).mul(hyper.alpha)
      : hyper.alpha;

    const fast = state.expAvgFast.lerp_(g, oneMinus(beta1));
    const slow = state.expAvgSlow.lerp_(g, oneMinus(beta3));
    const v = state.expAvgSq.mul_(beta2)
      .addcmul_(g, g, { value: oneMinus(beta2) });
    const root = biasCorrection(beta2, t).sqrt();
    const scale = lr.mul(root);
    const step = fast.mul(scale.div(biasCorrection(beta1, t)))
      .add(slow.mul(scale.mul(alpha)));
    target.sub_(step.div(v.sqrt().add(eps.mul(root))));
  },
};

/** Options of {@linkcode AdEMAMix}. */
export type AdEMAMixOptions = OptionsOf<AdEMAMixHyper>;

/**
 * AdEMAMix: Adam with a second, much slower average of gradients beside the
 * first, so that it answers at once to what is new and still remembers
 * gradients of tens of thousands of steps ago.
 *
 * ```
 * m1 = β1 m1 + (1 - β1) g
 * m2 = β3 m2 + (1 - β3) g
 * v = β2 v + (1 - β2) g²
 * θ = θ - lr ((m̂1 + α m2) / (sqrt(v̂) + ε) + λ θ)
 * ```
 *
 * m̂1 and v̂ are corrected for their start at 0, m2 is not. The slow average
 * makes first steps unstable when it has its full weight from the start, so
 * that both schedulers of the paper should be on in long runs, over all of it:
 *
 * ```
 * α_t = min(t / alphaWarmup, 1) α
 * β3_t = f⁻¹((1 - s) f(β1) + s f(β3))       s = t / beta3Warmup, up to 1
 * f(β) = log(0.5) / log(β) - 1              a half-life, which so grows linearly
 * ```
 *
 * State per parameter: `step`, `expAvgFast`, `expAvgSlow`, `expAvgSq`.
 *
 * Matteo Pagliardini, Pierre Ablin and David Grangier, "The AdEMAMix Optimizer:
 * Better, Faster, Older", ICLR 2025, arXiv:2409.03137.
 *
 * α is 5 as in Optax; the authors' code has 2 and their experiments mostly 8.
 * The schedulers count steps from 1 as theirs do; in Optax schedules of α and
 * β3 begin with 0.
 *
 * @example
 * ```ts
 * import { AdEMAMix } from "@gradus/optim-extra";
 * import { tensor } from "@gradus/tensor";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const w = tensor([3], { dtype: "float64", requiresGrad: true });
 * const optimizer = new AdEMAMix([w], { lr: 0.5, betas: [0.9, 0.999, 0.9] });
 * w.square().sum().backward();
 * optimizer.step();
 * // Adam's step of lr and α times a tenth of it, as m2 is not corrected.
 * assertAlmostEquals(w.itemSync(), 3 - 0.5 * 1.5, 1e-8);
 * ```
 */
export class AdEMAMix extends AlgorithmOptimizer<AdEMAMixHyper, AdEMAMixState> {
  /**
   * AdEMAMix on `params`.
   *
   * @throws {TypeError} if an option is unknown or has the wrong type.
   * @throws {RangeError} if a beta is outside of [0, 1), or another number below 0.
   */
  constructor(params: Params<AdEMAMixHyper>, options: AdEMAMixOptions = {}) {
    super(adEMAMixRule, params, options);
  }
}

/**
 * {@linkcode AdEMAMix} as a transformation of gradients.
 *
 * @example
 * ```ts
 * import { applyUpdates } from "@gradus/optim";
 * import { ademamix } from "@gradus/optim-extra";
 * import { tensor } from "@gradus/tensor";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const optimizer = ademamix(0.5, { alphaWarmup: 10, beta3Warmup: 10 });
 * const params = { w: tensor([3], { dtype: "float64" }) };
 * const state = optimizer.init(params);
 * const grads = { w: params.w.mul(2) };
 * const [updates] = optimizer.update(grads, state, params);
 * const moved = applyUpdates(params, updates);
 * assertAlmostEquals(moved.w.itemSync(), 2.5, 1e-3); // Adam's, as yet
 * ```
 */
export function ademamix(
  lr: ScalarOrSchedule,
  options: Omit<AdEMAMixOptions, "lr"> = {},
): GradientTransformation {
  return transformationOf(adEMAMixRule, lr, options);
}
