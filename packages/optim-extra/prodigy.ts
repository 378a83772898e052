import {
  type Algorithm,
  AlgorithmOptimizer,
  type GradientTransformation,
  type LearningRate,
  type OptionsOf,
  type Params,
  type ScalarOrSchedule,
  transformationOf,
  type Update,
} from "@gradus/optim";
import {
  aboveZero,
  atLeastZero,
  betas,
  biasCorrection,
  count,
  flag,
  learningRate,
  numberOf,
  oneMinus,
  penalized,
  unitInterval,
} from "@gradus/optim/internal";
import { type Tensor, where, zerosLike } from "@gradus/tensor";
import { orNull } from "./domains.ts";
import {
  groupNumbers,
  growth,
  largestRate,
  numberFor,
  setGroupNumbers,
  total,
} from "./group_numbers.ts";

/** Hyper-parameters of {@linkcode Prodigy}. */
export interface ProdigyHyper {
  /** Factor of the learning rate that is found; 1 if left out, and to be scheduled around 1. */
  lr: LearningRate;
  /** Decay rates of the averages of gradients and of their squares; 0.9 and 0.999 if left out. */
  betas: readonly [number, number];
  /** Decay rate of what d is computed from; null, the default, stands for sqrt(β2). */
  beta3: number | null;
  /** Keeps the denominator away from 0; 1e-8 if left out. */
  eps: number;
  /** Factor of the decay, λ; 0 if left out. */
  weightDecay: number;
  /** Decay shrinks the parameter and stays out of the averages; true if left out. */
  decouple: boolean;
  /** Corrects the averages as Adam does; false if left out. */
  useBiasCorrection: boolean;
  /** Leaves `lr` out of the denominator of d, for schedules that begin small; false if left out. */
  safeguardWarmup: boolean;
  /** The d to begin with, smaller than it will be; 1e-6 if left out. */
  d0: number;
  /** Factor of the estimates of d, the one to tune; 1 if left out. */
  dCoef: number;
  /** The most that d grows by in a step, as a factor; null, the default, is no bound. */
  growthRate: number | null;
  /** Computes d from every so many-th element alone, for less memory; 1 if left out. It counts when the state is made. */
  sliceP: number;
  /** Climbs instead of descending; false if left out. */
  maximize: boolean;
}

/** What Prodigy remembers. The numbers are the same for all parameters, `dLr` for those of a group. */
export type ProdigyState = {
  /** Steps so far. */
  step: Tensor;
  /** Where the parameter began. */
  p0: Tensor;
  /** Weighted sum of gradients. */
  s: Tensor;
  /** Running average of gradients times d, m. */
  expAvg: Tensor;
  /** Running average of their squares, v. */
  expAvgSq: Tensor;
  /** The estimate of the distance from the start to the solution. */
  d: Tensor;
  /** The largest estimate so far. */
  dMax: Tensor;
  /** Weighted sum of products of gradients and distances from the start. */
  dNumerator: Tensor;
  /** The learning rate of the last step. */
  dLr: Tensor;
};

/** The elements of `x` that d is computed from. */
function sliced(x: Tensor, every: number): Tensor {
  return every === 1 ? x : x.flatten().at(`::${every}`);
}

/** The equations of {@linkcode Prodigy}. */
export const prodigyRule: Algorithm<ProdigyHyper, ProdigyState> = {
  name: "Prodigy",
  defaults: {
    lr: 1,
    betas: [0.9, 0.999],
    beta3: null,
    eps: 1e-8,
    weightDecay: 0,
    decouple: true,
    useBiasCorrection: false,
    safeguardWarmup: false,
    d0: 1e-6,
    dCoef: 1,
    growthRate: null,
    sliceP: 1,
    maximize: false,
  },
  domains: {
    lr: learningRate,
    betas,
    beta3: /* @__PURE__ */ orNull(unitInterval),
    eps: aboveZero,
    weightDecay: atLeastZero,
    decouple: flag,
    useBiasCorrection: flag,
    safeguardWarmup: flag,
    d0: aboveZero,
    dCoef: aboveZero,
    growthRate: /* @__PURE__ */ orNull(growth),
    sliceP: count,
    maximize: flag,
  },

  init: (param, { d0, sliceP }) => ({
    // Whether a step counts is found out where the gradients are.
    step: numberFor(param),
    p0: sliced(param.detach(), sliceP).clone(),
    s: zerosLike(sliced(param.detach(), sliceP)),
    expAvg: zerosLike(param),
    expAvgSq: zerosLike(param),
    d: numberFor(param, d0),
    dMax: numberFor(param, d0),
    dNumerator: numberFor(param),
    dLr: numberFor(param),
  }),

  prepare(groups) {
    const present = groups.filter((updates) => updates.length > 0);
    if (present.length > 0) adapt(present);
  },

  update({ state, hyper, uses, target, shrink }) {
    const { expAvg, expAvgSq } = state;
    const d = numberOf(state.d), dLr = numberOf(state.dLr);
    if (hyper.decouple && uses("weightDecay")) {
      shrink(dLr.mul(hyper.weightDecay));
    }
    const denominator = expAvgSq.sqrt().add(d.mul(hyper.eps));
    target.addcdiv_(expAvg, denominator, { value: dLr.neg() });
  },
};

