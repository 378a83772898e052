import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { Coverage } from "./raster.ts";

function rowsOf({ width, height, data }: Coverage): number[][] {
  return Array.from(
    { length: height },
    (_, j) => [...data.subarray(j * width, (j + 1) * width)],
  );
}

function sum({ data }: Coverage): number {
  return data.reduce((total, value) => total + value, 0) / 255;
}

Deno.test("Coverage.addLine() covers the pixels that a line fills", () => {
  const coverage = new Coverage(6, 4);
  const box = coverage.addLine([1, 2], [5, 2], 2);
  assertEquals(box, { left: 0, top: 0, right: 6, bottom: 4 });
  assertEquals(rowsOf(coverage).map((row) => row.slice(1, 5)), [
    [0, 0, 0, 0],
    [255, 255, 255, 255],
    [255, 255, 255, 255],
    [0, 0, 0, 0],
  ]);
});

Deno.test("Coverage.addLine() is as wide as told at any slope", () => {
  for (const [x, y] of [[60, 0], [48, 36], [36, 48], [42.4, 42.4]]) {
    // The ends of both lines cover the same.
    const [long, short] = [1, 1 / 2].map((part) => {
      const coverage = new Coverage(90, 90);
      coverage.addLine([12, 12], [12 + x! * part, 12 + y! * part], 4);
      return sum(coverage);
    });
    // The soft edge is exact only along the axes.
    assertAlmostEquals(long! - short!, 30 * 4, x === 60 ? 1e-9 : 3);
  }
});

Deno.test("Coverage.addLine() is no denser where lines overlap", () => {
  const once = new Coverage(20, 20);
  once.addLine([3, 4], [15, 11], 3);
  const twice = new Coverage(20, 20);
  twice.addLine([3, 4], [15, 11], 3);
  twice.addLine([3, 4], [15, 11], 3);
  assertEquals(twice.data, once.data);
});

Deno.test("Coverage.addLine() draws a dot where a line has no length, and nothing outside", () => {
  const coverage = new Coverage(9, 9);
  coverage.addLine([4.5, 4.5], [4.5, 4.5], 5);
  assertAlmostEquals(sum(coverage), Math.PI * 6.25, 0.8);
  const empty = new Coverage(9, 9);
  empty.addLine([-50, -50], [-40, -50], 5);
  assertEquals(sum(empty), 0);
});

Deno.test("Coverage.addPolygon() covers its area", () => {
  const square = new Coverage(20, 20);
  square.addPolygon([[2, 3], [8, 3], [8, 9], [2, 9]]);
  assertEquals(sum(square), 36);
  const triangle = new Coverage(40, 40);
  triangle.addPolygon([[2, 2], [34, 10], [10, 36]]);
  assertAlmostEquals(sum(triangle), (32 * 34 - 8 * 8) / 2, 1);
});

Deno.test("Coverage.clear() uncovers a rectangle", () => {
  const coverage = new Coverage(8, 8);
  const box = coverage.addPolygon([[0, 0], [8, 0], [8, 8], [0, 8]]);
  coverage.clear({ left: 2, top: 3, right: 4, bottom: 5 });
  assertEquals(sum(coverage), 60);
  coverage.clear(box);
  assert(coverage.data.every((value) => value === 0));
});
