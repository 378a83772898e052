import { Adam, applyUpdates } from "@gradus/optim";
import { type Tensor, tensor } from "@gradus/tensor";
import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { AdaBound, adabound, AMSBound } from "./ada_bound.ts";

function leaf(values: readonly number[]): Tensor {
  return tensor([...values], { dtype: "float64", requiresGrad: true });
}

for (const Bound of [AdaBound, AMSBound]) {
  Deno.test(`${Bound.name}() scales the final rate by what happens to the lr of each group`, () => {
    const a = leaf([1]), b = leaf([1]);
    const groups = [{ params: [a], lr: 0.5 }, { params: [b], lr: 0.25 }];
    const options = { finalLr: 0.125, gamma: 1, betas: [0, 0.999] as const };
    const optimizer = new Bound(groups, options);
    assertEquals(optimizer.paramGroups.map(({ baseLr }) => baseLr), [
      0.5,
      0.25,
    ]);
    // Gradients are so small that the upper bound, twice the final rate, holds.
    for (const p of [a, b]) p.grad = tensor([1e-4], { dtype: "float64" });
    optimizer.step();
    for (const p of [a, b]) {
      assertAlmostEquals(1 - p.itemSync(), 2 * 0.125 * 1e-4, 1e-15);
    }
    const before = a.itemSync();
    for (const group of optimizer.paramGroups) {
      group.lr = group.lr as number / 10;
    }
    optimizer.step();
    for (const p of [a, b]) {
      const bound = 0.0125 * (1 + 1 / 2);
      assertAlmostEquals(before - p.itemSync(), bound * 1e-4, 1e-15);
    }
  });

  Deno.test(`${Bound.name}() keeps the first lr in its state dictionary`, () => {
    const w = leaf([1]), again = leaf([1]);
    const optimizer = new Bound([w], { lr: 0.5 });
    optimizer.paramGroups[0]!.lr = 0.05;
    const other = new Bound([again], { lr: 0.05 });
    assertEquals(other.paramGroups[0]!.baseLr, 0.05);
    other.loadStateDict(JSON.parse(JSON.stringify(optimizer.stateDict())));
    assertEquals(other.paramGroups[0]!.baseLr, 0.5);
  });

  Deno.test(`${Bound.name}() takes the first lr from groups that come later, from tensors and not from 0`, () => {
    const [a, b, c, d] = [leaf([1]), leaf([2]), leaf([3]), leaf([4])];
    const optimizer = new Bound([a!], { lr: 0.5 });
    optimizer.addParamGroup({ params: [b!], lr: scalarOf(0.125) });
    optimizer.addParamGroup({ params: [c!], lr: 0 });
    optimizer.addParamGroup({ params: [d!], baseLr: 2 });
    const bases = optimizer.paramGroups.map(({ baseLr }) => baseLr);
    assertEquals(bases, [0.5, 0.125, null, 2]);
  });
}

function scalarOf(value: number): Tensor {
  return tensor(value, { dtype: "float64" });
}

Deno.test("AdaBound() moves as Adam at first and as SGD with momentum in the end", () => {
  const run = (gamma: number) => {
    const w = leaf([1, -2]);
    const optimizer = new AdaBound([w], { lr: 0.01, finalLr: 0.05, gamma });
    for (let t = 1; t <= 20; t++) {
      w.grad = tensor([Math.sin(t), 3 * Math.cos(t)], { dtype: "float64" });
      optimizer.step();
    }
    return Array.from(w.dataSync(), Number);
  };
  const adam = leaf([1, -2]);
  const optimizer = new Adam([adam], { lr: 0.01, eps: 0 });
  for (let t = 1; t <= 20; t++) {
    adam.grad = tensor([Math.sin(t), 3 * Math.cos(t)], { dtype: "float64" });
    optimizer.step();
  }
  run(1e-9).forEach((value, i) => {
    assertAlmostEquals(value, Number(adam.dataSync()[i]), 1e-7);
  });

  // Bounds that are wide apart in step 1 and within 1e-4 in step 10,000.
  const w = leaf([1]);
  const late = new AdaBound([w], { lr: 0.01, finalLr: 0.05, gamma: 1 });
  w.grad = tensor([0], { dtype: "float64" });
  for (let t = 1; t < 10_000; t++) late.step();
  w.grad = tensor([2], { dtype: "float64" });
  late.step();
  assertAlmostEquals(1 - w.itemSync(), 0.05 * 0.1 * 2, 2e-6);
});

Deno.test("adabound() leaves the final rate alone unless it knows the base of a schedule", () => {
  const step = (options: { baseLr?: number }) => {
    const { init, update } = adabound((count) => count.add(1).mul(0.25), {
      finalLr: 0.125,
      gamma: 1,
      betas: [0, 0.999],
      ...options,
    });
    const params = tensor([1], { dtype: "float64" });
    const grad = tensor([1e-4], { dtype: "float64" });
    const [updates] = update(grad, init(params), params);
    return 1 - applyUpdates(params, updates).itemSync();
  };
  assertAlmostEquals(step({}), 2 * 0.125 * 1e-4, 1e-15);
  assertAlmostEquals(step({ baseLr: 1 }), 2 * 0.125 / 4 * 1e-4, 1e-15);
});

Deno.test("AMSBound() is AdaBound with amsbound", () => {
  const run = (make: (w: Tensor) => AdaBound | AMSBound) => {
    const w = leaf([1, -2]);
    const optimizer = make(w);
    for (let t = 1; t <= 20; t++) {
      w.grad = tensor([1 / t, -3 / t], { dtype: "float64" });
      optimizer.step();
    }
    return Array.from(w.dataSync(), Number);
  };
  const betas = [0.9, 0.5] as const;
  const expected = run((w) => new AdaBound([w], { betas, amsbound: true }));
  assertEquals(run((w) => new AMSBound([w], { betas })), expected);
  assert(run((w) => new AdaBound([w], { betas }))[0] !== expected[0]);
});
