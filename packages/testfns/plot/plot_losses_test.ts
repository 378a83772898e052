import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertThrows,
} from "@std/assert";
import {
  assertWellFormed,
  elementsOfClass,
  frameOf,
  makeTrace,
  readPath,
} from "./_testing.ts";
import { plotLosses, type PlotLossesOptions } from "./plot_losses.ts";
import type { Trace } from "../trace.ts";

function run(loss: number[], parts: Partial<Trace> = {}): Trace {
  return makeTrace({
    params: loss.map(() => [0, 0]),
    evaluations: loss.map((_, i) => 2 * i + 1),
    loss,
    ...parts,
  });
}

function curvesOf(svg: string): [number, number][][][] {
  return elementsOfClass(svg, "curve").map(({ d }) => readPath(d!));
}

function yTitle(svg: string): string {
  return />(Loss[^<]*)<\/text>/.exec(svg)![1]!;
}

Deno.test("plotLosses() is well-formed and names every run in the legend", () => {
  const traces = [
    run([4, 1], { options: { lr: 0.1 } }),
    run([4, 2], { options: { lr: 0.2 } }),
    run([4, 3], { optimizer: "A<B>&C" }),
  ];
  const svg = plotLosses(traces);
  assertWellFormed(svg);
  assertWellFormed(plotLosses(traces, { textAs: "paths" }));
  for (const label of ["SGD lr=0.1", "SGD lr=0.2", "A&lt;B&gt;&amp;C"]) {
    assert(svg.includes(`>${label}</text>`), label);
  }
  assertEquals(curvesOf(svg).length, 3);
});

Deno.test("plotLosses() is logarithmic: equal factors are equal distances", () => {
  const svg = plotLosses([run([1000, 10, 0.1])]);
  const [[[a, b, c]]] = curvesOf(svg) as [
    [[[number, number], [number, number], [number, number]]],
  ];
  assertAlmostEquals(b[1] - a[1], c[1] - b[1], 0.02);
  assert(a[1] < c[1], "greater losses are higher up");
  const { left, right, top, bottom } = frameOf(svg);
  assertEquals([a[0], c[0]], [left, right]);
  assert(a[1] > top && c[1] < bottom);
});

Deno.test("plotLosses() lets a run that diverges leave the picture and shows the others as without it", () => {
  const good = run([100, 1, 1e-4]), early = run([2e-3, 1e-9, 1e-9]);
  const diverging = run([100, 1e7, 1e20]);
  const [alone, together] = [
    [good, early, run([100, 100, 1e7])],
    [good, early, diverging],
  ].map((runs) => plotLosses(runs));
  assertEquals(curvesOf(together!).slice(0, 2), curvesOf(alone!).slice(0, 2));
  const { top, bottom } = frameOf(together!);
  const [[, , [, end]]] = curvesOf(together!)[0] as [[number, number][]] as [
    [[number, number], [number, number], [number, number]],
  ];
  assert(top < end && end < bottom - 20, "the loss of 1e-4 is not at the edge");
  assertEquals(curvesOf(together!)[2]!.at(-1)!.at(-1)![1], top);
  // Without others there is nothing to hide.
  const [[curve]] = curvesOf(plotLosses([diverging])) as [[[number, number][]]];
  assertEquals(curve.length, 3);
});

Deno.test("plotLosses() is linear on request", () => {
  const svg = plotLosses([run([4, 2, -2])], { scale: "linear" });
  const [[[a, b, c]]] = curvesOf(svg) as [
    [[[number, number], [number, number], [number, number]]],
  ];
  assertAlmostEquals(2 * (b[1] - a[1]), c[1] - b[1], 0.03);
  assertEquals(yTitle(svg), "Loss");
});

Deno.test("plotLosses() subtracts minima on the logarithmic scale if all are known", () => {
  const minima = [{ at: [0, 0], value: -1 }];
  const known = run([9, 0, -0.9], { minima });
  const svg = plotLosses([known]);
  assertEquals(yTitle(svg), "Loss above the minimum");
  const [[[a, b, c]]] = curvesOf(svg) as [
    [[[number, number], [number, number], [number, number]]],
  ];
  assertAlmostEquals(b[1] - a[1], c[1] - b[1], 0.02); // 10, 1, 0.1
  assertEquals(
    yTitle(plotLosses([known, run([1, 2], { minima: [] })])),
    "Loss",
  );
  assertEquals(yTitle(plotLosses([known], { subtractMinimum: false })), "Loss");
  assertEquals(
    yTitle(plotLosses([known], { subtractMinimum: true, scale: "linear" })),
    "Loss above the minimum",
  );
});

