/** Helpers of the tests. */

import { type Tensor, tensor } from "@gradus/tensor";
import { fail } from "@std/assert";
import * as optim from "./mod.ts";

/** The floating types. */
export const dtypes = ["float32", "float64"] as const;

/** What goldens must be met to: relative errors, by type. */
export const tolerance = { float32: 1e-5, float64: 1e-12 } as const;

/** Options as the stored results have them. */
export type Options = Record<string, unknown>;

/** A constructor of optimizers, whichever. */
export type OptimizerClass = new (
  params: Iterable<Tensor> | Iterable<Options & { params: Tensor[] }>,
  options?: Options,
) => optim.Optimizer;

/** All optimizers that the package exports, by name, but SparseAdam, which takes sparse gradients alone and has tests of its own. */
export const optimizers: ReadonlyMap<string, OptimizerClass> = new Map(
  Object.entries(optim).filter(([name, value]) =>
    typeof value === "function" &&
    value.prototype instanceof optim.Optimizer &&
    value as unknown !== optim.AlgorithmOptimizer && name !== "SparseAdam"
  ) as unknown as [string, OptimizerClass][],
);

/** The exported optimizer called `name`. */
export function optimizerClass(name: string): OptimizerClass {
  return optimizers.get(name) ?? fail(`No optimizer ${name} is exported`);
}

/** A leaf that requires a gradient. */
export function leaf(
  values: readonly number[],
  dtype: "float32" | "float64" = "float64",
): Tensor {
  return tensor([...values], { dtype, requiresGrad: true });
}

/** A leaf that the optimizer called `name` takes: a matrix for Muon, else a vector. */
export function leafFor(name: string, values: readonly number[]): Tensor {
  if (name !== "Muon") return leaf(values);
  return tensor([[...values]], { dtype: "float64", requiresGrad: true });
}

/** Sets the gradient of `0.5 * sum(curvature * param²)`. */
export function setQuadraticGrad(param: Tensor, curvature: Tensor): void {
  param.grad = curvature.mul(param.detach());
}

/** The elements as plain numbers. */
export function numbers(t: Tensor): number[] {
  return Array.from(t.dataSync(), Number);
}

/** Asserts that errors are at most `tolerance` times the larger of the expected value and `scale`. */
export function assertNear(
  actual: readonly number[],
  expected: readonly number[],
  tolerance: number,
  scale: readonly number[] | number,
  message: string,
): void {
  if (actual.length !== expected.length) {
    fail(
      `${message}: expected ${expected.length} numbers, got ${actual.length}`,
    );
  }
  expected.forEach((value, i) => {
    const size = typeof scale === "number" ? scale : Math.abs(scale[i]!);
    const allowed = tolerance * Math.max(Math.abs(value), size);
    const error = Math.abs(actual[i]! - value);
    if (error <= allowed) return;
    fail(
      `${message}: expected ${value} at ${i}, got ${actual[i]}, off by ${
        (error / allowed * tolerance).toPrecision(3)
      } where ${tolerance} is allowed`,
    );
  });
}
