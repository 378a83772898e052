import type { Tensor } from "@gradus/tensor";
import type { TestFunction } from "../test_function.ts";

/**
 * The function of Goldstein and Price: values from 3 to a million, with three
 * local minima besides the global one. The literature also takes [-2, 2] for y.
 *
 * @example
 * ```ts
 * import { goldsteinPrice } from "@gradus/testfns";
 * import { tensor } from "@gradus/tensor";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const at = (v: number) => tensor(v, { dtype: "float64" });
 * assertAlmostEquals(goldsteinPrice.fn(at(1), at(1)).itemSync(), 1876);
 * ```
 */
export const goldsteinPrice: TestFunction = {
  name: "goldsteinPrice",
  formula:
    "(1 + (x + y + 1)^2 (19 - 14x + 3x^2 - 14y + 6xy + 3y^2)) (30 + (2x - 3y)^2 (18 - 32x + 12x^2 + 48y - 36xy + 27y^2))",
  domain: { x: [-2, 2], y: [-3, 1] },
  start: [-1.5, 0.5],
  minima: [{ at: [0, -1], value: 3 }],
  display: "log",
  reference: "Goldstein and Price (1971), On Descent from Local Minima",
  fn: (x: Tensor, y: Tensor) => {
    // Each factor depends on one linear combination of x and y.
    const u = x.add(y);
    const v = x.mul(2).sub(y.mul(3));
    const p = u.mul(u.mul(3).sub(14)).add(19);
    const q = v.mul(v.mul(3).sub(16)).add(18);
    const first = u.add(1).square().mul(p).add(1);
    return first.mul(v.square().mul(q).add(30));
  },
};
