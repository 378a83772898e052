import type { Tensor } from "@gradus/tensor";
import type { TestFunction } from "../test_function.ts";

/**
 * Matyas' function: a narrow bowl along the diagonal, 25 times as steep across
 * it as along it.
 *
 * @example
 * ```ts
 * import { matyas } from "@gradus/testfns";
 * import { tensor } from "@gradus/tensor";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const at = (v: number) => tensor(v, { dtype: "float64" });
 * assertAlmostEquals(matyas.fn(at(1), at(1)).itemSync(), 0.04);
 * ```
 */
export const matyas: TestFunction = {
  name: "matyas",
  formula: "0.26 (x^2 + y^2) - 0.48 xy",
  domain: { x: [-10, 10], y: [-10, 10] },
  start: [8, -3],
  minima: [{ at: [0, 0], value: 0 }],
  display: "log",
  reference: "Matyas (1965), Random Optimization",
  fn: (x: Tensor, y: Tensor) =>
    x.square().add(y.square()).mul(0.26).sub(x.mul(y).mul(0.48)),
};
