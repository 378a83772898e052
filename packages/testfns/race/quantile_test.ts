import { assertEquals } from "@std/assert";
import { median, quantile } from "./quantile.ts";

Deno.test("quantile() interpolates between neighbours", () => {
  assertEquals(quantile([3, 1, 2], 0.5), 2);
  assertEquals(quantile([4, 1, 3, 2], 0.25), 1.75);
  assertEquals(quantile([4, 1, 3, 2], 1), 4);
  assertEquals(quantile([5], 0.3), 5);
  assertEquals(quantile([], 0.5), NaN);
});

Deno.test("median() counts NaN as the largest", () => {
  assertEquals(median([NaN, 1, 2]), 2);
  assertEquals(median([NaN, NaN, 2]), Infinity);
  assertEquals(median([1, Infinity]), Infinity);
  assertEquals(median([Infinity, Infinity]), Infinity);
});
