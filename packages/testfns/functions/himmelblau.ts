import type { Tensor } from "@gradus/tensor";
import type { TestFunction } from "../test_function.ts";

/**
 * Himmelblau's function: four minima of value 0 around a hill.
 *
 * @example
 * ```ts
 * import { himmelblau } from "@gradus/testfns";
 * import { tensor } from "@gradus/tensor";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const at = (v: number) => tensor(v, { dtype: "float64" });
 * assertAlmostEquals(himmelblau.fn(at(1), at(1)).itemSync(), 106);
 * ```
 */
export const himmelblau: TestFunction = {
  name: "himmelblau",
  formula: "(x^2 + y - 11)^2 + (x + y^2 - 7)^2",
  domain: { x: [-5, 5], y: [-5, 5] },
  start: [0, -1],
  minima: [
    { at: [3, 2], value: 0 },
    { at: [-2.8051180869527449, 3.1313125182505730], value: 0 },
    { at: [-3.7793102533777469, -3.2831859912861694], value: 0 },
    { at: [3.5844283403304917, -1.8481265269644036], value: 0 },
  ],
  display: "log",
  reference: "Himmelblau (1972), Applied Nonlinear Programming",
  fn: (x: Tensor, y: Tensor) =>
    x.square().add(y).sub(11).square().add(
      x.add(y.square()).sub(7).square(),
    ),
};
