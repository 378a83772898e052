import { assertEquals, assertThrows } from "@std/assert";
import { tensor, zeros } from "../mod.ts";

Deno.test("maskedFill() keeps the type of the tensor", () => {
  const x = tensor([1, 2]), mask = tensor([true, false]);
  for (const value of [2.5, tensor(2.5)]) {
    const out = x.maskedFill(mask, value);
    assertEquals([out.dtype, out.arraySync()], ["int64", [2, 2]]);
    assertEquals(x.clone().maskedFill_(mask, value).arraySync(), [2, 2]);
  }
});

Deno.test("indexPut_() needs an index tensor", () => {
  assertThrows(
    () => zeros([2]).indexPut_([], tensor(1)),
    TypeError,
    "Cannot assign by index: expected an index tensor, got none",
  );
});

Deno.test("scatter() and scatterAdd() give row-major results of transposed tensors", () => {
  const x = tensor([[1, 2, 3], [4, 5, 6]]).t();
  const index = tensor([[0, 1]]);
  const put = x.scatter(0, index, 0), added = x.scatterAdd(0, index, index);
  assertEquals(put.strides, [2, 1]);
  assertEquals(put.arraySync(), [[0, 4], [2, 0], [3, 6]]);
  assertEquals(added.strides, [2, 1]);
  assertEquals(added.arraySync(), [[1, 4], [2, 6], [3, 6]]);
  assertEquals(x.arraySync(), [[1, 4], [2, 5], [3, 6]]);
});
