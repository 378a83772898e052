import { type Tensor, tensor } from "@gradus/tensor";
import { assertEquals } from "@std/assert";
import { leaf, numbers } from "./_testing.ts";
import { Adagrad } from "./mod.ts";

Deno.test("Adagrad begins the sum of each group with its own value", () => {
  const [a, b] = [leaf([1]), leaf([1])];
  const optimizer = new Adagrad([
    { params: a },
    { params: b, initialAccumulatorValue: 12 },
  ], { lr: 1, initialAccumulatorValue: 5 });
  for (const w of [a, b]) w.grad = tensor([2], { dtype: "float64" });
  optimizer.step();
  const sums = [a, b].map((w) =>
    numbers(optimizer.state.get(w)!.sum as Tensor)
  );
  assertEquals(sums, [[9], [16]]);
});
