import { noGrad, type TensorTree } from "@gradus/autograd";
import {
  AlgorithmOptimizer,
  applyUpdates,
  type Closure,
  type GradientTransformation,
  type OptionsOf,
  type Params,
  type ParamState,
  type RuleState,
  type ScalarOrSchedule,
  transformationOf,
} from "@gradus/optim";
import { leavesOf } from "@gradus/optim/internal";
import type { Tensor } from "@gradus/tensor";
import {
  type ScheduleFreeAdamWHyper,
  scheduleFreeAdamwRule,
  type ScheduleFreeAdamWState,
  type ScheduleFreeHyper,
  type ScheduleFreeSGDHyper,
  scheduleFreeSgdRule,
  type ScheduleFreeSGDState,
} from "./schedule_free_rules.ts";

/** What both optimizers do apart from their equations. */
export abstract class ScheduleFree<
  Hyper extends ScheduleFreeHyper,
  State extends ParamState & ScheduleFreeSGDState,
> extends AlgorithmOptimizer<Hyper, State> {
  /** How far gradients are computed towards the average. */
  protected abstract betaOf(group: Readonly<Hyper>): number;

  /**
   * Puts the parameters where gradients are to be computed, for training. Does
   * nothing if they are there.
   */
  train(): void {
    this.#switch(true, (beta) => 1 - beta);
  }

  /**
   * Puts the parameters to the average, for evaluation and for saving. Steps
   * are refused until {@linkcode train} is called. Does nothing if they are
   * there.
   */
  eval(): void {
    this.#switch(false, (beta) => 1 - 1 / beta);
  }

  #switch(trainMode: boolean, weightOf: (beta: number) => number): void {
    for (const group of this.paramGroups) {
      if (group.trainMode === trainMode) continue;
      const weight = weightOf(this.betaOf(group));
      for (const param of group.params) {
        const z = this.state.get(param)?.z as Tensor | undefined;
        if (z) noGrad(() => param.lerp_(z, weight));
      }
      (group as ScheduleFreeHyper).trainMode = trainMode;
    }
  }

  /** One step, if the parameters are where it is to start. */
  protected override performStep(closure: Closure | undefined): unknown {
    if (this.paramGroups.some(({ trainMode }) => !trainMode)) {
      throw new Error(
        `Cannot step ${this.algorithm.name} after eval(): call train() first`,
      );
    }
    return super.performStep(closure);
  }
}

/** Options of {@linkcode ScheduleFreeSGD}. */
export type ScheduleFreeSGDOptions = OptionsOf<ScheduleFreeSGDHyper>;

/** Options of {@linkcode ScheduleFreeAdamW}. */
export type ScheduleFreeAdamWOptions = OptionsOf<ScheduleFreeAdamWHyper>;

/**
 * Schedule-Free SGD: averages take the place of momentum and of a schedule of
 * the learning rate. Three points belong to a parameter: z makes the steps, x
 * is the average of all z, for evaluation, and gradients are computed at y
 * between the two. Parameters are y while training: call `eval()` before
 * evaluation and before saving, and `train()` before going on.
 *
 * ```
 * y = (1 - β) z + β x
 * g = gradient at y + λ y
 * z = z - lr_t g                             lr_t = lr min(1, t / warmupSteps)
 * x = (1 - c) x + c z                        c = w_t / (w_1 + ... + w_t), w_t = t^r (max lr so far)^weightLrPower
 * ```
 *
 * State per parameter: `step`, `z`, and the numbers of the group `weightSum`
 * and `lrMax`. x is computed from y and z. Whether parameters are y or x is in
 * the groups as `trainMode`, and so in state dictionaries.
 *
 * Aaron Defazio, Xingyu Alice Yang, Harsh Mehta, Konstantin Mishchenko, Ahmed
 * Khaled and Ashok Cutkosky, "The Road Less Scheduled", NeurIPS 2024,
 * arXiv:2405.15682.
 *
 * This is the authors' code. Optax leaves parameters at y, has no r, and its
 * rise begins with a step of 0.
 *
 * @example
 * ```ts
 * import { ScheduleFreeSGD } from "@gradus/optim-extra";
 * import { tensor } from "@gradus/tensor";
 * import { assert } from "@std/assert";
 *
 * const w = tensor([1, -2], { dtype: "float64", requiresGrad: true });
 * const optimizer = new ScheduleFreeSGD([w], { lr: 0.5 });
 * for (let t = 1; t <= 100; t++) {
 *   optimizer.zeroGrad();
 *   w.square().sum().backward();
 *   optimizer.step();
 * }
 * optimizer.eval();
 * assert(w.abs().max().itemSync() < 0.02);
 * optimizer.train();
 * ```
 */
