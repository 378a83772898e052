/**
 * Sine, cosine and tangent. Arguments are reduced to [-pi/4, pi/4] by
 * subtracting a multiple of pi/2 that is cut into parts so short that their
 * products with the multiple are exact (Cody and Waite); beyond the range of
 * that, by the digits of 1 / (2 pi), in `huge_angle.ts`.
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
  select,
  shl,
  sub,
  xor,
} from "../expr.ts";
import {
  bitsOf,
  fromBits,
  int,
  num,
  pick,
  rarely,
  roundScaled,
  signBit,
} from "./core.ts";
import { type Angle, reduceHuge } from "./huge_angle.ts";

/**
 * pi/2 in parts, of 6 bits for f32 and 33 bits for f64, the last one full.
 * `exact` leave no rounding error when subtracted, that of `kept` is kept,
 * that of `last` does not matter.
 */
const halfPi = {
  f32: {
    exact: [
      1.5625,
      0.008056640625,
      0.00023651123046875,
      3.159046173095703e-06,
    ],
    kept: [1.5832483768463135e-08, 6.002665031701326e-11],
    last: [7.389644451905042e-13, 5.390302858158119e-15],
  },
  f64: {
    exact: [1.5707963267341256],
    kept: [6.077100506303966e-11, 2.0222662487111665e-21],
    last: [8.4784276603689e-32],
  },
};

// Up to here multiples of pi/2 have at most 7 bits, so that for f32 three parts do, two of them of 17 bits.
const largestShort = 190;
const halfPiShort = [
  1.5707855224609375,
  1.0804273188114166e-05,
  6.077100506506192e-11,
];

// Up to here multiples of pi/2 have at most 18 bits (f32), 20 bits (f64).
const largest = { f32: 4e5, f64: 1.6e6 };

// (sin(r) - r) / r^3 and (cos(r) - 1 + r^2 / 2) / r^4 in powers of r^2.
const sinShort = [-0.000195166824, 0.00833217334, -0.166666552];
const sinLong = [
  1.5896504214827684e-10,
  -2.5050753260025266e-08,
  2.7557313662096557e-06,
  -0.00019841269829725587,
  0.008333333333322316,
  -0.16666666666666632,
];
const cosShort = [2.44377297e-05, -0.00138873619, 0.0416666456];
const cosLong = [
  -1.1359451615831416e-11,
  2.087571961524556e-09,
  -2.7557314326445045e-07,
  2.4801587289396363e-05,
  -0.0013888888888873992,
  0.0416666666666666,
];

// (tan(r) - r) / r^3 in powers of r^2.
const tanShort = [
  0.00442471076,
  -1.19901897e-05,
  0.0109189702,
  0.0212487057,
  0.0540667251,
  0.133325994,
  0.333333522,
];
const tanLong = [
  9.844123005618001e-06,
  -2.448675844086168e-05,
  4.908787705661399e-05,
  -2.6203908112927385e-05,
  6.769725798892281e-05,
  8.328315618504463e-05,
  0.000243865204813854,
  0.0005888305781531315,
  0.001456052815228957,
  0.00359209978644479,
  0.008863238034795985,
  0.02186948839185452,
  0.05396825397319644,
  0.1333333333332476,
  0.33333333333333387,
];

/** `x - n pi/2` for `x` from 0 to the bound in `largest`. */
function reduceUsual(x: Expr): Angle {
  const { exact, kept, last } = pick(x, halfPi.f32, halfPi.f64);
  const { n, low } = roundScaled(x, 2 / Math.PI);
  let r = x;
  for (const part of exact) r = madd(n, num(x, -part), r);
  let lost: Expr | undefined;
  for (const part of kept) {
    const product = mul(n, num(x, part));
    const next = sub(r, product);
    const error = sub(sub(r, next), product);
    lost = lost === undefined ? error : add(lost, error);
    r = next;
  }
  const small = madd(n, num(x, -last[0]!), lost!);
  const sum = add(r, small);
  const rest = add(sub(r, sum), small);
  return {
    r: sum,
    rest: last.length === 1 ? rest : madd(n, num(x, -last[1]!), rest),
    quadrant: low,
  };
}

