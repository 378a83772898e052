import { Adam, LBFGS, SGD } from "@gradus/optim";
import { stack, type Tensor } from "@gradus/tensor";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { beale } from "./functions/beale.ts";
import { flower } from "./functions/flower.ts";
import { evaluateGrid, type TestFunction } from "./test_function.ts";
import { testOptim, type TestOptimOptions } from "./test_optim.ts";

const bowl: TestFunction = {
  name: "bowl",
  formula: "x^2",
  domain: { x: [-2, 2], y: [-1, 1] },
  start: [1, -2],
  minima: [],
  reference: "",
  fn: (...[x]) => x!.square(),
};

Deno.test("testOptim() keeps every position with its loss, gradient and evaluations", async () => {
  const { time, ...trace } = await testOptim(SGD, {
    fn: bowl,
    steps: 2,
    options: { lr: 0.25 },
    bgXyBreaks: 0,
  });
  assertEquals(time!.length, 3);
  assert(0 <= time![0]! && time![0]! <= time![1]! && time![1]! <= time![2]!);
  assertEquals(trace, {
    optimizer: "SGD",
    fn: "bowl",
    options: { lr: 0.25 },
    params: [[1, -2], [0.5, -2], [0.25, -2]], // y has no gradient
    loss: [1, 0.25, 0.0625],
    gradNorm: [2, 1, 0.5],
    lr: [0.25, 0.25, 0.25],
    evaluations: [0, 1, 2],
    domain: bowl.domain,
    minima: [],
  });
});

Deno.test("testOptim() counts the evaluations of optimizers that need several per step", async () => {
  const trace = await testOptim(LBFGS, {
    fn: beale,
    steps: 3,
    options: { lineSearchFn: "strongWolfe" },
    dtype: "float64",
    bgXyBreaks: 3,
  });
  const [first, second] = trace.evaluations;
  assert(first === 0 && second! > 1, `${trace.evaluations}`);
  assert(trace.loss.at(-1)! < 1e-9, `${trace.loss}`);
  assertEquals([trace.loss[0], trace.gradNorm[0]], [14.203125, 27.75]);
  assertEquals(trace.grid?.z.length, 9);
});

Deno.test("testOptim() refuses steps and starts that cannot be", async () => {
  for (
    const options of [{ steps: -1 }, { steps: 1.5 }, { start: [] }, {
      start: [1, NaN],
    }]
  ) {
    await assertRejects(
      () => testOptim(Adam, { fn: flower, ...options }),
      RangeError,
      "Cannot test an optimizer",
    );
  }
});

Deno.test("evaluateGrid() goes along x first", async () => {
  const domain: TestFunction["domain"] = { x: [0, 1], y: [0, 20] };
  const grid = await evaluateGrid((x, y) => x!.add(y!), domain, 3);
  assertEquals(grid.x, [0, 0.5, 1]);
  assertEquals(grid.z, [0, 0.5, 1, 10, 10.5, 11, 20, 20.5, 21]);
});

Deno.test("testOptim() takes a function alone with start and domain", async () => {
  const domain = bowl.domain;
  function halfBowl(x: Tensor, y: Tensor): Tensor {
    return x.square().add(y.square()).mul(0.5);
  }
  const trace = await testOptim(SGD, {
    fn: halfBowl,
    start: [1, -2],
    domain,
    steps: 1,
    options: { lr: 0.5 },
    bgXyBreaks: 2,
  });
  assertEquals(trace.params, [[1, -2], [0.5, -1]]);
  assertEquals([trace.fn, trace.domain, trace.minima], [
    "halfBowl",
    domain,
    [],
  ]);
  assertEquals(trace.grid?.z, [2.5, 2.5, 2.5, 2.5]);
  const elsewhere = { x: [0, 1], y: [0, 2] } satisfies TestFunction["domain"];
  const moved = await testOptim(SGD, { fn: bowl, domain: elsewhere, steps: 0 });
  assertEquals(moved.domain, elsewhere);
});

Deno.test("testOptim() refuses what is no test function and says why", async () => {
  const { domain } = bowl;
  const start = [1, 2];
  const lacking = (name: keyof TestFunction) => {
    const rest: Record<string, unknown> = { ...bowl };
    delete rest[name];
    return { fn: rest };
  };
  const cases: [options: Record<string, unknown>, message: string][] = [
    [
      { fn: 3 },
      "expected fn to be a TestFunction, its name, a Problem or a function, got 3",
    ],
    [{}, "a Problem or a function, got undefined"],
    [{ fn: bowl.fn }, "got a function without start and domain"],
    [{ fn: bowl.fn, start }, "got a function without domain"],
    [lacking("name"), "one without name"],
    [lacking("fn"), "one without fn"],
    [lacking("start"), "one without start"],
    [lacking("domain"), "one without domain"],
    [lacking("minima"), "one without minima"],
    [{ fn: { ...bowl, fn: 1 } }, "to be a function, got 1"],
    [{ fn: { ...bowl, minima: 1 } }, "to be an array, got 1"],
    [{ fn: bowl, start: 1 }, "start to be an array of numbers, got 1"],
    [
      { fn: bowl, domain: { x: [0, 1] } },
      'expected a domain of ascending pairs such as { x: [-2, 2], y: [-2, 2] }, got {"x":[0,1]}',
    ],
    [
      { fn: bowl, domain: { x: [0, 1], y: [3, -3] } },
      'such as { x: [-2, 2], y: [-2, 2] }, got {"x":[0,1],"y":[3,-3]}',
    ],
    [{ fn: bowl, lr: 0.1 }, "unknown option lr: expected one of fn, start"],
    [
      { fn: () => 3, start, domain },
      "expected fn to return a tensor, got 3",
    ],
    [
      { fn: (...x: Tensor[]) => stack(x), start, domain },
      "expected fn to return one value for one point, got shape [2]",
    ],
    [
      { fn: (v: Tensor) => v.at(0).square(), start, domain },
      "expected fn to take one tensor per coordinate, 2, got a function of one argument",
    ],
    [
      { fn: (v: Tensor) => v.square().sum(), start, domain },
      "expected fn to take one tensor per coordinate, 2, got a function of one argument",
    ],
    [
      { fn: (x: Tensor, y: Tensor) => x.mul(y).sum(), start, domain },
      "expected a function that works element by element and gives shape [100, 100], got []",
    ],
  ];
  for (const [options, message] of cases) {
    await assertRejects(
      () => testOptim(SGD, { steps: 1, ...options } as TestOptimOptions),
      TypeError,
      message,
    );
  }
  await assertRejects(
    () => testOptim("SGD" as unknown as typeof SGD, { fn: bowl }),
    TypeError,
    'expected a class of optimizers, a function that makes one or a transformation, got the string "SGD"',
  );
});

Deno.test("testOptim() passes on what a function throws", async () => {
  const fn = (_x: Tensor, _y: Tensor): Tensor => {
    throw new RangeError("beyond the edge");
  };
  await assertRejects(
    () => testOptim(SGD, { fn, start: [1, 2], domain: bowl.domain }),
    RangeError,
    "beyond the edge",
  );
});
