import type { Tensor } from "@gradus/tensor";
import type { TestFunction } from "../test_function.ts";
import { rootOf } from "./shared.ts";

/**
 * Bukin's function 6: a narrow curved gorge with infinitely steep walls, along
 * whose floor the function hardly falls.
 *
 * On the floor, y = 0.01 x^2, it has no derivative; there `backward()` gives that
 * of `0.01 |x + 10|` alone.
 *
 * @example
 * ```ts
 * import { bukin6 } from "@gradus/testfns";
 * import { tensor } from "@gradus/tensor";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const at = (v: number) => tensor(v, { dtype: "float64" });
 * assertAlmostEquals(bukin6.fn(at(-10), at(2)).itemSync(), 100);
 * ```
 */
export const bukin6: TestFunction = {
  name: "bukin6",
  formula: "100 sqrt(|y - 0.01 x^2|) + 0.01 |x + 10|",
  domain: { x: [-15, -5], y: [-3, 3] },
  start: [-13, -1],
  minima: [{ at: [-10, 1], value: 0 }],
  reference: "Bukin (1997), New Minimization Strategy for Non-Smooth Functions",
  fn: (x: Tensor, y: Tensor) => {
    const wall = rootOf(y.sub(x.square().mul(0.01)).abs());
    return wall.mul(100).add(x.add(10).abs().mul(0.01));
  },
};
