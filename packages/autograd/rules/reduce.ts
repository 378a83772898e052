/** Derivatives of reductions and softmax. */

import { cat, ones, type Tensor, where, zerosLike } from "@gradus/tensor";
import {
  capture,
  countOf,
  gradMode,
  normalizeDims,
} from "@gradus/tensor/internal";
import { d, defineRule, type Saved } from "../rule.ts";
import { zerosFor } from "./common.ts";

function dimsOf(s: Saved): number[] {
  const dims = s.attrs.dims as readonly number[] | undefined;
  return normalizeDims(
    dims?.length ? dims : undefined,
    s.shape(0).length,
    "reduce",
  );
}
/** Number of elements that each result folds. */
function countOfFold(s: Saved): number {
  return countOf(dimsOf(s).map((dim) => s.shape(0)[dim]!));
}
/** A result or its gradient with the reduced dims back as size 1. */
function kept(t: Tensor, s: Saved): Tensor {
  if (s.attrs.keepdim) return t;
  const dims = dimsOf(s);
  return t.reshape(s.shape(0).map((size, i) => dims.includes(i) ? 1 : size));
}
/** The gradient of each result for every element that it folds. */
function spread(g: Tensor, s: Saved): Tensor {
  return kept(g, s).expand(s.shape(0));
}

defineRule("sum", [d([], spread)]);
defineRule("mean", [
  d([], (g, s) => spread(g.div(countOfFold(s)), s)),
]);

defineRule("prod", [
  d([0, "out"], (g, s) => {
    const x = s.tensor(0);
    // In a capture there are no elements to look at.
    const mayHaveZero = capture.recorder !== null ||
      (x.device === "cpu" && x.eq(0).any().itemSync() === 1);
    if (!mayHaveZero) return kept(g.mul(s.out()), s).div(x);
    return gradMode.enabled
      ? kept(g, s).mul(productOfOthers(x, dimsOf(s)))
      : gradientWithZeros(g, x, s);
  }),
]);

/**
 * `g y / x`, but where x is 0: g times the product of what is not 0, or 0 if
 * there is another 0. What is differentiated again must not be made this way,
 * as a choice does not show how an element gets to 0.
 */
function gradientWithZeros(g: Tensor, x: Tensor, s: Saved): Tensor {
  const isZero = x.eq(0), dims = dimsOf(s);
  const rest = where(isZero, 1, x).prod(dims, { keepdim: true });
  const single = isZero.sum(dims, { keepdim: true }).eq(1).to(x.dtype);
  return where(
    isZero,
    kept(g, s).mul(rest.mul(single)),
    kept(g.mul(s.out()), s).div(x),
  );
}

/** For every element the product of the others in its fold, right where some are 0. */
function productOfOthers(x: Tensor, dims: readonly number[]): Tensor {
  const rest = x.shape.map((_, i) => i).filter((i) => !dims.includes(i));
  const order = [...rest, ...dims];
  const moved = x.permute(order);
  const flat = moved.reshape([
    ...rest.map((i) => x.shape[i]!),
    countOf(dims.map((i) => x.shape[i]!)),
  ]);
  const back = new Array<number>(order.length);
  order.forEach((from, to) => back[from] = to);
  return productOfOthersInLine(flat)
    .reshape(order.map((i) => x.shape[i]!)).permute(back);
}

/** Along the last dim: the product of the other pairs, times the other of the pair. */
function productOfOthersInLine(line: Tensor): Tensor {
  const n = line.size(-1), before = line.shape.slice(0, -1);
  const one = ones([...before, 1], { dtype: line.dtype, device: line.device });
  if (n < 2) return one.narrow(-1, 0, n);
  const even = n % 2 === 0 ? line : cat([line, one], -1);
  const pairs = even.reshape([...before, Math.ceil(n / 2), 2]);
  const products = pairs.select(-1, 0).mul(pairs.select(-1, 1));
  return productOfOthersInLine(products).unsqueeze(-1).mul(pairs.flip(-1))
    .reshape(even.shape).narrow(-1, 0, n);
}

function deviation(s: Saved): Tensor {
  const x = s.tensor(0);
  return x.sub(x.mean(dimsOf(s), { keepdim: true }));
}
function freedom(s: Saved): number {
  return Math.max(0, countOfFold(s) - (s.attrs.correction as number ?? 1));
}
defineRule("var", [
  d([0], (g, s) => kept(g, s).mul(deviation(s)).mul(2 / freedom(s))),
]);
defineRule("std", [
  d([0, "out"], (g, s) => {
    const y = s.out();
    const outer = where(y.eq(0), 0, g.div(y));
    return kept(outer, s).mul(deviation(s)).mul(1 / freedom(s));
  }),
]);

/** Ties share the gradient equally. */
const shared = d([0, "out"], (g, s) => {
  const x = s.tensor(0);
  const mask = x.eq(kept(s.out(), s)).to(x.dtype);
  const count = mask.sum(dimsOf(s), { keepdim: true });
  return mask.mul(kept(g, s).div(count));
});
for (const name of ["amax", "amin", "maxAll", "minAll"]) {
  defineRule(name, [shared]);
}

/** The element at the returned index takes it all. */
const indexed = d(["out"], (g, s) => {
  const dim = dimsOf(s)[0];
  if (dim === undefined) return g;
  return zerosFor(g, s.shape(0))
    .scatter(dim, kept(s.out(1), s), kept(g, s));
});
defineRule("max", [indexed]);
defineRule("min", [indexed]);

defineRule("logsumexp", [
  d(
    [0, "out"],
    (g, s) => kept(g, s).mul(s.tensor(0).sub(kept(s.out(), s)).exp()),
  ),
]);

defineRule("linalgVectorNorm", [
  d([0, "out"], (g, s) => {
    const x = s.tensor(0), p = s.attrs.p as number;
    const norm = kept(s.out(), s), outer = kept(g, s);
    if (p === 0) return zerosLike(x);
    if (p === 1) return outer.mul(x.sign());
    if (p === 2) return x.mul(where(norm.eq(0), 0, outer.div(norm)));
    if (Math.abs(p) === Infinity) {
      const mask = x.abs().eq(norm).to(x.dtype);
      const count = mask.sum(dimsOf(s), { keepdim: true });
      return x.sign().mul(mask).mul(outer.div(count));
    }
    const scale = where(norm.eq(0), 0, outer.div(norm.pow(p - 1)));
    const power = p < 2
      ? where(x.eq(0), 0, x.abs().pow(p - 1))
      : x.abs().pow(p - 1);
    return x.sign().mul(power).mul(scale);
  }),
]);

function softmaxDim(s: Saved): number {
  return s.attrs.dim as number;
}
defineRule("softmax", [
  d(["out"], (g, s) => {
    const y = s.out();
    if (y.ndim === 0) return zerosLike(g);
    const weighted = g.mul(y);
    return weighted.sub(
      y.mul(weighted.sum(softmaxDim(s), { keepdim: true })),
    );
  }),
]);
defineRule("logSoftmax", [
  d(["out"], (g, s) => {
    const y = s.out();
    if (y.ndim === 0) return zerosLike(g);
    return g.sub(y.exp().mul(g.sum(softmaxDim(s), { keepdim: true })));
  }),
]);
