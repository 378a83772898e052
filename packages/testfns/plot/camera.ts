import type { Point } from "./clip.ts";

/** A point in space: x and y in the plane of the function, z upwards, all from -1 to 1 in the box that is seen. */
export type SpacePoint = readonly [number, number, number];

/** How space is mapped to the plane: in parallel, or as an eye sees it. */
export type Projection3d = "orthographic" | "perspective";

/** Looks at the box from one side. */
export interface Camera {
  /** Returns where a point is seen: to the right and upwards, without unit. */
  project(point: SpacePoint): Point;
  /** Returns how near a vertical line is: greater is nearer. Whatever z, nearer lines hide those behind them. */
  nearness(x: number, y: number): number;
  /** The direction from the box to the eye. */
  direction: SpacePoint;
}

/** How much higher than wide things look: the box is twice as wide as high. */
const HEIGHT = 0.62;

// In half widths of the box: near enough to see that lines converge, far enough not to distort.
const EYE_DISTANCE = 5;

/**
 * Returns a camera that looks at the middle of the box.
 *
 * @param azimuth From where in the plane, in degrees from the x axis towards the y axis.
 * @param elevation From how high above the plane, in degrees.
 */
export function makeCamera(
  azimuth: number,
  elevation: number,
  projection: Projection3d,
): Camera {
  const a = azimuth * Math.PI / 180;
  const e = elevation * Math.PI / 180;
  const direction: SpacePoint = [
    Math.cos(e) * Math.cos(a),
    Math.cos(e) * Math.sin(a),
    Math.sin(e),
  ];
  const right: SpacePoint = [-Math.sin(a), Math.cos(a), 0];
  const up: SpacePoint = [
    -Math.sin(e) * Math.cos(a),
    -Math.sin(e) * Math.sin(a),
    Math.cos(e),
  ];
  const eye = direction.map((v) => v * EYE_DISTANCE);
  return {
    direction,
    project([x, y, z]) {
      const point: SpacePoint = [x, y, z * HEIGHT];
      const scale = projection === "orthographic"
        ? 1
        : EYE_DISTANCE / (EYE_DISTANCE - dot(point, direction));
      return [scale * dot(point, right), scale * dot(point, up)];
    },
    nearness: projection === "orthographic"
      ? (x, y) => x * Math.cos(a) + y * Math.sin(a)
      : (x, y) => -Math.hypot(x - eye[0]!, y - eye[1]!),
  };
}

function dot(a: SpacePoint, b: SpacePoint): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}
