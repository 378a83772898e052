/** Kernels and launches without what they do not need. */

import type { Expr } from "../expr.ts";
import type { Kernel, Reduction, Space } from "../kernel.ts";
import { ExprTable } from "./expr_table.ts";
import type { Launch } from "./graph.ts";

/** What a kernel computes, apart from its operands. */
export type KernelBody = Pick<Kernel, "stores" | "reduction">;

/** All expressions of a kernel. */
export function expressionsOf({ stores, reduction }: KernelBody): Expr[] {
  const roots: Expr[] = [];
  for (const store of stores) {
    roots.push(store.value);
    if (store.at) roots.push(store.at);
  }
  if (reduction) {
    const { init, values, step, merge } = reduction;
    roots.push(...init, ...values, ...step, ...merge);
  }
  return roots;
}

/** Calls `see` with every node under `roots`, once. */
export function visit(roots: readonly Expr[], see: (e: Expr) => void): void {
  const seen = new Set<Expr>();
  const enter = (e: Expr) => {
    if (seen.has(e)) return;
    seen.add(e);
    e.args.forEach(enter);
    see(e);
  };
  roots.forEach(enter);
}

/** Applies `change` to every expression of a kernel. */
export function mapKernel(
  { stores, reduction }: KernelBody,
  change: (e: Expr) => Expr,
): KernelBody {
  const mapped = stores.map((s) => ({
    ...s,
    value: change(s.value),
    ...(s.at ? { at: change(s.at) } : {}),
  }));
  if (!reduction) return { stores: mapped };
  const { init, values, step, merge } = reduction;
  return {
    stores: mapped,
    reduction: {
      init: init.map(change),
      values: values.map(change),
      step: step.map(change),
      merge: merge.map(change),
    },
  };
}

/** A kernel that lost some of its operands. */
interface Trimmed {
  readonly kernel: Kernel;
  /** Which inputs and scalars of the whole kernel are left. */
  readonly inputs: readonly number[];
  readonly scalars: readonly number[];
}

/** Where the leaves of a kernel are in the trimmed one, by what they are. */
type Places = Readonly<Record<string, ReadonlyMap<number, number>>>;

const cache = new WeakMap<Kernel, Map<string, Trimmed>>();

/** `kernel` with the given stores, where input `i` is the same as input `alias[i]`; the same object for equal requests. */
function trimKernel(
  kernel: Kernel,
  stores: readonly number[],
  alias: readonly number[],
): Trimmed {
  let known = cache.get(kernel);
  if (!known) cache.set(kernel, known = new Map());
  const key = `${stores} ${alias}`;
  let trimmed = known.get(key);
  if (!trimmed) known.set(key, trimmed = build(kernel, stores, alias));
  return trimmed;
}

function build(
  whole: Kernel,
  kept: readonly number[],
  alias: readonly number[],
): Trimmed {
  const stores = kept.map((i) => whole.stores[i]!);
  const states = whole.reduction && statesFor({ ...whole, stores });
  const part: Kernel = {
    name: whole.name,
    inputs: whole.inputs,
    scalars: whole.scalars,
    stores,
    ...(whole.reduction && states
      ? { reduction: pick(whole.reduction, states) }
      : {}),
  };
  const used = usedOperands(part, alias);
  if (
    kept.length === whole.stores.length &&
    used.inputs.length === whole.inputs.length &&
    used.scalars.length === whole.scalars.length &&
    (!states || states.acc.length === whole.reduction!.init.length)
  ) return { kernel: whole, ...used };
  const inputs = placesOf(used.inputs);
  alias.forEach((first, i) => {
    const place = inputs.get(first);
    if (place !== undefined) inputs.set(i, place);
  });
  const acc = placesOf(states?.acc ?? []);
  const change = renumbering({
    load: inputs,
    loadAt: inputs,
    scalar: placesOf(used.scalars),
    acc,
    other: acc,
    value: placesOf(states?.values ?? []),
  });
  return {
    kernel: {
      ...part,
      inputs: used.inputs.map((i) => whole.inputs[i]!),
      scalars: used.scalars.map((s) => whole.scalars[s]!),
      ...mapKernel(part, change),
    },
    ...used,
  };
}

function placesOf(kept: readonly number[]): Map<number, number> {
  return new Map(kept.map((index, place) => [index, place]));
}

/** Inputs and scalars that expressions mention, in order. */
function usedOperands(
  kernel: Kernel,
  alias: readonly number[],
): { inputs: number[]; scalars: number[] } {
  const inputs = new Set<number>(), scalars = new Set<number>();
  // The order of a fold depends on the strides of the first input.
  if (kernel.reduction && kernel.inputs.length > 0) inputs.add(0);
  visit(expressionsOf(kernel), (e) => {
    if (e.op === "load" || e.op === "loadAt") inputs.add(alias[e.index]!);
    else if (e.op === "scalar") scalars.add(e.index);
  });
  const ascending = (set: Set<number>) => [...set].sort((a, b) => a - b);
  return { inputs: ascending(inputs), scalars: ascending(scalars) };
}

interface States {
  readonly acc: readonly number[];
  readonly values: readonly number[];
}

/** The states that the stores depend on, and the values that those consume. */
function statesFor(kernel: Kernel): States {
  const { step, merge } = kernel.reduction!;
  const acc = new Set<number>(), values = new Set<number>();
  const enter = (e: Expr) => {
    if (e.op === "value") values.add(e.index);
    if ((e.op !== "acc" && e.op !== "other") || acc.has(e.index)) return;
    acc.add(e.index);
    visit([step[e.index]!, merge[e.index]!], enter);
  };
  visit(
    kernel.stores.flatMap((s) => s.at ? [s.value, s.at] : [s.value]),
    enter,
  );
  const ascending = (set: Set<number>) => [...set].sort((a, b) => a - b);
  return { acc: ascending(acc), values: ascending(values) };
}

function pick(reduction: Reduction, { acc, values }: States): Reduction {
  return {
    init: acc.map((i) => reduction.init[i]!),
    values: values.map((i) => reduction.values[i]!),
    step: acc.map((i) => reduction.step[i]!),
    merge: acc.map((i) => reduction.merge[i]!),
  };
}

/** Rewrites the indices of leaves; what is equal then becomes one object. */
export function renumbering(places: Places): (e: Expr) => Expr {
  const table = new ExprTable(), done = new Map<Expr, Expr>();
  const change = (e: Expr): Expr => {
    const known = done.get(e);
    if (known) return known;
    const index = places[e.op]?.get(e.index) ?? e.index;
    const args = e.args.map(change);
    const same = index === e.index && args.every((a, i) => a === e.args[i]);
    const result = table.intern(same ? e : { ...e, index, args });
    done.set(e, result);
    return result;
  };
  return change;
}

/**
 * `launch` with some of its stores, where operand `i` is the same as operand
 * `alias[i]`. Inputs and scalars that nothing uses any more are gone.
 */
export function trimLaunch(
  launch: Launch,
  stores: readonly number[],
  alias: readonly number[] = launch.kernel.inputs.map((_, i) => i),
): Launch {
  const { kernel: whole, operands, scalars } = launch;
  const { kernel, ...used } = trimKernel(whole, stores, alias);
  if (kernel === whole) return launch;
  const kept = [...used.inputs, ...stores.map((s) => whole.inputs.length + s)];
  const space: Space = {
    ...launch.space,
    strides: kept.map((o) => launch.space.strides[o]!),
  };
  return {
    ...launch,
    kernel,
    space,
    operands: kept.map((o) => operands[o]!),
    scalars: used.scalars.map((s) => scalars[s]!),
  };
}
