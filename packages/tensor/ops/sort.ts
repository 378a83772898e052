/** Sorting along a dim, and what is read off a sorted line. CPU only. */

import { defineOp, type Op } from "../dispatch.ts";
import { showShape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { allocate, reshaped } from "./allocate.ts";
import { copy } from "./arithmetic.ts";
import { type LinedUp, lineUp } from "./lines.ts";
import { onMemory } from "./on_memory.ts";

type Keys = Float64Array | BigInt64Array;

/** Pieces of this size are sorted by insertion. */
const runSize = 12;

/**
 * Sorts the first `count` places in `order` by their keys, none of which is
 * NaN: merges of ever longer runs, so that equal keys keep their order. A sort
 * is all comparisons and moves, which compiled JavaScript does as well as a
 * WebAssembly module would.
 */
function mergeSort(
  keys: Keys,
  order: Int32Array,
  spare: Int32Array,
  count: number,
  descending: boolean,
): void {
  const before = descending
    ? (a: number, b: number) => keys[a]! > keys[b]!
    : (a: number, b: number) => keys[a]! < keys[b]!;
  for (let start = 0; start < count; start += runSize) {
    const end = Math.min(start + runSize, count);
    for (let i = start + 1; i < end; i++) {
      const place = order[i]!;
      let at = i;
      for (; at > start && before(place, order[at - 1]!); at--) {
        order[at] = order[at - 1]!;
      }
      order[at] = place;
    }
  }
  let from = order, to = spare;
  for (let width = runSize; width < count; width *= 2) {
    for (let start = 0; start < count; start += 2 * width) {
      const middle = Math.min(start + width, count);
      const end = Math.min(start + 2 * width, count);
      let left = start, right = middle;
      for (let at = start; at < end; at++) {
        const takesRight = left === middle ||
          (right < end && before(from[right]!, from[left]!));
        to[at] = from[takesRight ? right++ : left++]!;
      }
    }
    [from, to] = [to, from];
  }
  if (from !== order) order.set(from.subarray(0, count));
}

/** Orders the places of lines; NaN is larger than every number. */
class LineSorter {
  readonly order: Int32Array;
  readonly #spare: Int32Array;
  readonly #keys: Keys;
  readonly #descending: boolean;

  constructor(size: number, wide: boolean, descending: boolean) {
    this.order = new Int32Array(size);
    this.#spare = new Int32Array(size);
    this.#keys = wide ? new BigInt64Array(size) : new Float64Array(size);
    this.#descending = descending;
  }

  /** Sorts the places of the line that starts at `at` into `order` and returns the number of NaN. */
  sort(source: ArrayLike<number | bigint>, at: number, step: number): number {
    const keys = this.#keys, order = this.order, nans = this.#spare;
    const size = order.length;
    let count = 0;
    for (let i = 0; i < size; i++, at += step) {
      const key = keys[i] = source[at]!;
      if (key === key) order[count++] = i;
      else nans[i - count] = i;
    }
    const missing = size - count;
    if (missing === 0 || !this.#descending) {
      order.set(nans.subarray(0, missing), count);
      mergeSort(keys, order, this.#spare, count, this.#descending);
    } else {
      const first = nans.slice(0, missing);
      mergeSort(keys, order, this.#spare, count, true);
      order.copyWithin(missing, 0, count);
      order.set(first);
    }
    return missing;
  }
}

/** Which places of a sorted line are taken. */
interface Part {
  readonly descending: boolean;
  /** How many. */
  readonly count: number;
  /** The first of them, for a line of `size` elements of which some are NaN. */
  readonly first: (size: number, nans: number) => number;
}

/** The elements at `part` of every sorted line, and where they were. */
function take({ t, dim, lines }: LinedUp, part: Part): Tensor[] {
  const { outer, size, inner } = lines, { count } = part;
  const shape = t.shape.map((s, d) => d === dim ? count : s);
  const values = allocate(t.backend, t.dtype, shape);
  const indices = allocate(t.backend, "int64", shape);
  if (values.numel === 0) return [values, indices];
  const sorter = new LineSorter(size, t.dtype === "int64", part.descending);
  onMemory("sort", [t], [values, indices], (views) => {
    const [source, into, places] = views as [
      Float64Array,
      Float64Array,
      BigInt64Array,
    ];
    for (let line = 0; line < outer * inner; line++) {
      const o = Math.floor(line / inner), i = line % inner;
      const start = o * size * inner + i;
      const first = part.first(size, sorter.sort(source, start, inner));
      let at = o * count * inner + i;
      for (let k = first; k < first + count; k++, at += inner) {
        const place = sorter.order[k]!;
        into[at] = source[start + place * inner]!;
        places[at] = BigInt(place);
      }
    }
  });
  return [values, indices];
}

/** All elements in order, and where they were. */
export const sort: Op = defineOp({
  name: "sort",
  differentiable: true,
  run(inputs, attrs): Tensor[] {
    const { dim, descending } = attrs as { dim: number; descending: boolean };
    const up = lineUp("sort", inputs[0] as Tensor, dim);
    return take(up, { descending, count: up.lines.size, first: () => 0 });
  },
});

/** The `k` largest or smallest elements in order, and where they were. */
export const topk: Op = defineOp({
  name: "topk",
  differentiable: true,
  run(inputs, attrs): Tensor[] {
    const { k, dim, largest } = attrs as {
      k: number;
      dim: number;
      largest: boolean;
    };
    const action = "take the top elements of";
    const up = lineUp(action, inputs[0] as Tensor, dim);
    if (!(Number.isInteger(k) && k >= 0 && k <= up.lines.size)) {
      throw new RangeError(
        `Cannot ${action} a tensor: expected k in [0, ${up.lines.size}], the size of dim ${up.dim}, got ${k}`,
      );
    }
    // A tensor of 0 dims stays what it is.
    const count = up.t.ndim === 0 ? 1 : k;
    return take(up, { descending: largest, count, first: () => 0 });
  },
});

/** One element of every line, its dim gone unless it is kept. */
function takeOne(
  up: LinedUp,
  keepdim: boolean,
  first: Part["first"],
): Tensor[] {
  const taken = take(up, { descending: false, count: 1, first });
  if (keepdim) return taken;
  return taken.map((t) => reshaped(t, t.shape.filter((_, d) => d !== up.dim)));
}

function requireElements(action: string, { t, dim, lines }: LinedUp): void {
  if (lines.size > 0) return;
  throw new RangeError(
    `Cannot ${action} a tensor: expected elements along dim ${dim}, got shape ${
      showShape(t.shape)
    }`,
  );
}

/** The k-th smallest element, counted from 1, and where it was. */
export const kthvalue: Op = defineOp({
  name: "kthvalue",
  differentiable: true,
  run(inputs, attrs): Tensor[] {
    const { k, dim, keepdim } = attrs as {
      k: number;
      dim: number;
      keepdim: boolean;
    };
    const action = "take the k-th element of";
    const up = lineUp(action, inputs[0] as Tensor, dim);
    requireElements(action, up);
    if (!(Number.isInteger(k) && k >= 1 && k <= up.lines.size)) {
      throw new RangeError(
        `Cannot ${action} a tensor: expected k in [1, ${up.lines.size}], got ${k}`,
      );
    }
    return takeOne(up, keepdim, () => k - 1);
  },
});

/** The lower of the middle elements, but NaN if there is one. */
function middle(size: number, nans: number): number {
  return nans > 0 ? size - nans : (size - 1) >> 1;
}

/** The median along a dim, and where it was. */
export const median: Op = defineOp({
  name: "median",
  node: () => "MedianBackward1",
  differentiable: true,
  run(inputs, attrs): Tensor[] {
    const { dim, keepdim } = attrs as { dim: number; keepdim: boolean };
    const action = "take the median of";
    const up = lineUp(action, inputs[0] as Tensor, dim);
    requireElements(action, up);
    return takeOne(up, keepdim, middle);
  },
});

/** The median of all elements. */
export const medianAll: Op = defineOp({
  name: "medianAll",
  node: () => "MedianBackward0",
  differentiable: true,
  run(inputs): Tensor {
    const flat = (inputs[0] as Tensor).detach().reshape([-1]);
    const up = lineUp("take the median of", flat, 0);
    if (up.lines.size > 0) return takeOne(up, false, middle)[0]!;
    const out = allocate(flat.backend, flat.dtype, []);
    copy.runInto!(out, [NaN], {});
    return out;
  },
});
