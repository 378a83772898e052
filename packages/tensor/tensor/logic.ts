/** Comparison, logic and tests of elements. */

import { dispatch } from "../dispatch.ts";
import * as c from "../ops/comparison.ts";
import type { Tensor } from "../tensor.ts";
import { TensorChoice } from "./choice.ts";

/**
 * Methods that ask about each element; they have no derivative. Comparisons,
 * logic and tests give bools; operands broadcast.
 */
export abstract class TensorLogic extends TensorChoice {
  /**
   * Whether elements are equal to `other`; NaN is equal to nothing.
   *
   * @example
   * ```ts
   * import { tensor } from "@gradus/tensor";
   * import { assertEquals } from "@std/assert";
   *
   * assertEquals(tensor([1, 2]).eq(2).arraySync(), [false, true]);
   * ```
   */
  eq(this: Tensor, other: Tensor | number): Tensor {
    return dispatch(c.eq, [this, other]);
  }
  /** Whether elements are different from `other`. */
  ne(this: Tensor, other: Tensor | number): Tensor {
    return dispatch(c.ne, [this, other]);
  }
  /** Whether elements are less than `other`. */
  lt(this: Tensor, other: Tensor | number): Tensor {
    return dispatch(c.lt, [this, other]);
  }
  /** Whether elements are less or equal to `other`. */
  le(this: Tensor, other: Tensor | number): Tensor {
    return dispatch(c.le, [this, other]);
  }
  /** Whether elements are greater than `other`. */
  gt(this: Tensor, other: Tensor | number): Tensor {
    return dispatch(c.gt, [this, other]);
  }
  /** Whether elements are greater or equal to `other`. */
  ge(this: Tensor, other: Tensor | number): Tensor {
    return dispatch(c.ge, [this, other]);
  }
  /** Whether both are non-zero. */
  logicalAnd(this: Tensor, other: Tensor | number): Tensor {
    return dispatch(c.logicalAnd, [this, other]);
  }
  /** Whether at least one is non-zero. */
  logicalOr(this: Tensor, other: Tensor | number): Tensor {
    return dispatch(c.logicalOr, [this, other]);
  }
  /** Whether exactly one is non-zero. */
  logicalXor(this: Tensor, other: Tensor | number): Tensor {
    return dispatch(c.logicalXor, [this, other]);
  }
  /** Bitwise and of integers or bools. */
  bitwiseAnd(this: Tensor, other: Tensor | number): Tensor {
    return dispatch(c.bitwiseAnd, [this, other]);
  }
  /** Bitwise or of integers or bools. */
  bitwiseOr(this: Tensor, other: Tensor | number): Tensor {
    return dispatch(c.bitwiseOr, [this, other]);
  }
  /** Bitwise exclusive or of integers or bools. */
  bitwiseXor(this: Tensor, other: Tensor | number): Tensor {
    return dispatch(c.bitwiseXor, [this, other]);
  }
  /** Whether elements are zero. */
  logicalNot(this: Tensor): Tensor {
    return dispatch(c.logicalNot, [this]);
  }
  /** Bitwise complement of integers, negation of bools. */
  bitwiseNot(this: Tensor): Tensor {
    return dispatch(c.bitwiseNot, [this]);
  }
  /** Whether elements are NaN. */
  isnan(this: Tensor): Tensor {
    return dispatch(c.isnan, [this]);
  }
  /** Whether elements are infinite. */
  isinf(this: Tensor): Tensor {
    return dispatch(c.isinf, [this]);
  }
  /** Whether elements are neither infinite nor NaN. */
  isfinite(this: Tensor): Tensor {
    return dispatch(c.isfinite, [this]);
  }
}
