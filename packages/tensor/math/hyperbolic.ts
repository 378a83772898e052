/** Hyperbolic functions and the logistic function. */

import {
  abs,
  add,
  div,
  eq,
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
  int,
  num,
  pick,
  powerOfTwo,
  scaleByPower,
  signBit,
  withSign,
} from "./core.ts";
import { expParts } from "./exp_log.ts";

// (tanh(x) - x) / x^3 in powers of x^2, up to 0.625.
const tanhShort = [
  -0.00571706286,
  0.0206505992,
  -0.0537435003,
  0.133314908,
  -0.333332837,
];
const tanhLong = [
  6.055680154224658e-06,
  -3.021806688312489e-05,
  9.158989468542039e-05,
  -0.00023703016924198994,
  0.0005894586375653237,
  -0.00145572761983847,
  0.003592114271680609,
  -0.008863234341532196,
  0.02186948847065512,
  -0.05396825396613442,
  0.1333333333332989,
  -0.33333333333333315,
];

// (sinh(x) - x) / x^3 in powers of x^2, up to 1.
const sinhShort = [2.81743837e-06, 0.000198360663, 0.00833335053, 0.166666672];
const sinhLong = [
  7.759313379960058e-13,
  1.6057240309376575e-10,
  2.5052123398851216e-08,
  2.7557319155335935e-06,
  0.0001984126984143768,
  0.008333333333333139,
  0.16666666666666669,
];

/** `e^x / 2` and `e^-x / 2` for x >= 0; e^x / 2 is finite where sinh is. */
function halfExps(x: Expr): { up: Expr; down: Expr } {
  const { m, low } = expParts(x);
  const scaled = scaleByPower(add(m, num(x, 1)), sub(low, int(x, 1n)));
  const up = select(
    gt(x, num(x, pick(x, 90, 711))),
    num(x, Infinity),
    scaled,
  );
  return { up, down: div(num(x, 0.25), up) };
}

/** Hyperbolic sine: a polynomial near 0, else `(e^x - e^-x) / 2`. */
export function sinh(x: Expr): Expr {
  const size = abs(x);
  const z = mul(x, x);
  const near = madd(
    mul(z, x),
    horner(z, pick(x, sinhShort, sinhLong)),
    x,
  );
  const { up, down } = halfExps(size);
  const far = withSign(sub(up, down), signBit(x));
  return select(lt(size, num(x, 1)), near, far);
}

/** Hyperbolic cosine, `(e^x + e^-x) / 2`. */
export function cosh(x: Expr): Expr {
  const { up, down } = halfExps(abs(x));
  return add(up, down);
}

/** Hyperbolic tangent: a polynomial near 0, else `1 - 2 / (e^(2x) + 1)`. */
export function tanh(x: Expr): Expr {
  const size = abs(x);
  const z = mul(x, x);
  const near = madd(
    mul(z, x),
    horner(z, pick(x, tanhShort, tanhLong)),
    x,
  );
  const one = num(x, 1);
  const { m, low } = expParts(add(size, size));
  const power = mul(add(m, one), powerOfTwo(x, low));
  const inner = sub(one, div(num(x, 2), add(power, one)));
  const far = select(gt(size, num(x, pick(x, 10, 20))), one, inner);
  return select(
    lt(size, num(x, 0.625)),
    select(lt(size, num(x, pick(x, 1e-4, 1e-9))), x, near),
    withSign(far, signBit(x)),
  );
}

/**
 * Logistic function `1 / (1 + e^-x)`, to full relative precision also where it
 * is small. With `e^-x = 2^n (1 + m)` and n > 0 it is taken as
 * `2^-n / (2^-n + 1 + m)`, so that all but one of the roundings are of small terms.
 */
export function sigmoid(x: Expr): Expr {
  const zero = num(x, 0);
  const one = num(x, 1);
  const { m, n, low } = expParts(neg(x));
  const grows = gt(n, zero);
  const none = int(x, 0n);
  const down = sub(none, low);
  // 2^-|n|, which does not matter when it is far below the precision.
  const power = select(
    gt(abs(n), num(x, 60)),
    zero,
    powerOfTwo(x, select(grows, down, low)),
  );
  // For n = 0 the two ones are added first.
  const level = eq(n, zero);
  const inner = madd(
    select(grows, one, power),
    m,
    select(level, zero, power),
  );
  const inverse = div(one, add(inner, select(level, num(x, 2), one)));
  const value = scaleByPower(inverse, select(grows, down, none));
  return select(
    gt(x, num(x, pick(x, 89, 710))),
    one,
    select(lt(x, num(x, pick(x, -104, -746))), zero, value),
  );
}
