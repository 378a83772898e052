import {
  Generator,
  manualSeed,
  ones,
  randn,
  type Tensor,
  zeros,
} from "@gradus/tensor";
import { assert, assertEquals, assertThrows } from "@std/assert";
import { numbers } from "./_testing.ts";
import { Kron, type KronOptions } from "./mod.ts";

const float64 = { dtype: "float64" } as const;

function stateAfterStep(
  shape: number[],
  options: KronOptions,
): Record<string, Tensor> {
  const w = ones(shape);
  w.grad = randn(shape);
  const optimizer = new Kron([w], options);
  optimizer.step();
  return optimizer.state.get(w) as Record<string, Tensor>;
}

Deno.test("Kron whitens gradients that depend on each other", () => {
  manualSeed(1);
  const left = randn([4, 4], float64), right = randn([5, 5], float64);
  const sample = () => left.mm(randn([4, 5], float64)).mm(right);
  const w = zeros([4, 5], float64);
  const optimizer = new Kron([w], { momentum: 0, clipRms: 1e9, lr: 1 });
  const steps: Tensor[] = [];
  for (let t = 0; t < 1500; t++) {
    const before = w.clone();
    w.grad = sample();
    optimizer.step();
    if (t >= 1000) steps.push(before.sub(w).reshape([-1]));
  }
  let covariance = zeros([20, 20], float64);
  for (const step of steps) covariance = covariance.add(step.outer(step));
  covariance = covariance.div(steps.length);
  const diagonal = numbers(covariance.diagonal());
  const mean = diagonal.reduce((sum, x) => sum + x) / 20;
  assert(Math.abs(mean - 1) < 0.15, `mean ${mean}`);
  for (const x of diagonal) assert(x > 0.4 && x < 2.2, `${diagonal}`);
  const off = covariance.triu(1).abs().amax().itemSync();
  assert(off < 0.6, `${off}`);
});

Deno.test("Kron updates its preconditioners as often as its share of steps says", () => {
  manualSeed(2);
  const w = ones([3, 3], float64);
  const optimizer = new Kron([w], {
    flatStart: 3,
    probabilityDecay: Math.LN2 / 2.1,
    minProbability: 0.25,
  });
  const changed: number[] = [];
  let last = "";
  for (let t = 1; t <= 18; t++) {
    w.grad = randn([3, 3], float64);
    optimizer.step();
    const { q0 } = optimizer.state.get(w)!;
    const now = numbers(q0).join();
    if (now !== last) changed.push(t);
    last = now;
  }
  // 1 over the share is 1 up to step 4, then 1.39, 1.94, 2.69, 3.74 and 4.
  assertEquals(changed, [1, 2, 3, 4, 6, 10, 14, 18]);
});

Deno.test("Kron has triangular factors but for short and long axes, and as memorySaveMode says", () => {
  const dims = (shape: number[], options: KronOptions = {}) => {
    const state = stateAfterStep(shape, options);
    return shape.map((_, axis) => state[`q${axis}`]!.ndim);
  };
  assertEquals(dims([3, 4, 4]), [2, 2, 2]);
  assertEquals(dims([3, 1, 4]), [2, 1, 2]);
  assertEquals(dims([5]), [1]);
  assertEquals(dims([5], { minNdimTriangular: 1 }), [2]);
  assertEquals(dims([3, 4], { maxSizeTriangular: 3 }), [2, 1]);
  assertEquals(dims([3, 4, 4], { memorySaveMode: "oneDiag" }), [2, 2, 1]);
  assertEquals(dims([3, 4, 4], { memorySaveMode: "smartOneDiag" }), [2, 2, 2]);
  assertEquals(dims([3, 5, 4], { memorySaveMode: "smartOneDiag" }), [2, 1, 2]);
  assertEquals(dims([3, 4, 4], { memorySaveMode: "allDiag" }), [1, 1, 1]);
  assertEquals(stateAfterStep([], {}).q0!.shape, [1]);
});

Deno.test("Kron draws from a generator of its own, only when it updates", () => {
  const options = { maxProbability: 0.5, minProbability: 0.5, seed: 9 };
  const bytes = () => [...new Generator().manualSeed(9).getState()];
  // The first update is due in the second step.
  const state = stateAfterStep([2, 3], options);
  assertEquals(numbers(state.generator), bytes());
  const always = stateAfterStep([2, 3], { seed: 9 });
  const generator = new Generator().manualSeed(9);
  generator.uniform64();
  randn([2, 3], { generator });
  assertEquals(numbers(always.generator), [...generator.getState()]);
});

Deno.test("Kron refuses a smallest share above the largest", () => {
  assertThrows(
    () => new Kron([ones([2])], { maxProbability: 0.01 }),
    RangeError,
    "Cannot use Kron with this minProbability: expected at most maxProbability, 0.01, got 0.03",
  );
});
