import { assertEquals } from "@std/assert";
import type { RaceResult } from "./race.ts";
import { raceRows, raceTable, showCell } from "./race_table.ts";
import { performanceProfile, type RaceRun } from "./score.ts";

/** A race with these evaluations by optimizer and problem. */
function resultOf(
  costs: Record<string, Record<string, (number | null)[]>>,
): RaceResult {
  const optimizers = Object.keys(costs);
  const problems = Object.keys(costs[optimizers[0]!]!);
  const runs = optimizers.flatMap((optimizer) =>
    problems.flatMap((problem) =>
      costs[optimizer]![problem]!.map((evaluations, seed): RaceRun => ({
        optimizer,
        problem,
        seed,
        config: { lr: 0.1 },
        evaluations,
        finalValue: 0,
        bestValue: 0,
      }))
    )
  );
  const best = optimizers.map((name) => [
    name,
    Object.fromEntries(
      problems.map((problem, i) => [problem, { lr: 10 ** -i }]),
    ),
  ]);
  return {
    optimizers,
    problems,
    evaluations: 500,
    trials: 9,
    tuning: "grid",
    lr: [1e-4, 10],
    tuningStarts: 3,
    starts: 2,
    tolerance: 1e-3,
    seed: 0,
    dtype: "float64",
    tuningRuns: [],
    runs,
    best: Object.fromEntries(best),
    profile: performanceProfile(Object.fromEntries(
      Object.entries(costs).map(([name, own]) => [
        name,
        Object.values(own).flat().map((cost) => cost ?? Infinity),
      ]),
    )),
    sensitivity: {},
  };
}

const result = resultOf({
  slow: { bowl: [100, 300], ravine: [null, null] },
  "fast and good": { bowl: [20, 21], ravine: [8, null] },
});

Deno.test("raceRows() puts the best first, with medians of what was solved", () => {
  assertEquals(raceRows(result), [
    {
      optimizer: "fast and good",
      solved: 0.75,
      won: 0.75,
      cells: {
        bowl: { solved: 1, evaluations: 20.5, lr: 1 },
        ravine: { solved: 0.5, evaluations: 8, lr: 0.1 },
      },
    },
    {
      optimizer: "slow",
      solved: 0.5,
      won: 0,
      cells: {
        bowl: { solved: 1, evaluations: 200, lr: 1 },
        ravine: { solved: 0, evaluations: null, lr: 0.1 },
      },
    },
  ]);
});

Deno.test("raceRows() lets wins decide between those that solved as many", () => {
  const rows = raceRows(resultOf({
    second: { bowl: [9, 9] },
    first: { bowl: [1, 2] },
    tied: { bowl: [1, 3] },
  }));
  assertEquals(rows.map(({ optimizer, won }) => [optimizer, won]), [
    ["first", 1],
    ["tied", 0.5],
    ["second", 0],
  ]);
});

Deno.test("raceTable() aligns its columns", () => {
  assertEquals(
    raceTable(result),
    `optimizer      solved   won  bowl    ravine
fast and good    75 %  75 %    21  8 (50 %)
slow             50 %   0 %   200         -`,
  );
});

Deno.test("showCell() says how many starts were solved unless all were", () => {
  assertEquals(showCell({ solved: 1, evaluations: 12.4, lr: 1 }), "12");
  assertEquals(showCell({ solved: 0.3, evaluations: 7, lr: 1 }), "7 (30 %)");
  assertEquals(showCell({ solved: 0, evaluations: null, lr: 1 }), "-");
});
