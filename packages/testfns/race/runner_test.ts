import {
  Adam,
  adam,
  AlgorithmOptimizer,
  chain,
  clipByGlobalNorm,
  LBFGS,
  SGD,
} from "@gradus/optim";
import * as optim from "@gradus/optim";
import * as extra from "@gradus/optim-extra";
import { AdaHessian, Lookahead, SAM } from "@gradus/optim-extra";
import type { Tensor } from "@gradus/tensor";
import { assert, assertEquals, assertThrows } from "@std/assert";
import { rosenbrock, sphere } from "../functions/mod.ts";
import { matrixFactorization } from "../problems/matrix_factorization.ts";
import { noisyQuadratic } from "../problems/noisy_quadratic.ts";
import { problemOf } from "../problems/problem.ts";
import { type Competitor, entriesOf, type Entry } from "./competitor.ts";
import type { OptimizerClass } from "../resolve_optimizer.ts";
import {
  CompiledRunner,
  hasTransformation,
  runnerOf,
} from "./compiled_runner.ts";
import { type Curve, SteppingRunner } from "./runner.ts";

const settings = { budget: 30, dtype: "float64" } as const;

function entry(given: OptimizerClass | Competitor): Entry {
  return entriesOf([given], [1e-3, 1])[0]!;
}

function numbers({ values, evaluations }: Curve): number[][] {
  return [Array.from(values), Array.from(evaluations)];
}

/** The classes that are an algorithm and nothing else, but for Muon, which takes matrices alone. */
const plain = Object.entries({ ...optim, ...extra })
  .filter(([name, value]) =>
    typeof value === "function" && name !== "Muon" &&
    value.prototype instanceof AlgorithmOptimizer
  )
  .map(([, value]) => value as unknown as OptimizerClass)
  .filter((given) => hasTransformation(entry(given)));

const problems = [
  problemOf(rosenbrock),
  noisyQuadratic({ spectrum: [1, 0.3, 0.1] }),
  matrixFactorization({ rows: 4, columns: 3, rank: 2 }),
];

function assertSameValues(a: Curve, b: Curve, what: string): void {
  assertEquals(a.values.length, b.values.length);
  for (let i = 0; i < a.values.length; i++) {
    const found = a.values[i]!, wanted = b.values[i]!;
    assert(
      Object.is(found, wanted) ||
        Math.abs(found - wanted) <= 1e-10 * Math.abs(wanted),
      `${what}, step ${i}: ${found} is not ${wanted}`,
    );
  }
  assertEquals(Array.from(a.evaluations), Array.from(b.evaluations));
}

Deno.test("CompiledRunner and SteppingRunner find the same values with every optimizer", () => {
  assert(plain.length > 40, `${plain.length} optimizers`);
  for (const given of plain) {
    // The two with noise and with matrices; functions of numbers are a special case of them.
    for (const problem of problems.slice(1)) {
      const compiled = new CompiledRunner(entry(given), problem, settings);
      const stepping = new SteppingRunner(entry(given), problem, settings);
      for (const [seed, lr] of [[0, 0.01], [1, 0.1]] as const) {
        const what = `${given.name} on ${problem.name}`;
        const curve = compiled.run(seed, { lr });
        assertSameValues(curve, stepping.run(seed, { lr }), what);
      }
    }
  }
});

Deno.test("CompiledRunner follows options, searched ones and what a class makes of them", () => {
  const cases: [Competitor, Record<string, unknown>[]][] = [
    [{ optimizer: SGD, options: { nesterov: true } }, [
      { momentum: 0.5 },
      { momentum: 0.9 },
    ]],
    [{ optimizer: Adam, options: { cautious: true } }, [
      { amsgrad: true, betas: [0.5, 0.9] },
      { amsgrad: false, weightDecay: 0.1 },
    ]],
    [{ optimizer: extra.AMSBound }, [{ finalLr: 0.5 }]],
    [{ optimizer: optim.AdamW }, [{ weightDecay: 0.3 }]],
  ];
  for (const [competitor, configs] of cases) {
    const own = entry(competitor);
    assert(hasTransformation(own));
    const problem = problems[2]!;
    const compiled = new CompiledRunner(own, problem, settings);
    const stepping = new SteppingRunner(own, problem, settings);
    const seen = new Set<number>();
    for (const config of configs) {
      const curve = compiled.run(0, { lr: 0.02, ...config });
      const wanted = stepping.run(0, { lr: 0.02, ...config });
      assertSameValues(curve, wanted, `${own.name} ${JSON.stringify(config)}`);
      seen.add(curve.values[settings.budget]!);
    }
    assertEquals(seen.size, configs.length);
  }
});

Deno.test("runnerOf() chooses stepping where there is more than an algorithm", () => {
  const wrapped: Competitor = {
    name: "wrapped",
    optimizer: (params, options) => new Lookahead(new Adam(params, options)),
  };
  const isCompiled = (given: OptimizerClass | Competitor) =>
    runnerOf(entry(given), problems[0]!, settings) instanceof CompiledRunner;
  assert(isCompiled(Adam));
  assert(isCompiled({ name: "adam", transformation: adam }));
  assert(!isCompiled(LBFGS));
  assert(!isCompiled(AdaHessian));
  assert(!isCompiled(extra.ScheduleFreeSGD));
  assert(!isCompiled(wrapped));
  assert(!isCompiled({ optimizer: Adam, options: { differentiable: true } }));
});

