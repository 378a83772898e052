/** How a launch gets at what another one stores. */

import { countOf } from "../shape.ts";
import type { Buffer, Launch } from "./graph.ts";
import { type Route, routeTo } from "./route.ts";
import { expressionsOf, visit } from "./trim.ts";

/** How a consumer can get at what a producer stores. */
export interface Link {
  /** The consumer's inputs that load it, with the stores that they load. */
  readonly inputs: ReadonlyMap<number, number>;
  readonly route: Route;
}

/** The store of `producer` that input `i` of `consumer` loads, and the route there. */
export function routeOf(
  producer: Launch,
  consumer: Launch,
  i: number,
): { store: number; route: Route } | null {
  const { kernel, space, operands } = producer;
  const { buffer, offset } = consumer.operands[i]!;
  const rank = space.shape.length - space.reduced;
  for (let s = 0; s < kernel.stores.length; s++) {
    const o = kernel.inputs.length + s, written = operands[o]!;
    if (written.buffer !== buffer) continue;
    const store = kernel.stores[s]!;
    if (store.at || store.accumulate) return null;
    if (store.dtype !== consumer.kernel.inputs[i]) return null;
    if (loadsElsewhere(consumer, i)) return null;
    const route = routeTo(
      consumer.space,
      consumer.space.strides[i]!,
      offset - written.offset,
      space.shape.slice(0, rank),
      space.strides[o]!.slice(0, rank),
    );
    return route && { store: s, route };
  }
  return null;
}

/** Whether input `i` is also read at places that the kernel computes. */
export function loadsElsewhere({ kernel }: Launch, i: number): boolean {
  let found = false;
  visit(expressionsOf(kernel), (e) => {
    if (e.op === "loadAt" && e.index === i) found = true;
  });
  return found;
}

export function inputsThatRead(
  { kernel, operands }: Launch,
  buffer: Buffer,
): number {
  return kernel.inputs.filter((_, i) => operands[i]!.buffer === buffer).length;
}

/** One input of `consumer`, and all that load the same in the same way. */
export function linkOne(
  producer: Launch,
  consumer: Launch,
  s: number,
): Link | null {
  const own = routeOf(producer, consumer, s);
  if (!own) return null;
  const inputs = new Map<number, number>([[s, own.store]]);
  return { inputs, route: own.route };
}

/** Every input of `consumer` that `producer` stores, if each is used at its own place. */
export function linkAll(producer: Launch, consumer: Launch): Link | null {
  if (consumer.kernel.reduction) return null;
  if (consumer.kernel.stores.some((s) => s.at || s.accumulate)) return null;
  const { kernel, space, operands } = producer;
  if (kernel.stores.some((s) => s.at || s.accumulate)) return null;
  const kept = space.shape.slice(0, space.shape.length - space.reduced);
  if (countOf(kept) !== countOf(consumer.space.shape)) return null;
  const own = new Set(
    kernel.stores.map((_, i) => operands[kernel.inputs.length + i]!.buffer),
  );
  const inputs = new Map<number, number>();
  let route: Route | null = null;
  for (let i = 0; i < consumer.kernel.inputs.length; i++) {
    if (!own.has(consumer.operands[i]!.buffer)) continue;
    const found = routeOf(producer, consumer, i);
    if (!found || !oneToOne(found.route, kept)) return null;
    if (route && !sameRoute(route, found.route)) return null;
    route ??= found.route;
    inputs.set(i, found.store);
  }
  return route && { inputs, route };
}

/** Whether every element of the producer is reached once. */
export function oneToOne(
  { shape, steps, start }: Route,
  kept: readonly number[],
): boolean {
  return start.every((n) => n === 0) &&
    shape.every((size, a) => size === 1 || steps[a]!.some((n) => n > 0)) &&
    countOf(shape) === countOf(kept) &&
    kept.every((size, b) => {
      const last = shape.reduce((n, s, a) => n + steps[a]![b]! * (s - 1), 0);
      return last === size - 1;
    });
}

function sameRoute(a: Route, b: Route): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
