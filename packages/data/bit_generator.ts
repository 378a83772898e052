/** A source of random bits, from which the distributions are made. */
export interface BitGenerator {
  /** The next 32 random bits, as an unsigned integer. */
  nextUint32(): number;
  /** The next 64 random bits, as an unsigned integer. */
  nextUint64(): bigint;
  /** The next multiple of 2^-53 in [0, 1). */
  nextDouble(): number;
}

/** `count` words of entropy from the system. */
export function systemEntropy(count: number): Uint32Array {
  return crypto.getRandomValues(new Uint32Array(count));
}