Deno.test("plotLosses() puts losses of zero at the lower edge and leaves gaps at NaN and infinities", () => {
  const svg = plotLosses([
    run([8, 4, NaN, 2, 0, 1, Infinity, 1, 2, -Infinity]),
  ]);
  const { bottom } = frameOf(svg);
  const [pieces] = curvesOf(svg);
  assertEquals(pieces!.map((piece) => piece.length), [2, 3, 2]);
  assertEquals(pieces![1]![1]![1], bottom);
});

Deno.test("plotLosses() counts steps or evaluations", () => {
  const traces = [run([4, 3, 2]), run([4, 1], { evaluations: [1, 9] })];
  const last = (svg: string) =>
    curvesOf(svg).map(([piece]) => piece!.at(-1)![0]);
  const steps = plotLosses(traces);
  assertEquals(last(steps)[0], frameOf(steps).right);
  assertEquals(
    last(steps)[1],
    (frameOf(steps).left + frameOf(steps).right) / 2,
  );
  const evaluations = plotLosses(traces, { xAxis: "evaluations" });
  assertEquals(
    last(evaluations)[0],
    (frameOf(evaluations).left + frameOf(evaluations).right) / 2,
  );
  assertEquals(last(evaluations)[1], frameOf(evaluations).right);
});

Deno.test("plotLosses() repeats colors only with dashes", () => {
  const traces = Array.from({ length: 21 }, () => run([2, 1]));
  const looks = elementsOfClass(plotLosses(traces), "curve")
    .map((curve) => `${curve["stroke"]} ${curve["stroke-dasharray"]}`);
  assertEquals(new Set(looks).size, 21);
});

Deno.test("plotLosses() thins out long runs and keeps their peaks", () => {
  const loss = Array.from(
    { length: 200_000 },
    (_, i) => i === 123_457 ? 1000 : 1 + (i % 7) / 10,
  );
  const svg = plotLosses([run(loss)]);
  const [[piece]] = curvesOf(svg) as [[[number, number][]]];
  assert(piece.length < 3000, `${piece.length} points`);
  const whole = plotLosses([run([1000, 1, 1, 1])]);
  assertAlmostEquals(
    Math.min(...piece.map(([, y]) => y)),
    curvesOf(whole)[0]![0]![0]![1],
    0.5,
  );
});

Deno.test("plotLosses() draws runs of one step and of constant loss", () => {
  for (const scale of ["log", "linear"] as const) {
    for (const loss of [[3], [3, 3, 3], [1e-9, 1e-9]]) {
      const svg = plotLosses([run(loss)], { scale });
      assertWellFormed(svg);
      assert(!/NaN|Infinity/.test(svg));
    }
  }
});

Deno.test("plotLosses() cuts labels that are too long for the legend", () => {
  const svg = plotLosses([run([2, 1])], { labels: ["x".repeat(300)] });
  assert(/>x+\.\.\.<\/text>/.test(svg));
  assert(frameOf(svg).right > 300);
});

Deno.test("plotLosses() refuses what it cannot draw", () => {
  const trace = run([2, 1]);
  const cases: [Trace[], PlotLossesOptions, ErrorConstructor, string][] = [
    [[], {}, RangeError, "there must be a finite one: got none"],
    [
      [run([NaN, Infinity])],
      {},
      RangeError,
      "there must be a finite one: got none",
    ],
    [[run([0, -1])], {}, RangeError, "there must be a positive one: got none"],
    [
      [trace],
      { labels: [] },
      TypeError,
      "each of the 1 curves must have one label: got 0",
    ],
    [
      [trace],
      { scale: "cubic" as "log" },
      RangeError,
      '`scale` must be "log" or "linear": got "cubic"',
    ],
    [
      [trace],
      { lnWeight: -1 },
      RangeError,
      "`lnWeight` must be positive: got -1",
    ],
    [[trace], { width: 60 }, RangeError, "leaves no room for data"],
  ];
  for (const [traces, options, type, message] of cases) {
    assertThrows(() => plotLosses(traces, options), type, message);
  }
});
