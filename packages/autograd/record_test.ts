import {
  assert,
  assertEquals,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { ones, rand, type Tensor, tensor, zeros } from "@gradus/tensor";
import { constant, leaf } from "./leaf_testing.ts";
import { grad, noGrad } from "./mod.ts";

Deno.test("a result requires a gradient if an input does and it is floating", () => {
  const x = leaf([1, 3, 2]), c = constant([1, 1, 1]);
  assert(x.mul(c).requiresGrad && x.mul(2).requiresGrad);
  assert(!c.mul(c).requiresGrad);
  assert(!noGrad(() => x.mul(c)).requiresGrad);
  assert(!x.gt(1).requiresGrad && !x.argmax().requiresGrad);
  const { values, indices } = x.max(0);
  assert(values.requiresGrad && !indices.requiresGrad);
  assert(!x.to("int64").requiresGrad && x.to("float32").requiresGrad);
});

Deno.test("isLeaf tells what the user made from what was computed", () => {
  const x = leaf([1]), c = constant([1]);
  assert(x.isLeaf && c.isLeaf && c.mul(2).isLeaf);
  assert(!x.mul(2).isLeaf);
  assert(x.mul(2).detach().isLeaf && noGrad(() => x.mul(2)).isLeaf);
});

Deno.test("requiresGrad is for floating tensors alone", () => {
  for (const dtype of ["int64", "int32", "uint8", "bool"] as const) {
    assertThrows(
      () => ones([2], { dtype, requiresGrad: true }),
      TypeError,
      "only float32 and float64",
    );
    assertThrows(() => ones([2], { dtype }).requiresGrad_(), TypeError);
    assert(!ones([2], { dtype }).requiresGrad_(false).requiresGrad);
  }
});

Deno.test("requiresGrad is turned off on leaves alone", () => {
  const x = leaf([1]);
  const y = x.mul(2);
  assertThrows(() => y.requiresGrad_(false), Error, "use detach()");
  assertStrictEquals(y.requiresGrad_(), y);
  assertEquals(y.gradFn?.name, "MulBackward0");
  x.requiresGrad = false;
  assert(!x.mul(2).requiresGrad);
  y.backward();
  assertEquals(x.grad, null, "x does not want a gradient any more");
});

Deno.test("grad takes only what fits the tensor", () => {
  const x = leaf([1, 2]);
  assertThrows(() => x.grad = constant([1]), TypeError, "expected shape [2]");
  assertThrows(() => x.grad = ones([2]), TypeError, "expected float64");
  const g = constant([5, 5]);
  x.grad = g;
  assertStrictEquals(x.grad, g);
  x.mul(2).sum().backward();
  assertEquals(g.arraySync(), [7, 7], "the sum is made in place");
  x.grad = null;
  assertEquals(x.grad, null);
});

Deno.test("grad of what is not a leaf stays empty", () => {
  const x = leaf([1, 2]);
  const y = x.mul(2);
  y.sum().backward();
  assertEquals([y.grad, x.grad?.arraySync()], [null, [2, 2]]);
});

Deno.test("detach() shares memory and version but no graph", () => {
  const y = leaf([1, 2]).mul(1);
  const d = y.detach();
  assert(!d.requiresGrad && d.gradFn === null && d.isLeaf);
  d.add_(1);
  assertEquals(y.arraySync(), [2, 3]);
  assertEquals([y.version, d.version], [1, 1]);
});

Deno.test("detach_() makes a leaf, but not of a view", () => {
  const x = leaf([1, 2]);
  const y = x.mul(1);
  assertStrictEquals(y.detach_(), y);
  assert(y.isLeaf && !y.requiresGrad);
  const v = x.mul(1).at(0);
  assertThrows(() => v.detach_(), Error, "Cannot detach a view in place");
});

Deno.test("version counts changes through every alias", () => {
  const y = constant([[0, 0], [0, 0]]);
  assertEquals(y.version, 0);
  y.add_(1);
  y.at(0).mul_(2);
  y.t().detach().at(":", 1).exp_();
  assertEquals([y.version, y.view(4).version], [3, 3]);
  noGrad(() => y.fill_(0));
  y.setAt([0, 0], 7);
  assertEquals(y.version, 5);
});

Deno.test("a leaf that requires a gradient is changed inside noGrad() alone", () => {
  const x = leaf([1, 2]);
  assertThrows(() => x.add_(1), Error, "a leaf that requires a gradient");
  assertThrows(() => x.fill_(0), Error, "use noGrad()");
  assertThrows(
    () => x.at(0).add_(1),
    Error,
    "a view of a leaf that requires a gradient",
  );
  assertThrows(() => x.view(2, 1).t().at(0).zero_(), Error, "a view of a leaf");
  assertThrows(() => x.setAt([0], 3), Error, "a view of a leaf");
  assertEquals([x.arraySync(), x.version], [[1, 2], 0], "nothing was written");
  noGrad(() => {
    x.add_(1);
    x.at(0).mul_(10);
  });
  assertEquals([x.arraySync(), x.isLeaf, x.version], [[20, 3], true, 2]);
});

Deno.test("a view that is a leaf itself is not changed through its views", () => {
  const v = zeros([4], { dtype: "float64" }).view(2, 2).requiresGrad_();
  assertThrows(
    () => v.at(0).mul_(2),
    Error,
    "a view of a leaf that requires a gradient",
  );
  v.at(0).sum().backward();
  assertEquals(v.grad?.arraySync(), [[1, 1], [0, 0]]);
});

Deno.test("a view made inside noGrad() is not changed with recording", () => {
  const b = leaf([1, 2, 3]).mul(1), buffer = zeros([2], { dtype: "float64" });
  const v = noGrad(() => b.at("0:2"));
  const what = "a view that was made inside noGrad()";
  assertThrows(() => v.mul_(2), Error, `Cannot run mul_ on ${what}`);
  assertThrows(() => v.at(0).mul_(2), Error, what);
  const row = noGrad(() => buffer.at("0:2"));
  assertThrows(() => row.copy_(leaf([1, 2])), Error, what);
  noGrad(() => v.mul_(2));
  assertEquals(b.arraySync(), [2, 4, 3]);
});

Deno.test("a view made inside noGrad() stays a constant when its base changes", () => {
  const x = leaf([1, 2, 3]);
  const b = x.mul(1);
  const v = noGrad(() => b.at("0:2"));
  b.mul_(2);
  assert(!v.requiresGrad && v.gradFn === null);
  assertEquals(v.arraySync(), [2, 4]);
});

Deno.test("changes in place are recorded on what was no result before", () => {
  const buffer = zeros([3], { dtype: "float64" }), w = leaf([1, 2, 3]);
  buffer.add_(w).mul_(w);
  assertEquals([buffer.isLeaf, buffer.gradFn?.name], [false, "MulBackward0"]);
  buffer.sum().backward();
  assertEquals(w.grad?.arraySync(), [2, 4, 6]);
});

Deno.test("changes in place keep what the derivative needs of the old value", () => {
  const x = leaf([2, 3]), w = leaf([5, 7]);
  const a = x.mul(1);
  a.mul_(w);
  a.sum().backward();
  assertEquals(w.grad?.arraySync(), [2, 3]);
  // PyTorch refuses the backward of this one.
  const s = x.detach().requiresGrad_();
  const b = s.mul(1);
  b.mul_(b);
  b.sum().backward();
  assertEquals(s.grad?.arraySync(), [4, 6]);
});

Deno.test("changes in place of integers are not recorded", () => {
  const n = zeros([2], { dtype: "int64" });
  n.copy_(leaf([1.5, 2.5]));
  assertEquals([n.requiresGrad, n.arraySync()], [false, [1, 2]]);
});

Deno.test("changes in place that overwrite a tensor leave zeros to what it was made of", () => {
  const x = leaf([1, 2]), w = leaf([3, 4]);
  const y = x.mul(2);
  y.copy_(w);
  assertEquals(y.gradFn?.name, "CopyBackwards");
  y.sum().backward();
  assertEquals([x.grad, w.grad].map((g) => g?.arraySync()), [[0, 0], [1, 1]]);
  const v = leaf([1, 2]);
  const filled = v.mul(2).fill_(3);
  assertEquals(filled.gradFn?.name, "FillBackward0");
  filled.sum().backward();
  assertEquals(v.grad?.arraySync(), [0, 0]);
  const z = x.mul(2);
  z.at(0).fill_(9);
  z.sum().backward();
  assertEquals(x.grad?.arraySync(), [0, 2]);
});

Deno.test("changes in place by random numbers have no gradient", () => {
  const x = leaf([1, 2, 3]);
  const y = x.mul(2);
  y.at("0:2").uniform_();
  y.sum().backward();
  assertEquals(x.grad?.arraySync(), [0, 0, 2]);
});

Deno.test("changes in place must fit the tensor", () => {
  const y = leaf([1, 2]).mul(1);
  assertThrows(
    () => y.add_(zeros([2, 2])),
    TypeError,
    "expected [2], got [2, 2]",
  );
  assertThrows(() => ones([2], { dtype: "int64" }).add_(0.5), TypeError);
  assertThrows(
    () => leaf([[1]]).expand(2, 1).clone().expand(2, 3).add_(1),
    TypeError,
  );
  assertEquals([y.version, y.gradFn?.name], [0, "MulBackward0"]);
});

Deno.test("a view and its base have the right gradients after a change of either", () => {
  const x = leaf([1, 2, 3, 4]);
  const b = x.mul(1);
  const v = b.at("0:2"), w = b.at("1:3");
  v.mul_(10);
  b.add_(1);
  w.mul_(100);
  // b = [10 x0 + 1, 100 (10 x1 + 1), 100 (x2 + 1), x3 + 1]
  assertEquals(b.arraySync(), [11, 2100, 400, 5]);
  const gradOf = (t: Tensor) =>
    grad(t.sum(), [x], { retainGraph: true })[0]!.arraySync();
  assertEquals(gradOf(b), [10, 1000, 100, 1]);
  assertEquals(gradOf(v), [10, 1000, 0, 0]);
  assertEquals(gradOf(w), [0, 1000, 100, 0]);
});

Deno.test("a view of a tensor with other data than it had is a tensor of its own", () => {
  const p = zeros([2], { dtype: "float64" });
  const v = p.at("0:1"), w = leaf([3]);
  p.setData(constant([7, 8]));
  v.copy_(w);
  assertEquals([p.requiresGrad, v.gradFn?.name], [false, "CopyBackwards"]);
  v.sum().backward();
  assertEquals([p.arraySync(), w.grad?.arraySync()], [[7, 8], [1]]);
});

Deno.test("a chain of 300 changes of one element has the right gradient", () => {
  const x = leaf([1, 1]);
  const b = x.mul(1);
  const v = b.at(0);
  for (let i = 0; i < 300; i++) v.add_(b.at(1));
  b.sum().backward();
  assertEquals([b.arraySync(), x.grad?.arraySync()], [[301, 1], [1, 301]]);
});

Deno.test("a change in place of a view of random numbers gives its base a gradient", () => {
  const mask = rand([3, 2], { dtype: "float64" }), w = leaf([2, 3]);
  mask.at(1).mul_(w);
  const before = mask.detach().at(1).div(w.detach());
  mask.sum().backward();
  const error = w.grad!.sub(before).abs().amax().itemSync();
  assert(error < 1e-15);
  assertEquals(tensor([1]).requiresGrad, false);
});
