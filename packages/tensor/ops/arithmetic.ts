/** Arithmetic, and choosing between values. */

import type { Input, Op } from "../dispatch.ts";
import { checkFits, type DType, isFloating, resultType } from "../dtype.ts";
import * as x from "../expr.ts";
import type { Expr } from "../expr.ts";
import * as math from "../math/index.ts";
import { allKernels, findWrong, requireAll } from "./all_hold.ts";
import {
  asOperand,
  floating,
  numeric,
  pointwise,
  same,
  type TypeRule,
  type Types,
} from "./pointwise.ts";

const zero = (a: Expr): Expr => x.lit(0, a.type);
const one = (a: Expr): Expr => x.lit(1, a.type);

/** A whole number as an element of an integer type. */
function wrapped(value: number, dtype: DType): number {
  if (dtype === "uint8") return value & 255;
  return dtype === "int32" ? value | 0 : value;
}

const notZero = allKernels("notZero", (a: Expr) => x.ne(a, zero(a)));

function refuseZero(): never {
  throw new RangeError("Cannot divide integers by zero");
}

/** Integer division by zero traps in the kernel, so it is refused before anything is written. */
function checkDivisor(inputs: readonly Input[], types: Types): void {
  const divisor = inputs[1]!;
  if (isFloating(types.result)) return;
  // As the kernel sees it: what does not fit the type wraps, to 0 perhaps.
  if (typeof divisor === "object") {
    const seen = divisor.detach().to(types.result);
    requireAll(notZero(types.result), [seen], refuseZero);
  } else if (wrapped(Number(divisor), types.result) === 0) refuseZero();
}

export const add: Op = pointwise({
  name: "add",
  types: same,
  expr: (a: Expr, b: Expr) => a.type === "bool" ? x.or(a, b) : x.add(a, b),
});
export const sub: Op = pointwise({
  name: "sub",
  types: numeric,
  node: ([a]) => typeof a === "object" ? "SubBackward0" : "RsubBackward1",
  expr: x.sub,
});
export const mul: Op = pointwise({
  name: "mul",
  types: same,
  expr: (a: Expr, b: Expr) => a.type === "bool" ? x.and(a, b) : x.mul(a, b),
});
/** True division: integers give the default floating type. */
export const div: Op = pointwise({ name: "div", types: floating, expr: x.div });

/** The quotient of integers towards zero. By -1 it is the negative, which wraps where a division would trap. */
function wholeQuotient(a: Expr, b: Expr): Expr {
  const minusOne = x.eq(b, x.lit(-1, b.type));
  return x.select(minusOne, x.neg(a), x.div(a, x.select(minusOne, one(b), b)));
}
function floorDivide(a: Expr, b: Expr): Expr {
  const r = x.isFloat(a) ? math.fmod(a, b) : x.rem(a, b);
  const down = x.and(
    x.ne(r, zero(r)),
    x.ne(x.lt(r, zero(r)), x.lt(b, zero(b))),
  );
  const lower = (q: Expr) => x.select(down, x.sub(q, one(q)), q);
  if (!x.isFloat(a)) return lower(wholeQuotient(a, b));
  // From the exact remainder, so that the quotient does not round up past the floor.
  const q = lower(x.nearest(x.div(x.sub(a, r), b)));
  const plain = x.div(a, b);
  return x.select(
    x.eq(b, zero(b)),
    plain,
    x.select(x.eq(q, zero(q)), x.mul(plain, zero(q)), q),
  );
}
function remainderOf(a: Expr, b: Expr): Expr {
  const r = x.isFloat(a) ? math.fmod(a, b) : x.rem(a, b);
  const differ = x.ne(x.lt(r, zero(r)), x.lt(b, zero(b)));
  return x.select(x.and(x.ne(r, zero(r)), differ), x.add(r, b), r);
}
export const floorDiv: Op = pointwise({
  name: "floorDivide",
  types: numeric,
  check: checkDivisor,
  node: () => "DivBackward2",
  expr: floorDivide,
});
export const truncDiv: Op = pointwise({
  name: "truncDivide",
  types: numeric,
  check: checkDivisor,
  node: () => "DivBackward2",
  expr: (a: Expr, b: Expr) =>
    x.isFloat(a) ? x.trunc(x.div(a, b)) : wholeQuotient(a, b),
});
/** Sign of the divisor, as Python's `%`. */
export const remainder: Op = pointwise({
  name: "remainder",
  types: numeric,
  check: checkDivisor,
  node: ([, divisor]) =>
    `RemainderBackward${typeof divisor === "object" ? 1 : 0}`,
  expr: remainderOf,
});
/** Sign of the dividend, as C's `fmod`. */
export const fmod: Op = pointwise({
  name: "fmod",
  types: numeric,
  check: checkDivisor,
  node: ([, divisor]) => `FmodBackward${typeof divisor === "object" ? 1 : 0}`,
  expr: (a: Expr, b: Expr) => x.isFloat(a) ? math.fmod(a, b) : x.rem(a, b),
});

