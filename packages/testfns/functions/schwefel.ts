import type { Tensor } from "@gradus/tensor";
import type { TestFunction } from "../test_function.ts";
import { minimaAt, rootOf, sumOf } from "./shared.ts";

/**
 * Schwefel's function: valleys that deepen outwards, the lowest far from the
 * second lowest. It takes any number of coordinates. Beyond the domain it falls
 * further.
 *
 * @example
 * ```ts
 * import { schwefel } from "@gradus/testfns";
 * import { tensor } from "@gradus/tensor";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const at = (v: number) => tensor(v, { dtype: "float64" });
 * assertAlmostEquals(schwefel.fn(at(0), at(0)).itemSync(), 837.9657745448674);
 * ```
 */
export const schwefel: TestFunction = {
  name: "schwefel",
  formula: "2 * 418.98288727243371 - x sin(sqrt(|x|)) - y sin(sqrt(|y|))",
  domain: { x: [-500, 500], y: [-500, 500] },
  start: [-120, 190],
  minima: [{ at: [420.96874635998203, 420.96874635998203], value: 0 }],
  minimaIn: minimaAt(420.96874635998203, 0),
  reference: "Schwefel (1981), Numerical Optimization of Computer Models",
  fn: (...x: Tensor[]) =>
    sumOf(x, (xi) => xi.mul(rootOf(xi.abs()).sin())).neg()
      .add(418.98288727243371 * x.length),
};
