import type { Tensor } from "@gradus/tensor";
import type { TestFunction } from "../test_function.ts";
import type { Minimum } from "../trace.ts";
import { checkDimensions, sumOf } from "./shared.ts";

/** The lowest point of `-sin(x) sin(k x^2 / pi)^20` between 0 and pi, and its value. */
function lowest(k: number): [x: number, value: number] {
  let best: [number, number] = [0, 0];
  for (let valley = 0; valley < k; valley++) {
    // From the middle of the valley, Newton's method on the logarithm's derivative.
    let x = Math.PI * Math.sqrt((valley + 0.5) / k);
    for (let step = 0; step < 20; step++) {
      const w = k * x * x / Math.PI, dw = 2 * k * x / Math.PI;
      const slope = 1 / Math.tan(x) + 20 * dw / Math.tan(w);
      const curvature = -1 / Math.sin(x) ** 2 + 40 * k / Math.PI / Math.tan(w) -
        20 * (dw / Math.sin(w)) ** 2;
      x -= slope / curvature;
    }
    const value = -Math.sin(x) * Math.sin(k * x * x / Math.PI) ** 20;
    if (value < best[1]) best = [x, value];
  }
  return best;
}

function minimaIn(dimensions: number): Minimum[] {
  checkDimensions(dimensions);
  const points = Array.from({ length: dimensions }, (_, i) => lowest(i + 1));
  const value = points.reduce((sum, [, value]) => sum + value, 0);
  return [{ at: points.map(([x]) => x), value }];
}

/**
 * Michalewicz' function: steep valleys in an otherwise flat plane. It takes any
 * number of coordinates, each with a valley of its own.
 *
 * @example
 * ```ts
 * import { michalewicz } from "@gradus/testfns";
 * import { tensor } from "@gradus/tensor";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const at = (v: number) => tensor(v, { dtype: "float64" });
 * assertAlmostEquals(michalewicz.fn(at(2), at(Math.PI / 2)).itemSync(), -1.3701429452781075);
 * ```
 */
export const michalewicz: TestFunction = {
  name: "michalewicz",
  formula: "-sin(x) sin(x^2/pi)^20 - sin(y) sin(2y^2/pi)^20",
  domain: { x: [0, Math.PI], y: [0, Math.PI] },
  start: [1.9, 1.35],
  minima: [{
    at: [2.2029055201726093, Math.PI / 2],
    value: -1.8013034100985525,
  }],
  minimaIn,
  reference:
    "Michalewicz (1992), Genetic Algorithms + Data Structures = Evolution Programs",
  fn: (...x: Tensor[]) =>
    sumOf(x, (xi, i) => {
      const valley = xi.square().mul((i + 1) / Math.PI).sin().pow(20);
      return xi.sin().mul(valley);
    }).neg(),
};
