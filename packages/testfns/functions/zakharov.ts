import type { Tensor } from "@gradus/tensor";
import type { TestFunction } from "../test_function.ts";
import { minimaAt, sumOf } from "./shared.ts";

/**
 * Zakharov's function: a bowl in a flat bent valley, with one minimum. It takes
 * any number of coordinates.
 *
 * @example
 * ```ts
 * import { zakharov } from "@gradus/testfns";
 * import { tensor } from "@gradus/tensor";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const at = (v: number) => tensor(v, { dtype: "float64" });
 * assertAlmostEquals(zakharov.fn(at(2), at(-2)).itemSync(), 10);
 * ```
 */
export const zakharov: TestFunction = {
  name: "zakharov",
  formula: "x^2 + y^2 + (0.5x + y)^2 + (0.5x + y)^4",
  domain: { x: [-5, 10], y: [-5, 10] },
  start: [8, -3],
  minima: [{ at: [0, 0], value: 0 }],
  minimaIn: minimaAt(0, 0),
  display: "log",
  reference:
    "Jamil and Yang (2013), A Literature Survey of Benchmark Functions for Global Optimisation Problems",
  fn: (...x: Tensor[]) => {
    const slope = sumOf(x, (xi, i) => xi.mul((i + 1) / 2)).square();
    return sumOf(x, (xi) => xi.square()).add(slope).add(slope.square());
  },
};
