/** Sizes and strides: the arithmetic that views, broadcasting and kernels share. */

import { describe } from "./check.ts";
import type { Space } from "./kernel.ts";

/** Product of sizes. */
export function countOf(shape: readonly number[]): number {
  let count = 1;
  for (let i = 0; i < shape.length; i++) count *= shape[i]!;
  return count;
}

/** Strides of a row-major tensor. */
export function rowMajor(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length);
  let step = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    strides[i] = step;
    step *= Math.max(1, shape[i]!);
  }
  return strides;
}

/** Whether `strides` are row-major for `shape`; axes of size 1 do not matter, and nothing does without elements. */
export function isRowMajor(
  shape: readonly number[],
  strides: readonly number[],
): boolean {
  let step = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    const size = shape[i]!;
    if (size === 0) return true;
    if (size !== 1) {
      if (strides[i] !== step) return shape.includes(0);
      step *= size;
    }
  }
  return true;
}

/** Whether the elements fill a gapless piece of memory, each once, in some order of axes. */
export function isDense(
  shape: readonly number[],
  strides: readonly number[],
): boolean {
  const order = axesByStride(shape, strides);
  let step = 1;
  for (let i = order.length - 1; i >= 0; i--) {
    const axis = order[i]!;
    if (shape[axis] === 1) continue;
    if (strides[axis] !== step) return false;
    step *= shape[axis]!;
  }
  return true;
}

/** Axes from the largest stride to the smallest. */
function axesByStride(
  shape: readonly number[],
  strides: readonly number[],
): number[] {
  return shape.map((_, i) => i).sort((a, b) =>
    Math.abs(strides[b]!) - Math.abs(strides[a]!) || a - b
  );
}

/** Whether two lists of sizes are equal. */
export function sameShape(a: readonly number[], b: readonly number[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** The text of sizes in messages: `[2, 3]`. */
export function showShape(shape: readonly number[]): string {
  return `[${shape.join(", ")}]`;
}

/**
 * The common shape of operands: aligned at the right, sizes must be equal or 1.
 *
 * @throws {TypeError} if the shapes do not fit.
 */
export function broadcastShapes(
  action: string,
  shapes: readonly (readonly number[])[],
): readonly number[] {
  let common = shapes[0] ?? [];
  for (let s = 1; s < shapes.length; s++) {
    const shape = shapes[s]!;
    if (sameShape(common, shape)) continue;
    const rank = Math.max(common.length, shape.length);
    const out = new Array<number>(rank);
    for (let i = 1; i <= rank; i++) {
      const a = common[common.length - i] ?? 1,
        b = shape[shape.length - i] ?? 1;
      if (a !== b && a !== 1 && b !== 1) {
        throw new TypeError(
          `Cannot ${action} tensors as their shapes do not broadcast: got ${
            shapes.map(showShape).join(" and ")
          }, which differ in dim ${rank - i}`,
        );
      }
      out[rank - i] = a === 1 ? b : a;
    }
    common = out;
  }
  return common;
}

/** Strides that make a tensor of `from` look like `to`: 0 where it repeats. */
export function broadcastStrides(
  from: readonly number[],
  strides: readonly number[],
  to: readonly number[],
): readonly number[] {
  if (sameShape(from, to)) return strides;
  const missing = to.length - from.length;
  return to.map((size, i) =>
    i < missing || (from[i - missing] === 1 && size !== 1)
      ? 0
      : strides[i - missing]!
  );
}

/**
 * Turns a dim of -rank..rank-1 into 0..rank-1.
 *
 * @throws {RangeError} if it is neither.
 */
export function normalizeDim(
  dim: number,
  rank: number,
  action: string,
): number {
  const size = Math.max(rank, 1);
  if (!Number.isInteger(dim) || dim < -size || dim >= size) {
    throw new RangeError(
      `Cannot ${action}: expected a dim in [${-size}, ${size - 1}], got ${dim}`,
    );
  }
  return dim < 0 ? dim + size : dim;
}

/** {@linkcode normalizeDim} for several dims, which must differ. */
export function normalizeDims(
  dims: number | readonly number[] | undefined,
  rank: number,
  action: string,
): number[] {
  if (dims === undefined) return Array.from({ length: rank }, (_, i) => i);
  if (typeof dims !== "number" && !Array.isArray(dims)) {
    throw new TypeError(
      `Cannot ${action}: expected a dim or an array of dims, got ${
        describe(dims)
      }`,
    );
  }
  const list = (typeof dims === "number" ? [dims] : dims).map((d) =>
    normalizeDim(d, rank, action)
  );
  if (new Set(list).size !== list.length) {
    throw new RangeError(
      `Cannot ${action}: expected each dim once, got ${showShape(list)}`,
    );
  }
  return rank === 0 ? [] : list;
}

/**
 * Fewer, longer axes over the same elements. Kept axes are ordered by the
 * strides of the last operand (what is written) and folded ones by those of
 * the first, neighbours that every operand walks as one are joined, and axes
 * of size 1 vanish. Without folded axes the last one has at least four
 * elements, if any has.
 */
export function collapse(space: Space): Space {
  const { shape, reduced, strides } = space;
  const rank = shape.length, kept = rank - reduced;
  if (rank === 1 || space.ordered) return space;
  const written = strides[strides.length - 1]!, read = strides[0]!;
  const axes = (from: number, to: number, by: readonly number[]) => {
    const out: number[] = [];
    for (let a = from; a < to; a++) if (shape[a] !== 1) out.push(a);
    return out.sort((a, b) => Math.abs(by[b]!) - Math.abs(by[a]!) || a - b);
  };
  const order = [...axes(0, kept, written), ...axes(kept, rank, read)];
  const foldedFrom = order.findIndex((a) => a >= kept);
  const outShape: number[] = [];
  const outStrides: number[][] = strides.map(() => []);
  let outReduced = 0;
  order.forEach((axis, i) => {
    const last = outShape.length - 1;
    const size = shape[axis]!;
    const joins = last >= 0 && i !== foldedFrom &&
      strides.every((s, o) => outStrides[o]![last] === s[axis]! * size);
    if (joins) {
      outShape[last]! *= size;
      strides.forEach((s, o) => outStrides[o]![last] = s[axis]!);
    } else {
      outShape.push(size);
      strides.forEach((s, o) => outStrides[o]!.push(s[axis]!));
      if (axis >= kept) outReduced++;
    }
  });
  // A fold needs an axis, even of one element.
  if (reduced > 0 && outReduced === 0) {
    outShape.push(1);
    outStrides.forEach((s) => s.push(0));
    outReduced = 1;
  }
  if (outShape.length === 0) {
    outShape.push(1);
    outStrides.forEach((s) => s.push(0));
  }
  if (outReduced === 0) lengthenLast(outShape, outStrides);
  return { shape: outShape, reduced: outReduced, strides: outStrides };
}

/** Vectors run along the last axis: where that is too short to fill one, the longest takes its place. */
function lengthenLast(shape: number[], strides: readonly number[][]): void {
  const last = shape.length - 1;
  if (shape[last]! >= 4) return;
  let longest = last;
  for (let a = 0; a < last; a++) if (shape[a]! > shape[longest]!) longest = a;
  if (shape[longest]! < 4) return;
  for (const list of [shape, ...strides]) list.push(...list.splice(longest, 1));
}
