import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  assertWellFormed,
  elementsOfClass,
} from "../../packages/testfns/plot/_testing.ts";
import { plotResults } from "./plot.ts";
import type { Cell, Results } from "./results.ts";

function cell(seconds: number): Cell {
  return { how: "eager", answer: 1, samples: [seconds], median: seconds };
}

const description = { version: "1.0", threads: "2" };

const RESULTS: Results = {
  date: "2026-01-02",
  cpu: "A & B",
  cores: 2,
  rounds: 3,
  libraries: {
    "Gradus": description,
    "Gradus 1 thread": description,
    "JAX": { absent: "not here" },
    "tfjs": description,
  },
  rows: [
    {
      id: "add-10",
      title: "add",
      cells: {
        "Gradus": cell(1e-6),
        "Gradus 1 thread": cell(1e-6),
        "tfjs": cell(1e-5),
      },
    },
    {
      id: "exp-1m",
      title: "exp",
      cells: { "Gradus": cell(1e-4), "tfjs": { absent: "out of memory" } },
    },
  ],
};

Deno.test("plotResults() draws a bar per figure, a decade as long as the next", () => {
  const svg = plotResults(RESULTS);
  assertWellFormed(svg);
  const bars = elementsOfClass(svg, "bar");
  const lengths = bars.map(({ width }) => Number(width));
  assertEquals(lengths.length, 3);
  const [a, b, c] = lengths;
  assert(Math.abs((c! - b!) - (b! - a!)) < 0.03);
  assertEquals(bars[0]!["fill"], bars[2]!["fill"]);
  for (const text of ["1.00 µs", "100 µs", "100 ns", "tfjs"]) {
    assert(svg.includes(`>${text}</text>`), text);
  }
  for (const text of ["JAX", "1 thread"]) assert(!svg.includes(text), text);
});

Deno.test("plotResults() draws the rows that are asked for", () => {
  const svg = plotResults(RESULTS, ["exp-1m"]);
  assertEquals(elementsOfClass(svg, "bar").length, 1);
});

Deno.test("plotResults() refuses to draw nothing", () => {
  assertThrows(
    () => plotResults(RESULTS, ["sqrt"]),
    RangeError,
    "Cannot plot results as there are no figures",
  );
});
