import {
  assert,
  assertEquals,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { cat, ones, type Tensor } from "@gradus/tensor";
import { constant, leaf } from "./leaf_testing.ts";
import {
  grad,
  gradOf,
  hessian,
  jacobian,
  noGrad,
  valueAndGrad,
} from "./mod.ts";

/** f(x, y) = 3x + 1 + 2y^2 + xy */
function paraboloid(x: Tensor, y: Tensor): Tensor {
  return x.mul(3).add(1).add(y.square().mul(2)).add(x.mul(y));
}

Deno.test("jacobian() and hessian() at the corners of the unit square", () => {
  const corners: [number, number, number[]][] = [
    [0, 0, [3, 0]],
    [0, 1, [4, 4]],
    [1, 0, [3, 1]],
    [1, 1, [4, 5]],
  ];
  for (const [x, y, expected] of corners) {
    const at = [constant(x), constant(y)];
    const rows = jacobian(paraboloid, at);
    assertEquals(rows.map((t) => t.itemSync()), expected);
    const blocks = hessian(paraboloid, at);
    assertEquals(blocks.map((row) => row.map((t) => t.itemSync())), [[0, 1], [
      1,
      4,
    ]]);
  }
});

Deno.test("jacobian() has the shape of the output, then of the input", () => {
  const a = constant([[1, 2, 3], [4, 5, 6]]), b = constant([1, 10, 100]);
  const [byA, byB] = jacobian((a, b) => a.mv(b), [a, b]);
  assertEquals([byA!.shape, byB!.shape], [[2, 2, 3], [2, 3]]);
  assertEquals(byA!.arraySync(), [
    [[1, 10, 100], [0, 0, 0]],
    [[0, 0, 0], [1, 10, 100]],
  ]);
  assertEquals(byB!.arraySync(), a.arraySync());
  assertEquals(jacobian((t) => t.sum(), b).shape, [3]);
  assertEquals(jacobian((t) => t.at("0:0"), b).shape, [0, 3]);
});

Deno.test("jacobian() leaves the inputs as they are", () => {
  const x = leaf([1, 2]), c = constant([3, 4]);
  const found = jacobian((a, b) => a.mul(b), [x, c]);
  assertEquals(found.map((t) => t.requiresGrad), [false, false]);
  assertEquals([x.grad, c.requiresGrad], [null, false]);
  const changed = jacobian((t) => t.mul(2).add_(1), x);
  assertEquals([changed.arraySync(), x.arraySync()], [[[2, 0], [0, 2]], [
    1,
    2,
  ]]);
  assertEquals(noGrad(() => jacobian((t) => t.exp().log(), x)).shape, [2, 2]);
});

Deno.test("jacobian() of what does not depend on the input is zero, or refused", () => {
  const x = constant([1, 2]);
  assertEquals(jacobian(() => constant([5]), x).arraySync(), [[0, 0]]);
  const partly = jacobian((_x, y) => y.mul(2), [x, x]);
  assertEquals(partly[0]!.arraySync(), [[0, 0], [0, 0]]);
  assertThrows(
    () => jacobian((_x, y) => y.mul(2), [x, x], { strict: true }),
    Error,
    "Cannot compute strict derivatives as element 0 of the output does not depend on input 0",
  );
  assertThrows(() => jacobian(() => constant([5]), x, { strict: true }), Error);
});

Deno.test("jacobian() with createGraph is differentiated", () => {
  const x = leaf([1, 2]);
  const rows = jacobian((t) => t.pow(3), x, { createGraph: true });
  assertEquals(rows.arraySync(), [[3, 0], [0, 12]]);
  assertEquals(grad(rows.sum(), x)[0]!.arraySync(), [6, 12]);
});

Deno.test("hessian() of one input is a tensor of shape input + input", () => {
  const x = constant([[1, 2], [3, 4]]);
  const found = hessian((t) => t.pow(3).sum(), x);
  assertEquals(found.shape, [2, 2, 2, 2]);
  assertEquals(found.view(4, 4).diagonal().arraySync(), [6, 12, 18, 24]);
  assertEquals(found.sum().itemSync(), 60);
  assertEquals(hessian((t) => t.sum().view(1), constant([1, 2])).arraySync(), [[
    0,
    0,
  ], [0, 0]]);
});

Deno.test("hessian() of several inputs is an array of blocks", () => {
  const x = constant([1, 2]), y = constant([3]);
  const blocks = hessian((x, y) => x.square().mul(y).sum(), [x, y]);
  assertEquals(blocks.map((row) => row.map((t) => t.arraySync())), [
    [[[6, 0], [0, 6]], [[2], [4]]],
    [[[2, 4]], [[0]]],
  ]);
});

Deno.test("hessian() needs one output, and inputs that matter if it is strict", () => {
  const x = constant([1, 2]);
  assertThrows(
    () => hessian((t) => t.mul(2), x),
    TypeError,
    "expected a function with one output element, got shape [2]",
  );
  assertThrows(
    () => hessian((a, _b) => a.pow(3).sum(), [x, x], { strict: true }),
    Error,
    "Cannot compute strict derivatives as the output does not depend on input 1",
  );
  assertThrows(
    () =>
      hessian((a, b) => a.square().add(b.square()).sum(), [x, x], {
        strict: true,
      }),
    Error,
    "as element 0 of the gradient of input 0 does not depend on input 1",
  );
  assertEquals(
    hessian((a, _b) => a.pow(3).sum(), [x, x])[1]!.map((t) => t.arraySync()),
    [[[0, 0], [0, 0]], [[0, 0], [0, 0]]],
  );
});

Deno.test("hessian() with createGraph is differentiated", () => {
  const x = leaf([1, 2]);
  const found = hessian((t) => t.pow(4).sum(), x, { createGraph: true });
  assertEquals(grad(found.sum(), x)[0]!.arraySync(), [24, 48]);
});

Deno.test("valueAndGrad() differentiates trees and changes no state", () => {
  const params = {
    layers: [{ w: leaf([1, 2]) }, { w: constant([3, 4]) }],
    b: constant(5),
  };
  const loss = (p: typeof params, scale: number) =>
    p.layers[0]!.w.mul(p.layers[1]!.w).sum().mul(p.b).mul(scale);
  const [value, grads] = valueAndGrad(loss)(params, 2);
  assertEquals([value.itemSync(), value.requiresGrad], [110, false]);
  assertEquals(grads.layers.map(({ w }) => w.arraySync()), [[30, 40], [
    10,
    20,
  ]]);
  assertEquals(grads.b.itemSync(), 22);
  assertEquals([params.layers[0]!.w.grad, params.b.requiresGrad], [
    null,
    false,
  ]);
  assertEquals(gradOf(loss)(params, 1).b.itemSync(), 11);
});

Deno.test("valueAndGrad() takes a tensor, arrays, and records with any names", () => {
  assertEquals(
    gradOf((x: Tensor) => x.square().sum())(constant([3])).arraySync(),
    [6],
  );
  const pair = [constant(2), constant(3)] as const;
  const [a, b] = gradOf(([a, b]: typeof pair) => a.mul(b))(pair);
  assertEquals([a.itemSync(), b.itemSync()], [3, 2]);
  const named = { storage: constant(2), dtype: constant(3) };
  const found = gradOf((p: typeof named) => p.storage.mul(p.dtype))(named);
  assertEquals([found.storage.itemSync(), found.dtype.itemSync()], [3, 2]);
});

Deno.test("valueAndGrad() gives zeros for what does not matter", () => {
  const params = { used: constant([1, 2]), unused: constant([[3, 4]]) };
  const grads = gradOf((p: typeof params) => p.used.sum())(params);
  assertEquals([grads.used.arraySync(), grads.unused.arraySync()], [[1, 1], [[
    0,
    0,
  ]]]);
  const [value, none] = valueAndGrad((_: Tensor) => constant(7))(constant([1]));
  assertEquals([value.itemSync(), none.arraySync()], [7, [0]]);
});

Deno.test("valueAndGrad() needs a result of no dims and floating parameters", () => {
  assertThrows(
    () => valueAndGrad((x: Tensor) => x.mul(2))(constant([1])),
    TypeError,
    "expected a result of no dims, got shape [1]",
  );
  const whole = ones([2], { dtype: "int64" });
  assertThrows(
    () => gradOf((x: Tensor) => x.sum())(whole),
    TypeError,
    "only float32",
  );
});

Deno.test("valueAndGrad() works inside noGrad() and nests", () => {
  const f = (x: Tensor) => x.pow(3).sum();
  const x = constant([2]);
  assertEquals(noGrad(() => gradOf(f)(x)).arraySync(), [12]);
  const outer = leaf([2]);
  const inner = (t: Tensor) => cat([gradOf(f)(t), t]).sum();
  const [value, g] = valueAndGrad(inner)(outer);
  // The inner gradient is a constant for the outer function.
  assertEquals([value.itemSync(), g.arraySync()], [14, [1]]);
  assertStrictEquals(outer.grad, null);
  assert(outer.requiresGrad);
});
