import type { Trace } from "../trace.ts";
import type { Point } from "./clip.ts";
import { lowestMinimum } from "./trace_facts.ts";

/** A curve and how it looks. */
export interface Curve {
  label: string;
  color: string;
  dash: string | undefined;
  points: Point[];
}

// Rounding leaves noise this far below the greatest loss; showing it would flatten everything else.
const SHOWN_RANGE = 1e-18;

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

/** Returns the least and the greatest coordinate of the finite points; never an empty range. */
export function rangeOf(
  curves: readonly Curve[],
  axis: 0 | 1,
): [number, number] {
  let [min, max] = [Infinity, -Infinity];
  for (const { points } of curves) {
    for (const point of points) {
      if (!Number.isFinite(point[0]) || !Number.isFinite(point[1])) continue;
      min = Math.min(min, point[axis]);
      max = Math.max(max, point[axis]);
    }
  }
  if (min > max) {
    throw new RangeError(
      "Cannot plot losses as there must be a finite one: got none",
    );
  }
  return min < max ? [min, max] : [min, min + (Math.abs(min) || 1)];
}

/** Widens a range a little at both ends. */
export function padded([min, max]: [number, number]): [number, number] {
  const margin = (max - min) * 0.04;
  return [min - margin, max + margin];
}

/** Returns the range of the positive losses for a logarithmic scale. */
export function logDomain(curves: readonly Curve[]): [number, number] {
  const positive = curves.map((curve) => ({
    ...curve,
    points: curve.points.filter(([, loss]) => loss > 0),
  }));
  if (positive.every(({ points }) => points.length === 0)) {
    throw new RangeError(
      "Cannot plot losses on a logarithmic scale as there must be a positive one: got none",
    );
  }
  const [min, max] = rangeOf(positive, 1);
  const [low, high] = padded([
    Math.log10(Math.max(min, max * SHOWN_RANGE)),
    Math.log10(max),
  ]);
  return [10 ** low, Math.min(10 ** high, Number.MAX_VALUE)];
}

/**
 * Leaves out points that do not show: where many share a column of pixels, the first, the least, the greatest and the last
 * of them draw the same.
 */
export function thinOut(piece: readonly Point[]): Point[] {
  const thin: Point[] = [];
  for (let i = 0; i < piece.length;) {
    const column = Math.floor(piece[i]![0]);
    let [low, high, end] = [i, i, i];
    for (; end < piece.length && Math.floor(piece[end]![0]) === column; end++) {
      if (piece[end]![1] < piece[low]![1]) low = end;
      if (piece[end]![1] > piece[high]![1]) high = end;
    }
    const kept = new Set([i, low, high, end - 1].sort((a, b) => a - b));
    for (const k of kept) thin.push(piece[k]!);
    i = end;
  }
  return thin;
}
