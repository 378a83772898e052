import { assertEquals, assertNotEquals } from "@std/assert";
import * as x from "../expr.ts";
import type { Expr } from "../expr.ts";
import type { Kernel } from "../kernel.ts";
import { structureOf } from "./structure.ts";

function kernelOf(value: Expr, name = "test"): Kernel {
  return {
    name,
    inputs: ["float32"],
    scalars: [],
    stores: [{ dtype: "float32", value }],
  };
}

const a = x.load(0, "f32");

Deno.test("structureOf() is the same for kernels that compute the same", () => {
  const one = kernelOf(x.add(x.mul(a, a), x.lit(1, "f32")));
  const loads = () => x.load(0, "f32");
  const two = kernelOf(
    x.add(x.mul(loads(), loads()), x.lit(1, "f32")),
    "other",
  );
  assertEquals(structureOf(one), structureOf(two));
});

Deno.test("structureOf() tells apart what differs in any part", () => {
  const base = kernelOf(x.add(a, x.lit(0, "f32")));
  const fold = {
    init: [x.lit(0, "f32")],
    values: [a],
    step: [x.add(x.acc(0, "f32"), x.consumed(0, "f32"))],
    merge: [x.add(x.acc(0, "f32"), x.other(0, "f32"))],
  };
  const sum: Kernel = {
    ...kernelOf(x.acc(0, "f32")),
    reduction: fold,
  };
  const at = x.lit(0, "i32"), value = base.stores[0]!.value;
  const kernels: Kernel[] = [
    base,
    kernelOf(x.add(a, x.lit(-0, "f32"))),
    kernelOf(x.add(a, x.lit(NaN, "f32"))),
    kernelOf(x.add(x.lit(0, "f32"), a)),
    kernelOf(x.sub(a, x.lit(0, "f32"))),
    kernelOf(x.add(x.load(1, "f32"), x.lit(0, "f32"))),
    kernelOf(x.cast(x.lit(1, "i32"), "f32")),
    kernelOf(x.cast(x.lit(1n, "i64"), "f32")),
    { ...base, inputs: ["int32"] },
    { ...base, scalars: ["f32"] },
    { ...base, stores: [...base.stores, ...base.stores] },
    { ...base, stores: [{ dtype: "float64", value }] },
    { ...base, stores: [{ dtype: "float32", value, accumulate: true }] },
    { ...base, stores: [{ dtype: "float32", value, at }] },
    sum,
    { ...sum, reduction: { ...fold, init: [x.lit(1, "f32")] } },
    { ...sum, reduction: { ...fold, merge: fold.step } },
  ];
  const numbers = kernels.map(structureOf);
  assertEquals(new Set(numbers).size, kernels.length);
  assertNotEquals(numbers[0], numbers[1]);
});
