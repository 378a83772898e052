import { tensor } from "@gradus/tensor";
import { assert, assertAlmostEquals, assertThrows } from "@std/assert";
import golden from "../testdata/schedules.json" with { type: "json" };
import * as schedules from "./mod.ts";
import type { NamedSchedule } from "./mod.ts";

type Make = (...args: unknown[]) => NamedSchedule;

const table = schedules as unknown as Record<string, Make>;

for (const given of golden.cases) {
  const { name, values } = given;
  const args = "options" in given
    ? [given.options]
    : [given.initValue, given.boundariesAndScales];
  const schedule = table[name]!(...args);
  Deno.test(`${name}(${JSON.stringify(args).slice(1, -1)}) gives what Optax gives`, () => {
    golden.counts.forEach((count, i) => {
      // Optax computes some of its schedules in float32.
      assertAlmostEquals(schedule(count), values[i]!, 2e-7);
      const own = schedule(tensor(count, { dtype: "float64" }));
      assertAlmostEquals(own.itemSync(), schedule(count), 1e-15);
    });
  });
}

Deno.test("Schedules give the exact values of their formulas in float64", () => {
  const cosine = schedules.cosineDecaySchedule({ initValue: 1, decaySteps: 8 });
  const exponential = schedules.exponentialDecay({
    initValue: 3,
    transitionSteps: 7,
    decayRate: 0.3,
  });
  for (let n = 0; n < 8; n++) {
    const expected = (1 + Math.cos(Math.PI * n / 8)) / 2;
    assertAlmostEquals(cosine(n), expected, 1e-15);
    assertAlmostEquals(exponential(n), 3 * 0.3 ** (n / 7), 1e-14);
  }
});

Deno.test("Schedules refuse options that make no sense, by name", () => {
  const cases: [() => unknown, string][] = [
    [
      () =>
        schedules.linearSchedule({
          initValue: 1,
          endValue: 0,
          transitionSteps: 0,
        }),
      "transitionSteps",
    ],
    [
      () =>
        schedules.exponentialDecay({
          initValue: 1,
          transitionSteps: 5,
          decayRate: 0,
        }),
      "decayRate",
    ],
    [
      () => schedules.cosineDecaySchedule({ initValue: NaN, decaySteps: 5 }),
      "initValue",
    ],
    [
      () =>
        schedules.warmupCosineDecaySchedule({
          initValue: 0,
          peakValue: 1,
          warmupSteps: 5,
          decaySteps: 5,
        }),
      "decaySteps",
    ],
    [() => schedules.piecewiseConstantSchedule(1, { 2: -1 }), "at least 0"],
    [() => schedules.joinSchedules([], []), "boundary"],
  ];
  for (const [make, name] of cases) {
    assert(assertThrows(make, RangeError).message.includes(name));
  }
});
