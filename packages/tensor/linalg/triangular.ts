/** Systems of equations with a triangular matrix. */

/** How a triangular system is to be read. */
export interface TriangularOptions {
  /** Whether the matrix is upper triangular; lower if not. What is in the other triangle is never read. */
  readonly upper: boolean;
  /** Whether the diagonal counts as ones and is not read. */
  readonly unitriangular: boolean;
}

/** X [n, m] with A X = B, of row-major A [n, n] and B [n, m], by substitution. */
export function solveTriangularSystem(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  n: number,
  m: number,
  { upper, unitriangular }: TriangularOptions,
): Float64Array {
  const x = Float64Array.from(b);
  for (let step = 0; step < n; step++) {
    const i = upper ? n - 1 - step : step;
    const own = x.subarray(i * m, (i + 1) * m);
    const [from, to] = upper ? [i + 1, n] : [0, i];
    for (let k = from; k < to; k++) {
      const factor = a[i * n + k]!;
      for (let j = 0; j < m; j++) own[j] = own[j]! - factor * x[k * m + j]!;
    }
    if (unitriangular) continue;
    const pivot = a[i * n + i]!;
    for (let j = 0; j < m; j++) own[j] = own[j]! / pivot;
  }
  return x;
}
