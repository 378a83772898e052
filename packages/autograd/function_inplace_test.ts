import {
  assert,
  assertEquals,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import type { Tensor } from "@gradus/tensor";
import { leaf } from "./leaf_testing.ts";
import { Function, type FunctionContext } from "./mod.ts";

/** Returns its argument; the derivative is 2. */
class Identity extends Function {
  static forward(_ctx: FunctionContext, x: Tensor): Tensor {
    return x;
  }
  static backward(_ctx: FunctionContext, g: Tensor): Tensor {
    return g.mul(2);
  }
}

Deno.test("Function that returns an argument returns a view of it in the graph", () => {
  const x = leaf([1, 2]).mul(1);
  const y = Identity.apply(x);
  assert(y !== x && y.storage === x.storage);
  assertEquals([x.gradFn?.name, y.gradFn?.name], [
    "MulBackward0",
    "IdentityBackward",
  ]);
  assertThrows(
    () => y.mul_(2),
    Error,
    "a view that was made inside noGrad() or by a Function",
  );
  x.mul_(2);
  const what =
    "a view that a Function returned after its base was changed in place";
  assertThrows(() => y.sum(), Error, what);
  assertThrows(() => y.sum(), Error, what);
});

Deno.test("Function that returns a view keeps its own derivative", () => {
  class Column extends Function {
    static forward(_ctx: FunctionContext, x: Tensor): Tensor {
      return x.view(2, 1);
    }
    static backward(_ctx: FunctionContext, g: Tensor): Tensor {
      return g.view(2).mul(10);
    }
  }
  const x = leaf([1, 2]);
  const y = Column.apply(x);
  y.sum().backward();
  assertEquals(x.grad?.arraySync(), [10, 10]);
  assertThrows(
    () => y.mul_(2),
    Error,
    "a view of a leaf that requires a gradient",
  );
});

/** Doubles in place. */
class Twice extends Function {
  static forward(
    ctx: FunctionContext,
    x: Tensor,
    result: "same" | "other" | "pair",
  ): Tensor | Tensor[] {
    ctx.markDirty(x);
    ctx.saveForBackward(x);
    x.mul_(2);
    if (result === "pair") return [x, x.clone()];
    return result === "same" ? x : x.clone();
  }
  static backward(ctx: FunctionContext, g: Tensor): (Tensor | null)[] {
    assertEquals(ctx.savedTensors.length, 1);
    return [g.mul(2), null];
  }
}

Deno.test("Function changes an argument in place if it says so", () => {
  const x = leaf([1, 2]);
  const y = x.mul(1);
  const z = Twice.apply(y, "same") as Tensor;
  assertStrictEquals(z, y);
  assertEquals([y.gradFn?.name, y.arraySync()], ["TwiceBackward", [2, 4]]);
  y.sum().backward();
  assertEquals(x.grad?.arraySync(), [2, 2]);
});

Deno.test("Function changes a view in place and its base follows", () => {
  const x = leaf([1, 2, 3]);
  const b = x.mul(1);
  const v = b.at("1:");
  assertStrictEquals(Twice.apply(v, "same"), v);
  assertEquals([b.gradFn?.name, v.gradFn?.name], [
    "CopySlices",
    "SliceBackward0",
  ]);
  b.mul(b).sum().backward();
  assertEquals(x.grad?.arraySync(), [2, 16, 24]);
});

Deno.test("Function refuses changes in place that it cannot record", () => {
  const x = leaf([1, 2]);
  assertThrows(
    () => Twice.apply(x, "same"),
    Error,
    "Cannot run Twice on a leaf that requires a gradient",
  );
  assertThrows(
    () => Twice.apply(x.at("0:"), "same"),
    Error,
    "a view of a leaf",
  );
  assertThrows(
    () => Twice.apply(x.mul(1), "other"),
    Error,
    "Cannot record Twice: expected the inputs that it marked as dirty among its outputs",
  );
  assertThrows(
    () => Twice.apply(x.mul(1).at("0:"), "pair"),
    Error,
    "Cannot record Twice as it has several outputs and changed a view in place",
  );
});
