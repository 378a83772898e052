import type { Tensor } from "@gradus/tensor";
import type { TestFunction } from "../test_function.ts";

/** 5 / (4 pi). */
const VALUE = 5 / (4 * Math.PI);

/**
 * Branin's function: three minima of the same value in a curved valley. The
 * constants are those of Dixon and Szegö (1978).
 *
 * @example
 * ```ts
 * import { branin } from "@gradus/testfns";
 * import { tensor } from "@gradus/tensor";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const at = (v: number) => tensor(v, { dtype: "float64" });
 * assertAlmostEquals(branin.fn(at(0), at(0)).itemSync(), 55.602112642270264);
 * ```
 */
export const branin: TestFunction = {
  name: "branin",
  formula:
    "(y - 5.1 x^2/(4 pi^2) + 5x/pi - 6)^2 + 10 (1 - 1/(8 pi)) cos(x) + 10",
  domain: { x: [-5, 10], y: [0, 15] },
  start: [6, 13],
  minima: [{ at: [-Math.PI, 12.275], value: VALUE }, {
    at: [Math.PI, 2.275],
    value: VALUE,
  }, { at: [3 * Math.PI, 2.475], value: VALUE }],
  reference:
    "Branin (1972), Widely Convergent Method for Finding Multiple Solutions of Simultaneous Nonlinear Equations",
  fn: (x: Tensor, y: Tensor) => {
    const curve = x.square().mul(5.1 / (4 * Math.PI ** 2));
    const valley = y.sub(curve).add(x.mul(5 / Math.PI)).sub(6).square();
    return valley.add(x.cos().mul(10 - 10 / (8 * Math.PI))).add(10);
  },
};