export class ScheduleFreeSGD
  extends ScheduleFree<ScheduleFreeSGDHyper, ScheduleFreeSGDState> {
  /**
   * Schedule-Free SGD on `params`.
   *
   * @throws {TypeError} if an option is unknown or has the wrong type.
   * @throws {RangeError} if `momentum` is not between 0 and 1, `warmupSteps` no
   * whole number, or another number below 0.
   */
  constructor(
    params: Params<ScheduleFreeSGDHyper>,
    options: ScheduleFreeSGDOptions = {},
  ) {
    super(scheduleFreeSgdRule, params, options);
  }

  /** The momentum. */
  protected override betaOf({ momentum }: ScheduleFreeSGDHyper): number {
    return momentum;
  }
}

/**
 * Schedule-Free AdamW: {@linkcode ScheduleFreeSGD} with gradients divided by the
 * root of the running average of their squares, as in Adam. Call `eval()`
 * before evaluation and before saving, and `train()` before going on.
 *
 * ```
 * y = (1 - β1) z + β1 x
 * v = β2 v + (1 - β2) g²                     g: gradient at y
 * z = z - lr_t (g / (sqrt(v̂) + ε) + λ y)     lr_t = lr min(1, t / warmupSteps), v̂ = v / (1 - β2^t)
 * x = (1 - c) x + c z                        c = w_t / (w_1 + ... + w_t), w_t = t^r (max lr so far)^weightLrPower
 * ```
 *
 * State per parameter: `step`, `z`, `expAvgSq`, and the numbers of the group
 * `weightSum` and `lrMax`.
 *
 * Aaron Defazio, Xingyu Alice Yang, Harsh Mehta, Konstantin Mishchenko, Ahmed
 * Khaled and Ashok Cutkosky, "The Road Less Scheduled", NeurIPS 2024,
 * arXiv:2405.15682.
 *
 * This is the authors' code as it is now, and Optax but for the first step of a
 * rise. In the paper, and in earlier versions, the correction of v is a factor
 * of the learning rate, and so of the decay and of the weights in the average;
 * the authors found that to be unstable on some problems.
 *
 * @example
 * ```ts
 * import { ScheduleFreeAdamW } from "@gradus/optim-extra";
 * import { tensor } from "@gradus/tensor";
 * import { assert } from "@std/assert";
 *
 * const w = tensor([1, -2], { dtype: "float64", requiresGrad: true });
 * const optimizer = new ScheduleFreeAdamW([w], { lr: 0.1, warmupSteps: 10 });
 * for (let t = 1; t <= 200; t++) {
 *   optimizer.zeroGrad();
 *   w.square().sum().backward();
 *   optimizer.step();
 * }
 * optimizer.eval();
 * assert(w.abs().max().itemSync() < 0.05);
 * ```
 */
export class ScheduleFreeAdamW
  extends ScheduleFree<ScheduleFreeAdamWHyper, ScheduleFreeAdamWState> {
  /**
   * Schedule-Free AdamW on `params`.
   *
   * @throws {TypeError} if an option is unknown or has the wrong type.
   * @throws {RangeError} if `betas` are not in (0, 1) and [0, 1), `warmupSteps`
   * is no whole number, or another number below 0.
   */
  constructor(
    params: Params<ScheduleFreeAdamWHyper>,
    options: ScheduleFreeAdamWOptions = {},
  ) {
    super(scheduleFreeAdamwRule, params, options);
  }

  /** The first of the betas. */
  protected override betaOf({ betas }: ScheduleFreeAdamWHyper): number {
    return betas[0];
  }
}

