/** Numbers that many parameters have in common, those of a group or all, kept in the state of each. */

import type { Domain, ParamState } from "@gradus/optim";
import { numberOf } from "@gradus/optim/internal";
import { full, type Tensor, where } from "@gradus/tensor";

/** The most that a number may grow by in a step, as a factor. */
export const growth: Domain = {
  expected: "a number of at least 1",
  type: (value) => typeof value === "number",
  range: (value) => value as number >= 1,
};

/** A state with a step counter. */
type Counted = ParamState & { step: Tensor };

/** Names of the entries of a state that are tensors. */
type TensorName<State> = {
  [Name in keyof State]-?: State[Name] extends Tensor ? Name : never;
}[keyof State];

/** The largest learning rate of some groups, each with one parameter or more. */
export function largestRate(
  groups: readonly (readonly { readonly hyper: { readonly lr: Tensor } }[])[],
): Tensor {
  return groups.map(([first]) => first!.hyper.lr)
    .reduce((largest, lr) => numberOf(largest.maximum(lr)));
}

/** The sum of numbers, at least one. */
export function total(numbers: readonly Tensor[]): Tensor {
  return numbers.reduce((sum, x) => numberOf(sum.add(x)));
}

/** Memory for a number in the state of `param`, in its type. */
export function numberFor({ dtype, device }: Tensor, value = 0): Tensor {
  return full([], value, { dtype, device });
}

/**
 * Memory for a sum over all steps in the state of `param`, in float64 where its
 * device has that: in float32 it would be off by a percent after a million steps.
 */
export function sumFor({ dtype, device }: Tensor): Tensor {
  return full([], 0, { dtype: device === "cpu" ? "float64" : dtype, device });
}

/**
 * The numbers `names` of those with these states, as the state with most steps
 * has them: a parameter that got its first gradient later has had no part in them.
 */
export function groupNumbers<
  State extends Counted,
  Name extends TensorName<State>,
>(
  states: readonly State[],
  names: readonly Name[],
): { readonly [N in Name | "step"]: Tensor } {
  // Copies, as the graph of a differentiable step needs what is overwritten.
  const read = (state: State, name: Name | "step") =>
    numberOf((state[name] as Tensor).clone());
  const all: readonly (Name | "step")[] = [...names, "step"];
  const found = {} as { [N in Name | "step"]: Tensor };
  for (const name of all) found[name] = read(states[0]!, name);
  for (const state of states.slice(1)) {
    const later = read(state, "step").gt(found.step);
    for (const name of all) {
      found[name] = numberOf(where(later, read(state, name), found[name]));
    }
  }
  return found;
}

/** Writes numbers into each of the states that have them in common. */
export function setGroupNumbers<State extends Counted>(
  states: readonly State[],
  numbers: { readonly [Name in TensorName<State>]?: Tensor },
): void {
  for (const state of states) {
    for (const [name, value] of Object.entries(numbers)) {
      (state[name] as Tensor).copy_(value as Tensor);
    }
  }
}
