/** Elements in another order, sorted, or accumulated along a dim. */

import { dispatch, dispatchAll, type Op } from "../dispatch.ts";
import * as r from "../ops/rearrange.ts";
import * as scan from "../ops/scan.ts";
import * as s from "../ops/sort.ts";
import { checkOptions } from "../options.ts";
import { normalizeDims } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import type { Dims, ReduceOptions, ValuesAndIndices } from "./reduce.ts";
import { TensorShape } from "./shape.ts";

/** Options of {@linkcode Tensor.sort} and {@linkcode Tensor.argsort}. */
export interface SortOptions {
  /** Puts the largest elements first. */
  descending?: boolean;
  /** Asks that equal elements keep their order, which they do in any case. */
  stable?: boolean;
}

/** Options of {@linkcode Tensor.topk}. */
export interface TopkOptions {
  /** False for the smallest elements. */
  largest?: boolean;
  /** Asks for the elements in order, in which they come in any case. */
  sorted?: boolean;
}

const sortNames = ["descending", "stable"];
const topkNames = ["largest", "sorted"];
const keepNames = ["keepdim"];

function list(dims: Dims): readonly number[] {
  return typeof dims === "number" ? [dims] : dims;
}

function pair(
  op: Op,
  t: Tensor,
  attrs: Readonly<Record<string, unknown>>,
): ValuesAndIndices {
  const [values, indices] = dispatchAll(op, [t], attrs);
  return { values: values!, indices: indices! };
}

/** Methods that move elements or go over them in order. */
export abstract class TensorOrdering extends TensorShape {
  /**
   * A copy with the elements in reverse order along `dims`.
   *
   * @throws {RangeError} if there is no such dim or it is given twice.
   *
   * @example
   * ```ts
   * import { tensor } from "@gradus/tensor";
   * import { assertEquals } from "@std/assert";
   *
   * const x = tensor([[1, 2], [3, 4]]);
   * assertEquals(x.flip(0).arraySync(), [[3, 4], [1, 2]]);
   * assertEquals(x.flip([0, 1]).arraySync(), [[4, 3], [2, 1]]);
   * ```
   */
  flip(this: Tensor, dims: Dims): Tensor {
    return dispatch(r.flip, [this], { dims: list(dims) });
  }
  /**
   * A copy with the elements moved by `shifts` places along `dims`; what leaves
   * at the end comes back at the start. Without dims the flattened elements move.
   *
   * @throws {TypeError} if there is not one shift per dim.
   *
   * @example
   * ```ts
   * import { arange } from "@gradus/tensor";
   * import { assertEquals } from "@std/assert";
   *
   * assertEquals(arange(5).roll(2).arraySync(), [3, 4, 0, 1, 2]);
   * ```
   */
  roll(this: Tensor, shifts: Dims, dims: Dims = []): Tensor {
    return dispatch(r.roll, [this], { shifts: list(shifts), dims: list(dims) });
  }
  /**
   * Matrices with the elements above a diagonal set to 0; the main diagonal is
   * 0, those above it are positive.
   *
   * @throws {TypeError} if there are less than 2 dims.
   */
  tril(this: Tensor, diagonal = 0): Tensor {
    return dispatch(r.tril, [this], { diagonal });
  }
  /** Matrices with the elements below a diagonal set to 0; see {@linkcode tril}. */
  triu(this: Tensor, diagonal = 0): Tensor {
    return dispatch(r.triu, [this], { diagonal });
  }
  /**
   * The dims `source` moved to the places `destination`, the others in their order; a view.
   *
   * @throws {TypeError} if there are not as many places as dims.
   */
  movedim(this: Tensor, source: Dims, destination: Dims): Tensor {
    const from = normalizeDims(source, this.ndim, "move dims");
    const to = normalizeDims(destination, this.ndim, "move dims");
    if (from.length !== to.length) {
      throw new TypeError(
        `Cannot move dims: expected a place per dim, got ${to.length} places for ${from.length} dims`,
      );
    }
    const rest = this.shape.map((_, d) => d).filter((d) => !from.includes(d));
    const order = this.shape.map((_, d) => {
      const moved = to.indexOf(d);
      return moved < 0 ? rest.shift()! : from[moved]!;
    });
    return this.permute(order);
  }
  /** Two dims swapped; a view. NumPy's name of {@linkcode Tensor.transpose}. */
  swapaxes(this: Tensor, dim0: number, dim1: number): Tensor {
    return this.transpose(dim0, dim1);
  }
  /** Repeats the tensor; counts stand for the last dims if there are fewer of them, unlike in {@linkcode Tensor.repeat}. */
  tile(this: Tensor, ...counts: (number | readonly number[])[]): Tensor {
    const times = counts.flat() as number[];
    const missing = Math.max(0, this.ndim - times.length);
    return this.repeat([...new Array<number>(missing).fill(1), ...times]);
  }

