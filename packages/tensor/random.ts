/** Tensors of random numbers, the same ones as PyTorch's CPU generator gives. */

import { describe } from "./check.ts";
import { empty } from "./create.ts";
import type { DType } from "./dtype.ts";
import {
  makeFilled,
  optionsLike,
  randomTensorOptionNames,
  type TensorOptions,
} from "./make.ts";
import { randomFill, type RandomOptions } from "./random/into.ts";
import { checkOptions } from "./options.ts";
import type { Tensor } from "./tensor.ts";

/** Options of functions that make random tensors. */
export type RandomTensorOptions = TensorOptions & RandomOptions;

function random(
  shape: readonly number[],
  options: RandomTensorOptions,
  fill: (t: Tensor, options: RandomOptions) => void,
  dtype?: DType,
): Tensor {
  checkOptions("make a tensor", options, randomTensorOptionNames);
  const { generator, ...rest } = options;
  const draw = generator ? { generator } : {};
  return makeFilled(shape, rest, (t) => fill(t, draw), dtype);
}

/**
 * Uniform numbers of [0, 1).
 *
 * @throws {TypeError} if `dtype` is not floating.
 *
 * @example
 * ```ts
 * import { manualSeed, rand } from "@gradus/tensor";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * manualSeed(1234);
 * assertAlmostEquals(await rand([2, 2]).at(0, 0).item(), 0.0289792, 1e-7);
 * ```
 */
export function rand(
  shape: readonly number[],
  options: RandomTensorOptions = {},
): Tensor {
  return random(shape, options, (t, o) => t.uniform_(0, 1, o));
}

/**
 * Normal numbers of mean 0 and standard deviation 1.
 *
 * @throws {TypeError} if `dtype` is not floating.
 *
 * @example
 * ```ts
 * import { Generator, randn } from "@gradus/tensor";
 * import { assertEquals } from "@std/assert";
 *
 * const generator = new Generator();
 * generator.manualSeed(7);
 * const x = randn([3], { generator });
 * generator.manualSeed(7);
 * assertEquals(randn([3], { generator }).arraySync(), x.arraySync());
 * ```
 */
export function randn(
  shape: readonly number[],
  options: RandomTensorOptions = {},
): Tensor {
  return random(shape, options, (t, o) => t.normal_(0, 1, o));
}

/**
 * Integers of [low, high), int64 unless `dtype` says otherwise.
 *
 * @throws {RangeError} if there is no such integer.
 *
 * @example
 * ```ts
 * import { randint } from "@gradus/tensor";
 * import { assert } from "@std/assert";
 *
 * const dice = randint(1, 7, [100]);
 * assert(dice.ge(1).logicalAnd(dice.le(6)).all().itemSync());
 * ```
 */
export function randint(
  low: number,
  high: number,
  shape: readonly number[],
  options: RandomTensorOptions = {},
): Tensor {
  if (typeof low !== "number" || typeof high !== "number") {
    throw new TypeError(
      `Cannot draw integers: expected the numbers low and high before the sizes, got ${
        describe(low)
      } and ${describe(high)}`,
    );
  }
  return random(shape, options, (t, o) => t.random_(low, high, o), "int64");
}

/**
 * The numbers 0..n-1 in random order, int64 unless `dtype` says otherwise.
 *
 * @throws {RangeError} if `n` is no whole number of at least 0.
 *
 * @example
 * ```ts
 * import { arange, randperm } from "@gradus/tensor";
 * import { assertEquals } from "@std/assert";
 *
 * const order = randperm(10);
 * const x = arange(10).at(order); // shuffled
 * assertEquals(x.sum().itemSync(), 45);
 * ```
 */
export function randperm(
  n: number,
  options: RandomTensorOptions = {},
): Tensor {
  return random([n], options, (t, o) => {
    const order = empty([n], { dtype: "int64" });
    t.copy_(randomFill(order, { kind: "randperm" }, o));
  }, "int64");
}

/** Uniform numbers of [0, 1) with the shape, type and device of `t`. */
export function randLike(t: Tensor, options: RandomTensorOptions = {}): Tensor {
  return rand(t.shape, optionsLike(t, options));
}
/** Normal numbers of mean 0 and standard deviation 1 with the shape, type and device of `t`. */
export function randnLike(
  t: Tensor,
  options: RandomTensorOptions = {},
): Tensor {
  return randn(t.shape, optionsLike(t, options));
}
/**
 * 1 with the probability that each element of `p` gives, 0 otherwise.
 *
 * @throws {RangeError} if an element is not in [0, 1].
 */
export function bernoulli(p: Tensor, options: RandomOptions = {}): Tensor {
  return makeFilled(
    p.shape,
    optionsLike(p, {}),
    (t) => t.bernoulli_(p, options),
  );
}
