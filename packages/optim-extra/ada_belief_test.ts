import { type Tensor, tensor } from "@gradus/tensor";
import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { AdaBelief, type AdaBeliefOptions } from "./ada_belief.ts";

/** The positions after each step with the given gradients. */
function run(options: AdaBeliefOptions, grads: readonly number[]): number[] {
  const w: Tensor = tensor([1], { dtype: "float64", requiresGrad: true });
  const optimizer = new AdaBelief([w], { lr: 0.1, ...options });
  return grads.map((g) => {
    w.grad = tensor([g], { dtype: "float64" });
    optimizer.step();
    return w.itemSync();
  });
}

const falling = Array.from({ length: 12 }, (_, i) => 4 / (i + 1));

Deno.test("AdaBelief() rectifies from the sixth step on", () => {
  const positions = run({}, falling);
  const still = run({ degeneratedToSgd: false }, falling);
  assertEquals(still.slice(0, 5), [1, 1, 1, 1, 1]);
  assert(still[5]! < 1);
  // After the fifth step both move alike.
  for (let i = 5; i < falling.length; i++) {
    const step = positions[i]! - positions[i - 1]!;
    assertAlmostEquals(step, still[i]! - still[i - 1]!, 1e-12);
  }
});

Deno.test("AdaBelief() never rectifies where the average of deviations is too short", () => {
  const positions = run({ betas: [0, 0.5] }, falling);
  let expected = 1;
  falling.forEach((g, i) => {
    expected -= 0.1 * g;
    assertAlmostEquals(positions[i]!, expected, 1e-12);
  });
});

Deno.test("AdaBelief() divides rectified steps by the largest average with amsgrad", () => {
  const plain = run({ betas: [0.9, 0.9] }, falling);
  const largest = run({ betas: [0.9, 0.9], amsgrad: true }, falling);
  assertEquals(largest.slice(0, 5), plain.slice(0, 5));
  assert(plain[0]! - plain.at(-1)! > largest[0]! - largest.at(-1)!);
});

Deno.test("AdaBelief() shrinks by the decay alone where it is fixed", () => {
  const options = { weightDecay: 0.5, degeneratedToSgd: false };
  assertEquals(run({ ...options, fixedDecay: true }, [2])[0], 0.5);
  assertAlmostEquals(run(options, [2])[0]!, 0.95, 1e-15);
});

Deno.test("AdaBelief() has derivatives where it never rectifies", () => {
  const lr = tensor(0.1, { dtype: "float64", requiresGrad: true });
  const start = tensor([1], { dtype: "float64", requiresGrad: true });
  const w = start.mul(2);
  const optimizer = new AdaBelief([w], {
    lr,
    betas: [0.9, 0.5],
    differentiable: true,
  });
  w.grad = tensor([3], { dtype: "float64" });
  optimizer.step();
  w.sum().backward();
  assertAlmostEquals(lr.grad!.itemSync(), -3, 1e-12);
});
