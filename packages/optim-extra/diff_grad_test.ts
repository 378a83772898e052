import { Adam, type Optimizer } from "@gradus/optim";
import { type Tensor, tensor } from "@gradus/tensor";
import { assertAlmostEquals } from "@std/assert";
import { DiffGrad } from "./diff_grad.ts";

/** The changes in each step with the given gradients. */
function run(make: (w: Tensor) => Optimizer, grads: readonly number[]) {
  const w = tensor([0], { dtype: "float64", requiresGrad: true });
  const grad = tensor([0], { dtype: "float64" });
  const optimizer = make(w);
  let before = 0;
  return grads.map((g) => {
    // The same tensor is written to in every step.
    w.grad = grad.fill_(g);
    optimizer.step();
    const change = w.itemSync() - before;
    before = w.itemSync();
    return change;
  });
}

Deno.test("DiffGrad() takes half of Adam's step where gradients stay, and all of it where they change much", () => {
  const grads = [100, 100, -100, -99];
  const adam = run((w) => new Adam([w], { lr: 0.1, eps: 0 }), grads);
  const own = run((w) => new DiffGrad([w], { lr: 0.1, eps: 0 }), grads);
  const shares = [1, 0.5, 1, 1 / (1 + Math.exp(-1))];
  own.forEach((change, i) => {
    assertAlmostEquals(change, shares[i]! * adam[i]!, 1e-12);
  });
});
