import { tensor } from "@gradus/tensor";
import { assertAlmostEquals } from "@std/assert";
import { A2Grad, type A2GradHyper } from "./a2_grad.ts";

/** What ports to PyTorch do with a parameter of one element, for which the norm is the element. */
function port(variant: A2GradHyper["variant"], grads: readonly number[]) {
  const [beta, lips, rho] = [3, 10, 0.75];
  let p = 1, x = 1, v = 0, running = 0, average = 0, alpha = 1;
  return grads.map((g, k) => {
    average = (k * average + g) / (k + 1);
    const square = (g - average) ** 2;
    if (variant === "exp") {
      running = k === 0 ? square : rho * running + (1 - rho) * square;
      v = Math.max(v, running);
    } else {
      v = (variant === "inc" ? (k / (k + 1)) ** 2 * v : v) + square;
    }
    const h = Math.sqrt(variant === "exp" ? (k + 1) * v : v);
    const step = 1 / (2 * lips / (k + 1) + beta * h);
    const next = 2 / (k + 3);
    x -= step * g;
    p = (1 - next) * p + next * x - (1 - next) * alpha * step * g;
    alpha = next;
    return p;
  });
}

for (const variant of ["uni", "inc", "exp"] as const) {
  Deno.test(`A2Grad() of one element moves as its ports with variant ${variant}`, () => {
    const grads = Array.from({ length: 30 }, (_, i) => Math.sin(i + 1));
    const w = tensor([1], { dtype: "float64", requiresGrad: true });
    const options = { beta: 3, lips: 10, rho: 0.75, variant };
    const optimizer = new A2Grad([w], options);
    port(variant, grads).forEach((position, i) => {
      w.grad = tensor([grads[i]!], { dtype: "float64" });
      optimizer.step();
      assertAlmostEquals(w.itemSync(), position, 1e-12);
    });
  });
}

Deno.test("A2Grad() adapts to the noise of each element", () => {
  const w = tensor([0, 0], { dtype: "float64", requiresGrad: true });
  const optimizer = new A2Grad([w]);
  for (let t = 1; t <= 50; t++) {
    w.grad = tensor([1, 1 + (-1) ** t], { dtype: "float64" });
    optimizer.step();
  }
  // Both gradients have the mean 1, but the second is noisy.
  const [quiet, noisy] = Array.from(w.dataSync(), Number);
  assertAlmostEquals(noisy! / quiet!, 0.1, 0.1);
});
