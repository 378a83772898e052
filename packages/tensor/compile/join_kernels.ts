/** Making one kernel of two: a consumer that computes what it used to load. */

import * as x from "../expr.ts";
import type { Expr } from "../expr.ts";
import { type Kernel, laneOf, type Store } from "../kernel.ts";
import type { Launch, Operand } from "./graph.ts";
import { afterCuts, along, type Route } from "./route.ts";
import { type KernelBody, mapKernel } from "./trim.ts";

/** What loading gives after a store: values go through the type that is stored. */
function reloaded({ dtype, value }: Store): Expr {
  const e = x.cast(value, laneOf[dtype]);
  return dtype === "uint8" ? x.and(e, x.lit(255, "i32")) : e;
}

/** Rewrites leaves; nodes that were shared stay so. */
function rewriting(leaf: (e: Expr) => Expr | null): (e: Expr) => Expr {
  const done = new Map<Expr, Expr>();
  const change = (e: Expr): Expr => {
    const known = done.get(e);
    if (known) return known;
    const own = leaf(e);
    let result: Expr;
    if (own && e.args.length === 0) result = own;
    else {
      const args = e.args.map(change), base = own ?? e;
      result = base === e && args.every((a, i) => a === e.args[i])
        ? e
        : { ...base, args };
    }
    done.set(e, result);
    return result;
  };
  return change;
}

/** Which inputs of a consumer are computed by which stores of the producer. */
export type Links = ReadonlyMap<number, number>;

/**
 * One launch that does the work of `producer` and `consumer`, over the axes
 * of the consumer: inputs in `links` are computed, and the stores `kept` of
 * the producer go on. Only one of the two may fold; if the producer does, the
 * consumer works on its results.
 */
export function joinLaunches(
  producer: Launch,
  consumer: Launch,
  links: Links,
  kept: readonly number[],
  route: Route,
): Launch {
  const p = producer.kernel, c = consumer.kernel;
  const folded = producer.space.reduced;
  const foldedShape = producer.space.shape.slice(
    producer.space.shape.length - folded,
  );
  const zeros = foldedShape.map(() => 0);
  const keptRank = producer.space.shape.length - folded;

  const inputs: {
    dtype: Kernel["inputs"][number];
    operand: Operand;
    row: number[];
  }[] = [];
  const stores: { operand: Operand; row: number[] }[] = [];
  const ofProducer = (o: number) => {
    const row = producer.space.strides[o]!, operand = producer.operands[o]!;
    const { strides, skipped } = along(route, row.slice(0, keptRank));
    return {
      operand: { ...operand, offset: operand.offset + skipped },
      row: [...strides, ...row.slice(keptRank)],
    };
  };
  const ofConsumer = (o: number) => ({
    operand: consumer.operands[o]!,
    row: [...afterCuts(consumer.space.strides[o]!, route), ...zeros],
  });

  p.inputs.forEach((dtype, i) => inputs.push({ dtype, ...ofProducer(i) }));
  const places = new Map<number, number>();
  c.inputs.forEach((dtype, i) => {
    if (links.has(i)) return;
    places.set(i, inputs.push({ dtype, ...ofConsumer(i) }) - 1);
  });
  for (const s of kept) stores.push(ofProducer(p.inputs.length + s));
  c.stores.forEach((_, s) => stores.push(ofConsumer(c.inputs.length + s)));

  const values = p.stores.map((s) => reloaded(s));
  const change = rewriting((e) => {
    switch (e.op) {
      case "load": {
        const link = links.get(e.index);
        if (link !== undefined) return values[link]!;
        return { ...e, index: places.get(e.index)! };
      }
      case "loadAt":
        return { ...e, index: places.get(e.index)! };
      case "scalar":
        return { ...e, index: e.index + p.scalars.length };
      default:
        return null;
    }
  });
  const body: KernelBody = mapKernel(c, change);
  const reduction = p.reduction ?? body.reduction;
  const first = firstOf(consumer, inputs, route);
  const kernel: Kernel = {
    name: p.name === "copy" || p.name === c.name
      ? c.name
      : `${p.name} ${c.name}`,
    inputs: inputs.map((i) => i.dtype),
    scalars: [...p.scalars, ...c.scalars],
    ...(reduction ? { reduction } : {}),
    stores: [...kept.map((s) => p.stores[s]!), ...body.stores],
  };
  const launch: Launch = {
    kind: "launch",
    kernel,
    space: {
      shape: [...route.shape, ...foldedShape],
      reduced: route.reduced + folded,
      strides: [...inputs, ...stores].map((o) => o.row),
    },
    operands: [...inputs, ...stores].map((o) => o.operand),
    scalars: [...producer.scalars, ...consumer.scalars],
  };
  return first > 0 ? withFirst(launch, first) : launch;
}

/**
 * The input whose strides should set the order of a fold: one that lies as the
 * first input did, so that sums keep their order.
 */
function firstOf(
  consumer: Launch,
  inputs: readonly { row: number[] }[],
  route: Route,
): number {
  if (!consumer.kernel.reduction) return 0;
  const wanted = afterCuts(consumer.space.strides[0]!, route);
  return inputs.findIndex(({ row }) => same(row, wanted));
}

function same(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((n, i) => n === b[i]);
}

/** The launch with input `first` in place 0. */
function withFirst(launch: Launch, first: number): Launch {
  const { kernel, space, operands } = launch;
  const moved = (i: number) => i === first ? 0 : i < first ? i + 1 : i;
  const change = rewriting((e) =>
    e.op === "load" || e.op === "loadAt"
      ? { ...e, index: moved(e.index) }
      : null
  );
  const order = <T>(list: readonly T[]): T[] => [
    list[first]!,
    ...list.slice(0, first),
    ...list.slice(first + 1),
  ];
  return {
    ...launch,
    kernel: {
      ...kernel,
      inputs: order(kernel.inputs),
      ...mapKernel(kernel, change),
    },
    space: { ...space, strides: order(space.strides) },
    operands: order(operands),
  };
}
