// Draws what `deno task bench:peers --json FILE` wrote as bars on a
// logarithmic axis, as SVG or, if the name ends so, as PNG:
//
//     deno run --allow-read --allow-write bench/peers/plot.ts FILE bench/peers.svg

import { parseArgs } from "node:util";
import {
  SMALL_TEXT,
  svgDocument,
  text,
} from "../../packages/testfns/plot/frame.ts";
import { CURVE_COLORS } from "../../packages/testfns/plot/palette.ts";
import { svgToPng } from "../../packages/testfns/plot/png.ts";
import { logScale, type Scale } from "../../packages/testfns/plot/scale.ts";
import { measureText } from "../../packages/testfns/plot/stroke_text.ts";
import { element, textElement } from "../../packages/testfns/plot/svg.ts";
import { GRADUS, type Results, type RowResult, secondsOf } from "./results.ts";
import { formatSeconds } from "./table.ts";

const WIDTH = 880;
const BAR = 9;
const GROUP_GAP = 12;
const MARGIN = 16;
const HEADER = 76;
const FOOTER = 40;
/** Room for the figure behind a bar. */
const FIGURE = 56;
/** The other figures are in the table. */
const LEFT_OUT = [`${GRADUS} 1 thread`];

/**
 * Draws the rows as groups of bars, one bar for each library that has a figure.
 *
 * @throws {RangeError} If there is no figure at all.
 */
export function plotResults(results: Results, ids?: string[]): string {
  const rows = results.rows.filter(({ id }) => ids?.includes(id) ?? true);
  const names = Object.keys(results.libraries).filter((name) =>
    !LEFT_OUT.includes(name) &&
    rows.some((row) => secondsOf(row, name) !== undefined)
  );
  if (names.length === 0) {
    throw new RangeError("Cannot plot results as there are no figures");
  }
  const left = MARGIN + 8 +
    Math.max(...rows.map(({ title }) => measureText(title, SMALL_TEXT)));
  const x = timeScale(rows, names, left);
  const groups: string[] = [];
  let top = HEADER;
  rows.forEach((row) => {
    const bars = names.filter((name) => secondsOf(row, name) !== undefined);
    groups.push(
      textElement(row.title, {
        ...text(SMALL_TEXT),
        x: left - 8,
        y: top + bars.length * BAR / 2 + 4,
        "text-anchor": "end",
      }),
      ...bars.map((name, k) =>
        drawBar(x, top + k * BAR, secondsOf(row, name)!, colorOf(names, name))
      ),
    );
    top += bars.length * BAR + GROUP_GAP;
  });
  const bottom = top - GROUP_GAP / 2;
  return svgDocument(
    WIDTH,
    bottom + FOOTER,
    `Time per step or operation of ${names.join(", ")}`,
    ...drawAxis(x, HEADER - GROUP_GAP / 2, bottom),
    ...groups,
    ...drawHeader(names, results),
  );
}

/** A scale of whole decades. */
function timeScale(rows: RowResult[], names: string[], left: number): Scale {
  const exponents = rows.flatMap((row) =>
    names.flatMap((name) => {
      const seconds = secondsOf(row, name);
      return seconds === undefined ? [] : [Math.log10(seconds)];
    })
  );
  const low = Math.floor(Math.min(...exponents) - 0.3);
  const high = Math.ceil(Math.max(...exponents));
  const range: [number, number] = [left, WIDTH - MARGIN - FIGURE];
  return logScale([10 ** low, 10 ** high], range, high - low);
}

function colorOf(names: string[], name: string): string {
  return CURVE_COLORS[names.indexOf(name) % CURVE_COLORS.length]!;
}

function drawBar(
  x: Scale,
  top: number,
  seconds: number,
  color: string,
): string {
  const from = x.position(x.domain[0]), to = x.position(seconds);
  return element("rect", {
    class: "bar",
    x: from,
    y: top,
    width: to - from,
    height: BAR - 1,
    fill: color,
  }) + textElement(formatSeconds(seconds), {
    ...text(9),
    x: to + 4,
    y: top + BAR - 2,
  });
}

function drawAxis(x: Scale, top: number, bottom: number): string[] {
  const [low, high] = x.domain.map((end) => Math.round(Math.log10(end)));
  const marks: string[] = [];
  for (let exponent = low!; exponent <= high!; exponent++) {
    const at = x.position(Number(`1e${exponent}`));
    marks.push(
      element("path", { d: `M${at} ${top}V${bottom}`, stroke: "#DDDDDD" }),
      textElement(decade(exponent), {
        ...text(SMALL_TEXT),
        x: at,
        y: bottom + 16,
        "text-anchor": "middle",
      }),
    );
  }
  return marks;
}

function decade(exponent: number): string {
  const power = Math.min(0, Math.floor(exponent / 3));
  const unit = { 0: "s", [-1]: "ms", [-2]: "µs", [-3]: "ns" }[power] ?? "";
  return `${10 ** (exponent - 3 * power)} ${unit}`;
}

function drawHeader(names: string[], { cpu, cores, rounds }: Results) {
  const parts = [
    textElement("Time per step or operation: shorter is better", {
      ...text(14),
      x: MARGIN,
      y: 24,
      "font-weight": "bold",
    }),
    textElement(
      `${cpu}, ${cores} cores; medians of ${rounds} rounds; logarithmic axis`,
      { ...text(SMALL_TEXT), x: MARGIN, y: 41 },
    ),
  ];
  let at = MARGIN;
  for (const name of names) {
    parts.push(
      element("rect", {
        x: at,
        y: 51,
        width: BAR,
        height: BAR,
        fill: colorOf(names, name),
      }),
      textElement(name, { ...text(SMALL_TEXT), x: at + BAR + 5, y: 60 }),
    );
    at += BAR + 24 + measureText(name, SMALL_TEXT);
  }
  return parts;
}

if (import.meta.main) {
  const { values, positionals: [from, to] } = parseArgs({
    allowPositionals: true,
    options: { rows: { type: "string" } },
  });
  if (from === undefined || to === undefined) {
    throw new TypeError("Cannot plot without a JSON file and a picture");
  }
  const results: Results = JSON.parse(await Deno.readTextFile(from));
  const svg = plotResults(results, values.rows?.split(","));
  if (to.endsWith(".png")) {
    const drawable = svg.replaceAll("µ", "u"); // not in the built-in font
    await Deno.writeFile(to, await svgToPng(drawable, { width: 2 * WIDTH }));
  } else {
    await Deno.writeTextFile(to, `${svg}\n`);
  }
}
