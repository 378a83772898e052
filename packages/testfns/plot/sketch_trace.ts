import type { Domain, Grid, Trace } from "../trace.ts";
import { isInside, type Point } from "./clip.ts";
import { displayValues } from "./grid.ts";
import { chooseBackground } from "./level_picture.ts";
import {
  checkCount,
  checkNames,
  checkTraces,
  type MapOptions,
  type OptionNames,
  readMapSettings,
} from "./map_options.ts";
import { paletteColors } from "./palette.ts";
import { formatNumber } from "./scale.ts";
import { sparkline } from "./sparkline.ts";
import { interpolateGrid } from "./surface_space.ts";
import { describeTrace, lowestMinimum } from "./trace_facts.ts";
import { endsOf, visiblePath } from "./trace_path.ts";

/** Options of {@linkcode sketchTrace}. */
export interface SketchTraceOptions extends
  Pick<
    MapOptions,
    "fn" | "grid" | "region" | "bgPalette" | "display" | "minima" | "title"
  > {
  /** Width of the map in characters; the default is 60. */
  width?: number;
  /** Height of the map in lines. By default a unit is as high as wide, where letters are twice as high as wide. */
  height?: number;
  /** Whether to use 24-bit colors, with the escape codes of terminals; the default is `false`. */
  color?: boolean;
}

const optionNames: OptionNames<SketchTraceOptions> = {
  fn: true,
  grid: true,
  region: true,
  bgPalette: true,
  display: true,
  minima: true,
  title: true,
  width: true,
  height: true,
  color: true,
};

const SHADES = " \u2591\u2592\u2593\u2588";

/**
 * Draws the path of an optimizer over a level map with characters, for terminals, and the losses below it.
 *
 * `S` is the start, `E` the end, dots are the path and `+` known minima. Without colors, denser is higher. Of a run in
 * other than two dimensions, only the losses are drawn.
 *
 * @param trace What the optimizer did.
 * @param options How to draw it.
 * @returns Lines of text without a line break at the end.
 * @throws {RangeError} If the trace is empty or an option is out of range.
 * @throws {TypeError} If an option is unknown.
 *
 * @example A short run
 * ```ts
 * import { sketchTrace } from "@gradus/testfns/plot";
 * import { assert } from "@std/assert";
 *
 * const sketch = sketchTrace({
 *   optimizer: "SGD",
 *   fn: "sphere",
 *   options: { lr: 0.25 },
 *   params: [[2, 1], [1, 0.5], [0.5, 0.25]],
 *   loss: [5, 1.25, 0.3125],
 *   gradNorm: [4.47, 2.24, 1.12],
 *   lr: [0.25, 0.25, 0.25],
 *   evaluations: [0, 1, 2],
 *   domain: { x: [-2, 2], y: [-2, 2] },
 *   minima: [{ at: [0, 0], value: 0 }],
 * }, { fn: (x, y) => x * x + y * y, width: 20 });
 * assert(sketch.includes("5 to 0.3125"));
 * ```
 */
export function sketchTrace(
  trace: Trace,
  options: SketchTraceOptions = {},
): string {
  checkNames("sketch trace", options, optionNames);
  const { width = 60, height, color = false, ...rest } = options;
  checkCount("width", width, 2);
  if (height !== undefined) checkCount("height", height, 2);
  const title = options.title ?? describeTrace(trace).title;
  const head = title === "" ? [] : [title];
  const foot = `loss ${sparkline(trace, width)}`;
  if (trace.params[0] !== undefined && trace.params[0].length !== 2) {
    return [...head, foot].join("\n");
  }
  checkTraces([trace]);
  const settings = readMapSettings(rest, [trace]);
  const { region, background } = chooseBackground([trace], settings);
  const [spanX, spanY] = [
    region.x[1] - region.x[0],
    region.y[1] - region.y[0],
  ];
  const rows = height ??
    Math.min(2 * width, Math.max(4, Math.round(width / 2 * spanY / spanX)));
  const map = new Sketch(width, color ? 2 * rows : rows, region);
  const levels = background &&
    levelsOf(background, trace, map, settings.display);
  const path = map.trail(trace);
  const marks = map.marks(trace, settings.minima, color ? 2 : 1);
  const lines = color
    ? colorLines(
      map,
      levels,
      paletteColors(settings.bgPalette, 64),
      path,
      marks,
    )
    : plainLines(map, levels, path, marks);
  return [...head, ...framed(lines, region, width), foot].join("\n");
}

/** The dots that a sketch is made of. */
class Sketch {
  readonly columns: number;
  readonly rows: number;
  readonly #region: Domain;

  constructor(columns: number, rows: number, region: Domain) {
    this.columns = columns;
    this.rows = rows;
    this.#region = region;
  }

  /** The point at the center of a dot. */
  pointAt(column: number, row: number): Point {
    const { x, y } = this.#region;
    const u = (column + 0.5) / this.columns;
    const v = (row + 0.5) / this.rows;
    return [x[0] * (1 - u) + x[1] * u, y[1] * (1 - v) + y[0] * v];
  }

