/** Learning rates that depend on the number of updates so far, as in Optax. */

import { type Tensor, tensor, where } from "@gradus/tensor";
import { asNumber } from "@gradus/tensor/internal";
import type { LearningRate } from "../algorithm.ts";

/**
 * A learning rate, or another number, as a function of the number of updates so
 * far, a float64 tensor of 0 dims. It is made of operations on tensors, so that
 * compiled steps follow it.
 */
export type Schedule = (count: Tensor) => Tensor;

/** What transformations take for a learning rate. */
export type ScalarOrSchedule = LearningRate | Schedule;

/** A {@linkcode Schedule} that also gives the number at a number of updates. */
export interface NamedSchedule {
  /** The value after `count` updates. */
  (count: number): number;
  /** The value after `count` updates, as a float64 tensor of 0 dims. */
  (count: Tensor): Tensor;
}

/** A schedule from its formula on tensors. */
export function scheduleOf(formula: Schedule): NamedSchedule {
  function schedule(count: number): number;
  function schedule(count: Tensor): Tensor;
  function schedule(count: number | Tensor): number | Tensor {
    return typeof count === "number"
      ? formula(scalar(count)).itemSync()
      : formula(asNumber(count.to("float64")));
  }
  return schedule;
}

/** A number as a float64 tensor of 0 dims. */
export function scalar(value: number): Tensor {
  return asNumber(tensor(value, { dtype: "float64" }));
}

/** Throws unless all options are numbers that lie where `range` says. */
export function checkSchedule(
  schedule: string,
  options: object,
  ranges: Readonly<Record<string, (value: number) => string | null>> = {},
): void {
  for (const [name, value] of Object.entries(options)) {
    const message = `Cannot make ${schedule} with this ${name}: expected `;
    if (typeof value === "boolean") continue;
    if (typeof value !== "number") {
      throw new TypeError(`${message}a number, got ${typeof value}`);
    }
    const wanted = Number.isNaN(value) ? "a number" : ranges[name]?.(value);
    if (wanted) throw new RangeError(`${message}${wanted}, got ${value}`);
  }
}

/**
 * Always `value`.
 *
 * @example
 * ```ts
 * import { constantSchedule } from "@gradus/optim";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(constantSchedule(0.25)(7), 0.25);
 * ```
 */
export function constantSchedule(value: number): NamedSchedule {
  checkSchedule("a constant schedule", { value });
  return scheduleOf(() => scalar(value));
}

/**
 * One schedule after another; each begins at its own 0.
 *
 * @param schedules The schedules in order.
 * @param boundaries The counts at which the second and later ones begin.
 * @throws {RangeError} if there is not one boundary less than schedules.
 *
 * @example
 * ```ts
 * import { constantSchedule, joinSchedules } from "@gradus/optim";
 * import { assertEquals } from "@std/assert";
 *
 * const schedule = joinSchedules([constantSchedule(1), constantSchedule(0.5)], [3]);
 * assertEquals([2, 3].map((n) => schedule(n)), [1, 0.5]);
 * ```
 */
export function joinSchedules(
  schedules: readonly Schedule[],
  boundaries: readonly number[],
): NamedSchedule {
  if (schedules.length === 0 || boundaries.length !== schedules.length - 1) {
    throw new RangeError(
      `Cannot join schedules: expected one boundary between each two of them, got ${boundaries.length} for ${schedules.length} schedules`,
    );
  }
  return scheduleOf((count) =>
    boundaries.reduce(
      (value, boundary, i) =>
        where(
          count.lt(boundary),
          value,
          schedules[i + 1]!(asNumber(count.sub(boundary))),
        ),
      schedules[0]!(count),
    )
  );
}

/**
 * `initValue`, multiplied by a factor from each of some counts on.
 *
 * @param boundariesAndScales Factors by the count from which they hold.
 * @throws {RangeError} if a factor is below 0.
 *
 * @example
 * ```ts
 * import { piecewiseConstantSchedule } from "@gradus/optim";
 * import { assertEquals } from "@std/assert";
 *
 * const schedule = piecewiseConstantSchedule(1, { 2: 0.5, 4: 0.5 });
 * assertEquals([0, 1, 2, 3, 4].map((n) => schedule(n)), [1, 1, 0.5, 0.5, 0.25]);
 * ```
 */
export function piecewiseConstantSchedule(
  initValue: number,
  boundariesAndScales: Readonly<Record<number, number>>,
): NamedSchedule {
  const name = "a piecewise constant schedule";
  checkSchedule(name, { initValue });
  const pieces = Object.entries(boundariesAndScales);
  for (const [boundary, scale] of pieces) {
    checkSchedule(name, { [boundary]: scale }, {
      [boundary]: (x) => x >= 0 ? null : "a factor of at least 0",
    });
  }
  return scheduleOf((count) =>
    pieces.reduce(
      (value, [boundary, scale]) =>
        where(count.lt(Number(boundary)), value, value.mul(scale)),
      scalar(initValue),
    )
  );
}
