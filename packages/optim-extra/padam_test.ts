import { Adam, type Optimizer, SGD } from "@gradus/optim";
import { type Tensor, tensor } from "@gradus/tensor";
import { assertAlmostEquals } from "@std/assert";
import { Padam } from "./padam.ts";

/** The position after 30 steps with gradients that have nothing to do with it. */
function run(make: (w: Tensor) => Optimizer): number[] {
  const w = tensor([1, -2], { dtype: "float64", requiresGrad: true });
  const optimizer = make(w);
  for (let t = 1; t <= 30; t++) {
    w.grad = tensor([Math.sin(t), 3 * Math.cos(2 * t)], { dtype: "float64" });
    optimizer.step();
  }
  return Array.from(w.dataSync(), Number);
}

Deno.test("Padam() with a power of one half is AMSGrad, or Adam", () => {
  for (const amsgrad of [true, false]) {
    const expected = run((w) => new Adam([w], { lr: 0.1, eps: 0, amsgrad }));
    run((w) => new Padam([w], { partial: 0.5, eps: 0, amsgrad }))
      .forEach((value, i) => assertAlmostEquals(value, expected[i]!, 1e-12));
  }
});

Deno.test("Padam() with a power of 0 is SGD with damped momentum", () => {
  // The corrections are those of Adam, so they are taken out by the learning rate.
  const [beta1, beta2] = [0.9, 0.5];
  const corrected = (t: number) => {
    const root = Math.sqrt(1 - beta2 ** t);
    return 0.01 * (1 - beta1 ** t) / root;
  };
  const scheduled = (w: Tensor) => {
    const options = { partial: 0, betas: [beta1, beta2] as const };
    const optimizer = new Padam([w], options);
    let t = 0;
    optimizer.registerStepPreHook(() => {
      optimizer.paramGroups[0]!.lr = corrected(++t);
    });
    return optimizer;
  };
  const expected = run((w) => new SGD([w], { lr: 0.001, momentum: beta1 }));
  run(scheduled).forEach((value, i) => {
    assertAlmostEquals(value, expected[i]!, 1e-12);
  });
});

Deno.test("Padam() computes roots and other powers alike", () => {
  for (const partial of [0.25, 0.125, 0.0625]) {
    const near = run((w) => new Padam([w], { partial: partial + 1e-12 }));
    run((w) => new Padam([w], { partial })).forEach((value, i) => {
      assertAlmostEquals(value, near[i]!, 1e-9);
    });
  }
});
