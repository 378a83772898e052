/** Elementary functions; their expansions are in `math/`. */

import type { Op } from "../dispatch.ts";
import { type DType, isFloating } from "../dtype.ts";
import * as x from "../expr.ts";
import type { Expr } from "../expr.ts";
import * as math from "../math/index.ts";
import {
  floating,
  numeric,
  pointwise,
  same,
  type TypeRule,
} from "./pointwise.ts";

const lit = (a: Expr, value: number): Expr => x.lit(value, a.type);

function unary(
  name: string,
  expr: (a: Expr) => Expr,
  types: TypeRule = floating,
  node?: string,
): Op {
  return pointwise({
    name,
    types,
    expr,
    ...(node === undefined ? {} : { node: () => node }),
  });
}
/** The node of an op whose second operand is a number or a tensor. */
function nodeBy(name: string, number: 0 | 1 | 2, tensor: 0 | 1): Op["node"] {
  return (inputs) =>
    `${name}Backward${typeof inputs[1] === "object" ? tensor : number}`;
}

/** Floating types only: whole numbers have no fraction. */
const fractional: TypeRule = (inputs, name) => {
  const types = same(inputs, name);
  if (!isFloating(types.result)) {
    throw new TypeError(
      `Cannot take the fraction of ${types.result} tensors: expected a floating type`,
    );
  }
  return types;
};
/** A bool counts as an integer. */
const squareTypes: TypeRule = (inputs, name) => {
  const types = same(inputs, name);
  return types.result === "bool"
    ? { compute: "int64", result: "int64" }
    : types;
};

export const neg: Op = unary("neg", x.neg, numeric);
export const abs: Op = unary("abs", x.abs, numeric);
/** -1, 0 or 1; 0 for NaN and for -0, as in PyTorch. */
export const sign: Op = unary(
  "sign",
  (a) =>
    a.type === "bool" ? a : x.select(
      x.gt(a, lit(a, 0)),
      lit(a, 1),
      x.select(x.lt(a, lit(a, 0)), lit(a, -1), lit(a, 0)),
    ),
  same,
);
export const square: Op = unary(
  "square",
  (a) => x.mul(a, a),
  squareTypes,
  "PowBackward0",
);
export const reciprocal: Op = unary("reciprocal", (a) => x.div(lit(a, 1), a));
export const sqrt: Op = unary("sqrt", x.sqrt);
export const rsqrt: Op = unary("rsqrt", math.rsqrt);
export const cbrt: Op = unary("cbrt", math.cbrt);

/** Integers are whole already. */
const whole = (op: (a: Expr) => Expr) => (a: Expr) => x.isFloat(a) ? op(a) : a;

export const floor: Op = unary("floor", whole(x.floor), numeric);
export const ceil: Op = unary("ceil", whole(x.ceil), numeric);
export const trunc: Op = unary("trunc", whole(x.trunc), numeric);
export const round: Op = unary("round", whole(x.nearest), numeric);
export const frac: Op = unary("frac", (a) => x.sub(a, x.trunc(a)), fractional);

export const exp: Op = unary("exp", math.exp);
export const exp2: Op = unary("exp2", math.exp2);
export const expm1: Op = unary("expm1", math.expm1);
export const log: Op = unary("log", math.log);
export const log2: Op = unary("log2", math.log2);
export const log10: Op = unary("log10", math.log10);
export const log1p: Op = unary("log1p", math.log1p, floating, "Log1PBackward0");
export const sin: Op = unary("sin", math.sin);
export const cos: Op = unary("cos", math.cos);
export const tan: Op = unary("tan", math.tan);
export const asin: Op = unary("asin", math.asin);
export const acos: Op = unary("acos", math.acos);
export const atan: Op = unary("atan", math.atan);
export const sinh: Op = unary("sinh", math.sinh);
export const cosh: Op = unary("cosh", math.cosh);
export const tanh: Op = unary("tanh", math.tanh);
export const asinh: Op = unary("asinh", math.asinh);
export const acosh: Op = unary("acosh", math.acosh);
export const atanh: Op = unary("atanh", math.atanh);
export const erf: Op = unary("erf", math.erf);
export const erfc: Op = unary("erfc", math.erfc);
export const sigmoid: Op = unary("sigmoid", math.sigmoid);

export const atan2: Op = pointwise({
  name: "atan2",
  types: floating,
  expr: math.atan2,
});
export const hypot: Op = pointwise({
  name: "hypot",
  types: floating,
  expr: math.hypot,
});
export const copysign: Op = pointwise({
  name: "copysign",
  types: floating,
  node: nodeBy("Copysign", 1, 0),
  expr: math.copysign,
});
/** `a log b`, 0 where a is 0 unless b is NaN. */
export const xlogy: Op = pointwise({
  name: "xlogy",
  types: floating,
  node: nodeBy("Xlogy", 2, 0),
  expr: (a: Expr, b: Expr) =>
    x.select(
      x.and(x.eq(a, lit(a, 0)), x.eq(b, b)),
      lit(a, 0),
      x.mul(a, math.log(b)),
    ),
});
/** `log(exp(a) + exp(b))` without overflow. */
export const logaddexp: Op = pointwise({
  name: "logaddexp",
  types: floating,
  expr: (a: Expr, b: Expr) => {
    const larger = x.max(a, b), distance = x.abs(x.sub(a, b));
    const sum = x.add(larger, math.log1p(math.exp(x.neg(distance))));
    // Equal infinities have no distance.
    return x.select(
      x.and(x.eq(a, b), x.eq(x.abs(a), lit(a, Infinity))),
      a,
      sum,
    );
  },
});
function conversion(dtype: DType): Op {
  return pointwise({
    name: `toCopy.${dtype}`,
    types: ([source]) => ({
      compute: typeof source === "object" ? source.dtype : dtype,
      result: dtype,
    }),
    expr: (a: Expr) => a,
  });
}
/** Conversions by the type of their result. */
export const toCopy: Readonly<Record<DType, Op>> = {
  bool: conversion("bool"),
  uint8: conversion("uint8"),
  int32: conversion("int32"),
  int64: conversion("int64"),
  float32: conversion("float32"),
  float64: conversion("float64"),
};
/** A copy with memory of its own. */
export const clone: Op = pointwise({
  name: "clone",
  types: same,
  expr: (a: Expr) => a,
});
