import { type Tensor, tensor } from "@gradus/tensor";
import { assertAlmostEquals, assertEquals } from "@std/assert";
import { leaf, numbers } from "./_testing.ts";
import { ASGD } from "./mod.ts";

/** An optimizer of a float64 parameter after some steps. */
function stepped(w: Tensor, steps: number): ASGD {
  const optimizer = new ASGD([w], { lr: 0.1, lambd: 0.1, t0: 1 });
  for (let t = 0; t < steps; t++) {
    w.grad = w.detach().clone();
    optimizer.step();
  }
  return optimizer;
}

Deno.test("ASGD rounds eta and mu to float32 between steps", () => {
  const w = leaf([1]), { state } = stepped(w, 4);
  const { eta, mu } = state.get(w) as Record<string, Tensor>;
  assertEquals([eta!.dtype, mu!.dtype], ["float32", "float32"]);
  assertEquals(numbers(eta!), [Math.fround(0.1 / (1 + 0.1 * 0.1 * 4) ** 0.75)]);
  assertEquals(numbers(mu!), [Math.fround(1 / 3)]);
});

Deno.test("ASGD.loadStateDict() leaves eta and mu in float32", () => {
  const [a, b] = [leaf([1]), leaf([1])];
  const optimizer = new ASGD([b]);
  optimizer.loadStateDict(stepped(a, 2).stateDict());
  const { eta, mu, ax } = optimizer.state.get(b) as Record<string, Tensor>;
  assertEquals([eta!.dtype, mu!.dtype, ax!.dtype], [
    "float32",
    "float32",
    "float64",
  ]);
});

Deno.test("ASGD averages the positions after step t0 + 1", () => {
  const w = leaf([8]), optimizer = new ASGD([w], { lr: 0.5, lambd: 0, t0: 2 });
  const averages: number[] = [];
  for (let t = 1; t <= 6; t++) {
    w.grad = w.detach().clone();
    optimizer.step();
    averages.push(...numbers(optimizer.state.get(w)!.ax as Tensor));
  }
  // Positions are 4, 2, 1, 0.5, 0.25 and 0.125.
  assertEquals(averages.slice(0, 5), [4, 2, 1, 0.5, 0.375]);
  // The share of the sixth, a third, is rounded to float32.
  assertAlmostEquals(averages[5]!, 0.875 / 3, 1e-8);
});

Deno.test("ASGD begins with the learning rate of the first step", () => {
  const w = leaf([1]), optimizer = new ASGD([w], { lr: 0.1, lambd: 0 });
  optimizer.paramGroups[0]!.lr = 0.5;
  w.grad = tensor([1], { dtype: "float64" });
  optimizer.step();
  assertEquals(numbers(w), [0.5]);
});
