import type { Tensor } from "@gradus/tensor";
import type { TestFunction } from "../test_function.ts";
import { minimaAt, sumOf } from "./shared.ts";

/**
 * Rosenbrock's function: a curved valley with a nearly flat floor. It takes two
 * or more coordinates, as a chain of such valleys.
 *
 * @example
 * ```ts
 * import { rosenbrock } from "@gradus/testfns";
 * import { tensor } from "@gradus/tensor";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const at = (v: number) => tensor(v, { dtype: "float64" });
 * assertAlmostEquals(rosenbrock.fn(at(2), at(-1)).itemSync(), 2501);
 * ```
 */
export const rosenbrock: TestFunction = {
  name: "rosenbrock",
  formula: "100 (y - x^2)^2 + (1 - x)^2",
  domain: { x: [-2, 2], y: [-1, 3] },
  start: [-2, 2],
  minima: [{ at: [1, 1], value: 0 }],
  minimaIn: minimaAt(1, 0, 2),
  display: "log",
  reference:
    "Rosenbrock (1960), An Automatic Method for Finding the Greatest or Least Value of a Function",
  fn: (...x: Tensor[]) =>
    sumOf(x.slice(1), (next, i) => {
      const valley = next.sub(x[i]!.square()).square().mul(100);
      return valley.add(x[i]!.rsub(1).square());
    }),
};
