import { Adam, adam, LBFGS, RMSprop, SGD } from "@gradus/optim";
import { SAM } from "@gradus/optim-extra";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { monkeySaddle, sphere } from "../functions/mod.ts";
import { noisyQuadratic } from "../problems/noisy_quadratic.ts";
import { problemOf } from "../problems/problem.ts";
import type { Competitor } from "./competitor.ts";
import type { OptimizerClass } from "../resolve_optimizer.ts";
import { race, type RaceResult } from "./race.ts";
import type { RaceOptions } from "./race_options.ts";

const small = {
  evaluations: 40,
  trials: 4,
  tuningStarts: 2,
  starts: 3,
  progress: false,
} as const;

const sam: Competitor = {
  name: "SAM",
  optimizer: (params, options) => new SAM(new SGD(params, options)),
};
const lbfgs: Competitor = { optimizer: LBFGS, options: { maxIter: 1 } };

function raceOf(options: Partial<RaceOptions> = {}): Promise<RaceResult> {
  return race({
    optimizers: [Adam],
    problems: ["sphere"],
    ...small,
    ...options,
  });
}

Deno.test("race() gives every optimizer as many configurations and the same starts", async () => {
  for (const tuning of ["grid", "random"] as const) {
    const result = await raceOf({
      optimizers: [
        Adam,
        { optimizer: SGD, search: { momentum: [0, 0.5, 0.9] } },
        sam,
        lbfgs,
        { name: "adam", transformation: (lr) => adam(lr) },
      ],
      problems: ["booth", noisyQuadratic({ spectrum: [1, 0.1] })],
      tuning,
      seed: 7,
    });
    assertEquals(result.problems, ["booth", "noisyQuadratic"]);
    for (const problem of result.problems) {
      for (const optimizer of result.optimizers) {
        const own = (run: RaceResult["runs"][0]) =>
          run.optimizer === optimizer && run.problem === problem;
        const tuned = result.tuningRuns.filter(own);
        assertEquals(tuned.length, 4 * 2);
        const configs = tuned.map(({ config }) => JSON.stringify(config));
        assertEquals(new Set(configs).size, 4);
        assertEquals(new Set(tuned.map(({ seed }) => seed)), new Set([7, 8]));
        const runs = result.runs.filter(own);
        assertEquals(runs.map(({ seed }) => seed), [9, 10, 11]);
        for (const { config, evaluations } of runs) {
          assertEquals(config, result.best[optimizer]![problem]!);
          assert(configs.includes(JSON.stringify(config)));
          assert(evaluations === null || evaluations >= 1 && evaluations <= 40);
        }
      }
    }
  }
});

Deno.test("race() finds the same with the same seed, and something else with another", async () => {
  const options = {
    optimizers: [RMSprop, sam] as (OptimizerClass | Competitor)[],
    problems: ["rosenbrock", noisyQuadratic()],
    tuning: "random",
  } as const;
  const first = await raceOf({ ...options, seed: 1 });
  assertEquals(await raceOf({ ...options, seed: 1 }), first);
  const other = await raceOf({ ...options, seed: 2 });
  assert(other.runs[0]!.finalValue !== first.runs[0]!.finalValue);
  assert(other.tuningRuns[0]!.config.lr !== first.tuningRuns[0]!.config.lr);
});

Deno.test("race() takes the configuration that solves most, then that which is fastest", async () => {
  // SGD with lr 0.5 is at the minimum of x^2 + y^2 after one step, with 0.25 the value falls to a quarter.
  const { best, runs, sensitivity } = await raceOf({
    optimizers: [{ optimizer: SGD, lr: [0.125, 0.5] }],
    trials: 3,
  });
  assertEquals(best, { SGD: { sphere: { lr: 0.5 } } });
  assertEquals(runs.map(({ evaluations }) => evaluations), [1, 1, 1]);
  const [curve] = sensitivity.sphere!;
  assertEquals(curve!.lr, [0.125, 0.25, 0.5]);
  assert(curve!.value[0]! > curve!.value[1]!);
  assertEquals(curve!.value[2], 0);
});

