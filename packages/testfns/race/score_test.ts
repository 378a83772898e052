import { assertEquals, assertThrows } from "@std/assert";
import {
  figuresOf,
  isBetter,
  performanceProfile,
  type RaceRun,
  sensitivityOf,
} from "./score.ts";

function runsOf(
  ...figures: [evaluations: number | null, finalValue: number][]
): RaceRun[] {
  return figures.map(([evaluations, finalValue], seed) => ({
    optimizer: "o",
    problem: "p",
    seed,
    config: { lr: 0.1 },
    evaluations,
    finalValue,
    bestValue: finalValue,
  }));
}

Deno.test("figuresOf() finds the first value at the target, the least and the last", () => {
  const values = [9, 4, 2, 1, 3], evaluations = [0, 2, 4, 6, 8];
  const figures = { finalValue: 3, bestValue: 1 };
  const of = (target: number) => figuresOf({ values, evaluations }, target);
  assertEquals(of(2), { ...figures, evaluations: 4 });
  assertEquals(of(1.5), { ...figures, evaluations: 6 });
  assertEquals(of(0.5), { ...figures, evaluations: null });
  // A start at the target has cost a look at it.
  assertEquals(of(9), { ...figures, evaluations: 1 });
});

Deno.test("figuresOf() takes a run that diverged for what it is", () => {
  const values = [9, 4, Infinity, NaN], evaluations = [0, 1, 2, 3];
  const of = (target: number) => figuresOf({ values, evaluations }, target);
  assertEquals(of(1), { evaluations: null, finalValue: NaN, bestValue: 4 });
  assertEquals(of(5), { evaluations: 1, finalValue: NaN, bestValue: 4 });
});

Deno.test("isBetter() looks at solved runs, then at their cost, then at the values", () => {
  const better = (
    a: RaceRun[],
    b: RaceRun[],
  ) => [isBetter(a, b), isBetter(b, a)];
  const one = runsOf([10, 0], [null, 1], [null, 1]);
  const two = runsOf([90, 0], [95, 0], [null, 9]);
  const sooner = runsOf([80, 0], [85, 5], [null, 9]);
  assertEquals(better(two, one), [true, false]);
  assertEquals(better(sooner, two), [true, false]);
  assertEquals(better(two, two), [false, false]);
  const low = runsOf([null, 1], [null, 2], [null, NaN]);
  const high = runsOf([null, 3], [null, 4], [null, 5]);
  const lost = runsOf([null, NaN], [null, NaN], [null, 0]);
  assertEquals(better(low, high), [true, false]);
  assertEquals(better(high, lost), [true, false]);
});

Deno.test("performanceProfile() finds the shares by hand", () => {
  // Ratios to the best: a 1, 2, 1, never; b 3, 1, 1, never; c never, 4, 1, never.
  const [a, b, c] = performanceProfile({
    a: [10, 40, 7, Infinity],
    b: [30, 20, 7, NaN],
    c: [NaN, 80, 7, Infinity],
  });
  assertEquals(a, { optimizer: "a", tau: [1, 2], share: [0.5, 0.75] });
  assertEquals(b, { optimizer: "b", tau: [1, 3], share: [0.5, 0.75] });
  assertEquals(c, { optimizer: "c", tau: [1, 4], share: [0.25, 0.5] });
});

Deno.test("performanceProfile() begins at 1, also of those who never win", () => {
  assertEquals(
    performanceProfile({ a: [1, 2], b: [2, 8], c: [Infinity, NaN] }),
    [
      { optimizer: "a", tau: [1], share: [1] },
      { optimizer: "b", tau: [1, 2, 4], share: [0, 0.5, 1] },
      { optimizer: "c", tau: [1], share: [0] },
    ],
  );
});

Deno.test("performanceProfile() refuses costs that do not go together", () => {
  const message = "Cannot make performance profiles: expected ";
  assertThrows(
    () => performanceProfile({ a: [1, 2], b: [1] }),
    RangeError,
    message + "as many costs for each optimizer, got 2, 1",
  );
  assertThrows(() => performanceProfile({}), RangeError, message);
  assertThrows(
    () => performanceProfile({ a: [1, 0] }),
    RangeError,
    message + "costs above 0, got 0",
  );
});

Deno.test("sensitivityOf() takes quartiles over starts by learning rate, above the minimum", () => {
  const run = (lr: number, finalValue: number): RaceRun => ({
    ...runsOf([null, finalValue])[0]!,
    config: { lr },
  });
  const runs = [
    ...[5, 3, 4, 1, 2].map((value) => run(0.1, value)),
    ...[NaN, NaN, 7].map((value) => run(1, value)),
    ...[9].map((value) => run(0.01, value)),
  ];
  assertEquals(sensitivityOf("o", runs, -1), {
    optimizer: "o",
    lr: [0.01, 0.1, 1],
    value: [10, 4, Infinity],
    low: [10, 3, Infinity],
    high: [10, 5, Infinity],
  });
});

Deno.test("sensitivityOf() takes the best of what else was tuned", () => {
  const run = (lr: number, momentum: number, finalValue: number): RaceRun => ({
    ...runsOf([null, finalValue])[0]!,
    config: { lr, momentum },
  });
  const runs = [
    ...[3, 4, 5].map((value) => run(0.1, 0, value)),
    ...[1, 2, 9].map((value) => run(0.1, 0.9, value)),
    ...[6, 7, 8].map((value) => run(1, 0, value)),
  ];
  assertEquals(sensitivityOf("o", runs), {
    optimizer: "o",
    lr: [0.1, 1],
    value: [2, 7],
    low: [1.5, 6.5],
    high: [5.5, 7.5],
  });
});
