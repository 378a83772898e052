import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  assertWellFormed,
  elementsOfClass,
  frameOf,
  makeTrace,
  readPath,
} from "./_testing.ts";
import { plotTrace } from "./plot_trace.ts";
import { plotTraces, type PlotTracesOptions } from "./plot_traces.ts";

function sphere(x: number, y: number): number {
  return x * x + y * y;
}

const FAST = makeTrace({ options: { lr: 0.25 } });
const SLOW = makeTrace({
  options: { lr: 0.1 },
  params: [[-1, 1], [-0.8, 0.8]],
});
const OTHER = makeTrace({
  optimizer: "A<B>",
  params: [[1.5, -1.5], [1, -1], [-1, 0.5], [0.5, 1.5]],
});

Deno.test("plotTraces() draws a path, an end and a row of the legend for each trace", () => {
  const svg = plotTraces([FAST, SLOW, OTHER], { fn: sphere });
  assertWellFormed(svg);
  assertWellFormed(
    plotTraces([FAST, OTHER], { fn: sphere, ctLabels: true, textAs: "paths" }),
  );
  const paths = elementsOfClass(svg, "path");
  assertEquals(paths.length, 3);
  assertEquals(new Set(paths.map(({ stroke }) => stroke)).size, 3);
  assertEquals(
    elementsOfClass(svg, "end").map(({ fill }) => fill),
    paths.map(({ stroke }) => stroke),
  );
  for (const label of ["SGD lr=0.25", "SGD lr=0.1", "A&lt;B&gt;"]) {
    assert(svg.includes(`>${label}</text>`), label);
  }
});

Deno.test("plotTraces() puts the points where plotTrace() puts them", () => {
  const several = plotTraces([FAST, SLOW], { fn: sphere });
  const one = plotTrace(FAST, { fn: sphere });
  const relative = (svg: string) => {
    const { left, bottom } = frameOf(svg);
    const [piece] = readPath(elementsOfClass(svg, "path")[0]!["d"]!);
    return piece!.map(([x, y]) => [x - left, y - bottom]);
  };
  assertEquals(relative(several), relative(one));
  const size = (svg: string) => {
    const { left, right } = frameOf(svg);
    return right - left;
  };
  assertEquals(size(several), size(one));
});

Deno.test("plotTraces() marks each start once", () => {
  const svg = plotTraces([FAST, SLOW, OTHER], { fn: sphere });
  assertEquals(elementsOfClass(svg, "start").length, 2);
});

Deno.test("plotTraces() keeps the legend outside of the data and inside of the picture", () => {
  for (const width of [500, 700, 1200]) {
    const names = [
      "a",
      "a name that is much too long to be shown in full here",
    ];
    const svg = plotTraces([FAST, SLOW], { fn: sphere, width, labels: names });
    const { right } = frameOf(svg);
    const legend = svg.slice(svg.indexOf(`class="legend"`));
    const xs = [...legend.matchAll(/ x="([^"]*)"/g)].map(([, x]) => Number(x));
    assertEquals(xs.length, 2);
    for (const x of xs) assert(x > right && x < width, `${x} of ${width}`);
  }
});

Deno.test("plotTraces() says so if no path enters the region", () => {
  const svg = plotTraces([FAST, SLOW], { region: { x: [5, 6], y: [5, 6] } });
  assertEquals(elementsOfClass(svg, "note").length, 1);
  assert(svg.includes("All paths lie outside of this region"));
});

Deno.test("plotTraces() states function, optimizers, steps and the common start", () => {
  const titleOf = (svg: string) =>
    ["title", "subtitle"].map((name) =>
      new RegExp(`class="${name}"[^>]*>([^<]*)<`).exec(svg)?.[1]
    );
  assertEquals(titleOf(plotTraces([FAST, FAST])), [
    "sphere, SGD: 2 steps",
    "from (-1, 1)",
  ]);
  assertEquals(titleOf(plotTraces([FAST, SLOW])), [
    "sphere, SGD: up to 2 steps",
    "from (-1, 1)",
  ]);
  assertEquals(titleOf(plotTraces([FAST, OTHER])), [
    "sphere, 2 optimizers: up to 3 steps",
    undefined,
  ]);
  assertEquals(titleOf(plotTraces([FAST, OTHER], { title: "T" })), [
    "T",
    undefined,
  ]);
});

Deno.test("plotTraces() refuses what it cannot draw", () => {
  const cases: [typeof FAST[], PlotTracesOptions, ErrorConstructor, string][] =
    [
      [[], {}, RangeError, "there must be one or more: got none"],
      [
        [FAST, makeTrace({ fn: "beale" })],
        {},
        RangeError,
        `must be of one function: got "sphere" and "beale"`,
      ],
      [
        [FAST, makeTrace({ params: [[1, 2, 3]] })],
        {},
        TypeError,
        "must have 2 coordinates: got 3 at row 0",
      ],
      [
        [FAST, SLOW],
        { labels: ["a"] },
        TypeError,
        "each of the 2 traces must have one label: got 1",
      ],
      [[FAST], { lnWeight: 0 }, RangeError, "`lnWeight` must be positive"],
      [[FAST], { ptStartColor: "#12" }, RangeError, "Cannot use color"],
    ];
  for (const [traces, options, type, message] of cases) {
    assertThrows(() => plotTraces(traces, options), type, message);
  }
});
