import {
  assert,
  assertEquals,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { constant, leaf } from "./leaf_testing.ts";
import { grad } from "./mod.ts";
import type { Tensor } from "@gradus/tensor";

Deno.test("backward() accumulates in place, so that who holds the gradient sees it", () => {
  const x = leaf([1, 2]);
  x.mul(2).sum().backward();
  const held = x.grad!;
  x.mul(3).sum().backward();
  assertStrictEquals(x.grad, held);
  assertEquals(held.arraySync(), [5, 5]);
});

Deno.test("backward() with createGraph accumulates out of place", () => {
  const x = leaf([1, 2]);
  x.square().sum().backward(undefined, { createGraph: true });
  const held = x.grad!;
  assert(held.requiresGrad);
  x.pow(3).sum().backward(undefined, { createGraph: true });
  assertEquals(held.arraySync(), [2, 4]);
  assertEquals(x.grad?.arraySync(), [5, 16]);
  const [second] = grad(x.grad!.sum(), x);
  assertEquals(second?.arraySync(), [2 + 6, 2 + 12]);
});

Deno.test("backward() keeps gradients apart from what the caller gave", () => {
  const x = leaf([1, 2]), y = leaf([3, 4]), g = constant([1, 1]);
  x.add(y).backward(g);
  assert(x.grad !== g && y.grad !== g && x.grad !== y.grad);
  noneShared([g, x.grad!, y.grad!]);
  x.grad!.mul_(5);
  assertEquals([g, y.grad].map((t) => t!.arraySync()), [[1, 1], [1, 1]]);
  const z = leaf([1, 2, 3]);
  z.sum().backward();
  z.grad!.add_(1);
  assertEquals(z.grad?.arraySync(), [2, 2, 2], "not an expanded element");
});

function noneShared(tensors: readonly Tensor[]): void {
  assertEquals(new Set(tensors.map((t) => t.storage)).size, tensors.length);
}

Deno.test("backward() lays gradients out as their leaves and does not keep larger memory", () => {
  const w = leaf([[1, 2, 3], [4, 5, 6]]);
  const t = w.detach().t().clone().requiresGrad_();
  t.mul(constant([[1, 2], [3, 4], [5, 6]])).sum().backward();
  assertEquals([t.strides, t.grad?.strides], [[1, 3], [1, 3]]);
  const a = leaf([1, 2]), b = leaf([3, 4, 5]);
  const c = constant([0, 0, 0, 0, 0]);
  c.at("0:2").copy_(a);
  c.at("2:").copy_(b);
  c.mul(2).sum().backward();
  assertEquals(a.grad?.arraySync(), [2, 2]);
  assertEquals(a.grad!.storage.bytes, 16);
});

Deno.test("retainGrad() keeps and adds up the gradient of what is not a leaf", () => {
  const x = leaf([1, 2]);
  const b = x.mul(2);
  b.retainGrad();
  const y = b.square().sum();
  y.backward(undefined, { retainGraph: true });
  const first = b.grad!;
  y.backward();
  assertEquals([first.arraySync(), b.grad?.arraySync()], [[4, 8], [8, 16]]);
  b.grad!.zero_();
  assertEquals(x.grad?.arraySync(), [16, 32]);
});

Deno.test("retainGrad() keeps memory of its own", () => {
  const b = leaf([1, 2]).mul(2), g = constant([1, 1]);
  b.retainGrad();
  b.backward(g);
  b.grad!.add_(1);
  assertEquals(g.arraySync(), [1, 1]);
  const c = leaf([1, 2]).mul(2);
  c.retainGrad();
  c.sum().backward();
  assertEquals(c.grad!.strides, [1]);
});

Deno.test("retainGrad() does nothing on leaves and needs a gradient", () => {
  const x = leaf([1]);
  x.retainGrad();
  assert(!x.retainsGrad);
  assertThrows(
    () => constant([1]).retainGrad(),
    Error,
    "Cannot retain the gradient of a tensor that does not require a gradient",
  );
});

Deno.test("retainGrad() keeps the gradient of the new value after a change in place", () => {
  const b = leaf([1, 2]).mul(2), c = leaf([1, 2]).mul(2);
  b.retainGrad();
  b.mul_(5);
  b.sum().backward();
  assertEquals(b.grad?.arraySync(), [1, 1], "not the 5 of the old value");
  const v = c.at(0);
  c.retainGrad();
  v.retainGrad();
  v.mul_(5);
  c.add(v).sum().backward();
  assertEquals([c.grad?.arraySync(), v.grad?.itemSync()], [[3, 1], 2]);
});

Deno.test("backward() adds to the gradient of a mean, whatever was used after it", () => {
  const uses: ((t: Tensor) => Tensor)[] = [
    (t) => t.sum(),
    (t) => t.mean(),
    (t) => t.mean(0).sum(),
    (t) => t.t().mean(),
    (t) => t.square().sum(),
  ];
  const gradient = (of: (t: Tensor) => Tensor) => {
    const x = leaf([[1, 2, 3], [4, 5, 6]]);
    of(x.mul(1)).backward();
    return x.grad!;
  };
  for (const first of uses) {
    for (const second of uses) {
      const both = gradient((t) => {
        const a = first(t);
        return a.add(second(t));
      });
      const sum = gradient(first).add(gradient(second));
      assert(both.allcloseSync(sum));
    }
  }
});
