import { assert, assertEquals } from "@std/assert";
import * as x from "../expr.ts";
import type { Kernel, Space } from "../kernel.ts";
import { exp } from "../math/index.ts";
import { costOf, grainOf } from "./cost.ts";

const a = x.load(0, "f32"), b = x.load(1, "f32");

function kernelOf(value: x.Expr, store = {}): Kernel {
  return {
    name: "test",
    inputs: ["float32", "float32"],
    scalars: [],
    stores: [{ dtype: "float32", value, ...store }],
  };
}

const plain = kernelOf(x.add(a, b));

function row(length: number): Space {
  return { shape: [length], reduced: 0, strides: [[1], [1], [1]] };
}

/** Addresses that are far from each other. */
const apart = [0, 2 ** 30, 2 ** 31];

Deno.test("costOf() grows with what is computed, and with wide types", () => {
  const wide = (e: x.Expr) => x.cast(e, "f64");
  assert(costOf(kernelOf(exp(a))) > 3 * costOf(plain));
  const double = kernelOf(x.cast(x.add(wide(a), wide(b)), "f32"));
  assert(costOf(double) > costOf(plain));
});

Deno.test("grainOf() leaves what is small to one thread", () => {
  assertEquals(grainOf(plain, row(1000), apart), 0);
  assertEquals(grainOf(plain, row(0), apart), 0);
  assert(grainOf(plain, row(5_000_000), apart) > 1000);
  const long = { ...row(0), shape: [1], strides: [[0], [0], [0]] };
  assertEquals(grainOf(plain, long, apart), 0);
});

Deno.test("grainOf() cuts into pieces of about the same work", () => {
  const one = grainOf(plain, row(5_000_000), apart);
  assertEquals(grainOf(plain, row(50_000_000), apart), one);
  assertEquals(one % 4, 0, "whole vectors");
  const rows: Space = {
    shape: [5000, 1000],
    reduced: 0,
    strides: [[2000, 1], [1000, 1], [1000, 1]],
  };
  const found = grainOf(plain, rows, apart);
  assert(Math.abs(found - one / 1000) <= 1, `${found} rows, ${one} elements`);
  assert(grainOf(kernelOf(exp(a)), row(5_000_000), apart) < one);
});

Deno.test("grainOf() does not cut where elements are stored in an order", () => {
  const space = row(5_000_000);
  const index = x.cast(a, "i32");
  assertEquals(grainOf(kernelOf(a, { at: index }), space, apart), 0);
  assertEquals(grainOf(kernelOf(a, { accumulate: true }), space, apart), 0);
});

Deno.test("grainOf() does not cut where results overlap what others read", () => {
  const length = 5_000_000, bytes = 4 * length, space = row(length);
  const cuts = (addresses: number[], s = space) =>
    grainOf(plain, s, addresses) > 0;
  assert(cuts([0, 2 ** 30, 0]), "in place");
  assert(cuts([0, 0, 0]));
  assert(cuts([0, bytes, 2 * bytes]), "next to each other");
  assert(!cuts([0, 2 ** 30, 4]));
  assert(!cuts([4, 2 ** 30, 0]));
  assert(!cuts([0, 2 * bytes - 4, bytes]));
  // Backwards, and an element for all.
  assert(
    !cuts([bytes - 4, 2 ** 30, 0], { ...space, strides: [[-1], [1], [1]] }),
  );
  assert(!cuts([0, 2 ** 30, 0], { ...space, strides: [[0], [1], [1]] }));
  assert(cuts([bytes, 2 ** 30, 0], { ...space, strides: [[0], [1], [1]] }));
});

Deno.test("grainOf() cuts folds along kept axes only", () => {
  const acc = x.acc(0, "f32");
  const sum: Kernel = {
    name: "sum",
    inputs: ["float32"],
    scalars: [],
    reduction: {
      init: [x.lit(0, "f32")],
      values: [a],
      step: [x.add(acc, x.consumed(0, "f32"))],
      merge: [x.add(acc, x.other(0, "f32"))],
    },
    stores: [{ dtype: "float32", value: acc }],
  };
  const whole = { shape: [9_000_000], reduced: 1, strides: [[1], [0]] };
  assertEquals(grainOf(sum, whole, apart), 0);
  const rows = {
    shape: [3000, 3000],
    reduced: 1,
    strides: [[3000, 1], [1, 0]],
  };
  assert(grainOf(sum, rows, apart) > 0);
});
