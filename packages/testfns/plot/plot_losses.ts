import type { Trace } from "../trace.ts";
import { clipPolyline, type Point } from "./clip.ts";
import {
  type Area,
  drawFrame,
  type FrameLabels,
  layOutArea,
  scaleWithRoom,
  SMALL_TEXT,
  svgDocument,
  text,
  type TextAs,
} from "./frame.ts";
import { CURVE_COLORS } from "./palette.ts";
import {
  type Curve,
  curvePoints,
  logDomain,
  padded,
  rangeOf,
  thinOut,
} from "./loss_curves.ts";
import { checkChoice } from "./plot_trace_options.ts";
import { linearScale, logScale, type Scale } from "./scale.ts";
import { fitText, measureText, textToPaths } from "./stroke_text.ts";
import { element, polylineData, textElement } from "./svg.ts";
import { labelTraces, lowestMinimum } from "./trace_facts.ts";

/** Options of {@linkcode plotLosses}. */
export interface PlotLossesOptions {
  /** The scale of the losses; the default is `"log"`. */
  scale?: "log" | "linear";
  /** What the x axis counts; the default is `"steps"`. */
  xAxis?: "steps" | "evaluations";
  /**
   * Whether curves show how far the loss is above the known minimum. By default they do on a logarithmic scale if every
   * trace knows a minimum: the logarithm needs positive values, and minima may be negative.
   */
  subtractMinimum?: boolean;
  /** One name per trace for the legend. By default the optimizers, with the options in which they differ. */
  labels?: string[];
  /** Width of the curves in pixels; the default is 2. */
  lnWeight?: number;
  /** Width of the picture in pixels; the default is 760. */
  width?: number;
  /** Height of the picture in pixels; the default is 440. */
  height?: number;
  /** Title, in place of one that names the function; none if empty. */
  title?: string;
  /** Whether text is written as `<text>`, for the fonts of the viewer, or as paths, which need no fonts. */
  textAs?: TextAs;
}

// Patterns for the second and the third time around the colors.
const DASHES = [undefined, "7 4", "2 3"];

