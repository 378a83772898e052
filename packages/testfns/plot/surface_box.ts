import type { Camera, SpacePoint } from "./camera.ts";
import type { Point } from "./clip.ts";
import { SMALL_TEXT, text } from "./frame.ts";
import type { Tick } from "./scale.ts";
import { measureText } from "./stroke_text.ts";
import { element, polylineData, textElement } from "./svg.ts";

/** Maps a point in space to pixels. */
export type Placement = (point: SpacePoint) => Point;

/** An axis of the box: its name and its ticks with values from -1 to 1. */
export interface BoxAxis {
  /** What it measures. */
  name: string;
  /** Its ticks; values are places in the box. */
  ticks: Tick[];
}

/** Returns 1 for what is positive or zero and -1 for what is negative. */
function side(value: number): 1 | -1 {
  return value < 0 ? -1 : 1;
}

/** Draws the floor and the walls behind the surface, with a line at every tick. */
export function drawWalls(
  axes: readonly [BoxAxis, BoxAxis, BoxAxis],
  { direction }: Camera,
  place: Placement,
): string {
  const [x, y, z] = axes;
  const [backX, backY] = [-side(direction[0]), -side(direction[1])];
  const lines: SpacePoint[][] = [
    ...x.ticks.map(({ value }): SpacePoint[] => [
      [value, 1, -1],
      [value, -1, -1],
    ]),
    ...x.ticks.map(({ value }): SpacePoint[] => [
      [value, backY, -1],
      [value, backY, 1],
    ]),
    ...y.ticks.map(({ value }): SpacePoint[] => [
      [1, value, -1],
      [-1, value, -1],
    ]),
    ...y.ticks.map(({ value }): SpacePoint[] => [
      [backX, value, -1],
      [backX, value, 1],
    ]),
    ...z.ticks.map(({ value }): SpacePoint[] => [
      [-backX, backY, value],
      [backX, backY, value],
      [backX, -backY, value],
    ]),
  ];
  const faces: SpacePoint[][] = [
    [[1, 1, -1], [-1, 1, -1], [-1, -1, -1], [1, -1, -1]],
    [[backX, 1, -1], [backX, -1, -1], [backX, -1, 1], [backX, 1, 1]],
    [[1, backY, -1], [-1, backY, -1], [-1, backY, 1], [1, backY, 1]],
  ];
  return element(
    "g",
    { class: "walls", fill: "none" },
    element("path", {
      d: lines.map((line) => polylineData(line.map(place))).join(""),
      stroke: "#DDDDDD",
    }),
    element("path", {
      class: "box",
      d: faces.map((face) => polylineData(face.map(place), true)).join(""),
      stroke: "#888888",
    }),
  );
}

// How far from the box ticks end and labels and names stand, in pixels.
const TICK_END = 6;
const LABEL_AT = 17;
const NAME_AT = 48;

/** Returns the point of an axis at a value. */
type AxisPlace = (value: number) => SpacePoint;

// The front edges of the floor or, where an eye high above sees those below it, of the top; and the upright edge that is
// seen farthest to the left. There they are out of the way of the surface.
function axisPlaces(
  { direction, project }: Camera,
): [AxisPlace, AxisPlace, AxisPlace] {
  const [frontX, frontY] = [side(direction[0]), side(direction[1])];
  const corners: [number, number][] = [[1, 1], [1, -1], [-1, 1], [-1, -1]];
  const seenAt = (corner: [number, number]) => project([...corner, 0])[0];
  const [leftX, leftY] = corners.sort((a, b) => seenAt(a) - seenAt(b))[0]!;
  return [
    outerEdge((v, z) => [v, frontY, z]),
    outerEdge((v, z) => [frontX, v, z]),
    (v) => [leftX, leftY, v],
  ];
  // Of the edges at the floor and at the top, the one that is seen farther out.
  function outerEdge(at: (v: number, z: number) => SpacePoint): AxisPlace {
    const [from, to] = [project(at(-1, -1)), project(at(1, -1))];
    // Upwards is positive here; on the picture, downwards is.
    const [u, v] = outward([to[0] - from[0], from[1] - to[1]], false);
    const distance = (z: number) => {
      const [x, y] = project(at(0, z));
      return u * x - v * y;
    };
    const height = distance(1) > distance(-1) + 1e-9 ? 1 : -1;
    return (value) => at(value, height);
  }
}

