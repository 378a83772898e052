/** Groups of parameters that share hyper-parameters. */

import { Tensor } from "@gradus/tensor";

/** Parameters, with or without their names, as `parameters()` and `namedParameters()` of a module give them. */
export type Parameters = Iterable<Tensor> | Iterable<readonly [string, Tensor]>;

/** A group as it is given: parameters, and hyper-parameters that differ from the defaults. */
export type ParamGroupInit<Hyper extends object> =
  & Partial<Hyper>
  & { params: Tensor | Parameters; [name: string]: unknown };

/** What an optimizer is made from: parameters, or groups of them. */
export type Params<Hyper extends object> =
  | Parameters
  | Iterable<ParamGroupInit<Hyper>>;

/** A group of an optimizer: parameters and every hyper-parameter. */
export type ParamGroup<Hyper extends object> =
  & Hyper
  & {
    /** The parameters. */
    params: Tensor[];
    /** Their names, if they were given by name. */
    paramNames?: string[];
    /** Whatever else the user or a scheduler keeps here. */
    [name: string]: unknown;
  };

/** A default that has no value: every group must have its own. */
export const required: unique symbol = Symbol("required");

/** The values for groups that lack their own. */
export type Defaults<Hyper> = {
  [Name in keyof Hyper]: Hyper[Name] | typeof required;
};

/** Parameters, taken apart. */
export interface ParamList {
  readonly params: Tensor[];
  readonly names: string[] | undefined;
}

function describe(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "an array";
  return typeof value === "object"
    ? value.constructor?.name ?? "an object"
    : typeof value;
}

function isIterable(value: unknown): value is Iterable<unknown> {
  return typeof value === "object" && value !== null &&
    Symbol.iterator in value;
}

/** Whether `value` is a group rather than a parameter. */
export function isGroup(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null &&
    !(value instanceof Tensor) && !isIterable(value);
}

/** The elements of `params` as they were given. */
export function listElements(params: unknown, optimizer: string): unknown[] {
  // Some modules are iterable, so that this comes first.
  const isModule = typeof params === "object" && params !== null &&
    "parameters" in params;
  if (params instanceof Tensor || isModule || !isIterable(params)) {
    throw new TypeError(
      `Cannot make ${optimizer}: expected an iterable of parameters or of groups, got ${
        params instanceof Tensor
          ? "a single tensor"
          : isModule
          ? `${describe(params)}; pass its parameters()`
          : describe(params)
      }`,
    );
  }
  const elements = [...params];
  if (elements.length === 0) {
    throw new RangeError(
      `Cannot make ${optimizer}: expected at least one parameter, got an empty list`,
    );
  }
  return elements;
}

/** The parameters of a group and their names, each checked; what was computed may be among them only if `differentiable`. */
export function listParams(
  params: unknown,
  optimizer: string,
  differentiable: boolean,
): ParamList {
  const action = `Cannot add a parameter group to ${optimizer}`;
  const checked = (list: readonly unknown[], names?: string[]) =>
    checkedList(list, names, action, differentiable);
  if (params instanceof Tensor) return checked([params]);
  if (!isIterable(params)) {
    throw new TypeError(
      `${action}: expected params to be a tensor or an iterable of tensors, got ${
        describe(params)
      }`,
    );
  }
  const elements = [...params];
  const pairs = elements.filter((element) =>
    Array.isArray(element)
  ) as unknown[][];
  if (pairs.length === 0) return checked(elements);
  if (pairs.length < elements.length) {
    throw new RangeError(
      `${action} as its parameters must all have names or none: got ${pairs.length} with and ${
        elements.length - pairs.length
      } without`,
    );
  }
  const names = pairs.map(([name]) => {
    if (typeof name === "string") return name;
    throw new TypeError(
      `${action}: expected pairs of a name and a tensor, got ${
        describe(name)
      } for a name`,
    );
  });
  return checked(pairs.map(([, param]) => param), names);
}

function checkedList(
  params: readonly unknown[],
  names: string[] | undefined,
  action: string,
  differentiable: boolean,
): ParamList {
  params.forEach((param, i) => {
    if (param instanceof Tensor) return;
    throw new TypeError(
      `${action}: expected tensors, got ${describe(param)} as parameter ${i}`,
    );
  });
  (params as Tensor[]).forEach((param, i) => {
    if (param.isLeaf || param.retainsGrad || differentiable) return;
    throw new RangeError(
      `${action} as only leaves can be optimized: parameter ${i} was computed from other tensors; use detach(), retainGrad() or the option differentiable`,
    );
  });
  return { params: [...params] as Tensor[], names };
}

/** The values of a group: its own, then the defaults. */
export function completeGroup(
  given: Readonly<Record<string, unknown>>,
  defaults: Readonly<Record<string, unknown>>,
  optimizer: string,
): Record<string, unknown> {
  const group: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(given)) {
    if (name !== "params" && value !== undefined) group[name] = ownCopy(value);
  }
  for (const [name, value] of Object.entries(defaults)) {
    if (name in group) continue;
    if (value === required) {
      throw new RangeError(
        `Cannot add a parameter group to ${optimizer} without ${name}: it has no default`,
      );
    }
    group[name] = ownCopy(value);
  }
  return group;
}

/** Groups do not share arrays; they do share tensors, so that one learning rate can steer several. */
function ownCopy(value: unknown): unknown {
  return Array.isArray(value) ? [...value] : value;
}

/** Throws if `list` cannot stand beside the groups that exist. */
export function checkAgainst(
  groups: readonly ParamGroup<object>[],
  list: ParamList,
  optimizer: string,
): void {
  const action = `Cannot add a parameter group to ${optimizer}`;
  const first = groups[0];
  if (
    first && (first.paramNames === undefined) !== (list.names === undefined)
  ) {
    throw new RangeError(
      `${action} as either all groups must name their parameters or none: got one ${
        list.names
          ? "with names beside groups without"
          : "without names beside groups with"
      }`,
    );
  }
  const known = new Set(groups.flatMap((group) => group.params));
  const twice = list.params.findIndex((param) => known.has(param));
  if (twice >= 0) {
    throw new RangeError(
      `${action} as parameter ${twice} is in another group already`,
    );
  }
}

/** Warns about parameters that a group holds several times. */
export function warnOfRepeats(list: ParamList, optimizer: string): void {
  if (new Set(list.params).size === list.params.length) return;
  console.warn(
    `A parameter group of ${optimizer} holds the same parameter more than once: it moves once for each`,
  );
}
