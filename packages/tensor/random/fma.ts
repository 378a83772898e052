const fround = Math.fround;

/**
 * `a * b + c` with one rounding to float32, for operands that are float32.
 *
 * The product is exact in float64, but the sum rounds to float64 before it
 * rounds to float32. That can be wrong only if the first rounding hits the
 * middle between two float32 values (S. Boldo and G. Melquiond, "Emulation of
 * FMA and Correctly Rounded Sums", IEEE Transactions on Computers 57, 2008),
 * about once in 2^29 times. Then, and when the sum is a float32 value
 * itself, the mirror image of the rounded sum is a float32 value, too.
 */
export function fma32(a: number, b: number, c: number): number {
  const sum = a * b + c;
  const rounded = fround(sum);
  const mirrored = sum + sum - rounded;
  return fround(mirrored) === mirrored ? settle(a * b, c) : rounded;
}

/** `product + c` rounded to float32; between two float32 values what the sum in float64 lost decides. */
function settle(product: number, c: number): number {
  const sum = product + c;
  const rounded = fround(sum);
  if (!Number.isFinite(rounded)) return rounded;
  const towards = sumError(product, c, sum) * (sum - rounded);
  return towards > 0 ? 2 * sum - rounded : rounded;
}

/**
 * `a * b + c` with one rounding to float64 (Boldo and Melquiond, algorithm
 * 5.1: the low parts are added with rounding to odd, so that the last addition
 * rounds as if it were the only one).
 *
 * Where a part overflows or is subnormal (below 2^-1022 or above 2^996) the
 * product rounds, too.
 */
export function fma64(a: number, b: number, c: number): number {
  const product = a * b;
  const productLow = productError(a, b, product);
  if (productLow === 0 || !Number.isFinite(productLow)) return product + c;
  const low = c + productLow;
  const high = product + low;
  return high + addToOdd(
    sumError(c, productLow, low),
    sumError(product, low, high),
  );
}

/** What the rounding of `sum = a + b` lost, exactly (Knuth's TwoSum). */
function sumError(a: number, b: number, sum: number): number {
  const part = sum - a;
  return (a - (sum - part)) + (b - part);
}

/** What the rounding of `product = a * b` lost, exactly (Dekker's product with Veltkamp's splitting). */
function productError(a: number, b: number, product: number): number {
  const aHigh = upperHalf(a), aLow = a - aHigh;
  const bHigh = upperHalf(b), bLow = b - bHigh;
  return ((aHigh * bHigh - product) + aHigh * bLow + aLow * bHigh) +
    aLow * bLow;
}

/** The upper 26 of the 53 bits of `x`. */
function upperHalf(x: number): number {
  const scaled = x * (2 ** 27 + 1);
  return scaled - (scaled - x);
}

const float = new Float64Array(1);
const bits = new BigInt64Array(float.buffer);

/** `a + b`; an inexact sum becomes that neighbor whose last bit is 1. */
function addToOdd(a: number, b: number): number {
  const sum = a + b;
  const lost = sumError(a, b, sum);
  if (lost === 0) return sum;
  float[0] = sum;
  const pattern = bits[0]!;
  if ((pattern & 1n) === 0n) {
    bits[0] = (lost > 0) === (sum > 0) ? pattern + 1n : pattern - 1n;
  }
  return float[0];
}
