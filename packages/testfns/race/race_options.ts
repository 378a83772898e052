/** What a race is told, checked. */

import { checkOptions, describe } from "@gradus/tensor/internal";
import {
  type ParamType,
  type Problem,
  problemOf,
} from "../problems/problem.ts";
import type { TestFunction } from "../test_function.ts";
import { testFunction } from "../test_functions.ts";
import {
  checkNames,
  checkRates,
  type Competitor,
  entriesOf,
  type Entry,
} from "./competitor.ts";
import type { OptimizerClass } from "../resolve_optimizer.ts";
import { type Progress, terminalProgress } from "./progress.ts";

/** Options of {@linkcode race}. */
export interface RaceOptions {
  /** Who takes part: classes of optimizers, or classes, functions and transformations with options and what is to be tuned. */
  optimizers: readonly (OptimizerClass | Competitor)[];
  /** On what: test functions, their names, or problems. */
  problems: readonly (string | TestFunction | Problem)[];
  /** Evaluations of loss and gradient that each run may have; 500 if left out. */
  evaluations?: number;
  /** Configurations that each optimizer may try on each problem; 9 if left out. */
  trials?: number;
  /** How they are chosen: learning rates on a grid, which is the default, or everything at random. */
  tuning?: "grid" | "random";
  /** The learning rates to try, from and to; 1e-4 to 10 if left out. */
  lr?: readonly [number, number];
  /** Starts with which configurations are tried; 3 if left out. */
  tuningStarts?: number;
  /** Other starts, which count; 10 if left out. */
  starts?: number;
  /**
   * A run has solved its problem where the value is at most
   * `minimum + tolerance (first value - minimum)` (Moré and Wild 2009), unless
   * the problem has a target of its own; 1e-3 if left out.
   */
  tolerance?: number;
  /** Chooses starts and random configurations; 0 if left out. */
  seed?: number;
  /** Type of the parameters; float64 if left out. */
  dtype?: ParamType;
  /** Told after each run how many of how many are done; true, the default, shows a bar if there is a terminal. */
  progress?: boolean | Progress;
}

/** What a race was told, as numbers and words. */
export interface RaceSettings {
  /** Evaluations of loss and gradient that each run had. */
  evaluations: number;
  /** Configurations that each optimizer tried on each problem. */
  trials: number;
  /** How they were chosen. */
  tuning: "grid" | "random";
  /** The learning rates that were tried, from and to, unless an optimizer had its own. */
  lr: [number, number];
  /** Starts with which configurations were tried. */
  tuningStarts: number;
  /** Other starts, which count. */
  starts: number;
  /** The share of the first value, above the minimum, at which problems without a target count as solved. */
  tolerance: number;
  /** What chose starts and random configurations. */
  seed: number;
  /** Type of the parameters. */
  dtype: ParamType;
}

/** A race that can begin. */
export interface RacePlan {
  readonly settings: RaceSettings;
  readonly entries: readonly Entry[];
  readonly problems: readonly Problem[];
  readonly report: Progress;
}

const defaults: RaceSettings = {
  evaluations: 500,
  trials: 9,
  tuning: "grid",
  lr: [1e-4, 10],
  tuningStarts: 3,
  starts: 10,
  tolerance: 1e-3,
  seed: 0,
  dtype: "float64",
};

const names: readonly (keyof RaceOptions)[] = [
  "optimizers",
  "problems",
  ...Object.keys(defaults) as (keyof RaceSettings)[],
  "progress",
];

function refuse(expected: string, found: unknown): never {
  throw new RangeError(`Cannot race: expected ${expected}, got ${found}`);
}

function checkChoice(
  name: string,
  value: string,
  choices: readonly string[],
): void {
  if (choices.includes(value)) return;
  refuse(`${name} "${choices.join('" or "')}"`, JSON.stringify(value));
}

function settingsOf(options: RaceOptions): RaceSettings {
  const settings = { ...defaults };
  for (const name of Object.keys(defaults) as (keyof RaceSettings)[]) {
    const value = options[name];
    if (value !== undefined) Object.assign(settings, { [name]: value });
  }
  const { tuning, lr, tolerance, seed, dtype } = settings;
  for (
    const name of ["evaluations", "trials", "tuningStarts", "starts"] as const
  ) {
    const count = settings[name];
    if (Number.isSafeInteger(count) && count >= 1) continue;
    refuse(`${name} to be a whole number of at least 1`, count);
  }
  checkChoice("tuning", tuning, ["grid", "random"]);
  checkChoice("dtype", dtype, ["float32", "float64"]);
  checkRates("optimizers", lr);
  if (!(tolerance > 0 && tolerance < 1)) {
    refuse("a tolerance in (0, 1)", tolerance);
  }
  if (!Number.isSafeInteger(seed) || seed < 0) {
    refuse("seed to be a whole number of at least 0", seed);
  }
  return { ...settings, lr: [...lr] };
}

function problemFrom(given: string | TestFunction | Problem): Problem {
  if (typeof given === "string") return problemOf(testFunction(given));
  const { fn, params, loss } = Object(given) as Partial<TestFunction & Problem>;
  if (typeof params === "function" && typeof loss === "function") {
    return given as Problem;
  }
  if (typeof fn === "function") return problemOf(given as TestFunction);
  throw new TypeError(
    `Cannot race: expected test functions, their names or problems, got ${
      describe(given)
    }`,
  );
}

function problemsOf(problems: RaceOptions["problems"]): Problem[] {
  if (!Array.isArray(problems) || problems.length === 0) {
    throw new TypeError(
      `Cannot race: expected an array of problems, got ${
        Array.isArray(problems) ? "an empty one" : describe(problems)
      }`,
    );
  }
  const list = problems.map(problemFrom);
  for (const { name, target, minimum } of list) {
    if (target !== undefined || minimum !== undefined) continue;
    throw new RangeError(
      `Cannot race on ${name} as nobody knows when it is solved: give it a target or a minimum`,
    );
  }
  checkNames("problems", list);
  return list;
}

function reportOf(progress: boolean | Progress): Progress {
  if (typeof progress === "function") return progress;
  return progress ? terminalProgress("Racing") : () => {};
}

/**
 * The race that options ask for.
 *
 * @throws {TypeError} if an option is unknown or has the wrong type.
 * @throws {RangeError} if an option is out of range, names repeat, or a problem has neither target nor minimum.
 */
export function planOf(options: RaceOptions): RacePlan {
  if (options === undefined) {
    throw new TypeError(
      "Cannot race: expected { optimizers, problems }, got nothing",
    );
  }
  checkOptions("race", options, names);
  const settings = settingsOf(options);
  return {
    settings,
    entries: entriesOf(options.optimizers, settings.lr),
    problems: problemsOf(options.problems),
    report: reportOf(options.progress ?? true),
  };
}
