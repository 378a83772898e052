import { SGD } from "@gradus/optim";
import { type Tensor, tensor } from "@gradus/tensor";
import { assertNear, numbers } from "./_testing.ts";
import { Lookahead } from "./lookahead.ts";

function leaf(values: readonly number[]): Tensor {
  return tensor([...values], { dtype: "float64", requiresGrad: true });
}

function squareClosure(w: Tensor): () => Tensor {
  return () => {
    w.grad = null;
    const loss = w.square().sum();
    loss.backward();
    return loss;
  };
}

Deno.test("Lookahead moves as Optax's", () => {
  const w = leaf([1, 2]);
  const inner = new SGD([w], { lr: 0.1 });
  const optimizer = new Lookahead(inner, { k: 2, alpha: 0.5 });
  for (const factor of [0.8, 0.82, 0.656, 0.6724]) {
    optimizer.step(squareClosure(w));
    assertNear(numbers(w), [factor, 2 * factor], 1e-12, 1, `${factor}`);
  }
});

Deno.test("Lookahead at its limits keeps to the start or to the optimizer", () => {
  for (
    const [k, alpha, expected] of [[1, 0.5, 1], [1, 0, 3], [1, 1, -1], [
      2,
      1,
      -1,
    ]] as const
  ) {
    const w = leaf([3]);
    const optimizer = new Lookahead(new SGD([w], { lr: 1 }), { k, alpha });
    w.grad = tensor([k === 1 ? 4 : 2], { dtype: "float64" });
    for (let t = 1; t <= k; t++) optimizer.step();
    assertNear(numbers(w), [expected], 1e-15, 1, `k ${k}, alpha ${alpha}`);
  }
});
