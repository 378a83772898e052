/** Transformations that others are composed of. */

import type { TensorTree } from "@gradus/autograd";
import { noGrad } from "@gradus/autograd";
import { Tensor, zeros } from "@gradus/tensor";
import { asNumber } from "@gradus/tensor/internal";
import { centralized } from "../modifiers.ts";
import { scalar, type ScalarOrSchedule, type Schedule } from "./schedule.ts";
import type { GradientTransformation } from "./transformation.ts";
import { leavesOf, mapTrees, withLeaves } from "./tree.ts";

/** The state of transformations that remember nothing. */
export type EmptyState = Record<string, never>;

/** A transformation without state. */
function stateless(
  change: <U extends TensorTree>(updates: U, params?: TensorTree) => U,
): GradientTransformation<EmptyState> {
  return {
    init: () => ({}),
    update: (updates, state, params) => [
      noGrad(() => change(updates, params)),
      state,
    ],
  };
}

/** A transformation without state that treats each leaf on its own. */
function leafwise(
  change: (update: Tensor) => Tensor,
): GradientTransformation<EmptyState> {
  return stateless((updates) =>
    withLeaves(updates, leavesOf(updates).map(change))
  );
}

/**
 * One transformation after another; the state is an array of theirs.
 *
 * @throws {RangeError} if there is none.
 *
 * @example
 * ```ts
 * import { applyUpdates, chain, clipByGlobalNorm, sgd } from "@gradus/optim";
 * import { tensor } from "@gradus/tensor";
 * import { assertEquals } from "@std/assert";
 *
 * const optimizer = chain(clipByGlobalNorm(5), sgd(0.5));
 * const params = [tensor([1.5, 2.5])];
 * const [updates] = optimizer.update([tensor([6, 8], { dtype: "float32" })], optimizer.init(params), params);
 * assertEquals(applyUpdates(params, updates)[0]!.arraySync(), [0, 0.5]);
 * ```
 */
export function chain(
  ...transformations: readonly GradientTransformation[]
): GradientTransformation<readonly unknown[]> {
  if (transformations.length === 0) {
    throw new RangeError(
      "Cannot chain transformations: expected at least one, got none",
    );
  }
  return {
    init: (params) => transformations.map((link) => link.init(params)),
    update(updates, states, params, extra) {
      if (states.length !== transformations.length) {
        throw new TypeError(
          `Cannot update a chain as its state must match: expected ${transformations.length} entries, got ${states.length}`,
        );
      }
      let current = updates;
      const next = transformations.map((link, i) => {
        const [changed, state] = link.update(
          current,
          states[i],
          params,
          extra,
        );
        current = changed;
        return state;
      });
      return [current, next];
    },
  };
}

/**
 * Leaves updates as they are.
 *
 * @example
 * ```ts
 * import { identity } from "@gradus/optim";
 * import { tensor } from "@gradus/tensor";
 * import { assertStrictEquals } from "@std/assert";
 *
 * const transformation = identity();
 * const g = tensor([1, 2]);
 * assertStrictEquals(transformation.update(g, transformation.init(g))[0], g);
 * ```
 */
export function identity(): GradientTransformation<EmptyState> {
  return leafwise((update) => update);
}

/**
 * Multiplies updates by `factor`.
 *
 * @example
 * ```ts
 * import { scale } from "@gradus/optim";
 * import { tensor } from "@gradus/tensor";
 * import { assertEquals } from "@std/assert";
 *
 * const transformation = scale(-0.5);
 * const g = tensor([1, 2]);
 * assertEquals(transformation.update(g, transformation.init(g))[0].arraySync(), [-0.5, -1]);
 * ```
 */
export function scale(factor: number): GradientTransformation<EmptyState> {
  return leafwise((update) => update.mul(factor));
}

/** The state of transformations that count updates. */
export interface CountState {
  /** Updates so far, 0-d, float64. */
  readonly count: Tensor;
}

/**
 * Multiplies updates by what `schedule` gives for the number of updates before.
 *
 * @example
 * ```ts
 * import { linearSchedule, scaleBySchedule } from "@gradus/optim";
 * import { tensor } from "@gradus/tensor";
 * import { assertEquals } from "@std/assert";
 *
 * const transformation = scaleBySchedule(
 *   linearSchedule({ initValue: 1, endValue: 0, transitionSteps: 2 }),
 * );
 * const g = tensor([4]);
 * const [first, state] = transformation.update(g, transformation.init(g));
 * const [second] = transformation.update(g, state);
 * assertEquals([first.itemSync(), second.itemSync()], [4, 2]);
 * ```
 */
