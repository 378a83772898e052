import type { Trace } from "../trace.ts";
import type { Point } from "./clip.ts";
import { lowestMinimum } from "./trace_facts.ts";

// Rounding leaves noise this far below the losses of a start; showing it would flatten everything else.
const SHOWN_RANGE = 1e-18;

// What goes this far above them has diverged.
const SHOWN_GROWTH = 1e6;

/** Returns the points of a curve: steps or evaluations, and losses. */
export function curvePoints(
  trace: Trace,
  xAxis: "steps" | "evaluations",
  subtract: boolean,
): Point[] {
  const minimum = subtract ? lowestMinimum(trace) : 0;
  return trace.loss.map((loss, i): Point => [
    xAxis === "steps" ? i : trace.evaluations[i] ?? NaN,
    loss - minimum,
  ]);
}

/**
 * Returns the least and the greatest coordinate of the points that are finite; never an empty range.
 *
 * @throws {RangeError} If no point is finite: `action` could not be done.
 */
export function rangeOf(
  points: readonly Point[],
  axis: 0 | 1,
  action: string,
): [number, number] {
  let [min, max] = [Infinity, -Infinity];
  for (const point of points) {
    if (!Number.isFinite(point[0]) || !Number.isFinite(point[1])) continue;
    min = Math.min(min, point[axis]);
    max = Math.max(max, point[axis]);
  }
  if (min > max) {
    throw new RangeError(
      `Cannot ${action} as there must be a finite one: got none`,
    );
  }
  return min < max ? [min, max] : [min, min + (Math.abs(min) || 1)];
}

/** Widens a range a little at both ends. */
export function padded([min, max]: [number, number]): [number, number] {
  const margin = (max - min) * 0.04;
  return [min - margin, max + margin];
}

/**
 * Returns the range of losses for a logarithmic scale. What diverges must not flatten the other curves: how high the picture
 * goes depends on where they all have been.
 */
export function lossDomain(
  curves: readonly (readonly Point[])[],
  action: string,
): [number, number] {
  const positive = curves
    .map((points) => points.filter(([, y]) => y > 0 && y < Infinity))
    .filter((points) => points.length > 0);
  const starts = positive.map(([first]) => first![1]);
  const peaks = positive.map((points) => rangeOf(points, 1, action)[1]);
  const usual = Math.max(...starts, Math.min(...peaks));
  const shown = positive.flat().filter(([, y]) => y <= usual * SHOWN_GROWTH);
  return logDomain(shown, 1, action, usual * SHOWN_RANGE);
}

/** Returns the range of the positive values for a logarithmic scale, at least from `least` on. */
export function logDomain(
  points: readonly Point[],
  axis: 0 | 1,
  action: string,
  least = 0,
): [number, number] {
  const positive = points.filter((point) => point[axis] > 0);
  if (positive.length === 0) {
    throw new RangeError(
      `Cannot ${action} on a logarithmic scale as there must be a positive one: got none`,
    );
  }
  const [min, max] = rangeOf(positive, axis, action);
  const [low, high] = padded([
    Math.log10(Math.max(min, least)),
    Math.log10(max),
  ]);
  return [
    Math.max(10 ** low, Number.MIN_VALUE),
    Math.min(10 ** high, Number.MAX_VALUE),
  ];
}