/**
 * {@linkcode ScheduleFreeSGD} as a transformation of gradients. Parameters stay
 * at y; {@linkcode scheduleFreeEvalParams} gives the average.
 *
 * @example
 * ```ts
 * import { applyUpdates } from "@gradus/optim";
 * import { scheduleFreeEvalParams, scheduleFreeSgd } from "@gradus/optim-extra";
 * import { tensor } from "@gradus/tensor";
 * import { assert } from "@std/assert";
 *
 * const optimizer = scheduleFreeSgd(0.5);
 * let params = [tensor([1, -2], { dtype: "float64" })];
 * let state = optimizer.init(params);
 * for (let t = 1; t <= 100; t++) {
 *   const grads = params.map((p) => p.mul(2));
 *   const [updates, next] = optimizer.update(grads, state, params);
 *   params = applyUpdates(params, updates);
 *   state = next;
 * }
 * const [average] = scheduleFreeEvalParams(state, params);
 * assert(average!.abs().max().itemSync() < 0.02);
 * ```
 */
export function scheduleFreeSgd(
  learningRate: ScalarOrSchedule,
  options: Omit<ScheduleFreeSGDOptions, "lr"> = {},
): GradientTransformation<RuleState<ScheduleFreeSGDState>> {
  return transformationOf(scheduleFreeSgdRule, learningRate, options);
}

/**
 * {@linkcode ScheduleFreeAdamW} as a transformation of gradients. Parameters
 * stay at y; {@linkcode scheduleFreeEvalParams} gives the average.
 *
 * @example
 * ```ts
 * import { applyUpdates } from "@gradus/optim";
 * import { scheduleFreeAdamw } from "@gradus/optim-extra";
 * import { tensor } from "@gradus/tensor";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const optimizer = scheduleFreeAdamw(0.5);
 * const params = { w: tensor([1, -2], { dtype: "float64" }) };
 * const state = optimizer.init(params);
 * const grads = { w: params.w.mul(2) };
 * const [updates] = optimizer.update(grads, state, params);
 * const moved = applyUpdates(params, updates).w; // each element by lr
 * assertAlmostEquals(moved.at(0).itemSync(), 0.5, 1e-6);
 * assertAlmostEquals(moved.at(1).itemSync(), -1.5, 1e-6);
 * ```
 */
export function scheduleFreeAdamw(
  learningRate: ScalarOrSchedule,
  options: Omit<ScheduleFreeAdamWOptions, "lr"> = {},
): GradientTransformation<RuleState<ScheduleFreeAdamWState>> {
  return transformationOf(scheduleFreeAdamwRule, learningRate, options);
}

/**
 * The average x that belongs to the parameters y of {@linkcode scheduleFreeSgd}
 * or {@linkcode scheduleFreeAdamw}: what to evaluate.
 *
 * @param state What the last update left.
 * @param params The parameters, in a tree.
 * @param beta The momentum, or the first of the betas; 0.9 if left out.
 * @throws {RangeError} if `beta` is not between 0 and 1.
 * @throws {TypeError} if `state` belongs to other parameters.
 */
export function scheduleFreeEvalParams<Params extends TensorTree>(
  state: RuleState<ScheduleFreeSGDState>,
  params: Params,
  beta = 0.9,
): Params {
  if (!(beta > 0 && beta < 1)) {
    throw new RangeError(
      `Cannot compute the parameters for evaluation: expected a beta between 0 and 1, got ${beta}`,
    );
  }
  const leaves = leavesOf(params);
  const changes = noGrad(() =>
    state.params.map(({ z }, i) =>
      leaves[i] ? z.sub(leaves[i]).mul(1 - 1 / beta) : z
    )
  );
  return applyUpdates(params, changes);
}
