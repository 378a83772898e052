import type { Tensor } from "@gradus/tensor";
import type { TestFunction } from "../test_function.ts";
import { minimaAt, sumOf } from "./shared.ts";

/**
 * Griewank's function: a wide bowl with waves on it, whose valleys lie on a
 * regular grid. It takes any number of coordinates; the literature searches
 * [-600, 600], where the waves are too fine to be seen.
 *
 * @example
 * ```ts
 * import { griewank } from "@gradus/testfns";
 * import { tensor } from "@gradus/tensor";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const at = (v: number) => tensor(v, { dtype: "float64" });
 * assertAlmostEquals(griewank.fn(at(1), at(1)).itemSync(), 0.5897380911762422);
 * ```
 */
export const griewank: TestFunction = {
  name: "griewank",
  formula: "1 + (x^2 + y^2)/4000 - cos(x) cos(y/sqrt(2))",
  domain: { x: [-10, 10], y: [-10, 10] },
  start: [-7.5, 8],
  minima: [{ at: [0, 0], value: 0 }],
  minimaIn: minimaAt(0, 0),
  reference: "Griewank (1981), Generalized Descent for Global Optimization",
  fn: (...x: Tensor[]) => {
    const waves = x.map((xi, i) => xi.div(Math.sqrt(i + 1)).cos())
      .reduce((product, wave) => product.mul(wave));
    return sumOf(x, (xi) => xi.square()).div(4000).sub(waves).add(1);
  },
};
