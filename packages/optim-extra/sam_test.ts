import { SGD } from "@gradus/optim";
import { type Tensor, tensor } from "@gradus/tensor";
import { assert, assertEquals, assertThrows } from "@std/assert";
import { assertNear, numbers } from "./_testing.ts";
import { SAM } from "./sam.ts";

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

Deno.test("SAM moves as Optax's", () => {
  const w = leaf([1, 2, 3]);
  const optimizer = new SAM(new SGD([w], { lr: 0.1 }), { rho: 0.05 });
  optimizer.step(squareClosure(w));
  assertNear(
    numbers(w),
    [0.797327387581, 1.59465477516, 2.39198216274],
    1e-11,
    1,
    "Position",
  );
});

Deno.test("SAM takes its step in halves", () => {
  const w = leaf([1, 2, 3]);
  const optimizer = new SAM(new SGD([w], { lr: 0.1 }), { rho: 0.05 });
  const closure = squareClosure(w);
  assertThrows(() => optimizer.secondStep(), Error, "call firstStep() before");
  assertThrows(() => optimizer.step(), TypeError, "without a closure");
  closure();
  optimizer.firstStep({ zeroGrad: true });
  assertEquals(w.grad, null);
  assertNear(numbers(w).slice(0, 1), [1.0133630621], 1e-10, 1, "Up");
  assertThrows(() => optimizer.firstStep(), Error, "call secondStep() after");
  closure();
  optimizer.secondStep();
  assertNear(numbers(w).slice(0, 1), [0.797327387581], 1e-11, 1, "Down");
  assert(w.grad !== null);
});

Deno.test("SAM.step() goes back if the second closure throws", () => {
  const w = leaf([0.1, 0.7]);
  const optimizer = new SAM(new SGD([w], { lr: 0.1 }), { rho: 0.3 });
  const closure = squareClosure(w);
  let calls = 0;
  const failing = () => {
    if (++calls === 2) throw new Error("No data");
    return closure();
  };
  assertThrows(() => optimizer.step(failing), Error, "No data");
  assertEquals(numbers(w), [0.1, 0.7]);
  optimizer.step(closure);
  assert(numbers(w)[0] !== 0.1);
});
