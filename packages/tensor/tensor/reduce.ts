/** Reductions of a tensor, and softmax. */

import { dispatch, dispatchAll, type Op } from "../dispatch.ts";
import { maximum, minimum } from "../ops/arithmetic.ts";
import * as e from "../ops/extremes.ts";
import * as r from "../ops/reduce.ts";
import { logSoftmax, softmax } from "../ops/softmax.ts";
import { checkOptions } from "../options.ts";
import type { Tensor } from "../tensor.ts";
import { TensorLogic } from "./logic.ts";

/** One dim or several; all if left out. */
export type Dims = number | readonly number[];

/** Options of reductions. */
export interface ReduceOptions {
  /** Keeps the reduced dims with size 1. */
  keepdim?: boolean;
}

/** Options of {@linkcode Tensor.var} and {@linkcode Tensor.std}. */
export interface VarOptions extends ReduceOptions {
  /** What is subtracted from the count in the divisor; 1, for the unbiased variance, if left out. */
  correction?: number;
}

/** Extreme values along a dim and their positions. */
export interface ValuesAndIndices {
  /** The values. */
  values: Tensor;
  /** Where they are along the dim, int64; the first if there are several. */
  indices: Tensor;
}

const reduceNames = ["keepdim"];
const varNames = ["keepdim", "correction"];
const normNames = ["keepdim", "p"];

function reduce(
  op: Op,
  t: Tensor,
  dim: Dims | undefined,
  options: ReduceOptions & { p?: number },
  names: readonly string[] = reduceNames,
): Tensor {
  checkOptions(`reduce by ${op.name}`, options, names);
  const dims = typeof dim === "number" ? [dim] : dim;
  return dispatch(op, [t], { dims, ...options });
}

function alongDim(
  op: Op,
  t: Tensor,
  dim: number,
  options: ReduceOptions,
): ValuesAndIndices {
  checkOptions(`reduce by ${op.name}`, options, reduceNames);
  const [values, indices] = dispatchAll(op, [t], { dims: [dim], ...options });
  return { values: values!, indices: indices! };
}

/**
 * Methods that fold dims away: those of `dim`, or all if it is left out or an
 * empty list. With `keepdim` the folded dims stay with size 1.
 *
 * @throws {RangeError} if there is no such dim, or one is given twice.
 */
