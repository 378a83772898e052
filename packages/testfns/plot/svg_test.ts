import { assertEquals, assertThrows } from "@std/assert";
import {
  element,
  escapeXml,
  formatCoordinate,
  paint,
  polylineData,
  textElement,
} from "./svg.ts";

Deno.test("element() escapes attributes and leaves out those that are undefined", () => {
  assertEquals(
    element("g", { id: `a"<&>`, x: 1.239, y: undefined }, "<p/>", "<q/>"),
    `<g id="a&quot;&lt;&amp;&gt;" x="1.24"><p/><q/></g>`,
  );
  assertEquals(element("p", {}), "<p/>");
});

Deno.test("textElement() escapes its text", () => {
  assertEquals(
    textElement("a < b & c", { x: 0 }),
    `<text x="0">a &lt; b &amp; c</text>`,
  );
});

Deno.test("escapeXml() replaces what XML forbids even when escaped", () => {
  assertEquals(
    escapeXml("a\u0000b\u0008\ud800c\uffff\td\u{1f600}"),
    "a\ufffdb\ufffd\ufffdc\ufffd\td\u{1f600}",
  );
});

Deno.test("formatCoordinate() keeps two decimals and no negative zero", () => {
  assertEquals([1, 0.005, -0.001, 12.3456].map(formatCoordinate), [
    "1",
    "0.01",
    "0",
    "12.35",
  ]);
});

Deno.test("polylineData() leaves out points that coincide after rounding", () => {
  assertEquals(polylineData([[0, 0], [0.001, 0], [1, 2], [1, 2]]), "M0 0L1 2");
  assertEquals(polylineData([[0, 0], [1, 0], [1, 1]], true), "M0 0L1 0L1 1Z");
  assertEquals(polylineData([[3, 4], [3, 4]]), "M3 4L3 4");
  assertEquals(polylineData([]), "");
});

Deno.test("paint() splits colors in color and opacity", () => {
  assertEquals(paint("fill", "#5050FF7F"), {
    fill: "#5050FF",
    "fill-opacity": "0.498",
  });
  assertEquals(paint("stroke", "#FF0000FF"), {
    stroke: "#FF0000",
    "stroke-opacity": undefined,
  });
  assertEquals(paint("fill", "#abc"), {
    fill: "#aabbcc",
    "fill-opacity": undefined,
  });
  assertEquals(paint("fill", "#abc0"), {
    fill: "#aabbcc",
    "fill-opacity": "0.000",
  });
  assertEquals(paint("fill", "white"), { fill: "white" });
});

Deno.test("paint() refuses what is not a color", () => {
  for (const color of ["", "#12", "#12345", "#gggggg", `red" onload="`]) {
    assertThrows(() => paint("fill", color), RangeError, "Cannot use color");
  }
});
