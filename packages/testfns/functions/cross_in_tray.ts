import { type Tensor, where } from "@gradus/tensor";
import type { TestFunction } from "../test_function.ts";
import { rootOf } from "./shared.ts";

const A = 1.3494066171539108;
const VALUE = -2.0626118708227369;

/**
 * The cross-in-tray function: four equal minima between the ridges of a cross,
 * all values between -2.1 and 0.
 *
 * It is computed by way of the logarithm, as the exponential in it is beyond
 * float32. On the ridges, where sin(x) sin(y) = 0, `backward()` gives 0.
 *
 * @example
 * ```ts
 * import { crossInTray } from "@gradus/testfns";
 * import { tensor } from "@gradus/tensor";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const at = (v: number) => tensor(v, { dtype: "float64" });
 * assertAlmostEquals(crossInTray.fn(at(0), at(3)).itemSync(), -0.0001);
 * ```
 */
export const crossInTray: TestFunction = {
  name: "crossInTray",
  formula: "-0.0001 (|sin(x) sin(y) exp(|100 - sqrt(x^2 + y^2)/pi|)| + 1)^0.1",
  domain: { x: [-10, 10], y: [-10, 10] },
  start: [-7, 5],
  minima: [{ at: [A, A], value: VALUE }, { at: [A, -A], value: VALUE }, {
    at: [-A, A],
    value: VALUE,
  }, { at: [-A, -A], value: VALUE }],
  reference:
    "Mishra (2006), Some New Test Functions for Global Optimization and Performance of Repulsive Particle Swarm Method",
  fn: (x: Tensor, y: Tensor) => {
    const waves = x.sin().mul(y.sin()).abs();
    const onRidge = waves.eq(0);
    const distance = rootOf(x.square().add(y.square()));
    const exponent = distance.div(-Math.PI).add(100).abs();
    const log = where(onRidge, 1, waves).log().add(exponent).logaddexp(0);
    return where(onRidge, 1, log.mul(0.1).exp()).mul(-0.0001);
  },
};
