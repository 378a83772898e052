/**
 * Powers. `x^y = 2^(y log2 x)`, where the logarithm and the product are kept
 * as sums of two numbers, the upper of which has half the bits of the type, so
 * that products of upper parts are exact. This is the scheme of FDLIBM's pow
 * (Ng, 1993) without its branches and tables.
 */

import {
  abs,
  add,
  and,
  div,
  eq,
  type Expr,
  gt,
  horner,
  lt,
  madd,
  mul,
  ne,
  not,
  or,
  select,
  sub,
  trunc,
  xor,
} from "../expr.ts";
import {
  bitsOf,
  formatOf,
  fromBits,
  int,
  num,
  pick,
  roundScaled,
  scaleByPower,
  upperHalf,
} from "./core.ts";
import { expTail, saturate, splitAny } from "./exp_log.ts";

// 3 (artanh(s) / s - 1 - s^2 / 3) / s^4 in powers of s^2.
const tailShort = [0.351296723, 0.428206295, 0.600002289];
const tailLong = [
  0.17985658525938375,
  0.17511971470746424,
  0.2000448872596742,
  0.23076834979874689,
  0.27272728310246,
  0.3333333332626592,
  0.42857142857167824,
  0.5999999999999996,
];

// 2 / (3 ln 2) and ln 2: the number, its upper part, the rest.
const scale = {
  f32: [0.9617966939259756, 0.96142578125, 0.0003709126759756049],
  f64: [0.9617966939259756, 0.9617966711521149, 2.2773860736742555e-8],
};
const ln2 = {
  f32: [0.6931471805599453, 0.693115234375, 3.1946184945309415e-5],
  f64: [0.6931471805599453, 0.6931471675634384, 1.2996506893889889e-8],
};

/** A number as a sum, of which `upper` has half the bits. */
interface Pair {
  readonly upper: Expr;
  readonly lower: Expr;
}

/** The upper half of `a + b` and what is missing, where |a| >= |b| and `a` has half the bits. */
function pairOf(a: Expr, b: Expr): Pair {
  const upper = upperHalf(add(a, b));
  return { upper, lower: sub(b, sub(upper, a)) };
}

/** Base-2 logarithm of a positive finite number. */
function log2Pair(x: Expr): Pair {
  const { e, r } = splitAny(x);
  // s = r / d with d = 2 + r, corrected by the remainder of the division.
  const d = add(r, num(x, 2));
  const s = div(r, d);
  const sUpper = upperHalf(s);
  const dUpper = upperHalf(d);
  const dLower = sub(r, sub(dUpper, num(x, 2)));
  const rest = sub(sub(r, mul(sUpper, dUpper)), mul(sUpper, dLower));
  const sLower = div(rest, d);
  // 3 artanh(s) / s = 3 + s^2 + s^4 tail(s^2), with s^2 to twice the precision.
  const z = mul(s, s);
  const square = mul(sUpper, sUpper);
  const small = madd(
    mul(z, z),
    horner(z, pick(x, tailShort, tailLong)),
    mul(sLower, add(sUpper, s)),
  );
  const three = num(x, 3);
  const tUpper = upperHalf(add(add(square, three), small));
  const tLower = sub(small, sub(sub(tUpper, three), square));
  // times s, times 2 / (3 ln 2), plus e
  const product = pairOf(
    mul(sUpper, tUpper),
    add(mul(sLower, tUpper), mul(tLower, s)),
  );
  const [c, cUpper, cLower] = pick(x, scale.f32, scale.f64) as number[];
  const upper = mul(product.upper, num(x, cUpper!));
  const lower = add(
    mul(product.upper, num(x, cLower!)),
    mul(product.lower, num(x, c!)),
  );
  const whole = upperHalf(add(add(upper, lower), e));
  return { upper: whole, lower: sub(lower, sub(sub(whole, e), upper)) };
}

/** 2^(y * l). */
function exp2OfProduct(y: Expr, l: Pair): Expr {
  const yUpper = upperHalf(y);
  const upper = mul(yUpper, l.upper);
  const lower = add(mul(sub(y, yUpper), l.upper), mul(y, l.lower));
  const z = add(upper, lower);
  const { n, low } = roundScaled(z, 1);
  const r = pairOf(sub(upper, n), lower);
  const [c, cUpper, cLower] = pick(y, ln2.f32, ln2.f64) as number[];
  const tUpper = mul(r.upper, num(y, cUpper!));
  const tLower = add(
    mul(r.lower, num(y, c!)),
    mul(r.upper, num(y, cLower!)),
  );
  const t = add(tUpper, tLower);
  const missing = sub(tLower, sub(t, tUpper));
  const one = num(y, 1);
  const m = add(
    t,
    madd(mul(t, t), expTail(t), mul(missing, add(t, one))),
  );
  const value = scaleByPower(add(m, one), low);
  return saturate(z, value, pick(y, 129, 1025), pick(y, -151, -1076));
}

/**
 * x^y with the special cases of C99 (annex F): `x^0` and `1^y` are 1 even for
 * NaN, a negative base wants an integer exponent, odd exponents keep the sign.
 */
export function pow(x: Expr, y: Expr): Expr {
  const zero = num(x, 0);
  const one = num(x, 1);
  const infinity = num(x, Infinity);
  const nan = num(x, NaN);
  const size = abs(x);
  const yIsInfinite = eq(abs(y), infinity);

  const extreme = or(
    or(eq(size, zero), eq(size, infinity)),
    yIsInfinite,
  );
  const shrinks = xor(gt(y, zero), gt(size, one));
  const finite = exp2OfProduct(y, log2Pair(size));
  const magnitude = select(extreme, select(shrinks, zero, infinity), finite);

  const half = mul(y, num(x, 0.5));
  const isInteger = eq(trunc(y), y);
  const isOdd = and(isInteger, ne(trunc(half), half));
  const sign = select(
    isOdd,
    and(bitsOf(x), int(x, formatOf(x).sign)),
    int(x, 0n),
  );
  const signed = fromBits(xor(bitsOf(magnitude), sign));

  const isNaN = or(
    or(ne(x, x), ne(y, y)),
    and(and(lt(x, zero), not(isInteger)), ne(size, infinity)),
  );
  const isOne = or(
    or(eq(y, zero), eq(x, one)),
    and(eq(size, one), yIsInfinite),
  );
  return select(isOne, one, select(isNaN, nan, signed));
}
