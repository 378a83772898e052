import { isGradEnabled } from "@gradus/autograd";
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
  flag,
  learningRate,
  numberOf,
  oneMinus,
  penalized,
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

/** Hyper-parameters of {@linkcode DAdaptAdam}. */
export interface DAdaptAdamHyper {
  /** Factor of the learning rate that is found; 1 if left out, and to be scheduled around 1. */
  lr: LearningRate;
  /** Decay rates of the averages of gradients and of their squares; 0.9 and 0.999 if left out. */
  betas: readonly [number, number];
  /** Keeps the denominator away from 0; 1e-8 if left out. */
  eps: number;
  /** Factor of the decay, λ; 0 if left out. */
  weightDecay: number;
  /** Decay shrinks the parameter and stays out of the averages; false if left out. */
  decouple: boolean;
  /** Corrects the averages as Adam does; false if left out. */
  useBiasCorrection: boolean;
  /** The d to begin with, smaller than it will be; 1e-6 if left out. */
  d0: number;
  /** The most that d grows by in a step, as a factor; null, the default, is no bound. */
  growthRate: number | null;
  /** Climbs instead of descending; false if left out. */
  maximize: boolean;
}

/** What D-Adaptation remembers. The numbers are the same for all parameters, `dLr` for those of a group. */
export type DAdaptAdamState = {
  /** Steps so far. */
  step: Tensor;
  /** Running average of steps' gradients, times their learning rates. */
  s: Tensor;
  /** Running average of gradients times their learning rates, m. */
  expAvg: Tensor;
  /** Running average of squared gradients, v. */
  expAvgSq: Tensor;
  /** The estimate of the distance from the start to the solution. */
  d: Tensor;
  /** Running average of what is known about that distance. */
  numeratorWeighted: Tensor;
  /** The learning rate of the last step. */
  dLr: Tensor;
};

/** The equations of {@linkcode DAdaptAdam}. */
export const dAdaptAdamRule: Algorithm<DAdaptAdamHyper, DAdaptAdamState> = {
  name: "DAdaptAdam",
  defaults: {
    lr: 1,
    betas: [0.9, 0.999],
    eps: 1e-8,
    weightDecay: 0,
    decouple: false,
    useBiasCorrection: false,
    d0: 1e-6,
    growthRate: null,
    maximize: false,
  },
  domains: {
    lr: learningRate,
    betas,
    eps: aboveZero,
    weightDecay: atLeastZero,
    decouple: flag,
    useBiasCorrection: flag,
    d0: aboveZero,
    growthRate: /* @__PURE__ */ orNull(growth),
    maximize: flag,
  },

  init: (param, { d0 }) => ({
    // Whether a step counts is found out where the gradients are.
    step: numberFor(param),
    s: zerosLike(param),
    expAvg: zerosLike(param),
    expAvgSq: zerosLike(param),
    d: numberFor(param, d0),
    numeratorWeighted: numberFor(param),
    dLr: numberFor(param),
  }),

  prepare(groups) {
    const present = groups.filter((updates) => updates.length > 0);
    if (present.length > 0) adapt(present);
  },

  update({ state, hyper, uses, target, shrink }) {
    const { expAvg, expAvgSq } = state;
    const dLr = numberOf(state.dLr);
    if (hyper.decouple && uses("weightDecay")) {
      shrink(dLr.mul(hyper.weightDecay));
    }
    // The average has the learning rates of its time in it already.
    const denominator = expAvgSq.sqrt().add(hyper.eps);
    target.addcdiv_(expAvg, denominator, { value: dLr.sign().neg() });
  },
};

type DAdaptAdamUpdate = Update<DAdaptAdamHyper, DAdaptAdamState>;

