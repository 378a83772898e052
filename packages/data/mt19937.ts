import { type BitGenerator, systemEntropy } from "./bit_generator.ts";

const LENGTH = 624;
const OFFSET = 397;

/**
 * The Mersenne Twister with period 2^19937 - 1: Matsumoto and Nishimura,
 * "Mersenne Twister: a 623-dimensionally equidistributed uniform pseudo-random
 * number generator", ACM TOMACS 8, 1998, seeded as its authors' code of 2002.
 */
export class Mt19937 implements BitGenerator {
  readonly #state: Uint32Array = new Uint32Array(LENGTH);
  #position: number = LENGTH;

  /** Seeds by one word, by several, or from the system if there is no seed. */
  constructor(seed?: number | readonly number[]) {
    if (typeof seed === "number") this.#seedByWord(seed);
    else this.#seedByWords(seed ?? systemEntropy(8));
  }

  #seedByWord(seed: number): void {
    const state = this.#state;
    let word = seed >>> 0;
    state[0] = word;
    for (let i = 1; i < LENGTH; i++) {
      word = Math.imul(1812433253, word ^ (word >>> 30)) + i >>> 0;
      state[i] = word;
    }
  }

  #seedByWords(words: ArrayLike<number>): void {
    this.#seedByWord(19650218);
    const state = this.#state;
    let last = state[0]!;
    let i = 1;
    const advance = () => {
      if (++i < LENGTH) return;
      last = state[0] = state[LENGTH - 1]!;
      i = 1;
    };
    for (let k = 0; k < Math.max(LENGTH, words.length); k++) {
      const j = k % words.length;
      const mixed = state[i]! ^ Math.imul(last ^ (last >>> 30), 1664525);
      last = state[i] = mixed + words[j]! + j >>> 0;
      advance();
    }
    for (let k = 1; k < LENGTH; k++) {
      const mixed = state[i]! ^ Math.imul(last ^ (last >>> 30), 1566083941);
      last = state[i] = mixed - i >>> 0;
      advance();
    }
    state[0] = 0x80000000; // so that the state is never all zeros
  }

  #generate(): void {
    const state = this.#state;
    for (let i = 0; i < LENGTH; i++) {
      const word = (state[i]! & 0x80000000) |
        (state[(i + 1) % LENGTH]! & 0x7fffffff);
      state[i] = state[(i + OFFSET) % LENGTH]! ^ (word >>> 1) ^
        (-(word & 1) & 0x9908b0df);
    }
    this.#position = 0;
  }

  nextUint32(): number {
    if (this.#position === LENGTH) this.#generate();
    let word = this.#state[this.#position++]!;
    word ^= word >>> 11;
    word ^= (word << 7) & 0x9d2c5680;
    word ^= (word << 15) & 0xefc60000;
    return (word ^ (word >>> 18)) >>> 0;
  }

  nextUint64(): bigint {
    const high = BigInt(this.nextUint32());
    return high << 32n | BigInt(this.nextUint32());
  }

  nextDouble(): number {
    const high = this.nextUint32() >>> 5;
    const low = this.nextUint32() >>> 6;
    return (high * 2 ** 26 + low) * 2 ** -53;
  }
}
