/** The QR decomposition. */

/**
 * The decomposition of a row-major matrix [m, n] with m >= n into orthonormal
 * columns Q [m, n] and behind them the upper triangular R [n, n], whose diagonal
 * has no negative numbers: by Householder reflections, Golub and Van Loan,
 * "Matrix Computations", 5.2.2.
 */
export function householderQr(
  matrix: ArrayLike<number>,
  m: number,
  n: number,
): Float64Array {
  // Columns as rows, so that a reflection walks along memory.
  const a = new Float64Array(n * m);
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) a[j * m + i] = matrix[i * n + j]!;
  }
  const diagonal = new Float64Array(n), betas = new Float64Array(n);
  for (let k = 0; k < n; k++) {
    const v = a.subarray(k * m + k, (k + 1) * m);
    let largest = 0;
    for (const x of v) largest = Math.max(largest, Math.abs(x));
    if (largest === 0) continue;
    let sum = 0;
    for (const x of v) sum += (x / largest) ** 2;
    const norm = largest * Math.sqrt(sum);
    diagonal[k] = v[0]! > 0 ? -norm : norm;
    // I - beta v v^T, with v scaled so that its first element is 1.
    const first = v[0]! - diagonal[k]!;
    for (let i = 1; i < v.length; i++) v[i] = v[i]! / first;
    v[0] = 1;
    betas[k] = -first / diagonal[k]!;
    for (let j = k + 1; j < n; j++) {
      reflect(a.subarray(j * m + k, (j + 1) * m), v, betas[k]!);
    }
  }

  const out = new Float64Array((m + n) * n);
  const column = new Float64Array(m);
  for (let j = 0; j < n; j++) {
    const sign = diagonal[j]! < 0 ? -1 : 1;
    column.fill(0);
    column[j] = sign;
    for (let k = j; k >= 0; k--) {
      const v = a.subarray(k * m + k, (k + 1) * m);
      reflect(column.subarray(k), v, betas[k]!);
    }
    for (let i = 0; i < m; i++) out[i * n + j] = column[i]!;
    // Row j of R, of which column c has its upper part in front of its reflection.
    const row = (m + j) * n;
    out[row + j] = Math.abs(diagonal[j]!);
    for (let c = j + 1; c < n; c++) out[row + c] = sign * a[c * m + j]!;
  }
  return out;
}

/** `x -= beta v (v^T x)` */
function reflect(x: Float64Array, v: Float64Array, beta: number): void {
  let dot = 0;
  for (let i = 0; i < v.length; i++) dot += v[i]! * x[i]!;
  dot *= beta;
  for (let i = 0; i < v.length; i++) x[i] = x[i]! - dot * v[i]!;
}
