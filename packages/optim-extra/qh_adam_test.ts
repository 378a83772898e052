import { Adam, type Optimizer, SGD } from "@gradus/optim";
import { type Tensor, tensor } from "@gradus/tensor";
import { assert, assertAlmostEquals } from "@std/assert";
import { QHAdam } from "./qh_adam.ts";
import { QHM } from "./qhm.ts";

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

function assertSame(
  one: (w: Tensor) => Optimizer,
  other: (w: Tensor) => Optimizer,
): void {
  const expected = run(other);
  run(one).forEach((value, i) => {
    assertAlmostEquals(value, expected[i]!, 1e-12);
  });
}

Deno.test("QHAdam() with nus of 1 is Adam", () => {
  assertSame(
    (w) => new QHAdam([w], { lr: 0.1, weightDecay: 0.1 }),
    (w) => new Adam([w], { lr: 0.1, weightDecay: 0.1 }),
  );
});

Deno.test("QHAdam() with nus of 0 takes steps of lr", () => {
  const w = tensor([1, -2], { dtype: "float64", requiresGrad: true });
  const optimizer = new QHAdam([w], { lr: 0.25, nus: [0, 0], eps: 0 });
  for (const scale of [1, 100, -0.01]) {
    w.grad = tensor([scale, -scale], { dtype: "float64" });
    optimizer.step();
  }
  assertAlmostEquals(w.at(0).itemSync(), 0.75, 1e-12);
  assertAlmostEquals(w.at(1).itemSync(), -1.75, 1e-12);
});

Deno.test("QHAdam() decays parameters of any shape, in either way", () => {
  for (const decoupleWeightDecay of [false, true]) {
    const w = tensor([[1, -2], [3, 4]], {
      dtype: "float32",
      requiresGrad: true,
    });
    const optimizer = new QHAdam([w], {
      lr: 0.5,
      weightDecay: 0.5,
      decoupleWeightDecay,
    });
    w.grad = w.detach().mul(0);
    optimizer.step();
    const [first, second] = Array.from(w.dataSync(), Number);
    assert(first! < 1 && second! > -2);
  }
});

Deno.test("QHM() with a nu of 1 is SGD with momentum", () => {
  assertSame(
    (w) => new QHM([w], { lr: 0.5, momentum: 0.9, nu: 1, weightDecay: 0.1 }),
    (w) => new SGD([w], { lr: 0.05, momentum: 0.9, weightDecay: 0.1 }),
  );
});

Deno.test("QHM() with a nu like its momentum is Nesterov's accelerated gradient", () => {
  assertSame(
    (w) => new QHM([w], { lr: 0.5, momentum: 0.9, nu: 0.9 }),
    (w) => new SGD([w], { lr: 0.05, momentum: 0.9, nesterov: true }),
  );
});

Deno.test("QHM() with a nu of 0 is SGD", () => {
  assertSame(
    (w) => new QHM([w], { lr: 0.05, nu: 0 }),
    (w) => new SGD([w], { lr: 0.05 }),
  );
});
