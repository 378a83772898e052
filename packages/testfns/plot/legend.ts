import { type CurveStyle, markerData } from "./curve_style.ts";
import { type Area, SMALL_TEXT, text } from "./frame.ts";
import { fitText, measureText } from "./stroke_text.ts";
import { element, textElement } from "./svg.ts";

/** One row of a legend. */
export interface LegendEntry {
  /** What it says. */
  label: string;
  /** What it shows. */
  style: CurveStyle;
}

const GAP = 14;
const LINE = 28;
const TEXT_X = GAP + LINE + 7;

/** The distance between rows where there is room for it. */
export const LEGEND_ROW = 20;

/** Shortens names so that a legend takes up at most a third of a picture. */
export function legendNames(
  names: readonly string[],
  width: number,
): string[] {
  return names.map((name) => fitText(name, SMALL_TEXT, width * 0.33));
}

/** Returns how much of a picture a legend at its right needs. */
export function legendWidth(names: readonly string[]): number {
  return TEXT_X + 10 +
    Math.max(0, ...names.map((name) => measureText(name, SMALL_TEXT)));
}

/**
 * Draws a legend at the right of the data, where it covers nothing. If the rows do not fit beside the data at their usual
 * distance they move together, with smaller letters.
 */
export function drawLegend(
  entries: readonly LegendEntry[],
  { top, right, bottom }: Area,
  weight: number,
): string {
  const row = Math.min(LEGEND_ROW, (bottom - top) / entries.length);
  const size = Math.min(SMALL_TEXT, row);
  return element(
    "g",
    { class: "legend" },
    ...entries.flatMap(({ label, style: { color, dash, marker } }, i) => {
      const y = top + (i + 0.5) * row;
      return [
        element("path", {
          d: `M${right + GAP} ${y.toFixed(2)}h${LINE}`,
          stroke: color,
          "stroke-width": weight,
          "stroke-dasharray": dash,
        }),
        element("path", {
          d: markerData(marker, [right + GAP + LINE / 2, y], size / 3),
          fill: color,
          stroke: "#FFFFFF",
        }),
        textElement(label, {
          ...text(size),
          x: right + TEXT_X,
          y: y + size * 0.36,
        }),
      ];
    }),
  );
}
