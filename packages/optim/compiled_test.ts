import { type Tensor, tensor } from "@gradus/tensor";
import { assert, assertEquals } from "@std/assert";
import {
  dtypes,
  leaf,
  numbers,
  optimizerClass,
  type Options,
  setQuadraticGrad,
} from "./_testing.ts";
import { stepMode } from "./algorithm.ts";
import {
  Adam,
  type Algorithm,
  AlgorithmOptimizer,
  type Optimizer,
  SGD,
} from "./mod.ts";
import golden from "./testdata/optim.json" with { type: "json" };

type Case = typeof golden.cases[number];

/** How often the step of an optimizer was compiled. */
function compilations(optimizer: Optimizer): number {
  const step = stepMode.steps.get(optimizer);
  assert(step, "The step was not compiled");
  return step.cacheInfo().captures;
}

/** What `run` gives when steps are not compiled. */
function uncompiled<T>(run: () => T): T {
  stepMode.compiled = false;
  try {
    return run();
  } finally {
    stepMode.compiled = true;
  }
}

interface Run {
  readonly optimizer: Optimizer;
  readonly params: Tensor[];
  readonly step: () => void;
}

function prepare(given: Case, dtype: typeof dtypes[number]): Run {
  const { shapes, start, curvature } =
    golden.problems[given.problem as keyof typeof golden.problems];
  const make = (data: number[], i: number) =>
    tensor(data, { dtype }).view(shapes[i]!).clone();
  const params = start.map((data, i) => make(data, i).requiresGrad_());
  const factors = curvature.map(make);
  const groups = params.map((param, i) => ({
    params: [param],
    ...given.groups[i] as Options,
  }));
  const optimizer = new (optimizerClass(given.optimizer))(
    groups,
    given.options as Options,
  );
  const step = () => {
    params.forEach((param, i) => setQuadraticGrad(param, factors[i]!));
    optimizer.step();
  };
  return { optimizer, params, step };
}

/** Positions and state. */
function snapshot({ optimizer, params }: Run): number[][] {
  return params.flatMap((param) => [
    numbers(param),
    ...Object.values(optimizer.state.get(param) ?? {})
      .map((value) => numbers(value as Tensor)),
  ]);
}

/** Does to the hyper-parameters what schedulers do. */
function schedule({ paramGroups }: Optimizer, t: number): void {
  for (const group of paramGroups as Options[]) {
    group.lr = (group.lr as number) * 0.9;
    if (group.momentum) group.momentum = 0.95 - 0.01 * t;
    if (group.betas) group.betas = [0.95 - 0.01 * t, 0.999 - 0.001 * t];
    if (group.weightDecay) group.weightDecay = 0.1 / t;
    if (group.rho) group.rho = 0.9 - 0.01 * t;
    if (group.beta2Decay) group.beta2Decay = -0.5 - 0.01 * t;
    if (group.lrDecay) group.lrDecay = 0.5 / t;
    if (group.lambd) group.lambd = 0.01 / t;
    if (group.momentumDecay) group.momentumDecay = 0.01 / t;
    if (group.etas) group.etas = [0.5 - 0.005 * t, 1.5 - 0.005 * t];
    if (group.nsCoefficients) group.nsCoefficients = [2, -1.5, 0.5 - 1e-3 * t];
  }
}

for (const given of golden.cases) {
  const title = `${given.optimizer}(${JSON.stringify(given.options)})`;
  for (const dtype of dtypes) {
    Deno.test(`${title} gives the same bits compiled on the problem "${given.problem}" in ${dtype}`, () => {
      const run = () => {
        const made = prepare(given, dtype);
        return Array.from({ length: 50 }, (_, i) => {
          if (i >= 25) schedule(made.optimizer, i);
          made.step();
          return snapshot(made);
        });
      };
      assertEquals(run(), uncompiled(run));
    });
  }

  Deno.test(`${title} compiles once on the problem "${given.problem}"`, () => {
    const made = prepare(given, "float32");
    for (let t = 1; t <= 3; t++) made.step();
    assertEquals(compilations(made.optimizer), 1);
    for (let t = 1; t <= 3; t++) {
      schedule(made.optimizer, t);
      made.optimizer.zeroGrad();
      made.step();
    }
    assertEquals(compilations(made.optimizer), 1);
  });
}