type ProdigyUpdate = Update<ProdigyHyper, ProdigyState>;

/** What the step of all groups has in common. */
interface Common {
  /** The estimate from before the step. */
  readonly d: Tensor;
  /** d over its first value. */
  readonly relative: Tensor;
  /** The largest learning rate. */
  readonly dLr: Tensor;
  /** The decay rate of what d is computed from. */
  readonly decay: Tensor;
}

/** Finds d, and from it the learning rates of groups with gradients. */
function adapt(groups: readonly (readonly ProdigyUpdate[])[]): void {
  const { hyper } = groups[0]![0]!;
  const { betas: [beta1, beta2], beta3, d0, dCoef, growthRate } = hyper;
  const states = groups.flat().map(({ state }) => state);
  const last = groupNumbers(states, ["d", "dMax", "dNumerator"]);
  const { d, dMax } = last;
  const t = last.step.add(1);
  const rate = (lr: Tensor) =>
    hyper.useBiasCorrection
      ? d.mul(lr).mul(biasCorrection(beta2, t).sqrt())
        .div(biasCorrection(beta1, t))
      : d.mul(lr);
  const dLr = rate(largestRate(groups));
  const decay = beta3 ?? beta2.sqrt(), relative = d.div(d0);
  const sums = groups.map((updates) =>
    accumulate(updates, { d, relative, dLr, decay })
  );
  const products = total(sums.map(({ product }) => product));
  const size = total(sums.map(({ size }) => size));

  const numerator = last.dNumerator.mul(decay)
    .add(relative.mul(dLr).mul(products));
  // Without a gradient so far there is nothing to learn from.
  const learns = size.gt(0);
  const estimate = numerator.div(where(learns, size, 1)).mul(dCoef);
  const largest = dMax.maximum(estimate);
  // The bound holds from the second growth on; rounding must not hide the first.
  const grown = where(d.le(d0.mul(1 + 1e-6)), d.maximum(estimate), d);
  const next = growthRate === null
    ? largest
    : largest.minimum(grown.mul(growthRate));
  for (const updates of groups) {
    const own = where(learns, rate(updates[0]!.hyper.lr), 0);
    setGroupNumbers(updates.map(({ state }) => state), { dLr: own });
  }
  // Last, because d from before the step may be the one in the state.
  setGroupNumbers(states, {
    step: where(learns, t, last.step),
    d: where(learns, next, d),
    dMax: where(learns, largest, dMax),
    dNumerator: where(learns, numerator, last.dNumerator),
  });
}

/** Takes the gradients of a group into its averages, and gives the sums over the group that d is computed from. */
function accumulate(
  updates: readonly ProdigyUpdate[],
  { d, relative, dLr, decay }: Common,
): { readonly product: Tensor; readonly size: Tensor } {
  const { hyper, constant } = updates[0]!;
  const { lr, betas: [beta1, beta2], safeguardWarmup } = hyper;
  const every = constant("sliceP");
  // With a learning rate of 0 nothing happens: averages keep all and take nothing.
  const moves = lr.gt(0);
  const keep = (beta: Tensor) => where(moves, beta, 1);
  const take = (factor: Tensor) => where(moves, factor, 0);
  const weight = take(relative.mul(safeguardWarmup ? d : dLr));
  const sums = updates.map((update) => {
    const { param, state: { p0, s, expAvg, expAvgSq } } = update;
    const decoupledWeightDecay = hyper.decouple;
    const own = { ...hyper, decoupledWeightDecay };
    const g = penalized({ ...update, hyper: own });
    const part = sliced(g, every);
    const product = part.mul(p0.sub(sliced(param, every))).sum();
    expAvg.mul_(keep(beta1)).add_(g.mul(take(d.mul(oneMinus(beta1)))));
    expAvgSq.mul_(keep(beta2)).addcmul_(g, g, {
      value: take(d.square().mul(oneMinus(beta2))),
    });
    s.mul_(keep(decay)).add_(part.mul(weight));
    return { product: numberOf(product), size: numberOf(s.abs().sum()) };
  });
  return {
    product: take(total(sums.map(({ product }) => product))),
    size: take(total(sums.map(({ size }) => size))),
  };
}

