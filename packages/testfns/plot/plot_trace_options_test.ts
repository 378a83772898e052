import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertThrows,
} from "@std/assert";
import { elementsOfClass, frameOf, makeTrace, readPath } from "./_testing.ts";
import { measureText } from "./stroke_text.ts";
import { plotTrace } from "./plot_trace.ts";
import type { PlotTraceOptions } from "./plot_trace_options.ts";

function sphere(x: number, y: number): number {
  return x * x + y * y;
}

function pathOf(svg: string): [number, number][][] {
  return readPath(elementsOfClass(svg, "path")[0]!["d"]!);
}

function colorsOf(svg: string): Set<string> {
  const map = svg.slice(
    svg.indexOf(`class="map"`),
    svg.indexOf(`class="contours"`),
  );
  return new Set(map.match(/fill="#\w+"/g));
}

Deno.test("plotTrace() has torchopt's colors by default and others on request", () => {
  const plain = plotTrace(makeTrace(), { fn: sphere });
  const [start] = elementsOfClass(plain, "start");
  assertEquals([start!["fill"], start!["fill-opacity"], start!["stroke"]], [
    "#5050FF",
    "0.498",
    "#000000",
  ]);
  assertEquals(elementsOfClass(plain, "end")[0]!["fill"], "#FF5050");
  const [path] = elementsOfClass(plain, "path");
  assertEquals([path!["stroke"], path!["stroke-width"]], ["#FF0000", "2"]);
  const [contours] = elementsOfClass(plain, "contours");
  assertEquals([contours!["stroke"], contours!["stroke-opacity"]], [
    "#FFFFFF",
    "0.498",
  ]);

  const options = {
    ptStartColor: "#010203",
    ptEndColor: "#040506",
    lnColor: "#070809",
    ctColor: "#0a0b0c",
    lnWeight: 3.5,
  };
  const custom = plotTrace(makeTrace(), { fn: sphere, ...options });
  assertEquals(elementsOfClass(custom, "start")[0]!["fill"], "#010203");
  assertEquals(elementsOfClass(custom, "end")[0]!["fill"], "#040506");
  assertEquals(elementsOfClass(custom, "path")[0]!["stroke"], "#070809");
  assertEquals(elementsOfClass(custom, "path")[0]!["stroke-width"], "3.5");
  assertEquals(elementsOfClass(custom, "contours")[0]!["stroke"], "#0a0b0c");
});

Deno.test("plotTrace() paints as many colors as `bgZBreaks` says, of the palette", () => {
  assertEquals(colorsOf(plotTrace(makeTrace(), { fn: sphere })).size, 32);
  const four = colorsOf(
    plotTrace(makeTrace(), { fn: sphere, bgZBreaks: 4, bgPalette: "magma" }),
  );
  assertEquals([...four][0], `fill="#000004"`);
  assertEquals(four.size, 4);
});

Deno.test("plotTrace() draws contour lines at pretty levels, or none", () => {
  const trace = makeTrace({ domain: { x: [0, 10], y: [0, 1] } });
  const svg = plotTrace(trace, {
    fn: (x) => x,
    ctLevels: 5,
    ctLabels: true,
    region: trace.domain,
  });
  const { left, right } = frameOf(svg);
  const xs = readPath(elementsOfClass(svg, "contours")[0]!["d"]!)
    .map((line) => new Set(line.map(([x]) => x)));
  for (const line of xs) assertEquals(line.size, 1);
  // Lines at 0 and 10 would lie on the edges.
  xs.flatMap((line) => [...line]).toSorted((a, b) => a - b).forEach((x, i) => {
    assertAlmostEquals(x, left + (right - left) * (i + 1) / 5, 0.01);
  });
  assertEquals(xs.length, 4);
  const labels = svg.slice(svg.indexOf(`class="contour-labels"`)).match(
    />\d+<\/text>/g,
  )!.slice(0, 4);
  assertEquals(labels.toSorted(), [
    ">2</text>",
    ">4</text>",
    ">6</text>",
    ">8</text>",
  ]);
  for (const ctLevels of [0, -1]) {
    const none = plotTrace(trace, { fn: (x) => x, ctLevels, ctLabels: true });
    assertEquals(elementsOfClass(none, "contours")[0]!["d"], "");
  }
});

Deno.test("plotTrace() takes values from `grid`, from the trace, or draws none", () => {
  const grid = { x: [-1, 0, 1], y: [-2, 2], z: [0, 1, 2, 0, 1, 2] };
  const fromOption = plotTrace(makeTrace(), { grid });
  const fromTrace = plotTrace(makeTrace({ grid }));
  assertEquals(fromOption, fromTrace);
  assert(colorsOf(fromOption).size > 2);
  const { left, right } = frameOf(fromOption);
  assertEquals(pathOf(fromOption)[0]![0]![0], left); // the region is that of the grid
  assert(right > left);
  assert(!plotTrace(makeTrace()).includes(`class="map"`));
});

