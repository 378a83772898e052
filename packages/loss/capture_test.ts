import { assertEquals, assertThrows } from "@std/assert";
import { compile, type Tensor, tensor } from "@gradus/tensor";
import { binaryCrossEntropy, crossEntropy, gaussianNllLoss } from "./mod.ts";

const float = (values: number[]) => tensor(values, { dtype: "float32" });

Deno.test("crossEntropy() finds class indices out of range when a program runs", () => {
  const x = tensor([[3, 1, 2], [0.5, -4, 7]], { dtype: "float32" });
  const run = compile((y: Tensor) => crossEntropy(x, y));
  const good = tensor([0, 1]);
  assertEquals(run(good).itemSync(), crossEntropy(x, good).itemSync());
  assertThrows(
    () => run(tensor([0, 3])),
    RangeError,
    "expected class indices in [0, 2], got 3",
  );
});

Deno.test("binaryCrossEntropy() finds what is no probability when a program runs", () => {
  const run = compile((x: Tensor, y: Tensor) => binaryCrossEntropy(x, y));
  run(float([0.5]), float([1]));
  assertThrows(
    () => run(float([1.5]), float([1])),
    RangeError,
    "expected an input in [0, 1], got 1.5",
  );
  assertThrows(
    () => run(float([0.5]), float([-1])),
    RangeError,
    "expected a target in [0, 1], got -1",
  );
});

Deno.test("gaussianNllLoss() finds negative variances when a program runs", () => {
  const run = compile((v: Tensor) =>
    gaussianNllLoss(float([1]), float([2]), v)
  );
  run(float([1]));
  assertThrows(() => run(float([-1])), RangeError, "at least 0, got -1");
});
