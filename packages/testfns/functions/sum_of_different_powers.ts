import type { Tensor } from "@gradus/tensor";
import type { TestFunction } from "../test_function.ts";
import { minimaAt, sumOf } from "./shared.ts";

/**
 * Sum of different powers: a bowl whose floor is flatter in each further
 * coordinate. It takes any number of coordinates.
 *
 * @example
 * ```ts
 * import { sumOfDifferentPowers } from "@gradus/testfns";
 * import { tensor } from "@gradus/tensor";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const at = (v: number) => tensor(v, { dtype: "float64" });
 * assertAlmostEquals(sumOfDifferentPowers.fn(at(0.5), at(-1)).itemSync(), 1.25);
 * ```
 */
export const sumOfDifferentPowers: TestFunction = {
  name: "sumOfDifferentPowers",
  formula: "|x|^2 + |y|^3",
  domain: { x: [-1, 1], y: [-1, 1] },
  start: [-0.9, 0.7],
  minima: [{ at: [0, 0], value: 0 }],
  minimaIn: minimaAt(0, 0),
  reference:
    "Molga and Smutnicki (2005), Test Functions for Optimization Needs",
  fn: (...x: Tensor[]) => sumOf(x, (xi, i) => xi.abs().pow(i + 2)),
};
