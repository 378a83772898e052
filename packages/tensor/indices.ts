/** The meaning of what stands in `x.at(...)`. */

import { refuseInCapture } from "./capture.ts";
import { describe } from "./check.ts";
import { tensor } from "./data.ts";
import { sameShape, showShape } from "./shape.ts";
import type { Tensor } from "./tensor.ts";

/**
 * An index: a place, null for a new dim, a slice such as `"1:"`, `"..."`, a
 * list of places or bools, or a tensor of them.
 */
export type Index =
  | number
  | null
  | string
  | Tensor
  | readonly number[]
  | readonly boolean[];

/** A view by the plain indices and, if there are any, the index tensors by dim of that view. */
export interface ParsedIndices {
  readonly view: Tensor;
  readonly list: (Tensor | null)[] | null;
}

interface Slice {
  readonly start: number | undefined;
  readonly end: number | undefined;
  readonly step: number;
}

function parseSlice(text: string): Slice {
  const parts = text.split(":");
  const numbers = parts.map((p) => p.trim() === "" ? undefined : Number(p));
  const valid = parts.length >= 2 && parts.length <= 3 &&
    numbers.every((n) => n === undefined || Number.isInteger(n));
  if (!valid) {
    throw new SyntaxError(
      `Cannot index by "${text}": expected "..." or a slice such as ":", "1:", ":-1" or "::2"`,
    );
  }
  const step = numbers[2] ?? 1;
  if (step < 1) {
    throw new RangeError(
      `Cannot index by "${text}": expected a positive step, got ${step}`,
    );
  }
  return { start: numbers[0], end: numbers[1], step };
}

/**
 * A list as a tensor: bools are a mask, as in PyTorch. An integer of 0 dims is a
 * place like a plain number, so that the result is a view; one on a GPU cannot
 * be looked at.
 *
 * @throws {TypeError} if it is no index.
 */
function resolved(t: Tensor, index: Index): Index {
  if (index === null) return index;
  switch (typeof index) {
    case "number":
    case "string":
      return index;
    case "object": {
      if (Array.isArray(index)) {
        return tensor(index, {
          device: t.device,
          ...(index.length === 0 ? { dtype: "int64" } : {}),
        });
      }
      const own = index as Tensor;
      if (own.storage === undefined) break;
      const place = own.ndim === 0 && own.device === "cpu" &&
        (own.dtype === "int64" || own.dtype === "int32");
      if (place) refuseInCapture("index by the value of a tensor of 0 dims");
      return place ? own.itemSync() : own;
    }
  }
  throw new TypeError(
    `Cannot index by ${
      describe(index)
    }: expected a number, null, a slice, a list of places or a tensor`,
  );
}

/** How many dims of the tensor an index stands for. */
function dimsOf(index: Index): number {
  if (index === null || index === "...") return 0;
  if (typeof index === "object" && "dtype" in index && index.dtype === "bool") {
    return index.ndim;
  }
  return 1;
}

/**
 * Applies plain indices as views, from the left, and collects the tensors.
 *
 * @throws {RangeError} if there are too many indices or one is out of range.
 */
export function parseIndices(
  t: Tensor,
  indices: readonly Index[],
): ParsedIndices {
  if (!Array.isArray(indices)) {
    throw new TypeError(
      `Cannot index: expected an array of indices, got ${describe(indices)}`,
    );
  }
  indices = indices.map((index) => resolved(t, index));
  const taken = indices.reduce((sum: number, i) => sum + dimsOf(i), 0);
  if (taken > t.ndim) {
    throw new RangeError(
      `Cannot index a tensor of ${t.ndim} dims: got indices for ${taken} dims`,
    );
  }
  if (indices.filter((i) => i === "...").length > 1) {
    throw new SyntaxError('Cannot index: expected "..." once');
  }
  let view = t, dim = 0;
  const list: (Tensor | null)[] = [];
  let advanced = false;
  const put = (index: Tensor, at: number) => {
    while (list.length < at) list.push(null);
    list[at] = index;
    advanced = true;
  };
  for (const index of indices) {
    if (index === null) {
      view = view.unsqueeze(dim++);
    } else if (index === "...") {
      dim += t.ndim - taken;
    } else if (typeof index === "number") {
      view = view.select(dim, index);
    } else if (typeof index === "string") {
      const { start, end, step } = parseSlice(index);
      view = view.slice(dim, start ?? 0, end ?? Infinity, step);
      dim++;
    } else {
      const own = index as Tensor;
      if (own.dtype === "bool" && own.ndim === 0) {
        // One truth for everything here: a new dim with all of it or nothing.
        view = view.unsqueeze(dim);
        put(nonzeroPlaces(own.reshape([1]))[0]!, dim++);
      } else if (own.dtype === "bool") {
        for (const places of maskPlaces(view, own, dim)) put(places, dim++);
      } else put(own, dim++);
    }
  }
  return { view, list: advanced ? list : null };
}

/** The positions where a mask is true, one vector per dim of the mask. */
function maskPlaces(t: Tensor, mask: Tensor, dim: number): Tensor[] {
  const covered = t.shape.slice(dim, dim + mask.ndim);
  if (!sameShape(covered, mask.shape)) {
    throw new RangeError(
      `Cannot index by a mask of shape ${showShape(mask.shape)}: expected ${
        showShape(covered)
      }, the dims that it covers`,
    );
  }
  return nonzeroPlaces(mask);
}

/** The positions of non-zero elements in row-major order, one int64 vector per dim. */
export function nonzeroPlaces(t: Tensor): Tensor[] {
  refuseInCapture("list the places of a mask or of elements that are not 0");
  const data = t.dataSync();
  const found: number[] = [];
  for (let i = 0; i < data.length; i++) {
    const value = data[i]!;
    // NaN counts as non-zero.
    if (value !== 0 && value !== 0n) found.push(i);
  }
  let step = 1;
  const out: Tensor[] = [];
  for (let d = t.ndim - 1; d >= 0; d--) {
    const size = t.shape[d]!, by = step;
    const places = BigInt64Array.from(
      found,
      (i) => BigInt(Math.floor(i / by) % size),
    );
    out.unshift(tensor(places, { device: t.device }));
    step *= size;
  }
  return out;
}