  #dotAt = ([px, py]: Point): Point => {
    const { x, y } = this.#region;
    const dot = (t: number, count: number) =>
      Math.min(count - 1, Math.max(0, Math.floor(t * count)));
    return [
      dot((px - x[0]) / (x[1] - x[0]), this.columns),
      dot((y[1] - py) / (y[1] - y[0]), this.rows),
    ];
  };

  /** The dots that the path covers, as row times columns plus column. */
  trail(trace: Trace): Set<number> {
    const dots = new Set<number>();
    const { x, y } = this.#region;
    const area = { left: 0, top: 0, right: this.columns, bottom: this.rows };
    const project = ([px, py]: Point): Point => [
      (px - x[0]) / (x[1] - x[0]) * this.columns,
      (y[1] - py) / (y[1] - y[0]) * this.rows,
    ];
    const view = { area, region: this.#region, project };
    for (const piece of visiblePath(trace, view)) {
      piece.forEach((to, i) => {
        const from = piece[i - 1] ?? to;
        const count = Math.ceil(
          2 * Math.max(Math.abs(to[0] - from[0]), Math.abs(to[1] - from[1])),
        ) || 1;
        for (let k = 0; k <= count; k++) {
          const u = from[0] + (to[0] - from[0]) * k / count;
          const v = from[1] + (to[1] - from[1]) * k / count;
          const column = Math.min(this.columns - 1, Math.floor(u));
          const row = Math.min(this.rows - 1, Math.floor(v));
          dots.add(row * this.columns + column);
        }
      });
    }
    return dots;
  }

  /** The letters of a sketch by place; `perLine` is the number of rows of dots in a line of text. */
  marks(trace: Trace, minima: boolean, perLine: number): Map<number, string> {
    const [start, end] = endsOf(trace);
    const marks = new Map<number, string>();
    const mark = (point: Point | undefined, letter: string) => {
      if (point === undefined || !isInside(point, this.#region)) return;
      const [column, row] = this.#dotAt(point);
      marks.set(Math.floor(row / perLine) * this.columns + column, letter);
    };
    if (minima) {
      for (const { at: [px = NaN, py = NaN] } of trace.minima) {
        mark([px, py], "+");
      }
    }
    mark(start, "S");
    mark(end, "E");
    return marks;
  }
}

// From 0 to 1 for each dot; NaN where there is no value.
function levelsOf(
  grid: Grid,
  trace: Trace,
  map: Sketch,
  displayAs: "value" | "log",
): number[] {
  const { values, range: [min, max] } = displayValues(
    grid.z,
    displayAs,
    lowestMinimum(trace),
  );
  const shown = { ...grid, z: values };
  return Array.from({ length: map.columns * map.rows }, (_, k) => {
    const point = map.pointAt(k % map.columns, Math.floor(k / map.columns));
    const value = interpolateGrid(shown, point);
    return max > min ? (value - min) / (max - min) : value - min;
  });
}

function plainLines(
  { columns, rows }: Sketch,
  levels: readonly number[] | undefined,
  path: ReadonlySet<number>,
  marks: ReadonlyMap<number, string>,
): string[] {
  return Array.from(
    { length: rows },
    (_, row) =>
      Array.from({ length: columns }, (_, column) => {
        const k = row * columns + column;
        const level = levels?.[k] ?? NaN;
        const shade = Number.isNaN(level) ? " " : SHADES[
          Math.min(SHADES.length - 1, Math.floor(level * SHADES.length))
        ];
        return marks.get(k) ?? (path.has(k) ? "\u2022" : shade);
      }).join(""),
  );
}

const PATH_COLOR = "#ff3030";
const EMPTY_COLOR = "#d9d9d9";

// A line of text shows two rows of dots: the upper half of a character in one color, the lower half in another.
function colorLines(
  { columns, rows }: Sketch,
  levels: readonly number[] | undefined,
  colors: readonly string[],
  path: ReadonlySet<number>,
  marks: ReadonlyMap<number, string>,
): string[] {
  function colorAt(column: number, row: number): string {
    const k = row * columns + column;
    if (path.has(k)) return PATH_COLOR;
    const level = levels?.[k] ?? NaN;
    if (Number.isNaN(level)) return EMPTY_COLOR;
    return colors[
      Math.min(colors.length - 1, Math.floor(level * colors.length))
    ]!;
  }
  return Array.from({ length: rows / 2 }, (_, line) => {
    let text = "";
    let last = "";
    for (let column = 0; column < columns; column++) {
      const mark = marks.get(line * columns + column);
      const code = mark === undefined
        ? `22;${ink(colorAt(column, 2 * line), 38)};${
          ink(colorAt(column, 2 * line + 1), 48)
        }`
        : `1;${ink("#ffffff", 38)};${ink("#000000", 48)}`;
      if (code !== last) text += `\x1b[${code}m`;
      text += mark ?? "\u2580";
      last = code;
    }
    return `${text}\x1b[0m`;
  });
}

function ink(color: string, kind: 38 | 48): string {
  const channels = [1, 3, 5].map((at) => parseInt(color.slice(at, at + 2), 16));
  return `${kind};2;${channels.join(";")}`;
}

// A frame with the ends of the axes beside it.
function framed(
  lines: readonly string[],
  { x, y }: Domain,
  width: number,
): string[] {
  const [low, high] = y.map((value) => formatNumber(value));
  const margin = Math.max(low!.length, high!.length);
  const [left, right] = x.map((value) => formatNumber(value));
  const pad = (label: string) => label.padStart(margin);
  const gap = Math.max(1, width - left!.length - right!.length);
  return [
    `${pad(high!)} \u250c${"\u2500".repeat(width)}\u2510`,
    ...lines.map((line) => `${pad("")} \u2502${line}\u2502`),
    `${pad(low!)} \u2514${"\u2500".repeat(width)}\u2518`,
    `${pad("")}  ${left}${" ".repeat(gap)}${right}`,
  ];
}
