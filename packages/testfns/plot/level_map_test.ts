import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import type { Grid } from "../trace.ts";
import { assertWellFormed, readPath } from "./_testing.ts";
import type { Point } from "./clip.ts";
import { displayValues, sampleGrid } from "./grid.ts";
import { contourLines, drawBands } from "./level_map.ts";

function same(point: Point): Point {
  return point;
}

function bandsOf(grid: Grid, colors: string[]): string {
  return drawBands(grid, displayValues(grid.z, "value", 0), colors, same);
}

Deno.test("contourLines() finds a circle where it is", () => {
  const grid = sampleGrid(
    (x, y) => x * x + y * y,
    { x: [-2, 2], y: [-3, 3] },
    200,
  );
  const lines = contourLines(grid, grid.z, [1], same);
  assertEquals(lines.length, 1);
  const { level, points } = lines[0]!;
  assertEquals(level, 1);
  assertEquals(points[0], points.at(-1));
  for (const [x, y] of points) assertAlmostEquals(Math.hypot(x, y), 1, 1e-3);
});

Deno.test("contourLines() ends at the edges instead of following them", () => {
  const grid = sampleGrid((x) => x, { x: [0, 10], y: [0, 1] }, 11);
  const [line, ...others] = contourLines(grid, grid.z, [2.5], same);
  assertEquals(others, []);
  for (const [x] of line!.points) assertAlmostEquals(x, 2.5, 1e-12);
  const ys = line!.points.map(([, y]) => y);
  assertEquals([Math.min(...ys), Math.max(...ys)], [0, 1]);
});

Deno.test("contourLines() follows axes that are spaced unevenly", () => {
  const x = [0, 1, 4, 9];
  const y = [0, 2];
  const grid = { x, y, z: [...x, ...x] };
  const [line] = contourLines(grid, grid.z, [6], same);
  for (const [px] of line!.points) assertAlmostEquals(px, 6, 1e-12);
});

Deno.test("contourLines() does not surround undefined values", () => {
  const grid = sampleGrid(Math.log, { x: [-1.25, 2.75], y: [0, 1] }, 9);
  const lines = contourLines(grid, grid.z, [-10, 0.5], same);
  assertEquals(lines.map(({ level }) => level), [0.5]);
  for (const [x] of lines[0]!.points) assert(x > 1.25 && x < 1.75);
});

Deno.test("contourLines() draws each branch in one piece from edge to edge", () => {
  const grid = sampleGrid((x, y) => y - x * x, { x: [-1, 1], y: [0, 1] }, 21);
  const branches = [[0.3, 1], [-0.3, 2]] as const;
  for (const [level, count] of branches) {
    const lines = contourLines(grid, grid.z, [level], same);
    assertEquals(lines.length, count);
    for (const { points } of lines) {
      for (const [x, y] of [points[0]!, points.at(-1)!]) {
        assert(Math.abs(x) === 1 || y === 0 || y === 1, `ends at ${x}, ${y}`);
      }
    }
  }
});

Deno.test("contourLines() closes every line or ends it at the edges, on a rough landscape too", () => {
  const grid = sampleGrid(
    (x, y) => Math.sin(12.9 * x + 78.2 * y) * 437 % 1,
    { x: [0, 7], y: [0, 6] },
    8,
  );
  const lines = contourLines(grid, grid.z, [-0.5, 0, 0.5], same);
  let open = 0;
  for (const { points } of lines) {
    const [first, last] = [points[0]!, points.at(-1)!];
    if (first[0] === last[0] && first[1] === last[1]) continue;
    open++;
    for (const [x, y] of [first, last]) {
      assert(x === 0 || x === 7 || y === 0 || y === 6, `ends at ${x}, ${y}`);
    }
  }
  assert(open > 10, `${open} open lines`);
});

Deno.test("drawBands() covers the grid with equal steps in the value", () => {
  const grid = sampleGrid((x) => x, { x: [0, 8], y: [0, 1] }, 9);
  const svg = bandsOf(grid, ["#000000", "#111111", "#222222", "#333333"]);
  assertWellFormed(`<svg>${svg}</svg>`);
  const lefts = [...svg.matchAll(/d="([^"]*)" fill="(#\d+)"/g)].map(
    ([, d, fill]) => {
      const xs = [...d!.matchAll(/[ML](\S+) /g)].map(([, x]) => Number(x));
      assertEquals(Math.max(...xs), 8);
      return [fill, Math.min(...xs)];
    },
  );
  assertEquals(lefts, [["#000000", 0], ["#111111", 2], ["#222222", 4], [
    "#333333",
    6,
  ]]);
});

Deno.test("drawBands() leaves holes in a band where the value is lower", () => {
  const grid = sampleGrid(
    (x, y) => Math.hypot(x, y),
    { x: [-1, 1], y: [-1, 1] },
    21,
  );
  const svg = bandsOf(grid, ["#000000", "#111111"]);
  const [, d] = /d="([^"]*)" fill="#111111"/.exec(svg)!;
  const areas = readPath(d!).map((ring) =>
    ring.reduce((sum, [x, y], i) => {
      const [nextX, nextY] = ring[(i + 1) % ring.length]!;
      return sum + (x * nextY - nextX * y) / 2;
    }, 0)
  );
  // Rings that wind the other way are holes under the fill rule of SVG.
  assertAlmostEquals(areas[0]! / Math.sign(areas[0]!), 4, 0.05);
  assertAlmostEquals(areas[1]! / -Math.sign(areas[0]!), Math.PI / 2, 0.05);
});

Deno.test("drawBands() paints a constant in one color and nothing but NaN in gray", () => {
  const grid = sampleGrid(() => 5, { x: [0, 1], y: [0, 1] }, 3);
  assertEquals(bandsOf(grid, ["#000000", "#111111"]).match(/fill="#\w+"/g), [
    `fill="#000000"`,
  ]);
  const undefinedGrid = sampleGrid(() => NaN, { x: [0, 1], y: [0, 1] }, 3);
  assertEquals(
    bandsOf(undefinedGrid, ["#000000", "#111111"]).match(/fill="#\w+"/g),
    [`fill="#D9D9D9"`],
  );
});

Deno.test("drawBands() covers undefined values up to the last defined ones", () => {
  const grid = sampleGrid((x) => x < 2 ? NaN : x, { x: [0, 4], y: [0, 1] }, 5);
  const svg = bandsOf(grid, ["#000000", "#111111"]);
  const [, d] = /class="undefined" d="([^"]*)"/.exec(svg)!;
  const xs = [...d!.matchAll(/[ML](\S+) /g)].map(([, x]) => Number(x));
  assertEquals([Math.min(...xs), Math.max(...xs)], [0, 2]);
});
