import type { Scale } from "./scale.ts";
import { element, textElement } from "./svg.ts";
import { fitText, measureText } from "./stroke_text.ts";

/** The part of a picture where data is drawn, in pixels. */
export interface Area {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/** What stands around the data. */
export interface FrameLabels {
  /** One line above the picture in bold; none if empty. */
  title: string;
  /** One line below the title; none if empty. */
  subtitle: string;
  /** Below the x axis. */
  x: string;
  /** Beside the y axis. */
  y: string;
}

/** How the text of a picture is written: as `<text>` or as strokes of the built-in font. */
export type TextAs = "text" | "paths";

const TICK_SIZE = 12;
const LABEL_SIZE = 13;
const TITLE_SIZE = 15;
const TICK_LENGTH = 5;
const INK = "#222222";

/** The size of the smaller text of a picture in pixels. */
export const SMALL_TEXT: number = TICK_SIZE;

/**
 * Returns the part of a picture that the labels leave for data.
 *
 * @param width The width of the picture.
 * @param height The height of the picture.
 * @param labels What stands around the data.
 * @param yTicks The labels of the y axis.
 * @param rightMargin What to leave at the right.
 * @throws {RangeError} If too little is left.
 */
export function layOutArea(
  width: number,
  height: number,
  labels: FrameLabels,
  yTicks: readonly string[],
  rightMargin: number,
): Area {
  const tickWidth = Math.max(
    0,
    ...yTicks.map((label) => measureText(label, TICK_SIZE)),
  );
  // The usual margin fits labels such as "-12.5"; so most pictures of a size have areas of one size.
  const left = Math.max(
    62,
    Math.ceil(tickWidth) + TICK_LENGTH + LABEL_SIZE + 18,
  );
  const area: Area = {
    left,
    top: labels.title === "" ? 20 : labels.subtitle === "" ? 38 : 56,
    right: Math.floor(width - rightMargin),
    bottom: Math.floor(height - 48),
  };
  if (
    !(area.right - area.left >= 50) || !(area.bottom - area.top >= 50) ||
    width === Infinity || height === Infinity
  ) {
    throw new RangeError(
      `Cannot draw picture as its size leaves no room for data: got ${width} x ${height}`,
    );
  }
  return area;
}

/** Makes the scale with the most ticks, about 8 at most, whose labels do not touch. */
export function scaleWithRoom(
  axis: "x" | "y",
  make: (tickCount: number) => Scale,
): Scale {
  for (let count = 8; count > 2; count--) {
    const scale = make(count);
    const hasRoom = scale.ticks.every(({ value, label }, i) => {
      const next = scale.ticks[i + 1];
      if (next === undefined) return true;
      const needed = axis === "y" ? TICK_SIZE * 1.5 : TICK_SIZE +
        (measureText(label, TICK_SIZE) + measureText(next.label, TICK_SIZE)) /
          2;
      return Math.abs(scale.position(next.value) - scale.position(value)) >=
        needed;
    });
    if (hasRoom) return scale;
  }
  return make(2);
}

/** Draws axes, tick labels, axis labels and titles. */
export function drawFrame(
  area: Area,
  x: Scale,
  y: Scale,
  labels: FrameLabels,
): string {
  const { left, top, right, bottom } = area;
  const middle = (left + right) / 2;
  const parts: string[] = [];
  for (const { value, label } of x.ticks) {
    const at = x.position(value);
    parts.push(
      element("path", {
        d: `M${round(at)} ${bottom}v${TICK_LENGTH}`,
        stroke: INK,
      }),
      textElement(label, {
        ...text(TICK_SIZE),
        x: at,
        y: bottom + TICK_LENGTH + 14,
        "text-anchor": "middle",
      }),
    );
  }
  for (const { value, label } of y.ticks) {
    const at = y.position(value);
    parts.push(
      element("path", {
        d: `M${left} ${round(at)}h${-TICK_LENGTH}`,
        stroke: INK,
      }),
      textElement(label, {
        ...text(TICK_SIZE),
        x: left - TICK_LENGTH - 4,
        y: at + TICK_SIZE * 0.36,
        "text-anchor": "end",
      }),
    );
  }
  parts.push(
    element("rect", {
      class: "frame",
      x: left,
      y: top,
      width: right - left,
      height: bottom - top,
      fill: "none",
      stroke: INK,
    }),
    textElement(labels.x, {
      ...text(LABEL_SIZE),
      x: middle,
      y: bottom + 40,
      "text-anchor": "middle",
    }),
    textElement(labels.y, {
      ...text(LABEL_SIZE),
      transform: `translate(18 ${(top + bottom) / 2}) rotate(-90)`,
      "text-anchor": "middle",
    }),
    drawTitles(area, labels),
  );
  return parts.join("");
}

/** Draws title and subtitle, centered over the data. */
export function drawTitles(
  { left, right }: Pick<Area, "left" | "right">,
  labels: Pick<FrameLabels, "title" | "subtitle">,
): string {
  const middle = (left + right) / 2;
  // They may use the whole width of the data and the margin at the left.
  const room = right - 12;
  const lines: [string, string, number, number, string][] = [
    [
      "title",
      labels.title,
      TITLE_SIZE,
      labels.subtitle === "" ? 25 : 24,
      "bold",
    ],
    ["subtitle", labels.subtitle, TICK_SIZE, 44, "normal"],
  ];
  return lines.map(([name, line, size, baseline, weight]) => {
    if (line === "") return "";
    const fitted = fitText(line, size, room);
    const half = measureText(fitted, size) / 2;
    return textElement(fitted, {
      ...text(size),
      class: name,
      x: Math.min(middle, right - half),
      y: baseline,
      "text-anchor": "middle",
      "font-weight": weight === "bold" ? weight : undefined,
    });
  }).join("");
}

/** The attributes of ordinary text. */
export function text(
  size: number,
): { "font-family": string; "font-size": number; fill: string } {
  return {
    "font-family": "Helvetica, Arial, sans-serif",
    "font-size": size,
    fill: INK,
  };
}

/** Wraps the parts of a picture on white ground. `label` is what screen readers say. */
export function svgDocument(
  width: number,
  height: number,
  label: string,
  ...parts: string[]
): string {
  return element(
    "svg",
    {
      xmlns: "http://www.w3.org/2000/svg",
      width,
      height,
      viewBox: `0 0 ${width} ${height}`,
      role: "img",
      "aria-label": label,
    },
    element("rect", { width, height, fill: "#FFFFFF" }),
    ...parts,
  );
}

// On half pixels, where thin lines are sharp.
function round(position: number): number {
  return Math.round(position * 2) / 2;
}
