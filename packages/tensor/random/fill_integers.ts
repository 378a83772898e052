/** The integer distributions of PyTorch's CPU generator over typed arrays. */

import { arrayOf, type DType, type TypedArray } from "../dtype.ts";
import { fillWith } from "./fill_with.ts";
import type { FloatArray } from "./fill.ts";
import type { Generator } from "./generator.ts";

/** Ranges from this one on draw 64 bits per number (PyTorch 2.13; versions before differ). */
const WIDE_RANGE = 2n ** 28n;
const FULL_RANGE = 2n ** 64n;

/** The bounds of `out`'s elements; any int64 can be rounded to a float. */
function limitsOf(out: TypedArray): [min: bigint, max: bigint] {
  if (out instanceof Uint8Array) return [0n, 255n];
  if (out instanceof Int32Array) return [-(2n ** 31n), 2n ** 31n - 1n];
  return [-(2n ** 63n), 2n ** 63n - 1n];
}

function toBigInt(bound: number | bigint): bigint {
  if (typeof bound === "number" && !Number.isSafeInteger(bound)) {
    throw new RangeError(
      `Cannot draw integers: expected bounds that are safe integers or bigints, got ${bound}`,
    );
  }
  return BigInt(bound);
}

/**
 * `value` rounded once to float32. Large ones lose 11 bits first, so that they
 * are exact in float64; these leave a mark in the lowest bit that stays.
 */
function toFloat32(value: bigint): number {
  if (BigInt.asIntN(54, value) === value) return Math.fround(Number(value));
  const upper = value >> 11n;
  const sticky = upper << 11n === value ? 0n : 1n;
  return Math.fround(Number(upper | sticky) * 2 ** 11);
}

/**
 * PyTorch's bounds for floating-point elements: `low` moves up and `high` down
 * by a step of the type where the first or the last integer would round to a
 * number outside of them.
 */
function fitBounds(
  out: FloatArray,
  low: bigint,
  high: bigint,
): [low: bigint, high: bigint] {
  const single = out instanceof Float32Array;
  const round = (value: bigint) =>
    BigInt(single ? toFloat32(value) : Number(value));
  const first = round(low + 1n);
  const last = round(high - 1n);
  // 2^63 is no int64: PyTorch's conversion makes it negative, which passes.
  const passes = last < high || last === 2n ** 63n;
  return [
    first < low ? first + stepAt(low + 1n, single) : low,
    passes ? high : last - stepAt(high - 1n, single),
  ];
}

/** The distance of floating-point numbers of the size of `value`, which is not exact as such. */
function stepAt(value: bigint, single: boolean): bigint {
  const magnitude = value < 0n ? -value : value;
  const exponent = magnitude.toString(2).length - 1;
  return 1n << BigInt(exponent - (single ? 23 : 52));
}

/**
 * Fills `out` with integers from the uniform distribution on [low, high), as
 * `randint` and `random_` do. Draws 32 bits per element if high - low < 2^28,
 * else 64.
 *
 * The remainder of the drawn bits is taken, so small numbers are more likely
 * by a relative 2^-4 at most, just below 2^28.
 *
 * @throws {RangeError} If a bound is not an integer or out of range for the
 * elements of `out` (for floats: for int64), or if low >= high, also after the
bounds were rounded to the type of the elements.
 */
export function fillRandint(
  out: TypedArray,
  generator: Generator,
  low: number | bigint,
  high: number | bigint,
): void {
  let first = toBigInt(low);
  let end = toBigInt(high);
  if (first >= end) {
    throw new RangeError(
      `Cannot draw integers: expected low < high, got low = ${low}, high = ${high}`,
    );
  }
  const [min, max] = limitsOf(out);
  if (first < min || end - 1n > max) {
    throw new RangeError(
      `Cannot draw integers: expected bounds in [${min}, ${max + 1n}],` +
        ` got low = ${low}, high = ${high}`,
    );
  }
  if (out instanceof Float32Array || out instanceof Float64Array) {
    [first, end] = fitBounds(out, first, end);
    if (first >= end) {
      throw new RangeError(
        "Cannot draw integers: expected low < high in the floating-point type" +
          ` of the elements, got low = ${low}, high = ${high}`,
      );
    }
  }
  const range = end - first;
  const offset = Number(first);
  if (range < WIDE_RANGE && Number.isSafeInteger(offset)) {
    const divisor = Number(range);
    fillWith(out, () => offset + generator.uint32() % divisor);
    return;
  }
  for (let i = 0; i < out.length; i++) {
    const value = drawWide(generator, first, range);
    if (out instanceof BigInt64Array) out[i] = value;
    else if (out instanceof Float32Array) out[i] = toFloat32(value);
    else out[i] = Number(value);
  }
}

function drawWide(generator: Generator, first: bigint, range: bigint): bigint {
  if (range === FULL_RANGE) return BigInt.asIntN(64, generator.uint64());
  const draw = range < WIDE_RANGE
    ? BigInt(generator.uint32())
    : generator.uint64();
  return first + draw % range;
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
 * [0, 2^53] for float64. Draws 64 bits per int64 and float64, else 32.
 *
 * @throws {TypeError} If `out` does not hold elements of `dtype`.
 */
export function fillRandom(
  out: TypedArray,
  generator: Generator,
  dtype: DType,
): void {
  const expected = arrayOf(dtype, 0).constructor;
  if (out.constructor !== expected) {
    throw new TypeError(
      `Cannot draw random numbers of type ${dtype}: expected ${expected.name}, got ${out.constructor.name}`,
    );
  }
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
