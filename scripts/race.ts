// Races optimizers over test functions and writes a page about it.
//
//     deno task race [--optimizers=Adam,Lion] [--problems=beale,spirals]
//       [--evaluations=300] [--trials=9] [--starts=10] [--seed=0]
//       [--out=out/race.html] [--help]

import { parseArgs } from "node:util";
import { Adam, AlgorithmOptimizer, LBFGS, SGD } from "@gradus/optim";
import * as optim from "@gradus/optim";
import * as extra from "@gradus/optim-extra";
import {
  logisticRegression,
  matrixFactorization,
  noisyQuadratic,
  type OptimizerClass,
  type OptimizerCompetitor,
  type OptimizerFactory,
  type Problem,
  race,
  type RaceResult,
  raceRows,
  raceTable,
  spirals,
  testFunctions,
  testOptim,
  type Trace,
} from "@gradus/testfns";
import { raceReport } from "@gradus/testfns/plot";

const { GSAM, Grokfast, Lookahead, SAM } = extra;
const momentum = { momentum: 0.9 };

/** Competitors that are more than a class with its defaults. */
const special: OptimizerCompetitor[] = [
  { name: "SGD with momentum", optimizer: SGD, options: momentum },
  {
    optimizer: LBFGS,
    options: { lineSearchFn: "strongWolfe", maxIter: 4, historySize: 10 },
  },
  // With it, the first steps are those of SGD, which learning rates for the others do not suit.
  { optimizer: extra.AdaBelief, options: { rectify: false } },
  { optimizer: extra.Prodigy, lr: [0.1, 10] },
  { optimizer: extra.DAdaptAdam, lr: [0.1, 10] },
  {
    name: "SAM",
    optimizer: (params, options) =>
      new SAM(new SGD(params, { ...options, ...momentum })),
  },
  {
    name: "GSAM",
    optimizer: (params, options) =>
      new GSAM(new SGD(params, { ...options, ...momentum })),
  },
  {
    name: "Lookahead",
    optimizer: (params, options) => new Lookahead(new Adam(params, options)),
  },
  {
    name: "Grokfast",
    optimizer: (params, options) => new Grokfast(new Adam(params, options)),
  },
];

function named(list: readonly OptimizerCompetitor[]) {
  return list.map((one) => [one.name ?? one.optimizer.name, one] as const);
}

/** Every optimizer by its name, but for those that take only some kinds of parameters. */
const optimizers: ReadonlyMap<string, OptimizerCompetitor> = new Map([
  ...named(
    Object.values({ ...optim, ...extra }).filter((value) =>
      typeof value === "function" &&
      value.prototype instanceof AlgorithmOptimizer &&
      !["Muon", "SparseAdam"].includes(value.name)
    ).map((optimizer) => ({
      optimizer: optimizer as unknown as OptimizerClass,
    })),
  ),
  ...named(special),
]);

/** Problems that are no test functions, by name. */
const problems: ReadonlyMap<string, Problem> = new Map(
  [noisyQuadratic(), logisticRegression(), matrixFactorization(), spirals()]
    .map((problem) => [problem.name, problem]),
);

/** Every problem for which it is known when it is solved. */
const problemNames = [
  ...Object.values(testFunctions).filter(({ minima }) => minima.length > 0)
    .map(({ name }) => name),
  ...problems.keys(),
];

/** A few of each kind. */
const chosenOptimizers =
  "SGD,SGD with momentum,RMSprop,Adagrad,Rprop,Adam,LBFGS,Lion,AdaBelief,Adan,AdEMAMix,Prodigy,SOAP,AdaHessian,ScheduleFreeAdamW,SAM";
/** Smooth, of several minima, curved, full of minima, and then with noise, of bad condition, with a saddle, a net. */
const chosenProblems =
  "booth,himmelblau,sixHumpCamel,beale,rosenbrock,ackley,noisyQuadratic,logisticRegression,matrixFactorization,spirals";

