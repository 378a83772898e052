import type { Tensor } from "@gradus/tensor";
import type { TestFunction } from "../test_function.ts";
import { minimaAt, sumOf } from "./shared.ts";

/**
 * Rastrigin's function: a bowl with a regular grid of deep local minima. It takes
 * any number of coordinates.
 *
 * @example
 * ```ts
 * import { rastrigin } from "@gradus/testfns";
 * import { tensor } from "@gradus/tensor";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const at = (v: number) => tensor(v, { dtype: "float64" });
 * assertAlmostEquals(rastrigin.fn(at(2), at(-1)).itemSync(), 5);
 * ```
 */
export const rastrigin: TestFunction = {
  name: "rastrigin",
  formula: "20 + x^2 - 10 cos(2 pi x) + y^2 - 10 cos(2 pi y)",
  domain: { x: [-5.12, 5.12], y: [-5.12, 5.12] },
  start: [-3.4, 2.7],
  minima: [{ at: [0, 0], value: 0 }],
  minimaIn: minimaAt(0, 0),
  reference: "Rastrigin (1974), Systems of Extremal Control",
  fn: (...x: Tensor[]) =>
    sumOf(x, (xi) => xi.square().sub(xi.mul(2 * Math.PI).cos().mul(10)))
      .add(10 * x.length),
};