/** Finds d, and from it the learning rates of groups with gradients. */
function adapt(groups: readonly (readonly DAdaptAdamUpdate[])[]): void {
  const { hyper } = groups[0]![0]!;
  const { betas: [beta1, beta2], growthRate } = hyper;
  const states = groups.flat().map(({ state }) => state);
  const last = groupNumbers(states, ["d", "numeratorWeighted"]);
  const { d } = last;
  const t = last.step.add(1);
  const rate = (lr: Tensor) =>
    hyper.useBiasCorrection
      ? d.mul(lr).mul(biasCorrection(beta2, t).sqrt())
        .div(biasCorrection(beta1, t))
      : d.mul(lr);
  const dLr = rate(largestRate(groups)), root = beta2.sqrt();
  const sums = groups.map((updates) => {
    const own = rate(updates[0]!.hyper.lr);
    return { own, ...accumulate(updates, { own, dLr, root }) };
  });
  const products = total(sums.map(({ own, product }) => own.mul(product)));
  const size = total(sums.map(({ size }) => size));

  const numerator = last.numeratorWeighted.mul(root)
    .add(oneMinus(root).mul(products));
  // Without a gradient so far there is nothing to learn from.
  const learns = size.gt(0);
  const estimate = numerator.div(where(learns, size, 1).mul(oneMinus(root)));
  const next = d.maximum(
    growthRate === null ? estimate : estimate.minimum(d.mul(growthRate)),
  );
  groups.forEach((updates, i) => {
    const own = where(learns, sums[i]!.own, 0);
    setGroupNumbers(updates.map(({ state }) => state), { dLr: own });
  });
  setGroupNumbers(states, {
    step: where(learns, t, last.step),
    d: where(learns, next, d),
    numeratorWeighted: where(learns, numerator, last.numeratorWeighted),
  });
}

/** What the step of a group is made with. */
interface Rates {
  /** The learning rate of the group. */
  readonly own: Tensor;
  /** The largest learning rate. */
  readonly dLr: Tensor;
  /** The decay rate of what d is computed from. */
  readonly root: Tensor;
}

/** Takes the gradients of a group into its averages, and gives the sums over the group that d is computed from. */
function accumulate(
  updates: readonly DAdaptAdamUpdate[],
  { own, dLr, root }: Rates,
): { readonly product: Tensor; readonly size: Tensor } {
  const { hyper } = updates[0]!;
  const { lr, betas: [beta1, beta2], eps } = hyper;
  // With a learning rate of 0 nothing happens: averages keep all and take nothing.
  const moves = lr.gt(0);
  const keep = (beta: Tensor) => where(moves, beta, 1);
  const take = (factor: Tensor) => where(moves, factor, 0);
  const sums = updates.map((update) => {
    const { s, expAvg, expAvgSq } = update.state;
    const decoupledWeightDecay = hyper.decouple;
    const decoupled = { ...hyper, decoupledWeightDecay };
    const g = penalized({ ...update, hyper: decoupled });
    // Differentiable steps need it as it was, others no copy.
    const before = isGradEnabled() ? s.clone() : s;
    const weighted = before.div(expAvgSq.sqrt().add(eps));
    const product = g.mul(weighted).sum();
    expAvg.mul_(keep(beta1)).add_(g.mul(own.mul(oneMinus(beta1))));
    expAvgSq.mul_(keep(beta2)).addcmul_(g, g, {
      value: take(oneMinus(beta2)),
    });
    s.mul_(keep(root)).add_(g.mul(take(dLr.mul(oneMinus(root)))));
    return { product: numberOf(product), size: numberOf(s.abs().sum()) };
  });
  return {
    product: take(total(sums.map(({ product }) => product))),
    size: take(total(sums.map(({ size }) => size))),
  };
}

/** Options of {@linkcode DAdaptAdam}. */
export type DAdaptAdamOptions = OptionsOf<DAdaptAdamHyper>;

