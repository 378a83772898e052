import { Adam, type OptimizerLike, SGD } from "@gradus/optim";
import { type Tensor, tensor } from "@gradus/tensor";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { beale } from "./functions/beale.ts";
import { rosenbrock } from "./functions/rosenbrock.ts";
import { sphere } from "./functions/sphere.ts";
import { noisyQuadratic } from "./problems/noisy_quadratic.ts";
import { randomPoint } from "./problems/problem.ts";
import type { StopOptions } from "./stop.ts";
import { testOptim, type TestOptimOptions } from "./test_optim.ts";
import { type Trace, traceFromJson, traceToJson } from "./trace.ts";

/** A trace without what the clock says. */
function timeless({ time, ...trace }: Trace): Trace {
  assertEquals(time?.length, trace.loss.length);
  return trace;
}

Deno.test("testOptim() finds a function by its name", async () => {
  const options = { steps: 5, options: { lr: 0.01 }, bgXyBreaks: 0 };
  const named = await testOptim(Adam, { ...options, fn: "beale" });
  assertEquals(
    timeless(named),
    timeless(await testOptim(Adam, { ...options, fn: beale })),
  );
  assertEquals([named.fn, named.display], ["beale", "log"]);
  await assertRejects(
    () => testOptim(Adam, { fn: "beele" }),
    RangeError,
    "expected one of ackley, beale, booth",
  );
});

Deno.test("testOptim() starts at random where a seed says", async () => {
  const options = { steps: 1, dtype: "float64", bgXyBreaks: 0 } as const;
  const trace = await testOptim(SGD, { ...options, fn: beale, seed: 5 });
  assertEquals(trace.params[0], randomPoint(beale.domain, 2, 5));
  assertEquals([trace.seed, traceFromJson(traceToJson(trace)).seed], [5, 5]);
  const bare = await testOptim(SGD, {
    ...options,
    fn: beale.fn,
    domain: beale.domain,
    seed: 5,
  });
  assertEquals(bare.params[0], trace.params[0]);
  await assertRejects(
    () => testOptim(SGD, { fn: beale, seed: 5, start: [1, 2] }),
    TypeError,
    "expected a start or a seed for a random one, got both",
  );
  await assertRejects(
    () => testOptim(SGD, { fn: beale, seed: 1.5 }),
    RangeError,
    "expected seed to be a whole number, got 1.5",
  );
});

Deno.test("testOptim() takes as many coordinates as a function has", async () => {
  const trace = await testOptim(SGD, {
    fn: rosenbrock,
    start: [0, 0, 0, 0],
    steps: 1,
    options: { lr: 0.5 },
  });
  assertEquals(trace.params, [[0, 0, 0, 0], [1, 1, 1, 0]]);
  assertEquals(trace.minima, [{ at: [1, 1, 1, 1], value: 0 }]);
  assertEquals(trace.grid, undefined);
  await assertRejects(
    () => testOptim(SGD, { fn: beale, start: [1, 2, 3] }),
    RangeError,
    "Cannot use beale in 3 dimensions",
  );
});

Deno.test("testOptim() stops by the rule that is given", async () => {
  const options = {
    fn: sphere,
    start: [1, 0],
    steps: 100,
    options: { lr: 0.25 },
    bgXyBreaks: 0,
  } satisfies TestOptimOptions;
  // The loss is a quarter of that before in every step, the gradient norm half.
  const cases: [TestOptimOptions["stop"], rows: number][] = [
    [{ loss: 0.0625 }, 3],
    [{ gradNorm: 0.25 }, 4],
    [{ maxEvaluations: 7 }, 8],
    [{ maxTime: 0 }, 1],
    [{ loss: 1e-6, maxEvaluations: 2 }, 3],
    [{ diverged: true }, 101],
    [(row) => row.step === 40 && row.params[0]! < 1e-9 && row.lr === 0.25, 41],
    [{}, 101],
  ];
  for (const [stop, rows] of cases) {
    for (const compile of [false, true]) {
      const trace = await testOptim(SGD, { ...options, compile, stop: stop! });
      assertEquals(trace.loss.length, rows, JSON.stringify(stop));
      assertEquals(timeless(trace).evaluations.at(-1), rows - 1);
    }
  }
  const diverging = await testOptim(SGD, {
    ...options,
    options: { lr: 1e10 },
    stop: { diverged: true },
  });
  assertEquals(Number.isFinite(diverging.loss.at(-1)), false);
  assert(diverging.loss.slice(0, -1).every(Number.isFinite));
  for (
    const [stop, message] of [
      [{ los: 1 }, "unknown option los"],
      [{ loss: "1" }, 'expected loss to be a number, got the string "1"'],
      [{ diverged: 1 }, "expected diverged to be true or false, got 1"],
    ] as const
  ) {
    await assertRejects(
      () =>
        testOptim(SGD, { ...options, stop: stop as unknown as StopOptions }),
      TypeError,
      message,
    );
  }
  await assertRejects(
    () => testOptim(SGD, { ...options, stop: { loss: NaN } }),
    RangeError,
    "expected loss to be a number, got NaN",
  );
});

