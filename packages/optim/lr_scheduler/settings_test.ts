import { assertEquals, assertThrows } from "@std/assert";
import { cases, classes, makeOptimizer, makeScheduler } from "./_testing.ts";
import {
  CosineAnnealingWarmRestarts,
  CyclicLR,
  LinearLR,
  OneCycleLR,
  type OneCycleLROptions,
} from "./mod.ts";

/** Options that make each scheduler, and values that are refused. */
const wrong: Record<
  string,
  [Record<string, unknown>, Record<string, unknown[]>]
> = {
  LambdaLR: [{}, {}],
  MultiplicativeLR: [{}, {}],
  StepLR: [{ stepSize: 1 }, {
    stepSize: [0, 1.5, "1", undefined],
    gamma: [NaN, "1"],
  }],
  MultiStepLR: [{ milestones: [1] }, {
    milestones: [[-1], [1.5], 3, ["1"], undefined],
    gamma: [Infinity],
  }],
  ConstantLR: [{}, { factor: [-0.1, 1.1, NaN], totalIters: [0, 1.5] }],
  LinearLR: [{}, {
    startFactor: [0, 1.1, NaN],
    endFactor: [-0.1, 1.1],
    totalIters: [0, null],
  }],
  ExponentialLR: [{ gamma: 1 }, { gamma: [NaN, undefined] }],
  PolynomialLR: [{}, { totalIters: [0], power: [NaN, "2"] }],
  CosineAnnealingLR: [{ tMax: 1 }, {
    tMax: [0, 1.5, undefined],
    etaMin: [NaN],
  }],
  CosineAnnealingWarmRestarts: [{ t0: 1 }, {
    t0: [0, 1.5, undefined],
    tMult: [0, 1.5],
    etaMin: ["0"],
  }],
  CyclicLR: [{ baseLr: 0.1, maxLr: 1 }, {
    baseLr: [undefined, NaN, [0.1, 0.2], ["0.1"]],
    maxLr: [undefined, [1, 1]],
    stepSizeUp: [0, -1, NaN],
    stepSizeDown: [0],
    mode: ["square", 1],
    gamma: [NaN],
    scaleFn: [1],
    scaleMode: ["batches"],
    cycleMomentum: [1],
    baseMomentum: [[0.8, 0.8], "0.8"],
    maxMomentum: [[0.9, 0.9]],
  }],
  OneCycleLR: [{ maxLr: 1, totalSteps: 10 }, {
    maxLr: [undefined, [1, 1]],
    totalSteps: [0, 1.5, "10", null],
    epochs: [0],
    stepsPerEpoch: [-1],
    pctStart: [-0.1, 1.1, NaN],
    annealStrategy: ["exp"],
    baseMomentum: [[0.8, 0.8]],
    divFactor: [0],
    finalDivFactor: [-1],
    threePhase: [0],
  }],
  SWALR: [{ swaLr: 0.1 }, {
    swaLr: [undefined, [0.1, 0.2]],
    annealEpochs: [-1, 1.5],
    annealStrategy: ["exp"],
  }],
  SequentialLR: [{ milestones: [] }, { milestones: [undefined, 1] }],
  ReduceLROnPlateau: [{}, {
    mode: ["low"],
    factor: [1, -0.1],
    patience: [-1, 1.5],
    threshold: [-1],
    thresholdMode: ["both"],
    cooldown: [-1],
    minLr: [[0.1, 0.1], "0"],
    eps: [-1],
  }],
  ChainedScheduler: [{}, { optimizer: [5] }],
};

