import type { Tensor } from "@gradus/tensor";
import type { TestFunction } from "../test_function.ts";

/**
 * The monkey saddle: three valleys and three hills meet in the origin, where the
 * derivatives and the second derivatives are 0. It falls without end and has no
 * minimum.
 *
 * @example
 * ```ts
 * import { monkeySaddle } from "@gradus/testfns";
 * import { tensor } from "@gradus/tensor";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const at = (v: number) => tensor(v, { dtype: "float64" });
 * assertAlmostEquals(monkeySaddle.fn(at(1), at(1)).itemSync(), -2);
 * ```
 */
export const monkeySaddle: TestFunction = {
  name: "monkeySaddle",
  formula: "x^3 - 3xy^2",
  domain: { x: [-2, 2], y: [-2, 2] },
  start: [1, 0.05],
  minima: [],
  reference: "Hilbert and Cohn-Vossen (1932), Anschauliche Geometrie",
  fn: (x: Tensor, y: Tensor) => x.square().sub(y.square().mul(3)).mul(x),
};
