import type { Trace } from "../trace.ts";
import type { Point } from "./clip.ts";
import { isInside } from "./clip.ts";
import { type CurveStyle, curveStyle, markerData } from "./curve_style.ts";
import { drawLegend, legendNames, legendWidth } from "./legend.ts";
import { drawLevelPicture, layOutLevels, MARGIN } from "./level_picture.ts";
import {
  checkNames,
  checkPositive,
  checkTraces,
  MAP_NAMES,
  type MapOptions,
  type OptionNames,
  readMapSettings,
} from "./map_options.ts";
import { PATH_STYLE } from "./plot_trace_options.ts";
import { element, polylineData } from "./svg.ts";
import { describeTraces, labelTraces } from "./trace_facts.ts";
import {
  drawNote,
  drawStarts,
  endsOf,
  type View,
  visiblePath,
} from "./trace_path.ts";

/** Options of {@linkcode plotTraces}. */
export interface PlotTracesOptions extends MapOptions {
  /** One name per trace for the legend. By default the optimizers, with the options in which they differ. */
  labels?: string[];
  /** Fill of the start markers. */
  ptStartColor?: string;
  /** Width of the paths in pixels. */
  lnWeight?: number;
}

const optionNames: OptionNames<PlotTracesOptions> = {
  ...MAP_NAMES,
  labels: true,
  ptStartColor: true,
  lnWeight: true,
};

/**
 * Draws the paths of several optimizers over one level map of their function, with a legend beside it.
 *
 * Every path has a color and a marker of its own; the large marker is where it ended. The colors can be told apart with
 * any color vision.
 *
 * @param traces What the optimizers did on one function of two variables. The background and the minima are those of the
 * first, unless the options say otherwise.
 * @param options How to draw it.
 * @returns The picture as SVG.
 * @throws {TypeError} If a trace has other than two coordinates, the grid does not match its axes, both `fn` and `grid` are
 * given, the number of labels is not that of the traces, or an option is unknown.
 * @throws {RangeError} If there are no traces, they are of different functions, one is empty, or an option is out of range.
 *
 * @example Two learning rates
 * ```ts
 * import { plotTraces, type Trace } from "@gradus/testfns/plot";
 * import { assert } from "@std/assert";
 *
 * const common: Omit<Trace, "options" | "params" | "loss"> = {
 *   optimizer: "SGD",
 *   fn: "sphere",
 *   gradNorm: [4, 2],
 *   lr: [0.25, 0.25],
 *   evaluations: [0, 1],
 *   domain: { x: [-2, 2], y: [-2, 2] },
 *   minima: [{ at: [0, 0], value: 0 }],
 * };
 * const svg = plotTraces([
 *   { ...common, options: { lr: 0.25 }, params: [[2, 0], [1, 0]], loss: [4, 1] },
 *   { ...common, options: { lr: 0.125 }, params: [[2, 0], [1.5, 0]], loss: [4, 2.25] },
 * ]);
 * assert(svg.includes("SGD lr=0.125"));
 * ```
 */
export function plotTraces(
  traces: readonly Trace[],
  options: PlotTracesOptions = {},
): string {
  checkNames("plot traces", options, optionNames);
  checkTraces(traces);
  const { labels = labelTraces(traces) } = options;
  if (labels.length !== traces.length) {
    throw new TypeError(
      `Cannot plot traces as each of the ${traces.length} traces must have one label: got ${labels.length}`,
    );
  }
  const names = legendNames(labels, options.width ?? 640);
  const legend = legendWidth(names);
  // By default, the map is as large as that of one trace.
  const width = options.width ?? Math.ceil(640 - MARGIN + legend);
  const { ptStartColor, lnWeight, ...settings } = readMapSettings(
    {
      ptStartColor: PATH_STYLE.ptStartColor,
      lnWeight: PATH_STYLE.lnWeight,
      ...options,
      width,
    },
    traces,
    [options.ptStartColor ?? PATH_STYLE.ptStartColor],
  );
  checkPositive("lnWeight", lnWeight);
  const titles = describeTraces(traces);
  const picture = layOutLevels(traces, settings, titles, legend);
  const { view } = picture;
  const paths = traces.map((trace) => visiblePath(trace, view));
  const drawn = [
    ...paths.map((pieces, i) => drawOne(pieces, curveStyle(i), lnWeight)),
    drawStarts(traces, ptStartColor, view),
    ...traces.map((trace, i) => drawEnd(trace, curveStyle(i), view)),
  ].join("");
  return drawLevelPicture(
    picture,
    paths.flat(),
    `${titles.title}: ${labels.join(", ")}`,
    drawn === "" ? drawNote(view, "All paths lie") : drawn,
    drawLegend(
      names.map((label, i) => ({ label, style: curveStyle(i) })),
      view.area,
      lnWeight,
    ),
  );
}

// A dark line under each path separates it from any background.
function drawOne(
  pieces: readonly Point[][],
  { color, dash, marker }: CurveStyle,
  weight: number,
): string {
  if (pieces.length === 0) return "";
  const d = pieces.map((piece) => polylineData(piece)).join("");
  const common = { d, fill: "none", "stroke-linejoin": "round" };
  const marks = alongPath(pieces)
    .map((point) => markerData(marker, point, 2.5 + weight / 2));
  return element("path", {
    ...common,
    class: "halo",
    stroke: "#FFFFFF",
    "stroke-opacity": "0.75",
    "stroke-width": weight + 2,
  }) + element("path", {
    ...common,
    class: "path",
    stroke: color,
    "stroke-width": weight,
    "stroke-dasharray": dash,
  }) + (marks.length === 0 ? "" : element("path", {
    class: "markers",
    d: marks.join(""),
    fill: color,
    stroke: "#FFFFFF",
    "stroke-width": 0.75,
  }));
}

const MARKER_DISTANCE = 60;

// The vertices after about every 60 pixels of way, where the path is not crowded with markers already.
function alongPath(pieces: readonly Point[][]): Point[] {
  const found: Point[] = [];
  for (const piece of pieces) {
    let way = 0;
    piece.forEach(([x, y], i) => {
      const [fromX, fromY] = piece[i - 1] ?? [x, y];
      way += Math.hypot(x - fromX, y - fromY);
      if (
        way < MARKER_DISTANCE ||
        found.some(([u, v]) => Math.hypot(x - u, y - v) < MARKER_DISTANCE / 2)
      ) return;
      found.push([x, y]);
      way = 0;
    });
  }
  return found;
}

function drawEnd(
  trace: Trace,
  { color, marker }: CurveStyle,
  { region, project }: View,
): string {
  const end = endsOf(trace)[1];
  if (end === undefined || !isInside(end, region)) return "";
  return element("path", {
    class: "end",
    d: markerData(marker, project(end), 6),
    fill: color,
    stroke: "#000000",
  });
}