/**
 * Adam by D-Adaptation: it finds its learning rate d, a lower bound of the
 * distance D from the start to the solution, which only grows. It needs no
 * tuning; `lr` is a factor, to be scheduled around 1. {@linkcode Prodigy} finds
 * d faster.
 *
 * ```
 * γ = d lr                                   (times sqrt(1 - β2^t) / (1 - β1^t) with useBiasCorrection)
 * r = sqrt(β2) r + (1 - sqrt(β2)) γ <g, s / (sqrt(v) + ε)>
 * m = β1 m + (1 - β1) γ g
 * v = β2 v + (1 - β2) g²
 * s = sqrt(β2) s + (1 - sqrt(β2)) γ g
 * d = max(d, r / ((1 - sqrt(β2)) |s|_1))     at most growthRate d
 * θ = θ - γ λ θ                              (with decouple; else g has λ θ in it)
 * θ = θ - m / (sqrt(v) + ε)
 * ```
 *
 * There is one d: inner products and norms go over the parameters of all groups
 * that have gradients in a step. `d0`, `growthRate`, `useBiasCorrection`, the
 * betas of the correction and the sqrt(β2) are those of the first of these
 * groups, and γ in s has the largest of their learning rates. All else is a
 * group's own, also γ in r, m and the decay: with half the learning rate its
 * steps are half as long. With an `lr` of 0 a group takes no part, and neither
 * parameters nor averages change, nor do they where there was no gradient but 0.
 *
 * State per parameter: `step`, `s`, `expAvg`, `expAvgSq`, and the numbers `d`,
 * `numeratorWeighted` and `dLr`. Where some groups are `differentiable`, all must be.
 *
 * Aaron Defazio and Konstantin Mishchenko, "Learning-Rate-Free Learning by
 * D-Adaptation", ICML 2023, arXiv:2301.07733.
 *
 * This is version 3 of the authors' code. There groups have the betas and
 * `decouple` of the first one too, and no learning rates but the largest and 0;
 * where that becomes 0 in mid-run they go on along their last m. Optax always
 * corrects the bias and decouples the decay. `growthRate` is null here where the
 * authors have infinity.
 *
 * @example
 * ```ts
 * import { DAdaptAdam } from "@gradus/optim-extra";
 * import { tensor } from "@gradus/tensor";
 * import { assert } from "@std/assert";
 *
 * const w = tensor([100, -200], { dtype: "float64", requiresGrad: true });
 * const optimizer = new DAdaptAdam([w]);
 * for (let t = 1; t <= 600; t++) {
 *   optimizer.zeroGrad();
 *   w.square().sum().backward();
 *   optimizer.step();
 * }
 * assert(w.abs().max().itemSync() < 1);
 * ```
 */
export class DAdaptAdam
  extends AlgorithmOptimizer<DAdaptAdamHyper, DAdaptAdamState> {
  /**
   * Adam by D-Adaptation on `params`.
   *
   * @throws {TypeError} if an option is unknown or has the wrong type.
   * @throws {RangeError} if `lr` or `weightDecay` is below 0, `eps` or `d0` not
   * above it, a beta outside of [0, 1), or `growthRate` below 1.
   */
  constructor(
    params: Params<DAdaptAdamHyper>,
    options: DAdaptAdamOptions = {},
  ) {
    super(dAdaptAdamRule, params, options);
  }
}

/**
 * {@linkcode DAdaptAdam} as a transformation of gradients.
 *
 * @example
 * ```ts
 * import { applyUpdates } from "@gradus/optim";
 * import { dAdaptAdam } from "@gradus/optim-extra";
 * import { tensor } from "@gradus/tensor";
 * import { assert } from "@std/assert";
 *
 * const optimizer = dAdaptAdam(1);
 * let params = { w: tensor([100, -200], { dtype: "float64" }) };
 * let state = optimizer.init(params);
 * for (let t = 1; t <= 600; t++) {
 *   const grads = { w: params.w.mul(2) };
 *   const [updates, next] = optimizer.update(grads, state, params);
 *   params = applyUpdates(params, updates);
 *   state = next;
 * }
 * assert(params.w.abs().max().itemSync() < 1);
 * ```
 */
export function dAdaptAdam(
  learningRate: ScalarOrSchedule,
  options: Omit<DAdaptAdamOptions, "lr"> = {},
): GradientTransformation {
  return transformationOf(dAdaptAdamRule, learningRate, options);
}
