/** The equations of Schedule-Free SGD and AdamW. */

import type { Algorithm, Domain, LearningRate } from "@gradus/optim";
import {
  atLeastZero,
  biasCorrection,
  counter,
  extended,
  flag,
  learningRate,
  numberOf,
  oneMinus,
  penalized,
} from "@gradus/optim/internal";
import { type Tensor, where, zerosLike } from "@gradus/tensor";
import {
  groupNumbers,
  numberFor,
  setGroupNumbers,
  sumFor,
} from "./group_numbers.ts";

/** Hyper-parameters that both schedule-free optimizers have. */
export interface ScheduleFreeHyper {
  /** The largest learning rate: 1 for SGD, 0.0025 for AdamW if left out. */
  lr: LearningRate;
  /** Factor of the decay, λ, computed where the gradient is; 0 if left out. */
  weightDecay: number;
  /** Steps of a straight rise of the learning rate; 0 if left out. */
  warmupSteps: number;
  /** Step t counts in the average by t^r; 0 if left out. */
  r: number;
  /** A step counts in the average by the largest learning rate so far to this power; 2 if left out. */
  weightLrPower: number;
  /** Whether parameters are where gradients are computed (y) and not the average (x): what `train()` and `eval()` set. */
  trainMode: boolean;
  /** Climbs instead of descending; false if left out. */
  maximize: boolean;
}

/** Hyper-parameters of {@linkcode ScheduleFreeSGD}. */
export interface ScheduleFreeSGDHyper extends ScheduleFreeHyper {
  /** How far gradients are computed towards the average, β, between 0 and 1; 0.9 if left out. */
  momentum: number;
}

/** Hyper-parameters of {@linkcode ScheduleFreeAdamW}. */
export interface ScheduleFreeAdamWHyper extends ScheduleFreeHyper {
  /** How far gradients are computed towards the average, above 0, and the decay rate of squared gradients; 0.9 and 0.999 if left out. */
  betas: readonly [number, number];
  /** Keeps the denominator away from 0; 1e-8 if left out. */
  eps: number;
}

/** What {@linkcode ScheduleFreeSGD} remembers. The numbers are those of the group. */
export type ScheduleFreeSGDState = {
  /** Steps so far, t. */
  step: Tensor;
  /** Where steps without averaging lead. */
  z: Tensor;
  /** Sum of the weights of the steps in the average. */
  weightSum: Tensor;
  /** The largest learning rate so far. */
  lrMax: Tensor;
};

/** What {@linkcode ScheduleFreeAdamW} remembers. */
export type ScheduleFreeAdamWState = ScheduleFreeSGDState & {
  /** Running average of squared gradients, v. */
  expAvgSq: Tensor;
};

/** What the numbers of a step are computed from. */
interface Numbers {
  readonly hyper: {
    readonly lr: Tensor;
    readonly warmupSteps: Tensor;
    readonly r: Tensor;
    readonly weightLrPower: Tensor;
  };
  readonly uses: (name: "warmupSteps" | "r") => boolean;
}

/** The learning rate of step t. */
function rate({ hyper, uses }: Numbers, t: Tensor): Tensor {
  const { lr, warmupSteps } = hyper;
  return uses("warmupSteps") ? lr.mul(t.div(warmupSteps).minimum(1)) : lr;
}

/** The weight of step t in the average. */
function weight({ hyper, uses }: Numbers, t: Tensor, lrMax: Tensor): Tensor {
  const byRate = lrMax.pow(hyper.weightLrPower);
  return uses("r") ? byRate.mul(t.pow(hyper.r)) : byRate;
}

/** Counts a step of every group. */
function countGroups(
  groups: readonly (readonly (Numbers & {
    readonly state: ScheduleFreeSGDState;
  })[])[],
): void {
  for (const updates of groups) {
    const [first] = updates;
    if (first === undefined) continue;
    const states = updates.map(({ state }) => state);
    const last = groupNumbers(states, ["weightSum", "lrMax"]);
    const t = last.step.add(1);
    const lrMax = last.lrMax.maximum(rate(first, t));
    const weightSum = last.weightSum.add(weight(first, t, lrMax));
    setGroupNumbers(states, { step: t, lrMax, weightSum });
  }
}

