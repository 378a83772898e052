/** Orthogonal matrices of random directions. */

import { noGrad } from "@gradus/autograd";
import { empty, type RandomOptions, type Tensor, tensor } from "@gradus/tensor";
import {
  checkOptions,
  describe,
  refuseInCapture,
  showShape,
} from "@gradus/tensor/internal";

/** Options of {@linkcode orthogonal_}. */
export interface OrthogonalOptions extends RandomOptions {
  /** Factor of the orthogonal matrix; 1 if left out. */
  gain?: number;
}

/** The sum of the products of `a` from index `i` and `b` from index `j`. */
function dot(
  a: Float64Array,
  i: number,
  b: Float64Array,
  j: number,
  length: number,
): number {
  let sum = 0;
  for (let k = 0; k < length; k++) sum += a[i + k]! * b[j + k]!;
  return sum;
}

/** Adds `factor` times `a` from index `i` to `b` from index `j`. */
function addTimes(
  factor: number,
  a: Float64Array,
  i: number,
  b: Float64Array,
  j: number,
  length: number,
): void {
  for (let k = 0; k < length; k++) b[j + k]! += factor * a[i + k]!;
}

/**
 * Orthonormal columns that span those of a matrix of `m` rows and `n <= m`
 * columns: the Q of the decomposition QR in which no element of the diagonal of
 * R is below 0. Where R has a 0 there, the column of Q is 0. Both matrices lie
 * column by column; `a` is overwritten. By Householder reflections (Golub and
 * Van Loan, "Matrix Computations", 4th edition, 5.2).
 */
function orthonormalColumns(
  a: Float64Array,
  m: number,
  n: number,
): Float64Array {
  // Reflection k is I - factors[k] v v^T, where v replaces column k of `a` from row k on.
  const factors = new Float64Array(n);
  const diagonal = new Float64Array(n);
  for (let k = 0; k < n; k++) {
    const start = k * m + k;
    const length = m - k;
    const head = a[start]!;
    const below = dot(a, start + 1, a, start + 1, length - 1);
    diagonal[k] = head;
    if (below === 0) continue;
    const norm = Math.sqrt(head * head + below);
    // Of the sign that does not cancel digits of the head of v.
    diagonal[k] = head > 0 ? -norm : norm;
    a[start] = head - diagonal[k]!;
    factors[k] = 2 / (a[start]! ** 2 + below);
    for (let j = k + 1; j < n; j++) {
      const product = dot(a, start, a, j * m + k, length);
      addTimes(-factors[k]! * product, a, start, a, j * m + k, length);
    }
  }
  // The reflections of the first columns of the identity, the last reflection first.
  const q = new Float64Array(m * n);
  for (let k = n - 1; k >= 0; k--) {
    const start = k * m + k;
    q[start] = 1;
    for (let j = k; j < n; j++) {
      const product = dot(a, start, q, j * m + k, m - k);
      addTimes(-factors[k]! * product, a, start, q, j * m + k, m - k);
    }
  }
  return q.map((x, i) => x * Math.sign(diagonal[Math.floor(i / m)]!));
}

/** A matrix of `rows` rows, which lie one after the other, transposed. */
function transposed(
  values: ArrayLike<number>,
  rows: number,
  columns: number,
): Float64Array {
  const out = new Float64Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      out[column * rows + row] = values[row * columns + column]!;
    }
  }
  return out;
}

/**
 * A random matrix of orthonormal columns, or of orthonormal rows if it has
 * fewer rows than columns, times `gain` (Saxe, McClelland and Ganguli, "Exact
 * solutions to the nonlinear dynamics of learning in deep linear neural
 * networks", ICLR 2014). All dims but the first count as one. It is made of
 * normal numbers by a QR decomposition whose signs are chosen such that every
 * orthogonal matrix is as likely (Mezzadri, "How to generate random matrices
 * from the classical compact groups", Notices of the AMS 54, 2007).
 *
 * The decomposition is computed in float64, so that float32 elements may differ
 * from those of PyTorch in their last bits.
 *
 * @throws {TypeError} if there are fewer than 2 dims, the tensor is not
 * floating, the gain is no number, or an option is unknown.
 *
 * @example
 * ```ts
 * import { init } from "@gradus/nn";
 * import { eye, zeros } from "@gradus/tensor";
 * import { assert } from "@std/assert";
 *
 * const weight = init.orthogonal_(zeros([3, 5]));
 * const distance = weight.mm(weight.t()).sub(eye(3)).abs().max();
 * assert(distance.itemSync() < 1e-6);
 * ```
 */
export function orthogonal_(
  t: Tensor,
  options: OrthogonalOptions = {},
): Tensor {
  const action = "fill a tensor by orthogonal_";
  checkOptions(action, options, ["gain", "generator"]);
  refuseInCapture(action);
  const { gain = 1, ...rest } = options;
  if (typeof gain !== "number") {
    throw new TypeError(
      `Cannot ${action}: expected a number as gain, got ${describe(gain)}`,
    );
  }
  if (t.ndim < 2) {
    throw new TypeError(
      `Cannot ${action}: expected at least 2 dims, got ${showShape(t.shape)}`,
    );
  }
  if (t.numel === 0) return t;
  const rows = t.shape[0]!;
  const columns = t.numel / rows;
  return noGrad(() => {
    // On the CPU, wherever the tensor is: elsewhere elements cannot be read at once.
    const normal = empty([rows, columns], { dtype: t.dtype });
    const values = Float64Array.from(
      normal.normal_(0, 1, rest).dataSync(),
      Number,
    );
    // Rows that lie one after the other are the columns of the transposed matrix.
    const q = rows < columns
      ? orthonormalColumns(values, columns, rows)
      : transposed(
        orthonormalColumns(transposed(values, rows, columns), rows, columns),
        columns,
        rows,
      );
    // Rounded before it is multiplied, as in PyTorch.
    const matrix = tensor(q, { dtype: t.dtype }).mul_(gain);
    return t.copy_(matrix.view(...t.shape));
  });
}
