import { assertEquals } from "@std/assert";
import { normalize } from "./normalize.ts";

const one = (row: number, column: number) => ({ row, column, batch: [] });

Deno.test("normalize() leaves a plain product as it is", () => {
  const shape = { m: 6, n: 5, k: 4, batch: [] };
  assertEquals(normalize(shape, one(4, 1), one(5, 1), 4), {
    ...shape,
    a: one(4, 1),
    b: one(5, 1),
    rowOut: 5,
    columnOut: 1,
    swapped: false,
  });
});

Deno.test("normalize() exchanges the operands of a narrow product", () => {
  const shape = { m: 6, n: 2, k: 4, batch: [] };
  assertEquals(normalize(shape, one(4, 1), one(2, 1), 4), {
    m: 2,
    n: 6,
    k: 4,
    batch: [],
    a: one(1, 2),
    b: one(1, 4),
    rowOut: 1,
    columnOut: 2,
    swapped: true,
  });
});

Deno.test("normalize() exchanges operands only where that pays", () => {
  const swaps = (m: number, n: number, k: number) =>
    normalize({ m, n, k, batch: [] }, one(k, 1), one(n, 1), 4).swapped;
  assertEquals(swaps(3, 3, 100), false);
  assertEquals(swaps(9, 7, 8), true);
  assertEquals(swaps(9, 7, 7), false);
  assertEquals(swaps(9, 8, 100), false);
  assertEquals(swaps(2, 9, 100), false);
});

Deno.test("normalize() joins matrices that lie one below the other and share B", () => {
  const shape = { m: 6, n: 5, k: 4, batch: [2, 1, 3] };
  const a = { row: 4, column: 1, batch: [72, 0, 24] };
  const b = { row: 5, column: 1, batch: [0, 0, 0] };
  const found = normalize(shape, a, b, 4);
  assertEquals([found.m, found.batch, found.a], [36, [], one(4, 1)]);
  // Other gaps between them stay axes, as few as possible.
  const gaps = normalize(shape, { ...a, batch: [90, 0, 30] }, b, 4);
  assertEquals([gaps.m, gaps.batch, gaps.a.batch], [6, [6], [30]]);
  const both = { ...b, batch: [60, 0, 20] };
  const joined = normalize(shape, a, both, 4);
  assertEquals([joined.m, joined.batch], [6, [6]]);
  assertEquals([joined.a.batch, joined.b.batch], [[24], [20]]);
});

Deno.test("normalize() makes rows of vectors that share B", () => {
  const shape = { m: 1, n: 5, k: 4, batch: [7] };
  const a = { row: 4, column: 1, batch: [9] };
  const b = { row: 5, column: 1, batch: [0] };
  const found = normalize(shape, a, b, 4);
  assertEquals([found.m, found.batch, found.a], [7, [], one(9, 1)]);
});
