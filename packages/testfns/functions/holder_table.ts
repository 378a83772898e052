import type { Tensor } from "@gradus/tensor";
import type { TestFunction } from "../test_function.ts";
import { rootOf } from "./shared.ts";

const X = 8.0550234757365634;
const Y = 9.6645900192412729;
const VALUE = -19.208502567886732;

/**
 * Hölder's table: waves whose depth grows towards the four corners, where the
 * equal minima are.
 *
 * It has kinks where sin(x) cos(y) = 0 and at the distance pi from the origin;
 * `backward()` takes the derivative of an absolute value at 0, and of the
 * distance at the origin, as 0.
 *
 * @example
 * ```ts
 * import { holderTable } from "@gradus/testfns";
 * import { tensor } from "@gradus/tensor";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const at = (v: number) => tensor(v, { dtype: "float64" });
 * assertAlmostEquals(holderTable.fn(at(1), at(1)).itemSync(), -0.7878966325201032);
 * ```
 */
export const holderTable: TestFunction = {
  name: "holderTable",
  formula: "-|sin(x) cos(y) exp(|1 - sqrt(x^2 + y^2)/pi|)|",
  domain: { x: [-10, 10], y: [-10, 10] },
  start: [3, -4],
  minima: [{ at: [X, Y], value: VALUE }, { at: [X, -Y], value: VALUE }, {
    at: [-X, Y],
    value: VALUE,
  }, { at: [-X, -Y], value: VALUE }],
  reference:
    "Mishra (2006), Some New Test Functions for Global Optimization and Performance of Repulsive Particle Swarm Method",
  fn: (x: Tensor, y: Tensor) => {
    const distance = rootOf(x.square().add(y.square()));
    const growth = distance.div(-Math.PI).add(1).abs().exp();
    return x.sin().mul(y.cos()).abs().mul(growth).neg();
  },
};