Deno.test("CompiledRunner runs transformations as the optimizers that they are of", () => {
  const problem = problems[0]!;
  const chained = entry({
    name: "clipped",
    transformation: (lr, { max, ...options }) =>
      chain(clipByGlobalNorm(Number(max)), adam(lr, options)),
    options: { eps: 1e-6 },
  });
  const runner = new CompiledRunner(chained, problem, settings);
  const unclipped = runner.run(0, { lr: 0.1, max: 1e9 });
  const wanted = new SteppingRunner(
    entry({ optimizer: Adam, options: { eps: 1e-6 } }),
    problem,
    settings,
  ).run(0, { lr: 0.1 });
  assertSameValues(unclipped, wanted, "unclipped");
  const clipped = runner.run(0, { lr: 0.1, max: 1e-3 });
  assert(clipped.values[30] !== unclipped.values[30]);
});

Deno.test("CompiledRunner runs transformations whose state hands tensors on", () => {
  // Updates are the gradients of two steps before.
  const late = entry({
    name: "late",
    transformation: (lr) => ({
      init: (params) => {
        const zeros = (params as Tensor[]).map((p) => p.mul(0));
        return { last: zeros, before: zeros.map((z) => z.clone()), steps: [] };
      },
      update: (updates, state) => {
        const { last, before } = state as Record<"last" | "before", Tensor[]>;
        const moved = before.map((g) => g.mul(lr.neg()));
        return [moved as unknown as typeof updates, {
          last: updates as unknown as typeof last,
          before: last,
          steps: [],
        }];
      },
    }),
  });
  const problem = problemOf(sphere);
  const runner = new CompiledRunner(late, problem, { ...settings, budget: 4 });
  for (const seed of [0, 5]) {
    const { values } = runner.run(seed, { lr: 0.25 });
    const [f] = Array.from(values) as [number];
    // x, x, x, x - 2x/4, that - 2x/4
    assertEquals(
      Array.from(values).map((v) => Math.round(v / f * 1e9) / 1e9),
      [1, 1, 1, 0.25, 0],
    );
  }
});

Deno.test("Runner.run() leaves nothing behind", () => {
  const wrapped: Competitor = {
    name: "wrapped",
    optimizer: (params, options) =>
      new Lookahead(new SAM(new Adam(params, options))),
  };
  const givens = [
    ...[Adam, extra.Prodigy, extra.SOAP, extra.SWATS, LBFGS, AdaHessian],
    ...[extra.ScheduleFreeAdamW, extra.Kron],
  ] as OptimizerClass[];
  for (const given of [...givens, wrapped]) {
    const own = entry(given);
    for (const problem of problems) {
      const runner = runnerOf(
        own.name === "AdaHessian" ? { ...own, options: { seed: 3 } } : own,
        problem,
        settings,
      );
      const a = numbers(runner.run(0, { lr: 0.05 }));
      // One that diverges, and another start.
      runner.run(1, { lr: 1e5 });
      const b = numbers(runner.run(1, { lr: 0.05 }));
      assertEquals(numbers(runner.run(0, { lr: 0.05 })), a);
      assert(a[0]![0] !== b[0]![0]);
    }
  }
});

Deno.test("SteppingRunner counts each evaluation of optimizers that need several", () => {
  const counts = (given: OptimizerClass | Competitor, budget: number) =>
    Array.from(
      new SteppingRunner(entry(given), problems[0]!, { ...settings, budget })
        .run(0, { lr: 0.01 }).evaluations,
    );
  assertEquals(counts(SGD, 3), [0, 1, 2, 3]);
  const sam: Competitor = {
    name: "SAM",
    optimizer: (params, options) => new SAM(new SGD(params, options)),
  };
  // The third step would be one evaluation too many.
  assertEquals(counts(sam, 5), [0, 2, 4]);
  const options = { maxIter: 4 };
  assertEquals(counts({ optimizer: LBFGS, options }, 13), [0, 4, 8, 12]);
});

Deno.test("SteppingRunner counts products with the Hessian", () => {
  const counts = (given: Competitor) =>
    Array.from(
      new SteppingRunner(entry(given), problems[0]!, settings)
        .run(0, { lr: 0.01 }).evaluations,
    );
  assertEquals(counts({ optimizer: AdaHessian }).slice(0, 4), [0, 2, 4, 6]);
  const three = { optimizer: AdaHessian, options: { numSamples: 3 } };
  assertEquals(counts(three).slice(0, 4), [0, 4, 8, 12]);
  // One in ten steps.
  const steps = counts({
    optimizer: extra.SophiaH,
    options: { updatePeriod: 10 },
  });
  assertEquals(steps.slice(0, 13), [0, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 14]);
});

Deno.test("SteppingRunner refuses steps that do not evaluate and what is no optimizer", () => {
  const run = (given: Competitor) =>
    new SteppingRunner(entry(given), problems[0]!, settings)
      .run(0, { lr: 0.1 });
  const lazy: Competitor = {
    name: "lazy",
    optimizer: (params, options) => {
      const inner = new SGD(params, options);
      return Object.assign(Object.create(inner), { step: () => undefined });
    },
  };
  assertThrows(
    () => run(lazy),
    Error,
    "Cannot race lazy: expected a step to call its closure, got a step without evaluation",
  );
  const none = { name: "none", optimizer: () => 3 as never };
  assertThrows(
    () => run(none),
    TypeError,
    "Cannot race none: expected an optimizer to be made, got",
  );
});
