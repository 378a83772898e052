/** The Box-Muller transform of blocks of 16 uniform numbers, in the arithmetic of PyTorch's CPU kernels. */

import { fma32, fma64 } from "./fma.ts";

const fround = Math.fround;

// Polynomials from the highest power down.
const LOG = Float32Array.of(
  7.0376836292e-2,
  -1.1514610310e-1,
  1.1676998740e-1,
  -1.2420140846e-1,
  1.4249322787e-1,
  -1.6668057665e-1,
  2.0000714765e-1,
  -2.4999993993e-1,
  3.3333331174e-1,
);
const COS = Float32Array.of(
  2.443315711809948e-5,
  -1.388731625493765e-3,
  4.166664568298827e-2,
);
const SIN = Float32Array.of(
  -1.9515295891e-4,
  8.3321608736e-3,
  -1.6666654611e-1,
);

const LN2_LOW = fround(-2.12194440e-4);
const LN2_HIGH = fround(0.693359375);
const SQRT_HALF = fround(Math.SQRT1_2);

const FOUR_OVER_PI = fround(4 / Math.PI);
const QUARTER_PI_HIGH = fround(-0.78515625);
const QUARTER_PI_MIDDLE = fround(-2.4187564849853515625e-4);
const QUARTER_PI_LOW = fround(-3.77489497744594108e-8);
const TWO_PI = fround(2 * Math.PI);

// Below, `fround(a * b + c)` instead of `fma32` marks a sum that is exact in
// float64, because few bits are set in the constant.

/** Horner's rule. */
function horner32(x: number, coefficients: Float32Array): number {
  let sum = coefficients[0]!;
  for (let i = 1; i < coefficients.length; i++) {
    sum = fma32(sum, x, coefficients[i]!);
  }
  return sum;
}

/**
 * The logarithm of a multiple of 2^-24 in (0, 1], by the polynomial of
 * S. Moshier's Cephes library (`logf`).
 *
 * PyTorch's x86 kernels use this polynomial and those below with fused
 * multiply-adds; a better logarithm would give other numbers.
 */
function log32(u: number): number {
  const integer = u * 2 ** 24;
  const zeros = Math.clz32(integer);
  const mantissa = ((integer << zeros) >>> 0) * 2 ** -32; // in [0.5, 1)
  let exponent = 8 - zeros;
  let x = fround(mantissa - 1);
  if (mantissa < SQRT_HALF) {
    exponent -= 1;
    x = fround(x + mantissa);
  }
  const z = fround(x * x);
  let y = fround(horner32(x, LOG) * x);
  y = fma32(y, z, fround(exponent * LN2_LOW));
  y = fround(y - z * 0.5);
  return fround(exponent * LN2_HIGH + fround(x + y));
}

/** The cosine of x, |x| <= pi / 4, from `z`, the square of x (Cephes, `cosf`). */
function cosPolynomial(z: number): number {
  const y = fround(horner32(z, COS) * z);
  return fround(fma32(y, z, -fround(z * 0.5)) + 1);
}

/** The sine of `x`, |x| <= pi / 4, whose square is `z` (Cephes, `sinf`). */
function sinPolynomial(x: number, z: number): number {
  const y = fround(horner32(z, SIN) * z);
  return fma32(y, x, x);
}

/**
 * Turns the 16 uniform numbers from `x[start]`, multiples of 2^-24 in [0, 1),
 * into normal ones. Element j is paired with element j + 8. Each operation
 * rounds to float32.
 *
 * `mean` and `std` must be float32 values.
 */
export function normalBlock32(
  x: Float32Array,
  start: number,
  mean: number,
  std: number,
): void {
  for (let i = start; i < start + 8; i++) {
    const radius = fround(Math.sqrt(-2 * log32(1 - x[i]!)));
    const theta = fround(TWO_PI * x[i + 8]!);

    // The octant, made even, so that the remainder is in [-pi / 4, pi / 4].
    const octant = (Math.trunc(fround(theta * FOUR_OVER_PI)) + 1) & ~1;
    let rest = fround(octant * QUARTER_PI_HIGH + theta);
    rest = fround(octant * QUARTER_PI_MIDDLE + rest);
    rest = fround(octant * QUARTER_PI_LOW + rest);
    const z = fround(rest * rest);
    const c = cosPolynomial(z);
    const s = sinPolynomial(rest, z);

    const swapped = (octant & 2) !== 0;
    const sin = swapped ? c : s;
    const cos = swapped ? s : c;
    const signedSin = (octant & 4) !== 0 ? -sin : sin;
    const signedCos = (~(octant - 2) & 4) !== 0 ? -cos : cos;
    x[i] = fma32(fround(radius * signedCos), std, mean);
    x[i + 8] = fma32(fround(radius * signedSin), std, mean);
  }
}

/**
 * Turns the 16 uniform numbers from `x[start]`, in [0, 1), into normal ones.
 * Element j is paired with element j + 8.
 */
export function normalBlock64(
  x: Float64Array,
  start: number,
  mean: number,
  std: number,
): void {
  for (let i = start; i < start + 8; i++) {
    const radius = Math.sqrt(-2 * Math.log(1 - x[i]!));
    const theta = 2 * Math.PI * x[i + 8]!;
    x[i] = fma64(radius * Math.cos(theta), std, mean);
    x[i + 8] = fma64(radius * Math.sin(theta), std, mean);
  }
}
