/** Schedules that lead from one value to another. */

import {
  checkSchedule,
  joinSchedules,
  type NamedSchedule,
  scalar,
  scheduleOf,
} from "./schedule.ts";

function atLeastOne(value: number): string | null {
  return value >= 1 ? null : "at least 1";
}

function notZero(value: number): string | null {
  return value === 0 ? "a number other than 0" : null;
}

/** Options of {@linkcode polynomialSchedule}. */
export interface PolynomialScheduleOptions {
  /** The value at the beginning. */
  initValue: number;
  /** The value at the end. */
  endValue: number;
  /** Exponent of the part that is left. */
  power: number;
  /** Updates from one value to the other, at least 1. */
  transitionSteps: number;
  /** Updates before the transition begins; 0 if left out. */
  transitionBegin?: number;
}

/**
 * `(initValue - endValue) (1 - t)^power + endValue`, where t goes from 0 to 1
 * over `transitionSteps` updates and stays there.
 *
 * @throws {RangeError} if `transitionSteps` is below 1.
 *
 * @example
 * ```ts
 * import { polynomialSchedule } from "@gradus/optim";
 * import { assertEquals } from "@std/assert";
 *
 * const schedule = polynomialSchedule({ initValue: 1, endValue: 0, power: 2, transitionSteps: 4 });
 * assertEquals([0, 1, 2, 3, 4, 5].map((n) => schedule(n)), [1, 0.5625, 0.25, 0.0625, 0, 0]);
 * ```
 */
export function polynomialSchedule(
  options: PolynomialScheduleOptions,
): NamedSchedule {
  checkSchedule("a polynomial schedule", options, {
    transitionSteps: atLeastOne,
  });
  const { initValue, endValue, power, transitionSteps } = options;
  const { transitionBegin = 0 } = options;
  return scheduleOf((count) =>
    count.sub(transitionBegin).clamp({ min: 0, max: transitionSteps })
      .div(transitionSteps).rsub(1).pow(power)
      .mul(initValue - endValue).add(endValue)
  );
}

/** Options of {@linkcode linearSchedule}. */
export type LinearScheduleOptions = Omit<PolynomialScheduleOptions, "power">;

/**
 * Straight from `initValue` to `endValue` over `transitionSteps` updates.
 *
 * @throws {RangeError} if `transitionSteps` is below 1.
 *
 * @example
 * ```ts
 * import { linearSchedule } from "@gradus/optim";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const schedule = linearSchedule({ initValue: 1, endValue: 0, transitionSteps: 5 });
 * assertAlmostEquals(schedule(2), 0.6, 1e-15);
 * ```
 */
export function linearSchedule(options: LinearScheduleOptions): NamedSchedule {
  return polynomialSchedule({ ...options, power: 1 });
}

/** Options of {@linkcode exponentialDecay}. */
export interface ExponentialDecayOptions {
  /** The value at the beginning. */
  initValue: number;
  /** Updates in which the value is multiplied by `decayRate` once, at least 1. */
  transitionSteps: number;
  /** The factor, not 0. */
  decayRate: number;
  /** Updates before the decay begins; 0 if left out. */
  transitionBegin?: number;
  /** Decays every `transitionSteps` updates at once; false if left out. */
  staircase?: boolean;
  /** Where the decay ends: a lower bound if it falls, an upper one if it rises. */
  endValue?: number;
}

/**
 * `initValue decayRate^(count / transitionSteps)`.
 *
 * @throws {RangeError} if `transitionSteps` is below 1 or `decayRate` is 0.
 *
 * @example
 * ```ts
 * import { exponentialDecay } from "@gradus/optim";
 * import { assertEquals } from "@std/assert";
 *
 * const schedule = exponentialDecay({ initValue: 1, transitionSteps: 10, decayRate: 0.25 });
 * assertEquals([0, 5, 10].map((n) => schedule(n)), [1, 0.5, 0.25]);
 * ```
 */
