import type { Point } from "./clip.ts";
import type { Area } from "./frame.ts";
import type { ContourLine } from "./level_map.ts";
import { measureText } from "./stroke_text.ts";

/** A label on a contour line. */
export interface ContourLabel {
  /** What it says. */
  label: string;
  /** Its center. */
  at: Point;
  /** Its slope in degrees, clockwise, never upside down. */
  angle: number;
}

// Lines shorter than this many label widths go without a label.
const LEAST_WIDTHS = 3;

// How straight a line must be under its label: the chord as a part of the arc.
const LEAST_STRAIGHTNESS = 0.9;

/**
 * Finds a place for one label on every contour line that is long enough: where the line is straight and level, inside of the
 * area and clear of the obstacles and of the labels placed before.
 */
export function placeLabels(
  lines: readonly ContourLine[],
  area: Area,
  size: number,
  format: (level: number) => string,
  obstacles: readonly Point[],
): ContourLabel[] {
  const placed: (ContourLabel & { radius: number })[] = [];
  // Long lines choose first.
  const ordered = lines
    .map((line) => ({ line, lengths: arcLengths(line.points) }))
    .sort((a, b) => b.lengths.at(-1)! - a.lengths.at(-1)!);
  for (const { line, lengths } of ordered) {
    const label = format(line.level);
    const width = measureText(label, size);
    const total = lengths.at(-1)!;
    if (total < LEAST_WIDTHS * width) continue;
    const radius = width / 2 + 4;
    let best: ContourLabel | undefined;
    let bestScore = -Infinity;
    for (let s = width / 2; s <= total - width / 2; s += 8) {
      const from = pointAt(line.points, lengths, s - width / 2);
      const to = pointAt(line.points, lengths, s + width / 2);
      const at: Point = [(from[0] + to[0]) / 2, (from[1] + to[1]) / 2];
      const straightness = distance(from, to) / width;
      const angle = slope(from, to);
      const score = straightness - Math.abs(angle) / 900;
      if (
        straightness >= LEAST_STRAIGHTNESS && score > bestScore &&
        isClear(at, radius, area) &&
        placed.every((other) =>
          distance(at, other.at) > radius + other.radius
        ) &&
        obstacles.every((point) => distance(at, point) > radius)
      ) {
        bestScore = score;
        best = { label, at, angle };
      }
    }
    if (best !== undefined) placed.push({ ...best, radius });
  }
  return placed.map(({ label, at, angle }) => ({ label, at, angle }));
}

function isClear([x, y]: Point, radius: number, area: Area): boolean {
  return x - radius >= area.left && x + radius <= area.right &&
    y - radius >= area.top && y + radius <= area.bottom;
}

function slope([x0, y0]: Point, [x1, y1]: Point): number {
  return Math.atan((y1 - y0) / (x1 - x0 || 1e-9)) * 180 / Math.PI;
}

function arcLengths(points: readonly Point[]): number[] {
  const lengths = [0];
  for (let i = 1; i < points.length; i++) {
    lengths.push(lengths[i - 1]! + distance(points[i - 1]!, points[i]!));
  }
  return lengths;
}

function pointAt(
  points: readonly Point[],
  lengths: readonly number[],
  s: number,
): Point {
  const found = lengths.findIndex((length) => length >= s);
  const i = found <= 0 ? (found === 0 ? 1 : points.length - 1) : found;
  const [from, to] = [points[i - 1]!, points[i]!];
  const step = lengths[i]! - lengths[i - 1]!;
  const t = step === 0 ? 0 : (s - lengths[i - 1]!) / step;
  return [
    from[0] * (1 - t) + to[0] * t,
    from[1] * (1 - t) + to[1] * t,
  ];
}

function distance(a: Point, b: Point): number {
  return Math.hypot(a[0] - b[0], a[1] - b[1]);
}
