/** What can be asked of any algorithm, and the one place where rules run. */

import { enableGrad, noGrad } from "@gradus/autograd";
import { Tensor, zerosLike } from "@gradus/tensor";
import type { Algorithm, Update } from "./algorithm.ts";
import { type Domains, flag } from "./domains.ts";
import type { HyperAccess } from "./hyper.ts";
import type { ParamState } from "./state_dict.ts";

/** Options that every optimizer of this form takes, whatever its algorithm. */
export interface Modifiers {
  /**
   * Moves only where the change goes against the gradient, and there further,
   * so that the change stays as large on average (Liang, Chen, Liu and Liu
   * 2024, arXiv:2411.16085). Decoupled decay is not held back. False if left out.
   */
  cautious?: boolean;
  /**
   * Takes its mean over all dims but the first from the gradient of each
   * parameter of 2 and more dims (Yong, Huang, Hua and Zhang 2020,
   * arXiv:2004.01461). False if left out.
   */
  gradientCentralization?: boolean;
  /**
   * Records the steps, so that one can differentiate through them: with respect
   * to gradients, parameters that are no leaves, and a learning rate that is a
   * tensor. The graph grows with every step. False if left out.
   */
  differentiable?: boolean;
}

/** Hyper-parameters of one kind that may be left out, and {@linkcode Modifiers}. */
export type OptionsOf<Hyper extends object> = Partial<Hyper> & Modifiers;

const domains: Domains<Required<Modifiers>> = {
  cautious: flag,
  gradientCentralization: flag,
  differentiable: flag,
};

/** Names of the {@linkcode Modifiers}. */
export const modifierNames: readonly (keyof Modifiers)[] = Object.keys(
  domains,
) as (keyof Modifiers)[];

/** The domains of those modifiers that `given` has. */
export function modifierDomains(given: object): Partial<typeof domains> {
  return Object.fromEntries(
    Object.entries(domains).filter(([name]) => name in given),
  );
}

/** A parameter in a step, as the rule will see it but for the modifiers. */
export interface RuleStep<Hyper, State>
  extends Omit<Update<Hyper, State>, keyof HyperAccess<Hyper> | "shrink"> {
  /** Called when the rule is done with the parameter. */
  readonly done?: () => void;
}

/** The parameters of a group that have gradients, as the rule will see them but for the modifiers. */
export interface GroupStep<Hyper, State> {
  readonly access: HyperAccess<Hyper>;
  readonly steps: readonly RuleStep<Hyper, State>[];
  readonly modifiers: Modifiers;
}

/** Runs a rule on all groups. */
export function applyRule<Hyper extends object, State extends ParamState>(
  rule: Algorithm<Hyper, State>,
  groups: readonly GroupStep<Hyper, State>[],
): void {
  const updates = groups.map(updatesOf);
  const recording = groups.some(({ modifiers }) => modifiers.differentiable)
    ? enableGrad
    : noGrad;
  const entries = updates.map((group) =>
    group.map(({ state }) => Object.entries(state))
  );
  recording(() => rule.prepare?.(updates));
  groups.forEach((group, i) => {
    const recording = group.modifiers.differentiable ? enableGrad : noGrad;
    recording(() => runGroup(rule, group, updates[i]!));
  });
  updates.forEach((group, i) =>
    group.forEach(({ state }, j) =>
      checkKept(rule.name, state, entries[i]![j]!)
    )
  );
}

/** Throws if a rule put other values into a state than those that a compiled step knows. */
function checkKept(
  rule: string,
  state: Readonly<Record<string, unknown>>,
  entries: readonly (readonly [string, unknown])[],
): void {
  for (const [name, value] of entries) {
    if (state[name] === value) continue;
    throw new TypeError(
      `Cannot step ${rule} as its rule replaced ${name} of the state: change tensors in place, as with mul_(), add_() or copy_()`,
    );
  }
}

/** The parameters of a group as the rule sees them. */
function updatesOf<Hyper extends object, State extends ParamState>(
  { access, steps, modifiers }: GroupStep<Hyper, State>,
): Update<Hyper, State>[] {
  const { cautious, gradientCentralization, differentiable } = modifiers;
  const recording = differentiable ? enableGrad : noGrad;
  return recording(() =>
    steps.map((step): Update<Hyper, State> => ({
      ...access,
      ...step,
      // What a graph needs of the parameter is not to be overwritten by the step.
      param: differentiable ? step.param.clone() : step.param,
      grad: gradientCentralization ? centralized(step.grad) : step.grad,
      target: cautious ? zerosLike(step.param) : step.target,
      shrink: (amount) => shrink(step.target, step.param, amount),
    }))
  );
}

function runGroup<Hyper extends object, State extends ParamState>(
  rule: Algorithm<Hyper, State>,
  { access, steps, modifiers }: GroupStep<Hyper, State>,
  updates: readonly Update<Hyper, State>[],
): void {
  const { maximize } = access.hyper as { maximize?: boolean };
  updates.forEach((update, i) => {
    const { target, done } = steps[i]!;
    // Where nothing is to move, rules would look for a largest element in vain.
    if (target.numel > 0) rule.update(update);
    if (modifiers.cautious) {
      target.add_(agreeing(update.target, update.grad, maximize ?? false));
    }
    done?.();
  });
}

/** A gradient less its mean over all dims but the first. */
export function centralized(grad: Tensor): Tensor {
  if (grad.ndim < 2) return grad;
  const dims = Array.from({ length: grad.ndim - 1 }, (_, i) => i + 1);
  return grad.sub(grad.mean(dims, { keepdim: true }));
}

/** A change where it goes the right way, scaled by the inverse of how much of it does. */
function agreeing(change: Tensor, grad: Tensor, maximize: boolean): Tensor {
  const product = change.mul(grad);
  const mask = (maximize ? product.gt(0) : product.lt(0)).to(change.dtype);
  // The authors' code divides by no less than 1e-3.
  return change.mul(mask.div(mask.mean().clamp({ min: 1e-3 })));
}

/** Adds `-amount * param` to `target`, which may be `param`. */
function shrink(target: Tensor, param: Tensor, amount: Tensor): void {
  if (target === param) target.mul_(amount.rsub(1));
  else target.sub_(param.mul(amount));
}

/** A copy of a state, for a rule to overwrite. */
export function copyState<T>(value: T): T {
  if (value instanceof Tensor) return value.clone() as T;
  if (Array.isArray(value)) return value.map(copyState) as T;
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, copyState(inner)]),
  ) as T;
}
