import { tensor } from "@gradus/tensor";
import { assertAlmostEquals, assertEquals } from "@std/assert";
import { numbers } from "./_testing.ts";
import { SM3 } from "./mod.ts";

// The numbers are those of Optax 0.2.8, whose epsilon is 1e-8.
const eps = 1e-8;
const float64 = { dtype: "float64", requiresGrad: true } as const;

function assertClose(found: readonly number[], expected: readonly number[]) {
  expected.forEach((value, i) => assertAlmostEquals(found[i]!, value, 1e-11));
}

Deno.test("SM3 moves on a sum of squares as Optax prints it", () => {
  const w = tensor([1, 2, 3], float64);
  const optimizer = new SM3([w], { lr: 0.003, eps });
  for (let t = 1; t <= 5; t++) {
    optimizer.zeroGrad();
    w.square().sum().backward();
    optimizer.step();
    if (t === 1) assertClose(numbers(w), [0.9997, 1.9997, 2.9997]);
  }
  assertAlmostEquals(w.square().sum().itemSync(), 13.9658691886, 1e-10);
});

Deno.test("SM3 moves on a matrix as Optax does", () => {
  const w = tensor([[1, 2, 3], [4, 5, 6]], float64);
  const optimizer = new SM3([w], { lr: 0.1, eps });
  for (let t = 1; t <= 2; t++) {
    optimizer.zeroGrad();
    w.square().sum().backward();
    optimizer.step();
  }
  assertClose(numbers(w), [
    0.977866225482,
    1.975472243555,
    2.973940746816,
    3.973937787618,
    4.973936013874,
    5.973934832117,
  ]);
});

Deno.test("SM3 moves on Rosenbrock's function as Optax does", () => {
  const w = tensor([-1.2, 1], float64);
  const optimizer = new SM3([w], { lr: 1, eps });
  for (let t = 1; t <= 10; t++) {
    optimizer.zeroGrad();
    const x = w.select(0, 0), y = w.select(0, 1);
    x.rsub(1).square().add(y.sub(x.square()).square().mul(100)).backward();
    optimizer.step();
  }
  assertClose(numbers(w), [-1.07719328763, 0.957518350328]);
});

Deno.test("SM3 keeps less for a matrix than the matrix has elements", () => {
  const w = tensor(new Array(600).fill(1), { dtype: "float32" }).view(20, 30);
  w.grad = w.clone();
  const optimizer = new SM3([w], { momentum: 0 });
  optimizer.step();
  const { accumulator0, accumulator1, ...rest } = optimizer.state.get(w)!;
  assertEquals(numbers(accumulator0).length, 20);
  assertEquals(numbers(accumulator1).length, 30);
  assertEquals(rest, {});
});

Deno.test("SM3 takes parameters of 0 dims, and gradients of 0", () => {
  const w = tensor(2, float64), still = tensor([3, 4], float64);
  const optimizer = new SM3([w, still], { lr: 0.5, momentum: 0, eps: 0 });
  w.grad = tensor(4, { dtype: "float64" });
  still.grad = tensor([0, 1], { dtype: "float64" });
  optimizer.step();
  assertClose([w.itemSync(), ...numbers(still)], [1.5, 3, 3.5]);
});
