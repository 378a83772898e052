import { assert, assertEquals } from "@std/assert";
import {
  assertWellFormed,
  elementsOfClass,
  frameOf,
  makeTrace,
  readPath,
} from "./_testing.ts";
import { plotTrace } from "./plot_trace.ts";

function sphere(x: number, y: number): number {
  return x * x + y * y;
}

function flower(x: number, y: number): number {
  return Math.hypot(x, y) + Math.sin(4 * Math.atan2(y, x));
}

function pathOf(svg: string): [number, number][][] {
  return readPath(elementsOfClass(svg, "path")[0]!["d"]!);
}

Deno.test("plotTrace() is well-formed XML whatever the names are", () => {
  const trace = makeTrace({
    fn: `a<b>&"c"`,
    optimizer: "O'P\u0000",
    options: { s: "</svg>" },
  });
  for (const textAs of ["text", "paths"] as const) {
    for (const ctLabels of [false, true]) {
      assertWellFormed(plotTrace(trace, { fn: flower, ctLabels, textAs }));
    }
  }
});

Deno.test("plotTrace() maps the region to the plot area with y growing upwards", () => {
  const svg = plotTrace(makeTrace({ params: [[-2, -2], [2, -2], [2, 2]] }), {
    fn: sphere,
  });
  const { left, top, right, bottom } = frameOf(svg);
  assertEquals(pathOf(svg), [[[left, bottom], [right, bottom], [right, top]]]);
  assertEquals(right - left, bottom - top); // a square region is drawn as a square
});

Deno.test("plotTrace() uses both axes of a domain that is not square", () => {
  const domain = {
    x: [-15, -5] as [number, number],
    y: [-3, 3] as [number, number],
  };
  const seen: [number, number][] = [];
  const svg = plotTrace(
    makeTrace({
      domain,
      params: [[-10, 0], [-5, 3], [-15, -3]],
      minima: [{ at: [-10, 1], value: 0 }],
    }),
    {
      fn: (x, y) => {
        seen.push([x, y]);
        return x + y;
      },
      bgXyBreaks: 5,
    },
  );
  assertEquals([...new Set(seen.map(([x]) => x))], [-15, -12.5, -10, -7.5, -5]);
  assertEquals([...new Set(seen.map(([, y]) => y))], [-3, -1.5, 0, 1.5, 3]);
  const { left, top, right, bottom } = frameOf(svg);
  const [cx, cy] = [(left + right) / 2, (top + bottom) / 2];
  assertEquals(pathOf(svg), [[[cx, cy], [right, top], [left, bottom]]]);
  const tickLabels = [...svg.matchAll(/>(-?\d+)<\/text>/g)].map(([, label]) =>
    Number(label)
  );
  assertEquals(tickLabels.toSorted((a, b) => a - b), [
    -15,
    -14,
    -13,
    -12,
    -11,
    -10,
    -9,
    -8,
    -7,
    -6,
    -5,
    -3,
    -2,
    -1,
    0,
    1,
    2,
    3,
  ]);
});

Deno.test("plotTrace() draws the last update", () => {
  const svg = plotTrace(makeTrace({ params: [[0, 0], [1, 0]] }), {
    fn: sphere,
  });
  const [end] = elementsOfClass(svg, "end");
  const { left, right } = frameOf(svg);
  assertEquals(Number(end!["cx"]), left + (right - left) * 0.75);
});

Deno.test("plotTrace() lets a path that starts outside enter from the edge", () => {
  const svg = plotTrace(makeTrace({ params: [[20, 20], [0, 0], [1, 0]] }), {
    fn: flower,
    region: { x: [-3, 3], y: [-3, 3] },
  });
  const { top, right } = frameOf(svg);
  assertEquals(pathOf(svg)[0]![0], [right, top]);
  assertEquals(elementsOfClass(svg, "start"), []);
  assertEquals(elementsOfClass(svg, "end").length, 1);
  assertEquals(elementsOfClass(svg, "note"), []);
});

Deno.test("plotTrace() says so if the path never enters the region", () => {
  const svg = plotTrace(makeTrace({ params: [[20, 20], [18, 18]] }), {
    fn: flower,
  });
  for (const name of ["start", "path", "end"]) {
    assertEquals(elementsOfClass(svg, name), []);
  }
  assertEquals(elementsOfClass(svg, "note").length, 1);
  assert(svg.includes("The path lies outside of this region"));
});

Deno.test("plotTrace() leaves gaps where the path is NaN and ends at the last finite point", () => {
  const params = [[-1, 0], [0, 0], [NaN, 0], [0, 1], [1, 1], [NaN, NaN]];
  const svg = plotTrace(makeTrace({ params }), { fn: sphere });
  const { left, top, right, bottom } = frameOf(svg);
  const [w, h] = [right - left, bottom - top];
  assertEquals(pathOf(svg), [
    [[left + w / 4, top + h / 2], [left + w / 2, top + h / 2]],
    [[left + w / 2, top + h / 4], [left + w * 0.75, top + h / 4]],
  ]);
  const { cx, cy } = elementsOfClass(svg, "end")[0]!;
  assertEquals([Number(cx), Number(cy)], [left + w * 0.75, top + h / 4]);
});

Deno.test("plotTrace() draws a diverging path without coordinates outside of the area", () => {
  const params = [[0, 0], [1, -1], [-1e18, 1e20], [1e300, Infinity], [
    0.5,
    0.5,
  ]];
  const svg = plotTrace(makeTrace({ params }), { fn: sphere });
  const { left, top, right, bottom } = frameOf(svg);
  for (const [x, y] of pathOf(svg).flat()) {
    assert(x >= left && x <= right && y >= top && y <= bottom, `${x} ${y}`);
  }
});

Deno.test("plotTrace() copes with functions that are NaN, infinite or constant", () => {
  const functions = [
    () => NaN,
    () => Infinity,
    () => 3,
    (x: number) => Math.log(x),
    (x: number) => 1 / x,
  ];
  for (const fn of functions) {
    for (const display of ["value", "log"] as const) {
      const svg = plotTrace(makeTrace(), {
        fn,
        display,
        bgXyBreaks: 21,
        ctLabels: true,
      });
      assertWellFormed(svg);
      assert(!/NaN|Infinity/.test(svg), `${fn} ${display}`);
    }
  }
});

Deno.test("plotTrace() leaves out only points that do not show", () => {
  const settled = Array.from({ length: 5000 }, (_, i) => [1e-5 * (i % 2), 0]);
  const svg = plotTrace(makeTrace({ params: [[-1, 0], ...settled] }));
  assertEquals(pathOf(svg)[0]!.length, 2);
  const zigzag = Array.from({ length: 50 }, (_, i) => [0.01 * (i % 2), 0]);
  assertEquals(pathOf(plotTrace(makeTrace({ params: zigzag })))[0]!.length, 50);
});
