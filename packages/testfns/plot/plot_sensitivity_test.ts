import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertThrows,
} from "@std/assert";
import type { SensitivityCurve } from "../race_types.ts";
import {
  assertWellFormed,
  elementsOfClass,
  frameOf,
  readPath,
} from "./_testing.ts";
import {
  plotSensitivity,
  type PlotSensitivityOptions,
} from "./plot_sensitivity.ts";

const SGD: SensitivityCurve = {
  optimizer: "S<G>D",
  lr: [0.001, 0.01, 0.1, 1],
  value: [1, 0.1, 0.01, Infinity],
};
const ADAM: SensitivityCurve = {
  optimizer: "Adam",
  lr: [0.001, 0.01, 0.1, 1],
  value: [10, 1, NaN, NaN],
};

Deno.test("plotSensitivity() has equal distances for equal factors on both axes", () => {
  const svg = plotSensitivity([SGD]);
  assertWellFormed(svg);
  const [curve] = readPath(elementsOfClass(svg, "curve")[0]!["d"]!);
  assertEquals(curve!.length, 3);
  const [a, b, c] = curve as [[number, number], [number, number], [
    number,
    number,
  ]];
  assertAlmostEquals(b[0] - a[0], c[0] - b[0], 0.02);
  assertAlmostEquals(b[1] - a[1], c[1] - b[1], 0.02);
  assert(c[1] > a[1], "lower values lie lower");
  for (const label of ["Learning rate", "Final loss", "S&lt;G&gt;D"]) {
    assert(svg.includes(`>${label}</text>`), label);
  }
});

Deno.test("plotSensitivity() marks every value", () => {
  const svg = plotSensitivity([SGD, ADAM]);
  const counts = elementsOfClass(svg, "markers")
    .map(({ d }) => readPath(d!).length);
  assertEquals(counts, [3, 2]);
});

Deno.test("plotSensitivity() puts a cross at the upper edge where a curve gets lost", () => {
  const svg = plotSensitivity([SGD, ADAM]);
  const { top } = frameOf(svg);
  const crosses = elementsOfClass(svg, "diverged");
  assertEquals(crosses.length, 2);
  const [first, second] = crosses.map(({ d }) => /M(\S+) (\S+)l/.exec(d!)!);
  assert(Number(first![1]) > Number(second![1]), "1 is right of 0.1");
  assert(Number(first![2]) < top + 10);
  const none = plotSensitivity([{ ...SGD, value: [1, 2, 3, 4] }]);
  assertEquals(elementsOfClass(none, "diverged"), []);
});

Deno.test("plotSensitivity() puts crosses of several optimizers side by side", () => {
  const svg = plotSensitivity(Array.from({ length: 6 }, () => SGD));
  const places = elementsOfClass(svg, "diverged")
    .map(({ d }) => /M(\S+) (\S+)l/.exec(d!)!.slice(1).join());
  assertEquals(new Set(places).size, 6);
});

Deno.test("plotSensitivity() counts values above `yLimits` as lost", () => {
  const svg = plotSensitivity([SGD], { yLimits: [0.001, 0.5] });
  assertEquals(
    readPath(elementsOfClass(svg, "markers")[0]!["d"]!).length,
    2,
  );
  assertEquals(
    elementsOfClass(svg, "diverged")[0]!["d"]!.split("M").length - 1,
    4,
  );
});

Deno.test("plotSensitivity() draws spread as a band", () => {
  const svg = plotSensitivity([{
    ...SGD,
    low: [0.5, 0.05, 0.005, NaN],
    high: [2, 0.2, Infinity, NaN],
  }]);
  const [band] = elementsOfClass(svg, "band");
  const [outline] = readPath(band!["d"]!);
  assertEquals(outline!.length, 6);
  const { top } = frameOf(svg);
  assertEquals(Math.min(...outline!.map(([, y]) => y)), top);
  assertEquals(elementsOfClass(plotSensitivity([SGD]), "band"), []);
});

Deno.test("plotSensitivity() draws values of zero and less on a linear scale", () => {
  const svg = plotSensitivity([{ ...SGD, value: [2, 0, -2, 4] }], {
    scale: "linear",
    yLabel: "Score",
    title: "",
  });
  const [[a, b, c]] = readPath(elementsOfClass(svg, "curve")[0]!["d"]!) as [
    [[number, number], [number, number], [number, number]],
  ];
  assertAlmostEquals(b[1] - a[1], c[1] - b[1], 0.02);
  assert(svg.includes(">Score</text>"));
});

Deno.test("plotSensitivity() refuses what it cannot draw", () => {
  const cases: [
    SensitivityCurve[],
    PlotSensitivityOptions,
    ErrorConstructor,
    string,
  ][] = [
    [[], {}, RangeError, "Cannot plot sensitivity"],
    [[{ ...SGD, value: [1] }], {}, TypeError, "must have 4 numbers: got 1"],
    [
      [{ ...SGD, low: [1] }],
      {},
      TypeError,
      "`low` of S<G>D must have 4 numbers: got 1",
    ],
    [
      [{ ...SGD, lr: [0, 1, 2, 3] }],
      {},
      RangeError,
      "must be positive: got 0",
    ],
    [[{ ...SGD, value: [NaN, NaN, NaN, NaN] }], {}, RangeError, "got none"],
    [[SGD], { yLimits: [2, 1] }, RangeError, "must ascend: got 2, 1"],
    [[SGD], { scale: "cubic" as "log" }, RangeError, `got "cubic"`],
    [[SGD], { labels: [] }, TypeError, "must have one label: got 0"],
  ];
  for (const [curves, options, type, message] of cases) {
    assertThrows(() => plotSensitivity(curves, options), type, message);
  }
});
