import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import * as x from "../expr.ts";
import type { Kernel, Space } from "../kernel.ts";
import { arange, ones, randn, setNumThreads, tensor } from "../mod.ts";
import { cutFold } from "./cut_fold.ts";

/** Sums of squares in f64, divided by a scalar, plus the first element of the second input. */
const kernel: Kernel = {
  name: "test",
  inputs: ["float32", "float32"],
  scalars: ["f64"],
  reduction: {
    init: [x.lit(0, "f64")],
    values: [x.cast(x.mul(x.load(0, "f32"), x.load(1, "f32")), "f64")],
    step: [x.add(x.acc(0, "f64"), x.consumed(0, "f64"))],
    merge: [x.add(x.acc(0, "f64"), x.other(0, "f64"))],
  },
  stores: [{
    dtype: "float32",
    value: x.div(x.acc(0, "f64"), x.scalar(0, "f64")),
  }],
};

function flat(count: number): Space {
  return { shape: [count], reduced: 1, strides: [[1], [1], [0]] };
}

Deno.test("cutFold() leaves short folds and folds of rows whole", () => {
  assertEquals(cutFold(kernel, flat(100_000)), null);
  const rows = {
    shape: [4, 1e6],
    reduced: 1,
    strides: [[1e6, 1], [1e6, 1], [1, 0]],
  };
  assertEquals(cutFold(kernel, rows), null);
});

Deno.test("cutFold() leaves folds whole whose values depend on where elements are", () => {
  const places: Kernel = {
    ...kernel,
    reduction: {
      ...kernel.reduction!,
      values: [x.cast(x.coord(-1), "f64")],
    },
  };
  assertEquals(cutFold(places, flat(1e6)), null);
});

Deno.test("cutFold() covers every element once", () => {
  for (const count of [1_000_000, 1_000_003, 7_654_321]) {
    const { parts } = cutFold(kernel, flat(count))!;
    let next = 0;
    for (const { space, places } of parts.slice(0, -1)) {
      assertEquals(places[0], { operand: 0, offset: next });
      const kept = space.shape.length - space.reduced;
      const size = space.shape.reduce((a, b) => a * b, 1);
      if (kept === 1) assertEquals(space.strides[0], [space.shape[1]!, 1]);
      next += size;
    }
    assertEquals(next, count);
    const last = parts.at(-1)!;
    assertEquals(last.space.shape.length, 1);
    assert(last.space.shape[0]! <= 65);
  }
});

Deno.test("Long folds give the same bits with any number of threads", () => {
  const t = randn([1_234_567]);
  const measure = () =>
    [t.sum(), t.mean(), t.norm(), t.var(), t.amax(), t.amin()].map((r) =>
      r.itemSync()
    );
  try {
    setNumThreads(1);
    const alone = measure();
    for (const count of [2, 3]) {
      setNumThreads(count);
      for (let i = 0; i < 3; i++) assertEquals(measure(), alone);
    }
  } finally {
    setNumThreads(1);
  }
});

Deno.test("Long folds are right", () => {
  const t = arange(2_000_003, { dtype: "int64" });
  assertEquals(t.sum().itemSync(), 2_000_003 * 2_000_002 / 2);
  const f = ones([1000, 1500]);
  f.fill_(0.5);
  assertEquals(f.sum().itemSync(), 750_000);
  assertEquals(f.t().sum().itemSync(), 750_000);
  assertEquals(f.at(":", ":1001").sum().itemSync(), 500_500);
  assertEquals(f.gt(0).all().itemSync(), 1);
  assertEquals(f.gt(1).any().itemSync(), 0);
  f.at(999, 1499).fill_(NaN);
  assertEquals(f.amax().itemSync(), NaN);
  assertEquals(f.sum().itemSync(), NaN);
  f.at(999, 1499).fill_(-7);
  assertEquals(f.amin().itemSync(), -7);
  assertEquals(f.argmin().itemSync(), 1_499_999);
  assertAlmostEquals(
    f.norm().itemSync() as number,
    Math.sqrt(0.25 * 1_499_999 + 49),
    1e-3,
  );
  assertEquals(f.dtype, tensor([0.5]).dtype);
});
