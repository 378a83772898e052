import type { Trace } from "../trace.ts";
import { drawLevelPicture, layOutLevels, MARGIN } from "./level_picture.ts";
import { checkNames, checkTrace } from "./map_options.ts";
import {
  PLOT_TRACE_NAMES,
  type PlotTraceOptions,
  readSettings,
} from "./plot_trace_options.ts";
import { describeTrace } from "./trace_facts.ts";
import { drawNote, drawPath, visiblePath } from "./trace_path.ts";

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
 * @throws {TypeError} If the trace has other than two coordinates, the grid does not match its axes, both `fn` and `grid`
 * are given, or an option is unknown.
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
 *   evaluations: [0, 1, 2],
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
  checkNames("plot trace", options, PLOT_TRACE_NAMES);
  const settings = readSettings(options, [trace]);
  checkTrace(trace);
  const titles = describeTrace(trace);
  const picture = layOutLevels([trace], settings, titles, MARGIN);
  const pieces = visiblePath(trace, picture.view);
  const path = drawPath(trace, pieces, settings, picture.view);
  return drawLevelPicture(
    picture,
    pieces,
    `${titles.title}. ${titles.subtitle}`,
    path === "" ? drawNote(picture.view, "The path lies") : path,
  );
}
