// @ts-types="@types/d3-contour"
import { contours } from "d3-contour";
import type { Grid } from "../trace.ts";
import type { Point } from "./clip.ts";
import type { Displayed } from "./grid.ts";
import { element, polylineData } from "./svg.ts";

/** Maps a point in data units to pixels. */
export type Projection = (point: Point) => Point;

/** A contour line in pixels. */
export interface ContourLine {
  /** Its level, in the units of what is drawn. */
  level: number;
  /** Its course. */
  points: Point[];
}

const UNDEFINED_COLOR = "#D9D9D9";

/**
 * Draws bands of equal width in the value, one color each, over the rectangle that the grid spans. Where the value is
 * NaN the map is gray.
 */
export function drawBands(
  grid: Grid,
  { values, range: [min, max] }: Displayed,
  colors: readonly string[],
  project: Projection,
): string {
  const all = polylineData(rimOf(grid).map(project), true);
  if (Number.isNaN(min)) {
    return element("path", { d: all, fill: UNDEFINED_COLOR });
  }
  const parts = [element("path", { d: all, fill: colors[0]! })];
  const width = max / colors.length - min / colors.length;
  // Each band covers everything above its lower limit and is then covered by the bands above it: no seams.
  for (let i = 1; i < colors.length && width > 0; i++) {
    const data = ringsAbove(grid, values, min + i * width)
      .map((ring) =>
        polylineData(ring.map((p) => project(toData(grid, p))), true)
      )
      .join("");
    if (data !== "") {
      parts.push(element("path", {
        d: data,
        fill: colors[i]!,
      }));
    }
  }
  if (values.some(Number.isNaN)) {
    const isUndefined = values.map((value) => Number.isNaN(value) ? 1 : 0);
    // The least positive level puts the border where the last defined values are.
    const data = ringsAbove(grid, isUndefined, Number.MIN_VALUE)
      .map((ring) =>
        polylineData(ring.map((p) => project(toData(grid, p))), true)
      )
      .join("");
    parts.push(element("path", {
      class: "undefined",
      d: data,
      fill: UNDEFINED_COLOR,
    }));
  }
  return parts.join("");
}

/** Returns the lines along which the values equal the levels. */
export function contourLines(
  grid: Grid,
  values: readonly number[],
  levels: readonly number[],
  project: Projection,
): ContourLine[] {
  const lines: ContourLine[] = [];
  for (const level of levels) {
    for (const ring of ringsAbove(grid, values, level)) {
      for (const points of openRing(grid, values, ring)) {
        lines.push({
          level,
          points: points.map((p) => project(toData(grid, p))),
        });
      }
    }
  }
  return lines;
}

// Rings around what is at or above a level, in index units: sample (i, j) is at [i, j]. d3-contour puts that sample at
// [i + 0.5, j + 0.5] and closes its rings half a cell outside of the samples; here they close along the outer samples.
function ringsAbove(
  { x, y }: Grid,
  values: readonly number[],
  level: number,
): Point[][] {
  const { coordinates } = contours()
    .size([x.length, y.length])
    .contour(values as number[], level);
  return coordinates.flat().map((ring) =>
    ring.map(([u, v]): Point => [
      Math.min(x.length - 1, Math.max(0, u! - 0.5)),
      Math.min(y.length - 1, Math.max(0, v! - 0.5)),
    ])
  );
}

// Drops the segments of a ring that merely close it: those along the rim of the grid and around undefined values.
function openRing(
  grid: Grid,
  values: readonly number[],
  ring: readonly Point[],
): Point[][] {
  const pieces: Point[][] = [];
  let piece: Point[] = [];
  for (let i = 1; i < ring.length; i++) {
    const from = ring[i - 1]!;
    const to = ring[i]!;
    if (isClosing(grid, values, from, to)) {
      if (piece.length > 0) pieces.push(piece);
      piece = [];
    } else {
      if (piece.length === 0) piece.push(from);
      piece.push(to);
    }
  }
  if (piece.length > 0) pieces.push(piece);
  // The ring starts anywhere: if that is within a line, the last piece goes on with the first.
  if (pieces.length > 1) {
    const [first, last] = [pieces[0]!, pieces.at(-1)!];
    if (first[0] === ring[0] && last.at(-1) === ring.at(-1)) {
      pieces[0] = [...last, ...first.slice(1)];
      pieces.pop();
    }
  }
  return pieces;
}

function isClosing(
  { x, y }: Grid,
  values: readonly number[],
  from: Point,
  to: Point,
): boolean {
  for (const [axis, size] of [[0, x.length], [1, y.length]] as const) {
    if (from[axis] === to[axis] && (to[axis] === 0 || to[axis] === size - 1)) {
      return true;
    }
  }
  // The samples at the corners of the cell that the segment crosses; a segment along a side belongs to both cells.
  const u = (from[0] + to[0]) / 2;
  const v = (from[1] + to[1]) / 2;
  for (let j = Math.floor(v - 1e-9); j <= Math.ceil(v + 1e-9); j++) {
    for (let i = Math.floor(u - 1e-9); i <= Math.ceil(u + 1e-9); i++) {
      if (i < 0 || j < 0 || i >= x.length || j >= y.length) continue;
      if (Number.isNaN(values[j * x.length + i])) return true;
    }
  }
  return false;
}

function toData({ x, y }: Grid, [u, v]: Point): Point {
  return [interpolate(x, u), interpolate(y, v)];
}

function interpolate(axis: readonly number[], u: number): number {
  const i = Math.min(Math.floor(u), axis.length - 2);
  const t = u - i;
  return axis[i]! * (1 - t) + axis[i + 1]! * t;
}

function rimOf({ x, y }: Grid): Point[] {
  const [left, right] = [x[0]!, x.at(-1)!];
  const [bottom, top] = [y[0]!, y.at(-1)!];
  return [[left, bottom], [right, bottom], [right, top], [left, top]];
}
