/** Views that reorder, add, drop and repeat dims. */

import type { Attrs, Op } from "../dispatch.ts";
import { normalizeDim, normalizeDims, showShape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { viewOf, viewOp } from "./view.ts";

/** The dims in another order. */
export const permute: Op = viewOp(
  "permute",
  (t, { dims }: { dims: readonly number[] }) => {
    const order = normalizeDims(dims, t.ndim, "permute");
    if (order.length !== t.ndim) {
      throw new TypeError(
        `Cannot permute a tensor of ${t.ndim} dims: expected all dims, got ${
          showShape(dims)
        }`,
      );
    }
    return viewOf(
      t,
      order.map((d) => t.shape[d]!),
      order.map((d) => t.strides[d]!),
      t.offset,
    );
  },
);

function swapped(t: Tensor, a: number, b: number): Tensor {
  const shape = [...t.shape], strides = [...t.strides];
  if (t.ndim > 0) {
    [shape[a], shape[b]] = [shape[b]!, shape[a]!];
    [strides[a], strides[b]] = [strides[b]!, strides[a]!];
  }
  return viewOf(t, shape, strides, t.offset);
}
/** Two dims swapped. */
export const transpose: Op = viewOp(
  "transpose",
  (t, { dim0, dim1 }: { dim0: number; dim1: number }) =>
    swapped(
      t,
      normalizeDim(dim0, t.ndim, "transpose"),
      normalizeDim(dim1, t.ndim, "transpose"),
    ),
);
/** The transpose of a matrix; fewer dims stay as they are. */
export const t: Op = viewOp("t", (x) => {
  if (x.ndim > 2) {
    throw new TypeError(
      `Cannot use t() on a tensor of ${x.ndim} dims: expected at most 2; use transpose()`,
    );
  }
  return x.ndim < 2
    ? viewOf(x, x.shape, x.strides, x.offset)
    : swapped(x, 0, 1);
});

/** Dims of size 1 repeated, and new dims on the left; -1 keeps a size. */
export const expand: Op = viewOp(
  "expand",
  (t, { shape }: { shape: readonly number[] }) => {
    const missing = shape.length - t.ndim;
    const refuse = (): never => {
      throw new TypeError(
        `Cannot expand a tensor of shape ${showShape(t.shape)} to ${
          showShape(shape)
        }: only dims of size 1 grow`,
      );
    };
    if (missing < 0) refuse();
    const sizes = shape.map((s, d) => {
      const own = d < missing ? 1 : t.shape[d - missing]!;
      if (s === -1 && d >= missing) return own;
      if (!Number.isInteger(s) || s < 0 || (own !== s && own !== 1)) refuse();
      return s;
    });
    const strides = sizes.map((s, d) => {
      const own = d - missing;
      return own < 0 || (t.shape[own] === 1 && s !== 1) ? 0 : t.strides[own]!;
    });
    return viewOf(t, sizes, strides, t.offset);
  },
);

/** A new dim of size 1 before `dim`. */
export const unsqueeze: Op = viewOp(
  "unsqueeze",
  (t, { dim }: { dim: number }) => {
    const at = normalizeDim(dim, t.ndim + 1, "unsqueeze");
    const step = at < t.ndim ? t.shape[at]! * t.strides[at]! : 1;
    return viewOf(
      t,
      [...t.shape.slice(0, at), 1, ...t.shape.slice(at)],
      [...t.strides.slice(0, at), step, ...t.strides.slice(at)],
      t.offset,
    );
  },
);
/** Drops dims of size 1: all, or those of `dims` that have it. */
export const squeeze: Op = viewOp(
  "squeeze",
  (t, { dims }: { dims?: readonly number[] }) => {
    const among = normalizeDims(dims, t.ndim, "squeeze");
    const keep = t.shape.map((_, d) => d).filter((d) =>
      t.shape[d] !== 1 || !among.includes(d)
    );
    return viewOf(
      t,
      keep.map((d) => t.shape[d]!),
      keep.map((d) => t.strides[d]!),
      t.offset,
    );
  },
  {
    node: (_, attrs: Attrs) =>
      `SqueezeBackward${
        attrs.dims === undefined
          ? 0
          : (attrs.dims as number[]).length > 1
          ? 2
          : 1
      }`,
  },
);