Deno.test("plotTrace() prefers `fn` to the grid of the trace", () => {
  const grid = { x: [-1, 0, 1], y: [-2, 2], z: [0, 0, 0, 0, 0, 0] };
  assertEquals(
    plotTrace(makeTrace({ grid }), { fn: sphere }),
    plotTrace(makeTrace(), { fn: sphere }),
  );
});

Deno.test("plotTrace() marks known minima in the region, unless told not to", () => {
  const trace = makeTrace({
    minima: [{ at: [0, 0], value: 0 }, { at: [9, 9], value: 0 }, {
      at: [],
      value: 0,
    }],
  });
  assertEquals(elementsOfClass(plotTrace(trace), "minimum").length, 1);
  assertEquals(
    elementsOfClass(plotTrace(trace, { minima: false }), "minimum").length,
    0,
  );
});

Deno.test("plotTrace() draws the logarithm on request", () => {
  const plain = plotTrace(makeTrace(), { fn: sphere, ctLabels: true });
  const log = plotTrace(makeTrace(), {
    fn: sphere,
    ctLabels: true,
    display: "log",
  });
  assert(plain !== log);
  const labels = log.slice(
    log.indexOf(`class="contour-labels"`),
    log.indexOf(`class="frame"`),
  );
  assert(labels.includes(">0.1</text>") && labels.includes(">1</text>"));
});

Deno.test("plotTrace() writes title and subtitle, or what it is told", () => {
  const title = (options: PlotTraceOptions) =>
    /class="title"[^>]*>([^<]*)</.exec(plotTrace(makeTrace(), options))?.[1];
  assertEquals(title({}), "sphere, SGD: 2 steps, final value 0.3125");
  assertEquals(title({ title: "My run" }), "My run");
  assertEquals(title({ title: "" }), undefined);
  assertEquals(elementsOfClass(plotTrace(makeTrace()), "subtitle").length, 1);
  assertEquals(
    elementsOfClass(plotTrace(makeTrace(), { title: "My run" }), "subtitle")
      .length,
    0,
  );
});

Deno.test("plotTrace() centers its titles over the data and keeps them within the picture", () => {
  const long = "word ".repeat(14).trim();
  for (const title of ["short", long, long.repeat(3)]) {
    const svg = plotTrace(makeTrace(), { title });
    const [, attributes, text] = /<text ([^>]*class="title"[^>]*)>([^<]*)</
      .exec(svg)!;
    const x = Number(/ x="([^"]*)"/.exec(attributes!)![1]);
    const half = measureText(text!, 15) / 2;
    assert(x - half >= 0 && x + half <= 640, `${text} at ${x}`);
    const { left, right } = frameOf(svg);
    if (title === "short") assertEquals(x, (left + right) / 2);
    assertEquals(text!.endsWith("..."), title.length > long.length);
  }
});

Deno.test("plotTrace() has the size it is told and no text elements with paths", () => {
  const svg = plotTrace(makeTrace(), {
    fn: sphere,
    width: 400,
    height: 300,
    textAs: "paths",
  });
  assert(svg.includes(`width="400" height="300" viewBox="0 0 400 300"`));
  assert(!svg.includes("<text"));
  const { right, bottom } = frameOf(svg);
  assert(right <= 400 && bottom <= 300);
});

Deno.test("plotTrace() refuses what it cannot draw", () => {
  const bad: [PlotTraceOptions, string][] = [
    [{ bgXyBreaks: 1 }, "`bgXyBreaks` must be an integer of at least 2: got 1"],
    [
      { bgZBreaks: 1.5 },
      "`bgZBreaks` must be an integer of at least 1: got 1.5",
    ],
    [{ lnWeight: 0 }, "`lnWeight` must be positive: got 0"],
    [{ width: NaN }, "`width` must be positive: got NaN"],
    [{ width: 90 }, "its size leaves no room for data: got 90 x 664"],
    [{ ctLevels: Infinity }, "`ctLevels` must be finite: got Infinity"],
    [{ ctColor: "#12" }, `Cannot use color`],
    [{ bgPalette: "jet" as "viridis" }, `got "jet"`],
    [
      { display: "sqrt" as "log" },
      '`display` must be "value" or "log": got "sqrt"',
    ],
    [
      { region: { x: [1, 1], y: [0, 1] } },
      "a least and a greatest x: got 1 to 1",
    ],
    [
      { region: { x: [0, 1], y: [NaN, 1] } },
      "a least and a greatest y: got NaN to 1",
    ],
  ];
  for (const [options, message] of bad) {
    assertThrows(
      () => plotTrace(makeTrace(), { fn: sphere, ...options }),
      RangeError,
      message,
    );
  }
  assertThrows(
    () => plotTrace(makeTrace({ params: [] })),
    RangeError,
    "must have one point or more",
  );
  assertThrows(
    () => plotTrace(makeTrace({ params: [[1, 2], [1, 2, 3]] })),
    TypeError,
    "must have 2 coordinates: got 3 at row 1",
  );
  const grid = { x: [0, 1], y: [0, 1], z: [0, 0, 0, 0] };
  assertThrows(
    () => plotTrace(makeTrace(), { fn: sphere, grid }),
    TypeError,
    "got both `fn` and `grid`",
  );
});
