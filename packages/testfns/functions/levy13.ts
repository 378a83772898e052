import type { Tensor } from "@gradus/tensor";
import type { TestFunction } from "../test_function.ts";

/**
 * Levy's function 13: a bowl with waves of different length in the two
 * coordinates. The literature also searches [-10, 10].
 *
 * @example
 * ```ts
 * import { levy13 } from "@gradus/testfns";
 * import { tensor } from "@gradus/tensor";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const at = (v: number) => tensor(v, { dtype: "float64" });
 * assertAlmostEquals(levy13.fn(at(2), at(-1)).itemSync(), 5);
 * ```
 */
export const levy13: TestFunction = {
  name: "levy13",
  formula:
    "sin(3 pi x)^2 + (x - 1)^2 (1 + sin(3 pi y)^2) + (y - 1)^2 (1 + sin(2 pi y)^2)",
  domain: { x: [-5, 7], y: [-5, 7] },
  start: [-4.2, 5.3],
  minima: [{ at: [1, 1], value: 0 }],
  reference:
    "Levy and Montalvo (1985), The Tunneling Algorithm for the Global Minimization of Functions",
  fn: (x: Tensor, y: Tensor) => {
    const wave = (t: Tensor, k: number) => t.mul(k * Math.PI).sin().square();
    const inX = x.sub(1).square().mul(wave(y, 3).add(1));
    const inY = y.sub(1).square().mul(wave(y, 2).add(1));
    return wave(x, 3).add(inX).add(inY);
  },
};
