/** The integer distributions of PyTorch's CPU generator over typed arrays. */

import type { DType, TypedArray } from "../dtype.ts";
import { fillWith } from "./fill_with.ts";
import type { Generator } from "./generator.ts";

/** Ranges from this one on draw 64 bits per number (PyTorch 2.13; versions before differ). */
const WIDE_RANGE = 2 ** 28;

/** The distance of float32 numbers of the size of the integer `value`, which is not exact as such. */
function stepAt(value: number): number {
  return 2 ** (Math.abs(value).toString(2).length - 24);
}

/**
 * PyTorch's bounds for float32: `low` moves up and `high` down by a step of the
 * type where the first or the last integer would round to a number outside of
 * them.
 */
function fitBounds(low: number, high: number): [low: number, high: number] {
  const first = Math.fround(low + 1);
  const last = Math.fround(high - 1);
  return [
    first < low ? first + stepAt(low + 1) : low,
    last < high ? high : last - stepAt(high - 1),
  ];
}

/**
 * Fills `out` with integers from the uniform distribution on [low, high), as
 * `randint` and `random_` do. Draws 32 bits per element if high - low < 2^28,
 * else 64.
 *
 * The remainder of the drawn bits is taken, so small numbers are more likely
 * by a relative 2^-4 at most, just below 2^28.
 *
 * @throws {RangeError} If a bound is not an integer that is safe and in the
 * range of the elements of `out`, or if low >= high after the bounds were
 * rounded to float32 for such elements.
 */
export function fillRandint(
  out: TypedArray,
  generator: Generator,
  low: number,
  high: number,
): void {
  for (const bound of [low, high]) {
    if (Number.isSafeInteger(bound)) continue;
    throw new RangeError(
      `Cannot draw integers: expected bounds that are safe integers, got ${bound}`,
    );
  }
  const [min, max] = out instanceof Uint8Array
    ? [0, 2 ** 8]
    : out instanceof Int32Array
    ? [-(2 ** 31), 2 ** 31]
    : [-Infinity, Infinity];
  if (low < min || high > max) {
    throw new RangeError(
      `Cannot draw integers: expected bounds in [${min}, ${max}], got low = ${low}, high = ${high}`,
    );
  }
  const [first, end] = out instanceof Float32Array
    ? fitBounds(low, high)
    : [low, high];
  if (first >= end) {
    throw new RangeError(
      "Cannot draw integers: expected low < high in the floating-point type" +
        ` of the elements, got low = ${low}, high = ${high}`,
    );
  }
  if (end - first < WIDE_RANGE) {
    const range = end - first;
    fillWith(out, () => first + generator.uint32() % range);
  } else {
    // Which may be no safe integer, unlike what is drawn.
    const start = BigInt(first), range = BigInt(end) - start;
    fillWith(out, () => Number(start + generator.uint64() % range));
  }
}

/** What `random_()` draws per type: all integers that the type can hold, without gaps and signs. */
const draws: Readonly<
  Record<Exclude<DType, "int64">, (generator: Generator) => number>
> = {
  bool: (generator) => generator.uint32() & 1,
  uint8: (generator) => generator.uint32() & 0xff,
  int32: (generator) => generator.uint32() & 0x7fffffff,
  float32: (generator) => generator.uint32() % (2 ** 24 + 1),
  float64: (generator) => Number(generator.uint64() % (2n ** 53n + 1n)),
};

/**
 * Fills `out` as `random_()` without bounds does: with 0 or 1 for bool,
 * integers in [0, max] for integer types, in [0, 2^24] for float32 and in
 * [0, 2^53] for float64. Draws 64 bits per int64 and float64, else 32. `dtype`
 * is the type of the elements.
 */
export function fillRandom(
  out: TypedArray,
  generator: Generator,
  dtype: DType,
): void {
  if (out instanceof BigInt64Array) {
    for (let i = 0; i < out.length; i++) {
      out[i] = BigInt.asUintN(63, generator.uint64());
    }
  } else {
    const draw = draws[dtype as Exclude<DType, "int64">];
    fillWith(out, () => draw(generator));
  }
}

/** PyTorch shuffles longer permutations in another way. */
const MAX_PERMUTATION = Math.floor((2 ** 32 - 1) / 20) - 1;
/** The largest integer up to which float32 has no gaps, plus one. */
const MAX_PERMUTATION_FLOAT32 = 2 ** 24 + 1;

/**
 * Writes a random permutation of 0, 1, ..., n - 1 to the first `n` elements of
 * `out`, as `randperm` does: a shuffle after Fisher and Yates, from the front.
 * Draws 32 bits for each element but the last.
 *
 * @throws {RangeError} If `n` is not an integer in [0, 2^32 / 20), exceeds the
 * length of `out`, or if the type of `out` cannot hold all of the numbers.
 */
export function randpermInto(
  out: BigInt64Array | Int32Array | Float32Array | Float64Array,
  generator: Generator,
  n: number = out.length,
): void {
  const limit = Math.min(
    out.length,
    out instanceof Float32Array ? MAX_PERMUTATION_FLOAT32 : MAX_PERMUTATION,
  );
  if (!Number.isInteger(n) || n < 0 || n > limit) {
    throw new RangeError(
      `Cannot permute: expected an integer in [0, ${limit}], got ${n}`,
    );
  }
  if (out instanceof BigInt64Array) {
    // Every number fits the low half of its element, where it can be moved
    // without a bigint.
    const halves = new Int32Array(out.buffer, out.byteOffset, 2 * n).fill(0);
    shuffle(halves, generator, n, 2);
  } else {
    shuffle(out, generator, n, 1);
  }
}

/** Writes 0 to n - 1 to every `stride`-th element and shuffles these. */
function shuffle(
  out: Int32Array | Float32Array | Float64Array,
  generator: Generator,
  n: number,
  stride: number,
): void {
  for (let i = 0; i < n; i++) out[i * stride] = i;
  for (let i = 0; i < n - 1; i++) {
    const from = i * stride;
    const to = (i + generator.uint32() % (n - i)) * stride;
    const value = out[from]!;
    out[from] = out[to]!;
    out[to] = value;
  }
}
