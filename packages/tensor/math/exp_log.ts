/**
 * Exponentials and logarithms.
 *
 * The reductions are the classical ones (Cody and Waite, "Software Manual for
 * the Elementary Functions", 1980): `e^x = 2^n e^r` with |r| <= ln(2)/2, and
 * `log x = e log 2 + log(1 + r)` with 1 + r in [sqrt(1/2), sqrt(2)]. The f64
 * logarithm goes through `s = r / (2 + r)` as in FDLIBM (Ng, 1993). The
 * polynomials are fitted by scripts/golden/math_coefficients.py.
 */

import {
  abs,
  add,
  and,
  div,
  eq,
  type Expr,
  ge,
  gt,
  horner,
  lt,
  madd,
  mul,
  not,
  select,
  shrU,
  sub,
} from "../expr.ts";
import {
  bitsOf,
  formatOf,
  fromBits,
  int,
  num,
  pick,
  powerOfTwo,
  rarely,
  type Rounded,
  roundScaled,
  scaleByPower,
  smallInteger,
  type Split,
  splitExponent,
} from "./core.ts";

// ln(2) in two parts; the upper one has so few bits that its product with an exponent is exact.
const ln2Upper = { f32: 0.693359375, f64: 6.93147180369123816490e-1 };
const ln2Lower = { f32: -2.12194440054690582e-4, f64: 1.90821492927058770e-10 };

// (e^r - 1 - r) / r^2, highest power first.
const expShort = [
  0.000199143731,
  0.00139411027,
  0.0083332723,
  0.041666355,
  0.166666672,
  0.5,
];
const expLong = [
  2.092457770460596e-09,
  2.510914768766131e-08,
  2.7557242312070503e-07,
  2.7557243911267676e-06,
  2.4801587361105915e-05,
  0.00019841269886400963,
  0.0013888888888866533,
  0.008333333333321532,
  0.0416666666666667,
  0.16666666666666677,
  0.5,
];

// (log(1 + r) - r + r^2 / 2) / r^3.
const logShort = [
  0.0674681365,
  -0.116758578,
  0.118882068,
  -0.124055602,
  0.142195404,
  -0.166679963,
  0.200021192,
  -0.250000089,
  0.333333135,
];
// (2 artanh(s) - 2 s) / s^3 in powers of s^2.
const logRatio = [
  0.14797527337216249,
  0.1531390171725132,
  0.18183569778268607,
  0.22222198475762528,
  0.2857142874325853,
  0.39999999999411145,
  0.6666666666666735,
];

/** `e^x = 2^n (1 + m)`. */
export interface ExpParts extends Rounded {
  /** The remainder `x - n log 2`. */
  readonly r: Expr;
  /** `e^r - 1`. */
  readonly m: Expr;
}

/**
 * Parts of `e^x`, or of `e^(x + rest)` for a small `rest`. They mean something
 * only where n is an exponent.
 */
export function expParts(
  x: Expr,
  rest?: Expr,
): ExpParts {
  const rounded = roundScaled(x, Math.LOG2E);
  const upper = num(x, -pick(x, ln2Upper.f32, ln2Upper.f64));
  const lower = num(x, -pick(x, ln2Lower.f32, ln2Lower.f64));
  const exact = madd(rounded.n, upper, x);
  const r = rest === undefined
    ? madd(rounded.n, lower, exact)
    : add(exact, madd(rounded.n, lower, rest));
  return { ...rounded, r, m: expm1Reduced(r) };
}

/** `e^r - 1` for |r| <= ln(2)/2. */
export function expm1Reduced(r: Expr): Expr {
  return madd(mul(r, r), expTail(r), r);
}

/** `(e^r - 1 - r) / r^2` for |r| <= ln(2)/2. */
export function expTail(r: Expr): Expr {
  return horner(r, pick(r, expShort, expLong));
}

/** e^x. */
export function exp(x: Expr): Expr {
  const { m, low } = expParts(
    between(x, pick(x, -104, -746), pick(x, 89, 710)),
  );
  return scaleByPower(add(m, num(x, 1)), low);
}

/** `x` kept to [low, high]; NaN stays. */
function between(x: Expr, low: number, high: number): Expr {
  const least = num(x, low), most = num(x, high);
  const down = select(gt(x, most), most, x);
  return select(lt(down, least), least, down);
}

/** 2^x. */
export function exp2(x: Expr): Expr {
  const a = between(x, pick(x, -151, -1076), pick(x, 129, 1025));
  const { n, low } = roundScaled(a, 1);
  const m = expm1Reduced(mul(sub(a, n), num(x, Math.LN2)));
  return scaleByPower(add(m, num(x, 1)), low);
}

/** `y`, but infinite above `high` and 0 below `low`, where `x` is too large for bit tricks. */
export function saturate(x: Expr, y: Expr, high: number, low: number): Expr {
  return select(
    gt(x, num(x, high)),
    num(x, Infinity),
    select(lt(x, num(x, low)), num(x, 0), y),
  );
}

/** e^x - 1 without cancellation near 0. */
export function expm1(x: Expr): Expr {
  const { n, r, low } = expParts(x);
  // 2^n - 1 + 2^n r + 2^n (m - r), halved so that 2^n is a number where the result is one.
  const half = num(x, 0.5);
  const power = powerOfTwo(x, sub(low, int(x, 1n)));
  const leading = madd(power, r, sub(power, half));
  const tail = mul(mul(r, r), expTail(r));
  const y = mul(madd(power, tail, leading), num(x, 2));
  return select(
    eq(n, num(x, 0)),
    // Where r = x; the sum above would lose the sign of zero and subnormal bits.
    select(eq(x, num(x, 0)), x, add(r, tail)),
    select(
      gt(x, num(x, pick(x, 89, 710))),
      num(x, Infinity),
      select(lt(x, num(x, pick(x, -18, -40))), num(x, -1), y),
    ),
  );
}

