/** Elementary functions of a tensor. */

import { dispatch, dispatchInto } from "../dispatch.ts";
import * as m from "../ops/mathematics.ts";
import type { Tensor } from "../tensor.ts";
import { TensorReading } from "./reading.ts";

/** Methods that apply a function to each element. */
export abstract class TensorMathematics extends TensorReading {
  /** The negative; derivative -1. */
  neg(this: Tensor): Tensor {
    return dispatch(m.neg, [this]);
  }
  /** {@linkcode neg} in place. */
  neg_(this: Tensor): Tensor {
    return dispatchInto(m.neg, this, [this]);
  }
  /** The absolute value; derivative `sign(x)`, 0 at 0. */
  abs(this: Tensor): Tensor {
    return dispatch(m.abs, [this]);
  }
  /** {@linkcode abs} in place. */
  abs_(this: Tensor): Tensor {
    return dispatchInto(m.abs, this, [this]);
  }
  /** -1, 0 or 1; derivative 0. */
  sign(this: Tensor): Tensor {
    return dispatch(m.sign, [this]);
  }
  /** {@linkcode sign} in place. */
  sign_(this: Tensor): Tensor {
    return dispatchInto(m.sign, this, [this]);
  }
  /** The square; derivative `2x`. */
  square(this: Tensor): Tensor {
    return dispatch(m.square, [this]);
  }
  /** {@linkcode square} in place. */
  square_(this: Tensor): Tensor {
    return dispatchInto(m.square, this, [this]);
  }
  /** `1 / x`; derivative `-1 / x^2`. */
  reciprocal(this: Tensor): Tensor {
    return dispatch(m.reciprocal, [this]);
  }
  /** {@linkcode reciprocal} in place. */
  reciprocal_(this: Tensor): Tensor {
    return dispatchInto(m.reciprocal, this, [this]);
  }
  /** The square root; derivative `1 / (2 sqrt(x))`. */
  sqrt(this: Tensor): Tensor {
    return dispatch(m.sqrt, [this]);
  }
  /** {@linkcode sqrt} in place. */
  sqrt_(this: Tensor): Tensor {
    return dispatchInto(m.sqrt, this, [this]);
  }
  /** `1 / sqrt(x)`; derivative `-x^(-3/2) / 2`. */
  rsqrt(this: Tensor): Tensor {
    return dispatch(m.rsqrt, [this]);
  }
  /** {@linkcode rsqrt} in place. */
  rsqrt_(this: Tensor): Tensor {
    return dispatchInto(m.rsqrt, this, [this]);
  }
  /** The cube root, with the sign of `x`; derivative `1 / (3 cbrt(x)^2)`, infinite at 0. */
  cbrt(this: Tensor): Tensor {
    return dispatch(m.cbrt, [this]);
  }
  /** {@linkcode cbrt} in place. */
  cbrt_(this: Tensor): Tensor {
    return dispatchInto(m.cbrt, this, [this]);
  }
  /** Rounds down; derivative 0. */
  floor(this: Tensor): Tensor {
    return dispatch(m.floor, [this]);
  }
  /** {@linkcode floor} in place. */
  floor_(this: Tensor): Tensor {
    return dispatchInto(m.floor, this, [this]);
  }
  /** Rounds up; derivative 0. */
  ceil(this: Tensor): Tensor {
    return dispatch(m.ceil, [this]);
  }
  /** {@linkcode ceil} in place. */
  ceil_(this: Tensor): Tensor {
    return dispatchInto(m.ceil, this, [this]);
  }
  /** Rounds towards zero; derivative 0. */
  trunc(this: Tensor): Tensor {
    return dispatch(m.trunc, [this]);
  }
  /** {@linkcode trunc} in place. */
  trunc_(this: Tensor): Tensor {
    return dispatchInto(m.trunc, this, [this]);
  }
  /** Rounds to the nearest integer, half to even; derivative 0. */
  round(this: Tensor): Tensor {
    return dispatch(m.round, [this]);
  }
  /** {@linkcode round} in place. */
  round_(this: Tensor): Tensor {
    return dispatchInto(m.round, this, [this]);
  }
  /** `x - trunc(x)`; derivative 1. */
  frac(this: Tensor): Tensor {
    return dispatch(m.frac, [this]);
  }
  /** {@linkcode frac} in place. */
  frac_(this: Tensor): Tensor {
    return dispatchInto(m.frac, this, [this]);
  }
  /** The exponential; derivative itself. */
  exp(this: Tensor): Tensor {
    return dispatch(m.exp, [this]);
  }
  /** {@linkcode exp} in place. */
  exp_(this: Tensor): Tensor {
    return dispatchInto(m.exp, this, [this]);
  }
  /** `2^x`; derivative `2^x log 2`. */
  exp2(this: Tensor): Tensor {
    return dispatch(m.exp2, [this]);
  }
  /** {@linkcode exp2} in place. */
  exp2_(this: Tensor): Tensor {
    return dispatchInto(m.exp2, this, [this]);
  }
  /** `exp(x) - 1`, accurate near 0; derivative `exp(x)`. */
  expm1(this: Tensor): Tensor {
    return dispatch(m.expm1, [this]);
  }
  /** {@linkcode expm1} in place. */
  expm1_(this: Tensor): Tensor {
    return dispatchInto(m.expm1, this, [this]);
  }
  /** The natural logarithm; derivative `1 / x`. */
  log(this: Tensor): Tensor {
    return dispatch(m.log, [this]);
  }
  /** {@linkcode log} in place. */
  log_(this: Tensor): Tensor {
    return dispatchInto(m.log, this, [this]);
  }
  /** The binary logarithm; derivative `1 / (x log 2)`. */
  log2(this: Tensor): Tensor {
    return dispatch(m.log2, [this]);
  }
  /** {@linkcode log2} in place. */
  log2_(this: Tensor): Tensor {
    return dispatchInto(m.log2, this, [this]);
  }
  /** The decimal logarithm; derivative `1 / (x log 10)`. */
  log10(this: Tensor): Tensor {
    return dispatch(m.log10, [this]);
  }
  /** {@linkcode log10} in place. */
  log10_(this: Tensor): Tensor {
    return dispatchInto(m.log10, this, [this]);
  }
  /** `log(1 + x)`, accurate near 0; derivative `1 / (1 + x)`. */
  log1p(this: Tensor): Tensor {
    return dispatch(m.log1p, [this]);
  }
  /** {@linkcode log1p} in place. */
  log1p_(this: Tensor): Tensor {
    return dispatchInto(m.log1p, this, [this]);
  }
  /** The sine; derivative `cos(x)`. */
  sin(this: Tensor): Tensor {
    return dispatch(m.sin, [this]);
  }
  /** {@linkcode sin} in place. */
  sin_(this: Tensor): Tensor {
    return dispatchInto(m.sin, this, [this]);
  }
  /** The cosine; derivative `-sin(x)`. */
  cos(this: Tensor): Tensor {
    return dispatch(m.cos, [this]);
  }
  /** {@linkcode cos} in place. */
  cos_(this: Tensor): Tensor {
    return dispatchInto(m.cos, this, [this]);
  }
  /** The tangent; derivative `1 + tan(x)^2`. */
  tan(this: Tensor): Tensor {
    return dispatch(m.tan, [this]);
  }
  /** {@linkcode tan} in place. */
  tan_(this: Tensor): Tensor {
    return dispatchInto(m.tan, this, [this]);
  }
  /** The inverse sine; derivative `1 / sqrt(1 - x^2)`. */
  asin(this: Tensor): Tensor {
    return dispatch(m.asin, [this]);
  }
  /** {@linkcode asin} in place. */
  asin_(this: Tensor): Tensor {
    return dispatchInto(m.asin, this, [this]);
  }
  /** The inverse cosine; derivative `-1 / sqrt(1 - x^2)`. */
  acos(this: Tensor): Tensor {
    return dispatch(m.acos, [this]);
  }
  /** {@linkcode acos} in place. */
  acos_(this: Tensor): Tensor {
    return dispatchInto(m.acos, this, [this]);
  }
  /** The inverse tangent; derivative `1 / (1 + x^2)`. */
  atan(this: Tensor): Tensor {
    return dispatch(m.atan, [this]);
  }
  /** {@linkcode atan} in place. */
  atan_(this: Tensor): Tensor {
    return dispatchInto(m.atan, this, [this]);
  }
  /** The hyperbolic sine; derivative `cosh(x)`. */
  sinh(this: Tensor): Tensor {
    return dispatch(m.sinh, [this]);
  }
  /** {@linkcode sinh} in place. */
  sinh_(this: Tensor): Tensor {
    return dispatchInto(m.sinh, this, [this]);
  }
  /** The hyperbolic cosine; derivative `sinh(x)`. */
  cosh(this: Tensor): Tensor {
    return dispatch(m.cosh, [this]);
  }
  /** {@linkcode cosh} in place. */
  cosh_(this: Tensor): Tensor {
    return dispatchInto(m.cosh, this, [this]);
  }
  /** The hyperbolic tangent; derivative `1 - tanh(x)^2`. */
  tanh(this: Tensor): Tensor {
    return dispatch(m.tanh, [this]);
  }
  /** {@linkcode tanh} in place. */
  tanh_(this: Tensor): Tensor {
    return dispatchInto(m.tanh, this, [this]);
  }
  /** The inverse hyperbolic sine; derivative `1 / sqrt(x^2 + 1)`. */
  asinh(this: Tensor): Tensor {
    return dispatch(m.asinh, [this]);
  }
  /** {@linkcode asinh} in place. */
  asinh_(this: Tensor): Tensor {
    return dispatchInto(m.asinh, this, [this]);
  }
  /** The inverse hyperbolic cosine; derivative `1 / sqrt(x^2 - 1)`. */
  acosh(this: Tensor): Tensor {
    return dispatch(m.acosh, [this]);
  }
  /** {@linkcode acosh} in place. */
  acosh_(this: Tensor): Tensor {
    return dispatchInto(m.acosh, this, [this]);
  }
  /** The inverse hyperbolic tangent; derivative `1 / (1 - x^2)`. */
  atanh(this: Tensor): Tensor {
    return dispatch(m.atanh, [this]);
  }
  /** {@linkcode atanh} in place. */
  atanh_(this: Tensor): Tensor {
    return dispatchInto(m.atanh, this, [this]);
  }
  /** The error function; derivative `2 / sqrt(pi) exp(-x^2)`. */
  erf(this: Tensor): Tensor {
    return dispatch(m.erf, [this]);
  }
  /** {@linkcode erf} in place. */
  erf_(this: Tensor): Tensor {
    return dispatchInto(m.erf, this, [this]);
  }
  /** `1 - erf(x)`, accurate for large x; derivative `-2 / sqrt(pi) exp(-x^2)`. */
  erfc(this: Tensor): Tensor {
    return dispatch(m.erfc, [this]);
  }
  /** {@linkcode erfc} in place. */
  erfc_(this: Tensor): Tensor {
    return dispatchInto(m.erfc, this, [this]);
  }
  /** `1 / (1 + exp(-x))`; derivative `s (1 - s)`. */
  sigmoid(this: Tensor): Tensor {
    return dispatch(m.sigmoid, [this]);
  }
  /** {@linkcode sigmoid} in place. */
  sigmoid_(this: Tensor): Tensor {
    return dispatchInto(m.sigmoid, this, [this]);
  }
}
