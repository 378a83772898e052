import type { Domain, Grid, Trace } from "../trace.ts";
import type { Camera, SpacePoint } from "./camera.ts";
import { isInside, type Point } from "./clip.ts";
import { type CurveStyle, curveStyle, markerData } from "./curve_style.ts";
import type { Placement } from "./surface_box.ts";
import { element, paint, polylineData } from "./svg.ts";
import { endsOf } from "./trace_path.ts";

/** A surface with paths on it and how to see them. */
export interface Scene {
  /** The surface. */
  grid: Grid;
  /** Its least and its greatest value. */
  range: readonly [number, number];
  /** What is seen of the plane. */
  region: Domain;
  /** The colors of its levels. */
  colors: readonly string[];
  /** The color of the lines between its cells. */
  meshColor: string;
  /** Width of the paths in pixels. */
  lnWeight: number;
  /** From where it is seen. */
  camera: Camera;
  /** Maps space to pixels. */
  place: Placement;
  /** Returns where in space the surface is over a point of the plane. */
  locate: (point: Point) => SpacePoint;
  /** The paths in pieces; NaN where there is no surface. */
  paths: readonly (readonly SpacePoint[])[][];
  /** How the paths look. */
  looks: readonly CurveStyle[];
}

/** A cell of the surface, or a part of a path. */
interface Item {
  nearness: number;
  outline: Point[];
  /** The color of a cell. */
  fill?: string;
  /** The index of a path. */
  path?: number;
}

/** Draws surface and paths from back to front. */
export function drawScene(scene: Scene): string {
  const items = [...cellsOf(scene), ...segmentsOf(scene)]
    .sort((a, b) => a.nearness - b.nearness);
  const parts: string[] = [];
  for (let i = 0; i < items.length;) {
    const { fill, path, outline } = items[i]!;
    if (path === undefined) {
      parts.push(element("path", {
        d: polylineData(outline, true),
        fill: fill!,
        // Opaque, or the background would shine through between cells.
        stroke: mix(fill!, scene.meshColor),
      }));
      i++;
      continue;
    }
    // Neighbouring parts of one path become one element.
    let d = "";
    for (; items[i]?.path === path; i++) d += polylineData(items[i]!.outline);
    parts.push(element("path", {
      class: "front",
      d,
      fill: "none",
      ...paint("stroke", scene.looks[path]!.color),
      "stroke-width": scene.lnWeight,
      "stroke-linecap": "round",
    }));
  }
  return element(
    "g",
    { class: "surface", "stroke-width": 0.6, "stroke-linejoin": "round" },
    ...parts,
  );
}

// What a color looks like under another one that may be translucent, both hexadecimal.
function mix(color: string, over: string): string {
  if (over === "none") return color;
  const { stroke, "stroke-opacity": opacity = "1" } = paint("stroke", over);
  if (typeof stroke !== "string" || !stroke.startsWith("#")) return over;
  const t = Number(opacity);
  const channels = [1, 3, 5].map((at) => {
    const [a, b] = [color, stroke].map((c) =>
      parseInt(c.slice(at, at + 2), 16)
    );
    return Math.round(a! * (1 - t) + b! * t).toString(16).padStart(2, "0");
  });
  return `#${channels.join("")}`;
}

function cellsOf(
  { grid: { x, y, z }, range: [min, max], colors, camera, place, locate }:
    Scene,
): Item[] {
  const items: Item[] = [];
  const corners = y.map((yj) => x.map((xi) => locate([xi, yj])));
  for (let j = 0; j + 1 < y.length; j++) {
    for (let i = 0; i + 1 < x.length; i++) {
      const k = j * x.length + i;
      const value = (z[k]! + z[k + 1]! + z[k + x.length]! +
        z[k + x.length + 1]!) / 4;
      if (Number.isNaN(value)) continue;
      const cell = [
        corners[j]![i]!,
        corners[j]![i + 1]!,
        corners[j + 1]![i + 1]!,
        corners[j + 1]![i]!,
      ];
      const level = max > min ? (value - min) / (max - min) : 0;
      items.push({
        nearness: camera.nearness(
          (cell[0]![0] + cell[2]![0]) / 2,
          (cell[0]![1] + cell[2]![1]) / 2,
        ),
        outline: cell.map(place),
        fill: colors[
          Math.min(colors.length - 1, Math.floor(level * colors.length))
        ]!,
      });
    }
  }
  return items;
}

function segmentsOf({ grid, paths, camera, place }: Scene): Item[] {
  // In front of the cells that a part lies on and of their neighbours.
  const lead = 3 / (Math.min(grid.x.length, grid.y.length) - 1);
  return paths.flatMap((pieces, path) =>
    pieces.flatMap(defined).flatMap((piece) =>
      piece.slice(1).map((to, i): Item => {
        const from = piece[i]!;
        return {
          nearness: lead + camera.nearness(
            (from[0] + to[0]) / 2,
            (from[1] + to[1]) / 2,
          ),
          outline: [place(from), place(to)],
          path,
        };
      })
    )
  );
}

// The parts of a piece that have a height.
function defined(piece: readonly SpacePoint[]): SpacePoint[][] {
  const parts: SpacePoint[][] = [[]];
  for (const point of piece) {
    if (Number.isNaN(point[2])) parts.push([]);
    else parts.at(-1)!.push(point);
  }
  return parts.filter((part) => part.length > 1);
}

/** Draws the paths once more, faintly and over everything, so that hidden parts can be guessed. */
export function drawFaint({ paths, looks, lnWeight, place }: Scene): string {
  return paths.map((pieces, i) => {
    const d = pieces.flatMap(defined)
      .map((part) => polylineData(part.map(place))).join("");
    return d === "" ? "" : element("path", {
      class: "path",
      d,
      fill: "none",
      ...paint("stroke", looks[i]!.color),
      "stroke-width": lnWeight * 0.75,
      "stroke-linejoin": "round",
      opacity: "0.35",
    });
  }).join("");
}

/** Marks where a path starts and where it ends. */
export function drawEnds(
  trace: Trace,
  index: number,
  several: boolean,
  { region, locate, place, looks }: Scene,
  colors: { ptStartColor: string; ptEndColor: string },
): string {
  const { color, marker } = looks[index]!;
  const [start, end] = endsOf(trace);
  function draw(
    name: string,
    at: Point | undefined,
    fill: string,
    shape: CurveStyle["marker"],
    size: number,
  ) {
    if (at === undefined || !isInside(at, region)) return "";
    const [x, y] = place(locate(at));
    if (Number.isNaN(y)) return "";
    return element("path", {
      class: name,
      d: markerData(shape, [x, y], size),
      ...paint("fill", fill),
      stroke: "#000000",
    });
  }
  const circle = curveStyle(0).marker;
  return draw("start", start, colors.ptStartColor, circle, 5) +
    (several
      ? draw("end", end, color, marker, 6)
      : draw("end", end, colors.ptEndColor, circle, 5));
}
