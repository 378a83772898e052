import { assertEquals, assertThrows } from "@std/assert";
import { ones, type Tensor, tensor } from "./mod.ts";

Deno.test("dispose() makes every use of the tensor an error", () => {
  const make = () => {
    const t = ones([2, 2]), view = t.t();
    t.dispose();
    t.dispose();
    return [t, view];
  };
  const uses: ((t: Tensor) => unknown)[] = [
    (t) => t.add(1),
    (t) => t.neg_(),
    (t) => ones([2, 2]).add_(t),
    (t) => t.sum(),
    (t) => t.max(0),
    (t) => t.argmax(),
    (t) => t.softmax(0),
    (t) => t.logsumexp(),
    (t) => t.mm(ones([2, 2])),
    (t) => t.matmul(ones([3, 2, 2])),
    (t) => t.view(1, 2, 2),
    (t) => t.reshape(4),
    (t) => t.at(0),
    (t) => t.at([0]),
    (t) => t.setAt([0], 1),
    (t) => t.setAt([[0]], 1),
    (t) => t.gather(0, tensor([[0, 1]])),
    (t) => t.clone(),
    (t) => t.to("float64"),
    (t) => t.fill_(1),
    (t) => t.uniform_(),
    (t) => t.dataSync(),
    (t) => t.select(0, 0).itemSync(),
    (t) => t.arraySync(),
    (t) => t.eq(1),
    (t) => t.std(),
    (t) => t.norm(),
  ];
  for (const use of uses) {
    for (const t of make()) {
      assertThrows(() => use(t), Error, "that was disposed");
    }
  }
  assertEquals(String(make()[0]), "tensor(disposed)");
});

Deno.test("dispose() at the end of a block frees at once", () => {
  let outer: Tensor;
  {
    using t = ones([3]);
    outer = t;
    assertEquals(t.sum().itemSync(), 3);
  }
  assertThrows(() => outer.sum(), Error, "disposed");
});
