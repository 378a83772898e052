/** State dictionaries of optimizers with the entries of what is wrapped around them. */

import type {
  OptimizerLike,
  OptimizerStateDict,
  ParamState,
} from "@gradus/optim";
import { Tensor } from "@gradus/tensor";
import { sameShape, showShape } from "@gradus/tensor/internal";

/** What a wrapper remembers about a parameter. */
export type Memory = Record<string, Tensor>;

type Groups = OptimizerLike["paramGroups"];

/**
 * The dictionary of an optimizer with memories among the states of parameters,
 * and hyper-parameters under `name` in the first group.
 */
export function withMemories(
  dict: OptimizerStateDict,
  groups: Groups,
  memories: ReadonlyMap<Tensor, Memory>,
  name: string,
  hyper: object,
): OptimizerStateDict {
  const state = { ...dict.state };
  for (const [id, param] of idsOf(dict, groups)) {
    const own = memories.get(param) ?? {};
    if (Object.keys(own).length > 0) state[id] = { ...state[id], ...own };
  }
  const paramGroups = dict.paramGroups.map((group, i) =>
    i === 0 ? { ...group, [name]: { ...hyper } } : group
  );
  return { ...dict, state, paramGroups };
}

/** The hyper-parameters that {@linkcode withMemories} put under `name`, if it did. */
export function hyperIn(dict: OptimizerStateDict, name: string): object {
  const hyper = dict?.paramGroups?.[0]?.[name];
  return typeof hyper === "object" && hyper !== null ? hyper : {};
}

/** What {@linkcode memoriesIn} finds. */
export interface FoundMemories {
  /** The memories, copied; none for parameters without such entries. */
  readonly memories: Map<Tensor, Memory>;
  /** The dictionary of the optimizer. */
  readonly rest: OptimizerStateDict;
}

/**
 * Takes apart what {@linkcode withMemories} made. Of a dictionary that has
 * another form it finds nothing: the optimizer will refuse it.
 *
 * @param fresh Makes a memory, which says what there is and in which shapes.
 * @throws {TypeError} if an entry is missing or does not fit.
 */
export function memoriesIn(
  dict: OptimizerStateDict,
  groups: Groups,
  fresh: (param: Tensor) => Memory,
  name: string,
): FoundMemories {
  const memories = new Map<Tensor, Memory>();
  const first = dict?.paramGroups?.[0];
  if (typeof first !== "object" || typeof dict.state !== "object") {
    return { memories, rest: dict };
  }
  const state: Record<string, ParamState> = { ...dict.state };
  for (const [id, param] of idsOf(dict, groups)) {
    const memory = fresh(param);
    const names = Object.keys(memory);
    if (!names.some((key) => state[id]?.[key] !== undefined)) continue;
    const rest = { ...state[id] };
    for (const key of names) {
      copyInto(memory[key]!, rest[key], key, name);
      delete rest[key];
    }
    memories.set(param, memory);
    delete state[id];
    if (Object.keys(rest).length > 0) state[id] = rest;
  }
  const { [name]: _, ...group } = first;
  const paramGroups = [group, ...dict.paramGroups.slice(1)] as typeof dict[
    "paramGroups"
  ];
  return { memories, rest: { ...dict, state, paramGroups } };
}

function copyInto(
  target: Tensor,
  saved: unknown,
  key: string,
  name: string,
): void {
  if (!(saved instanceof Tensor) || !sameShape(saved.shape, target.shape)) {
    throw new TypeError(
      `Cannot load a state dictionary into ${name}: expected a tensor of shape ${
        showShape(target.shape)
      } as ${key}`,
    );
  }
  target.copy_(saved);
}

/** The ids in a dictionary of the parameters of `groups`, as far as the two match. */
function idsOf(
  dict: OptimizerStateDict,
  groups: OptimizerLike["paramGroups"],
): Map<string, Tensor> {
  const ids = new Map<string, Tensor>();
  groups.forEach(({ params }, i) =>
    params.forEach((param, j) => {
      const id = dict?.paramGroups?.[i]?.params?.[j];
      if (id !== undefined) ids.set(String(id), param);
    })
  );
  return ids;
}
