import type { Domain, Grid } from "../trace.ts";
import type { DisplayAs } from "./map_options.ts";
import { formatNumber, logLevels, prettyLevels } from "./scale.ts";

/** Evaluates a function on `breaks` times `breaks` points that span a region, its rim included. */
export function sampleGrid(
  fn: (x: number, y: number) => number,
  region: Domain,
  breaks: number,
): Grid {
  const x = spread(region.x, breaks);
  const y = spread(region.y, breaks);
  const z: number[] = [];
  for (const yj of y) {
    for (const xi of x) z.push(fn(xi, yj));
  }
  return { x, y, z };
}

function spread([min, max]: [number, number], count: number): number[] {
  return Array.from({ length: count }, (_, i) => {
    const t = i / (count - 1);
    return min * (1 - t) + max * t;
  });
}

/**
 * Checks that a grid is one.
 *
 * @throws {TypeError} If the number of values does not match.
 * @throws {RangeError} If there are fewer than 2 columns or rows, or they do not ascend.
 */
export function checkGrid({ x, y, z }: Grid): void {
  for (const [name, axis] of [["x", x], ["y", y]] as const) {
    if (axis.length < 2) {
      throw new RangeError(
        `Cannot draw level map as "grid.${name}" must have 2 numbers or more: got ${axis.length}`,
      );
    }
    const i = axis.findIndex((value, i) =>
      !Number.isFinite(value) || i > 0 && value <= axis[i - 1]!
    );
    if (i >= 0) {
      throw new RangeError(
        `Cannot draw level map as "grid.${name}" must ascend: got ${
          axis[i]
        } at index ${i}`,
      );
    }
  }
  if (z.length !== x.length * y.length) {
    throw new TypeError(
      `Cannot draw level map as "grid.z" must have ${x.length} x ${y.length} numbers: got ${z.length}`,
    );
  }
}

/** What is drawn in place of z. */
export interface Displayed {
  /** The values to draw: infinities are cut to the finite range, NaN stays. */
  values: number[];
  /** The least and the greatest finite value; both NaN if there is none. */
  range: [number, number];
  /** Returns about `count` round levels, in the units of what is drawn. */
  levels(count: number): number[];
  /** Returns what to write on the contour line of a level: its z. */
  label(level: number): string;
}

// The log of the distance to the minimum goes to minus infinity there. Six decades below the greatest distance are
// shown; without an end, one grid point that hits the minimum would use up nearly all colors.
const SHOWN_DECADES = 6;

/**
 * Returns the values to draw.
 *
 * With `"log"` these are `log10(z - m)`, m being the least of the values and of `minimum`, the known one. Functions whose
 * minimum is 0 are thus drawn as their logarithm, and others work alike, negative values included.
 */
export function displayValues(
  z: readonly number[],
  display: DisplayAs,
  minimum: number,
): Displayed {
  const finite = finiteRange(z);
  if (display === "value") {
    return {
      values: cut(z, finite),
      range: finite,
      levels: (count) => prettyLevels(...finite, count),
      label: (level) => formatNumber(level),
    };
  }
  const m = Math.min(finite[0], minimum);
  const floor = Math.max(
    (finite[1] - m) * 10 ** -SHOWN_DECADES,
    Number.MIN_VALUE, // of a constant
  );
  const logs = z.map((value) => Math.log10(Math.max(value - m, floor)));
  const range = finiteRange(logs);
  return {
    values: cut(logs, range),
    range,
    levels: (count) =>
      logLevels(10 ** range[0], 10 ** range[1], count).map(Math.log10),
    label: (level) => {
      // As many digits as it takes to tell z from the minimum.
      const above = 10 ** level;
      const digits = Math.log10(Math.abs(m + above) / above);
      return formatNumber(
        m + above,
        Math.min(15, Math.max(4, Math.ceil(digits) + 2)),
      );
    },
  };
}

function cut(z: readonly number[], [min, max]: [number, number]): number[] {
  return z.map((value) =>
    Number.isNaN(min) ? NaN : Math.min(max, Math.max(min, value))
  );
}

function finiteRange(z: readonly number[]): [number, number] {
  let min = Infinity;
  let max = -Infinity;
  for (const value of z) {
    if (!Number.isFinite(value)) continue;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  return min > max ? [NaN, NaN] : [min, max];
}