/** `x - n pi/2` of an f32 from 0 to `largestShort`. */
function reduceShort(x: Expr): Angle {
  const [first, second, third] = halfPiShort as [number, number, number];
  const { n, low } = roundScaled(x, 2 / Math.PI);
  const near = madd(n, num(x, -first), x);
  const product = mul(n, num(x, second));
  const r = sub(near, product);
  const lost = sub(sub(near, r), product);
  return { r, rest: madd(n, num(x, -third), lost), quadrant: low };
}

/** A function of the reduced `x`, which is not negative; f32 that are not too large go a short way. */
function ofReduced(x: Expr, f: (angle: Angle) => Expr): Expr {
  if (x.type !== "f32") return f(reduce(x));
  const isLarge = gt(x, num(x, largestShort));
  return rarely(isLarge, f(reduce(x)), f(reduceShort(x)));
}

/** Reduces `x`, not negative, of any size. */
function reduce(x: Expr): Angle {
  const usual = reduceUsual(x);
  const huge = reduceHuge(x);
  // Infinity and NaN go the usual way, on which they become NaN.
  const isHuge = and(
    gt(x, num(x, pick(x, largest.f32, largest.f64))),
    lt(x, num(x, Infinity)),
  );
  return {
    r: rarely(isHuge, huge.r, usual.r),
    rest: rarely(isHuge, huge.rest, usual.rest),
    quadrant: rarely(isHuge, huge.quadrant, usual.quadrant),
  };
}

/** Sine and cosine of a reduced angle. */
function sinCosReduced({ r, rest }: Angle): { sin: Expr; cos: Expr } {
  const z = mul(r, r);
  const half = mul(z, num(r, 0.5));
  const one = num(r, 1);
  const w = sub(one, half);
  const sinPolynomial = horner(z, pick(r, sinShort, sinLong));
  const cosPolynomial = horner(z, pick(r, cosShort, cosLong));
  const cube = mul(z, r);
  const quart = mul(z, z);
  const lost = sub(sub(one, w), half);
  return {
    sin: add(r, madd(cube, sinPolynomial, mul(rest, w))),
    cos: add(w, madd(quart, cosPolynomial, sub(lost, mul(r, rest)))),
  };
}

/** Whether the quadrant is odd. */
function isOdd(x: Expr, quadrant: Expr): Expr {
  const one = int(x, 1n);
  return eq(and(quadrant, one), one);
}

/** The second bit of the quadrant, moved to the sign. */
function signOfQuadrant(x: Expr, quadrant: Expr): Expr {
  return shl(and(quadrant, int(x, 2n)), x.type === "f32" ? 30 : 62);
}

/** Sine; `x` in radians. */
export function sin(x: Expr): Expr {
  const size = ofReduced(abs(x), (angle) => {
    const { sin, cos } = sinCosReduced(angle);
    const value = select(isOdd(x, angle.quadrant), cos, sin);
    return flipped(value, signOfQuadrant(x, angle.quadrant));
  });
  return flipped(size, signBit(x));
}

/** Cosine; `x` in radians. */
export function cos(x: Expr): Expr {
  return ofReduced(abs(x), (angle) => {
    const { sin, cos } = sinCosReduced(angle);
    const value = select(isOdd(x, angle.quadrant), sin, cos);
    return flipped(value, signOfQuadrant(x, add(angle.quadrant, int(x, 1n))));
  });
}

/** Tangent; `x` in radians. */
export function tan(x: Expr): Expr {
  const size = ofReduced(abs(x), ({ r, rest, quadrant }) => {
    const z = mul(r, r);
    const tangent = add(
      r,
      madd(
        mul(z, r),
        horner(z, pick(x, tanShort, tanLong)),
        madd(z, rest, rest),
      ),
    );
    const value = select(
      isOdd(x, quadrant),
      div(num(x, 1), tangent),
      tangent,
    );
    return flipped(value, shl(quadrant, x.type === "f32" ? 31 : 63));
  });
  return flipped(size, signBit(x));
}

/** `x` with the other sign where `sign` (bits) has it. */
function flipped(x: Expr, sign: Expr): Expr {
  return fromBits(xor(bitsOf(x), sign));
}
