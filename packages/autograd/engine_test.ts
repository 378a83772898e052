import { assertEquals, assertThrows } from "@std/assert";
import type { GradNode, Tensor } from "@gradus/tensor";
import { leaf } from "./leaf_testing.ts";
import { backward, Function, type FunctionContext, grad } from "./mod.ts";

/** Passes gradients on and notes when its backward runs. */
class Noted extends Function {
  static forward(ctx: FunctionContext, x: Tensor, note: () => void): Tensor {
    ctx.extra.note = note;
    return x.mul(1);
  }
  static backward(ctx: FunctionContext, g: Tensor): (Tensor | null)[] {
    (ctx.extra.note as () => void)();
    return [g, null];
  }
}

Deno.test("nodes run in the reverse order of their making, leaves as soon as they can", () => {
  const log: string[] = [];
  const note = (t: Tensor, name: string) =>
    Noted.apply(t, () => void log.push(name));
  const x = leaf([1]), y = leaf([1]);
  x.registerPostAccumulateGradHook(() => void log.push("x"));
  y.registerPostAccumulateGradHook(() => void log.push("y"));
  const a = note(x, "a");
  const b = note(y, "b");
  const c = note(a, "c");
  const d = note(b, "d");
  c.add(d).backward();
  assertEquals(log, ["d", "c", "b", "y", "a", "x"]);
});

Deno.test("a node runs once, when all its gradients have arrived", () => {
  let runs = 0;
  const x = leaf(1);
  let y: Tensor = x;
  // 2^60 paths lead through 60 nodes.
  for (let i = 0; i < 60; i++) y = Noted.apply(y.add(y), () => void runs++);
  y.backward();
  assertEquals([runs, x.grad?.itemSync()], [60, 2 ** 60]);
});

Deno.test("a node waits for gradients that come on a longer way", () => {
  let runs = 0;
  const x = leaf([2]);
  const a = Noted.apply(x.mul(3), () => void runs++);
  const long = a.mul(1).mul(1).mul(1);
  const root = a.mul(5);
  backward([root, long, a]);
  assertEquals([runs, x.grad?.arraySync()], [1, [3 * (5 + 1 + 1)]]);
});

Deno.test("a chain of 100,000 nodes does not overflow the stack and runs each node once", () => {
  const length = 100_000;
  const x = leaf([1, 2]);
  let y: Tensor = x;
  for (let i = 0; i < length; i++) y = i % 2 === 0 ? y.mul(-1) : y.add(x);
  let nodes = 0, runs = 0;
  const count = () => void runs++;
  let node: GradNode | null = y.gradFn;
  for (; node && node.name !== "AccumulateGrad"; nodes++) {
    node.registerHook(count);
    node = node.nextFunctions[0]?.[0] ?? null;
  }
  y.sum().backward();
  assertEquals([nodes, runs], [length, length]);
  assertEquals([x.grad?.arraySync(), y.arraySync()], [[1, 1], [1, 2]]);
  const [again] = grad(y.sum(), x);
  assertEquals([runs, again?.arraySync()], [2 * length, [1, 1]]);
});

Deno.test("a node that fails leaves the rest as it was", () => {
  const x = leaf([1]), y = leaf([1]);
  const bad = Noted.apply(x, () => {
    throw new Error("stop");
  });
  // y is newer, so its gradient is there before the other node runs.
  const sum = bad.add(y.mul(2));
  assertThrows(() => sum.backward(), Error, "stop");
  assertEquals([x.grad, y.grad?.arraySync()], [null, [2]]);
  const [g] = grad(x.mul(3), x);
  assertEquals(g!.arraySync(), [3]);
});

Deno.test("the gradients of many inputs come from one run", () => {
  let runs = 0;
  const inputs = Array.from({ length: 1000 }, (_, i) => leaf(i));
  let sum: Tensor = leaf(0);
  for (const t of inputs) {
    sum = Noted.apply(sum.add(t.mul(t)), () => void runs++);
  }
  const grads = grad(sum, inputs);
  assertEquals(grads.map((g) => g!.itemSync()), inputs.map((_, i) => 2 * i));
  assertEquals(runs, 1000);
});

Deno.test("a gradient that was not computed counts as zero", () => {
  class Nothing extends Function {
    static forward(_ctx: FunctionContext, x: Tensor): Tensor {
      return x.mul(1);
    }
    static backward(): null {
      return null;
    }
  }
  let runs = 0;
  const x = leaf([1, 2]);
  const b = Noted.apply(x.mul(2), () => void runs++);
  Nothing.apply(b).add(x).sum().backward();
  assertEquals([runs, x.grad?.arraySync()], [0, [1, 1]]);
});
