import type { Tensor } from "@gradus/tensor";
import type { TestFunction } from "../test_function.ts";
import { minimaAt, rootOf, sumOf } from "./shared.ts";

/**
 * Ackley's function: a nearly flat outer region of ripples around one deep hole.
 *
 * The bottom of the hole is the tip of a cone, where the function has no
 * derivative; `backward()` gives 0 there. It takes any number of coordinates; the
 * literature also searches [-32.768, 32.768].
 *
 * @example
 * ```ts
 * import { ackley } from "@gradus/testfns";
 * import { tensor } from "@gradus/tensor";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const at = (v: number) => tensor(v, { dtype: "float64" });
 * assertAlmostEquals(ackley.fn(at(1), at(1)).itemSync(), 3.625384938439363);
 * ```
 */
export const ackley: TestFunction = {
  name: "ackley",
  formula:
    "-20 exp(-0.2 sqrt((x^2 + y^2)/2)) - exp((cos(2 pi x) + cos(2 pi y))/2) + e + 20",
  domain: { x: [-5, 5], y: [-5, 5] },
  start: [-3.4, 2.6],
  minima: [{ at: [0, 0], value: 0 }],
  minimaIn: minimaAt(0, 0),
  reference: "Ackley (1987), A Connectionist Machine for Genetic Hillclimbing",
  fn: (...x: Tensor[]) => {
    const distance = rootOf(sumOf(x, (xi) => xi.square()).div(x.length));
    const waves = sumOf(x, (xi) => xi.mul(2 * Math.PI).cos()).div(x.length);
    return distance.mul(-0.2).exp().mul(-20).sub(waves.exp()).add(Math.E + 20);
  },
};
