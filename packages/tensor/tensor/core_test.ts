import { assertEquals, assertThrows } from "@std/assert";
import { zeros } from "../mod.ts";

Deno.test("size() counts dims from both ends and refuses others", () => {
  const x = zeros([2, 3]);
  assertEquals([x.size(0), x.size(-1)], [2, 3]);
  assertThrows(() => x.size(2), RangeError, "Cannot read a size");
  assertThrows(() => zeros([]).size(0), RangeError, "Cannot read a size");
});

Deno.test("size() and stride() without a dim give all of them", () => {
  const x = zeros([2, 3]).t();
  assertEquals(x.size(), [3, 2]);
  assertEquals([x.stride(), x.stride(0), x.stride(-1)], [[1, 3], 1, 3]);
  assertEquals(x.nelement(), 6);
  assertThrows(() => zeros([]).stride(0), RangeError, "Cannot read a stride");
});