export function scaleBySchedule(
  schedule: Schedule,
): GradientTransformation<CountState> {
  return {
    init: () => ({ count: asNumber(zeros([], { dtype: "float64" })) }),
    update: (updates, { count }) =>
      noGrad(() => {
        const factor = schedule(asNumber(count));
        const scaled = leavesOf(updates).map((update) => update.mul(factor));
        return [withLeaves(updates, scaled), { count: count.add(1) }];
      }),
  };
}

/**
 * Multiplies updates by the learning rate and turns them round, so that adding
 * them goes down: the last link of a chain that is an optimizer.
 *
 * @example
 * ```ts
 * import { scaleByLearningRate } from "@gradus/optim";
 * import { tensor } from "@gradus/tensor";
 * import { assertEquals } from "@std/assert";
 *
 * const descent = scaleByLearningRate(0.5);
 * const g = tensor([3]);
 * assertEquals(descent.update(g, descent.init(g))[0].itemSync(), -1.5);
 * ```
 */
export function scaleByLearningRate(
  learningRate: ScalarOrSchedule,
): GradientTransformation<CountState> {
  return scaleBySchedule((count) => {
    if (typeof learningRate === "function") return learningRate(count).neg();
    return learningRate instanceof Tensor
      ? asNumber(learningRate).neg()
      : scalar(-learningRate);
  });
}

/**
 * Adds `weightDecay * params` to updates.
 *
 * @example
 * ```ts
 * import { addDecayedWeights } from "@gradus/optim";
 * import { tensor } from "@gradus/tensor";
 * import { assertEquals } from "@std/assert";
 *
 * const decay = addDecayedWeights(0.5);
 * const p = tensor([4]);
 * assertEquals(decay.update(tensor([1]), decay.init(p), p)[0].itemSync(), 3);
 * ```
 */
export function addDecayedWeights(
  weightDecay: number,
): GradientTransformation<EmptyState> {
  return stateless((updates, params) => {
    if (params === undefined) {
      throw new TypeError(
        "Cannot add decayed weights without the parameters: pass them after the state",
      );
    }
    return mapTrees(
      "add decayed weights",
      updates,
      params,
      (update, param) => update.add(param.mul(weightDecay)),
    );
  });
}

/**
 * Scales all updates down by the same factor where their norm together is
 * larger than `maxNorm`.
 *
 * @throws {RangeError} if `maxNorm` is not above 0.
 *
 * @example
 * ```ts
 * import { clipByGlobalNorm } from "@gradus/optim";
 * import { tensor } from "@gradus/tensor";
 * import { assertEquals } from "@std/assert";
 *
 * const clip = clipByGlobalNorm(1);
 * const g = [tensor([0, 2.5]), tensor([0])];
 * assertEquals(clip.update(g, clip.init(g))[0][0]!.arraySync(), [0, 1]);
 * ```
 */
export function clipByGlobalNorm(
  maxNorm: number,
): GradientTransformation<EmptyState> {
  if (!(maxNorm > 0)) {
    throw new RangeError(
      `Cannot clip by the global norm: expected a maxNorm above 0, got ${maxNorm}`,
    );
  }
  return stateless((updates) => {
    const leaves = leavesOf(updates);
    if (leaves.length === 0) return updates;
    const norm = leaves
      .map((leaf) => leaf.square().sum())
      .reduce((sum, squares) => sum.add(squares)).sqrt();
    // Optax divides by the norm only where that is larger: no 0 / 0.
    const factor = norm.clamp({ min: maxNorm }).reciprocal().mul(maxNorm);
    return withLeaves(updates, leaves.map((leaf) => leaf.mul(factor)));
  });
}

/**
 * Takes from each update of 2 and more dims its mean over all dims but the
 * first (gradient centralization, Yong, Huang, Hua and Zhang 2020,
 * arXiv:2004.01461).
 *
 * @example
 * ```ts
 * import { centralize } from "@gradus/optim";
 * import { tensor } from "@gradus/tensor";
 * import { assertEquals } from "@std/assert";
 *
 * const transformation = centralize();
 * const g = tensor([[0.5, 1.5], [5, 5]]);
 * assertEquals(transformation.update(g, transformation.init(g))[0].arraySync(), [[-0.5, 0.5], [0, 0]]);
 * ```
 */
export function centralize(): GradientTransformation<EmptyState> {
  return leafwise(centralized);
}
