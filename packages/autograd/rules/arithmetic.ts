/** Derivatives of arithmetic. Conventions at kinks are PyTorch's. */

import { type Tensor, where, zerosLike } from "@gradus/tensor";
import { d, defineRule, type Saved } from "../rule.ts";

/** `g` where `mask` is true, 0 elsewhere. */
const only = (mask: Tensor, g: Tensor): Tensor => where(mask, g, 0);

defineRule("add", [d([], (g) => g), d([], (g) => g)]);
defineRule("sub", [d([], (g) => g), d([], (g) => g.neg())]);
defineRule("mul", [
  d([1], (g, s) => g.mul(s.value(1))),
  d([0], (g, s) => g.mul(s.value(0))),
]);
defineRule("div", [
  d([1], (g, s) => g.div(s.value(1))),
  d([0, 1], (g, s) => {
    const b = s.tensor(1);
    return g.neg().mul(b.reciprocal().mul(s.value(0)).div(b));
  }),
]);
for (const name of ["floorDivide", "truncDivide"]) {
  defineRule(name, [d([], (g) => zerosLike(g)), d([], (g) => zerosLike(g))]);
}
defineRule("remainder", [
  d([], (g) => g),
  d([0, 1], (g, s) => g.neg().mul(quotient(s, "floor"))),
]);
defineRule("fmod", [
  d([], (g) => g),
  d([0, 1], (g, s) => g.neg().mul(quotient(s, "trunc"))),
]);

function quotient(s: Saved, roundingMode: "floor" | "trunc"): Tensor {
  const a = s.value(0), b = s.tensor(1).detach();
  return typeof a === "number"
    ? zerosLike(b).add(a).div(b, { roundingMode })
    : a.detach().div(b, { roundingMode });
}

defineRule("pow", [
  d([0, 1], (g, s) => {
    const x = s.tensor(0), n = s.value(1);
    if (typeof n === "number") {
      if (n === 0) return zerosLike(g);
      return n === 2 ? g.mul(x).mul(2) : g.mul(x.pow(n - 1).mul(n));
    }
    return only(n.ne(0), g.mul(n.mul(x.pow(n.sub(1)))));
  }),
  d([0, 1, "out"], (g, s) => {
    const x = s.value(0), n = s.tensor(1);
    const slope = g.mul(s.out());
    if (typeof x === "number") {
      return x === 0
        ? only(n.lt(0), slope.mul(Math.log(x)))
        : slope.mul(Math.log(x));
    }
    return where(x.eq(0).logicalAnd(n.ge(0)), 0, slope.mul(x.log()));
  }),
]);

/** Gradient of `maximum` or `minimum` to one side: half each on ties. */
function extreme(side: 0 | 1, largest: boolean) {
  return d([0, 1], (g, s) => {
    // One of the two may be a number, but not both.
    const own = s.value(side), other = s.value(1 - side);
    const [t, against] = typeof own === "object"
      ? [own, other]
      : [other as Tensor, own];
    const loses = (typeof own === "object") === largest
      ? t.lt(against)
      : t.gt(against);
    // NaN neither ties nor loses: both sides get the gradient.
    return where(t.eq(against), g.mul(0.5), where(loses, 0, g));
  });
}
defineRule("maximum", [extreme(0, true), extreme(1, true)]);
defineRule("minimum", [extreme(0, false), extreme(1, false)]);

defineRule("where", [
  null,
  d([0], (g, s) => where(s.tensor(0), g, 0)),
  d([0], (g, s) => where(s.tensor(0), 0, g)),
]);
defineRule("lerp", [
  d([2], (g, s) => {
    const w = s.value(2);
    return g.mul(typeof w === "number" ? 1 - w : w.rsub(1));
  }),
  d([2], (g, s) => g.mul(s.value(2))),
  d([0, 1], (g, s) => {
    const [a, b] = [s.value(0), s.value(1)];
    return g.mul(typeof b === "number" ? (a as Tensor).rsub(b) : b.sub(a));
  }),
]);
defineRule("addcmul", [
  d([], (g) => g),
  d([2, 3], (g, s) => g.mul(s.tensor(2)).mul(s.value(3))),
  d([1, 3], (g, s) => g.mul(s.tensor(1)).mul(s.value(3))),
  d([1, 2], (g, s) => g.mul(s.tensor(1)).mul(s.tensor(2))),
]);
defineRule("addcdiv", [
  d([], (g) => g),
  d([2, 3], (g, s) => g.div(s.tensor(2)).mul(s.value(3))),
  d([1, 2, 3], (g, s) => {
    const c = s.tensor(2);
    return g.neg().mul(s.value(3)).mul(s.tensor(1).div(c.square()));
  }),
  d([1, 2], (g, s) => g.mul(s.tensor(1)).div(s.tensor(2))),
]);
// Inside the bounds and at them.
defineRule("clamp", [
  d([0, 1, 2], (g, s) => {
    const x = s.tensor(0);
    return only(x.ge(s.value(1)).logicalAnd(x.le(s.value(2))), g);
  }),
  d([0, 1, 2], (g, s) => {
    // Where low is above high the result is high, so low has no part in it.
    const low = s.tensor(1);
    return only(s.tensor(0).lt(low).logicalAnd(low.lt(s.value(2))), g);
  }),
  d([0, 1, 2], (g, s) => {
    const x = s.tensor(0), low = s.value(1), high = s.tensor(2);
    return only(x.gt(high).logicalOr(high.le(low)), g);
  }),
]);

// The second input is what was overwritten.
defineRule("copy", [d([], (g) => g), d([], (g) => zerosLike(g))]);
defineRule("clone", [d([], (g) => g)]);
defineRule("toCopy", [d([], (g) => g)]);
defineRule("random", [d([], (g) => zerosLike(g))]);
