/** Indexing as Python's brackets do it, and reading and writing at given positions. */

import { capture } from "../capture.ts";
import { checkTensor, checkValue } from "../check.ts";
import { full } from "../create.ts";
import { dispatch, dispatchInto } from "../dispatch.ts";
import { where } from "../ops/arithmetic.ts";
import * as i from "../ops/index.ts";
import * as s from "../ops/scatter.ts";
import { broadcastShapes, normalizeDim, sameShape } from "../shape.ts";
import { type Index, parseIndices } from "../indices.ts";
import type { Tensor } from "../tensor.ts";
import { TensorComparison } from "./comparison.ts";

/** Methods that take elements by position. */
export abstract class TensorIndexing extends TensorComparison {
  /**
   * Elements by position, as Python's brackets: a number takes a place, `null`
   * adds a dim, `"..."` stands for the dims in between, strings are slices
   * (`":"`, `"1:-1:2"`), integer tensors and arrays of numbers take the places
   * they list, bool tensors the places where they are true. Without tensors
   * and arrays the result is a view.
   *
   * @throws {RangeError} if there are more indices than dims, or a place is not there.
   * @throws {SyntaxError} if a string is no slice.
   *
   * @example
   * ```ts
   * import { arange } from "@gradus/tensor";
   * import { assertEquals } from "@std/assert";
   *
   * const x = arange(6).view(2, 3);
   * assertEquals(x.at(0).arraySync(), [0, 1, 2]);
   * assertEquals(x.at(":", "1:").arraySync(), [[1, 2], [4, 5]]);
   * assertEquals(x.at(":", 0, null).shape, [2, 1]);
   * assertEquals(x.at(x.gt(2)).arraySync(), [3, 4, 5]);
   * ```
   */
  at(this: Tensor, ...indices: Index[]): Tensor {
    const { view, list } = parseIndices(this, indices);
    return list ? dispatch(i.index, [view], { indices: list }) : view;
  }

  /**
   * Assigns `value` to the elements that {@linkcode at} would take, and returns
   * the tensor; broadcasts and converts.
   *
   * @throws {TypeError} if the shape of `value` does not broadcast to that of the elements.
   *
   * @example
   * ```ts
   * import { tensor, zeros } from "@gradus/tensor";
   * import { assertEquals } from "@std/assert";
   *
   * const x = zeros([2, 3]);
   * x.setAt([0, "1:"], 5);
   * x.setAt([1], tensor([7, 8, 9]));
   * assertEquals(x.arraySync(), [[0, 5, 5], [7, 8, 9]]);
   * ```
   */
  setAt(
    this: Tensor,
    indices: readonly Index[],
    value: Tensor | number | boolean,
  ): Tensor {
    checkValue("assign to elements", value);
    const mask = capture.recorder === null
      ? null
      : maskFor(this, indices, value);
    if (mask !== null) {
      const filling = typeof value === "boolean" ? Number(value) : value;
      return this.maskedFill_(mask, filling);
    }
    const { view, list } = parseIndices(this, indices);
    if (!list) {
      if (typeof value !== "object") view.fill_(value);
      else view.copy_(withoutLeadingOnes(value));
      return this;
    }
    const source = withoutLeadingOnes(asTensor(this, value));
    dispatchInto(i.indexPut, view, [view, source], { indices: list });
    return this;
  }

