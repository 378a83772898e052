import { assert, assertEquals, assertThrows } from "@std/assert";
import { ones, type Tensor } from "@gradus/tensor";
import { constant, leaf } from "./leaf_testing.ts";
import { backward, grad } from "./mod.ts";

/** The elements of gradients, null for missing ones. */
function values(grads: readonly (Tensor | null)[]): unknown[] {
  return grads.map((g) => g && g.arraySync());
}

Deno.test("backward() computes the example of the reference", () => {
  const x = leaf([1, 2, 3]), y = leaf([4, 5, 6]);
  const z = x.mul(y).log();
  z.backward(ones([3], { dtype: "float64" }));
  assertEquals(x.grad?.arraySync(), [1, 1 / 2, 1 / 3]);
  assertEquals(y.grad?.arraySync(), [1 / 4, 1 / 5, 1 / 6]);
  assertEquals(z.grad, null);
});

Deno.test("backward() weights the outputs by the gradient", () => {
  const x = leaf([[1, 2], [3, 4]]);
  x.mul(2).backward(constant([[1, 10], [100, 1000]]));
  assertEquals(x.grad?.arraySync(), [[2, 20], [200, 2000]]);
});

Deno.test("backward() gives a leaf itself the gradient 1", () => {
  const x = leaf([7]);
  x.backward();
  x.backward(constant([3]));
  assertEquals(x.grad?.arraySync(), [4]);
});

Deno.test("backward() needs no gradient for one element of any shape", () => {
  const x = leaf([[[2]]]);
  x.mul(x).backward();
  assertEquals(x.grad?.arraySync(), [[[4]]]);
});

Deno.test("backward() converts the gradient to the type of the tensor", () => {
  const x = leaf([1, 2]);
  x.mul(2).backward(ones([2]));
  assertEquals([x.grad?.dtype, x.grad?.arraySync()], ["float64", [2, 2]]);
});

Deno.test("backward() refuses what has no graph and wrong gradients", () => {
  const y = leaf([1, 2]).mul(2);
  assertThrows(
    () => constant(1).backward(),
    Error,
    "does not require a gradient",
  );
  assertThrows(() => y.detach().sum().backward(), Error, "has no gradFn");
  assertThrows(
    () => y.backward(),
    Error,
    "from a tensor of shape [2]: only tensors",
  );
  assertThrows(
    () => y.backward(constant([1])),
    TypeError,
    "expected a gradient of shape [2], got [1]",
  );
  assertThrows(() => y.backward(constant([[1, 1]])), TypeError, "got [1, 2]");
  assertThrows(
    () => y.backward([1, 1] as unknown as Tensor),
    TypeError,
    "expected a tensor or null as gradient, got object",
  );
  assertThrows(
    () => backward([y], []),
    TypeError,
    "expected 1 gradients, got 0",
  );
  assertThrows(
    () => y.sum().backward(undefined, { inputs: [] }),
    Error,
    "expected at least one input, got none",
  );
});

Deno.test("backward() from several tensors adds up", () => {
  const x = leaf([1, 2]);
  const y = x.mul(3);
  backward([y.sum(), x.square(), y], [
    null,
    constant([1, 1]),
    constant([10, 0]),
  ]);
  assertEquals(x.grad?.arraySync(), [3 + 2 + 30, 3 + 4]);
  const z = leaf([1]);
  const w = z.mul(z);
  backward([w, w]);
  assertEquals(z.grad?.arraySync(), [4], "one root given twice counts twice");
});

Deno.test("backward() a second time needs retainGraph where values were saved", () => {
  const x = leaf([1, 2]);
  const y = x.square().sum();
  y.backward(undefined, { retainGraph: true });
  y.backward();
  assertEquals(x.grad?.arraySync(), [4, 8]);
  assertThrows(
    () => y.backward(),
    Error,
    "Cannot run backward through PowBackward0 a second time as its saved values were freed",
  );
});

Deno.test("backward() a second time is allowed where nothing was saved", () => {
  const x = leaf([1, 2]);
  const y = x.add(1).mul(2).sub(x).neg().div(2).view(2, 1).t().sum();
  for (let i = 0; i < 3; i++) y.backward();
  assertEquals(x.grad?.arraySync(), [-1.5, -1.5]);
});

Deno.test("backward() frees what was saved also by nodes in the middle", () => {
  const x = leaf([1, 2]);
  const middle = x.exp();
  middle.mul(2).sum().backward();
  assertThrows(
    () => middle.sum().backward(),
    Error,
    "ExpBackward0 a second time",
  );
});

Deno.test("backward() with createGraph retains the graph", () => {
  const x = leaf(3);
  const y = x.pow(3);
  y.backward(undefined, { createGraph: true });
  y.backward();
  assertEquals(x.grad?.itemSync(), 54);
});