Deno.test("race() takes targets of problems, else a share of the way from the start", async () => {
  // With lr 0.25 the value is 4^-k of the first.
  const sgd: Competitor = { optimizer: SGD, lr: [0.25, 0.25] };
  const costs = async (options: Partial<RaceOptions>) =>
    (await raceOf({ optimizers: [sgd], ...options })).runs
      .map(({ evaluations }) => evaluations);
  assertEquals(await costs({ tolerance: 0.05 }), [3, 3, 3]); // 1/64
  assertEquals(await costs({ tolerance: 1e-3 }), [5, 5, 5]); // 1/1024
  const problem = problemOf(sphere);
  const params: typeof problem.params = (_, dtype) =>
    problemOf(sphere, [1, 1]).params(undefined, dtype);
  const target = (target: number) => [{ ...problem, params, target }];
  assertEquals(await costs({ problems: target(2) }), [1, 1, 1]);
  assertEquals(await costs({ problems: target(0.5) }), [1, 1, 1]);
  assertEquals(await costs({ problems: target(0.1) }), [3, 3, 3]);
  assertEquals(await costs({ problems: target(1e-30) }), [null, null, null]);
});

Deno.test("race() measures sensitivity from the minimum", async () => {
  const lifted = { ...problemOf(sphere), minimum: -5 };
  const loss = lifted.loss;
  const { sensitivity } = await raceOf({
    optimizers: [{ optimizer: SGD, lr: [0.5, 0.5] }],
    problems: [{
      ...lifted,
      loss: (params, step) => loss(params, step).sub(5),
    }],
  });
  assertEquals(sensitivity.sphere![0]!.value, [0]);
});

Deno.test("race() profiles over all starts on all problems", async () => {
  const { profile, runs } = await raceOf({
    optimizers: [Adam, lbfgs],
    problems: ["sphere", "matyas"],
  });
  for (const { optimizer, share } of profile) {
    const solved = runs.filter((run) =>
      run.optimizer === optimizer && run.evaluations !== null
    );
    assertEquals(share.at(-1), solved.length / 6);
  }
});

Deno.test("race() takes float32 too", async () => {
  const valuesIn = async (dtype: "float32" | "float64") =>
    (await raceOf({ optimizers: [Adam, sam], dtype })).runs
      .map(({ bestValue }) => bestValue);
  const single = await valuesIn("float32"), double = await valuesIn("float64");
  single.forEach((value, i) => {
    assert(value !== double[i]);
    assert(Math.abs(value - double[i]!) < 1e-3);
  });
});

Deno.test("race() tells how far it is", async () => {
  const seen: [number, number][] = [];
  await raceOf({
    optimizers: [Adam, SGD],
    problems: ["sphere", "booth"],
    progress: (done, total) => seen.push([done, total]),
  });
  const total = 2 * 2 * (4 * 2 + 3);
  assertEquals(seen, Array.from({ length: total }, (_, i) => [i + 1, total]));
});

Deno.test("race() says which option is wrong", async () => {
  const refuses = async (
    options: object,
    error: new (message: string) => Error,
    message: string,
  ) => void await assertRejects(() => raceOf(options), error, message);
  await refuses(
    { steps: 3 },
    TypeError,
    "Cannot race with an unknown option steps",
  );
  for (const name of ["evaluations", "trials", "tuningStarts", "starts"]) {
    for (const value of [0, 1.5, NaN, "9"]) {
      await refuses(
        { [name]: value },
        RangeError,
        `Cannot race: expected ${name} to be a whole number of at least 1, got ${value}`,
      );
    }
  }
  await refuses(
    { tuning: "bayes" },
    RangeError,
    'Cannot race: expected tuning "grid" or "random", got "bayes"',
  );
  await refuses({ dtype: "int32" }, RangeError, 'expected dtype "float32" or');
  await refuses({ tolerance: 1 }, RangeError, "a tolerance in (0, 1), got 1");
  await refuses({ seed: -1 }, RangeError, "expected seed to be a whole number");
  await refuses(
    { lr: [1, 0.1] },
    RangeError,
    "Cannot race optimizers: expected",
  );
  await refuses(
    { problems: [] },
    TypeError,
    "an array of problems, got an empty",
  );
  await refuses(
    { problems: [3] },
    TypeError,
    "functions, their names or problems",
  );
  await refuses(
    { problems: ["spheer"] },
    RangeError,
    "Cannot find a test function: expected one of ackley",
  );
  await refuses(
    { problems: [monkeySaddle] },
    RangeError,
    "Cannot race on monkeySaddle as nobody knows when it is solved: give it a target or a minimum",
  );
  await refuses(
    { problems: ["sphere", sphere] },
    RangeError,
    "Cannot race two problems that are both called sphere",
  );
  await refuses(
    { optimizers: [{ optimizer: SGD, options: { momentum: -1 } }] },
    RangeError,
    "momentum",
  );
});
