/** Derivatives of views, joins, indexing and matrix products. */

import type { Tensor } from "@gradus/tensor";
import {
  adjointOps,
  type Attrs,
  dispatch,
  indexOps,
  normalizeDim,
} from "@gradus/tensor/internal";
import { d, defineRule, type Saved } from "../rule.ts";
import { zerosFor } from "./common.ts";

const sameElements = d([], (g, s) => g.reshape(s.shape(0)));
for (const name of ["view", "unsafeView", "unsqueeze", "squeeze"]) {
  defineRule(name, [sameElements]);
}
defineRule("contiguous", [d([], (g) => g)]);
defineRule("toDevice", [d([], (g) => g.to("cpu"))]);
// The engine sums what was repeated.
defineRule("expand", [d([], (g) => g)]);
defineRule("t", [d([], (g) => g.t())]);
defineRule("transpose", [
  d([], (g, s) => g.transpose(s.attrs.dim0 as number, s.attrs.dim1 as number)),
]);
defineRule("permute", [
  d([], (g, s) => {
    const dims = s.attrs.dims as readonly number[];
    const back = new Array<number>(dims.length);
    dims.forEach((from, to) =>
      back[normalizeDim(from, dims.length, "permute")] = to
    );
    return g.permute(back);
  }),
]);
defineRule("select", [
  d(
    [],
    (g, s) =>
      dispatch(adjointOps.selectBackward, [g], {
        ...s.attrs,
        shape: s.shape(0),
      }),
  ),
]);
defineRule("selectBackward", [
  d([], (g, s) => g.select(s.attrs.dim as number, s.attrs.index as number)),
]);
defineRule("slice", [
  d(
    [],
    (g, s) =>
      dispatch(adjointOps.sliceBackward, [g], {
        ...s.attrs,
        shape: s.shape(0),
      }),
  ),
]);
defineRule("sliceBackward", [
  d([], (g, s) => {
    const { dim, start, end, step } = s.attrs as Record<string, number>;
    return g.slice(dim, start, end, step);
  }),
]);
defineRule("diagonal", [
  d([], (g, s) => {
    const { offset, dim1, dim2 } = s.attrs as Record<string, number>;
    const out = zerosFor(g, s.shape(0));
    out.diagonal(offset, dim1, dim2).copy_(g);
    return out;
  }),
]);

interface Geometry {
  readonly shape: readonly number[];
  readonly strides: readonly number[];
  readonly offset: number;
}
interface AsStrided extends Geometry {
  readonly source: Geometry & { readonly size: number };
}
/** What stood in memory as `from`, seen as `to`; 0 in between. */
function restrided(
  t: Tensor,
  storageSize: number,
  from: Geometry,
  to: Geometry,
): Tensor {
  return dispatch(adjointOps.asStridedBackward, [t], {
    storageSize,
    shape: to.shape,
    strides: to.strides,
    offset: to.offset,
    viewShape: from.shape,
    viewStrides: from.strides,
    viewOffset: from.offset,
  });
}
/** `asStrided` of a tensor that need not lie in memory as the source did. */
export function asStridedAnywhere(t: Tensor, attrs: Attrs): Tensor {
  const to = attrs as unknown as AsStrided;
  return restrided(t, to.source.size, to.source, to);
}
defineRule("asStrided", [
  d([], (g, s) => {
    const from = s.attrs as unknown as AsStrided;
    return restrided(g, from.source.size, from, from.source);
  }),
]);
// The adjoint is the same with the two geometries exchanged.
defineRule("asStridedBackward", [
  d([], (g, s) => {
    const a = s.attrs;
    return dispatch(adjointOps.asStridedBackward, [g], {
      storageSize: a.storageSize,
      shape: a.viewShape,
      strides: a.viewStrides,
      offset: a.viewOffset,
      viewShape: a.shape,
      viewStrides: a.strides,
      viewOffset: a.offset,
    });
  }),
]);

