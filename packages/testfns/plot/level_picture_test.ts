import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { elementsOfClass, frameOf, makeTrace } from "./_testing.ts";
import { plotTrace } from "./plot_trace.ts";
import { plotTraces } from "./plot_traces.ts";

const WIDE = makeTrace({
  domain: { x: [-15, -5], y: [-3, 3] },
  params: [[-10, 0], [-9, 1]],
  minima: [],
});

function sizeOf(svg: string): [number, number] {
  const [, width, height] = /width="([^"]*)" height="([^"]*)"/.exec(svg)!;
  return [Number(width), Number(height)];
}

Deno.test("plotTrace() makes units equally long with `equalScale`, in a smaller picture", () => {
  const plain = plotTrace(WIDE);
  assertEquals(sizeOf(plain), [640, 664]);
  const equal = plotTrace(WIDE, { equalScale: true });
  const { left, top, right, bottom } = frameOf(equal);
  assertAlmostEquals((right - left) / 10, (bottom - top) / 6, 0.2);
  const [width, height] = sizeOf(equal);
  assertEquals(width, 640);
  assertEquals(height, 664 - (frameOf(plain).bottom - bottom));
  const tall = { ...WIDE, domain: { x: [0, 1], y: [0, 4] } } as typeof WIDE;
  const narrow = plotTrace(tall, { equalScale: true });
  const frame = frameOf(narrow);
  assertAlmostEquals(
    (frame.right - frame.left) * 4,
    frame.bottom - frame.top,
    4,
  );
  assert(sizeOf(narrow)[0] < 640);
});

Deno.test("plotTraces() keeps its legend beside the data with `equalScale`", () => {
  const svg = plotTraces([WIDE, WIDE], { equalScale: true, height: 300 });
  const { right } = frameOf(svg);
  const legend = svg.slice(svg.indexOf(`class="legend"`));
  const x = Number(/ x="([^"]*)"/.exec(legend)![1]);
  assert(x > right && x < right + 60, `${x} after ${right}`);
});

Deno.test("plotTrace() shows a function as its trace says, unless told otherwise", () => {
  const fn = (x: number, y: number) => x * x + y * y;
  const plain = makeTrace();
  const log = makeTrace({ display: "log" });
  assertEquals(
    plotTrace(log, { fn }),
    plotTrace(plain, { fn, display: "log" }),
  );
  assertEquals(
    plotTrace(log, { fn, display: "value" }),
    plotTrace(plain, { fn }),
  );
  assert(plotTrace(log, { fn }) !== plotTrace(plain, { fn }));
});

Deno.test("plotTrace() draws the same levels of the logarithm for a function and for the function plus a constant", () => {
  const map = (offset: number) => {
    const minima = [{ at: [0, 0], value: offset }];
    const svg = plotTrace(makeTrace({ minima }), {
      fn: (x, y) => x * x + y * y + offset,
      display: "log",
      title: "",
    });
    return elementsOfClass(svg, "contours")[0]!["d"];
  };
  assertEquals(map(-64), map(0));
});

Deno.test("plotTrace() keeps labels of contour lines clear of markers", () => {
  const minima = [0.2, 0.6, 1, 1.4, 1.8].map((x) => ({
    at: [x, 0.3],
    value: 0,
  }));
  const svg = plotTrace(makeTrace({ minima, params: [[-1, 0], [-1.2, 0.1]] }), {
    fn: (_, y) => y,
    ctLevels: 16,
    ctLabels: true,
  });
  const markers = [
    ...elementsOfClass(svg, "end"),
    ...elementsOfClass(svg, "start"),
  ].map(({ cx, cy }) => [Number(cx), Number(cy)]);
  const crosses = [...svg.matchAll(/d="M(\S+) (\S+)m-5/g)]
    .map(([, x, y]) => [Number(x), Number(y)]);
  const labels = [...svg.matchAll(/translate\((\S+) (\S+)\) rotate\(0/g)]
    .map(([, x, y]) => [Number(x), Number(y)]);
  assert(labels.length > 5 && markers.length === 2 && crosses.length === 10);
  for (const [x, y] of labels) {
    for (const [u, v] of [...markers, ...crosses]) {
      const distance = Math.hypot(x! - u!, y! - v!);
      assert(distance > 14, `a label is ${distance} pixels from a marker`);
    }
  }
});