/** The names in a list that are known. */
function pick(what: string, list: string, known: readonly string[]): string[] {
  const names = list.split(",").map((name) => name.trim());
  for (const name of names) {
    if (known.includes(name)) continue;
    throw new RangeError(
      `Cannot race ${what} ${JSON.stringify(name)}: expected some of ${
        known.join(", ")
      }`,
    );
  }
  return names;
}

/** The first of the starts from which most of some optimizers solve a problem. */
function bestSeed(
  { runs }: RaceResult,
  problem: string,
  names: readonly string[],
): number {
  const solved = new Map<number, number>();
  for (const run of runs) {
    if (run.problem !== problem || !names.includes(run.optimizer)) continue;
    const count = run.evaluations === null ? 0 : 1;
    solved.set(run.seed, (solved.get(run.seed) ?? 0) + count);
  }
  return [...solved].reduce((best, next) => next[1] > best[1] ? next : best)[0];
}

/** Paths of the best optimizers on each function of two variables. */
async function tracesOf(result: RaceResult, best = 4): Promise<Trace[]> {
  const rows = raceRows(result);
  const traces: Trace[] = [];
  for (const fn of result.problems) {
    if (problems.has(fn)) continue;
    const leaders = rows.toSorted((a, b) => {
      const [x, y] = [a.cells[fn]!, b.cells[fn]!];
      return y.solved - x.solved ||
        (x.evaluations ?? Infinity) - (y.evaluations ?? Infinity);
    }).slice(0, best);
    const seed = bestSeed(result, fn, leaders.map((row) => row.optimizer));
    for (const { optimizer: name } of leaders) {
      const { optimizer, options } = optimizers.get(name)!;
      traces.push(
        await testOptim(optimizer as OptimizerFactory, {
          fn,
          name,
          seed,
          dtype: result.dtype,
          options: { ...options, ...result.best[name]![fn] },
          steps: result.evaluations,
          stop: { maxEvaluations: result.evaluations, diverged: true },
          // All of them have the same background.
          bgXyBreaks: name === leaders[0]!.optimizer ? 50 : 0,
        }),
      );
    }
  }
  return traces;
}

if (import.meta.main) {
  const { values } = parseArgs({
    // What npm wants before flags.
    args: Deno.args.filter((arg) => arg !== "--"),
    options: {
      help: { type: "boolean", default: false },
      optimizers: { type: "string", default: chosenOptimizers },
      problems: { type: "string", default: chosenProblems },
      evaluations: { type: "string", default: "300" },
      trials: { type: "string", default: "9" },
      starts: { type: "string", default: "10" },
      seed: { type: "string", default: "0" },
      out: { type: "string", default: "out/race.html" },
    },
  });
  if (values.help) {
    console.log(`deno task race [--NAME=VALUE ...]

  --optimizers=A,B    some of ${[...optimizers.keys()].join(", ")}
  --problems=A,B      some of ${problemNames.join(", ")}
  --evaluations=300   evaluations of loss and gradient in each run
  --trials=9          configurations that each optimizer may try
  --starts=10         starts that count
  --seed=0            chooses the starts
  --out=out/race.html the page`);
    Deno.exit();
  }
  const begin = performance.now();
  const result = await race({
    optimizers: pick("optimizer", values.optimizers, [...optimizers.keys()])
      .map((name) => ({ name, ...optimizers.get(name)! })),
    problems: pick("on", values.problems, problemNames)
      .map((name) => problems.get(name) ?? name),
    evaluations: Number(values.evaluations),
    trials: Number(values.trials),
    starts: Number(values.starts),
    seed: Number(values.seed),
    lr: [1e-3, 10],
  });
  console.log(raceTable(result));
  const html = raceReport(result, { traces: await tracesOf(result) });
  const folder = values.out.replace(/[^/\\]*$/, "");
  if (folder !== "") await Deno.mkdir(folder, { recursive: true });
  await Deno.writeTextFile(values.out, html);
  const seconds = ((performance.now() - begin) / 1000).toFixed(0);
  console.log(`\n${values.out}, after ${seconds} s`);
}
