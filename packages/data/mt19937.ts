import { mersenneTwister } from "@gradus/tensor/internal";
import { type BitGenerator, systemEntropy } from "./bit_generator.ts";

const { expandSeed, N: LENGTH, temper, twist } = mersenneTwister;

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
    if (typeof seed === "number") expandSeed(this.#state, seed);
    else this.#seedByWords(seed ?? systemEntropy(8));
  }

  #seedByWords(words: ArrayLike<number>): void {
    const state = this.#state;
    expandSeed(state, 19650218);
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

  nextUint32(): number {
    if (this.#position === LENGTH) {
      twist(this.#state);
      this.#position = 0;
    }
    return temper(this.#state[this.#position++]!);
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
