import {
  assert,
  assertEquals,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import type { GradNode, Tensor } from "@gradus/tensor";
import { constant, leaf } from "./leaf_testing.ts";
import { enableGrad, grad, isGradEnabled } from "./mod.ts";

Deno.test("hooks run in PyTorch's order", () => {
  const log: [string, unknown][] = [];
  const a = leaf(1);
  const b = a.mul(2);
  a.registerHook((g) => {
    log.push(["a first", g.itemSync()]);
    return g.mul(10);
  });
  a.registerHook((g) => void log.push(["a second", g.itemSync()]));
  a.registerPostAccumulateGradHook((p) =>
    void log.push(["a after", p.grad!.itemSync()])
  );
  b.retainGrad();
  b.registerHook((g) => {
    log.push(["b", g.itemSync()]);
    return g.mul(3);
  });
  b.sum().backward();
  log.push(["b kept", b.grad!.itemSync()]);
  assertEquals(log, [
    ["b", 1],
    ["a first", 6],
    ["a second", 60],
    ["a after", 60],
    ["b kept", 3],
  ]);
});

Deno.test("registerHook() calls hooks in the order of registration, until they are removed", () => {
  const x = leaf([1]), seen: number[] = [];
  const add = (by: number) => (g: Tensor) => {
    seen.push(g.itemSync());
    return g.add(by);
  };
  const handles = [
    x.registerHook(add(1)),
    x.registerHook(add(10)),
    x.registerHook(add(1)),
  ];
  x.mul(2).backward();
  assertEquals([seen, x.grad?.arraySync()], [[2, 3, 13], [14]]);
  handles[1]!.remove();
  handles[1]!.remove();
  x.mul(2).backward();
  assertEquals(x.grad?.arraySync(), [14 + 4]);
});

Deno.test("registerHook() counts one function that is registered twice", () => {
  const x = leaf([1]), hook = (g: Tensor) => g.mul(2);
  const first = x.registerHook(hook);
  x.registerHook(hook);
  x.mul(1).backward();
  first.remove();
  x.mul(1).backward();
  assertEquals(x.grad?.arraySync(), [4 + 2]);
});

Deno.test("registerHook() allows a hook to remove itself", () => {
  const x = leaf([1]);
  const handle = x.registerHook((g) => {
    handle.remove();
    return g.mul(100);
  });
  x.registerHook((g) => g.add(1));
  x.mul(1).backward();
  x.mul(1).backward();
  assertEquals(x.grad?.arraySync(), [101 + 2]);
});

Deno.test("registerHook() sees the complete gradient once", () => {
  const x = leaf([1, 2]), seen: unknown[] = [];
  const b = x.mul(2);
  b.registerHook((g) => void seen.push(g.arraySync()));
  b.mul(3).add(b.mul(b)).sum().backward();
  assertEquals(seen, [[3 + 4, 3 + 8]]);
});

Deno.test("registerHook() needs a gradient, and hooks return what fits or nothing", () => {
  assertThrows(
    () => constant([1]).registerHook(() => {}),
    Error,
    "Cannot register a hook on a tensor that does not require a gradient",
  );
  const returning = (value: unknown) => {
    const x = leaf([1, 2]);
    x.registerHook(() => value as Tensor);
    x.mul(2).sum().backward();
    return x.grad!.arraySync();
  };
  assertEquals(returning(null), [2, 2]);
  assertThrows(
    () => returning(3),
    TypeError,
    "Cannot use what a hook returned: expected a tensor or nothing, got number",
  );
  assertThrows(
    () => returning(constant([1])),
    TypeError,
    "expected float64 of shape [2] on cpu, got float64 of shape [1] on cpu",
  );
  assertThrows(
    () => returning(constant([1, 2]).float()),
    TypeError,
    "got float32",
  );
});

Deno.test("registerHook() may keep the gradient, which does not change any more", () => {
  const x = leaf([1, 2]), kept: Tensor[] = [];
  const b = x.mul(1);
  b.registerHook((g) => void kept.push(g));
  x.registerHook((g) => void kept.push(g));
  for (let i = 0; i < 2; i++) b.mul(2).sum().backward();
  assertEquals(kept.map((g) => g.arraySync()), [[2, 2], [2, 2], [2, 2], [
    2,
    2,
  ]]);
  assertEquals(x.grad?.arraySync(), [4, 4]);
});

Deno.test("registerHook() stays with the value that it was registered on", () => {
  const a = leaf([1]).mul(2), seen: unknown[] = [];
  a.registerHook((g) => void seen.push(["old", g.itemSync()]));
  a.mul_(5);
  a.registerHook((g) => void seen.push(["new", g.itemSync()]));
  a.sum().backward();
  assertEquals(seen, [["new", 1], ["old", 5]]);
});

Deno.test("registerHook() on an output of several sees its gradient alone", () => {
  const x = leaf([[1, 5], [7, 2]]), seen: unknown[] = [];
  const { values } = x.max(1);
  values.registerHook((g) => {
    seen.push(g.arraySync());
    return g.mul(2);
  });
  values.sum().backward();
  assertEquals([seen, x.grad?.arraySync()], [[[1, 1]], [[0, 2], [2, 0]]]);
});

Deno.test("hooks run in grad() before the gradient is returned", () => {
  const x = leaf([1]);
  const b = x.mul(2);
  x.registerHook((g) => g.mul(10));
  b.registerHook((g) => g.mul(3));
  b.retainGrad();
  let after = 0;
  x.registerPostAccumulateGradHook(() => after++);
  const [byX, byB] = grad(b.sum(), [x, b]);
  assertEquals([byX!.itemSync(), byB!.itemSync(), after], [60, 3, 0]);
  assertEquals([x.grad, b.grad?.itemSync()], [null, 3], "as in PyTorch");
});

Deno.test("hooks are differentiated with createGraph", () => {
  const x = leaf(3);
  x.registerHook((g) => g.mul(g));
  const [first] = grad(x.square(), x, { createGraph: true });
  assertEquals(first!.itemSync(), 36);
  first!.backward();
  // d/dx (2x)^2 = 8x, then through the hook.
  assertEquals(x.grad!.itemSync(), 24 * 24);
});

Deno.test("registerPostAccumulateGradHook() allows to step and drop the gradient", () => {
  const x = leaf([1, 2]);
  const handle = x.registerPostAccumulateGradHook((p) => {
    p.sub_(p.grad!.mul(0.5));
    p.grad = null;
  });
  x.mul(2).sum().backward();
  assertEquals([x.arraySync(), x.grad], [[0, 1], null]);
  handle.remove();
  x.mul(2).sum().backward();
  assertEquals(x.grad!.arraySync(), [2, 2]);
  assertThrows(
    () => x.mul(2).registerPostAccumulateGradHook(() => {}),
    Error,
    "expected a leaf",
  );
  assertThrows(
    () => constant(1).registerPostAccumulateGradHook(() => {}),
    Error,
  );
});

Deno.test("registerHook() and registerPrehook() of a node see its gradients in turn", () => {
  const x = leaf([1, 2]), w = leaf([3, 4]), log: unknown[] = [];
  const y = x.mul(w);
  const list = (grads: readonly (Tensor | null)[]) =>
    grads.map((g) => g && g.arraySync());
  y.gradFn!.registerPrehook((outputs) => {
    log.push(["before", list(outputs)]);
    return outputs.map((g) => g!.mul(10));
  });
  y.gradFn!.registerHook((inputs, outputs) => {
    log.push(["after", list(inputs), list(outputs)]);
    return [inputs[0]!.add(1), null];
  });
  y.registerHook((g) => void log.push(["tensor", g.arraySync()]));
  y.sum().backward();
  assertEquals(log, [
    ["tensor", [1, 1]],
    ["before", [[1, 1]]],
    ["after", [[30, 40], [10, 20]], [[10, 10]]],
  ]);
  assertEquals([x.grad?.arraySync(), w.grad], [[31, 41], null]);
});

Deno.test("registerHook() of a node sees null for inputs without a gradient", () => {
  const y = leaf([1, 2]).mul(2);
  let seen: unknown;
  const handle = y.gradFn!.registerHook((inputs) =>
    void (seen = inputs.map((g) => g !== null))
  );
  y.sum().backward();
  assertEquals(seen, [true, false]);
  handle.remove();
  seen = null;
  y.sum().backward();
  assertEquals(seen, null);
});

Deno.test("registerHook() of a node refuses a wrong number of gradients", () => {
  const y = leaf([1]).mul(2);
  y.gradFn!.registerHook((inputs) => [inputs[0]!]);
  assertThrows(
    () => y.backward(),
    TypeError,
    "Cannot use what a hook of a node returned: expected 2 gradients, got 1",
  );
});

Deno.test("the node of a leaf has hooks around the accumulation", () => {
  const x = leaf([1, 2]), log: unknown[] = [];
  const y = x.mul(2);
  const node = y.gradFn!.nextFunctions[0]![0] as GradNode;
  assertEquals(node.name, "AccumulateGrad");
  assertStrictEquals(node.variable, x);
  node.registerPrehook((grads) => {
    log.push(["before", x.grad]);
    return [grads[0]!.mul(3)];
  });
  node.registerHook((inputs) =>
    void log.push(["after", x.grad!.arraySync(), inputs.length])
  );
  x.registerPostAccumulateGradHook(() => void log.push("accumulated"));
  x.registerHook(() => void log.push("tensor"));
  y.sum().backward();
  assertEquals(log, ["tensor", ["before", null], "accumulated", ["after", [
    6,
    6,
  ], 0]]);
});

Deno.test("a hook may run another backward", () => {
  const x = leaf([1]), other = leaf(2);
  const b = x.mul(2);
  b.registerHook((g) => {
    const [inner] = enableGrad(() => grad(other.pow(3), other));
    return g.mul(inner!);
  });
  b.sum().backward();
  assertEquals([x.grad?.arraySync(), other.grad], [[24], null]);
  assert(isGradEnabled());
});
