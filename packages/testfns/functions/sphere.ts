import type { Tensor } from "@gradus/tensor";
import type { TestFunction } from "../test_function.ts";
import { minimaAt, sumOf } from "./shared.ts";

/**
 * The sphere function: the squared distance from the origin. It takes any number
 * of coordinates.
 *
 * @example
 * ```ts
 * import { sphere } from "@gradus/testfns";
 * import { tensor } from "@gradus/tensor";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const at = (v: number) => tensor(v, { dtype: "float64" });
 * assertAlmostEquals(sphere.fn(at(2), at(-1)).itemSync(), 5);
 * ```
 */
export const sphere: TestFunction = {
  name: "sphere",
  formula: "x^2 + y^2",
  domain: { x: [-2, 2], y: [-2, 2] },
  start: [-1.6, 1.1],
  minima: [{ at: [0, 0], value: 0 }],
  minimaIn: minimaAt(0, 0),
  reference:
    "De Jong (1975), An Analysis of the Behavior of a Class of Genetic Adaptive Systems",
  fn: (...x: Tensor[]) => sumOf(x, (xi) => xi.square()),
};