Deno.test("testOptim() lets a scheduler change the learning rate", async () => {
  const options = {
    fn: sphere,
    start: [1, 0],
    steps: 3,
    options: { lr: 0.5 },
    bgXyBreaks: 0,
  };
  const halve = (optimizer: OptimizerLike) => () => {
    const [group] = optimizer.paramGroups;
    group!.lr = group!.lr as number / 2;
  };
  const trace = await testOptim(SGD, {
    ...options,
    scheduler: (optimizer) => ({ step: halve(optimizer) }),
  });
  assertEquals(trace.lr, [0.5, 0.25, 0.125, 0.0625]);
  assertEquals(trace.params.map(([x]) => x), [1, 0, 0, 0]);
  const rows: number[] = [];
  const byRow = await testOptim(SGD, {
    ...options,
    options: { lr: 0.25 },
    scheduler: (optimizer) => (row) => {
      rows.push(row.loss);
      halve(optimizer)();
    },
  });
  assertEquals(rows, byRow.loss.slice(0, -1));
  assertEquals(byRow.params.map(([x]) => x), [1, 0.5, 0.375, 0.328125]);
  for (
    const [scheduler, found] of [
      [() => 3, "got one that returns 3"],
      [{ step() {} }, "got an object"],
    ] as const
  ) {
    await assertRejects(
      () =>
        testOptim(
          SGD,
          { ...options, scheduler } as unknown as TestOptimOptions,
        ),
      TypeError,
      `expected scheduler to be a function that makes one, such as (optimizer) => new StepLR(optimizer, { stepSize: 10 }), ${found}`,
    );
  }
});

Deno.test("testOptim() refuses to go without options, and numbers that are no counts", async () => {
  await assertRejects(
    () => testOptim(SGD, undefined as unknown as TestOptimOptions),
    TypeError,
    "expected options such as { fn: beale }, got undefined",
  );
  for (const bgXyBreaks of [-1, 1, 1.5, NaN]) {
    await assertRejects(
      () => testOptim(SGD, { fn: sphere, bgXyBreaks }),
      RangeError,
      `expected bgXyBreaks to be 0, or a whole number of at least 2, got ${bgXyBreaks}`,
    );
  }
});

Deno.test("testOptim() runs problems and keeps their value without noise", async () => {
  const problem = noisyQuadratic({ spectrum: [1, 0.25], noise: 1 });
  const options = { fn: problem, seed: 2, steps: 4, options: { lr: 0.5 } };
  const trace = await testOptim(SGD, { ...options, dtype: "float64" });
  const [first] = problem.params(2, "float64") as [Tensor];
  assertEquals(trace.params[0], first.arraySync() as number[]);
  trace.params.forEach((at, k) => {
    const theta = tensor(at, { dtype: "float64" });
    assertEquals(trace.loss[k], problem.evaluate!([theta]).itemSync());
  });
  const [x, y] = [0, 1].map((i) => trace.params.map((at) => at[i]!));
  assertEquals(trace.domain, {
    x: [Math.min(...x!), Math.max(...x!)],
    y: [Math.min(...y!), Math.max(...y!)],
  });
  assertEquals(trace.grid, undefined);
  const still = await testOptim(SGD, { ...options, steps: 0 });
  const [a, b] = still.params[0] as [number, number];
  assertEquals(still.domain, { x: [a - 1, a + 1], y: [b - 1, b + 1] });
  await assertRejects(
    () =>
      testOptim(
        SGD,
        {
          ...options,
          seed: undefined,
          start: [1, 2],
        } as unknown as TestOptimOptions,
      ),
    TypeError,
    "expected a seed for the problem noisyQuadratic, got a start",
  );
});
