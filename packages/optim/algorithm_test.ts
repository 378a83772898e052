import { Linear, Sequential } from "@gradus/nn";
import { type Tensor, tensor, zerosLike } from "@gradus/tensor";
import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  assertNear,
  leaf,
  leafFor,
  numbers,
  optimizerClass,
  optimizers,
  type Options,
} from "./_testing.ts";
import {
  Adam,
  type Algorithm,
  AlgorithmOptimizer,
  domains,
  type LearningRate,
  type Optimizer,
  type ParamState,
  SGD,
  transformationOf,
} from "./mod.ts";
import golden from "./testdata/optim.json" with { type: "json" };

type AnyAlgorithm = AlgorithmOptimizer<object, ParamState>["algorithm"];

function algorithmOf(optimizer: Optimizer): AnyAlgorithm {
  assert(optimizer as unknown instanceof AlgorithmOptimizer);
  return (optimizer as unknown as AlgorithmOptimizer<object, ParamState>)
    .algorithm;
}

function gradAt(w: Tensor, t: number): Tensor {
  return w.detach().mul(tensor([1, 10, 0.1], { dtype: "float64" })).sub(
    0.1 * t,
  );
}

for (const { optimizer, options, problem } of golden.cases) {
  if (problem !== "vector" && problem !== "matrices") continue;
  Deno.test(`${optimizer}(${JSON.stringify(options)}) moves alike as a transformation`, () => {
    const w = leafFor(optimizer, [1, -2, 3]);
    const stateful = new (optimizerClass(optimizer))([w], options as Options);
    const { lr, ...others } = { lr: stateful.paramGroups[0]!.lr, ...options };
    const { init, update } = transformationOf(
      algorithmOf(stateful) as unknown as Algorithm<
        { lr: LearningRate },
        ParamState
      >,
      lr,
      others as object,
    );
    let param = w.detach().clone(), state = init(param);
    for (let t = 1; t <= 5; t++) {
      const grad = gradAt(param, t), before = numbers(param);
      const [change, next] = update(grad, state, param);
      assertEquals(numbers(param), before, "The parameter was written to");
      param = param.add(change);
      state = next;
      w.grad = gradAt(w, t);
      stateful.step();
      assertNear(numbers(param), numbers(w), 1e-13, [1, 2, 3], `Step ${t}`);
    }
  });

  Deno.test(`${optimizer}(${JSON.stringify(options)}) leaves the gradient alone`, () => {
    const w = leafFor(optimizer, [1, -2, 3]);
    const made = new (optimizerClass(optimizer))([w], options as Options);
    const grad = w.grad = tensor([0.5, -0.25, 2], { dtype: "float64" })
      .view(w.shape);
    for (let t = 0; t < 3; t++) made.step();
    assertEquals(w.grad, grad);
    assertEquals(numbers(grad), [0.5, -0.25, 2]);
  });
}

/** Values that no hyper-parameter of this name, or that of an optimizer, may have. */
const invalid: Record<string, unknown[]> = {
  lr: [-1, NaN, "0.1", null, tensor([0.1, 0.2]), tensor(-0.5), tensor(NaN)],
  momentum: [-0.1, NaN, true],
  dampening: [NaN, "0"],
  weightDecay: [-0.1, NaN],
  // One number, or for Adafactor two.
  eps: [-1e-8, NaN, [null, -1], [-1, 1e-3], [1e-3, null], [null, NaN], [null]],
  alpha: [NaN, "0.5"],
  "RMSprop alpha": [-0.5, NaN],
  betas: [[0.9], [0.9, 1], [-0.1, 0.5], [0.9, NaN], 0.9, ["0.9", 0.9]],
  maxIter: [0, 1.5, NaN, "20"],
  maxEval: [0, NaN],
  toleranceGrad: [NaN, "0"],
  toleranceChange: [NaN],
  historySize: [0, NaN],
  lineSearchFn: ["wolfe", 1],
  rho: [-0.1, 1.1, NaN],
  beta2Decay: [0.1, NaN],
  d: [0.5, NaN],
  lrDecay: [-0.1, NaN],
  initialAccumulatorValue: [-0.1, NaN],
  lambd: [NaN, "0"],
  t0: [NaN, null],
  momentumDecay: [-0.1, NaN],
  etas: [[0.5, 1], [0, 1.2], [1, 1.2], [1.2, 0.5], [0.5], [NaN, 1.2], 0.5],
  stepSizes: [[1, 0.5], [-1, 1], [NaN, 1], [1], 1],
  nsCoefficients: [[1, 2], [1, 2, NaN], 1],
  nsSteps: [-1, 1.5, 100, NaN, "5"],
  adjustLrFn: ["moonshot", 1],
};

