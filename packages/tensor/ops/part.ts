/** Views of a part of a tensor. */

import type { Op } from "../dispatch.ts";
import { countOf, normalizeDim, showShape } from "../shape.ts";
import { viewOf, viewOp } from "./view.ts";

/** The place `index` of `dim`, without that dim. */
export const select: Op = viewOp(
  "select",
  (t, { dim, index }: { dim: number; index: number }) => {
    if (t.ndim === 0) {
      throw new RangeError("Cannot select from a tensor of 0 dims");
    }
    const d = normalizeDim(dim, t.ndim, "select");
    const size = t.shape[d]!;
    if (!Number.isInteger(index) || index < -size || index >= size) {
      throw new RangeError(
        `Cannot select from dim ${d}: expected an index in [${-size}, ${
          size - 1
        }], got ${index}`,
      );
    }
    const at = index < 0 ? index + size : index;
    return viewOf(
      t,
      t.shape.filter((_, i) => i !== d),
      t.strides.filter((_, i) => i !== d),
      t.offset + at * t.strides[d]!,
    );
  },
);

/** Places `start`, `start + step`, ... before `end` of `dim`; bounds clamp as Python's do. */
export const slice: Op = viewOp(
  "slice",
  (
    t,
    { dim, start, end, step }: {
      dim: number;
      start: number;
      end: number;
      step: number;
    },
  ) => {
    if (t.ndim === 0) throw new RangeError("Cannot slice a tensor of 0 dims");
    const d = normalizeDim(dim, t.ndim, "slice");
    if (!Number.isInteger(step) || step < 1) {
      throw new RangeError(
        `Cannot slice: expected a step of at least 1, got ${step}`,
      );
    }
    for (const place of [start, end]) {
      if (Number.isInteger(place) || Math.abs(place) === Infinity) continue;
      throw new RangeError(
        `Cannot slice: expected whole numbers as bounds, got ${place}`,
      );
    }
    const size = t.shape[d]!;
    const bound = (i: number) =>
      Math.min(size, Math.max(0, i < 0 ? i + size : i));
    const from = bound(start), to = Math.max(from, bound(end));
    const shape = [...t.shape], strides = [...t.strides];
    shape[d] = Math.ceil((to - from) / step);
    strides[d] = strides[d]! * step;
    return viewOf(t, shape, strides, t.offset + from * t.strides[d]!);
  },
);

/** The diagonal of two dims as a new last dim. */
export const diagonal: Op = viewOp(
  "diagonal",
  (
    t,
    { offset, dim1, dim2 }: { offset: number; dim1: number; dim2: number },
  ) => {
    const a = normalizeDim(dim1, t.ndim, "take a diagonal");
    const b = normalizeDim(dim2, t.ndim, "take a diagonal");
    if (a === b) {
      throw new RangeError(
        `Cannot take a diagonal: expected two dims, got ${a} twice`,
      );
    }
    const rows = t.shape[a]! + Math.min(offset, 0);
    const columns = t.shape[b]! - Math.max(offset, 0);
    const length = Math.max(0, Math.min(rows, columns));
    const rest = t.shape.map((_, d) => d).filter((d) => d !== a && d !== b);
    const start = length === 0
      ? 0
      : offset >= 0
      ? offset * t.strides[b]!
      : -offset * t.strides[a]!;
    return viewOf(
      t,
      [...rest.map((d) => t.shape[d]!), length],
      [...rest.map((d) => t.strides[d]!), t.strides[a]! + t.strides[b]!],
      t.offset + start,
    );
  },
);

/** Any geometry over the storage; `offset` counts from its start. */
export const asStrided: Op = viewOp(
  "asStrided",
  (
    t,
    { shape, strides, offset }: {
      shape: readonly number[];
      strides: readonly number[];
      offset: number;
    },
  ) => {
    const valid = (n: number) => Number.isInteger(n) && n >= 0;
    if (
      strides.length !== shape.length ||
      ![...shape, ...strides, offset].every(valid)
    ) {
      throw new RangeError(
        `Cannot view a storage as strided: expected as many strides as sizes, none below 0, got ${
          showShape(shape)
        }, ${showShape(strides)} and offset ${offset}`,
      );
    }
    let last = offset;
    shape.forEach((s, d) => last += Math.max(0, s - 1) * strides[d]!);
    const size = t.storage.bytes / t.itemSize;
    if (countOf(shape) > 0 && last >= size) {
      throw new RangeError(
        `Cannot view a storage of ${size} elements as strided: element ${last} is out of it`,
      );
    }
    return viewOf(t, shape, strides, offset);
  },
);