Deno.test("backward() with inputs accumulates into these alone", () => {
  const x = leaf([1, 2]), w = leaf([3, 4]);
  const b = x.mul(2);
  b.mul(w).sum().backward(undefined, { inputs: [b, w] });
  assertEquals([x.grad, b.grad?.arraySync(), w.grad?.arraySync()], [null, [
    3,
    4,
  ], [2, 4]]);
  assert(b.retainsGrad, "as PyTorch does");
  assertThrows(
    () => x.sum().backward(undefined, { inputs: [x, constant(1)] }),
    Error,
    "Cannot accumulate the gradient of input 1, a tensor that does not require a gradient",
  );
  assertEquals(x.grad, null);
});

Deno.test("backward() with inputs takes views and repeats", () => {
  const x = leaf([1, 2, 3]);
  const v = x.at("1:");
  v.square().sum().backward(undefined, { inputs: [v, v, x] });
  assertEquals([v.grad?.arraySync(), x.grad?.arraySync()], [[4, 6], [0, 4, 6]]);
});

Deno.test("grad() returns gradients and changes none", () => {
  const x = leaf([1, 2]), w = leaf([3, 4]);
  const b = x.mul(w);
  const grads = grad(b.square().sum(), [x, b, w]);
  assertEquals(values(grads), [[18, 64], [6, 16], [6, 32]]);
  assertEquals([x.grad, b.grad, w.grad], [null, null, null]);
  assertEquals(values(grad(x, x, { gradOutputs: [constant([5, 6])] })), [[
    5,
    6,
  ]]);
});

Deno.test("grad() weights several outputs", () => {
  const x = leaf([1, 2]);
  const found = grad([x.mul(2), x.square().sum()], [x], {
    gradOutputs: [constant([10, 100]), null],
  });
  assertEquals(values(found), [[22, 204]]);
});

Deno.test("grad() of inputs that were not used throws, or gives null or zeros", () => {
  const x = leaf([1, 2]), unused = leaf([[3, 4]]);
  const y = x.mul(2).sum();
  assertThrows(
    () => grad(y, [x, unused], { retainGraph: true }),
    Error,
    "Cannot compute the gradient of input 1 as the outputs do not depend on it: use allowUnused",
  );
  assertEquals(values(grad(y, [x, unused], { allowUnused: true })), [
    [2, 2],
    null,
  ]);
  assertEquals(
    values(grad(y, [x, unused], { materializeGrads: true })),
    [[2, 2], [[0, 0]]],
  );
  assertThrows(
    () => grad(y, x, { materializeGrads: true, allowUnused: false }),
    TypeError,
    "materializeGrads needs allowUnused",
  );
});

Deno.test("grad() refuses inputs that do not require a gradient", () => {
  const x = leaf([1, 2]);
  assertThrows(
    () => grad(x.sum(), [x, constant(1)]),
    Error,
    "Cannot compute the gradient of input 1, a tensor that does not require a gradient",
  );
  assertThrows(
    () => grad(x.sum(), []),
    Error,
    "expected at least one input, got none",
  );
  assertThrows(
    () => grad(constant(1), x),
    Error,
    "Cannot run backward from a tensor",
  );
});

Deno.test("grad() runs only what leads to the inputs", () => {
  const x = leaf([1, 2]);
  const b = x.exp();
  const y = b.mul(2).sum();
  grad(y, b);
  // Nothing between x and b ran, so nothing was freed.
  b.sum().backward();
  assertEquals(x.grad?.arraySync(), b.arraySync());
});

Deno.test("grad() is differentiated as often as createGraph is set", () => {
  const x = leaf(2);
  let y = x.pow(5);
  const found: number[] = [];
  for (let i = 0; i < 6; i++) {
    [y] = grad(y, x, { createGraph: true, materializeGrads: true }) as [Tensor];
    found.push(y.itemSync());
    if (!y.requiresGrad) break;
  }
  assertEquals(found, [80, 160, 240, 240, 120, 0].slice(0, found.length));
  assert(found.length >= 5);
});

Deno.test("grad() without createGraph gives results without a graph", () => {
  const x = leaf([1, 2]);
  assert(!grad(x.square().sum(), x)[0]!.requiresGrad);
});

Deno.test("grad() of gradients with respect to their weights", () => {
  const x = leaf([1, 2]), weight = constant([1, 1]).requiresGrad_();
  const [g] = grad(x.square(), x, { gradOutputs: [weight], createGraph: true });
  const [byWeight, byX] = grad(g!.sum(), [weight, x]);
  assertEquals(values([byWeight!, byX!]), [[2, 4], [2, 2]]);
});

Deno.test("grad() of the broadcast sums over the copies", () => {
  const x = leaf([1, 2]), y = leaf([[1], [2], [3]]), s = leaf(5);
  const out = x.mul(y).add(s);
  assertEquals(values(grad(out.sum(), [x, y, s])), [
    [6, 6],
    [[3], [3], [3]],
    6,
  ]);
});

Deno.test("a gradient of NaN or infinity goes through unchanged", () => {
  const x = leaf([1, 2, 3]);
  x.mul(2).backward(constant([NaN, Infinity, 1]));
  assertEquals(x.grad?.arraySync(), [NaN, Infinity, 2]);
});
