import type { Tensor } from "@gradus/tensor";
import type { TestFunction } from "../test_function.ts";

/**
 * Beale's function: flat, with sharp peaks at the corners.
 *
 * @example
 * ```ts
 * import { beale } from "@gradus/testfns";
 * import { tensor } from "@gradus/tensor";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const at = (v: number) => tensor(v, { dtype: "float64" });
 * assertAlmostEquals(beale.fn(at(1), at(1)).itemSync(), 14.203125);
 * ```
 */
export const beale: TestFunction = {
  name: "beale",
  formula: "(1.5 - x + xy)^2 + (2.25 - x + xy^2)^2 + (2.625 - x + xy^3)^2",
  domain: { x: [-4.5, 4.5], y: [-4.5, 4.5] },
  start: [1, 1],
  minima: [{ at: [3, 0.5], value: 0 }],
  display: "log",
  reference: "Beale (1958), On an Iterative Method for Finding a Local Minimum",
  fn: (x: Tensor, y: Tensor) => {
    const term = (c: number, power: number) =>
      x.mul(y.pow(power)).sub(x).add(c).square();
    return term(1.5, 1).add(term(2.25, 2)).add(term(2.625, 3));
  },
};
