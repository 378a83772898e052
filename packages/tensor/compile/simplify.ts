/** Simplification of the scalar expressions of kernels. */

import type { Expr } from "../expr.ts";
import * as x from "../expr.ts";
import type { Kernel } from "../kernel.ts";
import { ExprTable } from "./expr_table.ts";
import { rule } from "./rules.ts";
import {
  expressionsOf,
  type KernelBody,
  mapKernel,
  renumbering,
  visit,
} from "./trim.ts";

/** Simplifies expressions of one kernel, equal ones into one object. */
class Simplifier {
  readonly #table = new ExprTable();
  readonly #known = new Map<Expr, Expr>();
  readonly #scalars: ReadonlyMap<number, number>;

  /** `scalars` are the values of those that become constants. */
  constructor(scalars: ReadonlyMap<number, number> = new Map()) {
    this.#scalars = scalars;
  }

  simplify(e: Expr): Expr {
    const known = this.#known.get(e);
    if (known) return known;
    const args = e.args.map((a) => this.simplify(a));
    const same = args.every((a, i) => a === e.args[i]);
    const result = this.#make(same ? e : { ...e, args });
    this.#known.set(e, result);
    return result;
  }

  /** The simplest equal of a node with simple arguments. */
  #make(e: Expr): Expr {
    const value = e.op === "scalar" ? this.#scalars.get(e.index) : undefined;
    if (value !== undefined) return this.#table.intern(x.lit(value, e.type));
    const own = this.#table.intern(e);
    const simpler = rule(own, (made) => this.#make(made));
    return simpler ? this.#table.intern(simpler) : own;
  }
}

/**
 * An expression that gives the same result as `e` in every bit with fewer
 * operations, in which equal parts are one object.
 */
export function simplify(e: Expr): Expr {
  return new Simplifier().simplify(e);
}

/** What an operation costs, in additions. */
function costOf(e: Expr): number {
  switch (e.op) {
    case "div":
    case "rem":
    case "sqrt":
    case "loadAt":
      return 4;
    case "scalar":
    case "const":
    case "acc":
    case "other":
    case "value":
      return 0;
    default:
      return 1;
  }
}

function totalCost(roots: readonly Expr[]): number {
  let cost = 0;
  visit(roots, (e) => cost += costOf(e));
  return cost;
}

/** A kernel and the scalars it still has. */
interface Simplified {
  readonly kernel: Kernel;
  readonly kept: readonly number[];
}

const cache = new WeakMap<Kernel, Map<string, Simplified>>();
const special = [0, 1, -1, 2, 0.5];

/** The value of a scalar, if it is one that operations may vanish for. */
function specialValue(
  value: number | bigint,
  type: x.Lane,
): number | undefined {
  const number = Number(value);
  const fits = type === "f32" || type === "f64" ||
    (type === "bool" ? number === 0 || number === 1 : Number.isInteger(number));
  return fits ? special.find((s) => Object.is(s, number)) : undefined;
}

/**
 * A kernel that computes the same with simplified expressions. Scalars of 0, 1,
 * -1, 2 and 0.5 become constants where that saves operations; scalars that
 * nothing uses any more are gone. Inputs stay, used or not: see
 * {@linkcode mergeInputs}. Equal requests get the same kernel object.
 */
export function simplifyKernel(
  kernel: Kernel,
  scalars: readonly (number | bigint)[],
): { kernel: Kernel; scalars: readonly (number | bigint)[] } {
  const values = kernel.scalars.map((type, i) =>
    specialValue(scalars[i]!, type)
  );
  let known = cache.get(kernel);
  if (!known) cache.set(kernel, known = new Map());
  const key = values.join();
  let found = known.get(key);
  if (!found) known.set(key, found = build(kernel, values));
  return found.kernel === kernel ? { kernel, scalars } : {
    kernel: found.kernel,
    scalars: found.kept.map((i) => scalars[i]!),
  };
}

function build(
  kernel: Kernel,
  values: readonly (number | undefined)[],
): Simplified {
  const constants = new Map<number, number>();
  values.forEach((value, i) => {
    if (value !== undefined) constants.set(i, value);
  });
  let best = attempt(kernel, constants), cost = totalCost(expressionsOf(best));
  // Those that save nothing remain scalars, so that other values can use the same code.
  for (const [i, value] of [...constants]) {
    constants.delete(i);
    const without = attempt(kernel, constants);
    const other = totalCost(expressionsOf(without));
    if (other <= cost) [best, cost] = [without, other];
    else constants.set(i, value);
  }
  return withoutScalars(kernel, best);
}

function attempt(
  kernel: Kernel,
  constants: ReadonlyMap<number, number>,
): KernelBody {
  const simplifier = new Simplifier(constants);
  return mapKernel(kernel, (e) => simplifier.simplify(e));
}

/** `kernel` with another body, and the scalars which that uses. */
function withoutScalars(kernel: Kernel, body: KernelBody): Simplified {
  const used = new Set<number>();
  const before = expressionsOf(kernel), after = expressionsOf(body);
  visit(after, (e) => {
    if (e.op === "scalar") used.add(e.index);
  });
  const all = used.size === kernel.scalars.length;
  const kept = kernel.scalars.map((_, i) => i).filter((i) => used.has(i));
  if (all && after.every((e, i) => e === before[i])) return { kernel, kept };
  const change = renumbering({
    scalar: new Map(kept.map((index, place) => [index, place])),
  });
  return {
    kernel: {
      ...kernel,
      scalars: kept.map((i) => kernel.scalars[i]!),
      ...mapKernel(body, change),
    },
    kept,
  };
}
