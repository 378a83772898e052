import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import type { Point } from "./clip.ts";
import { placeLabels } from "./contour_labels.ts";
import { measureText } from "./stroke_text.ts";

const AREA = { left: 0, top: 0, right: 400, bottom: 300 };

function straight(from: Point, to: Point): Point[] {
  return Array.from({ length: 51 }, (_, i): Point => [
    from[0] + (to[0] - from[0]) * i / 50,
    from[1] + (to[1] - from[1]) * i / 50,
  ]);
}

Deno.test("placeLabels() writes upright along the line and inside of the area", () => {
  const corners: [Point, Point] = [[0, 0], [400, 300]];
  for (const [from, to] of [corners, corners.toReversed()]) {
    const lines = [{ level: 2.5, points: straight(from!, to!) }];
    const [label, ...others] = placeLabels(lines, AREA, 12, String, []);
    assertEquals(others, []);
    assertEquals(label!.label, "2.5");
    assertAlmostEquals(label!.angle, Math.atan(0.75) * 180 / Math.PI, 1e-9);
    assertAlmostEquals(label!.at[1], label!.at[0] * 0.75, 1e-9);
    assert(label!.at[0] > 10 && label!.at[0] < 390);
  }
});

Deno.test("placeLabels() keeps labels apart from one another and from obstacles", () => {
  const lines = [100, 104, 108].map((y, level) => ({
    level,
    points: straight([0, y], [400, y]),
  }));
  const obstacles = straight([0, 150], [200, 50]);
  const labels = placeLabels(lines, AREA, 12, () => "1000", obstacles);
  assertEquals(labels.length, 3);
  const width = measureText("1000", 12);
  labels.forEach(({ at }, i) => {
    for (const [x, y] of obstacles) {
      assert(Math.hypot(at[0] - x, at[1] - y) > width / 2);
    }
    for (const other of labels.slice(i + 1)) {
      assert(
        Math.hypot(at[0] - other.at[0], at[1] - other.at[1]) > width,
      );
    }
  });
});

Deno.test("placeLabels() prefers level stretches of a line", () => {
  const circle = Array.from({ length: 181 }, (_, i): Point => [
    200 + 100 * Math.cos(i * Math.PI / 90),
    150 + 100 * Math.sin(i * Math.PI / 90),
  ]);
  const [label] = placeLabels(
    [{ level: 7, points: circle }],
    AREA,
    12,
    String,
    [],
  );
  assert(Math.abs(label!.angle) < 5, `${label!.angle} degrees`);
});

Deno.test("placeLabels() leaves out lines that are short, curved or hidden", () => {
  const circle = Array.from({ length: 61 }, (_, i): Point => [
    100 + 9 * Math.cos(i * Math.PI / 30),
    100 + 9 * Math.sin(i * Math.PI / 30),
  ]);
  const cases: [Point[], Point[]][] = [
    [straight([0, 50], [30, 50]), []],
    [circle, []],
    [straight([0, 50], [400, 50]), straight([0, 52], [400, 52])],
    [straight([0, 400], [400, 400]), []],
  ];
  for (const [points, obstacles] of cases) {
    const lines = [{ level: 1, points }];
    assertEquals(placeLabels(lines, AREA, 12, () => "1000", obstacles), []);
  }
});
