/** Parts of a tensor as views. */

import { dispatch } from "../dispatch.ts";
import * as part from "../ops/part.ts";
import { normalizeDim, showShape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { TensorRandom } from "./random.ts";

/** Methods that show a part of the elements, in the memory of the tensor. */
export abstract class TensorPart extends TensorRandom {
  /**
   * The place `index` of `dim`, without that dim; a view.
   *
   * @throws {RangeError} if there is no such place.
   */
  select(this: Tensor, dim: number, index: number): Tensor {
    return dispatch(part.select, [this], { dim, index });
  }
  /**
   * Every `step`-th place of `dim` from `start` up to before `end`; a view.
   * Bounds work as Python's do: negative ones count from the end, and those
   * beyond an end stand for it.
   *
   * @throws {RangeError} if `step` is below 1, or a bound is no whole number.
   */
  slice(
    this: Tensor,
    dim = 0,
    start = 0,
    end: number = Infinity,
    step = 1,
  ): Tensor {
    return dispatch(part.slice, [this], { dim, start, end, step });
  }
  /**
   * `length` places of `dim` from `start`; a view.
   *
   * @throws {RangeError} if they are not all there.
   */
  narrow(this: Tensor, dim: number, start: number, length: number): Tensor {
    const d = normalizeDim(dim, this.ndim, "narrow");
    const size = this.shape[d] ?? 0;
    const from = start < 0 ? start + size : start;
    if (from < 0 || length < 0 || from + length > size) {
      throw new RangeError(
        `Cannot narrow dim ${d}: expected places of ${size}, got ${length} from ${start}`,
      );
    }
    return this.slice(d, from, from + length);
  }
  /**
   * The diagonal of two dims as a new last dim; a view. An `offset` above 0
   * moves it to the right, one below 0 down.
   */
  diagonal(this: Tensor, offset = 0, dim1 = 0, dim2 = 1): Tensor {
    return dispatch(part.diagonal, [this], { offset, dim1, dim2 });
  }
  /**
   * Any sizes, strides and offset (in elements) over the same memory; a view.
   *
   * @throws {RangeError} if an element would lie outside of the memory.
   */
  asStrided(
    this: Tensor,
    shape: readonly number[],
    strides: readonly number[],
    offset: number = this.offset,
  ): Tensor {
    // The derivative needs to know what the view was taken of.
    const source = {
      shape: this.shape,
      strides: this.strides,
      offset: this.offset,
      size: this.storage.bytes / this.itemSize,
    };
    return dispatch(part.asStrided, [this], { shape, strides, offset, source });
  }
  /**
   * Pieces of `size` places along `dim`, the last perhaps smaller, or pieces of
   * the given sizes; views.
   *
   * @throws {RangeError} if the size is not positive, or the sizes do not add up.
   *
   * @example
   * ```ts
   * import { arange } from "@gradus/tensor";
   * import { assertEquals } from "@std/assert";
   *
   * const x = arange(5);
   * assertEquals(x.split(2).map(String), [
   *   "tensor([0, 1])",
   *   "tensor([2, 3])",
   *   "tensor([4])",
   * ]);
   * assertEquals(x.split([1, 4]).map((t) => t.numel), [1, 4]);
   * ```
   */
  split(this: Tensor, size: number | readonly number[], dim = 0): Tensor[] {
    const d = normalizeDim(dim, this.ndim, "split");
    const total = this.shape[d] ?? 0;
    if (typeof size === "number") {
      if (!(Number.isInteger(size) && size > 0)) {
        throw new RangeError(
          `Cannot split: expected a positive size, got ${size}`,
        );
      }
      const sizes: number[] = [];
      for (let at = 0; at < Math.max(total, 1); at += size) {
        sizes.push(Math.min(size, total - at));
      }
      return this.split(sizes, d);
    }
    const sum = size.reduce((x, y) => x + y, 0);
    if (sum !== total || size.some((s) => s < 0)) {
      throw new RangeError(
        `Cannot split dim ${d}: expected sizes that add up to ${total}, got ${
          showShape(size)
        }`,
      );
    }
    let at = 0;
    return size.map((s) => {
      at += s;
      return this.narrow(d, at - s, s);
    });
  }
  /**
   * At most `count` pieces along `dim` of equal size but for the last; views.
   *
   * @throws {RangeError} if `count` is not positive.
   */
  chunk(this: Tensor, count: number, dim = 0): Tensor[] {
    if (!(Number.isInteger(count) && count > 0)) {
      throw new RangeError(
        `Cannot chunk: expected a positive count, got ${count}`,
      );
    }
    const size = Math.ceil(this.size(dim) / count);
    // Without places there are still as many pieces as were asked for.
    return this.split(size || new Array<number>(count).fill(0), dim);
  }
  /** The places of `dim` one by one, without that dim; views. */
  unbind(this: Tensor, dim = 0): Tensor[] {
    const d = normalizeDim(dim, this.ndim, "unbind");
    return Array.from({ length: this.size(d) }, (_, i) => this.select(d, i));
  }
  /**
   * The places of dim 0 one by one, for `for (const row of x)` and `[...x]`;
   * views.
   *
   * @throws {TypeError} if there are no dims.
   *
   * @example
   * ```ts
   * import { tensor } from "@gradus/tensor";
   * import { assertEquals } from "@std/assert";
   *
   * const x = tensor([[1, 2], [3, 4]]);
   * for (const row of x) row.mul_(10); // the memory is the same
   * assertEquals([...x].map((row) => row.arraySync()), [[10, 20], [30, 40]]);
   * ```
   */
  [Symbol.iterator](): IterableIterator<Tensor> {
    const t = this as unknown as Tensor;
    if (t.ndim > 0) return places(t);
    throw new TypeError("Cannot iterate over a tensor of 0 dims");
  }
}

function* places(t: Tensor): IterableIterator<Tensor> {
  for (let i = 0; i < t.shape[0]!; i++) yield t.select(0, i);
}
