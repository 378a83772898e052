import { assert, assertEquals, assertThrows } from "@std/assert";
import type { Tensor } from "@gradus/tensor";
import { constant, leaf } from "./leaf_testing.ts";
import { grad, inferenceMode, noGrad } from "./mod.ts";

/** Asserts that backward refuses `y` because of `what`. */
function assertStale(y: Tensor, what: string): void {
  assertThrows(() => y.sum().backward(), Error, what);
}

Deno.test("backward refuses a result that was saved and changed in place", () => {
  const results: [string, (a: Tensor) => Tensor][] = [
    ["Exp", (a) => a.exp()],
    ["Sqrt", (a) => a.sqrt()],
    ["Tanh", (a) => a.tanh()],
    ["Sigmoid", (a) => a.sigmoid()],
    ["Rsqrt", (a) => a.rsqrt()],
    ["Reciprocal", (a) => a.reciprocal()],
    ["Softmax", (a) => a.softmax(0)],
    ["LogSoftmax", (a) => a.logSoftmax(0)],
  ];
  for (const [name, op] of results) {
    const b = op(leaf([1, 2]));
    b.add_(1);
    assertStale(b, `${name}Backward0`);
  }
});

Deno.test("backward refuses an input that was saved and changed in place", () => {
  const uses: [string, (b: Tensor) => Tensor][] = [
    ["Mul", (b) => b.mul(b)],
    ["Div", (b) => constant([1, 1]).div(b)],
    ["Pow", (b) => b.pow(3)],
    ["Log", (b) => b.log()],
    ["Sin", (b) => b.sin()],
    ["Abs", (b) => b.abs()],
    ["Dot", (b) => b.dot(b)],
  ];
  for (const [name, op] of uses) {
    const b = leaf([1, 2]).mul(2);
    const c = op(b);
    b.add_(1);
    assertStale(c, `${name}Backward0`);
  }
});

Deno.test("backward does not mind changes of what was not saved", () => {
  const x = leaf([1, 2]);
  const b = x.mul(2);
  const sum = b.add(1).sum(), result = b.exp();
  b.add_(1);
  b.add(sum).add(result).sum().backward();
  assertEquals(x.grad?.arraySync(), [
    6 + 2 * Math.exp(2),
    6 + 2 * Math.exp(4),
  ]);
});

Deno.test("backward does not mind changes of values that no wanted gradient needs", () => {
  const x = leaf([1, 2]), c = constant([3, 4]);
  const b = x.mul(2);
  const y = b.mul(c);
  // The derivative with respect to b needs c alone.
  b.add_(1);
  y.sum().backward();
  assertEquals(x.grad?.arraySync(), [6, 8]);
  const w = leaf([5, 6]);
  const z = b.detach().mul(w);
  w.detach().add_(1);
  z.sum().backward();
  assertEquals(w.grad?.arraySync(), [3, 5]);
});

Deno.test("backward names what was changed and the versions", () => {
  const b = leaf([1, 2, 3]).mul(2);
  const c = b.sin();
  b.add_(1).mul_(2);
  assertStale(
    c,
    "Cannot run backward through SinBackward0 as a value that it needs was changed in place: " +
      "input 0, a float64 tensor of shape [3], output 0 of MulBackward0, is at version 2, expected version 0; " +
      "detectAnomaly() shows where it was computed",
  );
});

Deno.test("backward notices changes through views, detach() and noGrad()", () => {
  const changes: ((b: Tensor) => void)[] = [
    (b) => b.at(0).add_(1),
    (b) => b.view(2, 1).t().zero_(),
    (b) => b.detach().zero_(),
    (b) => b.detach().at(1).mul_(3),
    (b) => noGrad(() => b.add_(1)),
  ];
  for (const change of changes) {
    const b = leaf([1, 2]).mul(2);
    const c = b.mul(b);
    change(b);
    assertStale(c, "is at version 1, expected version 0");
  }
});

Deno.test("backward notices changes of a leaf that it saved", () => {
  const x = leaf([1, 2]);
  const y = x.mul(x);
  noGrad(() => x.sub_(0.1));
  assertStale(y, "a float64 tensor of shape [2], is at version 1");
  const z = x.mul(x);
  x.setData(constant([5, 5]));
  assertStale(z, "was replaced by setData()");
});

Deno.test("backward refuses a change of another part of the memory, as PyTorch does", () => {
  const a = leaf([1, 2, 3]).mul(1);
  a.at(0).mul_(a.at(1));
  assertStale(a, "is at version 1, expected version 0");
});

Deno.test("a saved result that left the graph is differentiated all the same", () => {
  const x = leaf([2, 3]);
  const y = x.exp();
  const z = y.mul(y).sum();
  y.detach_();
  // PyTorch refuses this; the derivatives are 2 exp(2x) and 4 exp(2x).
  const [first] = grad(z, x, { createGraph: true });
  const [second] = grad(first!.sum(), x);
  const ratio = second!.div(first!).arraySync();
  assertEquals(ratio, [2, 2]);
  assert(Math.abs(first!.at(0).itemSync() - 2 * Math.exp(4)) < 1e-12);
});

Deno.test("an inference tensor is not saved for backward", () => {
  const a = inferenceMode(() => constant([1, 2]));
  const x = leaf([3, 4]);
  assertThrows(
    () => x.mul(a),
    Error,
    "Cannot save an inference tensor for backward",
  );
  assertThrows(
    () => x.mul(1).mul_(a),
    Error,
    "Cannot save an inference tensor",
  );
  x.add(a).mul(a.clone()).sum().backward();
  assertEquals(x.grad?.arraySync(), [1, 2]);
});
