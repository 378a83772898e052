import { assertEquals } from "@std/assert";
import type { Space } from "../kernel.ts";
import { afterCuts, along, type Route, routeTo } from "./route.ts";

function over(shape: readonly number[], reduced = 0): Space {
  return { shape, reduced, strides: [] };
}

/** The positions of a shape in order. */
function positions(shape: readonly number[]): number[][] {
  let out: number[][] = [[]];
  for (const size of shape) {
    out = out.flatMap((p) => Array.from({ length: size }, (_, i) => [...p, i]));
  }
  return out;
}

const dot = (a: readonly number[], b: readonly number[]) =>
  a.reduce((n, v, i) => n + v * b[i]!, 0);

/** Checks that every position leads to the element that was loaded before. */
function assertLeads(
  route: Route | null,
  strides: readonly number[],
  offset: number,
  shape: readonly number[],
  written: readonly number[],
): void {
  if (!route) throw new Error("There is no route");
  const row = afterCuts(strides, route);
  const own = along(route, written);
  for (const p of positions(route.shape)) {
    const place = shape.map((_, b) =>
      route.start[b]! + p.reduce((n, v, a) => n + v * route.steps[a]![b]!, 0)
    );
    assertEquals(place.every((v, b) => v >= 0 && v < shape[b]!), true);
    assertEquals(dot(place, written), offset + dot(p, row));
    assertEquals(own.skipped + dot(p, own.strides), offset + dot(p, row));
  }
}

Deno.test("routeTo() finds the axes that a consumer walks in another order", () => {
  const route = routeTo(over([4, 3]), [1, 4], 0, [3, 4], [4, 1]);
  assertEquals(route, {
    shape: [4, 3],
    reduced: 0,
    cuts: [],
    steps: [[0, 1], [1, 0]],
    start: [0, 0],
  });
  assertLeads(route, [1, 4], 0, [3, 4], [4, 1]);
});

Deno.test("routeTo() finds parts, steps and repeated elements", () => {
  for (
    const [shape, strides, offset] of [
      [[2, 2], [8, 2], 1],
      [[3], [4], 2],
      [[5, 4], [0, 1], 8],
      [[], [], 7],
      [[1, 4], [99, 1], 4],
    ] as const
  ) {
    const route = routeTo(over(shape), strides, offset, [3, 4], [4, 1]);
    assertLeads(route, strides, offset, [3, 4], [4, 1]);
  }
});

Deno.test("routeTo() cuts an axis that runs over several of the producer", () => {
  const route = routeTo(over([24]), [1], 0, [2, 3, 4], [12, 4, 1]);
  assertEquals(route!.shape, [2, 3, 4]);
  assertLeads(route, [1], 0, [2, 3, 4], [12, 4, 1]);
  const folded = routeTo(over([2, 12], 1), [12, 1], 0, [2, 3, 4], [12, 4, 1]);
  assertEquals(folded!.reduced, 2);
  assertLeads(folded, [12, 1], 0, [2, 3, 4], [12, 4, 1]);
  const even = routeTo(over([12]), [2], 0, [3, 8], [8, 1]);
  assertLeads(even, [2], 0, [3, 8], [8, 1]);
});

Deno.test("routeTo() finds none where something was not written, or more than once", () => {
  const none = (...args: Parameters<typeof routeTo>) =>
    assertEquals(routeTo(...args), null);
  // Before what was written, after it, and between its rows.
  none(over([2]), [1], -1, [3, 4], [4, 1]);
  none(over([13]), [1], 0, [3, 4], [4, 1]);
  none(over([4]), [1], 0, [3, 2], [4, 1]);
  none(over([2]), [1], 1, [3, 2], [4, 1]);
  none(over([3]), [2], 0, [3, 4], [5, 1]);
  // Rows that begin in the middle of the producer's.
  none(over([8]), [1], 2, [3, 4], [4, 1]);
  none(over([2]), [1], 0, [3, 4], [1, 0]);
  none(over([2]), [1], 0, [4], [-1]);
});
