import type { Domain, Grid, Trace } from "../trace.ts";
import type { Camera, SpacePoint } from "./camera.ts";
import { clipPolyline, type Point } from "./clip.ts";
import type { Area } from "./frame.ts";
import { pointsOf } from "./trace_path.ts";

/**
 * Returns the values of a grid at `breaks` times `breaks` points of a region, interpolated linearly in each cell; NaN outside
 * of the grid and where a corner of the cell is NaN.
 */
export function resampleGrid(
  grid: Grid,
  region: Domain,
  breaks: number,
): Grid {
  const spread = ([min, max]: [number, number]) =>
    Array.from({ length: breaks }, (_, i) => {
      const t = i / (breaks - 1);
      return min * (1 - t) + max * t;
    });
  const [x, y] = [spread(region.x), spread(region.y)];
  return {
    x,
    y,
    z: y.flatMap((yj) => x.map((xi) => interpolateGrid(grid, [xi, yj]))),
  };
}

/** Returns the value of a grid at a point, interpolated linearly in each direction; NaN outside. */
export function interpolateGrid({ x, y, z }: Grid, point: Point): number {
  const [i, u] = locate(x, point[0]);
  const [j, v] = locate(y, point[1]);
  if (i < 0 || j < 0) return NaN;
  const at = (k: number, l: number) => z[l * x.length + k]!;
  const blend = (a: number, b: number, t: number) =>
    t === 0 ? a : t === 1 ? b : a * (1 - t) + b * t;
  return blend(
    blend(at(i, j), at(i + 1, j), u),
    blend(at(i, j + 1), at(i + 1, j + 1), u),
    v,
  );
}

// The interval of an axis that a value lies in and where in it, from 0 to 1; -1 if it lies in none.
function locate(axis: readonly number[], value: number): [number, number] {
  const last = axis.length - 1;
  // Rounding must not push the rim out.
  const slack = (axis[last]! - axis[0]!) * 1e-9;
  if (!(value >= axis[0]! - slack && value <= axis[last]! + slack)) {
    return [-1, 0];
  }
  let i = axis.findIndex((limit) => limit > value) - 1;
  if (i < 0) i = value < axis[0]! ? 0 : last - 1;
  const t = (value - axis[i]!) / (axis[i + 1]! - axis[i]!);
  return [i, Math.min(1, Math.max(0, t))];
}

/** Returns the pieces of a path that lie in a region, with vertices at most `step` apart along each axis. */
export function densePath(
  trace: Trace,
  region: Domain,
  step: Point,
): Point[][] {
  return clipPolyline(pointsOf(trace), region).map((piece) =>
    piece.flatMap((to, i): Point[] => {
      const from = piece[i - 1];
      if (from === undefined) return [to];
      const count = Math.max(
        1,
        Math.ceil(Math.abs(to[0] - from[0]) / step[0]),
        Math.ceil(Math.abs(to[1] - from[1]) / step[1]),
      );
      return Array.from({ length: count }, (_, k): Point => {
        const t = (k + 1) / count;
        return [
          from[0] * (1 - t) + to[0] * t,
          from[1] * (1 - t) + to[1] * t,
        ];
      });
    })
  );
}

// Room for labels, which stand outside of the box.
const ROOM = { side: 66, above: 26, below: 52 };

/** Returns the map from space to pixels that lets the box with its labels fill an area. */
export function fitCamera(
  camera: Camera,
  area: Area,
): (point: SpacePoint) => Point {
  const seen = [-1, 1].flatMap((x) =>
    [-1, 1].flatMap((y) => [-1, 1].map((z) => camera.project([x, y, z])))
  );
  const xs = seen.map(([x]) => x);
  const ys = seen.map(([, y]) => y);
  const [left, right] = [Math.min(...xs), Math.max(...xs)];
  const [low, high] = [Math.min(...ys), Math.max(...ys)];
  const unit = Math.min(
    (area.right - area.left - 2 * ROOM.side) / (right - left),
    (area.bottom - area.top - ROOM.above - ROOM.below) / (high - low),
  );
  const x0 = (area.left + area.right) / 2 - unit * (left + right) / 2;
  const y0 = (area.top + ROOM.above + area.bottom - ROOM.below) / 2 +
    unit * (low + high) / 2;
  return (point) => {
    const [u, v] = camera.project(point);
    return [x0 + unit * u, y0 - unit * v];
  };
}
