/** Test functions: what is known about them and the functions themselves. */

import { linspace, type Tensor, type TensorOptions } from "@gradus/tensor";
import { sameShape, showShape } from "@gradus/tensor/internal";
import { noGrad } from "@gradus/autograd";
import type { Domain, Grid, Minimum, TestFunctionInfo } from "./trace.ts";

/**
 * A function to minimise. It takes one tensor per coordinate and works element
 * by element, so that a whole grid is evaluated in one call.
 */
export interface TestFunction extends TestFunctionInfo {
  /** The value at each point, from one tensor per coordinate. */
  fn: (...x: Tensor[]) => Tensor;
  /**
   * For functions of any number of coordinates: the known global minima in so
   * many dimensions. Without it, `fn` takes two coordinates.
   *
   * @throws {RangeError} if the function does not exist in so many dimensions.
   */
  minimaIn?: (dimensions: number) => Minimum[];
}

/**
 * Values of a function of two variables on a grid of `breaks` x `breaks` points
 * over a domain, for the background of pictures.
 *
 * @throws {TypeError} if the function does not work element by element.
 *
 * @example
 * ```ts
 * import { evaluateGrid } from "@gradus/testfns";
 * import { assertEquals } from "@std/assert";
 *
 * const grid = await evaluateGrid((x, y) => x.add(y), { x: [0, 1], y: [0, 2] }, 2);
 * assertEquals(grid, { x: [0, 1], y: [0, 2], z: [0, 1, 2, 3] });
 * ```
 */
export async function evaluateGrid(
  fn: (...x: Tensor[]) => Tensor,
  domain: Domain,
  breaks = 100,
): Promise<Grid> {
  const options: TensorOptions = { dtype: "float64" };
  const x = linspace(...domain.x, breaks, options);
  const y = linspace(...domain.y, breaks, options);
  const shape = [breaks, breaks];
  const z = noGrad(() =>
    fn(x.unsqueeze(0).expand(shape), y.unsqueeze(1).expand(shape))
  );
  if (!sameShape(z.shape, shape)) {
    throw new TypeError(
      `Cannot evaluate a grid: expected a function that works element by element and gives shape ${
        showShape(shape)
      }, got ${showShape(z.shape)}`,
    );
  }
  const values = async (t: Tensor) => Array.from(await t.data(), Number);
  return { x: await values(x), y: await values(y), z: await values(z) };
}
