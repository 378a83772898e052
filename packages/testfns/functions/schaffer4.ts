import type { Tensor } from "@gradus/tensor";
import type { TestFunction } from "../test_function.ts";

const A = 1.2531318314637332;
const VALUE = 0.29257863203598055;

/**
 * Schaffer's function 4: the waves of function 2 with cosine and sine nested, and
 * four equal minima on the axes. The literature searches [-100, 100], where the
 * waves are too fine to be seen.
 *
 * @example
 * ```ts
 * import { schaffer4 } from "@gradus/testfns";
 * import { tensor } from "@gradus/tensor";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const at = (v: number) => tensor(v, { dtype: "float64" });
 * assertAlmostEquals(schaffer4.fn(at(1), at(1)).itemSync(), 0.9980059840359482);
 * ```
 */
export const schaffer4: TestFunction = {
  name: "schaffer4",
  formula: "0.5 + (cos(sin(|x^2 - y^2|))^2 - 0.5)/(1 + 0.001 (x^2 + y^2))^2",
  domain: { x: [-4, 4], y: [-4, 4] },
  start: [2.3, -1.4],
  minima: [{ at: [0, A], value: VALUE }, { at: [0, -A], value: VALUE }, {
    at: [A, 0],
    value: VALUE,
  }, { at: [-A, 0], value: VALUE }],
  reference:
    "Mishra (2006), Some New Test Functions for Global Optimization and Performance of Repulsive Particle Swarm Method",
  fn: (x: Tensor, y: Tensor) => {
    const xx = x.square(), yy = y.square();
    const envelope = xx.add(yy).mul(0.001).add(1).square();
    const waves = xx.sub(yy).abs().sin().cos().square();
    return waves.sub(0.5).div(envelope).add(0.5);
  },
};
