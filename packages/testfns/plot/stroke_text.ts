import { type Attributes, element } from "./svg.ts";
import {
  type Glyph,
  glyphOf,
  LETTER_GAP,
  PEN,
  UNITS_PER_EM,
} from "./stroke_font.ts";

/** Returns the width of a line of text in the built-in stroke font, in the unit of `size`. */
export function measureText(text: string, size: number): number {
  const glyphs = layOut(text);
  return (size / UNITS_PER_EM) *
    glyphs.reduce((sum, glyph) => sum + glyph.width + LETTER_GAP, 0);
}

/**
 * Replaces `<text>` elements by strokes of the built-in font, so that a picture needs no font at all.
 *
 * It reads what this package writes: one line of character data and the attributes `x`, `y`, `font-size`, `font-weight`,
 * `text-anchor`, `fill`, `stroke` (a halo around the letters), `stroke-width`, `transform` and `class`. A `<text>` with
 * elements inside stays as it is.
 *
 * @param svg The SVG source.
 * @returns The SVG source with strokes in place of text.
 */
export function textToPaths(svg: string): string {
  return svg.replace(
    /<text\b((?:\s+[\w:-]+\s*=\s*(?:"[^"]*"|'[^']*'))*)\s*>([^<]*)<\/text>/g,
    (_, attributes: string, content: string) =>
      drawText(unescapeXml(content), readAttributes(attributes)),
  );
}

function drawText(text: string, attributes: Record<string, string>): string {
  const size = parseFloat(attributes["font-size"] ?? "16");
  const scale = size / UNITS_PER_EM;
  const glyphs = layOut(text);
  const width = measureText(text, size) / scale;
  const anchor = attributes["text-anchor"] ?? "start";
  let x = LETTER_GAP / 2 -
    (anchor === "middle" ? width / 2 : anchor === "end" ? width : 0);
  const strokes: string[] = [];
  for (const glyph of glyphs) {
    if (glyph.strokes !== "") {
      strokes.push(
        element("path", {
          transform: `translate(${round(x)} 0)`,
          d: glyph.strokes,
        }),
      );
    }
    x += glyph.width + LETTER_GAP;
  }
  const place = `translate(${attributes["x"] ?? 0} ${
    attributes["y"] ?? 0
  }) scale(${round(scale)})`;
  const pen = isBold(attributes["font-weight"]) ? PEN.bold : PEN.normal;
  const common: Attributes = {
    class: attributes["class"],
    transform: attributes["transform"] === undefined
      ? place
      : `${attributes["transform"]} ${place}`,
    fill: "none",
    "stroke-linecap": "round",
    "stroke-linejoin": "round",
  };
  const letters = element("g", {
    ...common,
    "aria-label": text,
    stroke: attributes["fill"] ?? "#000000",
    "stroke-opacity": attributes["fill-opacity"],
    "stroke-width": pen,
  }, ...strokes);
  const halo = attributes["stroke"];
  if (halo === undefined || halo === "none") return letters;
  const spread = parseFloat(attributes["stroke-width"] ?? "1") / scale;
  return element("g", {
    ...common,
    stroke: halo,
    "stroke-opacity": attributes["stroke-opacity"],
    "stroke-width": pen + spread,
  }, ...strokes) + letters;
}

// Accents are dropped rather than shown as boxes.
function layOut(text: string): Glyph[] {
  const plain = text.normalize("NFD").replace(/\p{M}/gu, "");
  return Array.from(plain, (c) => glyphOf(SUBSTITUTES[c] ?? c));
}

const SUBSTITUTES: Record<string, string> = {
  "\u2212": "-", // minus sign
  "\u2013": "-", // en dash
  "\u2019": "'", // closing quotation mark
  "\u00d7": "x", // multiplication sign
  "\u00a0": " ", // no-break space
  "\n": " ",
  "\t": " ",
};

function isBold(weight: string | undefined): boolean {
  return weight === "bold" || Number(weight) >= 600;
}

function round(value: number): string {
  return `${Number(value.toFixed(4))}`;
}

function readAttributes(source: string): Record<string, string> {
  const attributes: Record<string, string> = {};
  for (const [, name, double, single] of source.matchAll(ATTRIBUTE)) {
    attributes[name!] = unescapeXml(double ?? single ?? "");
  }
  return attributes;
}

const ATTRIBUTE = /([\w:-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g;

function unescapeXml(text: string): string {
  return text.replace(
    /&(?:#x([\da-f]+)|#(\d+)|(amp|lt|gt|quot|apos));/gi,
    (_, hex?: string, decimal?: string, name?: string) =>
      name !== undefined
        ? NAMED[name.toLowerCase()]!
        : String.fromCodePoint(parseInt(hex ?? decimal!, hex ? 16 : 10)),
  );
}

const NAMED: Record<string, string> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
};

/** Shortens text with three dots until it fits into a width. */
export function fitText(text: string, size: number, width: number): string {
  if (measureText(text, size) <= width) return text;
  let short = text;
  while (short !== "" && measureText(`${short}...`, size) > width) {
    short = short.slice(0, -1).trimEnd();
  }
  return `${short}...`;
}
