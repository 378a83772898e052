/** Methods of `Tensor` as functions, for programs that read better with them. */

import type { Tensor } from "./tensor.ts";
import type { Dims, ReduceOptions, VarOptions } from "./tensor/reduce.ts";

/** The negative; derivative -1. */
export function neg(x: Tensor): Tensor {
  return x.neg();
}
/** The absolute value; derivative `sign(x)`, 0 at 0. */
export function abs(x: Tensor): Tensor {
  return x.abs();
}
/** -1, 0 or 1; derivative 0. */
export function sign(x: Tensor): Tensor {
  return x.sign();
}
/** The square; derivative `2x`. */
export function square(x: Tensor): Tensor {
  return x.square();
}
/** `1 / x`; derivative `-1 / x^2`. */
export function reciprocal(x: Tensor): Tensor {
  return x.reciprocal();
}
/** The square root; derivative `1 / (2 sqrt(x))`. */
export function sqrt(x: Tensor): Tensor {
  return x.sqrt();
}
/** `1 / sqrt(x)`; derivative `-x^(-3/2) / 2`. */
export function rsqrt(x: Tensor): Tensor {
  return x.rsqrt();
}
/** The cube root, with the sign of `x`; derivative `1 / (3 cbrt(x)^2)`, infinite at 0. */
export function cbrt(x: Tensor): Tensor {
  return x.cbrt();
}
/** Rounds down; derivative 0. */
export function floor(x: Tensor): Tensor {
  return x.floor();
}
/** Rounds up; derivative 0. */
export function ceil(x: Tensor): Tensor {
  return x.ceil();
}
/** Rounds towards zero; derivative 0. */
export function trunc(x: Tensor): Tensor {
  return x.trunc();
}
/** Rounds to the nearest integer, half to even; derivative 0. */
export function round(x: Tensor): Tensor {
  return x.round();
}
/** `x - trunc(x)`; derivative 1. */
export function frac(x: Tensor): Tensor {
  return x.frac();
}
/** The exponential; derivative itself. */
export function exp(x: Tensor): Tensor {
  return x.exp();
}
/** `2^x`; derivative `2^x log 2`. */
export function exp2(x: Tensor): Tensor {
  return x.exp2();
}
/** `exp(x) - 1`, accurate near 0; derivative `exp(x)`. */
export function expm1(x: Tensor): Tensor {
  return x.expm1();
}
/** The natural logarithm; derivative `1 / x`. */
export function log(x: Tensor): Tensor {
  return x.log();
}
/** The binary logarithm; derivative `1 / (x log 2)`. */
export function log2(x: Tensor): Tensor {
  return x.log2();
}
/** The decimal logarithm; derivative `1 / (x log 10)`. */
export function log10(x: Tensor): Tensor {
  return x.log10();
}
/** `log(1 + x)`, accurate near 0; derivative `1 / (1 + x)`. */
export function log1p(x: Tensor): Tensor {
  return x.log1p();
}
/** The sine; derivative `cos(x)`. */
export function sin(x: Tensor): Tensor {
  return x.sin();
}
/** The cosine; derivative `-sin(x)`. */
export function cos(x: Tensor): Tensor {
  return x.cos();
}
/** The tangent; derivative `1 + tan(x)^2`. */
export function tan(x: Tensor): Tensor {
  return x.tan();
}
/** The inverse sine; derivative `1 / sqrt(1 - x^2)`. */
export function asin(x: Tensor): Tensor {
  return x.asin();
}
/** The inverse cosine; derivative `-1 / sqrt(1 - x^2)`. */
export function acos(x: Tensor): Tensor {
  return x.acos();
}
/** The inverse tangent; derivative `1 / (1 + x^2)`. */
export function atan(x: Tensor): Tensor {
  return x.atan();
}
/** The hyperbolic sine; derivative `cosh(x)`. */
export function sinh(x: Tensor): Tensor {
  return x.sinh();
}
/** The hyperbolic cosine; derivative `sinh(x)`. */
export function cosh(x: Tensor): Tensor {
  return x.cosh();
}
/** The hyperbolic tangent; derivative `1 - tanh(x)^2`. */
export function tanh(x: Tensor): Tensor {
  return x.tanh();
}
/** The inverse hyperbolic sine; derivative `1 / sqrt(x^2 + 1)`. */
export function asinh(x: Tensor): Tensor {
  return x.asinh();
}
/** The inverse hyperbolic cosine; derivative `1 / sqrt(x^2 - 1)`. */
export function acosh(x: Tensor): Tensor {
  return x.acosh();
}
/** The inverse hyperbolic tangent; derivative `1 / (1 - x^2)`. */
export function atanh(x: Tensor): Tensor {
  return x.atanh();
}
/** The error function; derivative `2 / sqrt(pi) exp(-x^2)`. */
export function erf(x: Tensor): Tensor {
  return x.erf();
}
/** `1 - erf(x)`, accurate for large x; derivative `-2 / sqrt(pi) exp(-x^2)`. */
export function erfc(x: Tensor): Tensor {
  return x.erfc();
}
/** `1 / (1 + exp(-x))`; derivative `s (1 - s)`. */
export function sigmoid(x: Tensor): Tensor {
  return x.sigmoid();
}
/** `a + b`; broadcasts. */
export function add(a: Tensor, b: Tensor | number): Tensor {
  return a.add(b);
}
/** `a - b`; broadcasts. */
export function sub(a: Tensor, b: Tensor | number): Tensor {
  return a.sub(b);
}
/** `a * b`; broadcasts. */
export function mul(a: Tensor, b: Tensor | number): Tensor {
  return a.mul(b);
}
/** `a / b`; broadcasts. */
export function div(a: Tensor, b: Tensor | number): Tensor {
  return a.div(b);
}
/** `a ^ b`; broadcasts. */
export function pow(a: Tensor, b: Tensor | number): Tensor {
  return a.pow(b);
}
/** The larger of two elements, NaN if either is. */
export function maximum(a: Tensor, b: Tensor): Tensor {
  return a.maximum(b);
}
/** The smaller of two elements, NaN if either is. */
export function minimum(a: Tensor, b: Tensor): Tensor {
  return a.minimum(b);
}
/** The matrix product as Python's `@`; see {@linkcode Tensor.matmul}. */
export function matmul(a: Tensor, b: Tensor): Tensor {
  return a.matmul(b);
}
/** The angle of the point (b, a), in radians. */
export function atan2(a: Tensor, b: Tensor): Tensor {
  return a.atan2(b);
}
/** The sum over `dim`, or of all elements. */
export function sum(x: Tensor, dim?: Dims, options?: ReduceOptions): Tensor {
  return x.sum(dim, options);
}
/** The mean over `dim`, or of all elements. */
export function mean(x: Tensor, dim?: Dims, options?: ReduceOptions): Tensor {
  return x.mean(dim, options);
}
/** The product over `dim`, or of all elements. */
export function prod(x: Tensor, dim?: Dims, options?: ReduceOptions): Tensor {
  return x.prod(dim, options);
}
/** `log(sum(exp(x)))` without overflow. */
export function logsumexp(
  x: Tensor,
  dim?: Dims,
  options?: ReduceOptions,
): Tensor {
  return x.logsumexp(dim, options);
}
/** The standard deviation, with divisor `count - correction`. */
export function std(x: Tensor, dim?: Dims, options?: VarOptions): Tensor {
  return x.std(dim, options);
}
/** `exp(x) / sum(exp(x))` along `dim`. */
export function softmax(x: Tensor, dim: number): Tensor {
  return x.softmax(dim);
}
/** `log(softmax(x))`, accurate where the softmax is tiny. */
export function logSoftmax(x: Tensor, dim: number): Tensor {
  return x.logSoftmax(dim);
}
