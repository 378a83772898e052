/** Derivatives of activation functions; at kinks the conventions are PyTorch's. */

import { type Tensor, where } from "@gradus/tensor";
import { d, defineRule, type Saved } from "../rule.ts";
import { number } from "./common.ts";

function ofInput(
  name: string,
  grad: (g: Tensor, x: Tensor, s: Saved) => Tensor,
): void {
  defineRule(name, [d([0], (g, s) => grad(g, s.tensor(0), s))]);
}

// NaN is not <= 0, so its gradient is 1.
defineRule("relu", [d(["out"], (g, s) => where(s.out().le(0), 0, g))]);
ofInput("leakyRelu", (g, x, s) => where(x.gt(0), g, g.mul(number(s, 1))));
ofInput("elu", (g, x, s) => {
  const alpha = number(s, 1), scale = number(s, 2), inner = number(s, 3);
  // NaN is not <= 0, so its slope is that of the positive side.
  const curved = x.le(0);
  // The exponential is not taken where it is not used: it might overflow.
  const exponential = where(curved, x, 0).mul(inner).exp();
  return where(
    curved,
    g.mul(exponential.mul(alpha * scale * inner)),
    g.mul(scale),
  );
});
/** Density of the normal distribution. */
function density(x: Tensor): Tensor {
  return x.square().mul(-0.5).exp().mul(1 / Math.sqrt(2 * Math.PI));
}
ofInput("gelu", (g, x) => {
  const cdf = x.mul(-Math.SQRT1_2).erfc().mul(0.5);
  return g.mul(cdf.add(x.mul(density(x))));
});
ofInput("geluTanh", (g, x) => {
  const k = Math.sqrt(2 / Math.PI), c = 0.044715;
  const square = x.square();
  const t = x.add(x.mul(square).mul(c)).mul(k).tanh();
  const slope = square.mul(3 * c).add(1).mul(k);
  const right = x.mul(t.square().rsub(1)).mul(slope);
  return g.mul(t.add(1).add(right).mul(0.5));
});
ofInput("silu", (g, x) => {
  const s = x.sigmoid();
  return g.mul(s.mul(x.mul(s.rsub(1)).add(1)));
});
ofInput("mish", (g, x) => {
  // log(1 + exp(x)) without overflow.
  const soft = where(x.gt(0), x, 0).add(x.abs().neg().exp().log1p());
  const t = soft.tanh();
  return g.mul(t.add(x.mul(x.sigmoid()).mul(t.square().rsub(1))));
});
ofInput("softplus", (g, x, s) => {
  const scaled = x.mul(number(s, 1));
  return where(scaled.gt(number(s, 2)), g, g.mul(scaled.sigmoid()));
});
ofInput("logSigmoid", (g, x) => g.mul(x.neg().sigmoid()));
ofInput(
  "hardtanh",
  (g, x, s) => where(x.le(number(s, 1)).logicalOr(x.ge(number(s, 2))), 0, g),
);
ofInput(
  "hardsigmoid",
  (g, x) => where(x.gt(-3).logicalAnd(x.lt(3)), g.mul(1 / 6), 0),
);
ofInput(
  "hardswish",
  (g, x) =>
    where(
      x.le(-3),
      0,
      where(x.lt(3), g.mul(x.div(3).add(0.5)), g),
    ),
);
ofInput("softshrink", (g, x, s) => where(x.abs().le(number(s, 1)), 0, g));
ofInput("hardshrink", (g, x, s) => where(x.abs().le(number(s, 1)), 0, g));
ofInput("threshold", (g, x, s) => where(x.le(number(s, 1)), 0, g));
