import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  assertWellFormed,
  elementsOfClass,
  makeTrace,
  readPath,
} from "./_testing.ts";
import { measureText } from "./stroke_text.ts";
import { plotSurface, type PlotSurfaceOptions } from "./plot_surface.ts";

const REGION = {
  x: [-2, 2],
  y: [-2, 2],
} as const satisfies PlotSurfaceOptions["region"];

function bowl(x: number, y: number): number {
  return x * x + y * y;
}

/** The cells of the surface in the order in which they are painted: corners and color. */
function cellsOf(svg: string): { corners: [number, number][]; fill: string }[] {
  const surface = svg.slice(svg.indexOf(`class="surface"`));
  return [
    ...surface.slice(0, surface.indexOf("</g>")).matchAll(
      /<path d="([^"]*)" fill="([^"]*)" stroke="[^"]*"\/>/g,
    ),
  ].map(([, d, fill]) => ({ corners: readPath(d!)[0]!, fill: fill! }));
}

Deno.test("plotSurface() is well-formed and has a cell for every square of the grid", () => {
  for (const projection of ["orthographic", "perspective"] as const) {
    const svg = plotSurface(makeTrace(), {
      fn: bowl,
      bgXyBreaks: 11,
      projection,
    });
    assertWellFormed(svg);
    assertEquals(cellsOf(svg).length, 100);
  }
  assertWellFormed(
    plotSurface(makeTrace({ fn: "a<b" }), { fn: bowl, textAs: "paths" }),
  );
});

Deno.test("plotSurface() paints cells that are seen lower after those behind them", () => {
  const svg = plotSurface([], {
    fn: () => 0,
    region: { ...REGION },
    bgXyBreaks: 6,
  });
  const bottoms = cellsOf(svg).map(({ corners }) =>
    corners.reduce((sum, [, y]) => sum + y, 0)
  );
  // From azimuth -60 all cells of a plane come nearer as they come lower.
  bottoms.slice(1).forEach((bottom, i) => assert(bottom >= bottoms[i]! - 1e-6));
});

Deno.test("plotSurface() puts higher values higher and colors them by the palette", () => {
  const svg = plotSurface([], {
    fn: (x) => x,
    region: { ...REGION },
    bgXyBreaks: 9,
    bgZBreaks: 8,
    azimuth: -90,
  });
  const cells = cellsOf(svg);
  const rightmost = cells.toSorted((a, b) =>
    a.corners[0]![0] - b.corners[0]![0]
  );
  assertEquals(rightmost[0]!.fill, "#440154");
  assertEquals(rightmost.at(-1)!.fill, "#fde725");
  assertEquals(new Set(cells.map(({ fill }) => fill)).size, 8);
  const row = cells.filter((_, i) => i < 8)
    .toSorted((a, b) => a.corners[0]![0] - b.corners[0]![0]);
  row.slice(1).forEach((cell, i) =>
    assert(cell.corners[0]![1] < row[i]!.corners[0]![1])
  );
});

Deno.test("plotSurface() hides the part of a path that is behind the surface", () => {
  // A ridge along x = 0, seen from the right: the part at the left is behind it.
  const ridge = (x: number) => Math.exp(-8 * x * x);
  const options = { fn: ridge, azimuth: 0, elevation: 10, bgXyBreaks: 41 };
  const drawn = (params: number[][]) => {
    const svg = plotSurface(makeTrace({ params }), options);
    const surface = svg.slice(svg.indexOf(`class="surface"`));
    const front = surface.indexOf(`class="front"`);
    return surface.slice(front).split(`fill="#`).length - 1;
  };
  const left = drawn([[-1.5, -1], [-1.5, 1]]);
  const right = drawn([[1.5, -1], [1.5, 1]]);
  assert(
    left > 3 * right,
    `${left} cells over the left, ${right} over the right`,
  );
});

Deno.test("plotSurface() draws one path in the colors of plotTrace() and several in their own", () => {
  const one = plotSurface(makeTrace(), { fn: bowl, bgXyBreaks: 11 });
  assertEquals(elementsOfClass(one, "path")[0]!["stroke"], "#FF0000");
  assertEquals(elementsOfClass(one, "end")[0]!["fill"], "#FF5050");
  assertEquals(elementsOfClass(one, "start")[0]!["fill"], "#5050FF");
  assert(!one.includes(`class="legend"`));
  const two = plotSurface([makeTrace(), makeTrace({ optimizer: "B" })], {
    fn: bowl,
    bgXyBreaks: 11,
  });
  assertEquals(
    elementsOfClass(two, "path").map(({ stroke }) => stroke),
    ["#0072B2", "#D55E00"],
  );
  assert(two.includes(">SGD</text>") && two.includes(">B</text>"));
});

interface TextBox {
  content: string;
  left: number;
  right: number;
  top: number;
  bottom: number;
}