function power(a: Expr, b: Expr): Expr {
  if (x.isFloat(a)) return math.pow(a, b);
  // Square and multiply over the bits of exponents up to 63; results wrap.
  let result: Expr = one(a), base = a;
  for (let bit = 0; bit < 6; bit++) {
    const set = x.ne(x.and(x.shrU(b, bit), one(b)), zero(b));
    result = x.select(set, x.mul(result, base), result);
    base = x.mul(base, base);
  }
  return result;
}
/** Exponents that {@linkcode power} has the bits for. */
const powers = allKernels("powers", (a: Expr) => {
  const exponent = x.cast(a, "i64");
  return x.and(
    x.ge(exponent, x.lit(0, "i64")),
    x.le(exponent, x.lit(63, "i64")),
  );
});
function refusePower(isNegative: boolean): never {
  throw new RangeError(
    isNegative
      ? "Cannot raise integers to a negative power"
      : "Cannot raise integers to a power above 63: convert to a floating type",
  );
}
function checkExponent(inputs: readonly Input[], types: Types): void {
  if (isFloating(types.result)) return;
  const exponent = inputs[1]!;
  if (typeof exponent === "object") {
    requireAll(
      powers(exponent.dtype),
      [exponent],
      () => refusePower(findWrong(exponent, (v) => v < 0) !== undefined),
    );
  } else if (Number(exponent) < 0 || Number(exponent) > 63) {
    refusePower(Number(exponent) < 0);
  }
}
/** A bool counts as an integer. */
const powerTypes: TypeRule = (inputs, name) => {
  const types = same(inputs, name);
  return types.result === "bool"
    ? { compute: "int64", result: "int64" }
    : types;
};
export const pow: Op = pointwise({
  name: "pow",
  types: powerTypes,
  node: ([, exponent]) =>
    typeof exponent === "object" ? "PowBackward1" : "PowBackward0",
  expr: power,
  check: checkExponent,
});

export const maximum: Op = pointwise({
  name: "maximum",
  types: same,
  expr: (a: Expr, b: Expr) => a.type === "bool" ? x.or(a, b) : x.max(a, b),
});
export const minimum: Op = pointwise({
  name: "minimum",
  types: same,
  expr: (a: Expr, b: Expr) => a.type === "bool" ? x.and(a, b) : x.min(a, b),
});

/** `where(condition, a, b)`; only the last two decide the type. */
export const where: Op = pointwise({
  name: "where",
  types(inputs, name) {
    const condition = inputs[0]!;
    // PyTorch still takes uint8 for bool.
    if (
      typeof condition === "object" && condition.dtype !== "bool" &&
      condition.dtype !== "uint8"
    ) {
      throw new TypeError(
        `Cannot ${name}: expected bool conditions, got ${condition.dtype}`,
      );
    }
    const dtype: DType = resultType(inputs.slice(1).map(asOperand));
    return { compute: ["bool", dtype, dtype], result: dtype };
  },
  expr: x.select,
});
export const lerp: Op = pointwise({
  name: "lerp",
  types: floating,
  node: ([, , weight]) => `LerpBackward${typeof weight === "object" ? 1 : 0}`,
  // Two forms, so that both ends are met exactly.
  expr: (a: Expr, b: Expr, w: Expr) => {
    const d = x.sub(b, a);
    return x.select(
      x.lt(x.abs(w), x.lit(0.5, w.type)),
      x.add(a, x.mul(w, d)),
      x.sub(b, x.mul(d, x.sub(one(w), w))),
    );
  },
});
/** `a + value * b * c` */
export const addcmul: Op = pointwise({
  name: "addcmul",
  types: same,
  expr: (a: Expr, b: Expr, c: Expr, value: Expr) =>
    x.add(a, x.mul(x.mul(value, b), c)),
});
/** `a + value * b / c` */
export const addcdiv: Op = pointwise({
  name: "addcdiv",
  types: floating,
  expr: (a: Expr, b: Expr, c: Expr, value: Expr) =>
    x.add(a, x.mul(value, x.div(b, c))),
});
/** `max(x, low)` then `min(_, high)`, so that low > high gives high. */
export const clamp: Op = pointwise({
  name: "clamp",
  types: same,
  node: (inputs) =>
    inputs.slice(1).some((bound) => typeof bound === "object")
      ? "ClampBackward0"
      : "ClampBackward1",
  expr: (a: Expr, low: Expr, high: Expr) => x.min(x.max(a, low), high),
});

/** The value itself, converted to the type of the tensor that it is written into. */
export const copy: Op = pointwise({
  name: "copy",
  types: same,
  node: ([source]) =>
    typeof source === "object" ? "CopyBackwards" : "FillBackward0",
  typesInto: (target, [source]) => ({
    compute: typeof source === "object" ? source.dtype : target.dtype,
    result: target.dtype,
  }),
  check([source], { result }) {
    if (typeof source === "number") checkFits(source, result);
  },
  expr: (a: Expr) => a,
});
