/** Inverse trigonometric functions; angles in radians. */

import {
  abs,
  add,
  and,
  div,
  eq,
  type Expr,
  gt,
  horner,
  le,
  lt,
  mul,
  ne,
  neg,
  select,
  sqrt,
  sub,
  xor,
} from "../expr.ts";
import { int, num, pick, signBit, withSign } from "./core.ts";

// (asin(x) - x) / x^3 in powers of x^2, up to 0.5.
const asinShort = [
  0.0422185734,
  0.0241476167,
  0.0454770923,
  0.0749524161,
  0.166667536,
];
const asinLong = [
  0.03195823629370909,
  -0.01629292773707966,
  0.01957311847160995,
  0.006511164380658014,
  0.012173201460262949,
  0.01388461132111661,
  0.017359769695563274,
  0.022371753625055436,
  0.030381959326615127,
  0.04464285682360667,
  0.07500000000342875,
  0.16666666666665383,
];

// (atan(x) - x) / x^3 in powers of x^2, up to 1. The seventh coefficient for f32 is one
// ULP above the fit, which makes atan(1) the nearest number to pi/4.
const atanShort = [
  -0.00182734674,
  0.0110650416,
  -0.0314568169,
  0.0582356565,
  -0.0841952264,
  0.109575972,
  -0.142652482,
  0.199986383,
  -0.333333015,
];
const atanLong = [
  1.3488760495737694e-05,
  -0.00015479176483300058,
  0.0008434597542788296,
  -0.0029192706068777298,
  0.007263218317640229,
  -0.013994791115833079,
  0.022084947260851744,
  -0.02998541072603616,
  0.03669343087940342,
  -0.042217132873875955,
  0.0472329169976347,
  -0.0525380508530894,
  0.05880592455582905,
  -0.06666414982260298,
  0.07692281185116756,
  -0.09090907119135856,
  0.11111111013645096,
  -0.14285714282802045,
  0.1999999999995543,
  -0.33333333333333093,
];

// pi/2 and pi: what their nearest number leaves.
const halfPiRest = { f32: -4.371139000186241e-8, f64: 6.123233995736766e-17 };

/** pi/2, or a multiple of it, as a number and the rest. */
function quarterTurns(x: Expr, count: number): { value: Expr; rest: Expr } {
  return {
    value: num(x, count * Math.PI / 2),
    rest: num(x, count * pick(x, halfPiRest.f32, halfPiRest.f64)),
  };
}

/** The part of arc sine and cosine that needs a polynomial. */
function asinParts(x: Expr): { isNear: Expr; s: Expr; tail: Expr } {
  // For |x| > 1/2, asin(x) = pi/2 - 2 asin(sqrt((1 - |x|) / 2)).
  const size = abs(x);
  const half = num(x, 0.5);
  const isNear = le(size, half);
  const z = select(isNear, mul(x, x), mul(sub(num(x, 1), size), half));
  const s = select(isNear, size, sqrt(z));
  const tail = mul(
    mul(z, s),
    horner(z, pick(x, asinShort, asinLong)),
  );
  return { isNear, s, tail };
}

/** Arc sine; NaN outside [-1, 1]. */
export function asin(x: Expr): Expr {
  const { isNear, s, tail } = asinParts(x);
  const quarter = quarterTurns(x, 1);
  const two = num(x, 2);
  const value = add(s, tail);
  // Near 1 little is taken off pi/2. Else it is pi/4 + pi/4, so that no sum is above the result.
  const eighth = num(x, Math.PI / 4);
  const far = select(
    lt(s, num(x, 0.1)),
    sub(quarter.value, sub(mul(two, value), quarter.rest)),
    add(
      sub(eighth, mul(two, s)),
      sub(eighth, sub(mul(two, tail), quarter.rest)),
    ),
  );
  return withSign(select(isNear, value, far), signBit(x));
}

/** Arc cosine; NaN outside [-1, 1]. */
export function acos(x: Expr): Expr {
  const { isNear, s, tail } = asinParts(x);
  const negative = lt(x, num(x, 0));
  const quarter = quarterTurns(x, 1);
  const half = quarterTurns(x, 2);
  const value = add(s, tail);
  const signed = select(negative, neg(value), value);
  const near = sub(quarter.value, sub(signed, quarter.rest));
  const twice = mul(num(x, 2), value);
  const far = select(
    negative,
    sub(half.value, sub(twice, half.rest)),
    twice,
  );
  return select(isNear, near, far);
}

/** `atan(t) - t` for t in [0, 1]. */
function atanTail(t: Expr): Expr {
  const z = mul(t, t);
  return mul(mul(z, t), horner(z, pick(t, atanShort, atanLong)));
}

/** Arc tangent. */
export function atan(x: Expr): Expr {
  const size = abs(x);
  const one = num(x, 1);
  const isFar = gt(size, one);
  const t = select(isFar, div(one, size), size);
  const tail = atanTail(t);
  const { value, rest } = quarterTurns(x, 1);
  // The first difference is exact near 1, where the result is small against pi/2.
  const far = sub(sub(value, t), sub(tail, rest));
  return withSign(select(isFar, far, add(t, tail)), signBit(x));
}

/**
 * The angle of the point (x, y), in [-pi, pi], by the signs of both, zeros
 * included, as in C99.
 */
export function atan2(y: Expr, x: Expr): Expr {
  const zero = num(x, 0);
  const one = num(x, 1);
  const infinity = num(x, Infinity);
  const height = abs(y);
  const width = abs(x);
  const isSteep = gt(height, width);
  const small = select(isSteep, width, height);
  const large = select(isSteep, height, width);
  // 0/0 and infinity/infinity have limits here.
  const t = select(
    and(eq(small, infinity), eq(large, infinity)),
    one,
    div(small, select(eq(large, zero), one, large)),
  );
  const isLeft = ne(signBit(x), int(x, 0n));
  const quarter = quarterTurns(x, 1);
  const half = quarterTurns(x, 2);
  const base = select(
    isSteep,
    quarter.value,
    select(isLeft, half.value, zero),
  );
  const rest = select(isSteep, quarter.rest, select(isLeft, half.rest, zero));
  const isTakenOff = xor(isSteep, isLeft);
  const tail = atanTail(t);
  const angle = add(
    add(base, select(isTakenOff, neg(t), t)),
    add(select(isTakenOff, neg(tail), tail), rest),
  );
  return withSign(angle, signBit(y));
}
