import {
  type Algorithm,
  AlgorithmOptimizer,
  type Domain,
  type GradientTransformation,
  type LearningRate,
  type OptionsOf,
  type ParamGroup,
  type ParamGroupInit,
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
  variantOf,
} from "@gradus/optim/internal";
import { Tensor, where, zerosLike } from "@gradus/tensor";

/** Hyper-parameters of {@linkcode AdaBound}. */
export interface AdaBoundHyper {
  /** Learning rate at the beginning, when steps are Adam's; 1e-3 if left out. */
  lr: LearningRate;
  /** Decay rates of the averages of gradients and of their squares; 0.9 and 0.999 if left out. */
  betas: readonly [number, number];
  /** Learning rate at the end, when steps are those of SGD with momentum; 0.1 if left out. */
  finalLr: number;
  /** How fast the bounds close in, γ, in (0, 1]; 1e-3 if left out. */
  gamma: number;
  /** Keeps the denominator away from 0; 1e-8 if left out. */
  eps: number;
  /** Factor of the L2 penalty, λ; 0 if left out. */
  weightDecay: number;
  /** Divides by the largest average of squares so far; false if left out, always true in {@linkcode AMSBound}. */
  amsbound: boolean;
  /**
   * The lr for which `finalLr` holds: where a schedule changes lr, the final
   * rate changes by the same factor. If null or left out, the classes take the
   * lr that a group has when it is added; the functions leave `finalLr` as it is.
   */
  baseLr: number | null;
  /** Climbs instead of descending; false if left out. */
  maximize: boolean;
}

/** What AdaBound remembers. */
export type AdaBoundState = {
  /** Steps so far, t. */
  step: Tensor;
  /** Running average of gradients, m. */
  expAvg: Tensor;
  /** Running average of squared gradients, v. */
  expAvgSq: Tensor;
  /** The largest v so far, with amsbound. */
  maxExpAvgSq?: Tensor;
};

const gamma: Domain = {
  expected: "a number in (0, 1]",
  type: (value) => typeof value === "number",
  range: (value) => value as number > 0 && value as number <= 1,
};

const baseLr: Domain = {
  expected: "a number above 0 or null",
  type: (value) => typeof value === "number" || value === null,
  range: (value) => value === null || value as number > 0,
};

/** The equations of {@linkcode AdaBound}. */
export const adaBoundRule: Algorithm<AdaBoundHyper, AdaBoundState> = {
  name: "AdaBound",
  defaults: {
    lr: 1e-3,
    betas: [0.9, 0.999],
    finalLr: 0.1,
    gamma: 1e-3,
    eps: 1e-8,
    weightDecay: 0,
    amsbound: false,
    baseLr: null,
    maximize: false,
  },
  domains: {
    lr: learningRate,
    betas,
    finalLr: atLeastZero,
    gamma,
    eps: atLeastZero,
    weightDecay: atLeastZero,
    amsbound: flag,
    baseLr,
    maximize: flag,
  },

  init: (param, { amsbound }) => ({
    step: counter(),
    expAvg: zerosLike(param),
    expAvgSq: zerosLike(param),
    ...(amsbound ? { maxExpAvgSq: zerosLike(param) } : {}),
  }),

  update(update) {
    const { state, hyper, target } = update;
    const { lr, betas: [beta1, beta2], finalLr, gamma, eps, baseLr } = hyper;
    const { expAvg, expAvgSq, maxExpAvgSq } = state;
    const t = countStep(state);
    const g = penalized(update);

    expAvg.lerp_(g, oneMinus(beta1));
    expAvgSq.mul_(beta2).addcmul_(g, g, { value: oneMinus(beta2) });
    const v = hyper.amsbound ? maxExpAvgSq!.maximum_(expAvgSq) : expAvgSq;

    const root = biasCorrection(beta2, t).sqrt();
    const adaptive = lr.mul(root).div(biasCorrection(beta1, t));
    const final = baseLr === null ? finalLr : finalLr.mul(lr).div(baseLr);
    const time = gamma.mul(t);
    const lower = final.mul(oneMinus(time.add(1).reciprocal()));
    const upper = final.mul(time.reciprocal().add(1));
    const free = adaptive.div(v.sqrt().add(eps));
    // Like maximum and minimum it keeps NaN, at less cost.
    const above = where(free.lt(lower), lower, free);
    const rate = where(above.gt(upper), upper, above);
    target.sub_(rate.mul(expAvg));
  },
};

