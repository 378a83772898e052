import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { checkGrid, displayValues, sampleGrid } from "./grid.ts";

Deno.test("sampleGrid() spans both axes of a region that is not square", () => {
  const seen: [number, number][] = [];
  const grid = sampleGrid(
    (x, y) => {
      seen.push([x, y]);
      return 10 * y + x;
    },
    { x: [-15, -5], y: [-3, 3] },
    3,
  );
  assertEquals(grid.x, [-15, -10, -5]);
  assertEquals(grid.y, [-3, 0, 3]);
  assertEquals(grid.z, [-45, -40, -35, -15, -10, -5, 15, 20, 25]);
  assertEquals(seen.length, 9);
});

Deno.test("sampleGrid() hits both ends of an interval exactly", () => {
  const { x } = sampleGrid(() => 0, { x: [-0.3, 0.7], y: [0, 1] }, 100);
  assertEquals([x[0], x[99]], [-0.3, 0.7]);
});

Deno.test("checkGrid() refuses what is not a grid", () => {
  checkGrid({ x: [0, 1], y: [0, 1, 2], z: [1, 2, 3, 4, 5, 6] });
  const cases: [number[], number[], number[], ErrorConstructor, string][] = [
    [
      [0],
      [0, 1],
      [1, 2],
      RangeError,
      `"grid.x" must have 2 numbers or more: got 1`,
    ],
    [
      [0, 1],
      [1, 0],
      [1, 2, 3, 4],
      RangeError,
      `"grid.y" must ascend: got 0 at index 1`,
    ],
    [
      [0, NaN],
      [0, 1],
      [1, 2, 3, 4],
      RangeError,
      `"grid.x" must ascend: got NaN at index 1`,
    ],
    [
      [0, 1],
      [0, 1],
      [1, 2, 3],
      TypeError,
      `"grid.z" must have 2 x 2 numbers: got 3`,
    ],
  ];
  for (const [x, y, z, type, message] of cases) {
    assertThrows(() => checkGrid({ x, y, z }), type, message);
  }
});

Deno.test("displayValues() cuts infinities to the finite range and keeps NaN", () => {
  const display = displayValues([-Infinity, 1, 3, Infinity, NaN], "value", 0);
  assertEquals(display.values, [1, 1, 3, 3, NaN]);
  assertEquals(display.range, [1, 3]);
  assertEquals(display.label(2.5), "2.5");
});

Deno.test("displayValues() shows the logarithm of the distance to the minimum", () => {
  const zero = displayValues([0, 1, 10, 1000], "log", 0);
  assertEquals(zero.values, [-3, 0, 1, 3]); // zero is six decades below the greatest
  assertEquals(zero.label(2), "100");
  const negative = displayValues([-1, -0.9, 9], "log", -1);
  assertAlmostEquals(negative.values[1]!, -1, 1e-12);
  assertAlmostEquals(negative.values[2]!, 1, 1e-12);
  assertEquals(negative.label(-5), "-0.99999");
});

Deno.test("displayValues() takes the lowest value where no minimum is known or the values go lower", () => {
  assertEquals(displayValues([2, 3, 12], "log", Infinity).values.slice(1), [
    0,
    1,
  ]);
  assertEquals(displayValues([2, 3, 12], "log", 2.5).values.slice(1), [0, 1]);
});

Deno.test("displayValues() offers round levels for both transforms", () => {
  assertEquals(displayValues([0, 10], "value", 0).levels(5), [
    0,
    2,
    4,
    6,
    8,
    10,
  ]);
  assertEquals(displayValues([0, 1, 1e6], "log", 0).levels(6), [
    0,
    1,
    2,
    3,
    4,
    5,
    6,
  ]);
  assertEquals(displayValues([0, 10], "value", 0).levels(0), []);
});

Deno.test("displayValues() has no range if nothing is finite, and copes with a constant", () => {
  assertEquals(displayValues([NaN, Infinity], "value", 0).range, [NaN, NaN]);
  assertEquals(displayValues([NaN, NaN], "log", 0).range, [NaN, NaN]);
  const { values } = displayValues([7, 7], "log", 7);
  assertEquals(values[0], values[1]);
  assertEquals(Number.isFinite(values[0]), true);
});
