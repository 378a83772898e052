import { assertEquals, assertThrows } from "@std/assert";
import { tensor, zeros } from "../mod.ts";

Deno.test("norm() of no elements is refused where it has no value", () => {
  const x = zeros([0, 3]);
  assertEquals(x.norm().itemSync(), 0);
  assertEquals(x.norm(Infinity, 1).shape, [0]);
  for (const p of [Infinity, -Infinity, -1]) {
    assertThrows(
      () => x.norm(p),
      RangeError,
      "Cannot compute the norm over no elements: got shape [0, 3]",
    );
  }
});

Deno.test("sum() says which dims there are", () => {
  assertThrows(
    () => zeros([2, 3]).sum(2),
    RangeError,
    "Cannot compute the sum: expected a dim in [-2, 1], got 2",
  );
  assertThrows(
    () => tensor([1, 2]).mean(),
    TypeError,
    "Cannot compute the mean of a int64 tensor",
  );
});

Deno.test("argmax() keeps dims with the flattened position", () => {
  const x = tensor([[1, 5], [7, 2]]);
  assertEquals(x.argmax().arraySync(), 2);
  assertEquals(
    x.argmax(undefined, { keepdim: true }).arraySync(),
    [[2]],
  );
});
