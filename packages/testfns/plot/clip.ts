import type { Domain } from "../trace.ts";

/** A point of the plane. */
export type Point = readonly [number, number];

/**
 * Cuts a polyline to a rectangle.
 *
 * The pieces inside come back in order; a point that is NaN or infinite ends a piece, so that the line has a gap there.
 * Segments are cut by the method of Liang and Barsky (1984, "A new concept and method for line clipping", ACM
 * Transactions on Graphics 3), not left to the renderer: a path that diverges has coordinates that no renderer can draw.
 *
 * @param points The polyline.
 * @param rectangle What to keep.
 * @returns The pieces, each of two points at least.
 */
export function clipPolyline(
  points: readonly Point[],
  rectangle: Domain,
): Point[][] {
  const pieces: Point[][] = [];
  let piece: Point[] = [];
  function finish(): void {
    if (piece.length > 0) pieces.push(piece);
    piece = [];
  }
  for (let i = 1; i < points.length; i++) {
    const from = points[i - 1]!;
    const to = points[i]!;
    const visible = clipSegment(from, to, rectangle);
    if (visible === null) {
      finish();
      continue;
    }
    const [start, end] = visible;
    if (piece.length === 0 || start !== from) {
      finish();
      piece.push(start);
    }
    piece.push(end);
  }
  finish();
  return pieces;
}

// The part of a segment inside of the rectangle; ends that are inside come back as the same objects.
function clipSegment(
  from: Point,
  to: Point,
  rectangle: Domain,
): [Point, Point] | null {
  // Measured from the end that is inside: from one far away the crossing would be off by rounding.
  if (isInside(to, rectangle) && !isInside(from, rectangle)) {
    const reversed = clipSegment(to, from, rectangle);
    return reversed && [reversed[1], reversed[0]];
  }
  const { x: [left, right], y: [bottom, top] } = rectangle;
  const dx = to[0] - from[0];
  const dy = to[1] - from[1];
  // Also where the difference of two finite numbers overflows.
  if (!Number.isFinite(dx) || !Number.isFinite(dy)) return null;
  let enter = 0;
  let leave = 1;
  const edges: [number, number][] = [
    [-dx, from[0] - left],
    [dx, right - from[0]],
    [-dy, from[1] - bottom],
    [dy, top - from[1]],
  ];
  for (const [direction, distance] of edges) {
    if (direction === 0) {
      if (distance < 0) return null;
    } else if (direction < 0) {
      enter = Math.max(enter, distance / direction);
    } else {
      leave = Math.min(leave, distance / direction);
    }
  }
  if (enter > leave) return null;
  function at(t: number): Point {
    return [
      clamp(from[0] + t * dx, left, right),
      clamp(from[1] + t * dy, bottom, top),
    ];
  }
  return [enter > 0 ? at(enter) : from, leave < 1 ? at(leave) : to];
}

/** Returns whether a point lies in a rectangle or on its rim. */
export function isInside([x, y]: Point, rectangle: Domain): boolean {
  return x >= rectangle.x[0] && x <= rectangle.x[1] &&
    y >= rectangle.y[0] && y <= rectangle.y[1];
}

function clamp(value: number, min: number, max: number): number {
  return Math.min(max, Math.max(min, value));
}
