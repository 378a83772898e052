import type { Tensor } from "@gradus/tensor";
import type { TestFunction } from "../test_function.ts";
import { rootOf } from "./shared.ts";

/**
 * The eggholder function: steep hills and valleys all over, the lowest point at
 * the edge of the domain, outside of which the function falls further.
 *
 * Along two lines, where a root is that of 0, it has no derivative; there
 * `backward()` takes that of the root as 0.
 *
 * @example
 * ```ts
 * import { eggholder } from "@gradus/testfns";
 * import { tensor } from "@gradus/tensor";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const at = (v: number) => tensor(v, { dtype: "float64" });
 * assertAlmostEquals(eggholder.fn(at(0), at(0)).itemSync(), -25.460337185286313);
 * ```
 */
export const eggholder: TestFunction = {
  name: "eggholder",
  formula: "-(y + 47) sin(sqrt(|x/2 + y + 47|)) - x sin(sqrt(|x - y - 47|))",
  domain: { x: [-512, 512], y: [-512, 512] },
  start: [200, -150],
  minima: [{ at: [512, 404.23180511375781], value: -959.64066272085080 }],
  reference:
    "Whitley, Rana, Dzubera and Mathias (1996), Evaluating Evolutionary Algorithms",
  fn: (x: Tensor, y: Tensor) => {
    const high = y.add(47);
    const first = rootOf(x.mul(0.5).add(high).abs()).sin().mul(high);
    return rootOf(x.sub(high).abs()).sin().mul(x).add(first).neg();
  },
};
