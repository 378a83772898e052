import { type Tensor, tensor } from "@gradus/tensor";
import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { AdaShift, type AdaShiftOptions } from "./ada_shift.ts";

function numbers(values: Tensor): number[] {
  return Array.from(values.dataSync(), Number);
}

/** The positions after each step with the given gradients. */
function run(options: AdaShiftOptions, grads: number[][]): number[][] {
  const start = grads[0]!.map(() => 0);
  const w = tensor(start, { dtype: "float64", requiresGrad: true });
  const optimizer = new AdaShift([w], { lr: 1, eps: 0, ...options });
  return grads.map((g) => {
    w.grad = tensor(g, { dtype: "float64" });
    optimizer.step();
    return numbers(w);
  });
}

Deno.test("AdaShift() waits until it has an old gradient", () => {
  for (const keepNum of [1, 3, 10]) {
    const grads = Array.from({ length: keepNum + 1 }, (_, i) => [i + 1]);
    const positions = run({ keepNum }, grads);
    assertEquals(positions.slice(0, -1).flat(), Array(keepNum).fill(0));
    assertEquals(positions.at(-1)![0]! < 0, true);
  }
});

Deno.test("AdaShift() shares the largest square, the mean or nothing", () => {
  const grads = [[3, 4, 0], [6, 6, 6]];
  const step = (reduceFunc: "max" | "mean" | null) =>
    run({ keepNum: 1, reduceFunc }, grads)[1]!;
  step("max").forEach((x) => assertAlmostEquals(x, -6 / 4, 1e-12));
  step("mean").forEach((x) =>
    assertAlmostEquals(x, -6 / 5 * Math.sqrt(3), 1e-12)
  );
  step(null).forEach((x, i) => {
    assertAlmostEquals(x, [-2, -1.5, 0][i]!, 1e-12);
  });
});

Deno.test("AdaShift() begins the correction with the first square that is not 0", () => {
  const grads = [[0, 2], [0, 2], [4, 2], [4, 2]];
  const positions = run({ keepNum: 1, reduceFunc: null }, grads);
  // v of the first element has one square, that of the second three equal ones.
  assertEquals(positions[2]![0], 0);
  assertAlmostEquals(positions[3]![0]!, -1, 1e-12);
  assertAlmostEquals(positions[3]![1]!, -3, 1e-12);
});

Deno.test("AdaShift() keeps the number of gradients with which a parameter began", () => {
  const w = tensor([0], { dtype: "float64", requiresGrad: true });
  const optimizer = new AdaShift([w], { lr: 1, keepNum: 2, betas: [0, 0.9] });
  for (const g of [1, 2, 3, 4]) {
    w.grad = tensor([g], { dtype: "float64" });
    optimizer.step();
    optimizer.paramGroups[0]!.keepNum = 5;
  }
  assertEquals((optimizer.state.get(w)!.grads as Tensor).shape, [2, 1]);
  const second = (0.9 * 0.1 + 0.1 * 4) / (1 - 0.9 ** 2);
  assertAlmostEquals(w.itemSync(), -3 - 4 / Math.sqrt(second), 1e-9);
});

Deno.test("AdaShift() refuses to give up the average that the elements of a parameter share", () => {
  const w = tensor([1, 2], { dtype: "float64", requiresGrad: true });
  const optimizer = new AdaShift([w], { lr: 1, keepNum: 1 });
  w.grad = tensor([1, 2], { dtype: "float64" });
  optimizer.step();
  optimizer.paramGroups[0]!.reduceFunc = null;
  assertThrows(
    () => optimizer.step(),
    TypeError,
    "Cannot update AdaShift with reduceFunc null: the elements of a parameter that has moved have one average of squares",
  );
  assertEquals((optimizer.state.get(w)!.step as Tensor).itemSync(), 1);
});
