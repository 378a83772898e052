/** Decompositions of matrices, and systems with triangular ones, as functions. */

import { checkTensor } from "./check.ts";
import { dispatch } from "./dispatch.ts";
import { cat } from "./functional.ts";
import { linalgEigh, linalgQr, linalgSolveTriangular } from "./ops/linalg.ts";
import { checkOptions } from "./options.ts";
import type { Tensor } from "./tensor.ts";

/** What {@linkcode eigh} gives. */
export interface Eigen {
  /** The eigenvalues in rising order, [n]. */
  readonly eigenvalues: Tensor;
  /** The eigenvectors as columns, [n, n]. */
  readonly eigenvectors: Tensor;
}

/** The parts of what the op for {@linkcode eigh} gives. */
export function eigenOf(packed: Tensor): Eigen {
  return {
    eigenvalues: packed.select(0, 0),
    eigenvectors: packed.slice(0, 1),
  };
}

/**
 * Eigenvalues and eigenvectors of a symmetric matrix [n, n], as
 * `torch.linalg.eigh`: `a = V diag(w) V^T`. Only the lower triangle of `a` is
 * read. CPU only, computed in float64 for either type.
 *
 * The sign of an eigenvector is such that the first of its elements that is at
 * least half as large as the largest is positive, so it is the same everywhere;
 * in PyTorch it depends on the machine. If an element is not finite, all results
 * are NaN, where PyTorch throws.
 *
 * The derivative is that for symmetric changes of `a`, with
 * `F[i, j] = 1 / (w[j] - w[i])` off the diagonal:
 * `V (diag(gw) + F * (V^T gV)) V^T`. It does not exist where eigenvalues
 * coincide.
 *
 * @throws {TypeError} if `a` is not square, of an integer type or on a GPU.
 *
 * @example
 * ```ts
 * import { eigh, tensor } from "@gradus/tensor";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const a = tensor([[2, 1], [1, 2]], { dtype: "float64" });
 * const { eigenvalues, eigenvectors } = eigh(a);
 * assertAlmostEquals(eigenvalues.at(0).itemSync(), 1, 1e-15);
 * assertAlmostEquals(eigenvalues.at(1).itemSync(), 3, 1e-15);
 * const same = eigenvectors.mul(eigenvalues).mm(eigenvectors.t());
 * assertAlmostEquals(same.sub(a).abs().max().itemSync(), 0, 1e-15);
 * ```
 */
export function eigh(a: Tensor): Eigen {
  checkTensor("compute eigenvalues", a);
  return eigenOf(dispatch(linalgEigh, [a, true]));
}

/** What {@linkcode qr} gives. */
export interface QR {
  /** Orthonormal columns. */
  readonly q: Tensor;
  /** An upper triangular matrix. */
  readonly r: Tensor;
}

/** The parts of what the op for {@linkcode qr} gives for a matrix of m rows. */
export function qrOf(packed: Tensor, m: number): QR {
  return { q: packed.slice(0, 0, m), r: packed.slice(0, m) };
}

/**
 * The reduced QR decomposition of a matrix [m, n], as `torch.linalg.qr`:
 * `a = q r` with q [m, k] and r [k, n], k the smaller of m and n. CPU only,
 * computed in float64 for either type.
 *
 * The diagonal of r has no negative numbers, which makes the decomposition of a
 * matrix of full rank unique; in PyTorch the signs are those of LAPACK.
 *
 * The derivative, with `M = r gr^T - gq^T q` and S its lower triangle copied to
 * the upper, is `(gq + q S) r^-T` for m >= n. It needs the first k columns to be
 * independent.
 *
 * @throws {TypeError} if `a` is no matrix, of an integer type or on a GPU.
 *
 * @example
 * ```ts
 * import { qr, tensor } from "@gradus/tensor";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const { q, r } = qr(tensor([[3, 1], [4, 2]], { dtype: "float64" }));
 * assertAlmostEquals(r.at(0, 0).itemSync(), 5, 1e-15);
 * assertAlmostEquals(q.at(1, 0).itemSync(), 0.8, 1e-15);
 * ```
 */
export function qr(a: Tensor): QR {
  checkTensor("compute the QR decomposition", a);
  const [m, n] = a.shape as [number, number];
  if (a.ndim !== 2 || m >= n) {
    return qrOf(dispatch(linalgQr, [a, true]), m);
  }
  // The first columns decide q, and the others are what they are in its terms.
  const { q, r } = qr(a.slice(1, 0, m));
  return { q, r: cat([r, q.t().mm(a.slice(1, m))], 1) };
}

/** Options of {@linkcode solveTriangular}. */
export interface SolveTriangularOptions {
  /** Whether the matrix is upper triangular, or else lower. */
  upper: boolean;
  /** Solves `A X = B`; if false, `X A = B`. True if left out. */
  left?: boolean;
  /** Takes the diagonal of the matrix for ones. False if left out. */
  unitriangular?: boolean;
}

const solveNames = ["upper", "left", "unitriangular"];

/**
 * The solution X of `A X = B`, or with `left: false` of `X A = B`, for a
 * triangular matrix A, as `torch.linalg.solve_triangular`. What is in the other
 * triangle is not read. CPU only, computed in float64 for either type. A 0 on
 * the diagonal gives infinities and NaN.
 *
 * The derivatives are `gB = A^-T g` and `gA = -gB X^T` in the triangle.
 *
 * @throws {TypeError} if A is not square, sizes or types do not match, types are of integers, or a matrix is on a GPU.
 *
 * @example
 * ```ts
 * import { solveTriangular, tensor } from "@gradus/tensor";
 * import { assertEquals } from "@std/assert";
 *
 * const a = tensor([[2, 1], [0, 4]], { dtype: "float64" });
 * const b = tensor([[4], [8]], { dtype: "float64" });
 * assertEquals(solveTriangular(a, b, { upper: true }).arraySync(), [[1], [2]]);
 * ```
 */
export function solveTriangular(
  a: Tensor,
  b: Tensor,
  options: SolveTriangularOptions,
): Tensor {
  const action = "solve a triangular system";
  checkTensor(action, a);
  checkTensor(action, b);
  checkOptions(action, options, solveNames);
  const { upper, left = true, unitriangular = false } = options;
  if (typeof upper !== "boolean") {
    throw new TypeError(
      `Cannot ${action}: expected upper to be true or false, got ${upper}`,
    );
  }
  if (left) {
    return dispatch(linalgSolveTriangular, [a, b], { upper, unitriangular });
  }
  const transposed = { upper: !upper, unitriangular };
  return dispatch(linalgSolveTriangular, [a.t(), b.t()], transposed).t();
}
