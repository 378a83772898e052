import { checkOptions } from "@gradus/tensor/internal";
import {
  boundedIntegers,
  masked,
  shuffledRange,
  shuffleInPlace,
} from "./bounded_integers.ts";
import { logRounded } from "./correctly_rounded.ts";
import { checkCount, normalArray, uniformArray } from "./distributions.ts";
import { Mt19937 } from "./mt19937.ts";

/**
 * NumPy's legacy generator, `numpy.random.RandomState`: the same seed gives the
 * same numbers. Scikit-learn draws from it, and so does most Python code that
 * calls `numpy.random.seed`.
 *
 * Uniform numbers, integers, shuffles and choices are NumPy's bit for bit.
 * Normal numbers use a correctly rounded logarithm, hence are the same on every
 * engine; NumPy takes the C library's, and about one number in 3000 differs from
 * glibc's in the last digit.
 *
 * @example
 * ```ts
 * import { RandomState } from "@gradus/data";
 * import { assertEquals } from "@std/assert";
 *
 * const random = new RandomState(1234);
 * assertEquals(random.permutation(5), Int32Array.of(4, 0, 1, 2, 3));
 * assertEquals(random.randint(0, 10, 4), Float64Array.of(4, 8, 9, 1));
 * ```
 */
export class RandomState {
  readonly #bits: Mt19937;
  #cached: number | undefined;

  /**
   * Seeds a generator.
   *
   * @param seed An integer in [0, 2^32), or several of them; from the entropy
   * of the system if absent.
   * @throws {RangeError} If the seed is out of range, or an empty array.
   */
  constructor(seed?: number | readonly number[]) {
    if (seed !== undefined) checkSeed(seed);
    this.#bits = new Mt19937(seed);
  }

  /** `n` numbers, uniform in [0, 1): multiples of 2^-53. */
  randomSample(n: number): Float64Array {
    return uniformArray(this.#bits, 0, 1, n);
  }

  /**
   * `n` numbers, uniform in [low, high).
   *
   * @throws {RangeError} If `high - low` is not finite.
   */
  uniform(low: number, high: number, n: number): Float64Array {
    return uniformArray(this.#bits, low, high, n);
  }

  /** `n` numbers from the standard normal distribution. */
  standardNormal(n: number): Float64Array {
    return normalArray(() => this.#nextNormal(), 0, 1, n);
  }

  /**
   * `n` numbers from the normal distribution with mean `loc` and standard
   * deviation `scale`.
   *
   * @throws {RangeError} If `scale` is negative.
   */
  normal(loc: number, scale: number, n: number): Float64Array {
    return normalArray(() => this.#nextNormal(), loc, scale, n);
  }

  // Marsaglia's polar method makes two numbers at once; the second is kept.
  #nextNormal(): number {
    if (this.#cached !== undefined) {
      const cached = this.#cached;
      this.#cached = undefined;
      return cached;
    }
    let x: number, y: number, square: number;
    do {
      x = 2 * this.#bits.nextDouble() - 1;
      y = 2 * this.#bits.nextDouble() - 1;
      square = x * x + y * y;
    } while (square >= 1 || square === 0);
    const factor = Math.sqrt(-2 * logRounded(square) / square);
    this.#cached = factor * x;
    return factor * y;
  }

  /**
   * `n` integers, uniform in [low, high). Bounds that are bigints reach from -2^63
   * to 2^63 and give a BigInt64Array.
   *
   * @throws {RangeError} If `low` is not below `high` or a number bound is no
   * safe integer.
   */
  randint(low: number, high: number, n: number): Float64Array;
  /** The same with bounds beyond the safe integers. */
  randint(low: bigint, high: bigint, n: number): BigInt64Array;
  randint(
    low: number | bigint,
    high: number | bigint,
    n: number,
  ): Float64Array | BigInt64Array {
    return boundedIntegers(masked, this.#bits, low, high, n);
  }

  /** Shuffles a typed array or an array in place. */
  shuffle<T>(array: { readonly length: number; [index: number]: T }): void {
    shuffleInPlace(this.#bits, array);
  }

  /** The integers from 0 to n - 1 in random order. */
  permutation(n: number): Int32Array {
    return shuffledRange(this.#bits, n);
  }

  /**
   * `size` of the integers from 0 to n - 1, with or without replacement. NumPy
   * takes `p`, one probability per integer, too; here all are equally likely.
   *
   * @throws {RangeError} If there are not enough integers to choose from, or over 2^31.
   */
  choice(
    n: number,
    size: number,
    options: { replace?: boolean } = {},
  ): Int32Array {
    checkOptions("choose", options, ["replace"]);
    const { replace = true } = options;
    checkCount("choose", n);
    checkCount("choose", size, "size");
    if (n > 2 ** 31) {
      throw new RangeError(
        `Cannot choose of more than 2^31 integers: got ${n}`,
      );
    }
    if (replace) {
      if (size > 0 && n === 0) {
        throw new RangeError(`Cannot choose ${size} of no integers`);
      }
      return Int32Array.from(size > 0 ? this.randint(0, n, size) : []);
    }
    if (size > n) {
      throw new RangeError(
        `Cannot choose ${size} of ${n} integers without replacement`,
      );
    }
    return this.permutation(n).slice(0, size);
  }
}

function checkSeed(seed: number | readonly number[]): void {
  const words = typeof seed === "number" ? [seed] : seed;
  if (words.length === 0) {
    throw new RangeError("Cannot seed a RandomState by an empty array");
  }
  for (const word of words) {
    if (!Number.isInteger(word) || word < 0 || word > 0xffffffff) {
      throw new RangeError(
        `Cannot seed a RandomState as a seed must be an integer in [0, 2^32): got ${word}`,
      );
    }
  }
}
