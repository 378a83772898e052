import { assertAlmostEquals, assertEquals } from "@std/assert";
import {
  formatNumber,
  linearScale,
  logLevels,
  logScale,
  prettyLevels,
} from "./scale.ts";

Deno.test("prettyLevels() chooses the steps of R's pretty()", () => {
  // R: pretty(c(1, 10)), pretty(c(1, 48)), pretty(c(1, 20), n = 2), pretty(c(1, 10), n = 21), without what is outside.
  assertEquals(prettyLevels(1, 10, 5), [2, 4, 6, 8, 10]);
  assertEquals(prettyLevels(1, 48, 5), [10, 20, 30, 40]);
  assertEquals(prettyLevels(1, 20, 2), [10, 20]);
  assertEquals(prettyLevels(1, 10, 21).slice(0, 4), [1, 1.5, 2, 2.5]);
  assertEquals(prettyLevels(1, 10, 21).length, 19);
});

Deno.test("prettyLevels() switches steps at 1.4, 2.8 and 7", () => {
  const steps = [1.39, 1.41, 2.79, 2.81, 6.99, 7.01].map((raw) => {
    const levels = prettyLevels(0, raw * 10, 10);
    return levels[1]! - levels[0]!;
  });
  assertEquals(steps, [1, 2, 2, 5, 5, 10]);
});

Deno.test("prettyLevels() has no rounding errors and no negative zero", () => {
  assertEquals(prettyLevels(-0.3, 0.3, 6), [
    -0.3,
    -0.2,
    -0.1,
    0,
    0.1,
    0.2,
    0.3,
  ]);
  assertEquals(Object.is(prettyLevels(-1, 1, 2)[1], 0), true);
  assertEquals(prettyLevels(0, 3e-7, 3), [0, 1e-7, 2e-7, 3e-7]);
  assertEquals(prettyLevels(0, 3e20, 3), [0, 1e20, 2e20, 3e20]);
});

Deno.test("prettyLevels() returns none if none are wanted or there is no range", () => {
  assertEquals(prettyLevels(0, 1, 0), []);
  assertEquals(prettyLevels(0, 1, -3), []);
  assertEquals(prettyLevels(2, 2, 10), []);
  assertEquals(prettyLevels(NaN, NaN, 10), []);
});

Deno.test("logLevels() chooses digits by the number of decades", () => {
  assertEquals(logLevels(0.09, 12, 8), [0.1, 0.2, 0.5, 1, 2, 5, 10]);
  assertEquals(logLevels(1, 1e4, 10), [1, 3, 10, 30, 100, 300, 1e3, 3e3, 1e4]);
  assertEquals(logLevels(1, 1e8, 8).length, 9);
  assertEquals(logLevels(1e-20, 1e10, 6).map(Math.log10), [
    -20,
    -15,
    -10,
    -5,
    0,
    5,
    10,
  ]);
  assertEquals(logLevels(3.1, 3.45, 4), [3.1, 3.2, 3.3, 3.4]);
  assertEquals(logLevels(1, 10, 0), []);
});

Deno.test("linearScale() maps its domain to its range, upside down too", () => {
  const scale = linearScale([-1, 3], [500, 100], 8);
  assertEquals([-1, 0, 3].map(scale.position), [500, 400, 100]);
  assertEquals(scale.ticks.map(({ label }) => label), [
    "-1.0",
    "-0.5",
    "0.0",
    "0.5",
    "1.0",
    "1.5",
    "2.0",
    "2.5",
    "3.0",
  ]);
});

Deno.test("linearScale() writes very large and very small ticks with exponents", () => {
  const labels = (max: number) =>
    linearScale([0, max], [0, 1], 4).ticks.map(({ label }) => label);
  assertEquals(labels(4e-6), ["0", "1e-6", "2e-6", "3e-6", "4e-6"]);
  assertEquals(labels(1.2e8), ["0", "5.0e7", "1.0e8"]);
});

Deno.test("logScale() maps powers to equal distances and what is not positive to its lower end", () => {
  const scale = logScale([0.01, 100], [400, 0], 8);
  for (const [value, position] of [[0.01, 400], [1, 200], [100, 0]] as const) {
    assertAlmostEquals(scale.position(value), position, 1e-9);
  }
  assertEquals(scale.position(0), 400);
  assertEquals(scale.position(-5), 400);
});

Deno.test("formatNumber() keeps four digits", () => {
  assertEquals(
    [0, -0.62824, 12345.6, 123456, 1e-7, 0.00012346, NaN, -Infinity, 316.2278]
      .map((value) => formatNumber(value)),
    [
      "0",
      "-0.6282",
      "12350",
      "1.235e5",
      "1e-7",
      "1.235e-4",
      "NaN",
      "-Infinity",
      "316.2",
    ],
  );
});
