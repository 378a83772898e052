import { mseLoss } from "@gradus/loss";
import { Linear, ReLU, Sequential } from "@gradus/nn";
import { manualSeed, randn, type Tensor, tensor } from "@gradus/tensor";
import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { leaf, numbers, optimizerClass, type Options } from "./_testing.ts";
import { Adam, LBFGS } from "./mod.ts";

// What the tests of R torch expect of its optimizers.

const configurations: Record<string, Options[]> = {
  Adadelta: [{}, { rho: 0.9 }, { rho: 0.9, weightDecay: 1e-5 }],
  Adagrad: [
    { lr: 0.1 },
    { lr: 0.1, weightDecay: 1e-5 },
    { lr: 0.1, weightDecay: 1e-5, lrDecay: 1e-2 },
    { lr: 0.1, initialAccumulatorValue: 1 },
  ],
  Adam: [
    { lr: 0.1 },
    { lr: 0.1, weightDecay: 1e-5 },
    { lr: 0.1, weightDecay: 1e-5, amsgrad: true },
  ],
  AdamW: [
    { lr: 0.1 },
    { lr: 0.1, weightDecay: 1e-5 },
    { lr: 0.1, weightDecay: 1e-5, amsgrad: true },
  ],
  ASGD: [
    { lr: 0.1 },
    { lr: 0.1, alpha: 0.7 },
    { lr: 0.1, alpha: 0.7, t0: 1e5 },
    { lr: 0.1, weightDecay: 1e-5 },
  ],
  LBFGS: [
    { lr: 1 },
    { lr: 1, maxIter: 50 },
    { lr: 1, maxIter: 50, maxEval: 30 },
    { lr: 1, maxIter: 50, historySize: 30 },
  ],
  RMSprop: [
    { lr: 0.1 },
    { lr: 0.1, alpha: 0.8 },
    { lr: 0.1, momentum: 0.1 },
    { lr: 0.1, weightDecay: 0.1 },
    { lr: 0.1, momentum: 0.1, centered: true },
  ],
  Rprop: [
    { lr: 0.1 },
    { lr: 0.1, etas: [0.6, 1.1] },
    { lr: 0.1, etas: [0.6, 1.1], stepSizes: [1e-6, 30] },
  ],
  SGD: [
    { lr: 0.1 },
    { lr: 0.1, momentum: 0.1 },
    { lr: 0.1, momentum: 0.1, nesterov: true },
    { lr: 0.1, weightDecay: 0.1 },
    { lr: 0.1, momentum: 0.1, dampening: 0.2 },
  ],
};

for (const [name, list] of Object.entries(configurations)) {
  for (const options of list) {
    Deno.test(`${name}(${JSON.stringify(options)}) halves the loss of a regression in 200 steps, beside a parameter without gradient`, () => {
      manualSeed(1);
      const solution = randn([10, 1]), x = randn([100, 10]);
      const y = x.matmul(solution);
      const w = randn([10, 1]).requiresGrad_();
      const unused = randn([10, 1]).requiresGrad_();
      const optimizer = new (optimizerClass(name))([w, unused], options);
      const losses = Array.from({ length: 200 }, () =>
        optimizer.step(() => {
          optimizer.zeroGrad();
          const loss = mseLoss(x.matmul(w), y);
          loss.backward();
          return loss;
        }).itemSync());
      assert(losses.at(-1)! <= losses[0]! / 2);
      assertEquals(optimizer.stateDict().paramGroups[0]!.params, [0, 1]);
    });
  }
}

/** The steps that an optimizer has counted. */
function stepsOf(state: Options): number {
  return state.step === undefined
    ? state.funcEvals as number
    : (state.step as Tensor).itemSync();
}

for (const name of Object.keys(configurations)) {
  if (name === "SGD") continue;
  Deno.test(`${name} counts its steps and hands its state on`, () => {
    const x = leaf([1]);
    const optimizer = new (optimizerClass(name))([x], { lr: 0.1 });
    x.mul(2).sum().backward();
    // The gradient stays: L-BFGS ends at once where it does not change.
    const closure = () => tensor(2, { dtype: "float64" });
    const counted = [1, 2].map(() => {
      if (name === "LBFGS") {
        x.grad = tensor([0], { dtype: "float64" });
        optimizer.step(closure);
      } else optimizer.step();
      return stepsOf(optimizer.state.get(x)!);
    });
    assertEquals(counted, [1, 2]);
    const other = new (optimizerClass(name))([x], { lr: 1 });
    other.loadStateDict(optimizer.stateDict());
    assertEquals(other.paramGroups[0]!.lr, 0.1);
    const flat = (state: Options) =>
      Object.entries(state).map(([key, value]) => [
        key,
        typeof value === "object" && "dataSync" in value!
          ? numbers(value as Tensor)
          : value,
      ]);
    assertEquals(flat(other.state.get(x)!), flat(optimizer.state.get(x)!));
  });
}

Deno.test("Adam goes on alike with the state of another Adam", () => {
  const x = leaf([1]);
  const first = new Adam([x], { lr: 0.1 });
  x.mul(2).sum().backward();
  first.step();
  const y = x.detach().clone().requiresGrad_();
  const second = new Adam([y], { lr: 1 });
  second.loadStateDict(first.stateDict());
  y.mul(2).sum().backward();
  for (let t = 0; t < 3; t++) {
    first.step();
    second.step();
    assertEquals(numbers(y), numbers(x));
  }
});

Deno.test("LBFGS finds the middle of the flower in one step", () => {
  const w = leaf([20, 20], "float32");
  const optimizer = new LBFGS([w], { lineSearchFn: "strongWolfe" });
  optimizer.step(() => {
    optimizer.zeroGrad();
    const [x, y] = [w.at(0), w.at(1)];
    const loss = x.square().add(y.square()).sqrt()
      .add(y.atan2(x).mul(4).sin());
    loss.backward();
    return loss;
  });
  assert(w.detach().abs().max().itemSync() < 0.1);
});

Deno.test("LBFGS fits a straight line with a small network", () => {
  manualSeed(1);
  const x = tensor(Array.from({ length: 100 }, (_, i) => i + 1), {
    dtype: "float32",
  }).unsqueeze(1);
  const y = x.mul(2);
  const model = new Sequential(
    new Linear(1, 16),
    new ReLU(),
    new Linear(16, 1),
  );
  const optimizer = new LBFGS(model.parameters(), {
    lineSearchFn: "strongWolfe",
  });
  const evaluate = () => {
    optimizer.zeroGrad();
    const loss = mseLoss(model.forward(x), y);
    loss.backward();
    return loss;
  };
  for (let t = 0; t < 10; t++) optimizer.step(evaluate);
  assertAlmostEquals(evaluate().itemSync(), 0, 1e-3);
});
