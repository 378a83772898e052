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
import { type Tensor, where, zerosLike } from "@gradus/tensor";

/** Hyper-parameters of {@linkcode AdaBelief}. */
export interface AdaBeliefHyper {
  /** Learning rate; 1e-3 if left out. */
  lr: LearningRate;
  /** Decay rates of the averages of gradients and of their squared deviations; 0.9 and 0.999 if left out. */
  betas: readonly [number, number];
  /** What is added to the average of squared deviations in every step, and to its root; 1e-16 if left out. */
  eps: number;
  /** Factor of the decay, λ; 0 if left out. */
  weightDecay: number;
  /** Decay shrinks the parameter and stays out of the averages; true if left out. */
  weightDecouple: boolean;
  /** Decoupled decay shrinks by λ in place of lr λ; false if left out. */
  fixedDecay: boolean;
  /** Allows for the variance of the first steps as RAdam does; true if left out. */
  rectify: boolean;
  /** While that variance has no estimate: moves along the average of gradients, otherwise not at all; true if left out. */
  degeneratedToSgd: boolean;
  /** Divides by the largest average of squared deviations so far; false if left out. */
  amsgrad: boolean;
  /** Climbs instead of descending; false if left out. */
  maximize: boolean;
}

/** What AdaBelief remembers. */
export type AdaBeliefState = {
  /** Steps so far, t. */
  step: Tensor;
  /** Running average of gradients, m. */
  expAvg: Tensor;
  /** Running average of squared deviations from m, s. */
  expAvgVar: Tensor;
  /** The largest s so far, with amsgrad. */
  maxExpAvgVar?: Tensor;
};

/** The equations of {@linkcode AdaBelief}. */
export const adaBeliefRule: Algorithm<AdaBeliefHyper, AdaBeliefState> = {
  name: "AdaBelief",
  defaults: {
    lr: 1e-3,
    betas: [0.9, 0.999],
    eps: 1e-16,
    weightDecay: 0,
    weightDecouple: true,
    fixedDecay: false,
    rectify: true,
    degeneratedToSgd: true,
    amsgrad: false,
    maximize: false,
  },
  domains: {
    lr: learningRate,
    betas,
    eps: atLeastZero,
    weightDecay: atLeastZero,
    weightDecouple: flag,
    fixedDecay: flag,
    rectify: flag,
    degeneratedToSgd: flag,
    amsgrad: flag,
    maximize: flag,
  },

  init: (param, { amsgrad }) => ({
    step: counter(),
    expAvg: zerosLike(param),
    expAvgVar: zerosLike(param),
    ...(amsgrad ? { maxExpAvgVar: zerosLike(param) } : {}),
  }),

  update({ param, grad, state, hyper, uses, target, shrink }) {
    const { lr, betas: [beta1, beta2], eps, weightDecay } = hyper;
    const { expAvg, expAvgVar, maxExpAvgVar } = state;
    const t = countStep(state);
    let g = hyper.maximize ? grad.neg() : grad;
    if (uses("weightDecay")) {
      if (!hyper.weightDecouple) g = g.add(param.mul(weightDecay));
      else shrink(hyper.fixedDecay ? weightDecay : lr.mul(weightDecay));
    }

    expAvg.lerp_(g, oneMinus(beta1));
    const r = g.sub(expAvg);
    expAvgVar.mul_(beta2).addcmul_(r, r, { value: oneMinus(beta2) }).add_(eps);
    const s = hyper.amsgrad ? maxExpAvgVar!.maximum_(expAvgVar) : expAvgVar;

    const rate = lr.div(biasCorrection(beta1, t));
    const root = biasCorrection(beta2, t).sqrt();
    if (!hyper.rectify) {
      const denominator = s.sqrt().add(eps.mul(root));
      target.addcdiv_(expAvg, denominator, { value: rate.mul(root).neg() });
      return;
    }
    const { rectified, factor } = rectification(beta2, t);
    const plain = hyper.degeneratedToSgd ? rate : 0;
    const stepSize = where(rectified, rate.mul(root).mul(factor), plain);
    const denominator = where(rectified, s.sqrt().add(eps), 1);
    target.addcdiv_(expAvg, denominator, { value: stepSize.neg() });
  },
};

/** Whether the variance of an adaptive step has an estimate, and the factor that allows for it. */
function rectification(beta2: Tensor, t: Tensor) {
  const decayed = beta2.pow(t);
  const longest = oneMinus(beta2).reciprocal().mul(2).sub(1);
  const length = longest.sub(t.mul(2).mul(decayed).div(oneMinus(decayed)));
  const rectified = length.ge(5);
  const inRange = length.clamp({ min: 5 });
  const now = inRange.sub(4).mul(inRange.sub(2)).div(inRange);
  const end = longest.sub(4).mul(longest.sub(2)).div(longest);
  // A small beta2 has no factor, whose root would spoil derivatives.
  return { rectified, factor: where(rectified, now.div(end), 1).sqrt() };
}

