import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertThrows,
} from "@std/assert";
import type { ProfileCurve } from "../race_types.ts";
import {
  assertWellFormed,
  elementsOfClass,
  frameOf,
  readPath,
} from "./_testing.ts";
import { plotProfile, type PlotProfileOptions } from "./plot_profile.ts";

const A: ProfileCurve = {
  optimizer: "A",
  tau: [1, 2, 8],
  share: [0.5, 0.75, 1],
};
const B: ProfileCurve = { optimizer: "B", tau: [4], share: [0.25] };

Deno.test("plotProfile() draws steps from the left edge to the right", () => {
  const svg = plotProfile([A, B], { tauMax: 16 });
  assertWellFormed(svg);
  const { left, right, top, bottom } = frameOf(svg);
  const x = (tau: number) => left + Math.log2(tau) / 4 * (right - left);
  const y = (share: number) => bottom - (share + 0.02) / 1.04 * (bottom - top);
  const expected: [number, number][][] = [
    [[1, 0.5], [2, 0.5], [2, 0.75], [8, 0.75], [8, 1], [16, 1]],
    [[1, 0], [4, 0], [4, 0.25], [16, 0.25]],
  ];
  elementsOfClass(svg, "curve").forEach(({ d }, i) => {
    const [curve] = readPath(d!);
    assertEquals(curve!.length, expected[i]!.length);
    curve!.forEach(([px, py], k) => {
      const [tau, share] = expected[i]![k]!;
      assertAlmostEquals(px, x(tau), 0.01);
      assertAlmostEquals(py, y(share), 0.01);
    });
  });
});

Deno.test("plotProfile() shows all factors by default, and cuts at `tauMax`", () => {
  const ends = (svg: string) =>
    elementsOfClass(svg, "curve").map(({ d }) => readPath(d!)[0]!.at(-1)![0]);
  const all = plotProfile([A, B]);
  assertEquals(ends(all), [frameOf(all).right, frameOf(all).right]);
  const cut = plotProfile([A], { tauMax: 4 });
  const [curve] = readPath(elementsOfClass(cut, "curve")[0]!["d"]!);
  assertEquals(curve!.length, 4);
  assertEquals(curve!.at(-1)![0], frameOf(cut).right);
  assertWellFormed(plotProfile([{ optimizer: "A", tau: [1], share: [1] }]));
});

Deno.test("plotProfile() names the optimizers, or as told", () => {
  const svg = plotProfile([A, B], { labels: ["one", "two"], title: "" });
  assert(svg.includes(">one</text>") && svg.includes(">two</text>"));
  assert(!svg.includes(">A</text>"));
});

Deno.test("plotProfile() refuses what is no profile", () => {
  const cases: [
    ProfileCurve[],
    PlotProfileOptions,
    ErrorConstructor,
    string,
  ][] = [
    [[], {}, RangeError, "there must be one or more: got none"],
    [[{ ...A, share: [1] }], {}, TypeError, "must have 3 numbers: got 1"],
    [
      [{ ...A, tau: [0.5, 2, 8] }],
      {},
      RangeError,
      "ascend from 1 or more: got 0.5 at index 0",
    ],
    [
      [{ ...A, tau: [1, 8, 2] }],
      {},
      RangeError,
      "ascend from 1 or more: got 2 at index 2",
    ],
    [
      [{ ...A, share: [0.5, 0.75, 1.5] }],
      {},
      RangeError,
      "from 0 to 1: got 1.5",
    ],
    [[A], { tauMax: 1 }, RangeError, "`tauMax` must be above 1: got 1"],
  ];
  for (const [curves, options, type, message] of cases) {
    assertThrows(() => plotProfile(curves, options), type, message);
  }
});