defineRule("cat", (i) =>
  d([], (g, s) => {
    const dim = normalizeDim(s.attrs.dim as number, g.ndim, "concatenate");
    const sizeOf = (k: number) => {
      const shape = s.shape(k);
      return shape.length === 1 && shape[0] === 0 ? 0 : shape[dim]!;
    };
    let at = 0;
    for (let k = 0; k < i; k++) at += sizeOf(k);
    const part = g.narrow(dim, at, sizeOf(i));
    return part.reshape(s.shape(i));
  }));
defineRule("stack", (i) => d([], (g, s) => g.select(s.attrs.dim as number, i)));

const along = (s: Saved): [number, Tensor] => [
  s.attrs.dim as number,
  s.attrs.index as Tensor,
];
defineRule("gather", [
  d([], (g, s) => zerosFor(g, s.shape(0)).scatterAdd(...along(s), g)),
]);
defineRule("scatter", [
  d([], (g, s) => g.scatter(...along(s), 0)),
  d([], (g, s) => sourceGrad(g.gather(...along(s)), s)),
]);
defineRule("scatterAdd", [
  d([], (g) => g),
  d([], (g, s) => sourceGrad(g.gather(...along(s)), s)),
]);
/** A source may be larger than the index: the rest of it has no part. */
function sourceGrad(g: Tensor, s: Saved): Tensor {
  const shape = s.shape(1);
  if (shape.length === 0 || shape.every((size, i) => size === g.shape[i])) {
    return g;
  }
  let out = g;
  shape.forEach((size, dim) => {
    if (size === out.shape[dim]) return;
    const grown = out.shape.map((own, i) => i === dim ? size : own);
    out = dispatch(adjointOps.sliceBackward, [out], {
      dim,
      start: 0,
      end: out.shape[dim]!,
      step: 1,
      shape: grown,
    });
  });
  return out;
}
defineRule("index", [
  d([], (g, s) =>
    dispatch(indexOps.indexPut, [zerosFor(g, s.shape(0)), g], {
      indices: s.attrs.indices,
      accumulate: true,
    })),
]);
defineRule("indexPut", [
  d(
    [],
    (g, s) =>
      s.attrs.accumulate
        ? g
        : dispatch(indexOps.indexPut, [g, zerosFor(g, [])], {
          indices: s.attrs.indices,
        }),
  ),
  d([], (g, s) => dispatch(indexOps.index, [g], { indices: s.attrs.indices })),
]);

/** `a^T g` laid out as `b`, so that the gradient of a weight used as `w.t()` is row-major. */
function rightFactor(a: Tensor, b: Tensor, g: Tensor): Tensor {
  const transposed = b.strides[0] === 1 && b.strides[1] === b.shape[0];
  return transposed ? g.t().mm(a).t() : a.t().mm(g);
}
defineRule("mm", [
  d([1], (g, s) => g.mm(s.tensor(1).t())),
  d([0, 1], (g, s) => rightFactor(s.tensor(0), s.tensor(1), g)),
]);
defineRule("addmm", [
  d([], (g, s) => scaled(g, s.attrs.beta)),
  d([2], (g, s) => scaled(g, s.attrs.alpha).mm(s.tensor(2).t())),
  d(
    [1, 2],
    (g, s) => scaled(rightFactor(s.tensor(1), s.tensor(2), g), s.attrs.alpha),
  ),
]);
function scaled(g: Tensor, factor: unknown): Tensor {
  return factor === undefined || factor === 1 ? g : g.mul(factor as number);
}
defineRule("bmm", [
  d([1], (g, s) => g.bmm(s.tensor(1).mT)),
  d([0], (g, s) => s.tensor(0).mT.bmm(g)),
]);
defineRule("matmul", [
  d([1], (g, s) => g.matmul(s.tensor(1).mT)),
  d([0], (g, s) => s.tensor(0).mT.matmul(g)),
]);
defineRule("mv", [
  d([1], (g, s) => g.outer(s.tensor(1))),
  d([0], (g, s) => s.tensor(0).t().mv(g)),
]);
defineRule("dot", [
  d([1], (g, s) => g.mul(s.tensor(1))),
  d([0], (g, s) => g.mul(s.tensor(0))),
]);
