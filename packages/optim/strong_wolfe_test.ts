import { type Tensor, tensor } from "@gradus/tensor";
import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { assertNear } from "./_testing.ts";
import { type LineSearchResult, strongWolfe } from "./strong_wolfe.ts";
import golden from "./testdata/optim.json" with { type: "json" };

type Line = (t: number) => [value: number, slope: number];

function vector(value: number): Tensor {
  return tensor([value], { dtype: "float64" });
}

/** Searches a function of one variable from 0 to the right. */
function search(
  line: Line,
  t: number,
  maxIterations?: number,
): LineSearchResult {
  const evaluate = (t: number) => {
    const [loss, slope] = line(t);
    return { loss, grad: vector(slope) };
  };
  return strongWolfe({
    evaluate,
    direction: vector(1),
    start: evaluate(0),
    slope: line(0)[1],
    t,
    ...(maxIterations === undefined ? {} : { maxIterations }),
  });
}

const lines: Record<string, Line> = {
  parabola: (t) => [(t - 3) ** 2, 2 * (t - 3)],
  quartic: (t) => [(t - 2) ** 4 - t, 4 * (t - 2) ** 3 - 1],
  // Moré and Thuente (1994), function 1 with beta = 2.
  rational: (t) => [-t / (t * t + 2), (t * t - 2) / (t * t + 2) ** 2],
  wavy: (t) => [
    t * t / 9 - t - Math.sin(5 * t) / 2,
    2 * t / 9 - 1 - 2.5 * Math.cos(5 * t),
  ],
};

for (const [name, line] of Object.entries(lines)) {
  Deno.test(`strongWolfe() meets both conditions on a ${name} line`, () => {
    const [value0, slope0] = line(0);
    for (const first of [1e-3, 0.1, 1, 10, 100]) {
      const { t, loss, grad } = search(line, first);
      const [value, slope] = line(t);
      assertEquals([loss, grad.itemSync()], [value, slope]);
      assert(value <= value0 + 1e-4 * t * slope0, `No decrease from ${first}`);
      assert(Math.abs(slope) <= 0.9 * -slope0, `Too steep from ${first}`);
    }
  });
}

Deno.test("strongWolfe() accepts a good first step after one evaluation", () => {
  const { t, evaluations } = search(lines.parabola!, 2);
  assertEquals([t, evaluations], [2, 1]);
});

Deno.test("strongWolfe() finds the minimum of a cubic from a bracket", () => {
  // Through the values and slopes at 0 and 4 of t^3 / 3 - t^2 - t goes one cubic, with a minimum at 1 + sqrt(2).
  const cubic: Line = (t) => [t ** 3 / 3 - t * t - t, t * t - 2 * t - 1];
  const { t, evaluations } = search(cubic, 4);
  assertAlmostEquals(t, 1 + Math.SQRT2, 1e-12);
  assertEquals(evaluations, 2);
});

Deno.test("strongWolfe() grows the step at most tenfold at a time", () => {
  const tried: number[] = [];
  search(
    (t) => {
      tried.push(t);
      return [-t, -1];
    },
    1,
    3,
  );
  assertEquals(tried.slice(2), [1, 10, 100, 1000]);
});

Deno.test("strongWolfe() returns the better end when it runs out of iterations", () => {
  const { t, loss, evaluations } = search(lines.parabola!, 100, 0);
  assertEquals([t, loss, evaluations], [0, 9, 1]);
});

Deno.test("strongWolfe() goes back to the start where growing the step ends at a higher value", () => {
  const { t, loss } = search((t) => [t <= 1 ? -t : 5, -1], 1, 1);
  assertEquals([t, loss], [0, 0]);
});

Deno.test("strongWolfe() stops where the bracket gets too short", () => {
  // The value jumps up right after the start: no step decreases it.
  const { t, evaluations } = search((t) => [t === 0 ? 0 : 1, -1], 1, 1000);
  assertEquals(t, 0);
  assert(evaluations < 60, `${evaluations} evaluations`);
});

golden.searches.forEach(
  ({ pieces, first, maxIterations, tried, t, loss }, i) => {
    Deno.test(`strongWolfe() tries the steps that PyTorch tries on line ${i}`, () => {
      const own: number[] = [];
      const found = search(
        (t) => {
          let begin = 0;
          for (
            const [end, value, rise, slope] of pieces as [
              number,
              number,
              number,
              number,
            ][]
          ) {
            if (t < end) {
              own.push(t);
              return [value + rise * (t - begin), slope];
            }
            begin = end;
          }
          throw new RangeError(`The line ends before ${t}`);
        },
        first,
        maxIterations,
      );
      // The first two calls are for value and slope at the start.
      assertNear(own.slice(2), tried, 1e-12, 0, "Steps");
      assertNear([found.t, found.loss], [t, loss], 1e-12, 0, "Result");
      assertEquals(found.evaluations, tried.length);
    });
  },
);
