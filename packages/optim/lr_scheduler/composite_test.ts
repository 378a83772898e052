import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { lrsOf, makeOptimizer, warningsOf } from "./_testing.ts";
import {
  ChainedScheduler,
  ConstantLR,
  CosineAnnealingLR,
  ExponentialLR,
  LinearLR,
  type LRScheduler,
  ReduceLROnPlateau,
  SequentialLR,
} from "./mod.ts";

function run(
  make: (optimizer: ReturnType<typeof makeOptimizer>) => LRScheduler,
) {
  const optimizer = makeOptimizer("SGD", [{ lr: 1 }]);
  const scheduler = make(optimizer);
  const lrs = [lrsOf(optimizer)[0]!];
  for (let t = 1; t < 9; t++) {
    optimizer.step();
    scheduler.step();
    assertEquals(scheduler.getLastLr(), lrsOf(optimizer));
    assertEquals(scheduler.lastEpoch, t);
    lrs.push(lrsOf(optimizer)[0]!);
  }
  return lrs;
}

function assertClose(actual: number[], expected: number[]): void {
  assertEquals(actual.length, expected.length);
  actual.forEach((lr, i) => assertAlmostEquals(lr, expected[i]!, 1e-14));
}

Deno.test("SequentialLR begins with what a chain of schedulers does at step 0", () => {
  const lrs = run((optimizer) => {
    const exp = (gamma: number) => new ExponentialLR(optimizer, { gamma });
    const half = new ConstantLR(optimizer, { factor: 0.5, totalIters: 2 });
    const chained = new ChainedScheduler([half, exp(0.5)]);
    return new SequentialLR(optimizer, [chained, exp(0.1)], {
      milestones: [3],
    });
  });
  const tail = [0, 1, 2, 3, 4, 5].map((t) => 0.1 ** t);
  assertClose(lrs, [0.5, 0.25, 0.25, ...tail]);
});

Deno.test("SequentialLR goes over to a chain of schedulers", () => {
  const lrs = run((optimizer) => {
    const exp = (gamma: number) => new ExponentialLR(optimizer, { gamma });
    const half = new ConstantLR(optimizer, { factor: 0.5, totalIters: 2 });
    const chained = new ChainedScheduler([half, exp(0.5)]);
    return new SequentialLR(optimizer, [exp(0.1), chained], {
      milestones: [3],
    });
  });
  const tail = [0.5, 0.25, 0.25, 0.125, 0.0625, 0.03125];
  assertClose(lrs, [1, 0.1, 0.01, ...tail]);
});

Deno.test("SequentialLR in a SequentialLR keeps its milestones", () => {
  for (const first of [true, false]) {
    const lrs = run((optimizer) => {
      const exp = (gamma: number) => new ExponentialLR(optimizer, { gamma });
      const inner = new SequentialLR(optimizer, [exp(0.5), exp(0.25)], {
        milestones: [2],
      });
      const both = first ? [inner, exp(0.1)] : [exp(0.1), inner];
      return new SequentialLR(optimizer, both, { milestones: [4] });
    });
    const inner = [1, 0.5, 1, 0.25];
    const outer = [1, 0.1, 0.01, 0.001];
    assertClose(
      lrs,
      first ? [...inner, ...outer, 0.0001] : [...outer, ...inner, 0.0625],
    );
  }
});

Deno.test("SequentialLR warms up before a cosine", () => {
  const lrs = run((optimizer) => {
    const warmUp = new LinearLR(optimizer, { startFactor: 0.1, totalIters: 3 });
    const cosine = new CosineAnnealingLR(optimizer, { tMax: 4 });
    return new SequentialLR(optimizer, [warmUp, cosine], { milestones: [3] });
  });
  const cosine = [0, 1, 2, 3, 4, 5].map((t) =>
    (1 + Math.cos(Math.PI * t / 4)) / 2
  );
  assertClose(lrs, [0.1, 0.4, 0.7, ...cosine]);
});

Deno.test("SequentialLR and ChainedScheduler warn once of a first step before the optimizer's", () => {
  const optimizer = makeOptimizer("SGD", [{ lr: 1 }]);
  const exp = () => new ExponentialLR(optimizer, { gamma: 0.5 });
  const chained = new ChainedScheduler([exp(), exp()]);
  const scheduler = new SequentialLR(optimizer, [chained, exp()], {
    milestones: [2],
  });
  const warnings = warningsOf(() => {
    for (let t = 0; t < 4; t++) scheduler.step();
  });
  assertEquals(warnings.length, 1);
});

Deno.test("SequentialLR and ChainedScheduler refuse schedulers that do not fit", () => {
  const optimizer = makeOptimizer("SGD", [{ lr: 1 }]);
  const exp = new ExponentialLR(optimizer, { gamma: 0.5 });
  const plateau = new ReduceLROnPlateau(optimizer);
  const other = makeOptimizer("SGD", [{ lr: 1 }]);
  const foreign = new ExponentialLR(other, { gamma: 0.5 });
  const wrong = [
    [[], RangeError, "at least one scheduler"],
    [undefined, TypeError, "expected an array"],
    [[exp, 5], TypeError, "got Number as scheduler 1"],
    [[exp, null], TypeError, "got null as scheduler 1"],
    [[exp, plateau], TypeError, "got ReduceLROnPlateau as scheduler 1"],
    [[exp, foreign], RangeError, "scheduler 1 has another one"],
  ] as const;
  for (const [list, error, message] of wrong) {
    const schedulers = list as unknown as LRScheduler[];
    const options = { milestones: [1] };
    const sequential = () => new SequentialLR(optimizer, schedulers, options);
    assertThrows(() => new ChainedScheduler(schedulers), error, message);
    assertThrows(sequential, error, message);
  }
  const given = { optimizer: other };
  assertThrows(() => new ChainedScheduler([exp], given), RangeError);
  assertEquals(lrsOf(optimizer), [1]);
});

Deno.test("SequentialLR asks for ascending milestones, one less than schedulers", () => {
  const optimizer = makeOptimizer("SGD", [{ lr: 1 }]);
  const exp = () => new ExponentialLR(optimizer, { gamma: 0.5 });
  for (const milestones of [[], [1], [3, 2], [1, 2, 3], [1, 0.5], [-1, 1]]) {
    const make = () =>
      new SequentialLR(optimizer, [exp(), exp(), exp()], { milestones });
    assertThrows(make, RangeError, "milestone");
  }
});
