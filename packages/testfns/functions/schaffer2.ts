import type { Tensor } from "@gradus/tensor";
import type { TestFunction } from "../test_function.ts";

/**
 * Schaffer's function 2: rings that bend into hyperbolas, under a slowly rising
 * envelope. The literature searches [-100, 100], where the waves are too fine to
 * be seen.
 *
 * @example
 * ```ts
 * import { schaffer2 } from "@gradus/testfns";
 * import { tensor } from "@gradus/tensor";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const at = (v: number) => tensor(v, { dtype: "float64" });
 * assertAlmostEquals(schaffer2.fn(at(1), at(1)).itemSync(), 0.0019940159640518);
 * ```
 */
export const schaffer2: TestFunction = {
  name: "schaffer2",
  formula: "0.5 + (sin(x^2 - y^2)^2 - 0.5)/(1 + 0.001 (x^2 + y^2))^2",
  domain: { x: [-4, 4], y: [-4, 4] },
  start: [-2.4, 1.3],
  minima: [{ at: [0, 0], value: 0 }],
  reference:
    "Mishra (2006), Some New Test Functions for Global Optimization and Performance of Repulsive Particle Swarm Method",
  fn: (x: Tensor, y: Tensor) => {
    const xx = x.square(), yy = y.square();
    const envelope = xx.add(yy).mul(0.001).add(1).square();
    return xx.sub(yy).sin().square().sub(0.5).div(envelope).add(0.5);
  },
};
