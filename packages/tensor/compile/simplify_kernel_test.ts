import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import type { Expr } from "../expr.ts";
import * as x from "../expr.ts";
import type { Kernel } from "../kernel.ts";
import * as math from "../math/index.ts";
import { showKernel } from "./show_kernel.ts";
import { simplifyKernel } from "./simplify.ts";

const [a, b] = [x.load(0, "f32"), x.load(1, "f32")];

function kernelOf(value: Expr, scalars: Kernel["scalars"]): Kernel {
  return {
    name: "test",
    inputs: ["float32", "float32"],
    scalars,
    stores: [{ dtype: "float32", value }],
  };
}

Deno.test("simplifyKernel() makes constants of scalars that save operations", () => {
  const s = (index: number) => x.scalar(index, "f32");
  // Like a step with momentum, dampening, weight decay and a rate.
  const kernel = kernelOf(
    x.sub(a, x.mul(s(3), x.add(x.mul(b, s(0)), x.mul(a, s(1))))),
    ["f32", "f32", "f32", "f32"],
  );
  const show = (scalars: number[]) => {
    const found = simplifyKernel(kernel, scalars);
    return showKernel(found.kernel, { scalars: found.scalars });
  };
  assertEquals(show([0.9, 0.3, 7, 0.1]), "a - 0.1 * (b * 0.9 + a * 0.3)");
  assertEquals(show([1, 0.3, 7, 0.1]), "a - 0.1 * (b + a * 0.3)");
  assertEquals(show([-1, 0.3, 7, 0.1]), "a - 0.1 * (a * 0.3 - b)");
  assertEquals(show([0.9, 1, 7, 1]), "a - (b * 0.9 + a)");
  const { kernel: found, scalars } = simplifyKernel(kernel, [0.9, 0, 7, 0.5]);
  assertEquals(found.scalars.length, 3);
  assertEquals(scalars, [0.9, 0, 0.5]);
});

Deno.test("simplifyKernel() gives equal requests one kernel", () => {
  const kernel = kernelOf(
    x.mul(x.mul(a, x.scalar(0, "f32")), x.scalar(1, "f32")),
    ["f32", "f32"],
  );
  const first = simplifyKernel(kernel, [1, 0.3]);
  const second = simplifyKernel(kernel, [1, 0.4]);
  assertStrictEquals(first.kernel, second.kernel);
  assertEquals([first.scalars, second.scalars], [[0.3], [0.4]]);
  assertStrictEquals(simplifyKernel(kernel, [3, 0.4]).kernel, kernel);
  const whole = kernelOf(x.cast(x.scalar(0, "i64"), "f32"), ["i64"]);
  assertStrictEquals(simplifyKernel(whole, [2n ** 62n]).kernel, whole);
});

Deno.test("simplifyKernel() simplifies folds and the places of stores", () => {
  const acc = x.acc(0, "f64"), value = x.consumed(0, "f64");
  const kernel: Kernel = {
    name: "mean",
    inputs: ["float32", "int32"],
    scalars: ["f64", "i32"],
    reduction: {
      init: [x.lit(0, "f64")],
      values: [x.mul(x.cast(a, "f64"), x.lit(1, "f64"))],
      step: [x.add(acc, value)],
      merge: [x.add(acc, x.other(0, "f64"))],
    },
    stores: [{
      dtype: "float32",
      value: x.cast(x.div(acc, x.scalar(0, "f64")), "f32"),
      at: x.mul(x.lit(4, "i32"), x.scalar(1, "i32")),
    }],
  };
  const found = simplifyKernel(kernel, [2, 1]);
  assertEquals(
    showKernel(found.kernel, { shape: [2, 3], reduced: 1 }),
    "f32((sum over [3] of f64(a)) * 0.5)",
  );
  assertEquals(found.kernel.stores[0]!.at, x.lit(4, "i32"));
  assertEquals(found.scalars, []);
});

Deno.test("simplifyKernel() decides what a special exponent decides", () => {
  const kernel = kernelOf(math.pow(a, x.scalar(0, "f32")), ["f32"]);
  const one = simplifyKernel(kernel, [0]);
  assertEquals(showKernel(one.kernel), "1");
  assert(
    simplifyKernel(kernel, [2]).kernel !== simplifyKernel(kernel, [3]).kernel,
  );
});
