/** Composable transformations of gradients, as in Optax. */

import { enableGrad, noGrad, type TensorTree } from "@gradus/autograd";
import { type Tensor, zeros, zerosLike } from "@gradus/tensor";
import { asNumber } from "@gradus/tensor/internal";
import {
  type Algorithm,
  completeHyper,
  type LearningRate,
} from "../algorithm.ts";
import { hyperAccess } from "../hyper.ts";
import {
  applyRule,
  copyState,
  type OptionsOf,
  type RuleStep,
} from "../modifiers.ts";
import type { ParamState } from "../state_dict.ts";
import type { ScalarOrSchedule } from "./schedule.ts";
import { leavesOf, mapTrees, matchingLeaves, withLeaves } from "./tree.ts";

/** What some transformations want beside gradients. */
export interface UpdateExtra {
  /** Estimates `z * (H z)` of the diagonal of the Hessian, in a tree like that of the parameters. */
  curvature?: TensorTree;
}

/**
 * A transformation of gradients: it makes updates of gradients and remembers
 * what it needs in a state. Both functions change nothing that they are given.
 * Updates are to be added to the parameters ({@linkcode applyUpdates}).
 */
export interface GradientTransformation<State = unknown> {
  /** The state before the first update. */
  init(params: TensorTree): State;
  /**
   * The updates for `updates`, which are gradients or what another
   * transformation made of them, and the next state.
   */
  update<Updates extends TensorTree>(
    updates: Updates,
    state: State,
    params?: TensorTree,
    extra?: UpdateExtra,
  ): [Updates, State];
}

/** The state of a transformation that is an algorithm. */
export interface RuleState<State extends ParamState = ParamState> {
  /** Updates so far, 0-d, float64. */
  readonly count: Tensor;
  /** What the algorithm remembers about each parameter, in the order of the tree. */
  readonly params: readonly State[];
}

/**
 * The composable face of an algorithm: the same equations as in the class, on
 * trees of tensors.
 *
 * @param rule The equations.
 * @param learningRate A number, a tensor of one element, or a schedule.
 * @param options The other hyper-parameters.
 * @throws {TypeError} if an option is unknown or has the wrong type.
 * @throws {RangeError} if one is out of range.
 *
 * @example
 * ```ts
 * import { type Algorithm, applyUpdates, transformationOf } from "@gradus/optim";
 * import { tensor } from "@gradus/tensor";
 * import { assertEquals } from "@std/assert";
 *
 * const signDescent: Algorithm<{ lr: number }, Record<string, never>> = {
 *   name: "SignDescent",
 *   defaults: { lr: 0.1 },
 *   domains: { lr: { expected: "a number", type: (lr) => typeof lr === "number" } },
 *   init: () => ({}),
 *   update({ grad, hyper, target }) {
 *     target.sub_(grad.sign().mul(hyper.lr));
 *   },
 * };
 * const optimizer = transformationOf(signDescent, 0.5);
 * const params = { w: tensor([1.5, -2.5]) };
 * const state = optimizer.init(params);
 * const [updates] = optimizer.update({ w: tensor([3, -5]) }, state, params);
 * assertEquals(applyUpdates(params, updates).w.arraySync(), [1, -2]);
 * ```
 */
export function transformationOf<
  Hyper extends { lr: LearningRate },
  State extends ParamState,
>(
  rule: Algorithm<Hyper, State>,
  learningRate: ScalarOrSchedule,
  options?: Omit<OptionsOf<Hyper>, "lr">,
): GradientTransformation<RuleState<State>> {
  const schedule = typeof learningRate === "function" ? learningRate : null;
  const given: object = {
    ...options,
    ...(schedule ? {} : { lr: learningRate }),
  };
  const hyper = completeHyper(rule, given as OptionsOf<Hyper>);
  const names = Object.keys(rule.defaults);
  const recording = hyper.differentiable ? enableGrad : noGrad;
  const action = `update ${rule.name}`;

  function next(
    grads: readonly Tensor[],
    state: RuleState<State>,
    params: readonly Tensor[],
    curvatures: readonly Tensor[] | undefined,
  ): [Tensor[], RuleState<State>] {
    const count = asNumber(state.count);
    const lr = schedule ? schedule(count) : hyper.lr;
    const steps = grads.map((grad, i): RuleStep<Hyper, State> => ({
      grad,
      param: params[i]!,
      state: copyState(state.params[i]!),
      target: zerosLike(params[i]!),
      first: () => count.eq(0),
      ...(curvatures ? { curvature: curvatures[i]! } : {}),
    }));
    const access = hyperAccess<Hyper>({ ...hyper, lr }, names);
    applyRule(rule, [{ access, steps, modifiers: hyper }]);
    return [
      steps.map(({ target }) => target),
      { count: count.add(1), params: steps.map(({ state }) => state) },
    ];
  }

  return {
    init: (params) => ({
      count: asNumber(zeros([], { dtype: "float64" })),
      params: noGrad(() => leavesOf(params).map((p) => rule.init(p, hyper))),
    }),
    update(updates, state, params, extra = {}) {
      if (params === undefined) {
        throw new TypeError(
          `Cannot ${action} without the parameters: pass them after the state`,
        );
      }
      const leaves = leavesOf(params);
      const grads = matchingLeaves(action, leaves, updates);
      if (state.params.length !== leaves.length) {
        throw new TypeError(
          `Cannot ${action} as its state must match the parameters: expected ${leaves.length} entries, got ${state.params.length}`,
        );
      }
      const curvatures = extra.curvature &&
        matchingLeaves(action, leaves, extra.curvature);
      const [changes, after] = recording(() =>
        next(grads, state, leaves, curvatures)
      );
      return [withLeaves(updates, changes), after];
    },
  };
}

/**
 * The parameters after a step: `params + updates`, leaf by leaf. Where the
 * parameters require gradients, so do the new ones, as leaves.
 *
 * @throws {TypeError} if the trees differ in their number of tensors or in shapes.
 *
 * @example
 * ```ts
 * import { applyUpdates } from "@gradus/optim";
 * import { tensor } from "@gradus/tensor";
 * import { assertEquals } from "@std/assert";
 *
 * const params = applyUpdates([tensor([1.5, 2])], [tensor([0.5, -0.5])]);
 * assertEquals(params[0]!.arraySync(), [2, 1.5]);
 * ```
 */
export function applyUpdates<Params extends TensorTree>(
  params: Params,
  updates: TensorTree,
): Params {
  return mapTrees("apply updates", params, updates, (param, update) => {
    if (update.requiresGrad) return param.add(update);
    const moved = noGrad(() => param.add(update).to(param.dtype));
    return param.requiresGrad ? moved.requiresGrad_() : moved;
  });
}
