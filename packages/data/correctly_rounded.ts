/**
 * Logarithm and exponential to the nearest float64. JavaScript leaves the last
 * digits of `Math.log` and `Math.exp` to the engine; a stream of random numbers
 * must not depend on it. Both use double-double arithmetic (a number as the
 * unevaluated sum of two float64), after Dekker, "A floating-point technique
 * for extending the available precision", Numerische Mathematik 18, 1971.
 */

/** An unevaluated sum `[high, low]` with |low| at most half an ulp of high. */
type DoubleDouble = readonly [number, number];

// ln 2 in three parts; the first two have 11 trailing zero bits, so
// that their product with a binary exponent is exact.
const LN2_HIGH = 0.6931471805598903;
const LN2_MIDDLE = 5.49792301870721e-14;
const LN2_LOW = 1.1612227229362532e-26;

// expm1(r) of |r| <= ln 2 / 2 is had from r / 2^HALVINGS, where TERMS of the
// Taylor series reach 2^-106.
const HALVINGS = 9;
const TERMS = 9;

/** Sum of two numbers, exactly. */
function twoSum(a: number, b: number): DoubleDouble {
  const sum = a + b;
  const bPart = sum - a;
  return [sum, (a - (sum - bPart)) + (b - bPart)];
}

/** Product of two numbers, exactly (unless it is subnormal). */
function twoProduct(a: number, b: number): DoubleDouble {
  const product = a * b;
  const aShifted = 134217729 * a; // 2^27 + 1 splits 53 bits into 26 and 26
  const aHigh = aShifted - (aShifted - a);
  const aLow = a - aHigh;
  const bShifted = 134217729 * b;
  const bHigh = bShifted - (bShifted - b);
  const bLow = b - bHigh;
  const error = ((aHigh * bHigh - product) + aHigh * bLow + aLow * bHigh) +
    aLow * bLow;
  return [product, error];
}

function add(a: DoubleDouble, b: DoubleDouble): DoubleDouble {
  const [sum, error] = twoSum(a[0], b[0]);
  const [low, rest] = twoSum(a[1], b[1]);
  const [high, carry] = twoSum(sum, error + low);
  return twoSum(high, carry + rest);
}

function multiply(a: DoubleDouble, b: DoubleDouble): DoubleDouble {
  const [product, error] = twoProduct(a[0], b[0]);
  return twoSum(product, error + (a[0] * b[1] + a[1] * b[0]));
}

function divide(a: DoubleDouble, b: number): DoubleDouble {
  const quotient = a[0] / b;
  const [product, error] = twoProduct(quotient, b);
  return twoSum(quotient, ((a[0] - product) - error + a[1]) / b);
}

/** `x - k ln 2`. */
function reduce(x: number, k: number): DoubleDouble {
  const high = twoSum(x, -k * LN2_HIGH);
  return add(high, twoSum(-k * LN2_MIDDLE, -k * LN2_LOW));
}

/** `exp(r) - 1` for |r| <= ln 2 / 2, with a relative error of about 2^-100. */
function expm1(r: DoubleDouble): DoubleDouble {
  const scale = 2 ** -HALVINGS;
  const small: DoubleDouble = [r[0] * scale, r[1] * scale];
  // Horner: (1 + small / 2 (1 + small / 3 (...))) small
  let series: DoubleDouble = [1, 0];
  for (let n = TERMS; n > 1; n--) {
    series = add([1, 0], divide(multiply(series, small), n));
  }
  let result = multiply(series, small);
  // exp(2r) - 1 = 2 (exp(r) - 1) + (exp(r) - 1)^2 keeps what exp(r)^2 cancels.
  for (let i = 0; i < HALVINGS; i++) {
    const doubled: DoubleDouble = [2 * result[0], 2 * result[1]];
    result = add(doubled, multiply(result, result));
  }
  return result;
}

/**
 * Natural logarithm of a positive finite number, rounded to nearest (the error
 * before rounding is some 2^-45 ulp).
 *
 * One Newton step improves the engine's own logarithm y:
 * `log(x) = y + log1p(x exp(-y) - 1)`.
 */
export function logRounded(x: number): number {
  const estimate = Math.log(x);
  const k = Math.round(-estimate / LN2_HIGH);
  const scaled = x * 2 ** k;
  const inverse = expm1(reduce(-estimate, k));
  const residual = add(twoSum(scaled, -1), multiply([scaled, 0], inverse));
  const [high, low] = twoSum(estimate, residual[0]);
  return high + (low + residual[1]);
}

/** Exponential of a number in [-700, 700], rounded to nearest. */
export function expRounded(x: number): number {
  const k = Math.round(x / LN2_HIGH);
  const [high, low] = add([1, 0], expm1(reduce(x, k)));
  return (high + low) * 2 ** k;
}