/** {@linkcode adaBoundRule} with the largest average of squares. */
export const amsBoundRule: Algorithm<AdaBoundHyper, AdaBoundState> =
  /* @__PURE__ */ variantOf(adaBoundRule, {
    name: "AMSBound",
    defaults: { amsbound: true },
    domains: {
      amsbound: { expected: "true", type: (value) => value === true },
    },
  });

/** Has a new group remember its lr. */
function keepBase(group: ParamGroup<AdaBoundHyper>): void {
  const { lr } = group;
  if (group.baseLr !== null || lr instanceof Tensor && lr.device !== "cpu") {
    return;
  }
  const base = lr instanceof Tensor ? lr.itemSync() : lr;
  if (base > 0) group.baseLr = base;
}

/** Options of {@linkcode AdaBound}. */
export type AdaBoundOptions = OptionsOf<AdaBoundHyper>;

/**
 * AdaBound: Adam whose learning rate for each element is kept between two
 * bounds. They start at 0 and infinity and meet at `finalLr`, so that it turns
 * from Adam into SGD with momentum on the way.
 *
 * ```
 * g = gradient + λ θ                                       (-gradient to maximize)
 * m = β1 m + (1 - β1) g
 * v = β2 v + (1 - β2) g²
 * f = finalLr lr / baseLr
 * a = clamp(lr sqrt(1 - β2^t) / (1 - β1^t) / (sqrt(v) + ε), f - f / (γ t + 1), f + f / (γ t))
 * θ = θ - a m
 * ```
 *
 * With `amsbound` v is the largest so far. State per parameter: `step`,
 * `expAvg`, `expAvgSq` and, with `amsbound`, `maxExpAvgSq`.
 *
 * Liangchen Luo, Yuanhao Xiong, Yan Liu and Xu Sun, "Adaptive Gradient Methods
 * with Dynamic Bound of Learning Rate", ICLR 2019, arXiv:1902.09843.
 *
 * This is the authors' code. Their paper has no bias correction, divides the
 * bounded rate by sqrt(t) and writes 1 - β2 for γ; the correction is part of
 * what is bounded, while m itself is not corrected. The authors keep the first
 * lr of each group outside of the state dictionary; here it is the
 * hyper-parameter `baseLr`, which is saved. A group whose lr is 0 or on a GPU
 * when it is added gets none and keeps its `finalLr`. R's torchopt has one base
 * for all groups.
 *
 * @example
 * ```ts
 * import { AdaBound } from "@gradus/optim-extra";
 * import { tensor } from "@gradus/tensor";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * function afterOneStep(gamma: number): number {
 *   const w = tensor([3], { dtype: "float64", requiresGrad: true });
 *   const optimizer = new AdaBound([w], { lr: 0.5, finalLr: 0.125, gamma });
 *   w.square().sum().backward();
 *   optimizer.step();
 *   return w.itemSync();
 * }
 * assertAlmostEquals(afterOneStep(0.001), 2.5, 1e-6); // Adam: a step of lr
 * // The bounds are finalLr / 2 and 2 finalLr; the upper one times m = 0.6 is the step.
 * assertAlmostEquals(afterOneStep(1), 3 - 2 * 0.125 * 0.6, 1e-12);
 * ```
 */
export class AdaBound extends AlgorithmOptimizer<AdaBoundHyper, AdaBoundState> {
  /**
   * AdaBound on `params`.
   *
   * @throws {TypeError} if an option is unknown or has the wrong type.
   * @throws {RangeError} if `lr`, `finalLr`, `eps` or `weightDecay` is below 0, a beta outside of [0, 1), `gamma` outside of (0, 1] or `baseLr` not above 0.
   */
  constructor(params: Params<AdaBoundHyper>, options: AdaBoundOptions = {}) {
    super(adaBoundRule, params, options);
  }

