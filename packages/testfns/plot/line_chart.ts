import { clipPolyline, type Point } from "./clip.ts";
import { type CurveStyle, markerData } from "./curve_style.ts";
import {
  type Area,
  drawFrame,
  type FrameLabels,
  layOutArea,
  scaleWithRoom,
  svgDocument,
  type TextAs,
} from "./frame.ts";
import { drawLegend, LEGEND_ROW, legendNames, legendWidth } from "./legend.ts";
import { checkChoice, type OptionNames } from "./map_options.ts";
import type { Scale } from "./scale.ts";
import { textToPaths } from "./stroke_text.ts";
import { element, polylineData } from "./svg.ts";

/** Options that all pictures with curves have. */
export interface ChartOptions {
  /** One name per curve for the legend. */
  labels?: string[];
  /** Width of the curves in pixels; the default is 2. */
  lnWeight?: number;
  /** Width of the picture in pixels; the default is 760. */
  width?: number;
  /** Height of the picture in pixels; the default is 440, or more if the legend needs it. */
  height?: number;
  /** Title, in place of one that says what is shown; none if empty. */
  title?: string;
  /** Whether text is written as `<text>`, for the fonts of the viewer, or as paths, which need no fonts. */
  textAs?: TextAs;
}

/** The names of {@linkcode ChartOptions}. */
export const CHART_NAMES: OptionNames<ChartOptions> = {
  labels: true,
  lnWeight: true,
  width: true,
  height: true,
  title: true,
  textAs: true,
};

/** A curve and how it looks. */
export interface Curve {
  /** Its name. */
  label: string;
  /** Its look. */
  style: CurveStyle;
  /** Where it goes, in data units. What is NaN or infinite leaves a gap. */
  points: Point[];
  /** Which of its points bear markers; by default a few, as many as it takes to recognise the curve. */
  marked?: Point[];
  /** The outline of an area around the curve. */
  band?: Point[];
}

/** What a chart shows. */
export interface Chart {
  /** The curves, from back to front. */
  curves: readonly Curve[];
  /** Makes the x axis from its ends in pixels and about how many ticks it should have. */
  x: (range: [number, number], ticks: number) => Scale;
  /** Makes the y axis. */
  y: (range: [number, number], ticks: number) => Scale;
  /** What stands around it. */
  labels: FrameLabels;
  /** What screen readers say. */
  description: string;
  /** Draws what lies over the curves. */
  over?: (area: Area, x: Scale, y: Scale) => string;
}

/** Draws curves with axes and, at the right, a legend. `action` is what an error says could not be done. */
export function drawChart(
  chart: Chart,
  options: ChartOptions,
  action: string,
): string {
  const { lnWeight = 2, width = 760, textAs = "text", labels } = options;
  const { curves } = chart;
  checkChoice("textAs", textAs, ["text", "paths"]);
  if (!(lnWeight > 0 && lnWeight < Infinity)) {
    throw new RangeError(
      `Cannot ${action} as \`lnWeight\` must be positive: got ${lnWeight}`,
    );
  }
  if (labels && labels.length !== curves.length) {
    throw new TypeError(
      `Cannot ${action} as each of the ${curves.length} curves must have one label: got ${labels.length}`,
    );
  }
  const height = options.height ??
    Math.max(440, 110 + curves.length * LEGEND_ROW);
  const names = legendNames(
    labels ?? curves.map(({ label }) => label),
    width,
  );
  const area = layOutArea(
    width,
    height,
    chart.labels,
    chart.y([1, 0], 8).ticks.map(({ label }) => label),
    legendWidth(names),
  );
  const { left, top, right, bottom } = area;
  const x = scaleWithRoom("x", (count) => chart.x([left, right], count));
  const y = scaleWithRoom("y", (count) => chart.y([bottom, top], count));
  const svg = svgDocument(
    width,
    height,
    chart.description,
    drawGridLines(area, y),
    ...curves.map((curve) => drawBand(curve, x, y, area)),
    drawFrame(area, x, y, chart.labels),
    ...curves.map((curve, i) => drawCurve(curve, i, x, y, area, lnWeight)),
    chart.over?.(area, x, y) ?? "",
    drawLegend(
      curves.map(({ style }, i) => ({ style, label: names[i]! })),
      area,
      lnWeight,
    ),
  );
  return textAs === "paths" ? textToPaths(svg) : svg;
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

function drawBand({ band, style }: Curve, x: Scale, y: Scale, area: Area) {
  if (band === undefined) return "";
  const clamp = (value: number, a: number, b: number) =>
    Math.min(b, Math.max(a, value));
  const outline = band.map((point): Point => {
    const [px, py] = toPixels(point, x, y);
    return [
      clamp(px, area.left, area.right),
      clamp(py, area.top, area.bottom),
    ];
  });
  return element("path", {
    class: "band",
    d: polylineData(outline, true),
    fill: style.color,
    "fill-opacity": "0.14",
  });
}

function drawCurve(
  { points, style, marked }: Curve,
  index: number,
  x: Scale,
  y: Scale,
  area: Area,
  weight: number,
): string {
  const pieces = clipPolyline(points.map((point) => toPixels(point, x, y)), {
    x: [area.left, area.right],
    y: [area.top, area.bottom],
  }).map(thinOut);
  const markers = marked?.map((point) => toPixels(point, x, y)) ??
    spacedPoints(pieces, area, index);
  return element("path", {
    class: "curve",
    d: pieces.map((piece) => polylineData(piece)).join(""),
    fill: "none",
    stroke: style.color,
    "stroke-width": weight,
    "stroke-dasharray": style.dash,
    "stroke-linejoin": "round",
  }) + (markers.length === 0 ? "" : element("path", {
    class: "markers",
    d: markers.map((point) => markerData(style.marker, point, 3.5)).join(""),
    fill: style.color,
    stroke: "#FFFFFF",
    "stroke-width": 0.75,
  }));
}

function toPixels([px, py]: Point, x: Scale, y: Scale): Point {
  return [
    Number.isFinite(px) ? x.position(px) : NaN,
    Number.isFinite(py) ? y.position(py) : NaN,
  ];
}

const MARKER_DISTANCE = 110;

// One vertex about every 110 pixels. Curves with other indices start elsewhere, so that markers seldom hide each other.
function spacedPoints(
  pieces: readonly Point[][],
  { left }: Area,
  index: number,
): Point[] {
  const found: Point[] = [];
  let next = left + 20 + index * 29 % MARKER_DISTANCE;
  for (const piece of pieces) {
    for (const point of piece) {
      if (point[0] < next) continue;
      found.push(point);
      while (next <= point[0]) next += MARKER_DISTANCE;
    }
  }
  return found;
}

/**
 * Leaves out points that do not show: where many share a column of pixels, the first, the least, the greatest and the last
 * of them draw the same.
 */
export function thinOut(piece: readonly Point[]): Point[] {
  const thin: Point[] = [];
  for (let i = 0; i < piece.length;) {
    const column = Math.floor(piece[i]![0]);
    let [low, high, end] = [i, i, i];
    for (; end < piece.length && Math.floor(piece[end]![0]) === column; end++) {
      if (piece[end]![1] < piece[low]![1]) low = end;
      if (piece[end]![1] > piece[high]![1]) high = end;
    }
    const kept = new Set([i, low, high, end - 1].sort((a, b) => a - b));
    for (const k of kept) thin.push(piece[k]!);
    i = end;
  }
  return thin;
}
