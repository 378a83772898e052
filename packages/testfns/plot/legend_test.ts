import { assert, assertEquals } from "@std/assert";
import { curveStyle } from "./curve_style.ts";
import { drawLegend, legendNames, legendWidth } from "./legend.ts";
import { measureText } from "./stroke_text.ts";

const AREA = { left: 50, top: 40, right: 500, bottom: 400 };

function rowsOf(count: number): { y: number; size: number }[] {
  const entries = Array.from(
    { length: count },
    (_, i) => ({ label: `optimizer ${i}`, style: curveStyle(i) }),
  );
  return [
    ...drawLegend(entries, AREA, 2).matchAll(
      /font-size="([^"]*)"[^>]* y="([^"]*)"/g,
    ),
  ].map(([, size, y]) => ({ size: Number(size), y: Number(y) }));
}

Deno.test("drawLegend() keeps its rows apart and beside the data, however many", () => {
  for (const count of [1, 5, 18, 40]) {
    const rows = rowsOf(count);
    assertEquals(rows.length, count);
    rows.forEach(({ y, size }, i) => {
      assert(y > AREA.top && y < AREA.bottom, `${y}`);
      if (i > 0) assert(y - rows[i - 1]!.y >= size * 0.999, `${size} at ${y}`);
    });
  }
  assertEquals(rowsOf(5)[0]!.size, 12);
});

Deno.test("legendNames() and legendWidth() leave two thirds of a picture to the data", () => {
  const long = "an optimizer with many options ".repeat(5);
  const names = legendNames(["SGD", long], 600);
  assertEquals(names[0], "SGD");
  assert(names[1]!.endsWith("..."));
  assert(measureText(names[1]!, 12) <= 198);
  assert(legendWidth(names) < 270);
  assert(legendWidth(["SGD"]) < legendWidth(["SGD", "a longer name"]));
});