  /**
   * The places that the integer vector `index` lists along `dim`.
   *
   * @throws {RangeError} if a place is not there.
   */
  indexSelect(this: Tensor, dim: number, index: Tensor): Tensor {
    const d = normalizeDim(dim, this.ndim, "select by index");
    const indices = [...new Array<null>(d).fill(null), index];
    return dispatch(i.index, [this], { indices });
  }
  /** Adds `source` at the places that `index` lists along `dim`; repeats add up. */
  indexAdd(this: Tensor, dim: number, index: Tensor, source: Tensor): Tensor {
    const d = normalizeDim(dim, this.ndim, "add by index");
    const indices = [...new Array<null>(d).fill(null), index];
    return dispatch(i.indexPut, [this, source], { indices, accumulate: true });
  }
  /**
   * Puts `value` at the places of the index tensors, one per leading dim; null
   * keeps a dim whole. With `accumulate` it is added.
   *
   * @throws {TypeError} if there is no index tensor, or `value` does not broadcast to the places.
   */
  indexPut_(
    this: Tensor,
    indices: readonly (Tensor | null)[],
    value: Tensor,
    options: { accumulate?: boolean } = {},
  ): Tensor {
    return dispatchInto(i.indexPut, this, [this, value], {
      indices,
      ...options,
    });
  }
  /**
   * `out[i][j] = this[index[i][j]][j]` for dim 0, `this[i][index[i][j]]` for
   * dim 1, and so on. The result has the shape of `index`, which may be
   * smaller than the tensor in other dims. The derivative is added back.
   *
   * @throws {TypeError} if `index` has not as many dims, or is no integer tensor.
   * @throws {RangeError} if a place is not there.
   *
   * @example
   * ```ts
   * import { tensor } from "@gradus/tensor";
   * import { assertEquals } from "@std/assert";
   *
   * const x = tensor([[1, 2], [3, 4]]);
   * const index = tensor([[0], [1]]);
   * assertEquals(x.gather(1, index).arraySync(), [[1], [4]]);
   * ```
   */
  gather(this: Tensor, dim: number, index: Tensor): Tensor {
    return dispatch(s.gather, [this], { dim, index });
  }
  /**
   * A copy with `source` written at the places of `index` along `dim`, where
   * {@linkcode gather} would read; of several writes to a place the last wins.
   *
   * @throws {TypeError} if `source` is smaller than `index`, or of another type.
   * @throws {RangeError} if a place is not there.
   *
   * @example
   * ```ts
   * import { tensor, zeros } from "@gradus/tensor";
   * import { assertEquals } from "@std/assert";
   *
   * const labels = tensor([[2], [0]]);
   * const oneHot = zeros([2, 3]).scatter(1, labels, 1);
   * assertEquals(oneHot.arraySync(), [[0, 0, 1], [1, 0, 0]]);
   * ```
   */
  scatter(
    this: Tensor,
    dim: number,
    index: Tensor,
    source: Tensor | number,
  ): Tensor {
    return dispatch(s.scatter, [this, asTensor(this, source)], { dim, index });
  }
  /** {@linkcode scatter} in place. */
  scatter_(
    this: Tensor,
    dim: number,
    index: Tensor,
    source: Tensor | number,
  ): Tensor {
    const value = asTensor(this, source);
    return dispatchInto(s.scatter, this, [this, value], { dim, index });
  }
  /** A copy with `source` added at the places of `index` along `dim`; repeats add up. */
  scatterAdd(this: Tensor, dim: number, index: Tensor, source: Tensor): Tensor {
    return dispatch(s.scatterAdd, [this, source], { dim, index });
  }
  /** {@linkcode scatterAdd} in place. */
  scatterAdd_(
    this: Tensor,
    dim: number,
    index: Tensor,
    source: Tensor,
  ): Tensor {
    return dispatchInto(s.scatterAdd, this, [this, source], { dim, index });
  }
  /**
   * `value` where `mask` is true, these elements elsewhere; both broadcast, and
   * the value is converted to the type of this tensor.
   *
   * @example
   * ```ts
   * import { tensor } from "@gradus/tensor";
   * import { assertEquals } from "@std/assert";
   *
   * const x = tensor([1, -2, 3]);
   * assertEquals(x.maskedFill(x.lt(0), 0).arraySync(), [1, 0, 3]);
   * ```
   */
  maskedFill(this: Tensor, mask: Tensor, value: number | Tensor): Tensor {
    const own = asTensor(this, value).to(this.dtype);
    return dispatch(where, [mask, own, this]);
  }
  /** {@linkcode maskedFill} in place. */
  maskedFill_(this: Tensor, mask: Tensor, value: number | Tensor): Tensor {
    const own = asTensor(this, value).to(this.dtype);
    return dispatchInto(where, this, [mask, own, this]);
  }
  /** The elements where `mask` is true, as a vector; the mask broadcasts. */
  maskedSelect(this: Tensor, mask: Tensor): Tensor {
    checkTensor("select by a mask", mask);
    const shape = broadcastShapes("select by a mask", [this.shape, mask.shape]);
    return this.expand(shape).at(mask.expand(shape));
  }
}

/**
 * The mask of an assignment of one value to all places where it is true, which
 * need not be listed then; null for other assignments.
 */
function maskFor(
  t: Tensor,
  indices: readonly Index[],
  value: Tensor | number | boolean,
): Tensor | null {
  const mask = indices[0] as Tensor;
  const isMask = indices.length === 1 && mask?.dtype === "bool" &&
    mask.ndim > 0 && mask.ndim <= t.ndim;
  if (!isMask) return null;
  const rest = t.ndim - mask.ndim;
  const isOne = typeof value !== "object" || value.ndim <= rest;
  if (!isOne || !sameShape(mask.shape, t.shape.slice(0, mask.ndim))) {
    return null;
  }
  return mask.reshape([...mask.shape, ...new Array<number>(rest).fill(1)]);
}

/** Leading dims of size 1 may be more than there are dims to assign to. */
function withoutLeadingOnes(value: Tensor): Tensor {
  let first = 0;
  while (value.shape[first] === 1) first++;
  return first === 0 ? value : value.view(value.shape.slice(first));
}

/** A 0-d tensor of the type of `like` for a number. */
function asTensor(like: Tensor, value: Tensor | number | boolean): Tensor {
  checkValue("use a value", value);
  if (typeof value === "object") return value;
  return full([], value, { dtype: like.dtype, device: like.device });
}
