import { init } from "@gradus/nn";
import { Generator, logspace, randn, type Tensor, zeros } from "@gradus/tensor";
import { checkOptions } from "@gradus/tensor/internal";
import { checkCount, checkNumber, inBothTypes, leaf, like } from "./data.ts";
import type { Problem } from "./problem.ts";

/** Options of {@linkcode matrixFactorization}. */
export interface MatrixFactorizationOptions {
  /** Rows of the matrix; 20 if left out. */
  rows?: number;
  /** Columns of the matrix; 15 if left out. */
  columns?: number;
  /** Its rank, and that of the factors; 3 if left out. */
  rank?: number;
  /** Its largest singular value over its smallest that is not 0; 10 if left out. */
  condition?: number;
  /** Chooses the matrix; 0 if left out. */
  seed?: number;
}

const optionNames: readonly (keyof MatrixFactorizationOptions)[] = [
  "rows",
  "columns",
  "rank",
  "condition",
  "seed",
];

/**
 * Finding two factors of a matrix M of low rank: not convex, with a saddle at
 * the start, minima that form a surface, and small singular values that are
 * learned last.
 *
 * ```
 * loss = mean((L R^T - M)^2)
 * ```
 *
 * The mean square of the elements of M is 1. Parameters are L, `[rows, rank]`,
 * and R, `[columns, rank]`, at first normal with standard deviation 0.1. It is
 * solved at a loss of 1e-3. There is no noise.
 *
 * Saxe, McClelland and Ganguli (2014), Exact Solutions to the Nonlinear Dynamics
 * of Learning in Deep Linear Neural Networks, arXiv:1312.6120.
 *
 * @throws {RangeError} if an option is out of range.
 * @throws {TypeError} if an option is unknown.
 *
 * @example
 * ```ts
 * import { matrixFactorization } from "@gradus/testfns";
 * import { assertEquals } from "@std/assert";
 *
 * const params = matrixFactorization({ rows: 4, columns: 3, rank: 2 }).params();
 * assertEquals(params.map(({ shape }) => shape), [[4, 2], [3, 2]]);
 * ```
 */
export function matrixFactorization(
  options: MatrixFactorizationOptions = {},
): Problem {
  checkOptions("make matrixFactorization", options, optionNames);
  const { rows = 20, columns = 15, rank = 3 } = options;
  const { condition = 10, seed = 0 } = options;
  const name = "matrixFactorization";
  checkCount(name, "rows", rows, 1);
  checkCount(name, "columns", columns, 1);
  checkCount(name, "rank", rank, 1, Math.min(rows, columns));
  checkNumber(
    name,
    "condition",
    condition,
    "a number of at least 1",
    condition >= 1 && condition < Infinity,
  );

  const dtype = "float64";
  const generator = new Generator().manualSeed(seed);
  const basis = (size: number) =>
    init.orthogonal_(zeros([size, rank], { dtype }), { generator });
  const singular = logspace(0, -Math.log10(condition), rank, { dtype });
  const product = basis(rows).mul(singular).matmul(basis(columns).t());
  const matrix = inBothTypes(product.div(product.square().mean().sqrt()));
  return {
    name,
    reference:
      "Saxe, McClelland and Ganguli (2014), Exact Solutions to the Nonlinear Dynamics of Learning in Deep Linear Neural Networks",
    params: (seed = 0, dtype = "float32") => {
      const generator = new Generator().manualSeed(seed);
      return [rows, columns].map((size) =>
        leaf(
          randn([size, rank], { generator, dtype: "float64" }).mul(0.1),
          dtype,
        )
      );
    },
    loss: (params) => {
      const [l, r] = params as [Tensor, Tensor];
      return l.matmul(r.t()).sub(like(matrix, params)).square().mean();
    },
    minimum: 0,
    target: 1e-3,
  };
}
