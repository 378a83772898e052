import type { Trace } from "../trace.ts";
import { curveStyle } from "./curve_style.ts";
import {
  CHART_NAMES,
  type ChartOptions,
  type Curve,
  drawChart,
} from "./line_chart.ts";
import { curvePoints, lossDomain, padded, rangeOf } from "./loss_curves.ts";
import { checkChoice, checkNames, type OptionNames } from "./map_options.ts";
import { linearScale, logScale } from "./scale.ts";
import { labelTraces, lowestMinimum } from "./trace_facts.ts";

/**
 * Options of {@linkcode plotLosses}. By default, `labels` are the optimizers, with the options in which they differ, and
 * `title` names the function.
 */
export interface PlotLossesOptions extends ChartOptions {
  /** The scale of the losses; the default is `"log"`. */
  scale?: "log" | "linear";
  /** What the x axis counts; the default is `"steps"`. */
  xAxis?: "steps" | "evaluations";
  /**
   * Whether curves show how far the loss is above the known minimum. By default they do on a logarithmic scale if every
   * trace knows a minimum: the logarithm needs positive values, and minima may be negative.
   */
  subtractMinimum?: boolean;
}

const optionNames: OptionNames<PlotLossesOptions> = {
  ...CHART_NAMES,
  scale: true,
  xAxis: true,
  subtractMinimum: true,
};

/**
 * Draws the losses of several runs as curves, with a legend.
 *
 * Losses that are NaN or infinite leave gaps. On the logarithmic scale, losses of zero or less lie at the lower edge, and
 * the curve of a run that diverges leaves the picture a million times above where the others have been.
 * The colors can be told apart with any color vision, and markers tell the curves apart without color; from the eighth
 * curve on the colors come again with dashes.
 *
 * @param traces The runs, one curve each.
 * @param options How to draw them.
 * @returns The picture as SVG.
 * @throws {RangeError} If there are no traces, no finite losses, or an option is out of range.
 * @throws {TypeError} If the number of labels is not the number of traces, or an option is unknown.
 *
 * @example Two learning rates
 * ```ts
 * import { plotLosses, type Trace } from "@gradus/testfns/plot";
 * import { assert } from "@std/assert";
 *
 * const common: Omit<Trace, "options" | "loss"> = {
 *   optimizer: "SGD",
 *   fn: "sphere",
 *   params: [[2, 0], [1, 0]],
 *   gradNorm: [4, 2],
 *   lr: [0.25, 0.25],
 *   evaluations: [0, 1],
 *   domain: { x: [-2, 2], y: [-2, 2] },
 *   minima: [{ at: [0, 0], value: 0 }],
 * };
 * const svg = plotLosses([
 *   { ...common, options: { lr: 0.25 }, loss: [4, 1] },
 *   { ...common, options: { lr: 0.125 }, loss: [4, 2.25] },
 * ]);
 * assert(svg.includes("SGD lr=0.125"));
 * ```
 */
export function plotLosses(
  traces: readonly Trace[],
  options: PlotLossesOptions = {},
): string {
  checkNames(ACTION, options, optionNames);
  const { scale = "log", xAxis = "steps" } = options;
  checkChoice("scale", scale, ["log", "linear"]);
  checkChoice("xAxis", xAxis, ["steps", "evaluations"]);
  const subtract = options.subtractMinimum ??
    (scale === "log" &&
      traces.every((trace) => lowestMinimum(trace) < Infinity));
  const names = labelTraces(traces);
  const curves = traces.map((trace, i): Curve => ({
    label: names[i]!,
    style: curveStyle(i),
    points: curvePoints(trace, xAxis, subtract),
  }));
  const points = curves.flatMap(({ points }) => points);
  const xDomain = rangeOf(points, 0, ACTION);
  const yDomain = scale === "log"
    ? lossDomain(curves.map(({ points }) => points), ACTION)
    : padded(rangeOf(points, 1, ACTION));
  const makeScale = scale === "log" ? logScale : linearScale;
  const functions = [...new Set(traces.map(({ fn }) => fn))].join(", ");
  return drawChart(
    {
      curves,
      x: (range, ticks) => linearScale(xDomain, range, ticks),
      y: (range, ticks) => makeScale(yDomain, range, ticks),
      labels: {
        title: options.title ?? functions,
        subtitle: "",
        x: xAxis === "steps" ? "Step" : "Evaluations of the function",
        y: subtract ? "Loss above the minimum" : "Loss",
      },
      description: `Losses on ${functions}: ${
        (options.labels ?? names).join(", ")
      }`,
    },
    options,
    ACTION,
  );
}

const ACTION = "plot losses";
