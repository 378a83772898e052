/**
 * What the elementary functions share: the layout of the two floating types,
 * powers of two by their bits, and the choice between machines.
 *
 * Expressions have no branches, so every function computes all its cases and
 * selects. None relies on `madd` being fused or on its not being fused. f32
 * functions stay within f32, i32 and bool, so that they run on GPUs too, but for
 * branches marked by {@linkcode rarely}.
 */

import {
  add,
  and,
  bitcast,
  cast,
  type Expr,
  type Lane,
  lit,
  madd,
  mul,
  nearest,
  or,
  shl,
  shrS,
  shrU,
  sub,
} from "../expr.ts";

/** The bits of a floating type. */
export interface Format {
  /** The integer type of the same width. */
  readonly bits: Lane;
  /** Stored bits of the significand. */
  readonly mantissa: number;
  /** Exponent of the largest power of two, which is also the bias. */
  readonly bias: number;
  /** 1.5 * 2^mantissa: adding it leaves an integer in the low bits. */
  readonly magic: number;
  /** The smallest normal number. */
  readonly tiny: number;
  /** Bits of 1. */
  readonly one: bigint;
  /** Bits of sqrt(1/2), rounded down. */
  readonly sqrtHalf: bigint;
  /** The sign bit, as a signed integer. */
  readonly sign: bigint;
  /** Keeps the upper half of the significand, so that products of two such numbers are exact. */
  readonly upper: bigint;
}

const formats: Partial<Record<Lane, Format>> = {
  f32: {
    bits: "i32",
    mantissa: 23,
    bias: 127,
    magic: 12582912,
    tiny: 2 ** -126,
    one: 0x3f800000n,
    sqrtHalf: 0x3f3504f3n,
    sign: -(1n << 31n),
    upper: -(1n << 12n),
  },
  f64: {
    bits: "i64",
    mantissa: 52,
    bias: 1023,
    magic: 6755399441055744,
    tiny: 2 ** -1022,
    one: 0x3ff0000000000000n,
    sqrtHalf: 0x3fe6a09e667f3bccn,
    sign: -(1n << 63n),
    upper: -(1n << 27n),
  },
};

/** The layout of `x`'s type; throws for integers. */
export function formatOf(x: Expr): Format {
  const format = formats[x.type];
  if (format === undefined) {
    throw new TypeError(
      `Cannot build an elementary function: expected f32 or f64, got ${x.type}`,
    );
  }
  return format;
}

/** `single` for f32 and `double` for f64: coefficients differ between the two. */
export function pick<T>(x: Expr, single: T, double: T): T {
  formatOf(x);
  return x.type === "f32" ? single : double;
}

/** A constant of `x`'s type. */
export function num(x: Expr, value: number): Expr {
  return lit(x.type === "f32" ? Math.fround(value) : value, x.type);
}

/** An integer constant of the width of `x`. */
export function int(x: Expr, value: bigint): Expr {
  const type = formatOf(x).bits;
  return lit(type === "i32" ? Number(value) : value, type);
}

/** The bits of `x`. */
export function bitsOf(x: Expr): Expr {
  return bitcast(x, formatOf(x).bits);
}

/** The number with these bits. */
export function fromBits(bits: Expr): Expr {
  return bitcast(bits, bits.type === "i32" ? "f32" : "f64");
}

/** The sign bit of `x`, all else zero. */
export function signBit(x: Expr): Expr {
  return and(bitsOf(x), int(x, formatOf(x).sign));
}

/** `x`, which must not be negative, with the sign `sign` (bits). */
export function withSign(x: Expr, sign: Expr): Expr {
  return fromBits(or(bitsOf(x), sign));
}

/** `x` without the lower half of its significand. */
export function upperHalf(x: Expr): Expr {
  return fromBits(and(bitsOf(x), int(x, formatOf(x).upper)));
}

/**
 * A select whose first branch is seldom wanted. The value 1 tells an emitter
 * that it may skip the branch where no element wants it; one that does not
 * look at it computes both. A GPU leaves the branch out if it needs f64.
 */
export function rarely(condition: Expr, seldom: Expr, usual: Expr): Expr {
  return {
    op: "select",
    type: usual.type,
    args: [condition, seldom, usual],
    index: 0,
    value: 1,
  };
}

/** An integer as a float and, in the low bits of an integer that is else arbitrary, as bits. */
export interface Rounded {
  readonly n: Expr;
  readonly low: Expr;
}

/**
 * `x * scale` rounded to an integer of less than half the significand's range.
 *
 * f64 rounds by adding `magic` and taking it away again, which SIMD does
 * fastest. f32 does not, as WGSL compilers may simplify sums as if they were exact.
 */
export function roundScaled(x: Expr, scale: number): Rounded {
  const magic = num(x, formatOf(x).magic);
  if (x.type === "f32") {
    const n = nearest(scale === 1 ? x : mul(x, num(x, scale)));
    return { n, low: bitsOf(add(n, magic)) };
  }
  const shifted = madd(x, num(x, scale), magic);
  return { n: sub(shifted, magic), low: bitsOf(shifted) };
}

/** 2^n, where `low` holds a normal exponent n in its low bits. */
export function powerOfTwo(like: Expr, low: Expr): Expr {
  const { mantissa, one } = formatOf(like);
  return fromBits(add(shl(low, mantissa), int(like, one)));
}

/**
 * `p * 2^n` with a single rounding, also where the result overflows or is
 * subnormal: 2^n is taken in two halves, as it need not be a number itself.
 */
export function scaleByPower(p: Expr, low: Expr): Expr {
  const half = p.type === "f32" ? shrS(low, 1) : shrU(low, 1);
  return mul(
    mul(p, powerOfTwo(p, half)),
    powerOfTwo(p, sub(low, half)),
  );
}

/** A positive normal number as `2^e * (1 + r)` with 1 + r between sqrt(1/2) and sqrt(2). */
export interface Split {
  readonly e: Expr;
  readonly r: Expr;
}

/** Splits positive `x`; `shift` (a float), if any, is subtracted from the exponent. */
export function splitExponent(x: Expr, shift?: Expr): Split {
  const { mantissa, bias, one, sqrtHalf } = formatOf(x);
  const biased = add(bitsOf(x), int(x, one - sqrtHalf));
  const fraction = and(biased, int(x, (1n << BigInt(mantissa)) - 1n));
  const m = fromBits(add(fraction, int(x, sqrtHalf)));
  const exponent = smallInteger(x, shrU(biased, mantissa));
  return {
    e: sub(exponent, shift ? add(shift, num(x, bias)) : num(x, bias)),
    r: sub(m, num(x, 1)),
  };
}

/** A non-negative integer below 2^mantissa as a float; SIMD cannot convert i64. */
export function smallInteger(like: Expr, value: Expr): Expr {
  if (like.type === "f32") return cast(value, "f32");
  const base = 2 ** 52;
  const bits = int(like, 0x4330000000000000n);
  return sub(fromBits(or(value, bits)), num(like, base));
}