function textBoxes(svg: string): TextBox[] {
  return [...svg.matchAll(/<text ([^>]*)>([^<]*)</g)].map(
    ([, attributes, content]) => {
      const read = (name: string) =>
        new RegExp(` ${name}="([^"]*)"`).exec(` ${attributes}`)![1]!;
      const [x, y, size] = ["x", "y", "font-size"].map((name) =>
        Number(read(name))
      );
      const width = measureText(content!, size!);
      const anchor = read("text-anchor");
      const left = x! -
        (anchor === "middle" ? width / 2 : anchor === "end" ? width : 0);
      return {
        content: content!,
        left,
        right: left + width,
        top: y! - size! * 0.72,
        bottom: y!,
      };
    },
  );
}

Deno.test("plotSurface() keeps all its text inside of the picture and apart", () => {
  const trace = makeTrace({ domain: { x: [-15, -5], y: [-300, 300] } });
  for (let azimuth = -180; azimuth < 180; azimuth += 15) {
    for (const elevation of [0, 10, 35, 60, 80, 90]) {
      for (const projection of ["orthographic", "perspective"] as const) {
        const boxes = textBoxes(plotSurface(trace, {
          fn: (x, y) => 1000 + x * y,
          azimuth,
          elevation,
          projection,
          bgXyBreaks: 4,
        }));
        const where = `at ${azimuth}, ${elevation}, ${projection}`;
        assert(boxes.length > 8, where);
        boxes.forEach((a, i) => {
          const isInside = a.left >= 0 && a.right <= 720 && a.top >= 0 &&
            a.bottom <= 560;
          assert(isInside, `${a.content} is outside ${where}`);
          for (const b of boxes.slice(i + 1)) {
            const isApart = a.right < b.left || b.right < a.left ||
              a.bottom < b.top || b.bottom < a.top;
            assert(isApart, `${a.content} touches ${b.content} ${where}`);
          }
        });
      }
    }
  }
});

Deno.test("plotSurface() keeps its labels beside a surface that is seen from high above", () => {
  for (const elevation of [60, 80, 90]) {
    for (const azimuth of [-60, 20, 135]) {
      const svg = plotSurface([], {
        fn: (x, y) => x + y > -3.9 ? 1 : 0, // nearly all of it is at the top
        region: { ...REGION },
        projection: "perspective",
        azimuth,
        elevation,
        bgXyBreaks: 41,
        title: "",
      });
      const cells = cellsOf(svg).map(({ corners }) => corners);
      for (const { content, left, right, top, bottom } of textBoxes(svg)) {
        const [x, y] = [(left + right) / 2, (top + bottom) / 2];
        // On the same side of all four sides of a cell.
        const covered = cells.some((corners) => {
          const sides = corners.map(([u, v], i) => {
            const [nextU, nextV] = corners[(i + 1) % corners.length]!;
            return (nextU - u) * (y - v) - (nextV - v) * (x - u) > 0;
          });
          return sides.every((side) => side === sides[0]);
        });
        assert(!covered, `${content} from ${azimuth}, ${elevation}`);
      }
    }
  }
});

Deno.test("plotSurface() leaves out cells without a value", () => {
  const svg = plotSurface([], {
    fn: (x) => x < 0 ? NaN : x,
    region: { ...REGION },
    bgXyBreaks: 9,
  });
  assertEquals(cellsOf(svg).length, 32);
  assert(!/NaN|Infinity/.test(svg));
  const path = plotSurface(makeTrace({ params: [[-1, 0], [1, 0]] }), {
    fn: (x) => x < 0 ? NaN : 1 / x,
    bgXyBreaks: 9,
  });
  assert(!/NaN|Infinity/.test(path));
});

Deno.test("plotSurface() shows z on its upright axis, also of the logarithm", () => {
  const svg = plotSurface(makeTrace(), {
    fn: (x, y) => 1 + 1e4 * bowl(x, y),
    display: "log",
    bgXyBreaks: 11,
  });
  assert(svg.includes(">value (log)</text>"));
  assert(/>10000<\/text>|>1e5<\/text>/.test(svg));
});

Deno.test("plotSurface() refuses what it cannot draw", () => {
  const cases: [PlotSurfaceOptions, ErrorConstructor, string][] = [
    [{}, TypeError, "there must be values: give `fn` or `grid`"],
    [{ fn: bowl, elevation: 91 }, RangeError, "from 0 to 90: got 91"],
    [{ fn: bowl, azimuth: NaN }, RangeError, "`azimuth` must be finite"],
    [
      { fn: bowl, projection: "fisheye" as "perspective" },
      RangeError,
      `got "fisheye"`,
    ],
    [{ fn: bowl, meshColor: "#1" }, RangeError, "Cannot use color"],
    [{ fn: bowl, lnWeight: 0 }, RangeError, "`lnWeight` must be positive"],
    [{ fn: bowl, width: 80 }, RangeError, "leaves no room for data"],
  ];
  for (const [options, type, message] of cases) {
    assertThrows(() => plotSurface(makeTrace(), options), type, message);
  }
  assertThrows(
    () => plotSurface([], { fn: bowl }),
    TypeError,
    "without traces there must be",
  );
  assertThrows(
    () => plotSurface([makeTrace(), makeTrace()], { fn: bowl, labels: [] }),
    TypeError,
    "must have one label: got 0",
  );
});