for (const name of classes.keys()) {
  Deno.test(`${name} refuses options by name and leaves the optimizer alone`, () => {
    const [good, table] = wrong[name]!;
    const { scheduler: spec } = cases.find((c) => c.scheduler.name === name)!;
    const fn = spec.fn === undefined ? {} : { fn: "decay" };
    const make = (options: Record<string, unknown>) => {
      const optimizer = makeOptimizer("SGD", [{ lr: 1 }]);
      const inner = spec.schedulers ? { schedulers: [exp] } : {};
      const build = () =>
        makeScheduler({ name, ...fn, ...inner, options }, optimizer);
      return { optimizer, build };
    };
    const exp = { name: "ExponentialLR", options: { gamma: 0.5 } };
    make(good).build();
    const last = "lastEpoch" in table || name === "ReduceLROnPlateau" ||
        name === "ChainedScheduler"
      ? {}
      : { lastEpoch: [-2, 0.5, "0"] };
    const all = { ...table, ...last, unknownOption: [1] };
    for (const [option, values] of Object.entries(all)) {
      for (const value of values) {
        const { optimizer, build } = make({ ...good, [option]: value });
        let error: unknown;
        try {
          build();
        } catch (thrown) {
          error = thrown;
        }
        const kind = error instanceof TypeError || error instanceof RangeError;
        assertEquals(kind, true, `${option} ${value}: ${error}`);
        const { message } = error as Error;
        const named = message.includes(option) || option === "optimizer";
        assertEquals(named, true, message);
        assertEquals(optimizer.paramGroups[0]!.lr, 1);
        assertEquals(optimizer.paramGroups[0]!.momentum, 0);
      }
    }
  });
}

Deno.test("LinearLR goes down to 0 and not below", () => {
  for (let totalIters = 1; totalIters < 40; totalIters++) {
    for (const startFactor of [1, 0.7, 1 / 3, 0.1]) {
      const optimizer = makeOptimizer("SGD", [{ lr: 0.1 }]);
      const options = { startFactor, endFactor: 0, totalIters };
      const scheduler = new LinearLR(optimizer, options);
      optimizer.step();
      for (let t = 0; t < totalIters; t++) scheduler.step();
      const [lr] = scheduler.getLastLr() as [number];
      assertEquals(lr >= 0 && lr < 1e-15, true, `${lr}`);
    }
  }
});

Deno.test("OneCycleLR asks for the number of steps, in one way or another", () => {
  const optimizer = makeOptimizer("SGD", [{ lr: 1 }]);
  const options: Partial<OneCycleLROptions>[] = [
    {},
    { epochs: 3 },
    { stepsPerEpoch: 3 },
  ];
  for (const given of options) {
    const make = () => new OneCycleLR(optimizer, { maxLr: 1, ...given });
    assertThrows(make, RangeError, "expected totalSteps, or epochs");
  }
  const scheduler = new OneCycleLR(optimizer, {
    maxLr: 1,
    epochs: 3,
    stepsPerEpoch: 4,
  });
  assertEquals(scheduler.totalSteps, 12);
});

Deno.test("OneCycleLR and CyclicLR ask for a momentum to cycle", () => {
  const optimizer = makeOptimizer("SGD", [{ lr: 1 }]);
  const { momentum: _, ...defaults } = optimizer.defaults as Record<
    string,
    unknown
  >;
  const without = new Proxy(optimizer, {
    get: (target, name) =>
      name === "defaults" ? defaults : Reflect.get(target, name, target),
  });
  const cyclic = (cycleMomentum: boolean) =>
    new CyclicLR(without, { baseLr: 0.1, maxLr: 1, cycleMomentum });
  const one = (cycleMomentum: boolean) =>
    new OneCycleLR(without, { maxLr: 1, totalSteps: 5, cycleMomentum });
  for (const make of [cyclic, one]) {
    assertThrows(() => make(true), RangeError, "neither momentum nor betas");
    make(false);
  }
});

Deno.test("CosineAnnealingWarmRestarts finds the first step of every cycle", () => {
  const optimizer = makeOptimizer("SGD", [{ lr: 1 }]);
  optimizer.step();
  for (const tMult of [2, 3, 5, 6, 7, 10]) {
    const options = { t0: 1, tMult };
    const scheduler = new CosineAnnealingWarmRestarts(optimizer, options);
    let begin = 0;
    for (let n = 0; n < 12; n++) {
      scheduler.step(begin);
      assertEquals(scheduler.tCur, 0);
      assertEquals(scheduler.getLastLr(), [1]);
      begin += tMult ** n;
    }
  }
  const scheduler = new CosineAnnealingWarmRestarts(optimizer, { t0: 2 });
  assertThrows(() => scheduler.step(-1), RangeError, "at least 0");
  assertThrows(() => scheduler.step(NaN), RangeError, "at least 0");
});