/** What {@linkcode move} needs of an update. */
interface Moving extends Numbers {
  readonly param: Tensor;
  readonly target: Tensor;
  readonly state: ScheduleFreeSGDState;
}

/** Moves z by `-lr g`, and the parameter, y, to where the new average and z want it. */
function move(update: Moving, g: Tensor, lr: Tensor, beta: Tensor): void {
  const { param, target, state: { z, step, lrMax, weightSum } } = update;
  const sum = numberOf(weightSum);
  const some = sum.gt(0);
  const own = weight(update, numberOf(step), numberOf(lrMax));
  const share = where(some, own.div(where(some, sum, 1)), 0);
  const factor = lr.mul(beta.mul(oneMinus(share)).sub(1));
  target.add_(z.sub(param).mul(share).add(g.mul(factor)));
  z.sub_(g.mul(lr));
}

const wholeNumber: Domain = {
  expected: "a whole number of at least 0",
  type: (value) => typeof value === "number",
  range: (value) => Number.isInteger(value) && value as number >= 0,
};

const momentum: Domain = {
  expected: "a number between 0 and 1",
  type: (value) => typeof value === "number",
  range: (value) => value as number > 0 && value as number < 1,
};

const betas: Domain = {
  expected: "two numbers, in (0, 1) and in [0, 1)",
  type: (value) =>
    Array.isArray(value) && value.length === 2 &&
    value.every((beta) => typeof beta === "number"),
  range: (value) => {
    const [beta1, beta2] = value as [number, number];
    return beta1 > 0 && beta1 < 1 && beta2 >= 0 && beta2 < 1;
  },
};

const defaults: ScheduleFreeHyper = {
  lr: 1,
  weightDecay: 0,
  warmupSteps: 0,
  r: 0,
  weightLrPower: 2,
  trainMode: true,
  maximize: false,
};

const domains = {
  lr: learningRate,
  weightDecay: atLeastZero,
  warmupSteps: wholeNumber,
  r: atLeastZero,
  weightLrPower: atLeastZero,
  trainMode: flag,
  maximize: flag,
};

/** The equations of {@linkcode ScheduleFreeSGD}. */
export const scheduleFreeSgdRule: Algorithm<
  ScheduleFreeSGDHyper,
  ScheduleFreeSGDState
> = {
  name: "ScheduleFreeSGD",
  defaults: /* @__PURE__ */ extended(defaults, { momentum: 0.9 }),
  domains: /* @__PURE__ */ extended(domains, { momentum }),

  init: (param) => ({
    step: counter(),
    z: param.detach().clone(),
    weightSum: sumFor(param),
    lrMax: numberFor(param),
  }),

  prepare: countGroups,

  update(update) {
    const lr = rate(update, numberOf(update.state.step));
    move(update, penalized(update), lr, update.hyper.momentum);
  },
};

/** The equations of {@linkcode ScheduleFreeAdamW}. */
export const scheduleFreeAdamwRule: Algorithm<
  ScheduleFreeAdamWHyper,
  ScheduleFreeAdamWState
> = {
  name: "ScheduleFreeAdamW",
  defaults: /* @__PURE__ */ extended(defaults, {
    lr: 0.0025,
    betas: [0.9, 0.999] as const,
    eps: 1e-8,
  }),
  domains: /* @__PURE__ */ extended(domains, { betas, eps: atLeastZero }),

  init: (param) => ({
    step: counter(),
    z: param.detach().clone(),
    weightSum: sumFor(param),
    lrMax: numberFor(param),
    expAvgSq: zerosLike(param),
  }),

  prepare: countGroups,

  update(update) {
    const { param, grad, state, hyper, uses } = update;
    const { betas: [beta1, beta2], eps, weightDecay } = hyper;
    const { expAvgSq: v } = state;
    const t = numberOf(state.step);
    const g = hyper.maximize ? grad.neg() : grad;
    v.mul_(beta2).addcmul_(g, g, { value: oneMinus(beta2) });
    const root = biasCorrection(beta2, t).sqrt();
    const normalized = g.mul(root).div(v.sqrt().add(eps.mul(root)));
    const step = uses("weightDecay")
      ? normalized.add(param.mul(weightDecay))
      : normalized;
    move(update, step, rate(update, t), beta1);
  },
};
