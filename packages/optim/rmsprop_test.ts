import { tensor } from "@gradus/tensor";
import { assert } from "@std/assert";
import { leaf, numbers } from "./_testing.ts";
import { RMSprop } from "./mod.ts";

Deno.test("RMSprop.step() stays finite when a gradient never changes", () => {
  const values = Array.from({ length: 1000 }, (_, i) => 0.1 + 0.0029 * i);
  const w = leaf(values, "float32");
  w.grad = tensor(values, { dtype: "float32" });
  const optimizer = new RMSprop([w], { centered: true, lr: 1e-6 });
  for (let t = 0; t < 4000; t++) optimizer.step();
  assert(numbers(w).every(Number.isFinite), String(w));
});
