/** What runs are worth. */

import type { ProfileCurve, SensitivityCurve } from "../race_types.ts";
import { keyOf, type RaceConfig } from "./config.ts";
import { median, quantile } from "./quantile.ts";
import type { Curve } from "./runner.ts";

/** What a run in a race came to, as plain data. */
export interface RaceRun {
  /** The name of the optimizer. */
  optimizer: string;
  /** The name of the problem. */
  problem: string;
  /** Which start it had. */
  seed: number;
  /** Its hyper-parameters, without those that all runs of the optimizer share. */
  config: RaceConfig;
  /** Evaluations until the value was at the target or below; null if it never was. */
  evaluations: number | null;
  /** The value after the last step; NaN or infinite where the run diverged. */
  finalValue: number;
  /** The least value on the way. */
  bestValue: number;
}

/** Reduces a run to its figures. */
export function figuresOf(
  { values, evaluations }: Curve,
  target: number,
): Pick<RaceRun, "evaluations" | "finalValue" | "bestValue"> {
  let reached: number | null = null;
  let best = Infinity;
  for (let k = 0; k < values.length; k++) {
    const value = values[k]!;
    if (value < best) best = value;
    // What is at the target at the start has cost one look.
    if (reached === null && value <= target) {
      reached = Math.max(1, evaluations[k]!);
    }
  }
  return {
    evaluations: reached,
    finalValue: values[values.length - 1]!,
    bestValue: best,
  };
}

/** The cost of a run; infinite if it failed. */
function costOf({ evaluations }: RaceRun): number {
  return evaluations ?? Infinity;
}

/** Compares configurations by their runs: solved most often, then soonest, then the least value at the end. */
export function isBetter(
  runs: readonly RaceRun[],
  than: readonly RaceRun[],
): boolean {
  const key = (list: readonly RaceRun[]) => [
    -list.filter(({ evaluations }) => evaluations !== null).length /
    list.length,
    median(list.map(costOf)),
    median(list.map(({ finalValue }) => finalValue)),
  ];
  const [a, b] = [key(runs), key(than)];
  for (let i = 0; i < a.length; i++) {
    if (a[i]! !== b[i]!) return a[i]! < b[i]!;
  }
  return false;
}

/**
 * Performance profiles (Dolan and Moré 2002): for each solver, the share of
 * cases that it solves at no more than tau times the cost of the cheapest
 * solver of that case.
 *
 * @param costs By solver, the cost of each case, infinite or NaN where it failed; the cases are in the same order for all.
 * @throws {RangeError} if solvers have different numbers of cases, or none, or a cost is not above 0.
 *
 * @example
 * ```ts
 * import { performanceProfile } from "@gradus/testfns";
 * import { assertEquals } from "@std/assert";
 *
 * const [a, b] = performanceProfile({ a: [10, 10], b: [5, Infinity] });
 * assertEquals(a, { optimizer: "a", tau: [1, 2], share: [0.5, 1] });
 * assertEquals(b, { optimizer: "b", tau: [1], share: [0.5] });
 * ```
 */
export function performanceProfile(
  costs: Readonly<Record<string, readonly number[]>>,
): ProfileCurve[] {
  const all = Object.values(costs);
  const cases = all[0]?.length ?? 0;
  if (cases === 0 || all.some((own) => own.length !== cases)) {
    throw new RangeError(
      `Cannot make performance profiles: expected as many costs for each optimizer, got ${
        all.map((own) => own.length).join(", ")
      }`,
    );
  }
  const wrong = all.flat().find((cost) => cost <= 0);
  if (wrong !== undefined) {
    throw new RangeError(
      `Cannot make performance profiles: expected costs above 0, got ${wrong}`,
    );
  }
  const least = Array.from(
    { length: cases },
    (_, i) => Math.min(...all.map((own) => finite(own[i]!))),
  );
  return Object.entries(costs).map(([optimizer, own]) => {
    const ratios = own.map((cost, i) => finite(cost) / least[i]!)
      .filter((ratio) => ratio < Infinity).sort((a, b) => a - b);
    const tau = [...new Set([1, ...ratios])];
    const share = tau.map((t) =>
      ratios.filter((ratio) => ratio <= t).length / cases
    );
    return { optimizer, tau, share };
  });
}

function finite(cost: number): number {
  return Number.isNaN(cost) ? Infinity : cost;
}

/**
 * How well an optimizer did at each learning rate that was tried: the median
 * and the quartiles over starts of how far the value at the end is above
 * `minimum`. Of what else was tuned, the best choice counts.
 */
export function sensitivityOf(
  optimizer: string,
  runs: readonly RaceRun[],
  minimum = 0,
): SensitivityCurve {
  const byRate = new Map<number, Map<string, RaceRun[]>>();
  for (const run of runs) {
    const { lr } = run.config;
    const choices = byRate.get(lr) ?? new Map<string, RaceRun[]>();
    byRate.set(lr, choices);
    const key = keyOf(run.config);
    choices.set(key, [...choices.get(key) ?? [], run]);
  }
  const lr = [...byRate.keys()].sort((a, b) => a - b);
  const bests = lr.map((rate) =>
    [...byRate.get(rate)!.values()]
      .reduce((best, other) => isBetter(other, best) ? other : best)
      .map(({ finalValue }) => finalValue - minimum)
  );
  return {
    optimizer,
    lr,
    value: bests.map(median),
    low: bests.map((values) => quantile(values, 0.25)),
    high: bests.map((values) => quantile(values, 0.75)),
  };
}
