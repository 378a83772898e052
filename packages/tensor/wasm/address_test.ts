import { assert, assertEquals } from "@std/assert";
import { arange, ones, type Tensor, tensor } from "../mod.ts";
import { heap } from "./heap.ts";

Deno.test("Kernels work at addresses above 2 GiB", () => {
  // Taken but never touched, so that the system does not back it.
  const below = heap.allocate(2.2 * 2 ** 30);
  try {
    const size = 2 ** 16;
    const x = arange(size, { dtype: "float32" }), y = ones([size]).mul(2);
    const address = (t: Tensor) =>
      (t.storage as unknown as { block: { address: number } }).block.address;
    assert(address(x) > 2 ** 31, "the test is about high addresses");
    assert(address(y) > 2 ** 31);
    const sum = x.add(y);
    assertEquals(sum.at(-1).itemSync(), size + 1);
    assertEquals(sum.argmax().itemSync(), size - 1);
    assertEquals(sum.flip(0).at(0).itemSync(), size + 1);
    const matrix = y.view(256, 256);
    assertEquals(matrix.mm(matrix.t()).at(3, 4).itemSync(), 1024);
    const picked = x.at(tensor([size - 1, 0, -2]));
    assertEquals(picked.arraySync(), [size - 1, 0, size - 2]);
    x.setAt([tensor([5, size - 1])], -1);
    assertEquals([x.at(5), x.at(-1)].map((t) => t.itemSync()), [-1, -1]);
    assertEquals(x.dataSync()[size - 1], -1);
  } finally {
    heap.free(below);
  }
});