/**
 * Draws the losses of several runs as curves, with a legend.
 *
 * Losses that are NaN or infinite leave gaps. On the logarithmic scale, losses of zero or less lie at the lower edge.
 * The colors can be told apart with any color vision; from the eighth curve on they come again with dashes.
 *
 * @param traces The runs, one curve each.
 * @param options How to draw them.
 * @returns The picture as SVG.
 * @throws {RangeError} If there are no traces, no finite losses, or an option is out of range.
 * @throws {TypeError} If the number of labels is not the number of traces.
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
 *   evaluations: [1, 2],
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
  const settings = {
    scale: "log" as const,
    xAxis: "steps" as const,
    lnWeight: 2,
    width: 760,
    height: 440,
    textAs: "text" as const,
    ...options,
  };
  checkChoice("scale", settings.scale, ["log", "linear"]);
  checkChoice("xAxis", settings.xAxis, ["steps", "evaluations"]);
  checkChoice("textAs", settings.textAs, ["text", "paths"]);
  if (!(settings.lnWeight > 0 && settings.lnWeight < Infinity)) {
    throw new RangeError(
      `Cannot plot losses as \`lnWeight\` must be positive: got ${settings.lnWeight}`,
    );
  }
  if (settings.labels && settings.labels.length !== traces.length) {
    throw new TypeError(
      `Cannot plot losses as each of the ${traces.length} traces must have one label: got ${settings.labels.length}`,
    );
  }
  const subtract = settings.subtractMinimum ??
    (settings.scale === "log" &&
      traces.every((trace) => lowestMinimum(trace) < Infinity));
  const names = settings.labels ?? labelTraces(traces);
  const curves = traces.map((trace, i): Curve => ({
    label: names[i]!,
    color: CURVE_COLORS[i % CURVE_COLORS.length]!,
    dash: DASHES[Math.floor(i / CURVE_COLORS.length) % DASHES.length],
    points: curvePoints(trace, settings.xAxis, subtract),
  }));

  const xDomain = rangeOf(curves, 0);
  const yDomain = settings.scale === "log"
    ? logDomain(curves)
    : padded(rangeOf(curves, 1));
  const makeScale = settings.scale === "log" ? logScale : linearScale;
  const functions = [...new Set(traces.map(({ fn }) => fn))].join(", ");
  const labels: FrameLabels = {
    title: settings.title ?? functions,
    subtitle: "",
    x: settings.xAxis === "steps" ? "Step" : "Evaluations of the function",
    y: subtract ? "Loss above the minimum" : "Loss",
  };
  const shortNames = names.map((name) =>
    fitText(name, SMALL_TEXT, settings.width * 0.35)
  );
  const legendWidth = LEGEND_TEXT_X + 10 +
    Math.max(...shortNames.map((name) => measureText(name, SMALL_TEXT)));
  const area = layOutArea(
    settings.width,
    settings.height,
    labels,
    makeScale(yDomain, [0, 1], 8).ticks.map(({ label }) => label),
    legendWidth,
  );
  const x = scaleWithRoom(
    "x",
    (count) => linearScale(xDomain, [area.left, area.right], count),
  );
  const y = scaleWithRoom(
    "y",
    (count) => makeScale(yDomain, [area.bottom, area.top], count),
  );
  const svg = svgDocument(
    settings.width,
    settings.height,
    `Losses on ${functions}: ${names.join(", ")}`,
    drawGridLines(area, y),
    drawFrame(area, x, y, labels),
    ...curves.map((curve) => drawCurve(curve, x, y, area, settings.lnWeight)),
    drawLegend(
      curves.map((curve, i) => ({ ...curve, label: shortNames[i]! })),
      area,
      settings.lnWeight,
    ),
  );
  return settings.textAs === "paths" ? textToPaths(svg) : svg;
}

function drawGridLines({ left, right }: Area, y: Scale): string {
  return element("path", {
    d: y.ticks
      .map(({ value }) =>
        `M${left} ${Math.round(y.position(value) * 2) / 2}H${right}`
      )
      .join(""),
    stroke: "#E6E6E6",
    fill: "none",
  });
}

function drawCurve(
  { points, color, dash }: Curve,
  x: Scale,
  y: Scale,
  area: Area,
  weight: number,
): string {
  const pixels = points.map(([step, loss]): Point => [
    x.position(step),
    Number.isFinite(loss) ? y.position(loss) : NaN,
  ]);
  const pieces = clipPolyline(pixels, {
    x: [area.left, area.right],
    y: [area.top, area.bottom],
  });
  return element("path", {
    class: "curve",
    d: pieces.map((piece) => polylineData(thinOut(piece))).join(""),
    fill: "none",
    stroke: color,
    "stroke-width": weight,
    "stroke-dasharray": dash,
    "stroke-linejoin": "round",
  });
}

const LEGEND_GAP = 14;
const LEGEND_LINE = 24;
const LEGEND_TEXT_X = LEGEND_GAP + LEGEND_LINE + 7;
const LEGEND_ROW = 20;

function drawLegend(
  curves: readonly Curve[],
  { top, right }: Area,
  weight: number,
): string {
  return element(
    "g",
    { class: "legend" },
    ...curves.flatMap(({ label, color, dash }, i) => {
      const y = top + 10 + i * LEGEND_ROW;
      return [
        element("path", {
          d: `M${right + LEGEND_GAP} ${y}h${LEGEND_LINE}`,
          stroke: color,
          "stroke-width": weight,
          "stroke-dasharray": dash,
        }),
        textElement(label, {
          ...text(SMALL_TEXT),
          x: right + LEGEND_TEXT_X,
          y: y + SMALL_TEXT * 0.36,
        }),
      ];
    }),
  );
}