/** Options of {@linkcode Prodigy}. */
export type ProdigyOptions = OptionsOf<ProdigyHyper>;

/**
 * Prodigy: Adam that finds its learning rate d, an estimate of the distance D
 * from the start to the solution. It needs no tuning; `lr` is a factor, to be
 * scheduled around 1, and `dCoef` changes what it finds.
 *
 * ```
 * γ = d lr                                   (times sqrt(1 - β2^t) / (1 - β1^t) with useBiasCorrection)
 * r = β3 r + γ d / d0 <g, θ0 - θ>
 * s = β3 s + γ d / d0 g                      (d in place of γ with safeguardWarmup)
 * m = β1 m + (1 - β1) d g
 * v = β2 v + (1 - β2) d² g²
 * d = max(d, dCoef r / |s|_1)
 * θ = θ - γ λ θ
 * θ = θ - γ m / (sqrt(v) + d ε)              γ with the d from before
 * ```
 *
 * There is one d: inner products and norms go over the parameters of all groups
 * that have gradients in a step. `beta3`, `d0`, `dCoef`, `growthRate`,
 * `useBiasCorrection` and the betas of the correction are those of the first of
 * these groups, and γ in r and s has the largest of their learning rates. All
 * else is a group's own, also γ in its steps: with half the learning rate they
 * are half as long. With an `lr` of 0 a group takes no part, and neither
 * parameters nor averages change, nor do they where there was no gradient but 0.
 * With a `growthRate` the new d is at most that times the one before, from the
 * second growth on.
 *
 * State per parameter: `step`, `p0`, `s`, `expAvg`, `expAvgSq`, and the numbers
 * `d`, `dMax`, `dNumerator` and `dLr`. Where some groups are `differentiable`, all must be.
 *
 * Konstantin Mishchenko and Aaron Defazio, "Prodigy: An Expeditiously Adaptive
 * Parameter-Free Learner", ICML 2024, arXiv:2306.06101.
 *
 * This is the authors' code. There groups have the betas and `decouple` of the
 * first one too, a `d0` of their own to weigh gradients with, and no learning
 * rates but the largest and 0; where that becomes 0 in mid-run they go on along
 * their last m. Optax always corrects the bias. `growthRate` is null here where
 * the authors have infinity.
 *
 * @example
 * ```ts
 * import { Prodigy } from "@gradus/optim-extra";
 * import { tensor } from "@gradus/tensor";
 * import { assert } from "@std/assert";
 *
 * const w = tensor([100, -200], { dtype: "float64", requiresGrad: true });
 * const optimizer = new Prodigy([w]);
 * for (let t = 1; t <= 300; t++) {
 *   optimizer.zeroGrad();
 *   w.square().sum().backward();
 *   optimizer.step();
 * }
 * assert(w.abs().max().itemSync() < 1);
 * ```
 */
export class Prodigy extends AlgorithmOptimizer<ProdigyHyper, ProdigyState> {
  /**
   * Prodigy on `params`.
   *
   * @throws {TypeError} if an option is unknown or has the wrong type.
   * @throws {RangeError} if `lr` or `weightDecay` is below 0, `eps`, `d0` or
   * `dCoef` not above it, a beta outside of [0, 1), `growthRate` below 1, or
   * `sliceP` no whole number of at least 1.
   */
  constructor(params: Params<ProdigyHyper>, options: ProdigyOptions = {}) {
    super(prodigyRule, params, options);
  }
}

/**
 * {@linkcode Prodigy} as a transformation of gradients.
 *
 * @example
 * ```ts
 * import { applyUpdates } from "@gradus/optim";
 * import { prodigy } from "@gradus/optim-extra";
 * import { tensor } from "@gradus/tensor";
 * import { assert } from "@std/assert";
 *
 * const optimizer = prodigy(1);
 * let params = { w: tensor([100, -200], { dtype: "float64" }) };
 * let state = optimizer.init(params);
 * for (let t = 1; t <= 300; t++) {
 *   const grads = { w: params.w.mul(2) };
 *   const [updates, next] = optimizer.update(grads, state, params);
 *   params = applyUpdates(params, updates);
 *   state = next;
 * }
 * assert(params.w.abs().max().itemSync() < 1);
 * ```
 */
export function prodigy(
  learningRate: ScalarOrSchedule,
  options: Omit<ProdigyOptions, "lr"> = {},
): GradientTransformation {
  return transformationOf(prodigyRule, learningRate, options);
}
