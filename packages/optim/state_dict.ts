/** State dictionaries: what an optimizer knows, with numbers in place of parameters. */

import { Tensor } from "@gradus/tensor";
import type { ParamGroup } from "./param_groups.ts";

/** What an optimizer keeps for one parameter: tensors and plain data. */
export type ParamState = Record<string, unknown>;

/** A parameter group with the ids of its parameters. */
export interface PackedGroup {
  /** Ids of the parameters: their positions over all groups. */
  params: number[];
  /** Names of the parameters, if they have any. */
  paramNames?: string[];
  /** Hyper-parameters, and what else the group holds. */
  [name: string]: unknown;
}

/** The state of an optimizer as data; its tensors are those of the optimizer, not copies. */
export interface OptimizerStateDict {
  /** State by the id of the parameter. */
  state: Record<string, ParamState>;
  /** Groups in order. */
  paramGroups: PackedGroup[];
}

/** What is read from a state dictionary. */
export interface LoadedState {
  readonly state: Map<Tensor, ParamState>;
  /** Entries that belong to no parameter. */
  readonly others: Record<string, ParamState>;
}

/** A state dictionary of `groups` and `state`. */
export function packState(
  groups: readonly ParamGroup<object>[],
  state: ReadonlyMap<Tensor, ParamState>,
  others: Readonly<Record<string, ParamState>>,
): OptimizerStateDict {
  const ids = new Map<Tensor, number>();
  const paramGroups = groups.map(({ params, ...hyper }) => {
    for (const param of params) {
      if (!ids.has(param)) ids.set(param, ids.size);
    }
    return { ...hyper, params: params.map((param) => ids.get(param)!) };
  });
  const packed: Record<string, ParamState> = { ...others };
  for (const [param, id] of ids) {
    const own = state.get(param);
    if (own) packed[id] = own;
  }
  return { state: packed, paramGroups };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Throws unless `dict` has as many groups and parameters as `groups`. */
export function checkStateDict(
  dict: OptimizerStateDict,
  groups: readonly ParamGroup<object>[],
  optimizer: string,
): void {
  const action = `Cannot load a state dictionary into ${optimizer}`;
  if (
    !isRecord(dict) || !isRecord(dict.state) ||
    !Object.values(dict.state).every(isRecord) ||
    !Array.isArray(dict.paramGroups) ||
    dict.paramGroups.some((group) =>
      !isRecord(group) || !Array.isArray(group.params)
    )
  ) {
    throw new TypeError(
      `${action}: expected an object with state and paramGroups as stateDict() makes it`,
    );
  }
  if (dict.paramGroups.length !== groups.length) {
    throw new RangeError(
      `${action} as the numbers of parameter groups must match: expected ${groups.length}, got ${dict.paramGroups.length}`,
    );
  }
  dict.paramGroups.forEach((group, i) => {
    const expected = groups[i]!.params.length;
    if (group.params.length === expected) return;
    throw new RangeError(
      `${action} as the sizes of parameter group ${i} must match: expected ${expected} parameters, got ${group.params.length}`,
    );
  });
}

/**
 * A copy of a saved value that fits `param`, if there is one: its type and
 * device for all but the step counter, or those of `model`, what the optimizer
 * begins with.
 */
function fitted(
  value: unknown,
  param: Tensor | null,
  name?: string,
  model?: unknown,
): unknown {
  if (value instanceof Tensor) {
    if (param === null || name === "step") return value.detach().clone();
    const like = model instanceof Tensor ? model : param;
    const floating = like.dtype === "float32" || like.dtype === "float64";
    // What is on a GPU cannot be read here, which is what to say, and not that GPUs lack a type.
    const near = like.device === "cpu" ? value.to("cpu") : value;
    const typed = floating ? near.to(like.dtype) : near;
    const moved = typed.to(like.device);
    return moved === value ? value.detach().clone() : moved.detach();
  }
  if (Array.isArray(value)) return value.map((inner) => fitted(inner, param));
  if (isRecord(value) && Object.getPrototypeOf(value) === Object.prototype) {
    return Object.fromEntries(
      Object.entries(value).map((
        [key, inner],
      ) => [
        key,
        fitted(inner, param, key, isRecord(model) ? model[key] : undefined),
      ]),
    );
  }
  return value;
}

/** Reads the groups of a state dictionary that was checked: values are copied, parameters are the live ones. */
export function unpackGroups(
  dict: OptimizerStateDict,
  live: readonly ParamGroup<object>[],
  defaults: Readonly<Record<string, unknown>>,
): ParamGroup<object>[] {
  return dict.paramGroups.map(({ params: _, ...saved }, i) => {
    const { paramNames, params } = live[i]!;
    return {
      // Groups that an earlier version saved may lack newer hyper-parameters.
      ...fitted(defaults, null) as Record<string, unknown>,
      ...(paramNames ? { paramNames: [...paramNames] } : {}),
      ...fitted(saved, null) as Record<string, unknown>,
      params,
    };
  });
}

/**
 * Reads the state of a state dictionary that was checked, for the parameters of
 * `groups`, matched by position: values are copied. `begin` gives what a
 * parameter has at first, as far as that is known.
 */
export function unpackState<Hyper extends object>(
  dict: OptimizerStateDict,
  groups: readonly ParamGroup<Hyper>[],
  begin: (param: Tensor, group: ParamGroup<Hyper>) => ParamState,
): LoadedState {
  const owners = new Map<string, [Tensor, ParamGroup<Hyper>]>();
  dict.paramGroups.forEach(({ params: ids }, i) => {
    const group = groups[i]!;
    ids.forEach((id, j) => owners.set(String(id), [group.params[j]!, group]));
  });
  const state = new Map<Tensor, ParamState>();
  const others: Record<string, ParamState> = {};
  for (const [id, saved] of Object.entries(dict.state)) {
    const owner = owners.get(id);
    if (owner) {
      const model = begin(...owner);
      const [param] = owner;
      state.set(param, fitted(saved, param, id, model) as ParamState);
    } else others[id] = fitted(saved, null) as ParamState;
  }
  return { state, others };
}
