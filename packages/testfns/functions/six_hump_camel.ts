import type { Tensor } from "@gradus/tensor";
import type { TestFunction } from "../test_function.ts";

const X = 0.089842013100318062;
const Y = 0.71265640302073963;
const VALUE = -1.0316284534898774;

/**
 * The six-hump camel: six local minima, two of them global.
 *
 * @example
 * ```ts
 * import { sixHumpCamel } from "@gradus/testfns";
 * import { tensor } from "@gradus/tensor";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const at = (v: number) => tensor(v, { dtype: "float64" });
 * assertAlmostEquals(sixHumpCamel.fn(at(1), at(1)).itemSync(), 3.2333333333333334);
 * ```
 */
export const sixHumpCamel: TestFunction = {
  name: "sixHumpCamel",
  formula: "(4 - 2.1x^2 + x^4/3) x^2 + xy + (4y^2 - 4) y^2",
  domain: { x: [-3, 3], y: [-2, 2] },
  start: [-2.3, 1.3],
  minima: [{ at: [X, -Y], value: VALUE }, { at: [-X, Y], value: VALUE }],
  reference:
    "Dixon and Szegö (1978), The Global Optimization Problem: An Introduction",
  fn: (x: Tensor, y: Tensor) => {
    const xx = x.square(), yy = y.square();
    const inX = xx.div(3).sub(2.1).mul(xx).add(4).mul(xx);
    return inX.add(x.mul(y)).add(yy.mul(4).sub(4).mul(yy));
  },
};