  /**
   * The sums of all beginnings along `dim`; integers and bools add up in int64.
   * CPU only.
   *
   * @example
   * ```ts
   * import { tensor } from "@gradus/tensor";
   * import { assertEquals } from "@std/assert";
   *
   * assertEquals(tensor([1, 2, 3]).cumsum(0).arraySync(), [1, 3, 6]);
   * ```
   */
  cumsum(this: Tensor, dim: number): Tensor {
    return dispatch(scan.cumsum, [this], { dim });
  }
  /** The products of all beginnings along `dim`; integers and bools multiply in int64. CPU only. */
  cumprod(this: Tensor, dim: number): Tensor {
    return dispatch(scan.cumprod, [this], { dim });
  }
  /** The largest elements so far along `dim` and the last places that have them; NaN is largest. CPU only. */
  cummax(this: Tensor, dim: number): ValuesAndIndices {
    return pair(scan.cummax, this, { dim });
  }
  /** The smallest elements so far along `dim` and the last places that have them; NaN is smallest. CPU only. */
  cummin(this: Tensor, dim: number): ValuesAndIndices {
    return pair(scan.cummin, this, { dim });
  }

  /**
   * The elements in order along `dim`, and the places that they had. NaN is
   * larger than every number, and equal elements keep their order. CPU only.
   *
   * @example
   * ```ts
   * import { tensor } from "@gradus/tensor";
   * import { assertEquals } from "@std/assert";
   *
   * const { values, indices } = tensor([2, 3, 1]).sort(0, { descending: true });
   * assertEquals(values.arraySync(), [3, 2, 1]);
   * assertEquals(indices.arraySync(), [1, 0, 2]);
   * ```
   */
  sort(this: Tensor, dim = -1, options: SortOptions = {}): ValuesAndIndices {
    checkOptions("sort", options, sortNames);
    const { descending = false } = options;
    return pair(s.sort, this, { dim, descending });
  }
  /** The places of the elements in order along `dim`, int64; see {@linkcode sort}. CPU only. */
  argsort(this: Tensor, dim = -1, options: SortOptions = {}): Tensor {
    return this.detach().sort(dim, options).indices;
  }
  /**
   * The `k` largest elements along `dim`, the largest first, and where they
   * are; among equal ones the first. CPU only.
   *
   * @throws {RangeError} if there are less than `k`.
   */
  topk(
    this: Tensor,
    k: number,
    dim = -1,
    options: TopkOptions = {},
  ): ValuesAndIndices {
    checkOptions("take the top elements", options, topkNames);
    const { largest = true } = options;
    return pair(s.topk, this, { k, dim, largest });
  }
  /** The `k`-th smallest elements along `dim`, counted from 1, and where they are. CPU only. */
  kthvalue(
    this: Tensor,
    k: number,
    dim = -1,
    options: ReduceOptions = {},
  ): ValuesAndIndices {
    checkOptions("select the k-th value", options, keepNames);
    const { keepdim = false } = options;
    return pair(s.kthvalue, this, { k, dim, keepdim });
  }
  /** The median of all elements, the lower of the two in the middle; NaN if there is a NaN. CPU only. */
  median(): Tensor;
  /** The medians along `dim` and where they are. CPU only. */
  median(dim: number, options?: ReduceOptions): ValuesAndIndices;
  /** The median, or those along a dim with their positions. */
  median(dim?: number, options: ReduceOptions = {}): Tensor | ValuesAndIndices {
    const t = this as unknown as Tensor;
    if (dim === undefined) return dispatch(s.medianAll, [t]);
    checkOptions("compute the median", options, keepNames);
    const { keepdim = false } = options;
    return pair(s.median, t, { dim, keepdim });
  }
}
