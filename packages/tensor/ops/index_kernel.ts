/**
 * Copying between a tensor and places in another that index tensors give:
 * what indexing, gather and scatter share.
 */

import { type DType, isFloating } from "../dtype.ts";
import * as x from "../expr.ts";
import type { Expr } from "../expr.ts";
import { laneOf, type Store } from "../kernel.ts";
import { broadcastStrides, countOf } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { allKernels, findWrong, requireAll } from "./all_hold.ts";
import { allocate } from "./allocate.ts";
import { kernelsBy } from "./kernels.ts";

const within = allKernels(
  "within",
  (index: Expr, low: Expr, end: Expr) => {
    const place = x.cast(index, "i64");
    return x.and(x.ge(place, low), x.lt(place, end));
  },
  ["i64", "i64"],
);

/** Throws unless every index is in [low, end); those on a GPU cannot be looked at. */
export function checkWithin(
  action: string,
  index: Tensor,
  low: number,
  end: number,
): void {
  requireAll(within(index.dtype), [index], () => {
    const wrong = findWrong(index, (place) => place < low || place >= end);
    throw new RangeError(
      `Cannot ${action}: expected indices in [${low}, ${
        end - 1
      }], got ${wrong}`,
    );
  }, [low, end]);
}

/** Throws unless `index` holds places of a dim, of which negative ones count from the end. */
export function checkIndex(action: string, index: Tensor, size: number): void {
  if (isFloating(index.dtype) || index.dtype === "bool") {
    throw new TypeError(
      `Cannot ${action}: expected integer indices, got ${index.dtype}`,
    );
  }
  checkWithin(action, index, -size, size);
}

/**
 * A kernel that copies between a tensor and places in another. Index k is
 * input `1 + k`; scalars 2k and 2k + 1 are the size and the stride of the
 * dim it goes into.
 */
const indexKernel = kernelsBy((
  kind: "read" | "write" | "add",
  dtype: DType,
  indexTypes: readonly DType[],
) => {
  const lane = laneOf[dtype];
  let extra: Expr = x.lit(0, "i32");
  indexTypes.forEach((type, k) => {
    const raw = x.cast(x.load(1 + k, laneOf[type]), "i32");
    const size = x.scalar(2 * k, "i32"), stride = x.scalar(2 * k + 1, "i32");
    const at = x.select(x.lt(raw, x.lit(0, "i32")), x.add(raw, size), raw);
    extra = x.add(extra, x.mul(at, stride));
  });
  const store: Store = kind === "read"
    ? { dtype, value: x.loadAt(0, lane, extra) }
    : { dtype, value: x.load(0, lane), at: extra, accumulate: kind === "add" };
  return {
    name: `index.${kind}`,
    inputs: [dtype, ...indexTypes],
    scalars: indexTypes.flatMap(() => ["i32", "i32"] as const),
    stores: [store],
  };
});

/** An indexed tensor as iteration space: where each operand is. */
export interface Plan {
  /** The places that are read or written. */
  readonly shape: readonly number[];
  /** Strides of the indexed tensor, 0 along the dims of the indices. */
  readonly strides: readonly number[];
  /** The index tensors, broadcast by their strides. */
  readonly indices: readonly Tensor[];
  readonly indexStrides: readonly (readonly number[])[];
  /** Size and stride of the dim that each index goes into. */
  readonly scalars: readonly number[];
}

/** The elements of `t` at the places of the plan, as a new tensor. */
export function read(t: Tensor, p: Plan): Tensor {
  const out = allocate(t.backend, t.dtype, p.shape);
  if (out.numel === 0) return out;
  t.backend.run(
    indexKernel("read", t.dtype, p.indices.map((i) => i.dtype)),
    {
      shape: p.shape,
      reduced: 0,
      strides: [p.strides, ...p.indexStrides, out.strides],
    },
    [t, ...p.indices, out],
    p.scalars,
  );
  return out;
}

/** Writes `value` to the places of `t`, or adds it to what is there. */
export function write(
  t: Tensor,
  p: Plan,
  value: Tensor,
  accumulate: boolean,
): void {
  if (countOf(p.shape) === 0) return;
  // In the order of the result, so that the last of several writes to one place wins.
  t.backend.run(
    indexKernel(
      accumulate ? "add" : "write",
      t.dtype,
      p.indices.map((i) => i.dtype),
    ),
    {
      shape: p.shape.length === 0 ? [1] : p.shape,
      reduced: 0,
      strides: [
        broadcastStrides(value.shape, value.strides, p.shape),
        ...p.indexStrides,
        p.strides,
      ].map((s) => s.length === 0 ? [0] : s),
      ordered: true,
    },
    [value, ...p.indices, t],
    p.scalars,
  );
}

/** A tensor that writing `target` cannot change. */
export function apart(source: Tensor, target: Tensor): Tensor {
  return source.storage === target.storage ? source.detach().clone() : source;
}
