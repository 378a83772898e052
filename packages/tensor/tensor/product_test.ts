import { assertEquals, assertThrows } from "@std/assert";
import { eye, tensor, zeros } from "../mod.ts";

Deno.test("outer() takes vectors alone", () => {
  const x = tensor([1, 2]);
  assertEquals(x.outer(tensor([3, 4, 5])).arraySync(), [[3, 4, 5], [6, 8, 10]]);
  for (const other of [zeros([2, 2]), zeros([])]) {
    assertThrows(
      () => x.outer(other),
      TypeError,
      "Cannot compute the outer product: expected vectors",
    );
  }
});

Deno.test("addmm() lets no NaN through a factor of 0", () => {
  const x = tensor([NaN, NaN]);
  const out = x.addmm(eye(2), eye(2), { beta: 0, alpha: 3 });
  assertEquals(out.arraySync(), [[3, 0], [0, 3]]);
});

Deno.test("matmul() says what does not fit", () => {
  assertThrows(
    () => zeros([2, 3]).matmul(zeros([4, 5])),
    TypeError,
    "Cannot multiply matrices as inner dimensions must match: got [2, 3] and [4, 5]",
  );
  assertThrows(
    () => zeros([2, 3]).matmul(zeros([])),
    TypeError,
    "expected at least one dim each",
  );
});
