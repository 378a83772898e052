/**
 * The error function and its complement. Near 0 both come from a polynomial in
 * x^2. Further out erf is 1 - e^p(x), which is cheap, while erfc is
 * `e^(-x^2) / x` times a function between 0.37 and 0.57, with x^2 to twice the
 * precision, so that it stays accurate down to the smallest numbers.
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

// log(erfc(x)) from 1 to 4 (f32) and 6 (f64), where erf becomes 1.
const farShort = [
  0.000187970669,
  -0.00296400068,
  0.0219064727,
  -0.10325624,
  -0.637964904,
  -1.12720239,
  -0.000312446442,
];
const farLong = [
  -1.8384888228336589e-13,
  9.176387117588165e-12,
  -2.1577077357913843e-10,
  3.1771806521953107e-09,
  -3.282678105350506e-08,
  2.524218204274458e-07,
  -1.4919647496458378e-06,
  6.874953698218533e-06,
  -2.4575312400493035e-05,
  6.553147498494856e-05,
  -0.00011240653042888957,
  2.4766839416283132e-05,
  0.0005485912506131867,
  -0.0016708609065679769,
  0.00019879508021947352,
  0.019130348003794564,
  -0.10277193446645408,
  -0.6366203556056174,
  -1.1283789953451413,
  -1.9970056928354487e-08,
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

/** `erf(x) - x` for |x| <= 1. */
function near(x: Expr): Expr {
  return mul(x, horner(mul(x, x), pick(x, nearShort, nearLong)));
}

/** Error function. */
export function erf(x: Expr): Expr {
  const size = abs(x);
  const one = num(x, 1);
  const exponent = horner(size, pick(x, farShort, farLong));
  const { m, low } = expParts(exponent);
  const complement = mul(add(m, one), powerOfTwo(x, low));
  const far = select(
    gt(size, num(x, pick(x, 4, 6))),
    one,
    sub(one, complement),
  );
  return select(
    lt(size, one),
    add(x, near(x)),
    withSign(far, signBit(x)),
  );
}

/** Complementary error function `1 - erf(x)`, accurate where it is small. */
export function erfc(x: Expr): Expr {
  const size = abs(x);
  const half = num(x, 0.5);
  const center = num(x, 1.75);
  // x^2 as a sum, the first part of which is exact.
  const upper = upperHalf(size);
  const lower = sub(size, upper);
  const square = neg(mul(upper, upper));
  const rest = neg(mul(lower, add(size, upper)));
  const { m, low } = expParts(square, rest);
  const q = div(sub(size, center), add(size, center));
  const p = horner(q, pick(x, tailShort, tailLong));
  // (1/2 + p) (1 + m), the small terms first, and what the sum rounds away
  const terms = madd(m, add(half, p), p);
  const product = add(half, terms);
  const lost = add(sub(half, product), terms);
  // Divided by x with one rounding: `first` has so few bits that the remainder is exact.
  const inverse = div(num(x, 1), size);
  const first = upperHalf(mul(product, inverse));
  const remainder = sub(sub(product, mul(first, upper)), mul(first, lower));
  const quotient = add(first, mul(add(remainder, lost), inverse));
  const far = select(
    gt(size, num(x, pick(x, 10.2, 27.5))),
    num(x, 0),
    scaleByPower(quotient, low),
  );
  // 1/2 - (x - 1/2 + erf(x) - x) keeps more bits than 1 - erf(x).
  const close = sub(half, add(sub(x, half), near(x)));
  return select(
    lt(size, num(x, 0.75)),
    close,
    select(lt(x, num(x, 0)), sub(num(x, 2), far), far),
  );
}
