/** Derivatives of losses. Those at kinks are PyTorch's. */

import { logSigmoid, type Tensor, where } from "@gradus/tensor";
import {
  countOf,
  dispatch,
  dispatchAll,
  nllOps,
} from "@gradus/tensor/internal";
import { d, defineRule, type Saved } from "../rule.ts";

/** The gradient of the loss of each element, `factor` times. */
function scaled(g: Tensor, s: Saved, factor = 1): Tensor {
  const share = s.attrs.reduction === "mean" ? countOf(s.shape(0)) : 1;
  return factor === share ? g : g.mul(factor / share);
}
function difference(s: Saved): Tensor {
  return s.tensor(0).sub(s.tensor(1));
}
/** The gradients of a function of `input - target`, of its `slope`. */
function ofDifference(slope: (s: Saved) => Tensor, factor = 1) {
  return [
    d([0, 1], (g, s) => slope(s).mul(scaled(g, s, factor))),
    d([0, 1], (g, s) => slope(s).mul(scaled(g, s, -factor))),
  ];
}

defineRule("mseLoss", ofDifference(difference, 2));
defineRule(
  "smoothL1Loss",
  ofDifference((s) => {
    const t = difference(s), beta = s.attrs.beta as number;
    return where(t.abs().ge(beta), t.sign(), t.div(beta));
  }),
);
defineRule(
  "huberLoss",
  ofDifference((s) => {
    const t = difference(s), delta = s.attrs.delta as number;
    return where(t.abs().ge(delta), t.sign().mul(delta), t);
  }),
);

/** The gradient of each element's loss, times its weight. */
function weighted(g: Tensor, s: Saved): Tensor {
  const w = s.value(2);
  return typeof w === "number" ? scaled(g, s, w) : scaled(g, s).mul(w);
}

/** Keeps the slope at 0 and 1 finite; PyTorch has this constant in single precision. */
const leastSlope = Math.fround(1e-12);

defineRule("binaryCrossEntropy", [
  d([0, 1, 2], (g, s) => {
    const p = s.tensor(0);
    const spread = p.mul(p.rsub(1)).clamp({ min: leastSlope });
    return difference(s).div(spread).mul(weighted(g, s));
  }),
  d([0, 2], (g, s) => {
    const p = s.tensor(0);
    const logs = (t: Tensor) => t.clamp({ min: -100 });
    return logs(p.neg().log1p()).sub(logs(p.log())).mul(weighted(g, s));
  }),
  null,
]);

defineRule("binaryCrossEntropyWithLogits", [
  d([0, 1, 2, 3], (g, s) => {
    const y = s.tensor(1), p = s.value(3), probability = s.tensor(0).sigmoid();
    if (p === 1) return probability.sub(y).mul(weighted(g, s));
    const positive = y.mul(p);
    const both = positive.add(y.rsub(1));
    return both.mul(probability).sub(positive).mul(weighted(g, s));
  }),
  d([0, 2, 3], (g, s) => {
    const x = s.tensor(0), p = s.value(3);
    if (p === 1) return x.mul(weighted(g.neg(), s));
    return logSigmoid(x.neg()).sub(logSigmoid(x).mul(p)).mul(weighted(g, s));
  }),
  null,
  null,
]);

// What PyTorch clamps without recording it.
defineRule("clampVariance", [d([], (g) => g)]);

// The loss and its gradient are linear, and each the derivative of the other.
defineRule("nllLoss", [
  d([1, 2, "out"], (g, s) => {
    const total = s.attrs.reduction === "mean" ? s.out(1) : 1;
    return dispatch(
      nllOps.nllLossBackward,
      [g, s.tensor(1), s.value(2), total],
      { ...s.attrs, shape: s.shape(0) },
    );
  }),
  null,
  null,
]);
defineRule("nllLossBackward", [
  d([1, 2], (g, s) =>
    dispatchAll(
      nllOps.nllLoss,
      [g, s.tensor(1), s.value(2)],
      s.attrs,
    )[0]!),
  null,
  null,
  null,
]);
