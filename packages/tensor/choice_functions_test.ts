import { assertEquals, assertThrows } from "@std/assert";
import * as g from "./mod.ts";
import type { Tensor } from "./mod.ts";

const x = g.tensor([[1, 7], [9, 4]], { dtype: "float32" });
const y = g.tensor([[2, NaN], [0, 5]]);
const v = g.tensor([3, -4], { dtype: "float32" });

/** A function beside the method that it stands for. */
const pairs: Record<string, [Tensor, Tensor]> = {
  argmax: [g.argmax(x, 1), x.argmax(1)],
  argmin: [g.argmin(x, 0, { keepdim: true }), x.argmin(0, { keepdim: true })],
  max: [g.max(x), x.max()],
  min: [g.min(x), x.min()],
  "max of two": [g.max(x, y), x.max(y)],
  "min of two": [g.min(x, y), x.min(y)],
  amax: [g.amax(x, 0), x.amax(0)],
  amin: [g.amin(x, [0, 1]), x.amin([0, 1])],
  all: [g.all(x.gt(1), 0), x.gt(1).all(0)],
  any: [g.any(x.gt(7), 1), x.gt(7).any(1)],
  norm: [g.norm(v, 1), v.norm(1)],
  clamp: [g.clamp(x, { min: 2, max: 8 }), x.clamp({ min: 2, max: 8 })],
  dot: [g.dot(v, v), v.dot(v)],
  mm: [g.mm(x, x), x.mm(x)],
  bmm: [
    g.bmm(x.unsqueeze(0), x.unsqueeze(0)),
    x.unsqueeze(0).bmm(x.unsqueeze(0)),
  ],
  logicalNot: [g.logicalNot(x.gt(4)), x.gt(4).logicalNot()],
  isnan: [g.isnan(y), y.isnan()],
  isfinite: [g.isfinite(y), y.isfinite()],
  reshape: [g.reshape(x, [4]), x.reshape(4)],
  flatten: [g.flatten(x), x.flatten()],
  squeeze: [g.squeeze(x.unsqueeze(0)), x],
  unsqueeze: [g.unsqueeze(v, 1), v.unsqueeze(1)],
  permute: [g.permute(x, [1, 0]), x.t()],
  transpose: [g.transpose(x, 0, 1), x.t()],
  split: [g.split(x, [1, 1])[1]!, x.split(1)[1]!],
  chunk: [g.chunk(x, 2, 1)[0]!, x.chunk(2, 1)[0]!],
  gather: [
    g.gather(x, 1, g.tensor([[1], [0]])),
    g.tensor([[7], [9]], { dtype: "float32" }),
  ],
};

for (const [name, [found, expected]] of Object.entries(pairs)) {
  Deno.test(`${name} as a function does what the method does`, () => {
    assertEquals(found.shape, expected.shape);
    assertEquals(found.dtype, expected.dtype);
    assertEquals(found.arraySync(), expected.arraySync());
  });
}

Deno.test("max() and min() give values and indices along a dim", () => {
  const top = g.max(x, 1, { keepdim: true });
  assertEquals(top.values.arraySync(), [[7], [9]]);
  assertEquals(top.indices.arraySync(), [[1], [0]]);
  const { values, indices } = g.min(x, 0);
  assertEquals([values.arraySync(), indices.arraySync()], [[1, 4], [0, 1]]);
});

Deno.test("relu() and relu_() keep what is positive", () => {
  assertEquals(v.relu().arraySync(), [3, 0]);
  const own = v.clone();
  assertEquals(own.relu_() === own, true);
  assertEquals(own.arraySync(), [3, 0]);
});

Deno.test("matmul() says how whole numbers become floating ones", () => {
  const whole = g.tensor([1, 2]);
  const hint =
    'dtypes must be equal: got float32 and int64; whole numbers make int64 tensors: give { dtype: "float32" } or use to()';
  assertThrows(() => x.matmul(whole), TypeError, hint);
  assertThrows(() => v.isclose(whole), TypeError, hint);
  const error = assertThrows(() => x.matmul(v.double()), TypeError);
  assertEquals(error.message.endsWith("got float32 and float64"), true);
});
