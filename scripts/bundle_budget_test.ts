import { assertEquals } from "@std/assert";
import { type Budget, compareSizes } from "./bundle_budget.ts";

Deno.test("compareSizes() takes what fits, to the byte", () => {
  const programs: Record<string, Budget> = {
    base: { source: "", limit: 100, target: 50 },
    more: { source: "", over: "base", limit: 20 },
  };
  assertEquals(compareSizes(programs, { base: 100, more: 120 }), {
    lines: [
      "base: 100 bytes, budget 100, target 50: fits",
      "more: 20 bytes more than base, budget 20: fits",
    ],
    tooLarge: [],
  });
});

Deno.test("compareSizes() refuses a program that is too large", () => {
  const programs: Record<string, Budget> = {
    base: { source: "", limit: 100 },
    more: { source: "", over: "base", limit: 20 },
  };
  assertEquals(compareSizes(programs, { base: 99, more: 120 }), {
    lines: [
      "base: 99 bytes, budget 100: fits",
      "more: 21 bytes more than base, budget 20: TOO LARGE",
    ],
    tooLarge: ["more"],
  });
  assertEquals(
    compareSizes(programs, { base: 101, more: 101 }).tooLarge,
    ["base"],
  );
});
