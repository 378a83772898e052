import { type Tensor, tensor } from "@gradus/tensor";
import { assertAlmostEquals, assertEquals } from "@std/assert";
import { assertSameWalk, walk } from "./_walk_testing.ts";
import { NovoGrad } from "./novo_grad.ts";

Deno.test("NovoGrad keeps one second moment for a parameter, which begins with the first norm", () => {
  const w = tensor([[1, 2], [3, 4]], { dtype: "float64", requiresGrad: true });
  const optimizer = new NovoGrad([w], { betas: [0.9, 0.75] });
  const moment = () => optimizer.state.get(w)!.expAvgSq as Tensor;
  w.grad = tensor([[2, 2], [2, 2]], { dtype: "float64" });
  optimizer.step();
  assertEquals(moment().shape, []);
  assertEquals(moment().itemSync(), 16);
  w.grad = tensor([[0, 0], [0, 0]], { dtype: "float64" });
  optimizer.step();
  assertEquals(moment().itemSync(), 12);
});

Deno.test("NovoGrad takes the same steps however large gradients are", () => {
  const steps = (size: number) =>
    walk((params) => new NovoGrad(params, { lr: 0.1, eps: 0 }), {
      gradient: (w, t) => w.mul(0).add(size * Math.sin(t)),
    });
  assertSameWalk(steps(1e6), steps(1));
});

Deno.test("NovoGrad with gradAveraging moves as with a learning rate that is 1 - β1 of it", () => {
  const options = { betas: [0.75, 0.5] as const, weightDecay: 0.1 };
  assertSameWalk(
    walk((params) =>
      new NovoGrad(params, { ...options, lr: 0.4, gradAveraging: true })
    ),
    walk((params) => new NovoGrad(params, { ...options, lr: 0.1 })),
  );
});

Deno.test("NovoGrad with amsgrad never divides by less than before", () => {
  const gradient = (w: Tensor, t: number) => w.mul(0).add(t === 1 ? 10 : 1);
  const lengths = (amsgrad: boolean) => {
    const found = walk(
      (params) =>
        new NovoGrad(params, { lr: 1, betas: [0, 0.5], amsgrad, eps: 0 }),
      { start: [0], steps: 3, gradient },
    ).flat();
    return found.map((x, i) => (found[i - 1] ?? 0) - x);
  };
  lengths(true).forEach((x, i) =>
    assertAlmostEquals(x, [1, 0.1, 0.1][i]!, 1e-12)
  );
  const second = 1 / Math.sqrt(50.5);
  assertAlmostEquals(lengths(false)[1]!, second, 1e-12);
});