for (const [name, Class] of optimizers) {
  const made = new Class([leafFor(name, [1])]);
  for (const [key, initial] of Object.entries(made.defaults)) {
    const values = typeof initial === "boolean"
      ? [1, "true", null]
      : invalid[`${name} ${key}`] ?? invalid[key];
    Deno.test(`${name}() refuses an invalid ${key} by its name`, () => {
      assert(values, `The test knows no invalid value of ${key}`);
      for (const value of values) {
        const action = `Cannot use ${name} with this ${key}: expected `;
        const options = { [key]: value };
        assertThrows(
          () => new Class([leafFor(name, [1])], options),
          Error,
          action,
        );
        const optimizer = new Class([leafFor(name, [1])]);
        // LBFGS has a single group.
        if (name !== "LBFGS") {
          const group = { params: leafFor(name, [2]), ...options };
          assertThrows(() => optimizer.addParamGroup(group), Error, action);
        }
        assertThrows(
          () => new Class([{ params: [leafFor(name, [1])], ...options }]),
          Error,
          action,
        );
        const dict = optimizer.stateDict();
        Object.assign(dict.paramGroups[0]!, options);
        assertThrows(() => optimizer.loadStateDict(dict), Error, action);
        assertEquals(optimizer.paramGroups.length, 1);
        assertEquals(optimizer.paramGroups[0]![key], initial);
      }
    });
  }

  Deno.test(`${name}() refuses an unknown option by its name`, () => {
    assertThrows(
      () => new Class([leafFor(name, [1])], { learningRate: 0.1 }),
      TypeError,
      `Cannot make ${name} with an unknown option learningRate: expected one of lr, `,
    );
    assertThrows(
      () => new Class([leafFor(name, [1])], { constructor: 1 }),
      TypeError,
      "unknown option constructor",
    );
    assertThrows(
      () =>
        new Class(
          [leafFor(name, [1])],
          0.1 as unknown as Record<string, unknown>,
        ),
      TypeError,
      `Cannot make ${name}: expected options such as { lr: ... }, got 0.1`,
    );
  });

  Deno.test(`${name}() takes a default for an undefined option`, () => {
    const options = { lr: undefined };
    const optimizer = new Class([leafFor(name, [1])], options as Options);
    assertEquals(optimizer.paramGroups[0]!.lr, made.paramGroups[0]!.lr);
  });

  Deno.test(`${name}() checks options before parameters`, () => {
    assertThrows(() => new Class([], { lr: -1 }), RangeError, "this lr");
  });
}

Deno.test("Adam() tells a wrong type from a value out of range", () => {
  const make = (options: Options) => () =>
    new (optimizerClass("Adam"))([leaf([1])], options);
  assertThrows(
    make({ betas: [0.9, 1] }),
    RangeError,
    "Cannot use Adam with this betas: expected two numbers in [0, 1), got [0.9, 1]",
  );
  assertThrows(
    make({ lr: tensor([1, 2]) }),
    TypeError,
    "expected a number of at least 0 or a tensor with one such element, got a tensor of shape [2]",
  );
  assertThrows(make({ lr: "1" }), TypeError, 'got "1"');
});

Deno.test("AlgorithmOptimizer.step() skips parameters without gradient", () => {
  const [a, b] = [leaf([1, 2]), leaf([3])];
  const optimizer = new Adam([a, b], { lr: 0.5, weightDecay: 0.1 });
  a.grad = tensor([1, 1], { dtype: "float64" });
  optimizer.step();
  assertEquals(numbers(b), [3]);
  assertEquals([...optimizer.state.keys()], [a]);
});

