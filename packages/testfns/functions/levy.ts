import type { Tensor } from "@gradus/tensor";
import type { TestFunction } from "../test_function.ts";
import { minimaAt, sumOf } from "./shared.ts";

/**
 * Levy's function: waves in a bowl, steep in the first coordinate. It takes any
 * number of coordinates.
 *
 * @example
 * ```ts
 * import { levy } from "@gradus/testfns";
 * import { tensor } from "@gradus/tensor";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const at = (v: number) => tensor(v, { dtype: "float64" });
 * assertAlmostEquals(levy.fn(at(1), at(3)).itemSync(), 0.25);
 * ```
 */
export const levy: TestFunction = {
  name: "levy",
  formula:
    "sin(pi v)^2 + (v - 1)^2 (1 + 10 sin(pi v + 1)^2) + (w - 1)^2 (1 + sin(2 pi w)^2) with v = 1 + (x - 1)/4, w = 1 + (y - 1)/4",
  domain: { x: [-10, 10], y: [-10, 10] },
  start: [-6, 7],
  minima: [{ at: [1, 1], value: 0 }],
  minimaIn: minimaAt(1, 0),
  reference:
    "Levy and Montalvo (1985), The Tunneling Algorithm for the Global Minimization of Functions",
  fn: (...x: Tensor[]) => {
    const w = x.map((xi) => xi.sub(1).div(4).add(1));
    const first = w[0]!.mul(Math.PI).sin().square();
    const last = w.pop()!;
    const end = last.sub(1).square().mul(
      last.mul(2 * Math.PI).sin().square().add(1),
    );
    const inner = w.map((wi) =>
      wi.sub(1).square().mul(
        wi.mul(Math.PI).add(1).sin().square().mul(10).add(1),
      )
    );
    return sumOf([first, ...inner, end]);
  },
};
