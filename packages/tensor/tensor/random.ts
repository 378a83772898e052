/** Filling a tensor with random numbers. */

import { randomFill, type RandomOptions } from "../random/into.ts";
import type { Tensor } from "../tensor.ts";
import { TensorProduct } from "./product.ts";

/**
 * Methods that fill with random numbers in place, on the CPU with the very
 * numbers that PyTorch draws. The derivative with respect to what was there
 * before is 0.
 */
export abstract class TensorRandom extends TensorProduct {
  /**
   * Fills with uniform numbers of [from, to).
   *
   * @throws {TypeError} if the tensor is not floating.
   * @throws {RangeError} if `from` is above `to`.
   *
   * @example
   * ```ts
   * import { empty, manualSeed } from "@gradus/tensor";
   * import { assert } from "@std/assert";
   *
   * manualSeed(0);
   * const x = empty([100]).uniform_(-1, 1);
   * assert(x.ge(-1).logicalAnd(x.lt(1)).all().itemSync());
   * ```
   */
  uniform_(
    this: Tensor,
    from = 0,
    to = 1,
    options: RandomOptions = {},
  ): Tensor {
    return randomFill(this, { kind: "uniform", from, to }, options);
  }
  /**
   * Fills with normal numbers of the given mean and standard deviation.
   *
   * @throws {TypeError} if the tensor is not floating.
   * @throws {RangeError} if `std` is below 0.
   */
  normal_(
    this: Tensor,
    mean = 0,
    std = 1,
    options: RandomOptions = {},
  ): Tensor {
    return randomFill(this, { kind: "normal", mean, std }, options);
  }
  /**
   * Fills with 1 at probability `p`, a number or a tensor that broadcasts to
   * this one, and with 0 otherwise.
   *
   * @throws {RangeError} if a probability is not in [0, 1].
   */
  bernoulli_(
    this: Tensor,
    p: number | Tensor = 0.5,
    options: RandomOptions = {},
  ): Tensor {
    return randomFill(this, { kind: "bernoulli", p }, options);
  }
  /**
   * Fills with integers of [low, high); without bounds, with all from 0 up
   * that the type holds without gaps.
   *
   * @throws {RangeError} if there is none, or one bound is missing.
   */
  random_(
    this: Tensor,
    low?: number,
    high?: number,
    options: RandomOptions = {},
  ): Tensor {
    if (low === undefined && high === undefined) {
      return randomFill(this, { kind: "random" }, options);
    }
    if (low === undefined || high === undefined) {
      throw new RangeError(
        `Cannot fill with random integers: expected both bounds or none, got ${low} and ${high}`,
      );
    }
    return randomFill(this, { kind: "randint", low, high }, options);
  }
  /**
   * Fills with exponentially distributed numbers of rate `lambda`.
   *
   * @throws {TypeError} if the tensor is not floating.
   * @throws {RangeError} if `lambda` is not above 0.
   */
  exponential_(this: Tensor, lambda = 1, options: RandomOptions = {}): Tensor {
    return randomFill(this, { kind: "exponential", lambda }, options);
  }
}
