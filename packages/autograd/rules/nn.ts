/** Derivatives of the operations of layers. */

import { type Tensor, where } from "@gradus/tensor";
import { d, defineRule, type Saved } from "../rule.ts";
import { markRows } from "../sparse_rows.ts";
import { zerosFor } from "./common.ts";

/** The rows that learn from a lookup: in place of the padding row another one stands twice. */
function lookedUp(indices: Tensor, padding: number | null): Tensor {
  if (padding === null || indices.numel === 0) return indices.clone();
  const others = where(indices.eq(padding), -1, indices);
  const last = others.max();
  // If there is none, the padding row learns that its gradient is zero.
  return where(others.ge(0), indices, where(last.ge(0), last, padding));
}

/** Each row gets the sum of the gradients of its copies, the padding row none. */
defineRule("embedding", [
  d([], (g, s) => {
    const [rows, columns] = s.shape(0) as [number, number];
    const indices = (s.attrs.indices as Tensor).reshape([-1]);
    let each = g.reshape([indices.numel, columns]);
    if (s.attrs.scaleGradByFreq) {
      const once = zerosFor(g, [indices.numel]).add(1);
      const counts = zerosFor(g, [rows]).indexAdd(0, indices, once);
      each = each.div(counts.indexSelect(0, indices).unsqueeze(1));
    }
    const padding = s.attrs.paddingIdx as number | null | undefined ?? null;
    if (padding !== null) {
      each = where(indices.eq(padding).unsqueeze(1), 0, each);
    }
    const sum = zerosFor(g, [rows, columns]).indexAdd(0, indices, each);
    if (s.attrs.sparse) markRows(sum, lookedUp(indices, padding));
    return sum;
  }),
]);

/** The input of a layer normalization without its mean, and what it was divided by. */
function standardized(s: Saved): {
  dims: number[];
  normal: Tensor;
  inverseStd: Tensor;
} {
  const x = s.tensor(0);
  const { length } = s.attrs.normalizedShape as readonly number[];
  const dims = Array.from({ length }, (_, i) => i - length);
  const variance = x.var(dims, { correction: 0, keepdim: true });
  const inverseStd = variance.add(s.attrs.eps as number).rsqrt();
  const mean = x.mean(dims, { keepdim: true });
  return { dims, normal: x.sub(mean).mul(inverseStd), inverseStd };
}
// Mean and variance depend on x too: their parts are the two means taken away.
defineRule("nativeLayerNorm", [
  d([0, 1], (g, s) => {
    const { dims, normal, inverseStd } = standardized(s);
    const weighted = g.mul(s.value(1));
    const shift = weighted.mean(dims, { keepdim: true });
    const slope = weighted.mul(normal).mean(dims, { keepdim: true });
    return inverseStd.mul(weighted.sub(shift).sub(normal.mul(slope)));
  }),
  d([0], (g, s) => g.mul(standardized(s).normal)),
  d([], (g) => g),
]);

/** At 0 the derivative is that of the negative side. */
defineRule("preluKernel", [
  d([0, 1], (g, s) => where(s.tensor(0).gt(0), g, g.mul(s.tensor(1)))),
  d([0], (g, s) => where(s.tensor(0).gt(0), 0, g.mul(s.tensor(0)))),
]);
