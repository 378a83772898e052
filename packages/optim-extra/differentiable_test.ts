import { type Tensor, tensor } from "@gradus/tensor";
import { assert } from "@std/assert";
import {
  assertNear,
  numbers,
  type OptimizerClass,
  optimizers,
} from "./_testing.ts";

const start = [[1, 2, -0.5], [0.5, -3, 1.5]];
const curvature = tensor([[1, 2, 3], [4, 5, 6]], { dtype: "float64" });

/** The sum of squares after three steps down a quadratic function. */
function after(
  optimizerClass: OptimizerClass,
  w: Tensor,
  lr: number | Tensor,
  differentiable: boolean,
): Tensor {
  const optimizer = new optimizerClass([w], { lr, differentiable });
  for (let t = 1; t <= 3; t++) {
    w.grad = differentiable ? w.mul(curvature) : w.detach().mul(curvature);
    optimizer.step();
  }
  return w.square().sum();
}

for (const [name, optimizerClass] of optimizers) {
  // Those cut gradients off the graph that they take second derivatives of.
  if (optimizerClass.needsGraph) continue;
  Deno.test(`${name} can be differentiated with respect to lr and the start`, () => {
    const make = () => tensor(start, { dtype: "float64", requiresGrad: true });
    const lr = tensor(0.1, { dtype: "float64", requiresGrad: true });
    const from = make();
    after(optimizerClass, from.mul(1), lr, true).backward();

    const at = (lr: number) =>
      after(optimizerClass, make(), lr, false).itemSync();
    const slope = (at(0.1 + 1e-6) - at(0.1 - 1e-6)) / 2e-6;
    assertNear(numbers(lr.grad), [slope], 1e-6, 1, "Derivative");
    assert(numbers(from.grad).every(Number.isFinite), `${from.grad}`);
  });
}
