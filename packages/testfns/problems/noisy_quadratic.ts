import { Generator, randn, type Tensor, tensor } from "@gradus/tensor";
import { checkOptions } from "@gradus/tensor/internal";
import { checkNumber, inBothTypes, leaf, like } from "./data.ts";
import type { Problem } from "./problem.ts";

/** Steps after which the noise begins anew. */
const PERIOD = 1024;

/** Options of {@linkcode noisyQuadratic}. */
export interface NoisyQuadraticOptions {
  /** The eigenvalues of the Hessian; 1, 1/2, 1/3, ..., 1/100 if left out. */
  spectrum?: readonly number[];
  /** How large the noise of gradients is; 0.1 if left out, 0 for none. */
  noise?: number;
  /** Chooses the noise; 0 if left out. */
  seed?: number;
}

/**
 * A quadratic bowl with a given spectrum and noisy gradients, the model on which
 * step sizes, momentum and batch sizes can be studied:
 *
 * ```
 * evaluate = 1/2 sum_i h_i theta_i^2
 * loss     = evaluate + noise sum_i sqrt(h_i) e_i theta_i,  e_i ~ N(0, 1) anew in every step
 * ```
 *
 * so that the covariance of the gradient noise is `noise^2` times the Hessian.
 * The noise repeats itself after 1024 steps, over which it adds up to 0. The
 * parameter is one vector, at first standard normal. It is solved at a hundredth
 * of the value expected at the start.
 *
 * Zhang, Li, Nado, Martens, Sachdeva, Dahl, Shallue and Grosse (2019), Which
 * Algorithmic Choices Matter at Which Batch Sizes?, arXiv:1907.04164.
 *
 * @throws {RangeError} if the spectrum is empty or has a negative number, or the noise is negative.
 * @throws {TypeError} if an option is unknown.
 *
 * @example
 * ```ts
 * import { noisyQuadratic } from "@gradus/testfns";
 * import { tensor } from "@gradus/tensor";
 * import { assertEquals } from "@std/assert";
 *
 * const { evaluate } = noisyQuadratic({ spectrum: [1, 100] });
 * const theta = tensor([1, 0.5], { dtype: "float64" });
 * assertEquals(evaluate!([theta]).itemSync(), 13);
 * ```
 */
export function noisyQuadratic(options: NoisyQuadraticOptions = {}): Problem {
  checkOptions("make noisyQuadratic", options, ["spectrum", "noise", "seed"]);
  const { noise = 0.1, seed = 0 } = options;
  const spectrum = options.spectrum ??
    Array.from({ length: 100 }, (_, i) => 1 / (i + 1));
  const size = spectrum.length;
  checkNumber(
    "noisyQuadratic",
    "spectrum",
    size,
    "at least 1 number",
    size > 0,
  );
  for (const h of spectrum) {
    const isRight = h >= 0 && h < Infinity;
    checkNumber(
      "noisyQuadratic",
      "spectrum",
      h,
      "numbers of at least 0",
      isRight,
    );
  }
  const isRight = noise >= 0 && noise < Infinity;
  checkNumber(
    "noisyQuadratic",
    "noise",
    noise,
    "a number of at least 0",
    isRight,
  );

  const dtype = "float64";
  const eigenvalues = tensor(spectrum, { dtype });
  const generator = new Generator().manualSeed(seed);
  const e = randn([PERIOD, size], { generator, dtype });
  const slopes = inBothTypes(
    e.sub(e.mean(0)).mul(eigenvalues.sqrt()).mul(noise),
  );
  const h = inBothTypes(eigenvalues);
  const evaluate = (params: readonly Tensor[]) =>
    params[0]!.square().mul(like(h, params)).sum().mul(0.5);
  return {
    name: "noisyQuadratic",
    reference:
      "Zhang et al. (2019), Which Algorithmic Choices Matter at Which Batch Sizes?",
    params: (seed = 0, dtype = "float32") => {
      const generator = new Generator().manualSeed(seed);
      const at = randn([size], { generator, dtype: "float64" });
      return [leaf(at, dtype)];
    },
    loss: (params, step) => {
      const row = step.remainder(PERIOD).view(1);
      const slope = like(slopes, params).indexSelect(0, row).view(-1);
      return evaluate(params).add(params[0]!.mul(slope).sum());
    },
    evaluate,
    minimum: 0,
    target: 0.005 * spectrum.reduce((sum, h) => sum + h, 0),
  };
}