export function exponentialDecay(
  options: ExponentialDecayOptions,
): NamedSchedule {
  checkSchedule("an exponential decay", options, {
    transitionSteps: atLeastOne,
    decayRate: notZero,
  });
  const { initValue, transitionSteps, decayRate, endValue } = options;
  const { transitionBegin = 0, staircase = false } = options;
  return scheduleOf((count) => {
    const since = count.sub(transitionBegin).clamp({ min: 0 });
    const times = since.div(transitionSteps);
    const value = scalar(decayRate)
      .pow(staircase ? times.floor() : times).mul(initValue);
    if (endValue === undefined) return value;
    return decayRate < 1
      ? value.clamp({ min: endValue })
      : value.clamp({ max: endValue });
  });
}

/** Options of {@linkcode cosineDecaySchedule}. */
export interface CosineDecayScheduleOptions {
  /** The value at the beginning. */
  initValue: number;
  /** Updates until the end, at least 1. */
  decaySteps: number;
  /** The value at the end, as a share of `initValue`; 0 if left out. */
  alpha?: number;
  /** Exponent of the cosine's part; 1 if left out. */
  exponent?: number;
}

/**
 * Half a wave of the cosine (Loshchilov and Hutter 2017, arXiv:1608.03983):
 * `initValue ((1 - alpha) ((1 + cos(π count / decaySteps)) / 2)^exponent + alpha)`.
 *
 * @throws {RangeError} if `decaySteps` is below 1.
 *
 * @example
 * ```ts
 * import { cosineDecaySchedule } from "@gradus/optim";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const schedule = cosineDecaySchedule({ initValue: 2, decaySteps: 10, alpha: 0.5 });
 * assertAlmostEquals(schedule(5), 1.5, 1e-15);
 * ```
 */
export function cosineDecaySchedule(
  options: CosineDecayScheduleOptions,
): NamedSchedule {
  checkSchedule("a cosine decay", options, { decaySteps: atLeastOne });
  const { initValue, decaySteps, alpha = 0, exponent = 1 } = options;
  return scheduleOf((count) =>
    count.clamp({ max: decaySteps }).div(decaySteps).mul(Math.PI).cos()
      .add(1).mul(0.5).pow(exponent).mul(1 - alpha).add(alpha).mul(initValue)
  );
}

/** Options of {@linkcode warmupCosineDecaySchedule}. */
export interface WarmupCosineDecayScheduleOptions {
  /** The value at the beginning of the rise. */
  initValue: number;
  /** The value at its end. */
  peakValue: number;
  /** Updates of the rise. */
  warmupSteps: number;
  /** Updates of rise and decay together, more than `warmupSteps`. */
  decaySteps: number;
  /** The value at the end; 0 if left out. */
  endValue?: number;
  /** Exponent of the cosine's part; 1 if left out. */
  exponent?: number;
}

/**
 * A straight rise, then {@linkcode cosineDecaySchedule}.
 *
 * @throws {RangeError} if `warmupSteps` is below 0 or `decaySteps` not above it.
 *
 * @example
 * ```ts
 * import { warmupCosineDecaySchedule } from "@gradus/optim";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const schedule = warmupCosineDecaySchedule({
 *   initValue: 0,
 *   peakValue: 1,
 *   warmupSteps: 4,
 *   decaySteps: 12,
 * });
 * assertAlmostEquals(schedule(2), 0.5, 1e-15);
 * assertAlmostEquals(schedule(8), 0.5, 1e-15);
 * ```
 */
export function warmupCosineDecaySchedule(
  options: WarmupCosineDecayScheduleOptions,
): NamedSchedule {
  const { initValue, peakValue, warmupSteps, decaySteps } = options;
  const { endValue = 0, exponent = 1 } = options;
  checkSchedule("a cosine decay with a warm-up", options, {
    warmupSteps: (value) => value >= 0 ? null : "at least 0",
    decaySteps: (value) =>
      value > warmupSteps ? null : `more than ${warmupSteps}, the warmupSteps`,
  });
  return joinSchedules([
    linearSchedule({
      initValue,
      endValue: peakValue,
      transitionSteps: Math.max(1, warmupSteps),
    }),
    cosineDecaySchedule({
      initValue: peakValue,
      decaySteps: decaySteps - warmupSteps,
      alpha: peakValue === 0 ? 0 : endValue / peakValue,
      exponent,
    }),
  ], [warmupSteps]);
}
