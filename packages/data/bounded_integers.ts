import type { BitGenerator } from "./bit_generator.ts";
import { checkCount } from "./distributions.ts";

const MAX_UINT32 = 0xffffffff;
const MAX_UINT64 = 0xffffffffffffffffn;

/** A way to draw integers in [0, max] without bias. */
export interface BoundedMethod {
  /** One integer, for max in [1, 2^32 - 1]. */
  draw32(bits: BitGenerator, max: number): number;
  /** A function that draws integers, for max in [2^32, 2^64 - 1]. */
  drawer64(bits: BitGenerator, max: bigint): () => bigint;
}

/** Draws as many bits as `max` has until they are at most `max`. */
export const masked: BoundedMethod = {
  draw32(bits: BitGenerator, max: number): number {
    const unused = Math.clz32(max);
    let value = bits.nextUint32() << unused >>> unused;
    while (value > max) value = bits.nextUint32() << unused >>> unused;
    return value;
  },

  drawer64(bits: BitGenerator, max: bigint): () => bigint {
    const mask = (1n << BigInt(max.toString(2).length)) - 1n;
    return () => {
      for (;;) {
        const value = bits.nextUint64() & mask;
        if (value <= max) return value;
      }
    };
  },
};

/**
 * Multiplies random bits by the number of values and takes the upper half of the
 * product, unless its lower half would bring a bias: Lemire, "Fast random integer
 * generation in an interval", ACM TOMACS 29, 2019.
 */
export const lemire: BoundedMethod = {
  draw32(bits: BitGenerator, max: number): number {
    if (max === MAX_UINT32) return bits.nextUint32();
    const count = max + 1;
    let random = bits.nextUint32();
    let lower = Math.imul(random, count) >>> 0;
    if (lower < count) {
      // Below count, hence seldom needed; it costs a division.
      const threshold = (2 ** 32 - count) % count;
      while (lower < threshold) {
        random = bits.nextUint32();
        lower = Math.imul(random, count) >>> 0;
      }
    }
    // The product is rounded by at most 2^10, which this division rounds away.
    return Math.round((random * count - lower) / 2 ** 32);
  },

  drawer64(bits: BitGenerator, max: bigint): () => bigint {
    if (max === MAX_UINT64) return () => bits.nextUint64();
    const count = max + 1n;
    const threshold = (MAX_UINT64 - max) % count;
    return () => {
      for (;;) {
        const product = bits.nextUint64() * count;
        if ((product & MAX_UINT64) >= threshold) return product >> 64n;
      }
    };
  },
};

/**
 * `n` integers in [low, high): as a Float64Array if the bounds are numbers, as
 * a BigInt64Array if they are bigints.
 */
export function boundedIntegers(
  method: BoundedMethod,
  bits: BitGenerator,
  low: number | bigint,
  high: number | bigint,
  n: number,
): Float64Array | BigInt64Array {
  checkCount("draw integers", n);
  checkBounds(low, high);
  const max = BigInt(high) - BigInt(low) - 1n;
  const draw = offsetDrawer(method, bits, max);
  if (typeof low === "bigint") {
    return BigInt64Array.from({ length: n }, () => low + BigInt(draw()));
  }
  return Float64Array.from({ length: n }, () => {
    const offset = draw();
    return typeof offset === "number"
      ? low + offset
      : Number(BigInt(low) + offset);
  });
}

function offsetDrawer(
  method: BoundedMethod,
  bits: BitGenerator,
  max: bigint,
): () => number | bigint {
  if (max === 0n) return () => 0; // takes no random bits, as in NumPy
  if (max > MAX_UINT32) return method.drawer64(bits, max);
  const max32 = Number(max);
  return () => method.draw32(bits, max32);
}

function checkBounds(low: number | bigint, high: number | bigint): void {
  if (typeof low !== typeof high) {
    throw new TypeError(
      `Cannot draw integers as low and high must both be numbers or both be bigints: got ${typeof low} and ${typeof high}`,
    );
  }
  if (typeof low === "number") {
    if (!Number.isSafeInteger(low) || !Number.isSafeInteger(high)) {
      throw new RangeError(
        `Cannot draw integers as low and high must be safe integers (use bigints beyond them): got ${low} and ${high}`,
      );
    }
  } else if (low < -(2n ** 63n) || high > 2n ** 63n) {
    throw new RangeError(
      `Cannot draw integers as they must fit 64 bits: got low ${low}, high ${high}`,
    );
  }
  if (low >= high) {
    throw new RangeError(
      `Cannot draw integers as low must be below high: got low ${low}, high ${high}`,
    );
  }
}

/**
 * Fisher-Yates from the last element down. Both of NumPy's generators draw the
 * indices by masking, the newer one too, whose integers are Lemire's.
 */
export function shuffleInPlace<T>(
  bits: BitGenerator,
  array: { readonly length: number; [index: number]: T },
): void {
  for (let i = array.length - 1; i > 0; i--) {
    const j = masked.draw32(bits, i);
    const value = array[i]!;
    array[i] = array[j]!;
    array[j] = value;
  }
}

/** The integers from 0 to n - 1, shuffled. */
export function shuffledRange(bits: BitGenerator, n: number): Int32Array {
  checkCount("permute a range", n);
  const result = new Int32Array(n);
  for (let i = 0; i < n; i++) result[i] = i;
  shuffleInPlace(bits, result);
  return result;
}
