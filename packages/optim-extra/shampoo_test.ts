import { stepMode } from "@gradus/optim/internal";
import { eigh, manualSeed, randn, type Tensor, tensor } from "@gradus/tensor";
import { assertEquals } from "@std/assert";
import { assertNear, numbers } from "./_testing.ts";
import { Shampoo } from "./mod.ts";

const float64 = { dtype: "float64" } as const;

/** A matrix with a gradient of full rank. */
function withGrad(rows: number, columns: number): Tensor {
  const w = randn([rows, columns], float64);
  w.grad = randn([rows, columns], float64);
  return w;
}

Deno.test("Shampoo makes the singular values of its first step 1", () => {
  manualSeed(1);
  const w = withGrad(4, 6), before = w.clone();
  new Shampoo([w], { lr: 1, epsilon: 1e-14 }).step();
  const step = before.sub(w);
  const { eigenvalues } = eigh(step.mm(step.t()));
  assertNear(numbers(eigenvalues), [1, 1, 1, 1], 1e-10, 1, "Singular values");
});

Deno.test("Shampoo on vectors too long for a matrix is Adagrad", () => {
  const w = tensor([1, -2, 3], float64), grad = tensor([0.5, -4, 2], float64);
  w.grad = grad;
  const optimizer = new Shampoo([w], { maxPreconditionDim: 2, epsilon: 1e-6 });
  const expected = w.clone(), squares = tensor([0, 0, 0], float64);
  for (let t = 1; t <= 5; t++) {
    optimizer.step();
    squares.add_(grad.square());
    expected.sub_(grad.div(squares.add(1e-6).sqrt()).mul(0.1));
  }
  assertNear(numbers(w), numbers(expected), 1e-14, 1, "After 5 steps");
  assertEquals(Object.keys(optimizer.state.get(w)!), ["step", "precond0"]);
});

Deno.test("Shampoo computes roots in the first step and every updateFreq steps after it", () => {
  manualSeed(2);
  const w = withGrad(3, 3);
  const optimizer = new Shampoo([w], { updateFreq: 3 });
  const roots: string[] = [];
  const step = () => {
    w.grad = randn([3, 3], float64);
    optimizer.step();
    roots.push(numbers(optimizer.state.get(w)!.invPrecond0).join());
  };
  for (let t = 1; t <= 7; t++) step();
  const changes = roots.map((root, i) => root !== roots[i - 1]);
  assertEquals(changes, [true, false, false, true, false, false, true]);
  // Another period needs no other program.
  optimizer.paramGroups[0]!.updateFreq = 2;
  for (let t = 8; t <= 11; t++) step();
  assertEquals(
    roots.map((root, i) => root !== roots[i - 1]).slice(7),
    [false, true, false, true],
  );
  assertEquals(stepMode.steps.get(optimizer)!.cacheInfo().captures, 1);
});

Deno.test("Shampoo takes parameters of 0 dims", () => {
  const w = tensor(3, float64);
  w.grad = tensor(-4, float64);
  new Shampoo([w], { lr: 0.5, epsilon: 9 }).step();
  // -4 / sqrt(16 + 9)
  assertNear(numbers(w), [3.4], 1e-15, 1, "A number");
});

Deno.test("Shampoo with differentiable steps has the gradient of its root", () => {
  const lr = tensor(0.5, { ...float64, requiresGrad: true });
  const w = tensor([[2, 1], [-1, 3]], float64);
  w.grad = tensor([[1, 0.5], [0.25, -2]], float64);
  const before = w.clone();
  const moved = w.clone();
  moved.grad = w.grad;
  new Shampoo([moved], { lr, epsilon: 0.1, differentiable: true }).step();
  moved.sum().backward();
  const plain = w.clone();
  plain.grad = w.grad;
  new Shampoo([plain], { lr: 1, epsilon: 0.1 }).step();
  const expected = plain.sub(before).sum().itemSync();
  assertNear(numbers(lr.grad), [expected], 1e-12, 1, "Gradient of lr");
});
