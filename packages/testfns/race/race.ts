/** Races: many optimizers on many problems, each tuned with the same budget. */

import type { Problem } from "../problems/problem.ts";
import type { ProfileCurve, SensitivityCurve } from "../race_types.ts";
import type { Entry } from "./competitor.ts";
import { runnerOf } from "./compiled_runner.ts";
import { drawnFrom, gridOf, type RaceConfig } from "./config.ts";
import {
  planOf,
  type RaceOptions,
  type RacePlan,
  type RaceSettings,
} from "./race_options.ts";
import type { Runner } from "./runner.ts";
import {
  figuresOf,
  isBetter,
  performanceProfile,
  type RaceRun,
  sensitivityOf,
} from "./score.ts";

/** What a race found, as plain data. */
export interface RaceResult extends RaceSettings {
  /** The names of the optimizers. */
  optimizers: string[];
  /** The names of the problems. */
  problems: string[];
  /** The runs that tuned. */
  tuningRuns: RaceRun[];
  /** The runs that count: each optimizer with its best configuration, from new starts. */
  runs: RaceRun[];
  /** The best configuration by optimizer and problem. */
  best: Record<string, Record<string, RaceConfig>>;
  /** How often each optimizer was how near to the best, over all starts on all problems. */
  profile: ProfileCurve[];
  /**
   * What the learning rate does to each optimizer, by problem, from the runs
   * that tuned: how far the values at the end are above the minimum, if that is known.
   */
  sensitivity: Record<string, SensitivityCurve[]>;
}

/** Milliseconds after which others get a turn. */
const LONG = 50;

/**
 * Races optimizers. On each problem, each of them first tries as many
 * configurations as all others from a few starts, and then runs with the best
 * of them from new starts, the same for all.
 *
 * What counts is how many evaluations of loss and gradient it takes to a
 * target. Optimizers that need several per step pay for them, and for products
 * with the Hessian, each of which costs about as much. A step that takes more
 * than is left of the budget does not count.
 *
 * Runs of transformations, and of optimizers that are an algorithm and nothing
 * else, are one compiled program per optimizer and problem, so that hundreds
 * take seconds; the others go step by step.
 *
 * @throws {TypeError} if an option is unknown or has the wrong type.
 * @throws {RangeError} if an option is out of range, names repeat, or a problem has neither target nor minimum.
 *
 * @example
 * ```ts
 * import { Adam, adam, chain, clipByGlobalNorm, SGD } from "@gradus/optim";
 * import { SAM } from "@gradus/optim-extra";
 * import { race, raceTable } from "@gradus/testfns";
 * import { assertEquals } from "@std/assert";
 *
 * const result = await race({
 *   optimizers: [
 *     Adam,
 *     { optimizer: SGD, search: { momentum: [0, 0.9] } },
 *     {
 *       name: "SAM of SGD",
 *       optimizer: (params, { rho, ...options }) =>
 *         new SAM(new SGD(params, options), { rho: Number(rho) }),
 *       options: { rho: 0.1 },
 *     },
 *     {
 *       name: "clipped Adam",
 *       transformation: (lr) => chain(clipByGlobalNorm(1), adam(lr)),
 *     },
 *   ],
 *   problems: ["sphere", "rosenbrock"],
 *   evaluations: 200,
 *   trials: 6,
 *   starts: 3,
 * });
 * console.log(raceTable(result));
 * assertEquals(result.runs.length, 4 * 2 * 3);
 * ```
 */
export async function race(options: RaceOptions): Promise<RaceResult> {
  const plan = planOf(options);
  const { settings, entries, problems } = plan;
  const { tuningRuns, runs, best } = await runAll(plan);
  const names = entries.map(({ name }) => name);
  return {
    optimizers: names,
    problems: problems.map(({ name }) => name),
    ...settings,
    tuningRuns,
    runs,
    best,
    profile: performanceProfile(Object.fromEntries(names.map((name) => [
      name,
      runs.filter(({ optimizer }) => optimizer === name)
        .map(({ evaluations }) => evaluations ?? Infinity),
    ]))),
    sensitivity: Object.fromEntries(problems.map((problem) => [
      problem.name,
      names.map((name) =>
        sensitivityOf(
          name,
          tuningRuns.filter((run) =>
            run.optimizer === name && run.problem === problem.name
          ),
          problem.minimum,
        )
      ),
    ])),
  };
}

async function runAll(
  { settings, entries, problems, report }: RacePlan,
): Promise<Pick<RaceResult, "tuningRuns" | "runs" | "best">> {
  const { evaluations: budget, dtype, seed, tuningStarts, starts } = settings;
  const configure = settings.tuning === "grid" ? gridOf : drawnFrom;
  const configs = new Map(entries.map((entry) => [
    entry,
    configure(entry, settings.trials, seed),
  ]));
  const tried = [...configs.values()].reduce((sum, own) => sum + own.length, 0);
  const total = problems.length *
    (tried * tuningStarts + entries.length * starts);
  let done = 0, since = performance.now();

  const tuningRuns: RaceRun[] = [], runs: RaceRun[] = [];
  const best: RaceResult["best"] = Object.fromEntries(
    entries.map(({ name }) => [name, {}]),
  );
  for (const problem of problems) {
    for (const entry of entries) {
      const runner = runnerOf(entry, problem, { budget, dtype });
      const run = async (from: number, count: number, config: RaceConfig) => {
        const made: RaceRun[] = [];
        for (let i = 0; i < count; i++) {
          made.push(
            runOnce(runner, entry, problem, from + i, config, settings),
          );
          report(++done, total);
          if (performance.now() - since < LONG) continue;
          // Finalizers, and whoever else waits for a turn, get one.
          await new Promise((resolve) => setTimeout(resolve, 0));
          since = performance.now();
        }
        return made;
      };
      let leader: { config: RaceConfig; made: RaceRun[] } | null = null;
      for (const config of configs.get(entry)!) {
        const made = await run(seed, tuningStarts, config);
        tuningRuns.push(...made);
        if (!leader || isBetter(made, leader.made)) leader = { config, made };
      }
      best[entry.name]![problem.name] = leader!.config;
      runs.push(...await run(seed + tuningStarts, starts, leader!.config));
    }
  }
  return { tuningRuns, runs, best };
}

function runOnce(
  runner: Runner,
  entry: Entry,
  problem: Problem,
  seed: number,
  config: RaceConfig,
  { tolerance }: RaceSettings,
): RaceRun {
  const curve = runner.run(seed, config);
  const { minimum } = problem;
  // One of the two is there, as was checked.
  const target = problem.target ??
    minimum! + tolerance * (curve.values[0]! - minimum!);
  return {
    optimizer: entry.name,
    problem: problem.name,
    seed,
    config,
    ...figuresOf(curve, target),
  };
}
