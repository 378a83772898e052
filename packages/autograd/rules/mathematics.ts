/** Derivatives of elementary functions. */

import { type Tensor, where, zerosLike } from "@gradus/tensor";
import { d, defineRule } from "../rule.ts";

/** A rule that needs the input. */
function ofInput(name: string, grad: (g: Tensor, x: Tensor) => Tensor): void {
  defineRule(name, [d([0], (g, s) => grad(g, s.tensor(0)))]);
}
/** A rule that needs the result. */
function ofOutput(name: string, grad: (g: Tensor, y: Tensor) => Tensor): void {
  defineRule(name, [d(["out"], (g, s) => grad(g, s.out()))]);
}

defineRule("neg", [d([], (g) => g.neg())]);
ofInput("abs", (g, x) => g.mul(x.sign()));
for (const name of ["sign", "floor", "ceil", "trunc", "round"]) {
  defineRule(name, [d([], (g) => zerosLike(g))]);
}
defineRule("frac", [d([], (g) => g)]);
ofInput("square", (g, x) => g.mul(x).mul(2));
ofOutput("reciprocal", (g, y) => g.neg().mul(y.square()));
ofOutput("sqrt", (g, y) => g.div(y.mul(2)));
ofOutput("cbrt", (g, y) => g.div(y.square().mul(3)));
ofOutput("rsqrt", (g, y) => g.mul(y.pow(3)).mul(-0.5));

ofOutput("exp", (g, y) => g.mul(y));
ofOutput("exp2", (g, y) => g.mul(y).mul(Math.LN2));
ofOutput("expm1", (g, y) => g.mul(y.add(1)));
ofInput("log", (g, x) => g.div(x));
ofInput("log2", (g, x) => g.div(x.mul(Math.LN2)));
ofInput("log10", (g, x) => g.div(x.mul(Math.LN10)));
ofInput("log1p", (g, x) => g.div(x.add(1)));
ofInput("sin", (g, x) => g.mul(x.cos()));
ofInput("cos", (g, x) => g.mul(x.sin().neg()));
ofOutput("tan", (g, y) => g.mul(y.square().add(1)));
ofInput("asin", (g, x) => g.mul(x.square().rsub(1).rsqrt()));
ofInput("acos", (g, x) => g.mul(x.square().rsub(1).rsqrt().neg()));
ofInput("atan", (g, x) => g.div(x.square().add(1)));
ofInput("sinh", (g, x) => g.mul(x.cosh()));
ofInput("cosh", (g, x) => g.mul(x.sinh()));
ofOutput("tanh", (g, y) => g.mul(y.square().rsub(1)));
ofInput("asinh", (g, x) => g.mul(x.square().add(1).rsqrt()));
ofInput("acosh", (g, x) => g.mul(x.square().sub(1).rsqrt()));
ofInput("atanh", (g, x) => g.div(x.square().rsub(1)));
ofInput(
  "erf",
  (g, x) => g.mul(x.square().neg().exp().mul(2 / Math.sqrt(Math.PI))),
);
ofInput(
  "erfc",
  (g, x) => g.mul(x.square().neg().exp().mul(-2 / Math.sqrt(Math.PI))),
);
ofOutput("sigmoid", (g, y) => g.mul(y.mul(y.rsub(1))));

/** `numerator / (a^2 + b^2)`, 0 at the origin. */
function overSquares(
  g: Tensor,
  a: Tensor,
  b: Tensor,
  numerator: Tensor,
): Tensor {
  const squares = a.square().add(b.square());
  return where(squares.eq(0), 0, g.mul(numerator.div(squares)));
}
function both(x: Tensor | number, like: Tensor | number): Tensor {
  return typeof x === "number" ? zerosLike(like as Tensor).add(x) : x;
}
defineRule("atan2", [
  d([0, 1], (g, s) => {
    const a = s.tensor(0), b = both(s.value(1), a);
    return overSquares(g, a, b, b);
  }),
  d([0, 1], (g, s) => {
    const b = s.tensor(1), a = both(s.value(0), b);
    return overSquares(g, a, b, a.neg());
  }),
]);
defineRule("hypot", [
  d([0, "out"], (g, s) => g.mul(s.tensor(0).div(s.out()))),
  d([1, "out"], (g, s) => g.mul(s.tensor(1).div(s.out()))),
]);
defineRule("copysign", [
  d([0, "out"], (g, s) => {
    const x = s.tensor(0).detach();
    return where(x.eq(0), 0, g.mul(s.out().detach().div(x)));
  }),
  d([], (g) => zerosLike(g)),
]);
defineRule("xlogy", [
  d([0, 1], (g, s) => {
    const x = s.tensor(0), y = s.value(1);
    // The logarithm of what is not positive does not count where x is 0.
    if (typeof y === "object") {
      return where(x.eq(0).logicalAnd(y.le(0)), 0, g.xlogy(y));
    }
    return y <= 0 ? where(x.eq(0), 0, g.xlogy(y)) : g.xlogy(y);
  }),
  d([0, 1], (g, s) => g.mul(s.tensor(1).reciprocal().mul(s.value(0)))),
]);
defineRule("logaddexp", [
  d([0, 1], (g, s) => {
    const x = s.tensor(0), y = s.value(1);
    const ahead = typeof y === "number" ? x.rsub(y) : y.sub(x);
    return g.div(ahead.exp().add(1));
  }),
  d([0, 1], (g, s) => g.div(s.tensor(0).sub(s.tensor(1)).exp().add(1))),
]);