  /** Adds parameters; the lr that they have now is their `baseLr`, unless `group` gives one. */
  override addParamGroup(group: ParamGroupInit<AdaBoundHyper>): void {
    super.addParamGroup(group);
    keepBase(this.paramGroups.at(-1)!);
  }
}

/**
 * {@linkcode AdaBound} as a transformation of gradients. Unless `baseLr` is
 * given, a schedule leaves the final rate alone.
 *
 * @example
 * ```ts
 * import { applyUpdates } from "@gradus/optim";
 * import { adabound } from "@gradus/optim-extra";
 * import { tensor } from "@gradus/tensor";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const optimizer = adabound(0.5, { finalLr: 0.125, gamma: 1 });
 * const params = { w: tensor([3], { dtype: "float64" }) };
 * const state = optimizer.init(params);
 * const [updates] = optimizer.update({ w: params.w.mul(2) }, state, params);
 * const moved = applyUpdates(params, updates);
 * assertAlmostEquals(moved.w.itemSync(), 3 - 2 * 0.125 * 0.6, 1e-12);
 * ```
 */
export function adabound(
  learningRate: ScalarOrSchedule,
  options: Omit<AdaBoundOptions, "lr"> = {},
): GradientTransformation {
  return transformationOf(adaBoundRule, learningRate, options);
}

/** Options of {@linkcode AMSBound}. */
export type AMSBoundOptions = Omit<AdaBoundOptions, "amsbound">;

/**
 * AMSBound: {@linkcode AdaBound} that divides by the root of the largest
 * average of squares so far, as AMSGrad does (Reddi, Kale and Kumar 2018);
 * Luo et al. 2019 give both.
 *
 * State per parameter: `step`, `expAvg`, `expAvgSq` and `maxExpAvgSq`.
 *
 * @example
 * ```ts
 * import { AMSBound } from "@gradus/optim-extra";
 * import { tensor } from "@gradus/tensor";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const w = tensor([3], { dtype: "float64", requiresGrad: true });
 * const optimizer = new AMSBound([w], { lr: 0.5 });
 * w.square().sum().backward();
 * optimizer.step();
 * assertAlmostEquals(w.itemSync(), 2.5, 1e-6);
 * ```
 */
export class AMSBound extends AlgorithmOptimizer<AdaBoundHyper, AdaBoundState> {
  /**
   * AMSBound on `params`.
   *
   * @throws {TypeError} if an option is unknown or has the wrong type.
   * @throws {RangeError} if `lr`, `finalLr`, `eps` or `weightDecay` is below 0, a beta outside of [0, 1), `gamma` outside of (0, 1] or `baseLr` not above 0.
   */
  constructor(params: Params<AdaBoundHyper>, options: AMSBoundOptions = {}) {
    super(amsBoundRule, params, options);
  }

  /** Adds parameters; the lr that they have now is their `baseLr`, unless `group` gives one. */
  override addParamGroup(group: ParamGroupInit<AdaBoundHyper>): void {
    super.addParamGroup(group);
    keepBase(this.paramGroups.at(-1)!);
  }
}

/**
 * {@linkcode AMSBound} as a transformation of gradients.
 *
 * @example
 * ```ts
 * import { applyUpdates } from "@gradus/optim";
 * import { amsbound } from "@gradus/optim-extra";
 * import { tensor } from "@gradus/tensor";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const optimizer = amsbound(0.5);
 * const params = { w: tensor([3], { dtype: "float64" }) };
 * const state = optimizer.init(params);
 * const [updates] = optimizer.update({ w: params.w.mul(2) }, state, params);
 * assertAlmostEquals(applyUpdates(params, updates).w.itemSync(), 2.5, 1e-6);
 * ```
 */
export function amsbound(
  learningRate: ScalarOrSchedule,
  options: Omit<AMSBoundOptions, "lr"> = {},
): GradientTransformation {
  return transformationOf(amsBoundRule, learningRate, options);
}
