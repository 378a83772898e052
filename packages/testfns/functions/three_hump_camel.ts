import type { Tensor } from "@gradus/tensor";
import type { TestFunction } from "../test_function.ts";

/**
 * The three-hump camel: a valley with two local minima beside the global one.
 *
 * @example
 * ```ts
 * import { threeHumpCamel } from "@gradus/testfns";
 * import { tensor } from "@gradus/tensor";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const at = (v: number) => tensor(v, { dtype: "float64" });
 * assertAlmostEquals(threeHumpCamel.fn(at(1), at(1)).itemSync(), 3.1166666666666667);
 * ```
 */
export const threeHumpCamel: TestFunction = {
  name: "threeHumpCamel",
  formula: "2x^2 - 1.05x^4 + x^6/6 + xy + y^2",
  domain: { x: [-5, 5], y: [-5, 5] },
  start: [-3.2, 3.6],
  minima: [{ at: [0, 0], value: 0 }],
  display: "log",
  reference:
    "Branin (1972), Widely Convergent Method for Finding Multiple Solutions of Simultaneous Nonlinear Equations",
  fn: (x: Tensor, y: Tensor) => {
    const xx = x.square();
    const inX = xx.div(6).sub(1.05).mul(xx).add(2).mul(xx);
    return inX.add(x.mul(y)).add(y.square());
  },
};
