/** What two kernels have in common if the same code serves both. */

import type { Expr } from "../expr.ts";
import type { Kernel, Store } from "../kernel.ts";

/** Numbers of the structures met so far. */
const numbers = new Map<string, number>();
const known = new WeakMap<Kernel, number>();

/** The number of a kernel's structure: equal for kernels that compute the same, whatever they are called. */
export function structureOf(kernel: Kernel): number {
  let number = known.get(kernel);
  if (number === undefined) {
    const text = describeKernel(kernel);
    number = numbers.get(text);
    if (number === undefined) numbers.set(text, number = numbers.size);
    known.set(kernel, number);
  }
  return number;
}

/** The structure of a kernel as text: its expressions, each once, and what is made of them. */
function describeKernel(kernel: Kernel): string {
  const { inputs, scalars, reduction, stores } = kernel;
  const lines: string[] = [];
  const places = new Map<string, number>(), seen = new Map<Expr, number>();
  const place = (e: Expr): number => {
    const before = seen.get(e);
    if (before !== undefined) return before;
    const args = e.args.map(place).join();
    const line = `${e.op} ${e.type} ${e.index} ${show(e.value)} ${args}`;
    let at = places.get(line);
    if (at === undefined) {
      at = lines.push(line) - 1;
      places.set(line, at);
    }
    seen.set(e, at);
    return at;
  };
  const list = (exprs: readonly Expr[]) => exprs.map(place).join();
  const store = (s: Store) =>
    `${s.dtype} ${place(s.value)} ${s.at ? place(s.at) : ""} ${
      s.accumulate ? "adds" : ""
    }`;
  const parts = [inputs.join(), scalars.join()];
  if (reduction) {
    const { init, values, step, merge } = reduction;
    parts.push("fold", list(init), list(values), list(step), list(merge));
  }
  parts.push(...stores.map(store));
  return [...lines, ...parts].join("\n");
}

/** Text that tells all numbers apart. */
function show(value: number | bigint): string {
  if (typeof value === "bigint") return `${value}n`;
  return Object.is(value, -0) ? "-0" : `${value}`;
}
