import * as optim from "@gradus/optim";
import type { Optimizer, Params } from "@gradus/optim";
import { type Tensor, tensor } from "@gradus/tensor";
import { assert, assertEquals } from "@std/assert";
import * as extra from "./mod.ts";
import known from "./testdata/torchopt.json" with { type: "json" };

// The optimizers of the R package torchopt, in their right form: known results
// of single runs, and the package's own tests and help pages.

type Options = Record<string, unknown>;
type Float = "float32" | "float64";

const names = [...new Set(known.runs.map(({ optimizer }) => optimizer))];

function make(
  name: string,
  params: readonly Tensor[],
  options: Options,
): Optimizer {
  const classes = { ...optim, ...extra } as unknown as Record<
    string,
    new (params: Params<object>, options: Options) => Optimizer
  >;
  return new classes[name]!(params, options);
}

function leaf(values: readonly number[], dtype: Float = "float64"): Tensor {
  return tensor([...values], { dtype, requiresGrad: true });
}

function numbers(values: Tensor): number[] {
  return Array.from(values.dataSync(), Number);
}

function assertClose(
  actual: readonly number[],
  expected: readonly number[],
  tolerance: number,
  what: string,
): void {
  assertEquals(actual.length, expected.length);
  expected.forEach((value, i) => {
    const error = Math.abs(actual[i]! - value);
    assert(error <= tolerance, `${what}: expected ${expected}, got ${actual}`);
  });
}

/** The positions after each step of a transformation that is told the curvature. */
function* positionsWithCurvature(options: Options): Generator<number[]> {
  const { lr = 0.15, ...others } = options as { lr?: number };
  const { init, update } = extra.adaHessian(lr, others);
  let params = tensor([1, -2], { dtype: "float64" });
  let state = init(params);
  for (let t = 0;; t++) {
    const grads = tensor(known.gradients[t % 5]!, { dtype: "float64" });
    const curvature = tensor(known.curvature, { dtype: "float64" });
    const [updates, next] = update(grads, state, params, { curvature });
    params = optim.applyUpdates(params, updates);
    state = next;
    yield numbers(params);
  }
}

/** The positions after each step with the gradients of the known runs. */
function* positions(name: string, options: Options): Generator<number[]> {
  const w = leaf([1, -2]);
  const optimizer = make(name, [w], options);
  for (let t = 0;; t++) {
    w.grad = tensor(known.gradients[t % 5]!, { dtype: "float64" });
    optimizer.step();
    yield numbers(w);
  }
}

for (const { optimizer, options, positions: expected } of known.runs) {
  Deno.test(`${optimizer}(${JSON.stringify(options)}) has the known positions for given gradients`, () => {
    const run = optimizer === "AdaHessian"
      ? positionsWithCurvature(options)
      : positions(optimizer, options);
    // PyTorch, and so NAdam here, keeps the product of momenta in float32.
    const tolerance = optimizer === "NAdam" ? 1e-9 : 1.01e-12;
    for (let t = 1; t <= 10; t++) {
      const position = run.next().value!;
      const wanted = expected[String(t) as keyof typeof expected];
      if (wanted) assertClose(position, wanted, tolerance, `Step ${t}`);
    }
  });
}

for (const { options, positions: expected } of known.adaHessian) {
  Deno.test(`AdaHessian(${JSON.stringify(options)}) has the known positions on a quadratic function`, () => {
    const w = leaf([1, -2]);
    const optimizer = make("AdaHessian", [w], options);
    for (let t = 1; t <= 10; t++) {
      optimizer.zeroGrad();
      const loss = w.square().mul(tensor([1, 10], { dtype: "float64" })).sum();
      loss.backward(undefined, { createGraph: true });
      optimizer.step();
      const wanted = expected[String(t) as keyof typeof expected];
      if (wanted) assertClose(numbers(w), wanted, 1.01e-12, `Step ${t}`);
    }
  });
}

Deno.test("AdaHessian estimates the diagonal with one of the signs that there are", () => {
  const matrix = tensor([[2, 1], [1, 4]], { dtype: "float64" });
  const found = new Set<string>();
  for (let seed = 1; seed <= 8; seed++) {
    const w = leaf([1, -2]);
    const optimizer = make("AdaHessian", [w], { seed, betas: [0.9, 0] });
    const loss = w.matmul(matrix).matmul(w).mul(0.5);
    loss.backward(undefined, { createGraph: true });
    optimizer.step();
    const squares = optimizer.state.get(w)!.expHessianDiagSq as Tensor;
    found.add(numbers(squares.sqrt()).map((d) => d.toFixed(9)).join());
  }
  const both = [[1, 3], [3, 5]].map((d) => d.map((x) => x.toFixed(9)).join());
  assertEquals([...found].sort(), both);
});

