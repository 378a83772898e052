import { assertEquals } from "@std/assert";
import { coord, type Expr, lit, load, mul } from "../expr.ts";
import type { Kernel } from "../kernel.ts";
import { orderAxes } from "./ordered.ts";

function kernel(at: Expr, value: Expr = load(0, "f32")): Kernel {
  return {
    name: "add",
    inputs: ["float32", "int32"],
    scalars: [],
    stores: [{ dtype: "float32", value, at, accumulate: true }],
  };
}
const rows = kernel(mul(load(1, "i32"), lit(5, "i32")));

Deno.test("orderAxes() shares the axes along which an index leads to rows", () => {
  // Adds to rows of 5 elements: source [3, 5], index [3, 1].
  const space = orderAxes(rows, {
    shape: [3, 5],
    reduced: 0,
    strides: [[5, 1], [1, 0], [0, 1]],
  });
  assertEquals(space, {
    shape: [5, 3],
    reduced: 1,
    strides: [[1, 5], [0, 1], [1, 0]],
  });
});

Deno.test("orderAxes() takes all in order where elements may meet", () => {
  const overlapping = orderAxes(rows, {
    shape: [3, 5],
    reduced: 0,
    strides: [[5, 1], [0, 0], [1, 1]],
  });
  assertEquals([overlapping.shape, overlapping.reduced], [[3, 5], 2]);
  const indexed = orderAxes(rows, {
    shape: [3, 5],
    reduced: 0,
    strides: [[5, 1], [5, 1], [0, 0]],
  });
  assertEquals([indexed.shape, indexed.reduced], [[3, 5], 2]);
});

Deno.test("orderAxes() does not move axes whose coordinates are used", () => {
  const space = orderAxes(kernel(lit(0, "i32"), mul(coord(-1), coord(-2))), {
    shape: [3, 5],
    reduced: 0,
    strides: [[5, 1], [0, 0], [5, 1]],
  });
  assertEquals([space.shape, space.reduced], [[3, 5], 2]);
});
