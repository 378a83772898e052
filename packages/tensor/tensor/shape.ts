/** Views of a tensor, and what is made of them. */

import { dispatch } from "../dispatch.ts";
import * as axes from "../ops/axes.ts";
import { inferShape, reshape, view } from "../ops/view.ts";
import { normalizeDim, showShape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { TensorPart } from "./part.ts";

/** Sizes or dims given as arguments or as one list. */
function shapeOf(
  sizes: readonly (number | readonly number[])[],
): readonly number[] {
  return Array.isArray(sizes[0]) ? sizes[0] : sizes as number[];
}

/**
 * Methods that show elements in another shape. A view shares the memory of the
 * tensor: what is written to one is in the other.
 */
export abstract class TensorShape extends TensorPart {
  /**
   * The same memory with other sizes, one of which may be -1: it becomes what
   * is left.
   *
   * @throws {TypeError} if the number of elements differs, or they are not next
   * to each other in memory; `reshape` copies then.
   * @throws {RangeError} if a size is negative, but for one -1.
   *
   * @example
   * ```ts
   * import { arange } from "@gradus/tensor";
   * import { assertEquals } from "@std/assert";
   *
   * const x = arange(6);
   * const y = x.view(2, -1);
   * assertEquals(y.arraySync(), [[0, 1, 2], [3, 4, 5]]);
   * y.zero_(); // the memory is the same
   * assertEquals(x.sum().itemSync(), 0);
   * ```
   */
  view(this: Tensor, ...shape: (number | readonly number[])[]): Tensor {
    return dispatch(view, [this], { shape: shapeOf(shape) });
  }
  /**
   * Other sizes, one of which may be -1: a view if possible, else a copy.
   *
   * @throws {TypeError} if the number of elements differs.
   *
   * @example
   * ```ts
   * import { tensor } from "@gradus/tensor";
   * import { assertEquals } from "@std/assert";
   *
   * const x = tensor([[1, 2], [3, 4]]);
   * assertEquals(x.t().reshape(-1).arraySync(), [1, 3, 2, 4]);
   * ```
   */
  reshape(this: Tensor, ...shape: (number | readonly number[])[]): Tensor {
    return reshape(this, shapeOf(shape));
  }
  /**
   * Joins dims `start` to `end` into one; a view if possible. A 0-d tensor
   * becomes a vector.
   *
   * @throws {RangeError} if `start` comes after `end`.
   */
  flatten(this: Tensor, start = 0, end = -1): Tensor {
    if (this.ndim === 0) return this.reshape([1]);
    const from = normalizeDim(start, this.ndim, "flatten");
    const to = normalizeDim(end, this.ndim, "flatten");
    if (from > to) {
      throw new RangeError(
        `Cannot flatten: expected the start dim before the end dim, got ${from} and ${to}`,
      );
    }
    if (from === to) return this;
    let joined = 1;
    for (let d = from; d <= to; d++) joined *= this.shape[d]!;
    return this.reshape([
      ...this.shape.slice(0, from),
      joined,
      ...this.shape.slice(to + 1),
    ]);
  }
  /**
   * Splits `dim` into dims of the given sizes, one of which may be -1; a view.
   *
   * @throws {TypeError} if the product of the sizes is not the size of the dim.
   */
  unflatten(this: Tensor, dim: number, sizes: readonly number[]): Tensor {
    const d = normalizeDim(dim, this.ndim, "unflatten");
    const inner = inferShape(sizes, this.shape[d]!);
    return this.view([
      ...this.shape.slice(0, d),
      ...inner,
      ...this.shape.slice(d + 1),
    ]);
  }
  /**
   * The dims in another order; a view. Dim i of the result is dim `dims[i]`.
   *
   * @throws {TypeError} if not all dims are given.
   *
   * @example
   * ```ts
   * import { zeros } from "@gradus/tensor";
   * import { assertEquals } from "@std/assert";
   *
   * assertEquals(zeros([2, 3, 5]).permute(2, 0, 1).shape, [5, 2, 3]);
   * ```
   */
  permute(this: Tensor, ...dims: (number | readonly number[])[]): Tensor {
    return dispatch(axes.permute, [this], { dims: shapeOf(dims) });
  }
  /** Two dims swapped; a view. */
  transpose(this: Tensor, dim0: number, dim1: number): Tensor {
    return dispatch(axes.transpose, [this], { dim0, dim1 });
  }
  /**
   * The transpose of a matrix; a view. Fewer dims stay as they are.
   *
   * @throws {TypeError} if there are more than two dims.
   */
  t(this: Tensor): Tensor {
    return dispatch(axes.t, [this]);
  }
  /** The last two dims swapped; a view. */
  get mT(): Tensor {
    return (this as unknown as Tensor).transpose(-2, -1);
  }
  /**
   * Dims of size 1 repeated, and new dims on the left, without copying; -1
   * keeps a size. Clone the view before you write to it. The derivative adds up
   * over what is repeated.
   *
   * @throws {TypeError} if another dim would change its size.
   *
   * @example
   * ```ts
   * import { tensor } from "@gradus/tensor";
   * import { assertEquals } from "@std/assert";
   *
   * const x = tensor([[1], [2]]);
   * assertEquals(x.expand(-1, 3).arraySync(), [[1, 1, 1], [2, 2, 2]]);
   * ```
   */
  expand(this: Tensor, ...shape: (number | readonly number[])[]): Tensor {
    return dispatch(axes.expand, [this], { shape: shapeOf(shape) });
  }
  /** {@linkcode expand} to the shape of `other`. */
  expandAs(this: Tensor, other: Tensor): Tensor {
    return this.expand(other.shape);
  }
  /** A new dim of size 1 before `dim`; a view. -1 stands for a new last dim. */
  unsqueeze(this: Tensor, dim: number): Tensor {
    return dispatch(axes.unsqueeze, [this], { dim });
  }
  /**
   * Without dims of size 1: all of them, or those of `dim` that are; a view.
   *
   * @example
   * ```ts
   * import { zeros } from "@gradus/tensor";
   * import { assertEquals } from "@std/assert";
   *
   * assertEquals(zeros([1, 3, 1]).squeeze().shape, [3]);
   * assertEquals(zeros([1, 3, 1]).squeeze(0).shape, [3, 1]);
   * assertEquals(zeros([3]).unsqueeze(0).shape, [1, 3]);
   * ```
   */
  squeeze(this: Tensor, dim?: number | readonly number[]): Tensor {
    const dims = typeof dim === "number" ? [dim] : dim;
    return dispatch(axes.squeeze, [this], { dims });
  }
  /**
   * A copy that repeats the tensor along each dim, new dims on the left.
   *
   * @throws {TypeError} if there are fewer counts than dims.
   *
   * @example
   * ```ts
   * import { tensor } from "@gradus/tensor";
   * import { assertEquals } from "@std/assert";
   *
   * const x = tensor([1, 2]);
   * assertEquals(x.repeat(2, 2).arraySync(), [[1, 2, 1, 2], [1, 2, 1, 2]]);
   * ```
   */
  repeat(this: Tensor, ...counts: (number | readonly number[])[]): Tensor {
    const times = shapeOf(counts);
    if (times.length < this.ndim) {
      throw new TypeError(
        `Cannot repeat a tensor of ${this.ndim} dims: expected a count per dim, got ${
          showShape(times)
        }`,
      );
    }
    const sizes = [
      ...new Array<number>(times.length - this.ndim).fill(1),
      ...this.shape,
    ];
    const apart = this.view(sizes.flatMap((s) => [1, s]));
    const wide = apart.expand(sizes.flatMap((s, d) => [times[d]!, s]));
    const out = wide.reshape(sizes.map((s, d) => s * times[d]!));
    // Where nothing repeats, or only single elements, the sizes change without a copy.
    return out.storage === this.storage ? out.clone() : out;
  }
}
