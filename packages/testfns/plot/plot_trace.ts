import type { Domain, Grid, Trace } from "../trace.ts";
import type { Point } from "./clip.ts";
import { placeLabels } from "./contour_labels.ts";
import {
  drawFrame,
  type FrameLabels,
  layOutArea,
  scaleWithRoom,
  SMALL_TEXT,
  svgDocument,
  text,
} from "./frame.ts";
import { checkGrid, displayValues, sampleGrid } from "./grid.ts";
import { contourLines, drawBands } from "./level_map.ts";
import { paletteColors } from "./palette.ts";
import {
  checkRegion,
  checkTrace,
  type PlotTraceOptions,
  readSettings,
  type Settings,
} from "./plot_trace_options.ts";
import { linearScale } from "./scale.ts";
import { textToPaths } from "./stroke_text.ts";
import { element, paint, polylineData, textElement } from "./svg.ts";
import { describeTrace, lowestMinimum } from "./trace_facts.ts";
import {
  drawMinima,
  drawPath,
  subdivide,
  type View,
  visiblePath,
} from "./trace_path.ts";

/**
 * Draws the path of an optimizer over a level map of its test function.
 *
 * From back to front: the level map in bands of color, contour lines, crosses at the known minima, the start (blue), the
 * path from before step 0 to after the last step (red), the end (red). The path is cut at the edges of the region, so it
 * may start outside; where it is NaN or infinite it has a gap, and the end is then its last finite point.
 *
 * The elements bear the classes `map`, `contours`, `contour-labels`, `minimum`, `start`, `path`, `end` and `note`, for
 * those who want to style or animate them.
 *
 * @param trace What the optimizer did on a function of two variables.
 * @param options How to draw it. The names and defaults follow `test_optim` of the R package torchopt.
 * @returns The picture as SVG.
 * @throws {TypeError} If the trace has other than two coordinates, the grid does not match its axes, or both `fn` and
 * `grid` are given.
 * @throws {RangeError} If the trace is empty or an option is out of range.
 *
 * @example A path on the sphere function
 * ```ts
 * import { plotTrace } from "@gradus/testfns/plot";
 * import { assert } from "@std/assert";
 *
 * const svg = plotTrace({
 *   optimizer: "SGD",
 *   fn: "sphere",
 *   options: { lr: 0.25 },
 *   params: [[2, 1], [1, 0.5], [0.5, 0.25]],
 *   loss: [5, 1.25, 0.3125],
 *   gradNorm: [4.47, 2.24, 1.12],
 *   lr: [0.25, 0.25, 0.25],
 *   evaluations: [1, 2, 3],
 *   domain: { x: [-2, 2], y: [-2, 2] },
 *   minima: [{ at: [0, 0], value: 0 }],
 * }, { fn: (x, y) => x * x + y * y });
 * assert(svg.startsWith("<svg"));
 * ```
 */
export function plotTrace(
  trace: Trace,
  options: PlotTraceOptions = {},
): string {
  const settings = readSettings(options);
  checkTrace(trace);
  const grid = settings.grid ?? (settings.fn ? undefined : trace.grid);
  if (grid) checkGrid(grid);
  const region = settings.region ?? (grid ? rectangleOf(grid) : trace.domain);
  checkRegion(region);

  const { title, subtitle } = describeTrace(trace);
  const labels: FrameLabels = {
    title: settings.title ?? title,
    subtitle: settings.title === undefined ? subtitle : "",
    x: "x",
    y: "y",
  };
  const yTicks = linearScale(region.y, [0, 1], 8).ticks;
  const area = layOutArea(
    settings.width,
    settings.height,
    labels,
    yTicks.map(({ label }) => label),
    18,
  );
  const x = scaleWithRoom(
    "x",
    (count) => linearScale(region.x, [area.left, area.right], count),
  );
  const y = scaleWithRoom(
    "y",
    (count) => linearScale(region.y, [area.bottom, area.top], count),
  );
  const view: View = {
    area,
    region,
    project: ([px, py]) => [x.position(px), y.position(py)],
  };
  const pieces = visiblePath(trace, view);
  const background = grid ??
    (settings.fn && sampleGrid(settings.fn, region, settings.bgXyBreaks));
  const svg = svgDocument(
    settings.width,
    settings.height,
    `${title}. ${subtitle}`,
    background ? drawBackground(background, trace, settings, view, pieces) : "",
    settings.minima ? drawMinima(trace, view) : "",
    drawFrame(area, x, y, labels),
    drawPath(trace, pieces, settings, view),
  );
  return settings.textAs === "paths" ? textToPaths(svg) : svg;
}

function drawBackground(
  grid: Grid,
  trace: Trace,
  settings: Settings,
  { area, project }: View,
  pieces: readonly Point[][],
): string {
  const display = displayValues(
    grid.z,
    settings.transform,
    lowestMinimum(trace),
  );
  const colors = paletteColors(settings.bgPalette, settings.bgZBreaks);
  const lines = contourLines(
    grid,
    display.values,
    display.levels(settings.ctLevels),
    project,
  );
  const labels = settings.ctLabels
    ? placeLabels(
      lines,
      area,
      SMALL_TEXT,
      display.label,
      pieces.flatMap(subdivide),
    )
    : [];
  // An inner <svg> clips what it contains: the grid may be larger than the region.
  const [width, height] = [area.right - area.left, area.bottom - area.top];
  return element(
    "svg",
    {
      x: area.left,
      y: area.top,
      width,
      height,
      viewBox: `${area.left} ${area.top} ${width} ${height}`,
      overflow: "hidden",
    },
    element("g", { class: "map" }, drawBands(grid, display, colors, project)),
    element("path", {
      class: "contours",
      d: lines.map(({ points }) => polylineData(points)).join(""),
      fill: "none",
      ...paint("stroke", settings.ctColor),
    }),
    element(
      "g",
      { class: "contour-labels" },
      ...labels.map(({ label, at, angle }) =>
        textElement(label, {
          ...text(SMALL_TEXT),
          fill: "#FFFFFF",
          stroke: "#000000",
          "stroke-opacity": "0.6",
          "stroke-width": 2.5,
          "paint-order": "stroke",
          "text-anchor": "middle",
          y: SMALL_TEXT * 0.36,
          transform: `translate(${
            at.map((v) => v.toFixed(1)).join(" ")
          }) rotate(${angle.toFixed(1)})`,
        })
      ),
    ),
  );
}

function rectangleOf({ x, y }: Grid): Domain {
  return { x: [x[0]!, x.at(-1)!], y: [y[0]!, y.at(-1)!] };
}
