import { assertEquals } from "@std/assert";
import { arrayOf, type DType } from "../dtype.ts";
import * as x from "../expr.ts";
import type { Expr } from "../expr.ts";
import type { Kernel } from "../kernel.ts";
import { check, compute, dtypeOf, lanes } from "./expression_testing.ts";
import { runKernel } from "./kernel_testing.ts";

const numbers = lanes.filter((lane) => lane !== "bool");

Deno.test("Lowering converts between all types", () => {
  for (const from of lanes) {
    for (const to of lanes) {
      check(x.cast(x.load(0, from), to), [dtypeOf[from]]);
    }
  }
  // uint8 elements are i32 in expressions.
  for (const to of lanes) check(x.cast(x.load(0, "i32"), to), ["uint8"]);
});

Deno.test("Lowering converts there and back", () => {
  for (const from of lanes) {
    for (const by of lanes) {
      for (const to of lanes) {
        const e = x.cast(x.cast(x.load(0, from), by), to);
        check(e, [dtypeOf[from]]);
      }
    }
  }
});

Deno.test("Lowering selects values of every type by masks of every width", () => {
  for (const lane of lanes) {
    const dtype = dtypeOf[lane];
    const a = x.load(0, lane), b = x.load(1, lane);
    const conditions: [Expr, DType][] = [
      [x.load(2, "bool"), "bool"],
      [x.lt(x.load(2, "f32"), x.lit(0.6, "f32")), "float32"],
      [x.lt(x.load(2, "f64"), x.lit(0.6, "f64")), "float64"],
      [x.lt(x.load(2, "i64"), x.lit(1n, "i64")), "int64"],
    ];
    for (const [condition, type] of conditions) {
      check(x.select(condition, a, b), [dtype, dtype, type]);
    }
  }
});

Deno.test("Lowering combines masks of narrow and wide comparisons", () => {
  const narrow = x.lt(x.load(0, "f32"), x.load(1, "f32"));
  const wide = x.ge(x.load(2, "f64"), x.lit(0.5, "f64"));
  const inputs: DType[] = ["float32", "float32", "float64"];
  for (const op of [x.and, x.or, x.xor, x.eq, x.ne]) {
    for (
      const e of [op(narrow, wide), op(wide, narrow), op(x.not(wide), narrow)]
    ) {
      check(e, inputs);
      for (const to of lanes) check(x.cast(e, to), inputs);
    }
  }
  for (const lane of numbers) {
    const [yes, no] = lane === "i64" ? [3n, 5n] : [3, 5];
    const e = x.select(x.and(narrow, wide), x.lit(yes, lane), x.lit(no, lane));
    check(e, inputs);
  }
  // Masks chosen by a mask: each may have another width.
  const stored = x.load(3, "bool");
  const all: DType[] = [...inputs, "bool"];
  check(x.select(stored, narrow, wide), all);
  check(x.select(wide, stored, narrow), all);
  check(x.select(narrow, wide, x.not(wide)), all);
  check(x.select(narrow, stored, x.lit(1, "bool")), all);
  check(x.select(wide, x.lit(0, "bool"), x.lit(1, "bool")), all);
});

Deno.test("Lowering computes expressions that mix all types", () => {
  const a = x.load(0, "f32"), b = x.load(1, "i64"), c = x.load(2, "bool");
  const wide = x.cast(a, "f64");
  const whole = x.add(x.cast(x.trunc(wide), "i64"), b);
  const e = x.select(
    x.or(c, x.lt(whole, x.lit(7n, "i64"))),
    x.mul(x.cast(whole, "f32"), a),
    x.cast(x.sub(wide, x.cast(b, "f64")), "f32"),
  );
  check(e, ["float32", "int64", "bool"]);
});

Deno.test("Lowering reads any non-zero byte of a bool as true", () => {
  const bytes = Uint8Array.from([0, 1, 2, 128, 255, 0, 7]);
  const found = compute(x.not(x.load(0, "bool")), ["bool"], [bytes]);
  assertEquals([...found], [1, 0, 0, 0, 0, 1, 0]);
});

Deno.test("Lowering converts stores to the type of the store", () => {
  const kernel: Kernel = {
    name: "test",
    inputs: ["float64"],
    scalars: [],
    stores: (["bool", "uint8", "int32", "int64", "float32"] as const).map(
      (dtype) => ({ dtype, value: x.load(0, "f64") }),
    ),
  };
  const input = Float64Array.from([0, -1, 258.7, 0.5, 3e9, NaN, -0]);
  const outputs = runKernel({
    kernel,
    space: {
      shape: [7],
      reduced: 0,
      strides: new Array(6).fill([1]),
    },
    arrays: [input, ...kernel.stores.map((s) => arrayOf(s.dtype, 7))],
  });
  assertEquals(outputs.map((o) => [...o]), [
    [0, 1, 1, 1, 1, 1, 0],
    [0, 255, 2, 0, 255, 0, 0],
    [0, -1, 258, 0, 2147483647, 0, 0],
    [0n, -1n, 258n, 0n, 3000000000n, 0n, 0n],
    [0, -1, Math.fround(258.7), 0.5, 3e9, NaN, -0],
  ]);
});
