import { type Tensor, tensor } from "@gradus/tensor";
import { assertAlmostEquals, assertEquals } from "@std/assert";
import { MADGRAD } from "./madgrad.ts";

function leaf(values: readonly number[]): Tensor {
  return tensor([...values], { dtype: "float64", requiresGrad: true });
}

for (const momentum of [0, 0.9]) {
  Deno.test(`MADGRAD() without eps leaves elements alone that never had a gradient, with momentum ${momentum}`, () => {
    const w = leaf([1, 2]);
    const optimizer = new MADGRAD([w], { eps: 0, momentum });
    w.grad = tensor([0, 1], { dtype: "float64" });
    for (let t = 1; t <= 3; t++) optimizer.step();
    assertEquals(w.at(0).itemSync(), 1);
    assertEquals(Number.isFinite(w.at(1).itemSync()), true);
  });
}

Deno.test("MADGRAD() counts the steps of each parameter", () => {
  const first = leaf([1]), later = leaf([1]);
  const optimizer = new MADGRAD([first], { lr: 0.1 });
  first.grad = tensor([2], { dtype: "float64" });
  optimizer.step();
  const afterOne = first.itemSync();
  for (let t = 1; t <= 5; t++) optimizer.step();
  optimizer.addParamGroup({ params: [later] });
  later.grad = tensor([2], { dtype: "float64" });
  optimizer.step();
  assertEquals(later.itemSync(), afterOne);
});

Deno.test("MADGRAD() begins its momentum at any time", () => {
  const w = leaf([1]);
  const optimizer = new MADGRAD([w], { lr: 0.125, momentum: 0, eps: 0 });
  w.grad = tensor([8], { dtype: "float64" });
  optimizer.step(); // s = 1, ν = 8, θ = 1/2
  optimizer.paramGroups[0]!.momentum = 0.5;
  optimizer.step();
  const weight = 0.125 * Math.SQRT2;
  const z = 1 - (1 + weight * 8) / Math.cbrt(8 + weight * 64);
  assertAlmostEquals(w.itemSync(), (0.5 + z) / 2, 1e-12);
});
