/**
 * Activation functions. Parameters such as slopes are inputs, so that changing
 * one does not compile another kernel.
 */

import type { Op } from "../dispatch.ts";
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
const zero = (a: Expr): Expr => lit(a, 0);
const one = (a: Expr): Expr => lit(a, 1);

function activation(
  name: string,
  expr: (...a: Expr[]) => Expr,
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

/** `max(x, 0)`; NaN stays. */
export const relu: Op = activation(
  "relu",
  (a: Expr) => x.max(a, zero(a)),
  numeric,
);
export const leakyRelu: Op = /* @__PURE__ */ activation(
  "leakyRelu",
  (a: Expr, slope: Expr) => x.select(x.gt(a, zero(a)), a, x.mul(a, slope)),
);
/** `x > 0 ? scale * x : scale * alpha * (exp(x * inputScale) - 1)`: ELU, SELU and CELU. */
export const elu: Op = /* @__PURE__ */ activation(
  "elu",
  (a: Expr, alpha: Expr, scale: Expr, inputScale: Expr) =>
    x.select(
      x.gt(a, zero(a)),
      x.mul(scale, a),
      x.mul(x.mul(scale, alpha), math.expm1(x.mul(a, inputScale))),
    ),
);
/** `x Phi(x)` with the normal distribution function. */
export const gelu: Op = /* @__PURE__ */ activation(
  "gelu",
  (a: Expr) => x.mul(a, math.normalCdf(a)),
);
/** The tanh approximation of GELU. */
export const geluTanh: Op = /* @__PURE__ */ activation(
  "geluTanh",
  (a: Expr) => {
    const cube = x.mul(x.mul(a, a), a);
    const inner = x.mul(
      lit(a, Math.sqrt(2 / Math.PI)),
      x.add(a, x.mul(lit(a, 0.044715), cube)),
    );
    return x.mul(x.mul(lit(a, 0.5), a), x.add(one(a), math.tanh(inner)));
  },
  floating,
  "GeluBackward0",
);
export const silu: Op = /* @__PURE__ */ activation(
  "silu",
  (a: Expr) => x.mul(a, math.sigmoid(a)),
);
/** `log(1 + exp(x))` without overflow. */
function stableSoftplus(a: Expr): Expr {
  return x.add(
    x.max(a, zero(a)),
    math.log1p(math.exp(x.neg(x.abs(a)))),
  );
}
export const mish: Op = /* @__PURE__ */ activation(
  "mish",
  (a: Expr) => x.mul(a, math.tanh(stableSoftplus(a))),
);
export const softplus: Op = /* @__PURE__ */ activation(
  "softplus",
  (a: Expr, beta: Expr, threshold: Expr) => {
    const scaled = x.mul(a, beta);
    return x.select(
      x.gt(scaled, threshold),
      a,
      x.div(stableSoftplus(scaled), beta),
    );
  },
);
export const logSigmoid: Op = /* @__PURE__ */ activation(
  "logSigmoid",
  (a: Expr) =>
    x.sub(
      x.min(a, zero(a)),
      math.log1p(math.exp(x.neg(x.abs(a)))),
    ),
);
export const hardtanh: Op = /* @__PURE__ */ activation(
  "hardtanh",
  (a: Expr, low: Expr, high: Expr) => x.min(x.max(a, low), high),
  same,
);
export const hardsigmoid: Op = /* @__PURE__ */ activation(
  "hardsigmoid",
  (a: Expr) =>
    x.div(
      x.min(x.max(x.add(a, lit(a, 3)), zero(a)), lit(a, 6)),
      lit(a, 6),
    ),
);
export const hardswish: Op = /* @__PURE__ */ activation(
  "hardswish",
  (a: Expr) =>
    x.div(
      x.mul(a, x.min(x.max(x.add(a, lit(a, 3)), zero(a)), lit(a, 6))),
      lit(a, 6),
    ),
);
export const softshrink: Op = /* @__PURE__ */ activation(
  "softshrink",
  (a: Expr, lambda: Expr) =>
    x.select(
      x.gt(a, lambda),
      x.sub(a, lambda),
      // Keeps NaN; adding 0 turns -0 into 0.
      x.select(
        x.lt(a, x.neg(lambda)),
        x.add(a, lambda),
        x.add(x.mul(a, zero(a)), zero(a)),
      ),
    ),
);
export const hardshrink: Op = /* @__PURE__ */ activation(
  "hardshrink",
  (a: Expr, lambda: Expr) => x.select(x.le(x.abs(a), lambda), zero(a), a),
);
export const threshold: Op = /* @__PURE__ */ activation(
  "threshold",
  (a: Expr, limit: Expr, value: Expr) => x.select(x.le(a, limit), value, a),
  same,
);