export abstract class TensorReduce extends TensorLogic {
  /**
   * The sum; integers and bools add up in int64. Derivative 1.
   *
   * @example
   * ```ts
   * import { tensor } from "@gradus/tensor";
   * import { assertEquals } from "@std/assert";
   *
   * const x = tensor([[1, 2], [3, 4]]);
   * assertEquals(x.sum().itemSync(), 10);
   * assertEquals(x.sum(0).arraySync(), [4, 6]);
   * assertEquals(x.sum(1, { keepdim: true }).arraySync(), [[3], [7]]);
   * ```
   */
  sum(this: Tensor, dim?: Dims, options: ReduceOptions = {}): Tensor {
    return reduce(r.sum, this, dim, options);
  }
  /**
   * The mean; NaN over no elements. Derivative `1 / count`.
   *
   * @throws {TypeError} if the tensor is not floating.
   *
   * @example
   * ```ts
   * import { tensor } from "@gradus/tensor";
   * import { assertEquals } from "@std/assert";
   *
   * const x = tensor([[1, 2], [3, 4]], { dtype: "float32" });
   * assertEquals(x.mean(0).arraySync(), [2, 3]);
   * ```
   */
  mean(this: Tensor, dim?: Dims, options: ReduceOptions = {}): Tensor {
    return reduce(r.mean, this, dim, options);
  }
  /** The product; integers and bools multiply in int64. Derivative: the product of the others. */
  prod(this: Tensor, dim?: Dims, options: ReduceOptions = {}): Tensor {
    return reduce(r.prod, this, dim, options);
  }
  /**
   * The variance: the sum of squared distances from the mean, divided by
   * `count - correction`, with a correction of 1 if left out.
   *
   * @throws {TypeError} if the tensor is not floating.
   */
  var(this: Tensor, dim?: Dims, options: VarOptions = {}): Tensor {
    return reduce(r.variance, this, dim, options, varNames);
  }
  /**
   * The standard deviation, the root of {@linkcode var}; derivative 0 where it is 0.
   *
   * @throws {TypeError} if the tensor is not floating.
   */
  std(this: Tensor, dim?: Dims, options: VarOptions = {}): Tensor {
    return reduce(r.std, this, dim, options, varNames);
  }
  /**
   * The largest elements, NaN if there is one; the gradient is shared equally
   * among equal ones.
   *
   * @throws {RangeError} if there are no elements to choose from.
   */
  amax(this: Tensor, dim?: Dims, options: ReduceOptions = {}): Tensor {
    return reduce(e.amax, this, dim, options);
  }
  /**
   * The smallest elements, NaN if there is one; the gradient is shared equally
   * among equal ones.
   *
   * @throws {RangeError} if there are no elements to choose from.
   */
  amin(this: Tensor, dim?: Dims, options: ReduceOptions = {}): Tensor {
    return reduce(e.amin, this, dim, options);
  }
  /**
   * The largest element of all, NaN if there is one.
   *
   * @throws {RangeError} if there are no elements.
   *
   * @example
   * ```ts
   * import { tensor } from "@gradus/tensor";
   * import { assertEquals } from "@std/assert";
   *
   * const x = tensor([[1, 7], [9, 4]]);
   * assertEquals(x.max().itemSync(), 9);
   * const { values, indices } = x.max(1);
   * assertEquals(values.arraySync(), [7, 9]);
   * assertEquals(indices.arraySync(), [1, 0]);
   * ```
   */
  max(): Tensor;
  /** The largest elements along `dim` and where they are; the gradient goes to those places. */
  max(dim: number, options?: ReduceOptions): ValuesAndIndices;
  /** The larger elements of two tensors. */
  max(other: Tensor): Tensor;
  /** The largest element, those along a dim with their positions, or those of two tensors. */
  max(
    dim?: number | Tensor,
    options: ReduceOptions = {},
  ): Tensor | ValuesAndIndices {
    const t = this as unknown as Tensor;
    if (typeof dim === "object") return dispatch(maximum, [t, dim]);
    if (dim === undefined) return reduce(e.maxAll, t, undefined, options);
    return alongDim(e.max, t, dim, options);
  }
  /**
   * The smallest element of all, NaN if there is one.
   *
   * @throws {RangeError} if there are no elements.
   */
  min(): Tensor;
  /** The smallest elements along `dim` and where they are; the gradient goes to those places. */
  min(dim: number, options?: ReduceOptions): ValuesAndIndices;
  /** The smaller elements of two tensors. */
  min(other: Tensor): Tensor;
  /** The smallest element, those along a dim with their positions, or those of two tensors. */
  min(
    dim?: number | Tensor,
    options: ReduceOptions = {},
  ): Tensor | ValuesAndIndices {
    const t = this as unknown as Tensor;
    if (typeof dim === "object") return dispatch(minimum, [t, dim]);
    if (dim === undefined) return reduce(e.minAll, t, undefined, options);
    return alongDim(e.min, t, dim, options);
  }
  /**
   * Where the largest element is along `dim`, or in the flattened tensor, as
   * int64; the first place if there are several.
   *
   * @throws {RangeError} if there are no elements to choose from.
   *
   * @example
   * ```ts
   * import { tensor } from "@gradus/tensor";
   * import { assertEquals } from "@std/assert";
   *
   * const logits = tensor([[0.1, 2, -1], [3, 0, 1]]);
   * assertEquals(logits.argmax(1).arraySync(), [1, 0]);
   * assertEquals(logits.argmax().itemSync(), 3);
   * ```
   */
  argmax(this: Tensor, dim?: number, options: ReduceOptions = {}): Tensor {
    return reduce(e.argmax, this, dim, options);
  }
  /**
   * Where the smallest element is along `dim`, or in the flattened tensor, as
   * int64; the first place if there are several.
   *
   * @throws {RangeError} if there are no elements to choose from.
   */
  argmin(this: Tensor, dim?: number, options: ReduceOptions = {}): Tensor {
    return reduce(e.argmin, this, dim, options);
  }
  /** Whether all elements are non-zero, as bool (uint8 for uint8); true of no elements. */
  all(this: Tensor, dim?: Dims, options: ReduceOptions = {}): Tensor {
    return reduce(r.all, this, dim, options);
  }
  /** Whether any element is non-zero, as bool (uint8 for uint8); false of no elements. */
  any(this: Tensor, dim?: Dims, options: ReduceOptions = {}): Tensor {
    return reduce(r.any, this, dim, options);
  }
  /** `log(sum(exp(x)))` without overflow. Derivative: the softmax. */
  logsumexp(this: Tensor, dim?: Dims, options: ReduceOptions = {}): Tensor {
    return reduce(r.logsumexp, this, dim, options);
  }
  /**
   * The p-norm `(sum |x|^p)^(1/p)`, with p = 2 if left out. `Infinity` gives the
   * largest magnitude, `-Infinity` the smallest, 0 the number of elements that
   * are not 0. The derivative of the 2-norm is `x / norm`, 0 where that is 0.
   *
   * @throws {TypeError} if the tensor is not floating.
   * @throws {RangeError} if p is infinite or negative and there are no elements.
   *
   * @example
   * ```ts
   * import { tensor } from "@gradus/tensor";
   * import { assertEquals } from "@std/assert";
   *
   * const x = tensor([3, -4], { dtype: "float32" });
   * assertEquals(x.norm().itemSync(), 5);
   * assertEquals(x.norm(1).itemSync(), 7);
   * assertEquals(x.norm(Infinity).itemSync(), 4);
   * ```
   */
  norm(this: Tensor, p = 2, dim?: Dims, options: ReduceOptions = {}): Tensor {
    checkOptions("compute the norm", options, reduceNames);
    return reduce(r.norm, this, dim, { p, ...options }, normNames);
  }
  /**
   * `exp(x) / sum(exp(x))` along `dim`, without overflow. Gradient:
   * `y (g - sum(g y))` for the result y.
   *
   * @throws {TypeError} if the tensor is not floating.
   *
   * @example
   * ```ts
   * import { zeros } from "@gradus/tensor";
   * import { assertEquals } from "@std/assert";
   *
   * assertEquals(zeros([4]).softmax(0).arraySync(), [0.25, 0.25, 0.25, 0.25]);
   * ```
   */
  softmax(this: Tensor, dim: number): Tensor {
    return dispatch(softmax, [this], { dim });
  }
  /**
   * `log(softmax(x))`, accurate where the softmax is tiny. Gradient:
   * `g - softmax(x) sum(g)`.
   *
   * @throws {TypeError} if the tensor is not floating.
   */
  logSoftmax(this: Tensor, dim: number): Tensor {
    return dispatch(logSoftmax, [this], { dim });
  }
}
