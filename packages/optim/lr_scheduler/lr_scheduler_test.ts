import { compile, type Tensor, tensor } from "@gradus/tensor";
import { assert, assertEquals, assertThrows } from "@std/assert";
import { stepMode } from "../algorithm.ts";
import { Adam } from "../adam.ts";
import type { Optimizer, OptimizerLike } from "../optimizer.ts";
import { SGD } from "../sgd.ts";
import { lrsOf, makeOptimizer, warningsOf } from "./_testing.ts";
import {
  ConstantLR,
  CosineAnnealingLR,
  CyclicLR,
  ExponentialLR,
  LambdaLR,
  LRScheduler,
  OneCycleLR,
  ReduceLROnPlateau,
  StepLR,
} from "./mod.ts";

Deno.test("LRScheduler notes the learning rates that groups begin with", () => {
  const optimizer = makeOptimizer("SGD", [{ lr: 1 }, { lr: 0.5 }]);
  const scheduler = new ConstantLR(optimizer, { factor: 0.5 });
  assertEquals(scheduler.baseLrs, [1, 0.5]);
  assertEquals(optimizer.paramGroups.map((g) => g.initialLr), [1, 0.5]);
  assertEquals(lrsOf(optimizer), [0.5, 0.25]);
  const second = new ExponentialLR(optimizer, { gamma: 0.5 });
  assertEquals(second.baseLrs, [1, 0.5]);
  assertEquals(lrsOf(optimizer), [0.5, 0.25]);
});

Deno.test("LRScheduler goes on after a step only where groups know how they began", () => {
  const optimizer = makeOptimizer("SGD", [{ lr: 0.25 }]);
  const make = () => new StepLR(optimizer, { stepSize: 2, lastEpoch: 3 });
  assertThrows(make, RangeError, "parameter group 0 has no initialLr");
  assertEquals(Object.hasOwn(optimizer.paramGroups[0]!, "initialLr"), false);
  optimizer.paramGroups[0]!.initialLr = 1;
  assertEquals(make().lastEpoch, 4);
});

Deno.test("LRScheduler refuses what is no optimizer", () => {
  for (const wrong of [null, undefined, {}, [], "SGD"]) {
    for (
      const make of [
        () => new StepLR(wrong as unknown as OptimizerLike, { stepSize: 1 }),
        () =>
          new CyclicLR(wrong as unknown as OptimizerLike, {
            baseLr: 0.1,
            maxLr: 1,
          }),
        () => new LambdaLR(wrong as unknown as OptimizerLike, () => 1),
        () => new ReduceLROnPlateau(wrong as unknown as OptimizerLike),
      ]
    ) assertThrows(make, TypeError, "expected an optimizer");
  }
});

Deno.test("LRScheduler takes what is wrapped around an optimizer", () => {
  const inner = makeOptimizer("SGD", [{ lr: 1 }]);
  const { state, defaults, paramGroups } = inner;
  const wrapper: OptimizerLike = {
    state,
    defaults,
    paramGroups,
    step: (() => inner.step()) as OptimizerLike["step"],
    zeroGrad: () => inner.zeroGrad(),
    stateDict: () => inner.stateDict(),
    loadStateDict: (dict) => inner.loadStateDict(dict),
    addParamGroup: (group) => inner.addParamGroup(group),
  };
  const scheduler = new ExponentialLR(wrapper, { gamma: 0.5 });
  assertEquals(
    warningsOf(() => {
      wrapper.step();
      scheduler.step();
    }),
    [],
  );
  assertEquals(lrsOf(inner), [0.5]);
});

Deno.test("LRScheduler.step() warns if the first learning rate was never used", () => {
  const optimizer = makeOptimizer("SGD", [{ lr: 1 }]);
  const scheduler = new ExponentialLR(optimizer, { gamma: 0.5 });
  const [warning, ...others] = warningsOf(() => {
    scheduler.step();
    scheduler.step();
  });
  assert(warning?.includes("step the optimizer first"), warning);
  assertEquals(others, []);
});

Deno.test("LRScheduler.step() warns of an epoch and goes there by the closed form", () => {
  const optimizer = makeOptimizer("SGD", [{ lr: 1 }]);
  const scheduler = new ExponentialLR(optimizer, { gamma: 0.5 });
  optimizer.step();
  const warnings = warningsOf(() => scheduler.step(3));
  assertEquals(warnings.length, 1);
  assertEquals(scheduler.getLastLr(), [0.125]);
  assertEquals(scheduler.lastEpoch, 3);
});

Deno.test("LRScheduler.step() tells the authors of schedulers what they forgot", () => {
  class Forgetful extends LRScheduler {
    protected override getLr(): number[] {
      return this.baseLrs;
    }
  }
  const optimizer = makeOptimizer("SGD", [{ lr: 1 }]);
  const scheduler = new Forgetful(optimizer);
  assertThrows(() => scheduler.step(), Error, "initialStep");
});

Deno.test("LRScheduler.step() changes nothing when it fails", () => {
  const optimizer = makeOptimizer("SGD", [{ lr: 1 }]);
  let good = true;
  const scheduler = new LambdaLR(optimizer, () => good ? 0.5 : "no" as never);
  optimizer.step();
  good = false;
  const before = scheduler.stateDict();
  assertThrows(() => scheduler.step(), TypeError, "to return a number");
  assertEquals(scheduler.stateDict(), before);
  assertEquals(lrsOf(optimizer), [0.5]);
});

