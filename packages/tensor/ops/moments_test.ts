import { assert, assertEquals } from "@std/assert";
import { full, manualSeed, randn, type Tensor, tensor } from "../mod.ts";

/** Variance in float64, in two passes. */
function reference(t: Tensor, correction: number): number {
  const values = t.to("float64");
  const distance = values.sub(values.mean());
  return distance.mul(distance).sum().div(t.numel - correction)
    .itemSync() as number;
}

Deno.test("var() of float32 is right to its last digit whatever the mean and the first element are", () => {
  manualSeed(1);
  for (const mean of [0, 1, 1e3, 1e6, -1e7]) {
    for (const outlier of [0, 1e4, -1e8]) {
      for (const count of [2, 5, 1000, 200_001]) {
        const t = randn([count]).add(mean);
        t.at(0).add_(outlier);
        for (const correction of [0, 1]) {
          const want = reference(t, correction);
          const got = t.var(undefined, { correction }).itemSync() as number;
          const error = Math.abs(got - want) / want;
          assert(
            error <= 2 ** -23,
            `mean ${mean}, first ${outlier}, ${count} elements: expected ${want}, got ${got}`,
          );
        }
      }
    }
  }
});

Deno.test("var() and std() of equal elements are 0", () => {
  for (const value of [0, 0.1, 1e6 + 0.1, -3e30]) {
    const t = full([3, 777], value, { dtype: "float32" });
    assertEquals(t.var().itemSync(), 0);
    assertEquals(t.std(1).arraySync(), [0, 0, 0]);
    assertEquals(t.std(0, { correction: 0 }).amax().itemSync(), 0);
  }
});

Deno.test("var() of what is not finite or too few is NaN", () => {
  assertEquals(tensor([1.5, Infinity, 2]).var().itemSync(), NaN);
  assertEquals(tensor([Infinity, 1.5, 2]).var().itemSync(), NaN);
  assertEquals(tensor([1.5, NaN]).var().itemSync(), NaN);
  assertEquals(tensor([5], { dtype: "float32" }).var().itemSync(), NaN);
});
