import { assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import {
  cases,
  classes,
  lrsOf,
  makeOptimizer,
  momentaOf,
  type Run,
  start,
  stepsOf,
  titleOf,
  warningsOf,
} from "./_testing.ts";
import {
  ChainedScheduler,
  CyclicLR,
  ExponentialLR,
  LambdaLR,
  ReduceLROnPlateau,
  SequentialLR,
  StepLR,
} from "./mod.ts";

function rest(run: Run, values: readonly (number | undefined)[]): unknown[] {
  return values.map((value) => {
    run.step(value);
    return [lrsOf(run.optimizer), momentaOf(run.optimizer)];
  });
}

for (const name of classes.keys()) {
  Deno.test(`${name} goes on from its saved state as if nothing had happened`, () => {
    for (const given of cases.filter((c) => c.scheduler.name === name)) {
      warningsOf(() => {
        const steps = stepsOf(given);
        for (const half of [0, 1, steps.length >> 1, steps.length - 2]) {
          const first = start(given);
          rest(first, steps.slice(0, half));
          const saved = JSON.stringify({
            scheduler: first.scheduler.stateDict(),
            optimizer: first.optimizer.stateDict(),
          });
          const expected = rest(first, steps.slice(half));

          const second = start(given);
          const { scheduler, optimizer } = JSON.parse(saved);
          second.scheduler.loadStateDict(scheduler);
          second.optimizer.loadStateDict(optimizer);
          assertEquals(
            JSON.stringify(second.scheduler.stateDict()),
            JSON.stringify(scheduler),
          );
          const actual = rest(second, steps.slice(half));
          assertEquals(actual, expected, titleOf(given));
        }
      });
    }
  });
}

Deno.test("schedulers inside of others go on from a saved state too", () => {
  const make = () => {
    const optimizer = makeOptimizer("SGD", [{ lr: 1 }, { lr: 0.5 }]);
    const exp = (gamma: number) => new ExponentialLR(optimizer, { gamma });
    const step = new StepLR(optimizer, { stepSize: 2 });
    const inner = new SequentialLR(optimizer, [exp(0.9), exp(0.7)], {
      milestones: [3],
    });
    const chained = new ChainedScheduler([exp(0.99), step]);
    const scheduler = new SequentialLR(optimizer, [chained, inner, exp(0.5)], {
      milestones: [4, 10],
    });
    return { optimizer, scheduler };
  };
  for (let half = 0; half < 12; half++) {
    const first = make();
    const go = ({ optimizer, scheduler }: typeof first) => {
      optimizer.step();
      scheduler.step();
      return lrsOf(optimizer);
    };
    for (let t = 0; t < half; t++) go(first);
    const saved = JSON.stringify([
      first.scheduler.stateDict(),
      first.optimizer.stateDict(),
    ]);
    const expected = Array.from({ length: 13 }, () => go(first));
    const second = make();
    const [scheduler, optimizer] = JSON.parse(saved);
    second.scheduler.loadStateDict(scheduler);
    second.optimizer.loadStateDict(optimizer);
    assertEquals(Array.from({ length: 13 }, () => go(second)), expected);
  }
});

Deno.test("stateDict() does not change with later steps", () => {
  const optimizer = makeOptimizer("SGD", [{ lr: 1 }]);
  const scheduler = new ExponentialLR(optimizer, { gamma: 0.5 });
  const saved = scheduler.stateDict();
  const text = JSON.stringify(saved);
  optimizer.step();
  scheduler.step();
  assertEquals(JSON.stringify(saved), text);
  assertNotEquals(JSON.stringify(scheduler.stateDict()), text);
});

Deno.test("stateDict() has the fields of the scheduler under their names", () => {
  const optimizer = makeOptimizer("SGD", [{ lr: 1 }]);
  const scheduler = new StepLR(optimizer, { stepSize: 3, gamma: 0.5 });
  assertEquals(scheduler.stateDict(), {
    lastEpoch: 0,
    lastLr: [1],
    stepCount: 1,
    baseLrs: [1],
    stepSize: 3,
    gamma: 0.5,
  });
});

Deno.test("loadStateDict() leaves the learning rates of the optimizer alone", () => {
  const optimizer = makeOptimizer("SGD", [{ lr: 1 }]);
  const scheduler = new ExponentialLR(optimizer, { gamma: 0.5 });
  const saved = scheduler.stateDict();
  optimizer.step();
  scheduler.step();
  scheduler.loadStateDict(saved);
  assertEquals(lrsOf(optimizer), [0.5]);
  assertEquals(scheduler.getLastLr(), [1]);
  assertEquals(scheduler.lastEpoch, 0);
});

Deno.test("loadStateDict() refuses what does not fit, and changes nothing then", () => {
  const optimizer = makeOptimizer("SGD", [{ lr: 1 }]);
  const exp = () => new ExponentialLR(optimizer, { gamma: 0.5 });
  const scheduler = new SequentialLR(optimizer, [exp(), exp()], {
    milestones: [2],
  });
  const saved = scheduler.stateDict();
  const [one, two] = saved.schedulers as Record<string, unknown>[];
  const { gamma: _, ...incomplete } = two!;
  const step = new StepLR(optimizer, { stepSize: 2 }).stateDict();
  const changed = { ...saved, lastEpoch: 7 };
  for (
    const wrong of [
      null,
      [],
      step,
      { ...changed, schedulers: [one] },
      { ...changed, schedulers: [one, incomplete] },
      { ...changed, schedulers: [one, step] },
      { ...changed, schedulers: "none" },
      { ...changed, milestones: 2 },
      { ...changed, other: 1 },
    ]
  ) {
    const load = () => scheduler.loadStateDict(wrong as typeof saved);
    assertThrows(load, TypeError, "Cannot load a state dictionary into");
    assertEquals(scheduler.stateDict(), saved);
  }
});

Deno.test("ReduceLROnPlateau saves a best metric that JSON does not know", () => {
  const optimizer = makeOptimizer("SGD", [{ lr: 1 }]);
  const scheduler = new ReduceLROnPlateau(optimizer, { patience: 0 });
  for (const metric of [undefined, -Infinity, 5]) {
    if (metric !== undefined) scheduler.step(metric);
    const again = new ReduceLROnPlateau(makeOptimizer("SGD", [{ lr: 1 }]));
    again.loadStateDict(JSON.parse(JSON.stringify(scheduler.stateDict())));
    assertEquals(again.best, scheduler.best);
    assertEquals(again.patience, 0);
  }
});

Deno.test("functions of the user are saved by the properties that they have", () => {
  const make = (rate: number) => {
    const decay = Object.assign((t: number) => decay.rate ** t, { rate });
    const scale = Object.assign((x: number) => scale.rate ** x, { rate });
    const optimizer = makeOptimizer("SGD", [{ lr: 1 }]);
    const options = { baseLr: 0, maxLr: 1, stepSizeUp: 1, scaleFn: scale };
    return [
      new LambdaLR(optimizer, decay),
      new CyclicLR(optimizer, options),
    ] as const;
  };
  const [lambda, cyclic] = make(0.5);
  const [otherLambda, otherCyclic] = make(0.25);
  assertEquals(lambda.stateDict().lrLambdas, [{ rate: 0.5 }]);
  otherLambda.loadStateDict(JSON.parse(JSON.stringify(lambda.stateDict())));
  otherCyclic.loadStateDict(JSON.parse(JSON.stringify(cyclic.stateDict())));
  warningsOf(() => {
    otherLambda.step();
    assertEquals(otherLambda.getLastLr(), [0.5]);
    otherCyclic.step();
    assertEquals(otherCyclic.getLastLr(), [0.5]);
  });
});
