/**
 * Inverse hyperbolic functions, all through log(1 + x), whose argument is kept
 * accurate where the function is small.
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
  select,
  sqrt,
  sub,
} from "../expr.ts";
import { num, pick, signBit, withSign } from "./core.ts";
import { logOnePlus } from "./exp_log.ts";

// From here x^2 + 1 is x^2, and x^2 is still far from overflow.
const large = { f32: 2 ** 30, f64: 2 ** 60 };

// (acosh(1 + t) / sqrt(2 t) - 1) / t in powers of t, up to 1/2.
const nearShort = [
  -0.000414001144,
  0.00176096987,
  -0.00554823224,
  0.0187466573,
  -0.0833332166,
];
const nearLong = [
  4.198468410657275e-07,
  -2.319294011026373e-06,
  7.292154928848429e-06,
  -1.862251725640598e-05,
  4.4973136382959076e-05,
  -0.00010906448371397661,
  0.0002711310812802118,
  -0.0006991293284690284,
  0.0018988714826831577,
  -0.005580357140999283,
  0.018749999999961547,
  -0.08333333333333305,
];

/** `log(1 + t)`, or `log(2 x)` where x is large. */
function logOrLarge(x: Expr, t: Expr): Expr {
  const isLarge = gt(x, num(x, pick(x, large.f32, large.f64)));
  const y = logOnePlus(
    select(isLarge, x, t),
    select(isLarge, num(x, 1), num(x, 0)),
  );
  return select(lt(x, num(x, Infinity)), y, x);
}

/** Inverse hyperbolic sine, `log(x + sqrt(x^2 + 1))`. */
export function asinh(x: Expr): Expr {
  const size = abs(x);
  const one = num(x, 1);
  const square = mul(size, size);
  const root = sqrt(add(square, one));
  const t = add(size, div(square, add(root, one)));
  return withSign(
    select(
      lt(size, num(x, pick(x, 1e-4, 1e-9))),
      size,
      logOrLarge(size, t),
    ),
    signBit(x),
  );
}

/** Inverse hyperbolic cosine, `log(x + sqrt(x^2 - 1))`; NaN below 1. */
export function acosh(x: Expr): Expr {
  const one = num(x, 1);
  const t = sub(x, one);
  const twice = add(t, t);
  const base = sqrt(twice);
  const near = madd(
    mul(base, t),
    horner(t, pick(x, nearShort, nearLong)),
    base,
  );
  const far = logOrLarge(x, add(t, sqrt(madd(t, t, twice))));
  return select(
    lt(t, num(x, 0.5)),
    near, // NaN below 1
    far,
  );
}

/** Inverse hyperbolic tangent, `log((1 + x) / (1 - x)) / 2`; infinite at -1 and 1, NaN beyond. */
export function atanh(x: Expr): Expr {
  const size = abs(x);
  const one = num(x, 1);
  const twice = add(size, size);
  const isNear = lt(size, num(x, 0.5));
  const fraction = div(
    select(isNear, mul(twice, size), twice),
    sub(one, size),
  );
  const t = select(isNear, add(twice, fraction), fraction);
  const y = mul(logOnePlus(t, num(x, 0)), num(x, 0.5));
  const value = select(
    lt(size, num(x, pick(x, 1e-4, 1e-9))),
    size,
    select(
      lt(size, one),
      y,
      select(gt(size, one), num(x, NaN), fraction),
    ),
  );
  return withSign(value, signBit(x));
}
