import { type Tensor, tensor } from "@gradus/tensor";
import { assertEquals, assertThrows } from "@std/assert";
import { assertNear, numbers } from "./_testing.ts";
import {
  ScheduleFreeAdamW,
  scheduleFreeAdamw,
  scheduleFreeEvalParams,
  ScheduleFreeSGD,
  scheduleFreeSgd,
} from "./schedule_free.ts";

function leaf(values: readonly number[]): Tensor {
  return tensor([...values], { dtype: "float64", requiresGrad: true });
}

function squareStep(w: Tensor, optimizer: ScheduleFreeSGD | ScheduleFreeAdamW) {
  optimizer.zeroGrad();
  w.square().sum().backward();
  optimizer.step();
}

function sumOfSquares(w: Tensor): number {
  return w.detach().square().sum().itemSync();
}

Deno.test("ScheduleFreeSGD moves as published on a sum of squares", () => {
  const w = leaf([1, 2, 3]);
  const optimizer = new ScheduleFreeSGD([w]);
  squareStep(w, optimizer);
  optimizer.eval();
  assertEquals(numbers(w), [-1, -2, -3]);
  optimizer.train();
  for (let t = 2; t <= 5; t++) squareStep(w, optimizer);
  optimizer.eval();
  assertNear([sumOfSquares(w)], [0.24098816], 1e-12, 1, "After 5 steps");
});

Deno.test("ScheduleFree.eval() and train() are each other's inverse and may be repeated", () => {
  for (const Class of [ScheduleFreeSGD, ScheduleFreeAdamW]) {
    const w = leaf([1, -2]), idle = leaf([5]);
    const optimizer = new Class([w, idle], { lr: 0.1 });
    optimizer.eval();
    assertEquals(numbers(w), [1, -2]); // nothing to average yet
    optimizer.train();
    for (let t = 1; t <= 4; t++) squareStep(w, optimizer);
    const y = numbers(w);
    const z = numbers(optimizer.state.get(w)!.z);
    optimizer.eval();
    const x = numbers(w);
    optimizer.eval();
    assertEquals(numbers(w), x);
    assertNear(x.map((x, i) => 0.9 * x + 0.1 * z[i]!), y, 1e-13, 1, "y");
    optimizer.train();
    optimizer.train();
    assertNear(numbers(w), y, 1e-13, 1, "Back at y");
    assertEquals(numbers(idle), [5]);
  }
});

Deno.test("ScheduleFree.step() is refused in evaluation mode", () => {
  const w = leaf([1]);
  const optimizer = new ScheduleFreeSGD([w]);
  optimizer.eval();
  let called = false;
  assertThrows(
    () => optimizer.step(() => called = true),
    Error,
    "Cannot step ScheduleFreeSGD after eval(): call train() first",
  );
  assertEquals(called, false);
  optimizer.train();
  optimizer.step(() => called = true);
  assertEquals(called, true);
});

Deno.test("ScheduleFree keeps its mode in state dictionaries", () => {
  for (const Class of [ScheduleFreeSGD, ScheduleFreeAdamW]) {
    const w = leaf([1, -2]);
    const optimizer = new Class([w], { lr: 0.1, warmupSteps: 3 });
    for (let t = 1; t <= 4; t++) squareStep(w, optimizer);
    optimizer.eval();
    const dict = optimizer.stateDict();
    const saved = JSON.parse(JSON.stringify(dict.paramGroups));
    const copy = leaf(numbers(w));
    const other = new Class([copy]);
    other.loadStateDict({ state: dict.state, paramGroups: saved });
    assertThrows(() => other.step(), Error, "call train() first");
    for (const [p, own] of [[w, optimizer], [copy, other]] as const) {
      own.train();
      for (let t = 1; t <= 50; t++) squareStep(p, own);
      own.eval();
    }
    assertEquals(numbers(copy), numbers(w));
  }
});

Deno.test("scheduleFreeEvalParams() is where eval() goes", () => {
  for (
    const [Class, transformation] of [
      [ScheduleFreeSGD, scheduleFreeSgd(0.1)],
      [ScheduleFreeAdamW, scheduleFreeAdamw(0.1)],
    ] as const
  ) {
    const w = leaf([1, -2]);
    const optimizer = new Class([w], { lr: 0.1 });
    let params = { w: w.detach().clone() };
    let state = transformation.init(params);
    for (let t = 1; t <= 5; t++) {
      squareStep(w, optimizer);
      const grads = { w: params.w.mul(2) };
      const [updates, next] = transformation.update(
        grads,
        state as never,
        params,
      );
      params = { w: params.w.add(updates.w) };
      state = next as typeof state;
    }
    optimizer.eval();
    const average = scheduleFreeEvalParams(state, params);
    assertNear(numbers(average.w), numbers(w), 1e-13, 1, "x");
  }
  assertThrows(
    () => scheduleFreeEvalParams({ count: tensor(0), params: [] }, [], 1),
    RangeError,
    "expected a beta between 0 and 1, got 1",
  );
});

Deno.test("ScheduleFree counts the steps of a group for parameters that come later", () => {
  const late = leaf([1]), w = leaf([2]);
  const optimizer = new ScheduleFreeSGD([late, w], { lr: 0.1 });
  w.grad = tensor([1], { dtype: "float64" });
  for (let t = 1; t <= 3; t++) optimizer.step();
  late.grad = tensor([1], { dtype: "float64" });
  optimizer.step();
  for (const p of [late, w]) {
    const { step, weightSum } = optimizer.state.get(p)!;
    assertEquals(numbers(step), [4]);
    assertNear(numbers(weightSum), [0.04], 1e-13, 1, "weightSum");
  }
});