for (const { optimizer, options, after10, valueAfter100 } of known.bowl) {
  Deno.test(`${optimizer} has the known results on x² + 10 y²`, () => {
    const w = leaf([1, -2]);
    const instance = make(optimizer, [w], options);
    const value = () => w.square().mul(scales).sum();
    const scales = tensor([1, 10], { dtype: "float64" });
    for (let t = 1; t <= 500; t++) {
      instance.zeroGrad();
      value().backward();
      instance.step();
      if (t === 10) assertClose(numbers(w), after10, 1e-9, "Step 10");
      if (t === 100) {
        const tolerance = 1e-5 * valueAfter100;
        assertClose([value().itemSync()], [valueAfter100], tolerance, "Value");
      }
    }
    assert(value().itemSync() < 1e-17);
  });
}

/** The test function of torchopt 0.1.4: the logarithm of Beale's, with another sign in the middle. */
function bealeOf(sign: 1 | -1) {
  return (x: Tensor, y: Tensor): Tensor => {
    const term = (a: number, power: Tensor, sign: 1 | -1) =>
      x.mul(power).mul(sign).sub(x).add(a).square();
    return term(1.5, y, 1).add(term(2.25, y.square(), sign))
      .add(term(2.625, y.pow(3), 1)).log();
  };
}

/** The values at the start and after 399 steps, and where those end. */
function descend(
  name: string,
  options: Options,
  start: readonly number[],
  dtype: Float,
  sign: 1 | -1,
) {
  const f = bealeOf(sign);
  const x = leaf([start[0]!], dtype), y = leaf([start[1]!], dtype);
  const optimizer = make(name, [x, y], options);
  const first = f(x, y).itemSync();
  for (let t = 1; t < 400; t++) {
    optimizer.zeroGrad();
    f(x, y).sum().backward();
    optimizer.step();
  }
  const last = f(x, y).itemSync();
  return { first, last, end: [x.itemSync(), y.itemSync()] };
}

for (const { optimizer, options, end } of known.helpPages) {
  Deno.test(`${optimizer} ends where the help page of torchopt shows it`, () => {
    const run = descend(optimizer, options, [3, 3], "float64", -1);
    assertClose([run.first], [8.899280915], 1e-9, "First value");
    assertClose(run.end, end.slice(0, 2), 6e-6, "Position");
    assertClose([run.last], end.slice(2), 6e-5, "Last value");
  });
}

for (const { optimizer, options, start, end } of known.ownTests) {
  Deno.test(`${optimizer} passes its test in torchopt`, () => {
    const run = descend(optimizer, options, start, "float32", -1);
    assert(run.last < run.first, `From ${run.first} to ${run.last}`);
    if (end) assertClose(run.end, end, 3e-6, "Position");
    const right = descend(optimizer, options, start, "float32", 1);
    assert(right.last < right.first, `From ${right.first} to ${right.last}`);
  });
}

for (const name of names.filter((name) => name !== "AdaHessian")) {
  Deno.test(`${name} leaves gradients as they are when weights decay`, () => {
    const w = leaf([1, -2, 3]);
    const grad = tensor([0.5, -1, 0], { dtype: "float64" });
    w.grad = grad;
    const optimizer = make(name, [w], { weightDecay: 0.5 });
    for (let t = 1; t <= 3; t++) optimizer.step();
    assertEquals(numbers(grad), [0.5, -1, 0]);
  });

  Deno.test(`${name} does not share its memory of a parameter with another one`, () => {
    const w = leaf([1, -2]), alone = leaf([1, -2]);
    const optimizers = [[w], [w], [alone]].map((params) =>
      make(name, params, {})
    );
    w.grad = alone.grad = tensor([0.5, -1], { dtype: "float64" });
    for (let t = 1; t <= 3; t++) optimizers[0]!.step();
    w.detach().copy_(alone.detach());
    for (let t = 1; t <= 3; t++) {
      optimizers[1]!.step();
      optimizers[2]!.step();
    }
    assertEquals(numbers(w), numbers(alone));
  });
}

for (const name of names.filter((name) => name !== "AdaHessian")) {
  Deno.test(`${name} differentiates through its steps`, () => {
    /** The value after some steps as a function of the learning rate. */
    const after = (lr: Tensor): Tensor => {
      const options = name === "SWATS" ? { betas: [0.5, 0] } : {};
      const w = leaf([1, -2, 0.5]).mul(1);
      const optimizer = make(name, [w], {
        ...options,
        lr,
        weightDecay: 0.1,
        differentiable: true,
      });
      const curvature = tensor([1, 3, 0.25], { dtype: "float64" });
      const moving = optimizer.paramGroups[0]!.params;
      for (let t = 1; t <= 7; t++) {
        const grad = moving[0]!.mul(curvature).add(0.3 * Math.cos(t));
        moving[0]!.grad = grad;
        optimizer.step();
      }
      return moving[0]!.square().sum();
    };
    const lr = tensor(0.05, { dtype: "float64", requiresGrad: true });
    after(lr).backward();
    const h = 1e-6;
    const [low, high] = [0.05 - h, 0.05 + h].map((x) =>
      after(tensor(x, { dtype: "float64" })).itemSync()
    );
    const slope = (high! - low!) / (2 * h);
    assertClose([lr.grad!.itemSync()], [slope], 1e-6, "Slope");
  });
}
