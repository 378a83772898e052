import type { Tensor } from "@gradus/tensor";
import type { TestFunction } from "../test_function.ts";

/**
 * Four petals around the origin: distance plus a wave around the circle. It
 * falls towards the origin along four valleys; -1 is its infimum, approached
 * there.
 *
 * At the origin it is not continuous: the value is 0 and the derivative NaN.
 *
 * @example
 * ```ts
 * import { flower } from "@gradus/testfns";
 * import { tensor } from "@gradus/tensor";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const at = (v: number) => tensor(v, { dtype: "float64" });
 * assertAlmostEquals(flower.fn(at(3), at(4)).itemSync(), 4.4624);
 * ```
 */
export const flower: TestFunction = {
  name: "flower",
  formula: "sqrt(x^2 + y^2) + sin(4 atan2(y, x))",
  domain: { x: [-3, 3], y: [-3, 3] },
  start: [20, 20],
  minima: [{ at: [0, 0], value: -1 }],
  reference:
    "the function of the L-BFGS and torchopt posts of the Posit AI blog",
  fn: (x: Tensor, y: Tensor) =>
    x.square().add(y.square()).sqrt().add(y.atan2(x).mul(4).sin()),
};
