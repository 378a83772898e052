import { tensor } from "@gradus/tensor";
import { assertEquals } from "@std/assert";
import { Signum } from "./signum.ts";

Deno.test("Signum without momentum keeps no state and follows the sign of the gradient", () => {
  const w = tensor([1, -2, 3], { dtype: "float64", requiresGrad: true });
  const optimizer = new Signum([w], { lr: 0.25, momentum: 0 });
  for (const grad of [[5, -0.1, 0], [-3, -2, 1e-9]]) {
    w.grad = tensor(grad, { dtype: "float64" });
    optimizer.step();
  }
  assertEquals(w.arraySync(), [1, -1.5, 2.75]);
  assertEquals(optimizer.state.get(w) ?? {}, {});
});

Deno.test("Signum with decoupled decay shrinks what gets no gradient", () => {
  const w = tensor([4, -8], { dtype: "float64", requiresGrad: true });
  w.grad = tensor([0, 0], { dtype: "float64" });
  const options = { lr: 0.5, weightDecay: 0.5 };
  new Signum([w], { ...options, decoupledWeightDecay: true }).step();
  assertEquals(w.arraySync(), [3, -6]);
  // In the gradient it only sets the sign.
  new Signum([w], options).step();
  assertEquals(w.arraySync(), [2.5, -5.5]);
});
