import type { Domain, Minimum, Trace } from "../trace.ts";
import { clipPolyline, isInside, type Point } from "./clip.ts";
import { type Area, SMALL_TEXT, text } from "./frame.ts";
import type { Projection } from "./level_map.ts";
import type { PathStyle } from "./plot_trace_options.ts";
import {
  element,
  formatCoordinate,
  paint,
  polylineData,
  textElement,
} from "./svg.ts";

/** What a picture shows and where. */
export interface View {
  /** The part of the picture for data, in pixels. */
  area: Area;
  /** The same in data units. */
  region: Domain;
  /** Maps the region to the area. */
  project: Projection;
}

const MARKER_RADIUS = 5;

/** Returns the pieces of the path that lie in the region, in pixels. */
export function visiblePath(
  trace: Trace,
  { region, project }: View,
): Point[][] {
  return clipPolyline(pointsOf(trace), region)
    .map((piece) => thinOut(piece.map(project)));
}

/** Marks the known minima with crosses. */
export function drawMinima(
  minima: readonly Minimum[],
  { region, project }: View,
): string {
  const arms = "m-5 0h10m-5 -5v10";
  return minima
    .map(({ at: [x = NaN, y = NaN] }): Point => [x, y])
    .filter((point) => isInside(point, region))
    .map((point) => {
      const [x, y] = project(point).map(formatCoordinate);
      const d = `M${x} ${y}${arms}`;
      return element(
        "g",
        { class: "minimum", fill: "none" },
        element("path", { d, stroke: "#000000", "stroke-width": 4 }),
        element("path", { d, stroke: "#FFFFFF", "stroke-width": 2 }),
      );
    })
    .join("");
}

/** Draws the path with its start and its end; an empty text if none of it is visible. */
export function drawPath(
  trace: Trace,
  pieces: readonly Point[][],
  style: PathStyle,
  { region, project }: View,
): string {
  const [start, end] = endsOf(trace);
  function marker(name: string, point: Point | undefined, color: string) {
    if (point === undefined || !isInside(point, region)) return "";
    const [cx, cy] = project(point);
    return element("circle", {
      class: name,
      cx,
      cy,
      r: MARKER_RADIUS,
      ...paint("fill", color),
      stroke: "#000000",
    });
  }
  return [
    marker("start", start, style.ptStartColor),
    pieces.length === 0 ? "" : element("path", {
      class: "path",
      d: pieces.map((piece) => polylineData(piece)).join(""),
      fill: "none",
      ...paint("stroke", style.lnColor),
      "stroke-width": style.lnWeight,
      "stroke-linejoin": "round",
    }),
    marker("end", end, style.ptEndColor),
  ].join("");
}

/** Returns the first point of a trace and its last finite one. */
export function endsOf(trace: Trace): [Point | undefined, Point | undefined] {
  const points = pointsOf(trace);
  return [
    points[0],
    points.findLast(([x, y]) => Number.isFinite(x) && Number.isFinite(y)),
  ];
}

/** Marks the points where runs start. */
export function drawStarts(
  traces: readonly Trace[],
  color: string,
  { region, project }: View,
): string {
  const starts = new Map(
    traces.map((trace) => endsOf(trace)[0]!)
      .map((point): [string, Point] => [point.join(), point]),
  );
  return [...starts.values()]
    .filter((point) => isInside(point, region))
    .map((point) => {
      const [cx, cy] = project(point);
      return element("circle", {
        class: "start",
        cx,
        cy,
        r: MARKER_RADIUS,
        ...paint("fill", color),
        stroke: "#000000",
      });
    })
    .join("");
}

/** Says that there is nothing to see, and of what. */
export function drawNote({ area }: View, what: string): string {
  return textElement(`${what} outside of this region`, {
    ...text(SMALL_TEXT + 1),
    class: "note",
    stroke: "#FFFFFF",
    "stroke-width": 4,
    "paint-order": "stroke",
    x: (area.left + area.right) / 2,
    y: area.bottom - 14,
    "text-anchor": "middle",
  });
}

/** Adds points to a line until they are at most 6 pixels apart. */
export function subdivide(points: readonly Point[]): Point[] {
  return points.flatMap((to, i): Point[] => {
    const from = points[i - 1] ?? to;
    const count = Math.ceil(Math.hypot(to[0] - from[0], to[1] - from[1]) / 6);
    return Array.from({ length: Math.max(1, count) }, (_, k): Point => {
      const t = (k + 1) / Math.max(1, count);
      return [
        from[0] * (1 - t) + to[0] * t,
        from[1] * (1 - t) + to[1] * t,
      ];
    });
  });
}

/** Returns the positions of a trace. */
export function pointsOf({ params }: Trace): Point[] {
  return params.map(([x, y]): Point => [x!, y!]);
}

// Leaves out points within a quarter of a pixel of the one before: of a run that has settled there are thousands.
function thinOut(piece: readonly Point[]): Point[] {
  let [lastX, lastY] = [Infinity, Infinity];
  return piece.filter(([x, y], i) => {
    if (i < piece.length - 1 && Math.hypot(x - lastX, y - lastY) < 0.25) {
      return false;
    }
    [lastX, lastY] = [x, y];
    return true;
  });
}
