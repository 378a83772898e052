/** What kernels cost, and whether and how finely their ranges are cut for threads. */

import { itemSize } from "../dtype.ts";
import type { Expr } from "../expr.ts";
import type { Kernel, Space } from "../kernel.ts";
import { countOf } from "../shape.ts";
import { lanesAlongFold, lineVectors } from "./walk.ts";

/** Nanoseconds of work from which on sharing pays: many times what a fork and join costs. */
const sharedFrom = 60_000;
/** Nanoseconds of work that a piece has at least. */
const pieceFrom = 15_000;
/** Fewer elements than this are never worth sharing, whatever is done with them. */
export const fewElements = 2048;

const costs = new WeakMap<Kernel, number>();
const cuttable = new WeakMap<Kernel, boolean>();

/** About how many nanoseconds an element takes; it was fitted to float32 kernels between one addition and `tanh`. */
export function costOf(kernel: Kernel): number {
  let cost = costs.get(kernel);
  if (cost === undefined) {
    const nodes = new Set<Expr>();
    let registers = 0;
    const visit = (e: Expr) => {
      if (nodes.has(e)) return;
      nodes.add(e);
      // The first branch of a select that is marked as seldom taken is skipped.
      const seldom = e.op === "select" && e.value === 1;
      e.args.forEach((a, i) => {
        if (!seldom || i !== 1) visit(a);
      });
      if (e.op === "const") return;
      registers += e.type === "f64" || e.type === "i64" ? 2 : 1;
    };
    for (const s of kernel.stores) {
      visit(s.value);
      if (s.at) visit(s.at);
    }
    kernel.reduction?.values.forEach(visit);
    kernel.reduction?.step.forEach(visit);
    const operands = kernel.inputs.length + kernel.stores.length;
    cost = 0.025 * (registers + 2 * operands);
    costs.set(kernel, cost);
  }
  return cost;
}

/** Whether no element of the kernel's results depends on when another one is stored. */
function isCuttable(kernel: Kernel): boolean {
  let known = cuttable.get(kernel);
  if (known === undefined) {
    known = kernel.stores.every((s) => !s.at && !s.accumulate);
    cuttable.set(kernel, known);
  }
  return known;
}

/**
 * The least length of a piece of the first axis, if threads should share the
 * kernel over `space` (collapsed) with operands at `addresses`, else 0. That
 * depends on the work, and on whether pieces could get in each other's way.
 */
export function grainOf(
  kernel: Kernel,
  space: Space,
  addresses: readonly number[],
): number {
  const { shape, reduced } = space;
  const extent = shape.length === reduced ? 1 : shape[0]!;
  const work = costOf(kernel) * countOf(shape);
  if (extent < 2 || work < sharedFrom) return 0;
  if (!isCuttable(kernel) || overlaps(kernel, space, addresses)) return 0;
  const least = Math.ceil(pieceFrom / work * extent);
  // Where lanes run along the axis that is cut, vectors stay whole, and lines in folds.
  if (shape.length - reduced !== 1 || lanesAlongFold(space)) return least;
  const whole = reduced > 0 ? 4 * lineVectors : 4;
  return Math.ceil(least / whole) * whole;
}

/** Whether something that is written lies where something else is read or written at another position. */
function overlaps(
  kernel: Kernel,
  space: Space,
  addresses: readonly number[],
): boolean {
  const inputs = kernel.inputs.length;
  const count = inputs + kernel.stores.length;
  const ranges = Array.from(
    { length: count },
    (_, o) => rangeOf(kernel, space, o, addresses[o]!),
  );
  for (let w = inputs; w < count; w++) {
    const [from, to] = ranges[w]!;
    for (let o = 0; o < w; o++) {
      const [start, end] = ranges[o]!;
      if (start >= to || end <= from) continue;
      const samePlaces = addresses[o] === addresses[w] &&
        sizeOf(kernel, o) === sizeOf(kernel, w) &&
        space.strides[o]!.every((s, a) => s === space.strides[w]![a]);
      if (!samePlaces) return true;
    }
  }
  return false;
}

function sizeOf({ inputs, stores }: Kernel, o: number): number {
  const store = stores[o - inputs.length];
  return itemSize[store ? store.dtype : inputs[o]!];
}

/** The addresses that an operand reaches. */
function rangeOf(
  kernel: Kernel,
  { shape, strides }: Space,
  o: number,
  address: number,
): readonly [number, number] {
  const size = sizeOf(kernel, o);
  let from = address, to = address + size;
  shape.forEach((length, axis) => {
    const reach = (length - 1) * strides[o]![axis]! * size;
    if (reach < 0) from += reach;
    else to += reach;
  });
  return [from, to];
}
