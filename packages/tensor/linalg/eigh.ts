/** Eigenvalues and eigenvectors of a symmetric matrix. */

/** Sweeps per eigenvalue after which something must be wrong; three are usual. */
const MAX_SWEEPS = 60;

/** Rotates rows `k` and `k + 1` of a row-major matrix of width `n`. */
function rotateRows(
  z: Float64Array,
  n: number,
  k: number,
  c: number,
  s: number,
): void {
  const end = (k + 1) * n;
  for (let i = k * n, j = end; i < end; i++, j++) {
    const x = z[i]!, y = z[j]!;
    z[i] = c * x + s * y;
    z[j] = c * y - s * x;
  }
}

/**
 * Turns the symmetric `a`, of which only the lower triangle is read and which is
 * overwritten, into a tridiagonal matrix with diagonal `d` and off-diagonal `e`
 * by Householder reflections, whose product becomes the columns of `q`:
 * a = q T q^T. Golub and Van Loan, "Matrix Computations", 8.3.1.
 */
function tridiagonalize(
  a: Float64Array,
  n: number,
  d: Float64Array,
  e: Float64Array,
  q: Float64Array,
): void {
  const p = new Float64Array(n);
  const betas = new Float64Array(n);
  for (let k = 0; k < n - 2; k++) {
    // The reflection that leaves one number of what is below the diagonal.
    let tail = 0;
    for (let i = k + 2; i < n; i++) tail += a[i * n + k]! ** 2;
    const head = a[(k + 1) * n + k]!;
    if (tail === 0) {
      e[k] = head;
      continue;
    }
    const norm = Math.sqrt(head * head + tail);
    const first = head > 0 ? head + norm : head - norm;
    e[k] = head > 0 ? -norm : norm;
    const beta = betas[k] = 2 / (first * first + tail);
    a[(k + 1) * n + k] = first;

    // The trailing part loses v w^T + w v^T, with p = beta A v and w = p - beta/2 (p^T v) v.
    p.fill(0);
    for (let i = k + 1; i < n; i++) {
      const vi = a[i * n + k]!;
      let sum = a[i * n + i]! * vi;
      for (let j = k + 1; j < i; j++) {
        const aij = a[i * n + j]!;
        sum += aij * a[j * n + k]!;
        p[j] = p[j]! + aij * vi;
      }
      p[i] = p[i]! + sum;
    }
    let dot = 0;
    for (let i = k + 1; i < n; i++) {
      p[i] = p[i]! * beta;
      dot += p[i]! * a[i * n + k]!;
    }
    const half = beta / 2 * dot;
    for (let i = k + 1; i < n; i++) p[i] = p[i]! - half * a[i * n + k]!;
    for (let i = k + 1; i < n; i++) {
      const vi = a[i * n + k]!, wi = p[i]!;
      for (let j = k + 1; j <= i; j++) {
        a[i * n + j] = a[i * n + j]! - vi * p[j]! - wi * a[j * n + k]!;
      }
    }
  }
  for (let k = 0; k < n; k++) d[k] = a[k * n + k]!;
  if (n > 1) e[n - 2] = a[(n - 1) * n + n - 2]!;

  // The product of the reflections, from the last, as each one changes only what is behind it.
  q.fill(0);
  for (let i = 0; i < n; i++) q[i * n + i] = 1;
  for (let k = n - 3; k >= 0; k--) {
    const beta = betas[k]!;
    if (beta === 0) continue;
    p.fill(0);
    for (let i = k + 1; i < n; i++) {
      const vi = a[i * n + k]!;
      for (let j = k + 1; j < n; j++) p[j] = p[j]! + vi * q[i * n + j]!;
    }
    for (let i = k + 1; i < n; i++) {
      const factor = beta * a[i * n + k]!;
      for (let j = k + 1; j < n; j++) {
        q[i * n + j] = q[i * n + j]! - factor * p[j]!;
      }
    }
  }
}

