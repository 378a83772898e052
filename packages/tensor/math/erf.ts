/**
 * The error function and its complement. Near 0 both come from a polynomial in
 * x^2. Further out erfc is `e^(-x^2) / x` times a function between 0.37 and 0.57,
 * with x^2 to twice the precision, so that it stays accurate down to the smallest
 * numbers, and erf is what it leaves of 1.
 */

import {
  abs,
  add,
  div,
  type Expr,
  gt,
  horner,
  lt,
  madd,
  mul,
  neg,
  select,
  sub,
} from "../expr.ts";
import {
  num,
  pick,
  powerOfTwo,
  scaleByPower,
  signBit,
  upperHalf,
  withSign,
} from "./core.ts";
import { expParts } from "./exp_log.ts";

// erf(x) / x - 1 in powers of x^2, up to 1.
const nearShort = [
  7.88733232e-05,
  -0.000802026188,
  0.00518946303,
  -0.0268544015,
  0.112835988,
  -0.37612626,
  0.128379166,
];
const nearLong = [
  -7.799356728727292e-10,
  1.3721922782336488e-08,
  -1.6208912540851692e-07,
  1.644748014751905e-06,
  -1.4924741305356553e-05,
  0.00012055295124612189,
  -0.0008548325982207149,
  0.0052239776072395714,
  -0.026866170643248633,
  0.11283791670945023,
  -0.3761263890318354,
  0.12837916709551256,
];

// x e^(x^2) erfc(x) - 1/2 in powers of (x - 1.75) / (x + 1.75), from 0.75.
const tailShort = [
  -0.000523655151,
  0.000352405536,
  0.00238472968,
  0.000242782189,
  -0.0128430715,
  -0.00323568447,
  0.0977886394,
  -0.213854715,
  0.195172697,
  -0.00129858917,
];
const tailLong = [
  4.788064012566109e-07,
  -1.4257758592751457e-06,
  5.865233634171536e-08,
  2.2371017369856047e-06,
  5.714018846589341e-07,
  1.1896568055739849e-07,
  -3.328271898209298e-06,
  -9.301942552483267e-06,
  -4.613752155697673e-06,
  2.4346435080776325e-05,
  6.039895681038631e-05,
  1.278797618418756e-05,
  -0.00021796450967430587,
  -0.000389912242482584,
  0.0004083496608379411,
  0.0023305475377431786,
  0.00024020960397362542,
  -0.012835698241369091,
  -0.0032359378651346006,
  0.09778825221221452,
  -0.2138547072557046,
  0.19517270530480552,
  -0.0012985892094863195,
];

// log erfc(x) from 1 to 4 in powers of x, as precisely as erf needs it.
const logShort = [
  0.000186777717,
  -0.00295188697,
  0.0218563657,
  -0.10314811,
  -0.638093352,
  -1.12712264,
  -0.000332651252,
];

// (u + 3) e^(u^2 / 2) P(Z > u) for u >= 0 and normal Z in powers of (u - 3) / (u + 3).
const normalShort = [
  5.1856885e-05,
  -0.000203899705,
  -0.000946751563,
  0.00101713079,
  0.0069374661,
  -0.0104624452,
  -0.0472581908,
  0.230017707,
  -0.50933218,
  0.729083717,
];

/** `erf(x) - x` for |x| <= 1. */
function near(x: Expr): Expr {
  return mul(x, horner(mul(x, x), pick(x, nearShort, nearLong)));
}

/** `1 - erf(x)` for x from 0.75. */
function far(x: Expr): Expr {
  const half = num(x, 0.5);
  const center = num(x, 1.75);
  // x^2 as a sum, the first part of which is exact.
  const upper = upperHalf(x);
  const lower = sub(x, upper);
  const square = neg(mul(upper, upper));
  const rest = neg(mul(lower, add(x, upper)));
  const { m, low } = expParts(square, rest);
  const q = div(sub(x, center), add(x, center));
  const p = horner(q, pick(x, tailShort, tailLong));
  // (1/2 + p) (1 + m), the small terms first, and what the sum rounds away
  const terms = madd(m, add(half, p), p);
  const product = add(half, terms);
  const lost = add(sub(half, product), terms);
  // Divided by x with one rounding: `first` has so few bits that the remainder is exact.
  const inverse = div(num(x, 1), x);
  const first = upperHalf(mul(product, inverse));
  const remainder = sub(sub(product, mul(first, upper)), mul(first, lower));
  const quotient = add(first, mul(add(remainder, lost), inverse));
  return select(
    gt(x, num(x, pick(x, 10.2, 27.5))),
    num(x, 0),
    scaleByPower(quotient, low),
  );
}

/** `1 - erf(x)` of an f32 from 1, with an error that is small against 1 - it. */
function farShort(x: Expr): Expr {
  // From here on it is less than half of the last bit of 1.
  const most = num(x, 4);
  const logarithm = horner(select(gt(x, most), most, x), logShort);
  const { m, low } = expParts(logarithm);
  return mul(add(m, num(x, 1)), powerOfTwo(x, low));
}

/** Error function. */
export function erf(x: Expr): Expr {
  const size = abs(x);
  const one = num(x, 1);
  const rest = x.type === "f32" ? farShort(size) : far(size);
  return select(
    lt(size, one),
    add(x, near(x)),
    withSign(sub(one, rest), signBit(x)),
  );
}

/** The probability that a standard normal variable is at most `x`. */
export function normalCdf(x: Expr): Expr {
  if (x.type !== "f32") {
    return mul(num(x, 0.5), erfc(mul(x, num(x, -Math.SQRT1_2))));
  }
  // Beyond `most` the tail is 0.
  const size = abs(x), most = num(x, 15), one = num(x, 1);
  const u = select(gt(size, most), most, size);
  // -u^2 / 2 as a sum, the first part of which is exact.
  const upper = upperHalf(u), minusHalf = num(x, -0.5);
  const square = mul(upper, mul(upper, minusHalf));
  const rest = mul(sub(u, upper), mul(add(u, upper), minusHalf));
  const { m, low } = expParts(square, rest);
  const center = num(x, 3);
  const inverse = div(one, add(u, center));
  const p = horner(mul(sub(u, center), inverse), normalShort);
  const tail = scaleByPower(mul(add(m, one), mul(p, inverse)), low);
  return select(lt(x, num(x, 0)), tail, sub(one, tail));
}

/** Complementary error function `1 - erf(x)`, accurate where it is small. */
export function erfc(x: Expr): Expr {
  const size = abs(x);
  const half = num(x, 0.5);
  const tail = far(size);
  // 1/2 - (x - 1/2 + erf(x) - x) keeps more bits than 1 - erf(x).
  const close = sub(half, add(sub(x, half), near(x)));
  return select(
    lt(size, num(x, 0.75)),
    close,
    select(lt(x, num(x, 0)), sub(num(x, 2), tail), tail),
  );
}
