/** What runs over the rows of a matrix product as they are finished. */

import { countOf } from "../shape.ts";
import { type Buffer, type Launch, type Product, writesOf } from "./graph.ts";
import { joinLaunches } from "./join_kernels.ts";
import { fits, isSafe } from "./limits.ts";
import { loadsElsewhere, oneToOne } from "./links.ts";
import { mergeInputs } from "./merge_inputs.ts";
import { type Route, routeTo } from "./route.ts";

/**
 * The product with `consumer` as its epilogue, or as a part of the epilogue
 * that it has; null if that cannot be. `isRead` tells whether others read what
 * the epilogue stores in a buffer.
 */
export function followProduct(
  product: Product,
  consumer: Launch,
  isRead: (buffer: Buffer) => boolean,
): Product | null {
  const { shape: { m, n, batch }, out, a, b, epilogue } = product;
  if (batch.length > 0 || consumer.kernel.reduction || m < 2 || n < 2) {
    return null;
  }
  if (countOf(consumer.space.shape) !== m * n) return null;
  if (consumer.kernel.stores.some((s) => s.at || s.accumulate)) return null;
  // Other rows are computed while the epilogue runs.
  const written = writesOf(consumer);
  if (written.includes(a.buffer) || written.includes(b.buffer)) return null;
  const outs = new Map<Buffer, Place>([
    [out.buffer, { ...out, dtype: product.dtype, store: -1 }],
  ]);
  epilogue?.kernel.stores.forEach(({ dtype }, store) => {
    const o = epilogue.kernel.inputs.length + store;
    const [row, column] = epilogue.space.strides[o]!;
    // What replaces the result of the product is the last word.
    if (row === n && column === 1) {
      outs.set(epilogue.operands[o]!.buffer, {
        ...epilogue.operands[o]!,
        dtype,
        store,
      });
    }
  });
  const found = placesOf(consumer, outs, m, n);
  if (!found) return null;
  const { route, links } = found;
  const rows = rowsOf(consumer, route, m, n);
  if (!rows) return null;
  if (!epilogue) return isSafe(rows) ? { ...product, epilogue: rows } : null;
  const writes = new Set(writesOf(epilogue));
  // Each other result of the epilogue is read at another place.
  if (
    consumer.kernel.inputs.some((_, i) =>
      !links.has(i) && writes.has(consumer.operands[i]!.buffer)
    )
  ) return null;
  const kept = epilogue.kernel.stores.map((_, s) => s).filter((s) =>
    isRead(epilogue.operands[epilogue.kernel.inputs.length + s]!.buffer)
  );
  const joined = joinLaunches(epilogue, rows, links, kept, alike(m, n));
  if (!fits(joined) || !isSafe(joined)) return null;
  const whole = { ...joined, space: { ...joined.space, ordered: true } };
  return { ...product, epilogue: mergeInputs(whole) };
}

/** Where rows are, and by which store of an epilogue if by one. */
interface Place {
  readonly buffer: Buffer;
  readonly offset: number;
  readonly dtype: string;
  readonly store: number;
}

/** The way from `consumer` to rows, and which inputs load stores of the epilogue; null if some input loads rows in another way, or none does. */
function placesOf(
  consumer: Launch,
  outs: ReadonlyMap<Buffer, Place>,
  m: number,
  n: number,
): { route: Route; links: Map<number, number> } | null {
  const { kernel, space, operands } = consumer;
  const links = new Map<number, number>();
  let route: Route | null = null;
  for (let i = 0; i < kernel.inputs.length; i++) {
    const { buffer, offset } = operands[i]!, place = outs.get(buffer);
    if (!place) continue;
    if (kernel.inputs[i] !== place.dtype || loadsElsewhere(consumer, i)) {
      return null;
    }
    const own = routeTo(
      space,
      space.strides[i]!,
      offset - place.offset,
      [m, n],
      [n, 1],
    );
    if (!own || !straight(own, m, n)) return null;
    route = own;
    if (place.store >= 0) links.set(i, place.store);
  }
  return route && { route, links };
}

/** The way from rows to rows. */
function alike(m: number, n: number): Route {
  const steps = [[1, 0], [0, 1]];
  return { shape: [m, n], reduced: 0, cuts: [], steps, start: [0, 0] };
}

/** Whether a route leads from rows to rows. */
function straight(route: Route, m: number, n: number): boolean {
  const real = route.shape.map((_, a) => a).filter((a) => route.shape[a]! > 1);
  return real.length === 2 && route.shape[real[0]!] === m &&
    route.shape[real[1]!] === n && oneToOne(route, [m, n]) &&
    route.steps[real[0]!]![0] === 1 && route.steps[real[1]!]![1] === 1;
}

/** `consumer` over the axes `[m, n]`. */
function rowsOf(
  consumer: Launch,
  route: Route,
  m: number,
  n: number,
): Launch | null {
  const nothing: Launch = {
    kind: "launch",
    kernel: { name: "copy", inputs: [], scalars: [], stores: [] },
    space: { shape: [m, n], reduced: 0, strides: [] },
    operands: [],
    scalars: [],
  };
  const cut = joinLaunches(nothing, consumer, new Map(), [], route);
  const real = cut.space.shape.map((_, a) => a)
    .filter((a) => cut.space.shape[a]! > 1);
  return {
    ...cut,
    space: {
      shape: [m, n],
      reduced: 0,
      strides: cut.space.strides.map((row) => real.map((a) => row[a]!)),
      // Its first axis are the rows of the product.
      ordered: true,
    },
  };
}