Deno.test("AlgorithmOptimizer.step() takes a full step for a gradient of zeros", () => {
  const w = leaf([2]);
  const optimizer = new SGD([w], { lr: 0.5, weightDecay: 0.5 });
  w.grad = tensor([0], { dtype: "float64" });
  optimizer.step();
  assertEquals(numbers(w), [1.5]);
});

Deno.test("AlgorithmOptimizer.step() reads a learning rate that is a tensor", () => {
  for (const [name, Class] of optimizers) {
    if (name === "LBFGS") continue;
    const [a, b] = [leafFor(name, [1, -2]), leafFor(name, [1, -2])];
    const lr = tensor([0.5], { dtype: "float64" });
    const pair = [new Class([a], { lr }), new Class([b], { lr: 0.5 })];
    for (const factor of [1, 0.5]) {
      lr.mul_(factor);
      pair[1]!.paramGroups[0]!.lr = 0.5 * factor;
      for (const w of [a, b]) w.grad = w.detach().square();
      for (const optimizer of pair) optimizer.step();
      assertEquals(numbers(a), numbers(b), name);
    }
  }
});

Deno.test("AlgorithmOptimizer.step() makes buffers for flags that are set later", () => {
  const w = leaf([1]);
  w.grad = tensor([0.5], { dtype: "float64" });
  const optimizer = new Adam([w], { lr: 0.1 });
  optimizer.step();
  optimizer.paramGroups[0]!.amsgrad = true;
  optimizer.step();
  const { expAvgSq, maxExpAvgSq } = optimizer.state.get(w)!;
  assertEquals(numbers(maxExpAvgSq as Tensor), numbers(expAvgSq as Tensor));
});

Deno.test("AlgorithmOptimizer.step() treats parameters that are not contiguous", () => {
  const whole = tensor([[1, 2], [3, 4]], { dtype: "float64" });
  const w = whole.t().requiresGrad_();
  w.grad = tensor([[1, 0], [0, 2]], { dtype: "float64" });
  new SGD([w], { lr: 0.5 }).step();
  assertEquals(whole.arraySync(), [[0.5, 2], [3, 3]]);
});

Deno.test("AlgorithmOptimizer.step() starts afresh where state was emptied", () => {
  const [a, b] = [leaf([1]), leaf([1])];
  const optimizer = new Adam([a, b], { lr: 0.1 });
  for (const w of [a, b]) w.grad = tensor([0.5], { dtype: "float64" });
  optimizer.state.set(a, {});
  optimizer.step();
  const states = [a, b].map((w) =>
    Object.entries(optimizer.state.get(w)!)
      .map(([name, value]) => [name, numbers(value as Tensor)])
  );
  assertEquals(states[0], states[1]);
  assertEquals(states[0]!.length, 3);
});

Deno.test("AlgorithmOptimizer.step() refuses a rule that replaces tensors of its state", () => {
  const replacing: Algorithm<{ lr: number }, { average: Tensor }> = {
    name: "Replacing",
    defaults: { lr: 0.1 },
    domains: { lr: domains.aboveZero },
    init: (param) => ({ average: zerosLike(param) }),
    update({ grad, state, hyper, target }) {
      const own = state as { average: Tensor };
      own.average = own.average.mul(0.9).add(grad);
      target.sub_(own.average.mul(hyper.lr));
    },
  };
  class Replacing
    extends AlgorithmOptimizer<{ lr: number }, { average: Tensor }> {
    constructor(params: Tensor[]) {
      super(replacing, params);
    }
  }
  const w = leaf([1, 2]);
  w.grad = tensor([1, 1], { dtype: "float64" });
  assertThrows(
    () => new Replacing([w]).step(),
    TypeError,
    "Cannot step Replacing as its rule replaced average of the state",
  );
  const { init, update } = transformationOf(replacing, 0.1);
  assertThrows(
    () => update(w.grad!, init(w), w),
    TypeError,
    "replaced average",
  );
});

Deno.test("Optimizer() asks for the parameters of a module", () => {
  const model = new Sequential(new Linear(1, 1));
  assertThrows(
    () => new SGD(model as unknown as Tensor[]),
    TypeError,
    "got Sequential; pass its parameters()",
  );
});
