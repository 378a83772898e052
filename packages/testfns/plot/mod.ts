/**
 * Pictures of what optimizers do, as SVG and PNG, from plain data.
 *
 * {@linkcode plotTrace} draws the path of an optimizer over a level map of its test function, {@linkcode plotLosses} the
 * losses of several runs, and {@linkcode svgToPng} turns either into a PNG. They work on {@linkcode Trace}s, which
 * `testOptim` of `@gradus/testfns` returns and which can be stored as JSON.
 *
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
 * assert(svg.includes("final value 0.3125"));
 * ```
 *
 * @module
 */

export { plotTrace } from "./plot_trace.ts";
export type { PlotTraceOptions } from "./plot_trace_options.ts";
export { plotTraces, type PlotTracesOptions } from "./plot_traces.ts";
export { plotSurface, type PlotSurfaceOptions } from "./plot_surface.ts";
export { plotLosses, type PlotLossesOptions } from "./plot_losses.ts";
export {
  plotSensitivity,
  type PlotSensitivityOptions,
} from "./plot_sensitivity.ts";
export { plotProfile, type PlotProfileOptions } from "./plot_profile.ts";
export { raceReport, type RaceReportOptions } from "./race_report.ts";
export { gifTrace, type GifTraceOptions } from "./gif_trace.ts";
export { sketchTrace, type SketchTraceOptions } from "./sketch_trace.ts";
export {
  type Displayable,
  type MediaBundle,
  showPicture,
  showTrace,
} from "./show.ts";
export { svgToPng, type SvgToPngOptions } from "./png.ts";
export type { DisplayAs, MapOptions } from "./map_options.ts";
export type { Projection3d } from "./camera.ts";
export type { ChartOptions } from "./line_chart.ts";
export type { Palette } from "./palette.ts";
export type { TextAs } from "./frame.ts";
export type { ProfileCurve, SensitivityCurve } from "../race_types.ts";
export type { Display, Domain, Grid, Minimum, Trace } from "../trace.ts";
