/** Functions of the representation of numbers, and roots. */

import {
  abs,
  add,
  and,
  cast,
  div,
  eq,
  type Expr,
  ge,
  gt,
  lt,
  madd,
  mul,
  or,
  select,
  sqrt,
  sub,
  trunc,
} from "../expr.ts";
import { num, pick, rarely, signBit, upperHalf, withSign } from "./core.ts";

/** `1 / sqrt(x)`. */
export function rsqrt(x: Expr): Expr {
  return div(num(x, 1), sqrt(x));
}

/** The size of `x` with the sign of `y`. */
export function copysign(x: Expr, y: Expr): Expr {
  return withSign(abs(x), signBit(y));
}

/** `sqrt(x^2 + y^2)` without overflow or underflow on the way; infinite if either is. */
export function hypot(x: Expr, y: Expr): Expr {
  const a = abs(x);
  const b = abs(y);
  const infinity = num(x, Infinity);
  const one = num(x, 1);
  const size = select(gt(b, a), b, a);
  // Powers of two that bring large and small squares into range.
  const [high, low, down, up] = pick(
    x,
    [2 ** 60, 2 ** -50, 2 ** -70, 2 ** 100],
    [2 ** 500, 2 ** -400, 2 ** -600, 2 ** 700],
  ) as [number, number, number, number];
  const isHigh = gt(size, num(x, high));
  const isLow = lt(size, num(x, low));
  const there = select(isHigh, num(x, down), select(isLow, num(x, up), one));
  const back = select(
    isHigh,
    num(x, 1 / down),
    select(isLow, num(x, 1 / up), one),
  );
  const p = mul(a, there);
  const q = mul(b, there);
  const root = mul(sqrt(madd(p, p, mul(q, q))), back);
  return select(or(eq(a, infinity), eq(b, infinity)), infinity, root);
}

/** `r - q y` for a whole q, exactly if q has at most as many bits as `r` and r/y is about q. */
function subtractMultiple(r: Expr, q: Expr, y: Expr): Expr {
  // Dekker's product: q y = p + error.
  const p = mul(q, y);
  const qUpper = upperHalf(q);
  const qLower = sub(q, qUpper);
  const yUpper = upperHalf(y);
  const yLower = sub(y, yUpper);
  const error = add(
    add(
      add(sub(mul(qUpper, yUpper), p), mul(qUpper, yLower)),
      mul(qLower, yUpper),
    ),
    mul(qLower, yLower),
  );
  return sub(sub(r, p), error);
}

/** Brings a remainder that is at most one `y` off into [0, y). */
function intoRange(r: Expr, y: Expr): Expr {
  const raised = select(lt(r, num(r, 0)), add(r, y), r);
  return select(ge(raised, y), sub(raised, y), raised);
}

/** The remainder of a >= 0 by b > 0, taking `bits` bits of the quotient off in each step. */
function longDivision(
  a: Expr,
  b: Expr,
  bits: number,
  steps: number,
  subtract: (r: Expr, q: Expr, y: Expr) => Expr,
): Expr {
  let r = a;
  for (let k = steps - 1; k >= 0; k--) {
    const scale = 2 ** (bits * k);
    const whole = trunc(div(mul(r, num(r, 1 / scale)), b));
    r = subtract(r, mul(whole, num(r, scale)), b);
  }
  return intoRange(r, b);
}

/** A quotient of two f32 has at most 277 bits, and products with 28 bits of it are exact in f64. */
function remainderShort(a: Expr, b: Expr): Expr {
  const wide = longDivision(
    cast(a, "f64"),
    cast(b, "f64"),
    28,
    10,
    (r, q, y) => sub(r, mul(q, y)),
  );
  return cast(wide, "f32");
}

/** Quotients up to 2^400; NaN beyond. */
function remainderLong(a: Expr, b: Expr, quotient: Expr): Expr {
  return select(
    lt(quotient, num(a, 2 ** 400)),
    longDivision(a, b, 50, 8, subtractMultiple),
    num(a, NaN),
  );
}

/**
 * The remainder of `x / y` rounded towards zero, with the sign of `x`, exactly:
 * for all f32, and for f64 where |x / y| < 2^400, beyond which it is NaN. On
 * machines without f64 lanes, f32 is exact where |x / y| < 2^22.
 */
export function fmod(x: Expr, y: Expr): Expr {
  const a = abs(x);
  const b = abs(y);
  const quotient = div(a, b);
  const usual = intoRange(subtractMultiple(a, trunc(quotient), b), b);
  const value = rarely(
    ge(quotient, num(a, pick(x, 2 ** 22, 2 ** 50))),
    x.type === "f32" ? remainderShort(a, b) : remainderLong(a, b, quotient),
    usual,
  );
  const isWhole = and(
    eq(b, num(a, Infinity)),
    lt(a, num(a, Infinity)),
  );
  return withSign(select(isWhole, a, value), signBit(x));
}
