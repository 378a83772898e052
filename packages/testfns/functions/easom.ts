import type { Tensor } from "@gradus/tensor";
import type { TestFunction } from "../test_function.ts";

/**
 * Easom's function: flat nearly everywhere, with one narrow hole. The literature
 * searches [-100, 100].
 *
 * @example
 * ```ts
 * import { easom } from "@gradus/testfns";
 * import { tensor } from "@gradus/tensor";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const at = (v: number) => tensor(v, { dtype: "float64" });
 * assertAlmostEquals(easom.fn(at(1), at(1)).itemSync(), -3.030823414085892e-5);
 * ```
 */
export const easom: TestFunction = {
  name: "easom",
  formula: "-cos(x) cos(y) exp(-(x - pi)^2 - (y - pi)^2)",
  domain: { x: [-1, 7], y: [-1, 7] },
  start: [2, 4.2],
  minima: [{ at: [Math.PI, Math.PI], value: -1 }],
  reference: "Easom (1990), A Survey of Global Optimization Techniques",
  fn: (x: Tensor, y: Tensor) => {
    const distance = x.sub(Math.PI).square().add(y.sub(Math.PI).square());
    return x.cos().mul(y.cos()).mul(distance.neg().exp()).neg();
  },
};
