/**
 * The cube root. As bits count powers of two with a fraction, a third of them
 * is about the cube root, which is how Kahan began ("Computing a Real Cube
 * Root", 1991). One division tells how far that is off, and a polynomial takes
 * the cube root of it, fitted by scripts/golden/math_coefficients.py. f64 then
 * needs a step of Halley's iteration.
 */

import {
  abs,
  add,
  and,
  div,
  type Expr,
  ge,
  gt,
  lt,
  madd,
  mul,
  or,
  select,
  shl,
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
  rarely,
  signBit,
  upperHalf,
  withSign,
} from "./core.ts";

/** What the guess is lowered by, in powers of two, so that it errs as much to both sides. */
const centering = 0.03366;

// (cbrt((1 + s) / (1 - s)) - 1) / s, lowest power first.
const ratioRoot = [
  0.6666663765782437,
  0.22222180539968606,
  0.2721227409868868,
  0.1568451923006045,
] as const;

/** The cube root of a positive normal number to 3.2%, with so few bits that its square is exact. */
function guess(a: Expr): Expr {
  const { bias, mantissa } = formatOf(a);
  // SIMD divides floats only: the upper bits become those of a float, and are shifted in again.
  const dropped = pick(a, 12, 27);
  const offset = 2 ** mantissa;
  const upper = or(
    shrU(bitsOf(a), dropped),
    int(a, BigInt(bias + mantissa) << BigInt(mantissa)),
  );
  const rest = (2 * bias / 3 - centering) * 2 ** (mantissa - dropped);
  const third = madd(
    fromBits(upper),
    num(a, 1 / 3),
    num(a, 2 * offset / 3 + rest),
  );
  return fromBits(shl(bitsOf(third), dropped));
}

/** `y cbrt(a / y^3)`, for a `y` that is a guess. */
function correct(y: Expr, a: Expr): Expr {
  const cube = mul(mul(y, y), y);
  const s = div(sub(a, cube), add(a, cube));
  const [c0, c1, c2, c3] = ratioRoot;
  const low = madd(s, num(a, c1), num(a, c0));
  const high = madd(s, num(a, c3), num(a, c2));
  return madd(mul(y, s), madd(mul(s, s), high, low), y);
}

/** Halley's step `y (y^3 + 2 a) / (2 y^3 + a)`, for a `y` whose square is exact. */
function improve(y: Expr, a: Expr): Expr {
  const cube = mul(mul(y, y), y);
  const ratio = div(sub(a, cube), madd(cube, num(a, 2), a));
  return madd(y, ratio, y);
}

/** The cube root of a positive number that is far from overflow and underflow. */
function rootOf(a: Expr): Expr {
  const y = correct(guess(a), a);
  return a.type === "f32" ? y : improve(upperHalf(y), a);
}

/** The cube root of any number that is not negative: brought into range, whatever it is. */
function rootOfAny(a: Expr, low: number, high: number): Expr {
  const third = pick(a, 32, 200);
  const by = (upwards: number, downwards: number) =>
    select(
      lt(a, num(a, low)),
      num(a, upwards),
      select(ge(a, num(a, high)), num(a, downwards), num(a, 1)),
    );
  const root = rootOf(mul(a, by(2 ** (3 * third), 2 ** (-3 * third))));
  return select(
    and(gt(a, num(a, 0)), lt(a, num(a, Infinity))),
    mul(root, by(2 ** -third, 2 ** third)),
    a,
  );
}

/** Cube root, with the sign of `x`. */
export function cbrt(x: Expr): Expr {
  const a = abs(x);
  const low = pick(x, -96, -900), high = pick(x, 120, 1000);
  const { mantissa, one, sign } = formatOf(x);
  const width = BigInt(high - low) << BigInt(mantissa);
  // One comparison of the bits: those of numbers below 2^low wrap around.
  const from = one + (BigInt(low) << BigInt(mantissa));
  const unusual = gt(
    add(bitsOf(a), int(x, -sign - from)),
    int(x, sign + width - 1n),
  );
  return withSign(
    rarely(unusual, rootOfAny(a, 2 ** low, 2 ** high), rootOf(a)),
    signBit(x),
  );
}
