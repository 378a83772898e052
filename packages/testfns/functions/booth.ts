import type { Tensor } from "@gradus/tensor";
import type { TestFunction } from "../test_function.ts";

/**
 * Booth's function: a stretched bowl, the squares of two linear equations.
 *
 * @example
 * ```ts
 * import { booth } from "@gradus/testfns";
 * import { tensor } from "@gradus/tensor";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const at = (v: number) => tensor(v, { dtype: "float64" });
 * assertAlmostEquals(booth.fn(at(1), at(1)).itemSync(), 20);
 * ```
 */
export const booth: TestFunction = {
  name: "booth",
  formula: "(x + 2y - 7)^2 + (2x + y - 5)^2",
  domain: { x: [-10, 10], y: [-10, 10] },
  start: [-6, 5],
  minima: [{ at: [1, 3], value: 0 }],
  display: "log",
  reference:
    "Jamil and Yang (2013), A Literature Survey of Benchmark Functions for Global Optimisation Problems",
  fn: (x: Tensor, y: Tensor) =>
    x.add(y.mul(2)).sub(7).square().add(x.mul(2).add(y).sub(5).square()),
};
