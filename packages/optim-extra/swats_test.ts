import { type Tensor, tensor, zeros } from "@gradus/tensor";
import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { SWATS, type SWATSOptions } from "./swats.ts";
import known from "./testdata/torchopt.json" with { type: "json" };

type Float = "float32" | "float64";

function leaf(values: readonly number[], dtype: Float = "float64"): Tensor {
  return tensor([...values], { dtype, requiresGrad: true });
}

function numbers(values: Tensor): number[] {
  return Array.from(values.dataSync(), Number);
}

function stateOf(optimizer: SWATS, param: Tensor, name: string): number {
  return (optimizer.state.get(param)![name] as Tensor).itemSync();
}

/** One element with a gradient that is always 2, so that the second step settles its learning rate. */
function constant(options: SWATSOptions, dtype: Float = "float64") {
  const w = leaf([1], dtype);
  w.grad = tensor([2], { dtype });
  return { w, optimizer: new SWATS([w], { lr: 0.1, ...options }) };
}

for (const { nesterov, positions } of known.swats) {
  for (const dtype of ["float32", "float64"] as const) {
    Deno.test(`SWATS() switches to SGD with nesterov ${nesterov} in ${dtype}`, () => {
      const { w, optimizer } = constant({ nesterov }, dtype);
      positions.forEach((position, i) => {
        assertEquals(i > 0 && stateOf(optimizer, w, "phase") > 0, i > 1);
        optimizer.step();
        const error = Math.abs(w.itemSync() - position);
        assert(error <= (dtype === "float32" ? 1e-6 : 1.01e-12));
      });
      const found = stateOf(optimizer, w, "sgdLr");
      const tolerance = dtype === "float32" ? 1e-8 : 1e-15;
      assertAlmostEquals(found, 0.0499999932519492, tolerance);
    });
  }
}

Deno.test("SWATS() goes on from a state of any phase", () => {
  for (let before = 0; before <= 4; before++) {
    const whole = constant({});
    for (let t = 0; t < before; t++) whole.optimizer.step();
    const other = constant({});
    other.w.detach().copy_(whole.w.detach());
    const saved = whole.optimizer.stateDict();
    other.optimizer.loadStateDict(saved);
    for (let t = 0; t < 4; t++) {
      whole.optimizer.step();
      other.optimizer.step();
    }
    assertEquals(numbers(other.w), numbers(whole.w));
    assertEquals(stateOf(other.optimizer, other.w, "phase"), 1);
  }
});

Deno.test("SWATS() lets a change of lr after the switch act on SGD", () => {
  const { w, optimizer } = constant({});
  for (let t = 1; t <= 3; t++) optimizer.step();
  optimizer.paramGroups[0]!.lr = 0.01;
  const before = w.itemSync();
  optimizer.step();
  const rate = stateOf(optimizer, w, "sgdLr");
  assertAlmostEquals(before - w.itemSync(), 0.1 * 0.1 * rate * 3.8, 1e-12);
});

/** What the paper does with all parameters as one vector, in plain numbers. */
function reference(start: readonly number[], grads: number[][], lr: number) {
  const [beta1, beta2, eps] = [0.9, 0.5, 1e-8];
  const w = [...start];
  const m = w.map(() => 0), v = w.map(() => 0), u = w.map(() => 0);
  let average = 0, rate = 0;
  grads.forEach((g, i) => {
    if (rate > 0) {
      g.forEach((x, j) => {
        u[j] = beta1 * u[j]! + x;
        w[j]! -= (1 - beta1) * rate * u[j]!;
      });
      return;
    }
    const c1 = 1 - beta1 ** (i + 1), c2 = 1 - beta2 ** (i + 1);
    let length = 0, product = 0;
    g.forEach((x, j) => {
      m[j] = beta1 * m[j]! + (1 - beta1) * x;
      v[j] = beta2 * v[j]! + (1 - beta2) * x * x;
      const q = -lr * Math.sqrt(c2) / c1 * m[j]! / (Math.sqrt(v[j]!) + eps);
      w[j]! += q;
      length += q * q;
      product += q * x;
    });
    if (product === 0) return;
    const gamma = -length / product;
    average = beta2 * average + (1 - beta2) * gamma;
    const found = average / c2;
    const near = Math.abs(found - gamma) <= 1e-8 + 1e-6 * Math.abs(gamma);
    if (i > 0 && found > 0 && near) rate = found;
  });
  return { w, rate };
}

Deno.test("SWATS() projects all parameters of a group as one vector", () => {
  // The second parameter changes its gradient in the first steps, so that it
  // alone keeps the group from switching at once.
  const grads = Array.from(
    { length: 250 },
    (_, i) => [2, -1, i < 3 ? 0.5 + i : 0.5],
  );
  const expected = reference([1, 2, 3], grads, 0.01);
  assert(expected.rate > 0);
  const a = leaf([1, 2]), b = leaf([3]);
  const optimizer = new SWATS([a, b], { lr: 0.01, betas: [0.9, 0.5] });
  const phases: number[] = [];
  for (const [x, y, z] of grads) {
    a.grad = tensor([x!, y!], { dtype: "float64" });
    b.grad = tensor([z!], { dtype: "float64" });
    optimizer.step();
    assertEquals(
      stateOf(optimizer, a, "phase"),
      stateOf(optimizer, b, "phase"),
    );
    phases.push(stateOf(optimizer, a, "phase"));
  }
  assert(phases[3] === 0 && phases.at(-1) === 1);
  assertAlmostEquals(stateOf(optimizer, b, "sgdLr"), expected.rate, 1e-15);
  [...numbers(a), ...numbers(b)].forEach((value, i) => {
    assertAlmostEquals(value, expected.w[i]!, 1e-12);
  });
});

Deno.test("SWATS() switches groups one by one", () => {
  const a = leaf([1]), b = leaf([1]);
  const optimizer = new SWATS([{ params: [a] }, { params: [b] }], { lr: 0.1 });
  for (let t = 1; t <= 4; t++) {
    a.grad = tensor([2], { dtype: "float64" });
    b.grad = tensor([t], { dtype: "float64" });
    optimizer.step();
  }
  assertEquals(stateOf(optimizer, a, "phase"), 1);
  assertEquals(stateOf(optimizer, b, "phase"), 0);
});

Deno.test("SWATS() takes a parameter that gets its first gradient later into the phase of its group", () => {
  const late = leaf([1]), early = leaf([1]);
  const optimizer = new SWATS([late, early], { lr: 0.1 });
  early.grad = tensor([2], { dtype: "float64" });
  for (let t = 1; t <= 3; t++) optimizer.step();
  late.grad = tensor([2], { dtype: "float64" });
  optimizer.step();
  const rate = stateOf(optimizer, early, "sgdLr");
  assert(rate > 0);
  assertEquals(stateOf(optimizer, late, "sgdLr"), rate);
  assertAlmostEquals(late.itemSync(), 1 - 0.1 * rate * 2, 1e-12);
});

Deno.test("SWATS() stays with Adam while gradients are 0", () => {
  const { w, optimizer } = constant({});
  w.grad = zeros([1], { dtype: "float64" });
  for (let t = 1; t <= 5; t++) optimizer.step();
  assertEquals(w.itemSync(), 1);
  assertEquals(stateOf(optimizer, w, "phase"), 0);
});
