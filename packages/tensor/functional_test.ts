import { assertEquals, assertThrows } from "@std/assert";
import { celu, glu, hardtanh, softshrink, tensor, zeros } from "./mod.ts";

Deno.test("activation functions refuse parameters that define none", () => {
  const x = tensor([-1, 2]);
  assertEquals(celu(x).shape, [2]);
  assertThrows(() => celu(x, 0), RangeError, "expected an alpha other than 0");
  assertThrows(() => softshrink(x, -1), RangeError, "expected lambda >= 0");
  assertThrows(() => hardtanh(x, 1, 0), RangeError, "expected min <= max");
});

Deno.test("glu() of no elements is empty", () => {
  assertEquals(glu(zeros([2, 0])).shape, [2, 0]);
  assertEquals(glu(zeros([0, 4])).shape, [0, 2]);
});
