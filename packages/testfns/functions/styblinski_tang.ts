import type { Tensor } from "@gradus/tensor";
import type { TestFunction } from "../test_function.ts";
import { minimaAt, sumOf } from "./shared.ts";

const X = -2.9035340277711771;
/** The share of each coordinate. */
const VALUE = -39.166165703771415;

/**
 * The function of Styblinski and Tang: two valleys in each coordinate, one
 * slightly deeper. It takes any number of coordinates.
 *
 * @example
 * ```ts
 * import { styblinskiTang } from "@gradus/testfns";
 * import { tensor } from "@gradus/tensor";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const at = (v: number) => tensor(v, { dtype: "float64" });
 * assertAlmostEquals(styblinskiTang.fn(at(1), at(1)).itemSync(), -10);
 * ```
 */
export const styblinskiTang: TestFunction = {
  name: "styblinskiTang",
  formula: "(x^4 - 16x^2 + 5x + y^4 - 16y^2 + 5y)/2",
  domain: { x: [-5, 5], y: [-5, 5] },
  start: [0.5, 3.5],
  minima: [{ at: [X, X], value: 2 * VALUE }],
  minimaIn: minimaAt(X, VALUE),
  reference:
    "Styblinski and Tang (1990), Experiments in Nonconvex Optimization: Stochastic Approximation with Function Smoothing and Simulated Annealing",
  fn: (...x: Tensor[]) =>
    sumOf(x, (xi) => {
      const square = xi.square();
      return square.sub(16).mul(square).add(xi.mul(5));
    }).mul(0.5),
};