Deno.test("AlgorithmOptimizer.step() compiles anew only for another structure", () => {
  const w = leaf([1, 2]), other = leaf([3]);
  w.grad = tensor([0.5, 0.25], { dtype: "float64" });
  const optimizer = new Adam([w, other], { lr: 0.1 });
  const group = optimizer.paramGroups[0]!;
  const lr = tensor(0.1, { dtype: "float64" });
  const changes: [string, () => unknown, number][] = [
    ["the first step", () => {}, 1],
    ["the second step", () => {}, 1],
    ["another learning rate", () => group.lr = 0.2, 1],
    ["none", () => group.lr = 0, 1],
    ["weight decay", () => group.weightDecay = 0.1, 2],
    ["more of it", () => group.weightDecay = 0.2, 2],
    ["betas in place", () => group.betas = [0, 0], 2],
    ["a gradient", () => other.grad = tensor([1], { dtype: "float64" }), 3],
    ["a flag", () => group.amsgrad = true, 4],
    ["a tensor", () => group.lr = lr, 5],
    ["a change of it", () => lr.fill_(0.5), 5],
    ["a group", () => optimizer.addParamGroup({ params: leaf([1]) }), 6],
    ["state", () => optimizer.loadStateDict(optimizer.stateDict()), 7],
    ["nothing", () => {}, 7],
  ];
  for (const [what, change, expected] of changes) {
    change();
    optimizer.step();
    assertEquals(compilations(optimizer), expected, what);
  }
});

Deno.test("AlgorithmOptimizer.step() finds what it compiled before", () => {
  const w = leaf([1, 2]), other = leaf([3]);
  const optimizer = new SGD([w, other], { lr: 0.1 });
  for (let t = 0; t < 6; t++) {
    optimizer.zeroGrad();
    w.grad = tensor([0.5, 0.25], { dtype: "float64" });
    if (t % 2 === 1) other.grad = tensor([1], { dtype: "float64" });
    optimizer.step();
  }
  assertEquals(compilations(optimizer), 2);
});

Deno.test("AlgorithmOptimizer.step() compiles once with a closure", () => {
  const w = leaf([1, 2]);
  const optimizer = new SGD([w], { lr: 0.1, momentum: 0.1 });
  const losses = Array.from({ length: 4 }, () =>
    optimizer.step(() => {
      optimizer.zeroGrad();
      const loss = w.square().sum();
      loss.backward();
      return loss.itemSync();
    }));
  assertEquals(compilations(optimizer), 1);
  assert(losses.every((loss, i) => i === 0 || loss < losses[i - 1]!));
});

/** Steps by powers of the gradient. */
const powers: Algorithm<{ lr: number; power: number }, Record<string, never>> =
  {
    name: "Powers",
    defaults: { lr: 0.5, power: 2 },
    domains: {
      lr: { expected: "a number", type: (x) => typeof x === "number" },
      power: { expected: "a number", type: (x) => typeof x === "number" },
    },
    init: () => ({}),
    update({ grad, hyper, constant, target }) {
      let product = grad;
      for (let i = 1; i < constant("power"); i++) product = product.mul(grad);
      target.sub_(product.mul(hyper.lr));
    },
  };
class Powers extends AlgorithmOptimizer<
  { lr: number; power: number },
  Record<string, never>
> {
  constructor(params: Tensor[]) {
    super(powers, params);
  }
}

Deno.test("AlgorithmOptimizer.step() compiles anew for another constant", () => {
  const w = leaf([0]), optimizer = new Powers([w]);
  const group = optimizer.paramGroups[0]!;
  w.grad = tensor([2], { dtype: "float64" });
  const moves = [2, 2, 3, 2].map((power) => {
    group.power = power;
    w.detach().zero_();
    optimizer.step();
    return numbers(w)[0];
  });
  assertEquals(moves, [-2, -2, -4, -2]);
  assertEquals(compilations(optimizer), 2);
});
