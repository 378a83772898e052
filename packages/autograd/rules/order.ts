/** Derivatives of what rearranges, sorts and accumulates elements. */

import { eye, type Tensor, where, zeros } from "@gradus/tensor";
import { capture, gradMode } from "@gradus/tensor/internal";
import { d, defineRule, type Derivative, type Saved } from "../rule.ts";

defineRule("flip", [d([], (g, s) => g.flip(s.attrs.dims as number[]))]);
defineRule("roll", [
  d([], (g, s) => {
    const { shifts, dims } = s.attrs as { shifts: number[]; dims: number[] };
    return g.roll(shifts.map((n) => -n), dims);
  }),
]);
defineRule("tril", [d([], (g, s) => g.tril(s.attrs.diagonal as number))]);
defineRule("triu", [d([], (g, s) => g.triu(s.attrs.diagonal as number))]);

/** The sums of all ends along `dim`. */
function sumsFromEnd(g: Tensor, dim: number): Tensor {
  return g.flip(dim).cumsum(dim).flip(dim);
}
defineRule("cumsum", [d([], (g, s) => sumsFromEnd(g, s.attrs.dim as number))]);

/**
 * With y the products, dy[k] / dx[i] is y[k] / x[i] from k = i on, but where an
 * element is 0 the product of the others must be computed without it.
 */
defineRule("cumprod", [
  d([0, "out"], (g, s) => {
    const x = s.tensor(0), dim = s.attrs.dim as number;
    if (x.ndim === 0) return g;
    // In a capture there are no elements to look at.
    const mayHaveZero = capture.recorder !== null ||
      x.eq(0).any().itemSync() === 1;
    if (!mayHaveZero) return sumsFromEnd(g.mul(s.out()), dim).div(x);
    if (!gradMode.enabled) return gradientWithZeros(g, x, s.out(), dim);
    const line = x.transpose(dim, -1);
    const n = line.size(-1);
    const self = eye(n, n, { dtype: "bool" });
    // [..., i, k]: the product of the first elements up to k without i.
    const others = where(self, 1, line.unsqueeze(-2)).cumprod(-1).triu();
    const weighted = others.mul(g.transpose(dim, -1).unsqueeze(-2));
    return weighted.sum(-1).transpose(dim, -1);
  }),
]);

/**
 * Only at the first 0 of a line do products without the element matter: before
 * it the quotients are right, and behind it all products stay 0. What is
 * differentiated again must not be made this way, as a choice does not show how
 * an element gets to 0.
 */
function gradientWithZeros(
  g: Tensor,
  x: Tensor,
  y: Tensor,
  dim: number,
): Tensor {
  const isZero = x.eq(0);
  const isFirst = isZero.logicalAnd(isZero.cumsum(dim).eq(1));
  const without = where(isFirst, 1, x).cumprod(dim);
  const sums = sumsFromEnd(g.mul(y), dim);
  const atFirst = sumsFromEnd(g.mul(without), dim);
  return where(isZero, where(isFirst, atFirst, sums), sums.div(x));
}

/** The gradient of elements that were taken goes back to where they were. */
function taken(hasDim: (s: Saved) => boolean): Derivative {
  return d(["out"], (g, s) => {
    const shape = s.shape(0), dim = s.attrs.dim as number;
    if (shape.length === 0) return g;
    const back = (t: Tensor) => hasDim(s) ? t : t.unsqueeze(dim);
    return zeros(shape, { dtype: g.dtype, device: g.device })
      .scatterAdd(dim, back(s.out(1)), back(g));
  });
}
for (const name of ["sort", "topk", "cummax", "cummin"]) {
  defineRule(name, [taken(() => true)]);
}
for (const name of ["kthvalue", "median"]) {
  defineRule(name, [taken((s) => s.attrs.keepdim as boolean)]);
}
/** Elements that equal the median of all share its gradient equally. */
defineRule("medianAll", [
  d([0, "out"], (g, s) => {
    const x = s.tensor(0), middle = s.out();
    const mask = x.eq(middle).logicalOr(x.isnan().logicalAnd(middle.isnan()))
      .to(x.dtype);
    return mask.mul(g.div(mask.sum()));
  }),
]);
