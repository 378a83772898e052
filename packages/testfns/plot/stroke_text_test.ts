import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { assertWellFormed } from "./_testing.ts";
import { glyphOf } from "./stroke_font.ts";
import { fitText, measureText, textToPaths } from "./stroke_text.ts";
import { textElement } from "./svg.ts";

const PRINTABLE = Array.from(
  { length: 95 },
  (_, i) => String.fromCharCode(32 + i),
);

Deno.test("glyphOf() has a glyph of its own for every printable ASCII character", () => {
  const strokes = PRINTABLE.map((character) => glyphOf(character).strokes);
  assertEquals(new Set(strokes).size, 95);
  assert(!strokes.includes(glyphOf("\u2603").strokes));
});

Deno.test("glyphOf() returns path data of absolute commands that stay within the line", () => {
  const counts: Record<string, number> = {
    M: 2,
    L: 2,
    H: 1,
    V: 1,
    C: 6,
    S: 4,
    Z: 0,
  };
  for (const character of PRINTABLE.slice(1)) {
    const { width, strokes } = glyphOf(character);
    for (const [part, command, rest] of strokes.matchAll(/([A-Z])([^A-Z]*)/g)) {
      const numbers = (rest!.match(/-?(?:\d+\.?\d*|\.\d+)/g) ?? []).map(Number);
      const count = counts[command!]!;
      assert(
        count === 0
          ? numbers.length === 0
          : numbers.length > 0 && numbers.length % count === 0,
        `"${character}": ${part}`,
      );
      numbers.forEach((value, i) => {
        const isX = command !== "V" && (command === "H" || i % 2 === 0);
        const [least, greatest] = isX ? [-0.8, width + 0.8] : [-16, 4.4];
        assert(
          value >= least && value <= greatest,
          `"${character}": ${part} has ${value}`,
        );
      });
    }
  }
});

Deno.test("glyphOf() gives all digits one width", () => {
  assertEquals(
    new Set(Array.from("0123456789", (c) => glyphOf(c).width)),
    new Set([8]),
  );
});

Deno.test("measureText() grows with the text and in proportion to the size", () => {
  assert(measureText("iii", 12) < measureText("mmm", 12));
  assertAlmostEquals(measureText("abc", 24), 2 * measureText("abc", 12), 1e-12);
  assertEquals(measureText("", 12), 0);
});

Deno.test("textToPaths() replaces text by one path per visible character", () => {
  const svg = `<svg>${
    textElement("a & b", { x: 10, y: 20, "font-size": 19.5, fill: "#123456" })
  }</svg>`;
  const drawn = textToPaths(svg);
  assertWellFormed(drawn);
  assert(!drawn.includes("<text"));
  assertEquals(drawn.match(/<path/g)!.length, 3);
  assert(drawn.includes(`aria-label="a &amp; b"`));
  assert(drawn.includes(`stroke="#123456"`));
  assert(drawn.includes(`transform="translate(10 20) scale(1)"`));
});

Deno.test("textToPaths() places text by its anchor", () => {
  function firstOffset(anchor: string): number {
    const drawn = textToPaths(
      textElement("mm", { "font-size": 19.5, "text-anchor": anchor }),
    );
    return Number(/<path transform="translate\((\S+) 0\)"/.exec(drawn)![1]);
  }
  const width = measureText("mm", 19.5);
  assertAlmostEquals(
    firstOffset("start") - firstOffset("middle"),
    width / 2,
    1e-3,
  );
  assertAlmostEquals(firstOffset("start") - firstOffset("end"), width, 1e-3);
});

Deno.test("textToPaths() draws a halo behind the letters", () => {
  const drawn = textToPaths(
    textElement("1", {
      "font-size": 39,
      stroke: "#000000",
      "stroke-width": 2,
      fill: "#FFFFFF",
    }),
  );
  const strokes = [
    ...drawn.matchAll(/stroke="(#\w+)"[^>]*stroke-width="([\d.]+)"/g),
  ];
  assertEquals(strokes.map(([, color, width]) => [color, width]), [
    ["#000000", "2.6"],
    ["#FFFFFF", "1.6"],
  ]);
});

Deno.test("textToPaths() keeps a transform in front of the position", () => {
  const drawn = textToPaths(
    textElement("x", { transform: "rotate(-90)", y: 4, "font-size": 19.5 }),
  );
  assert(drawn.includes(`transform="rotate(-90) translate(0 4) scale(1)"`));
});

Deno.test("textToPaths() leaves alone what is not plain text", () => {
  for (
    const svg of [
      "<text><tspan>a</tspan></text>",
      "<textPath>a</textPath>",
      "<path d='M0 0'/>",
    ]
  ) {
    assertEquals(textToPaths(svg), svg);
  }
});

Deno.test("textToPaths() drops accents and reads numeric entities", () => {
  const count = (svg: string) => textToPaths(svg).match(/<path/g)!.length;
  assertEquals(count("<text>\u00e4\u2212</text>"), 2);
  assert(
    !textToPaths("<text>\u00e4\u2212</text>").includes(
      glyphOf("\u2603").strokes,
    ),
  );
  assert(textToPaths("<text>&#x41;&#66;</text>").includes(`aria-label="AB"`));
});

Deno.test("fitText() shortens only what does not fit", () => {
  assertEquals(fitText("short", 12, 500), "short");
  const fitted = fitText("a rather long line of text", 12, 80);
  assert(fitted.endsWith("..."));
  assert(measureText(fitted, 12) <= 80);
});