Deno.test("OneCycleLR.step() fails after its last step, and stays there", () => {
  const optimizer = makeOptimizer("SGD", [{ lr: 1 }]);
  const scheduler = new OneCycleLR(optimizer, { maxLr: 0.1, totalSteps: 3 });
  optimizer.step();
  for (let t = 0; t < 3; t++) scheduler.step();
  const before = scheduler.stateDict();
  for (let t = 0; t < 2; t++) {
    assertThrows(() => scheduler.step(), RangeError, "its cycle has 3 steps");
  }
  assertEquals(scheduler.stateDict(), before);
});

Deno.test("OneCycleLR begins at the top if it has no time to rise", () => {
  const optimizer = makeOptimizer("SGD", [{ lr: 1 }]);
  const options = { maxLr: 0.1, totalSteps: 10, pctStart: 0.1 };
  const scheduler = new OneCycleLR(optimizer, options);
  assertEquals(scheduler.getLastLr(), [0.1]);
});

Deno.test("ConstantLR comes back from a factor of 0", () => {
  const optimizer = makeOptimizer("SGD", [{ lr: 0.1 }]);
  const scheduler = new ConstantLR(optimizer, { factor: 0, totalIters: 2 });
  optimizer.step();
  const lrs = [0, 1, 2].map(() => {
    scheduler.step();
    return scheduler.getLastLr()[0];
  });
  assertEquals(lrs, [0, 0.1, 0.1]);
});

Deno.test("schedulers ask for as many values as there are groups, at any time", () => {
  const optimizer = makeOptimizer("SGD", [{ lr: 1 }]);
  const cosine = new CosineAnnealingLR(optimizer, { tMax: 4 });
  const step = new StepLR(optimizer, { stepSize: 1, gamma: 0.5 });
  const one = new ReduceLROnPlateau(optimizer, { patience: 0, minLr: [0.1] });
  const all = new ReduceLROnPlateau(optimizer, { patience: 0, minLr: 0.1 });
  optimizer.step();
  optimizer.addParamGroup({
    params: [tensor([1.5], { requiresGrad: true })],
    lr: 0.5,
  });
  // What goes by the present learning rates takes the new group along.
  step.step();
  assertEquals(step.getLastLr(), [0.5, 0.25]);
  assertThrows(() => cosine.step(), RangeError, "expected 2, got 1");
  assertThrows(() => one.step(1), RangeError, "expected 2, got 1");
  all.step(1);
  all.step(1);
  assertEquals(lrsOf(optimizer), [0.1, 0.1]);
});

Deno.test("a learning rate that is a tensor is filled in place", () => {
  const lr = tensor(1, { dtype: "float64" });
  const params = [tensor([1.5], { requiresGrad: true })];
  const optimizer = new SGD(params, { lr }) as Optimizer;
  const scheduler = new ExponentialLR(optimizer, { gamma: 0.5 });
  optimizer.step();
  scheduler.step();
  assertEquals(optimizer.paramGroups[0]!.lr, lr);
  assertEquals(lr.itemSync(), 0.5);
  assertEquals(scheduler.getLastLr(), [0.5]);
  assertEquals(scheduler.baseLrs, [1]);
});

Deno.test("ReduceLROnPlateau.step() takes a tensor with one element and nothing but numbers", () => {
  const optimizer = makeOptimizer("SGD", [{ lr: 1 }]);
  const scheduler = new ReduceLROnPlateau(optimizer);
  scheduler.step(tensor([0.25]));
  assertEquals(scheduler.best, 0.25);
  const before = scheduler.stateDict();
  const step = () => scheduler.step(undefined as unknown as number);
  assertThrows(step, TypeError, "expected a metric");
  assertEquals(scheduler.stateDict(), before);
});

Deno.test("schedulers of learning rate and momentum do not recompile the step", () => {
  const w = tensor([1.5, -2], { requiresGrad: true });
  for (
    const optimizer of [
      new SGD([w], { lr: 0.1, momentum: 0.5 }),
      new Adam([w], { lr: 0.1 }),
    ] as Optimizer[]
  ) {
    const options = { maxLr: 0.1, totalSteps: 20 };
    const scheduler = new OneCycleLR(optimizer, options);
    for (let t = 0; t < 20; t++) {
      optimizer.zeroGrad();
      w.square().sum().backward();
      optimizer.step();
      scheduler.step();
    }
    assertEquals(stepMode.steps.get(optimizer)!.cacheInfo().captures, 1);
  }
});

Deno.test("compiled and uncompiled steps follow a scheduler alike", () => {
  const run = (compiled: boolean) => {
    const w = tensor([1.5, -2], { requiresGrad: true });
    const optimizer = new Adam([w], { lr: 0.1 }) as Optimizer;
    const scheduler = new CyclicLR(optimizer, {
      baseLr: 0.01,
      maxLr: 0.1,
      stepSizeUp: 3,
    });
    const train = () => {
      optimizer.zeroGrad();
      w.square().sum().backward();
      optimizer.step();
    };
    const step = compiled ? compile(train) : train;
    for (let t = 0; t < 10; t++) {
      step();
      scheduler.step();
    }
    return (w as Tensor).arraySync();
  };
  assertEquals(run(true), run(false));
});

Deno.test("a compiled function that steps a scheduler runs uncompiled, and right", () => {
  const optimizer = makeOptimizer("SGD", [{ lr: 1 }]);
  const scheduler = new ExponentialLR(optimizer, { gamma: 0.5 });
  const train = compile(() => {
    optimizer.step();
    scheduler.step();
  });
  const warnings = warningsOf(() => {
    for (let t = 0; t < 3; t++) train();
  });
  assertEquals(warnings.length, 1);
  assert(warnings[0]!.includes("ExponentialLR is stepped in it"), warnings[0]);
  assertEquals(scheduler.getLastLr(), [0.125]);
});