/** Options of {@linkcode AdaBelief}. */
export type AdaBeliefOptions = OptionsOf<AdaBeliefHyper>;

/**
 * AdaBelief: Adam that divides by how far gradients stray from their average,
 * in place of how large they are. It takes long steps where gradients are as
 * expected and short ones where they are not.
 *
 * ```
 * g = gradient + λ θ                     λ θ only without weightDecouple
 * θ = θ - lr λ θ                         with it; with fixedDecay θ - λ θ
 * m = β1 m + (1 - β1) g
 * s = β2 s + (1 - β2) (g - m)² + ε
 * θ = θ - lr m̂ / (sqrt(ŝ) + ε)           m̂ = m / (1 - β1^t), ŝ = s / (1 - β2^t)
 * ```
 *
 * With `rectify` (the default) the last line is, as in RAdam,
 *
 * ```
 * ρ∞ = 2 / (1 - β2) - 1, ρ = ρ∞ - 2 t β2^t / (1 - β2^t)
 * r = sqrt((ρ - 4) (ρ - 2) ρ∞ / ((ρ∞ - 4) (ρ∞ - 2) ρ))
 * θ = θ - lr r sqrt(1 - β2^t) m̂ / (sqrt(s) + ε)       where ρ >= 5
 * θ = θ - lr m̂                                        before, with degeneratedToSgd
 * ```
 *
 * State per parameter: `step`, `expAvg`, `expAvgVar` and, with `amsgrad`,
 * `maxExpAvgVar`.
 *
 * Juntang Zhuang, Tommy Tang, Yifan Ding, Sekhar Tatikonda, Nicha Dvornek,
 * Xenophon Papademetris and James Duncan, "AdaBelief Optimizer: Adapting
 * Stepsizes by the Belief in Observed Gradients", NeurIPS 2020,
 * arXiv:2010.07468.
 *
 * This is the authors' package from 0.1 on, with two exceptions: there
 * `amsgrad` has no effect on rectified steps, and coupled decay changes the
 * gradient itself. ε stays in s, so that s has the floor ε / (1 - β2). Optax
 * has no rectification and is `rectify: false` here; earlier versions of the
 * authors' package had that too, with ε = 1e-8. R's torchopt has ε = 1e-8 and
 * λ = 1e-6 and forgets to correct m in the first, unrectified steps.
 *
 * @example
 * ```ts
 * import { AdaBelief } from "@gradus/optim-extra";
 * import { tensor } from "@gradus/tensor";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * function afterOneStep(rectify: boolean): number {
 *   const w = tensor([3], { dtype: "float64", requiresGrad: true });
 *   const optimizer = new AdaBelief([w], { lr: 0.25, rectify });
 *   w.square().sum().backward();
 *   optimizer.step();
 *   return w.itemSync();
 * }
 * assertAlmostEquals(afterOneStep(true), 3 - 0.25 * 6, 1e-12); // lr g at first
 * assertAlmostEquals(afterOneStep(false), 3 - 0.25 / 0.9, 1e-12); // g - m is 0.9 g
 * ```
 */
export class AdaBelief
  extends AlgorithmOptimizer<AdaBeliefHyper, AdaBeliefState> {
  /**
   * AdaBelief on `params`.
   *
   * @throws {TypeError} if an option is unknown or has the wrong type.
   * @throws {RangeError} if `lr`, `eps` or `weightDecay` is below 0, or a beta outside of [0, 1).
   */
  constructor(params: Params<AdaBeliefHyper>, options: AdaBeliefOptions = {}) {
    super(adaBeliefRule, params, options);
  }
}

/**
 * {@linkcode AdaBelief} as a transformation of gradients.
 *
 * @example
 * ```ts
 * import { applyUpdates } from "@gradus/optim";
 * import { adabelief } from "@gradus/optim-extra";
 * import { tensor } from "@gradus/tensor";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const optimizer = adabelief(0.25, { rectify: false });
 * const params = { w: tensor([3], { dtype: "float64" }) };
 * const state = optimizer.init(params);
 * const [updates] = optimizer.update({ w: params.w.mul(2) }, state, params);
 * const moved = applyUpdates(params, updates);
 * assertAlmostEquals(moved.w.itemSync(), 3 - 0.25 / 0.9, 1e-12);
 * ```
 */
export function adabelief(
  learningRate: ScalarOrSchedule,
  options: Omit<AdaBeliefOptions, "lr"> = {},
): GradientTransformation {
  return transformationOf(adaBeliefRule, learningRate, options);
}