/** Writes labels and names along the front edges and the left edge of the box. */
export function drawAxes(
  axes: readonly [BoxAxis, BoxAxis, BoxAxis],
  camera: Camera,
  place: Placement,
): string {
  const lines = axisPlaces(camera)
    .map((at, i) => axisLine(axes[i]!, (value) => place(at(value)), i === 2))
    .filter((line) => line !== undefined);
  const labels = new Labels();
  // Names first: a tick can be missed.
  const names = lines.map((line) => drawName(line, labels));
  return names.concat(lines.map((line) => drawTicks(line, labels))).join("");
}

// An axis that is seen from its end is shorter than this; its labels would lie upon each other.
const LEAST_LENGTH = 40;

/** An axis as it is seen. */
interface AxisLine extends BoxAxis {
  /** Returns a point beside the axis: at a value, and this many pixels away from the box. */
  at(value: number, distance: number): Point;
  /** Which end of the labels is near the box. */
  anchor: "start" | "middle" | "end";
  upright: boolean;
}

function axisLine(
  axis: BoxAxis,
  place: (value: number) => Point,
  upright: boolean,
): AxisLine | undefined {
  const [from, to] = [place(-1), place(1)];
  const [dx, dy] = [to[0] - from[0], to[1] - from[1]];
  if ((upright ? -dy : Math.hypot(dx, dy)) < LEAST_LENGTH) return undefined;
  const [u, v] = outward([dx, dy], upright);
  return {
    ...axis,
    at(value, distance) {
      const [x, y] = place(value);
      return [x + u * distance, y + v * distance];
    },
    anchor: Math.abs(u) < 0.35 ? "middle" : u < 0 ? "end" : "start",
    upright,
  };
}

// The direction away from the box on the picture, at a right angle to a floor axis, mostly down.
function outward([dx, dy]: Point, upright: boolean): Point {
  if (upright) return [-1, 0];
  const length = Math.hypot(dx, dy) * (dx < 0 ? -1 : 1);
  return [-dy / length, dx / length];
}

// Beside an upright edge a name would need much room: it stands above.
function drawName(
  { name, at, anchor, upright }: AxisLine,
  labels: Labels,
): string {
  const size = SMALL_TEXT + 1;
  if (!upright) return labels.add(name, at(0, NAME_AT), size, anchor);
  const [x, y] = at(1, 0);
  return labels.add(name, [x + 8, y - 17], size, "end");
}

function drawTicks({ ticks, at, anchor }: AxisLine, labels: Labels): string {
  const parts = ticks.map(({ value, label }) => {
    const drawn = labels.add(label, at(value, LABEL_AT), SMALL_TEXT, anchor);
    return drawn === "" ? "" : drawn + element("path", {
      d: polylineData([at(value, 0), at(value, TICK_END)]),
      stroke: "#222222",
      fill: "none",
    });
  });
  return element("g", { class: "axis" }, ...parts);
}

/** Writes labels that do not touch each other. */
class Labels {
  readonly #boxes: [number, number, number, number][] = [];

  /** Returns a label centered at a height; nothing if it would touch one before. */
  add(
    label: string,
    [x, y]: Point,
    size: number,
    anchor: "start" | "middle" | "end",
  ): string {
    const width = measureText(label, size);
    const left = x - width * { start: 0, middle: 0.5, end: 1 }[anchor];
    const [right, top, bottom] = [left + width, y - size / 2, y + size / 2];
    const touches = this.#boxes.some(([l, t, r, b]) =>
      left < r + 3 && right > l - 3 && top < b && bottom > t
    );
    if (touches) return "";
    this.#boxes.push([left, top, right, bottom]);
    return textElement(label, {
      ...text(size),
      x,
      y: y + size * 0.36,
      "text-anchor": anchor,
    });
  }
}
