import { manualSeed, ones, randn, type Tensor } from "@gradus/tensor";
import { assert, assertEquals } from "@std/assert";
import { numbers } from "./_testing.ts";
import { CAME } from "./mod.ts";

Deno.test("CAME keeps means of rows and columns of the last two dims", () => {
  const w = ones([3, 4, 5]);
  w.grad = w.clone();
  const optimizer = new CAME([w]);
  optimizer.step();
  const shapes = Object.fromEntries(
    Object.entries(optimizer.state.get(w)!).map(([name, value]) => [
      name,
      (value as Tensor).shape,
    ]),
  );
  assertEquals(shapes, {
    expAvg: [3, 4, 5],
    expAvgSqRow: [3, 4],
    expAvgSqCol: [3, 5],
    expAvgResRow: [3, 4],
    expAvgResCol: [3, 5],
  });
});

Deno.test("CAME begins with steps of about 11 times its learning rate", () => {
  manualSeed(1);
  const w = randn([20, 30], { dtype: "float64" });
  const before = w.clone();
  w.grad = randn([20, 30], { dtype: "float64" }).sign();
  new CAME([w], { lr: 1e-3 }).step();
  // u is 1, m is 0.1, the instability 0.81, and 1e-4 of it in the average.
  const expected = 1e-3 * 0.1 / Math.sqrt(0.81e-4);
  for (const size of numbers(w.sub(before).abs())) {
    assert(Math.abs(size - expected) < 1e-9, `${size}, ${expected}`);
  }
});