/**
 * Makes a tridiagonal matrix diagonal by QR steps with Wilkinson's shift, and
 * does to the rows of `z` what it does to those of the matrix. Golub and Van
 * Loan, "Matrix Computations", 8.3.5.
 *
 * @returns whether it got there.
 */
function diagonalize(
  d: Float64Array,
  e: Float64Array,
  z: Float64Array,
  n: number,
): boolean {
  let high = n - 1, sweeps = 0;
  while (high > 0) {
    // The last block that does not fall apart.
    let low = high;
    while (low > 0) {
      const size = Math.abs(d[low - 1]!) + Math.abs(d[low]!);
      if (Math.abs(e[low - 1]!) <= Number.EPSILON * size) break;
      low--;
    }
    if (low === high) {
      high--;
      sweeps = 0;
      continue;
    }
    if (++sweeps > MAX_SWEEPS) return false;

    const last = e[high - 1]!;
    const delta = (d[high - 1]! - d[high]!) / 2;
    const root = Math.sqrt(delta * delta + last * last);
    const shift = d[high]! -
      last * last / (delta < 0 ? delta - root : delta + root);
    let x = d[low]! - shift, bulge = e[low]!;
    for (let k = low; k < high; k++) {
      const r = Math.sqrt(x * x + bulge * bulge);
      const c = r === 0 ? 1 : x / r, s = r === 0 ? 0 : bulge / r;
      if (k > low) e[k - 1] = r;
      const dk = d[k]!, ek = e[k]!, next = d[k + 1]!;
      const cross = 2 * c * s * ek;
      d[k] = c * c * dk + cross + s * s * next;
      d[k + 1] = s * s * dk - cross + c * c * next;
      e[k] = c * s * (next - dk) + (c * c - s * s) * ek;
      x = e[k]!;
      if (k < high - 1) {
        bulge = s * e[k + 1]!;
        e[k + 1] = c * e[k + 1]!;
      }
      rotateRows(z, n, k, c, s);
    }
  }
  return true;
}

/** The sign of the first element that is at least half as large as the largest: one that rounding does not change. */
function signOf(row: Float64Array): number {
  let largest = 0;
  for (const x of row) largest = Math.max(largest, Math.abs(x));
  const first = row.find((x) => Math.abs(x) >= largest / 2);
  return first !== undefined && first < 0 ? -1 : 1;
}

/**
 * The eigenvalues of a symmetric matrix [n, n] in rising order, and behind them
 * its eigenvectors as the columns of a row-major matrix. Only the lower triangle
 * is read. NaN if an element is not finite.
 */
export function symmetricEigen(
  matrix: ArrayLike<number>,
  n: number,
): Float64Array {
  const out = new Float64Array((n + 1) * n).fill(NaN);
  const a = new Float64Array(n * n);
  let scale = 0;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      a[i * n + j] = matrix[i * n + j]!;
      // Unlike a comparison, this keeps NaN.
      scale = Math.max(scale, Math.abs(a[i * n + j]!));
    }
  }
  if (!Number.isFinite(scale)) return out;
  // Squares of elements neither overflow nor vanish.
  if (scale > 0) { for (let i = 0; i < a.length; i++) a[i] = a[i]! / scale; }

  const d = new Float64Array(n), e = new Float64Array(n);
  const q = new Float64Array(n * n);
  tridiagonalize(a, n, d, e, q);
  // Eigenvectors as rows, so that a rotation walks along memory.
  const z = a;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) z[j * n + i] = q[i * n + j]!;
  }
  if (!diagonalize(d, e, z, n)) return out;

  const order = Array.from(d.keys()).sort((i, j) => d[i]! - d[j]!);
  order.forEach((from, column) => {
    const row = z.subarray(from * n, (from + 1) * n), sign = signOf(row);
    out[column] = d[from]! * scale;
    row.forEach((x, i) => out[(i + 1) * n + column] = sign * x);
  });
  return out;
}
