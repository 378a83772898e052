import type { Tensor } from "@gradus/tensor";
import type { TestFunction } from "../test_function.ts";

/**
 * McCormick's function: a wave on a plane beside a parabola. Along the valley
 * beyond the lower left edge of the domain it falls without end.
 *
 * @example
 * ```ts
 * import { mccormick } from "@gradus/testfns";
 * import { tensor } from "@gradus/tensor";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const at = (v: number) => tensor(v, { dtype: "float64" });
 * assertAlmostEquals(mccormick.fn(at(0), at(0)).itemSync(), 1);
 * ```
 */
export const mccormick: TestFunction = {
  name: "mccormick",
  formula: "sin(x + y) + (x - y)^2 - 1.5x + 2.5y + 1",
  domain: { x: [-1.5, 4], y: [-3, 4] },
  start: [3, 3.2],
  minima: [{
    at: [0.5 - Math.PI / 3, -0.5 - Math.PI / 3],
    value: -Math.sqrt(3) / 2 - Math.PI / 3,
  }],
  reference:
    "McCormick, in Lootsma (ed.) (1972), Numerical Methods for Non-Linear Optimization",
  fn: (x: Tensor, y: Tensor) => {
    const plane = y.mul(2.5).sub(x.mul(1.5)).add(1);
    return x.add(y).sin().add(x.sub(y).square()).add(plane);
  },
};