/** `log(1 + r)` as `r + q`, where q is small against r when r is small. */
function logTail(r: Expr): Expr {
  const square = mul(r, r);
  if (r.type === "f32") {
    const cube = mul(square, r);
    return madd(cube, horner(r, logShort), mul(square, num(r, -0.5)));
  }
  const s = div(r, add(r, num(r, 2)));
  const z = mul(s, s);
  const half = mul(square, num(r, 0.5));
  return sub(mul(s, madd(z, horner(z, logRatio), half)), half);
}

/** `e log 2 + log(1 + r)`. */
export function logOfParts(e: Expr, r: Expr): Expr {
  const upper = num(r, pick(r, ln2Upper.f32, ln2Upper.f64));
  const lower = num(r, pick(r, ln2Lower.f32, ln2Lower.f64));
  return madd(e, upper, add(r, madd(e, lower, logTail(r))));
}

/** Splits `x`, scaled up if it is subnormal. */
export function splitAny(x: Expr): Split {
  const { tiny, mantissa } = formatOf(x);
  const subnormal = lt(x, num(x, tiny));
  const scaled = select(subnormal, mul(x, num(x, 2 ** mantissa)), x);
  return splitExponent(
    scaled,
    select(subnormal, num(x, mantissa), num(x, 0)),
  );
}

/** The value `y` of a logarithm with the cases in which `x` is not positive and finite. */
function logCases(x: Expr, y: Expr): Expr {
  const zero = num(x, 0);
  return select(
    gt(x, zero),
    select(lt(x, num(x, Infinity)), y, x),
    select(eq(x, zero), num(x, -Infinity), num(x, NaN)),
  );
}

/** A logarithm, of the parts of x: what is subnormal or not positive and finite goes a way of its own. */
function logBy(x: Expr, ofParts: (parts: Split) => Expr): Expr {
  const usual = and(
    ge(x, num(x, formatOf(x).tiny)),
    lt(x, num(x, Infinity)),
  );
  return rarely(
    not(usual),
    logCases(x, ofParts(splitAny(x))),
    ofParts(splitExponent(x)),
  );
}

/** Natural logarithm. */
export function log(x: Expr): Expr {
  return logBy(x, ({ e, r }) => logOfParts(e, r));
}

/** Logarithm to base 2; exact for powers of two. */
export function log2(x: Expr): Expr {
  return logBy(x, ({ e, r }) => {
    const q = logTail(r);
    // r log2(e) + q log2(e), where the 1 in log2(e) = 1.44... is taken out as it costs no rounding.
    const rest = madd(
      r,
      num(x, 0.44269504088896340736),
      mul(q, num(x, Math.LOG2E)),
    );
    return add(e, add(r, rest));
  });
}

// log10(2) in two parts as ln(2) above, and log10(e) in two such that the first product is exact.
const log10Of2Upper = { f32: 0.30102539062, f64: 3.01029995663611771306e-1 };
const log10Of2Lower = { f32: 4.6050389811952e-6, f64: 3.69423907715893078e-13 };
const log10OfEUpper = 0.5;
const log10OfELower = 0.43429448190325182765 - 0.5;

/** Logarithm to base 10. */
export function log10(x: Expr): Expr {
  return logBy(x, ({ e, r }) => {
    const q = logTail(r);
    const lower = num(x, pick(x, log10Of2Lower.f32, log10Of2Lower.f64));
    const rest = madd(
      r,
      num(x, log10OfELower),
      madd(q, num(x, Math.LOG10E), mul(e, lower)),
    );
    const fine = madd(r, num(x, log10OfEUpper), rest);
    const upper = num(x, pick(x, log10Of2Upper.f32, log10Of2Upper.f64));
    return madd(e, upper, fine);
  });
}

/** `log(1 + x) + extra log 2` for finite x > -1 and an integer `extra`. */
export function logOnePlus(x: Expr, extra: Expr): Expr {
  const { mantissa, bias, one, sqrtHalf } = formatOf(x);
  // The exponent e of 1 + x, with which 1 + r = 2^-e + 2^-e x keeps what 1 + x rounds away.
  const sum = add(x, num(x, 1));
  const biased = add(bitsOf(sum), int(x, one - sqrtHalf));
  const k = sub(
    and(biased, int(x, -(1n << BigInt(mantissa)))),
    int(x, one),
  );
  const e = sub(smallInteger(x, shrU(biased, mantissa)), num(x, bias));
  const power = select(
    gt(x, num(x, 2 ** 100)),
    num(x, 0), // where 2^-e may not be a normal number
    fromBits(sub(int(x, one), k)),
  );
  const scaled = fromBits(sub(bitsOf(x), k)); // where e is not 0, x is at least 0.29
  return logOfParts(add(e, extra), add(scaled, sub(power, num(x, 1))));
}

/** `log(1 + x)` without cancellation near 0. */
export function log1p(x: Expr): Expr {
  const y = logOnePlus(x, num(x, 0)), least = num(x, -1);
  const usual = and(gt(x, least), lt(x, num(x, Infinity)));
  const other = select(
    gt(x, least),
    x,
    select(eq(x, least), num(x, -Infinity), num(x, NaN)),
  );
  return select(
    lt(abs(x), num(x, pick(x, 2 ** -25, 2 ** -54))),
    x,
    rarely(not(usual), other, y),
  );
}
