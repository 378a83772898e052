import type { BitGenerator } from "./bit_generator.ts";

/**
 * The permuted congruential generator PCG XSL RR 128/64: O'Neill, "PCG: a family
 * of simple fast space-efficient statistically good algorithms for random number
 * generation", HMC-CS-2014-0905. The 128-bit state is four words, the lowest
 * first, as bigints would be ten times slower.
 */
export class Pcg64 implements BitGenerator {
  #state0: number = 0;
  #state1: number = 0;
  #state2: number = 0;
  #state3: number = 0;
  readonly #increment: readonly [number, number, number, number];
  /** Halves of the 64 bits that {@linkcode Pcg64.next} drew. */
  low: number = 0;
  high: number = 0;
  // nextUint32 hands out the upper half of 64 bits on its second call.
  #buffered: number | undefined;

  /**
   * @param words Eight 32-bit words: as four of 64 bits, the lower word first,
   * these are the upper and lower half of the initial state and of the stream.
   */
  constructor(words: Uint32Array) {
    const [s2, s3, s0, s1, i2, i3, i0, i1] = words;
    this.#increment = [
      (i0! << 1 | 1) >>> 0,
      (i1! << 1 | i0! >>> 31) >>> 0,
      (i2! << 1 | i1! >>> 31) >>> 0,
      (i3! << 1 | i2! >>> 31) >>> 0,
    ];
    this.#step(); // from zero: the state is the increment
    this.#add(s0!, s1!, s2!, s3!);
    this.#step();
  }

  #add(word0: number, word1: number, word2: number, word3: number): void {
    const sum0 = this.#state0 + word0;
    const sum1 = this.#state1 + word1 + (sum0 > 0xffffffff ? 1 : 0);
    const sum2 = this.#state2 + word2 + (sum1 > 0xffffffff ? 1 : 0);
    const sum3 = this.#state3 + word3 + (sum2 > 0xffffffff ? 1 : 0);
    this.#state0 = sum0 >>> 0;
    this.#state1 = sum1 >>> 0;
    this.#state2 = sum2 >>> 0;
    this.#state3 = sum3 >>> 0;
  }

  /**
   * state = state * 0x2360ed051fc65da44385df649fccf645 + increment, mod 2^128.
   * The multiplier is taken in 16-bit digits, so that up to four products and a
   * carry make a column exactly in a float64.
   */
  #step(): void {
    const a = this.#state0, b = this.#state1;
    const c = this.#state2, d = this.#state3;
    const column0 = a * 0xf645;
    const column1 = a * 0x9fcc + Math.floor(column0 / 65536);
    const column2 = a * 0xdf64 + b * 0xf645 + Math.floor(column1 / 65536);
    const column3 = a * 0x4385 + b * 0x9fcc + Math.floor(column2 / 65536);
    const column4 = a * 0x5da4 + b * 0xdf64 + c * 0xf645 +
      Math.floor(column3 / 65536);
    const column5 = a * 0x1fc6 + b * 0x4385 + c * 0x9fcc +
      Math.floor(column4 / 65536);
    const column6 = a * 0xed05 + b * 0x5da4 + c * 0xdf64 + d * 0xf645 +
      Math.floor(column5 / 65536);
    const column7 = a * 0x2360 + b * 0x1fc6 + c * 0x4385 + d * 0x9fcc +
      Math.floor(column6 / 65536);
    this.#state0 = (column1 << 16 | column0 & 0xffff) >>> 0;
    this.#state1 = (column3 << 16 | column2 & 0xffff) >>> 0;
    this.#state2 = (column5 << 16 | column4 & 0xffff) >>> 0;
    this.#state3 = (column7 << 16 | column6 & 0xffff) >>> 0;
    const [word0, word1, word2, word3] = this.#increment;
    this.#add(word0, word1, word2, word3);
  }

  /**
   * Draws 64 bits into `low` and `high`: the halves of the state XORed, rotated
   * right by the top six bits.
   */
  next(): void {
    this.#step();
    let high = this.#state3 ^ this.#state1;
    let low = this.#state2 ^ this.#state0;
    const rotation = this.#state3 >>> 26;
    if (rotation >= 32) [high, low] = [low, high];
    const shift = rotation & 31; // a shift by 32 is none in JavaScript
    if (shift > 0) {
      const lowest = low;
      low = low >>> shift | high << (32 - shift);
      high = high >>> shift | lowest << (32 - shift);
    }
    this.low = low >>> 0;
    this.high = high >>> 0;
  }

  nextUint32(): number {
    if (this.#buffered !== undefined) {
      const buffered = this.#buffered;
      this.#buffered = undefined;
      return buffered;
    }
    this.next();
    this.#buffered = this.high;
    return this.low;
  }

  nextUint64(): bigint {
    this.next();
    return BigInt(this.high) << 32n | BigInt(this.low);
  }

  nextDouble(): number {
    this.next();
    return (this.high * 2 ** 21 + (this.low >>> 11)) * 2 ** -53;
  }
}
