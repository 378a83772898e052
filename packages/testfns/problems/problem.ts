/** Problems: what an optimizer is to minimise, with parameters of any shape and a loss for every step. */

import { Generator, rand, type Tensor, tensor } from "@gradus/tensor";
import type { TestFunction } from "../test_function.ts";
import type { Display, Domain, Minimum } from "../trace.ts";

/** The types that parameters may have. */
export type ParamType = "float32" | "float64";

/**
 * A problem for optimizers. It holds its data and no state: the same seed gives
 * the same parameters, and the same parameters and step the same loss.
 */
export interface Problem {
  /** Its name, for traces. */
  readonly name: string;
  /** Where it was published. */
  readonly reference: string;
  /** New parameters, which require gradients: other ones for other seeds. */
  params(seed?: number, dtype?: ParamType): Tensor[];
  /**
   * What an optimizer sees in a step: one value, whose gradients may be noisy.
   *
   * @param params The parameters, each of the type with which they were made.
   * @param step How many steps were taken before, an int64 of 0 dims: the loss
   * of a batch is found by computing with it, so that it can be compiled.
   */
  loss(params: readonly Tensor[], step: Tensor): Tensor;
  /** What is to become small, without noise; `loss` itself if left out. */
  evaluate?(params: readonly Tensor[]): Tensor;
  /** The least value that `evaluate` can have. */
  readonly minimum?: number;
  /** A value of `evaluate` at which the problem counts as solved. */
  readonly target?: number;
  /** Of problems of two numbers: the rectangle that pictures show. */
  readonly domain?: Domain;
  /** Of problems of two numbers: the known global minima. */
  readonly minima?: Minimum[];
  /** What pictures may show in place of the value. */
  readonly display?: Display;
}

/**
 * A test function as a problem. Without a seed its parameters are at the start
 * that is given; a seed places them at random, evenly over the domain.
 *
 * @param start Where to start, one number per coordinate; the function's own start if left out.
 * @throws {RangeError} if the function does not take so many coordinates.
 *
 * @example
 * ```ts
 * import { problemOf, rosenbrock } from "@gradus/testfns";
 * import { assertEquals } from "@std/assert";
 *
 * const problem = problemOf(rosenbrock, [1, 1, 2]);
 * assertEquals(problem.params().map((p) => p.itemSync()), [1, 1, 2]);
 * assertEquals(problem.minima, [{ at: [1, 1, 1], value: 0 }]);
 * ```
 */
export function problemOf(
  fn: TestFunction,
  start: readonly number[] = fn.start,
): Problem {
  const dimensions = start.length;
  const minima = minimaOf(fn, dimensions);
  const values = minima.map(({ value }) => value);
  return {
    name: fn.name,
    reference: fn.reference,
    params: (seed, dtype = "float32") => {
      const at = seed === undefined
        ? start
        : randomPoint(fn.domain, dimensions, seed);
      return at.map((v) => tensor(v, { dtype, requiresGrad: true }));
    },
    loss: (params) => fn.fn(...params),
    ...values.length > 0 ? { minimum: Math.min(...values) } : {},
    domain: fn.domain,
    minima,
    ...fn.display ? { display: fn.display } : {},
  };
}

/**
 * The known minima of a test function in some dimensions.
 *
 * @throws {RangeError} if it does not exist in so many.
 */
export function minimaOf(fn: TestFunction, dimensions: number): Minimum[] {
  if (dimensions === 2) return fn.minima;
  if (fn.minimaIn) return fn.minimaIn(dimensions);
  throw new RangeError(
    `Cannot use ${fn.name} in ${dimensions} dimensions: it has 2`,
  );
}

/**
 * A point drawn evenly over a domain, x first; coordinates after the second are
 * drawn as y is.
 *
 * @example
 * ```ts
 * import { randomPoint } from "@gradus/testfns";
 * import { assert, assertEquals } from "@std/assert";
 *
 * const domain = { x: [-5, 10], y: [0, 15] } satisfies { x: [number, number]; y: [number, number] };
 * const [x, y] = randomPoint(domain, 2, 7);
 * assert(x! >= -5 && x! < 10 && y! >= 0 && y! < 15);
 * assertEquals(randomPoint(domain, 2, 7), [x, y]);
 * ```
 */
export function randomPoint(
  domain: Domain,
  dimensions: number,
  seed: number,
): number[] {
  const generator = new Generator().manualSeed(seed);
  const uniform = rand([dimensions], { generator, dtype: "float64" });
  return (uniform.arraySync() as number[]).map((u, i) => {
    const [low, high] = i === 0 ? domain.x : domain.y;
    return low + (high - low) * u;
  });
}
