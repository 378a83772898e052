/** Views: they change shape, strides and offset and touch no element. */

import { refuseInCapture } from "../capture.ts";
import type { Device } from "../device.ts";
import { defineOp, dispatch, type Op } from "../dispatch.ts";
import { countOf, rowMajor, sameShape, showShape } from "../shape.ts";
import { Tensor } from "../tensor.ts";
import { allocate } from "./allocate.ts";
import { copy } from "./arithmetic.ts";

/** A tensor over the memory of `t`. */
export function viewOf(
  t: Tensor,
  shape: readonly number[],
  strides: readonly number[],
  offset: number,
): Tensor {
  if (t.storage.disposed) {
    throw new Error("Cannot view a tensor that was disposed");
  }
  const out = new Tensor(t.storage, t.dtype, shape, strides, offset);
  out.base = t.base ?? t;
  return out;
}

/** Enters a view into the table. */
export function viewOp(
  name: string,
  run: (t: Tensor, attrs: never) => Tensor,
  options: { differentiable?: boolean; node?: Op["node"] } = {},
): Op {
  return defineOp({
    name,
    differentiable: options.differentiable ?? true,
    ...(options.node ? { node: options.node } : {}),
    run: (inputs, attrs) => run(inputs[0] as Tensor, attrs as never),
  });
}

/** Replaces one -1 in `shape` by the size that keeps the number of elements. */
export function inferShape(
  shape: readonly number[],
  count: number,
): readonly number[] {
  const unknown = shape.indexOf(-1);
  for (const s of shape) {
    if (!Number.isInteger(s) || s < -1) {
      throw new RangeError(
        `Cannot view a tensor: expected sizes of at least 0 and one -1 at most, got ${
          showShape(shape)
        }`,
      );
    }
  }
  if (unknown >= 0) {
    if (shape.indexOf(-1, unknown + 1) >= 0) {
      throw new RangeError(
        `Cannot view a tensor: expected one -1 at most, got ${
          showShape(shape)
        }`,
      );
    }
    const known = -countOf(shape);
    if (known === 0) {
      throw new RangeError(
        `Cannot view a tensor of 0 elements as ${
          showShape(shape)
        }: any size fits in place of -1`,
      );
    }
    if (Number.isInteger(count / known)) {
      return shape.map((s) => s === -1 ? count / known : s);
    }
  } else if (countOf(shape) === count) return shape;
  throw new TypeError(
    `Cannot view a tensor of ${count} elements as ${showShape(shape)}`,
  );
}

/**
 * Strides that show `shape`, `strides` as `next`, or null if there are none:
 * every run of axes that lie one after the other in memory must be covered by
 * whole axes of the new shape.
 */
export function viewStrides(
  shape: readonly number[],
  strides: readonly number[],
  next: readonly number[],
): number[] | null {
  if (countOf(shape) === 0) {
    return sameShape(shape, next) ? [...strides] : rowMajor(next);
  }
  const out = new Array<number>(next.length).fill(1);
  let v = next.length - 1;
  for (let d = shape.length - 1; d >= 0; d--) {
    const base = strides[d]!;
    let run = shape[d]!;
    while (
      d > 0 && (shape[d - 1] === 1 || strides[d - 1] === run * base)
    ) {
      d--;
      run *= shape[d]!;
    }
    let covered = 1;
    while (v >= 0 && (covered < run || next[v] === 1)) {
      out[v] = covered * base;
      covered *= next[v]!;
      v--;
    }
    if (covered !== run) return null;
  }
  return out;
}

/** The same elements with other sizes. */
export const view: Op = viewOp(
  "view",
  (t, { shape }: { shape: readonly number[] }) => {
    const next = inferShape(shape, t.numel);
    const strides = viewStrides(t.shape, t.strides, next);
    if (!strides) {
      throw new TypeError(
        `Cannot view a tensor of shape ${showShape(t.shape)} and strides ${
          showShape(t.strides)
        } as ${
          showShape(next)
        }: its elements are not next to each other; use reshape()`,
      );
    }
    return viewOf(t, next, strides, t.offset);
  },
);

function rowMajorCopy(t: Tensor): Tensor {
  const out = allocate(t.backend, t.dtype, t.shape, rowMajor(t.shape));
  copy.runInto!(out, [t], {});
  return out;
}

/** A row-major copy. */
export const contiguous: Op = viewOp("contiguous", rowMajorCopy, {
  node: () => "CloneBackward0",
});

/** A copy on another device. */
export const toDevice: Op = viewOp(
  "toDevice",
  (t, { device }: { device: Device }) => {
    refuseInCapture("move a tensor to another device");
    const out = allocate(device, t.dtype, t.shape, rowMajor(t.shape));
    device.write(out.storage, t.dtype, 0, t.detach().contiguous().dataSync());
    return out;
  },
  { node: () => "ToCopyBackward0" },
);

/** The copying form of reshape. */
const unsafeView: Op = viewOp(
  "unsafeView",
  (t, { shape }: { shape: readonly number[] }) => {
    const out = rowMajorCopy(t);
    return new Tensor(out.storage, t.dtype, shape, rowMajor(shape));
  },
);

/** A view if possible, else a copy. */
export function reshape(t: Tensor, shape: readonly number[]): Tensor {
  const next = inferShape(shape, t.numel);
  const op = viewStrides(t.shape, t.strides, next) ? view : unsafeView;
  return dispatch(op, [t], { shape: next });
}

/** The same elements without a graph; shares memory and version. */
export const detach: Op = viewOp(
  "detach",
  (t) => new Tensor(t.storage, t.dtype, t.shape, t.strides, t.offset),
  { differentiable: false },
);
