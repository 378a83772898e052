import type { Point } from "./clip.ts";
import { CURVE_COLORS } from "./palette.ts";
import { formatCoordinate } from "./svg.ts";

/** How one curve of several looks: two channels besides its color tell it from the others. */
export interface CurveStyle {
  /** Its color. */
  color: string;
  /** Its dash pattern; undefined for a solid line. */
  dash: string | undefined;
  /** The outline of its markers for a size of 1, in absolute coordinates. */
  marker: readonly Point[];
}

// Patterns for the second and the third time around the colors.
const DASHES = [undefined, "7 4", "2 3"];

// Regular shapes of about equal area: circle, square, triangle, diamond, triangle on its tip, plus.
const MARKERS: readonly (readonly Point[])[] = [
  polygon(16, 1, 0),
  polygon(4, 1.25, 45),
  polygon(3, 1.5, -90),
  polygon(4, 1.35, 0),
  polygon(3, 1.5, 90),
  plus(1.4, 0.5),
];

/** Returns the look of the curve with this index; no two of the first 42 have both color and marker in common. */
export function curveStyle(index: number): CurveStyle {
  return {
    color: CURVE_COLORS[index % CURVE_COLORS.length]!,
    dash: DASHES[Math.floor(index / CURVE_COLORS.length) % DASHES.length],
    marker: MARKERS[index % MARKERS.length]!,
  };
}

/** Returns the path data of a marker at a point. */
export function markerData(
  marker: readonly Point[],
  [x, y]: Point,
  size: number,
): string {
  const corners = marker.map(([u, v]) =>
    `${formatCoordinate(x + size * u)} ${formatCoordinate(y + size * v)}`
  );
  return `M${corners.join("L")}Z`;
}

function polygon(corners: number, radius: number, turn: number): Point[] {
  return Array.from({ length: corners }, (_, k): Point => {
    const angle = (turn + 360 * k / corners) * Math.PI / 180;
    return [radius * Math.cos(angle), radius * Math.sin(angle)];
  });
}

function plus(r: number, w: number): Point[] {
  const quarter: Point[] = [[r, -w], [r, w], [w, w]];
  return [0, 1, 2, 3].flatMap((turns) =>
    quarter.map((point) => {
      let [x, y] = point;
      for (let k = 0; k < turns; k++) [x, y] = [-y, x];
      return [x, y] as const;
    })
  );
}
