const POOL_SIZE = 4;

/** The little-endian 32-bit words of non-negative integers, one after the other. */
export function toWords(
  seed: number | bigint | readonly (number | bigint)[],
): number[] {
  const words: number[] = [];
  for (const part of typeof seed === "object" ? seed : [seed]) {
    if (part < 0 || typeof part === "number" && !Number.isSafeInteger(part)) {
      throw new RangeError(
        `Cannot seed a generator as a seed must be a non-negative integer: got ${part}`,
      );
    }
    let rest = BigInt(part);
    do {
      words.push(Number(rest & 0xffffffffn));
      rest >>= 32n;
    } while (rest > 0n);
  }
  return words;
}

/**
 * NumPy's `SeedSequence(entropy).generate_state(count)`: spreads the entropy
 * over as many words as a generator's state needs, so that similar seeds start
 * unrelated streams. The hash is Melissa O'Neill's `seed_seq_fe`
 * ("Developing a seed_seq Alternative", pcg-random.org, 2015).
 */
export function seedState(
  entropy: readonly number[],
  count: number,
): Uint32Array {
  const pool = mixEntropy(entropy);
  const state = new Uint32Array(count);
  let multiplier = 0x8b51f9dd;
  for (let i = 0; i < count; i++) {
    const word = pool[i % POOL_SIZE]! ^ multiplier;
    multiplier = Math.imul(multiplier, 0x58f38ded);
    state[i] = fold(Math.imul(word, multiplier));
  }
  return state;
}

function mixEntropy(entropy: readonly number[]): Uint32Array {
  let multiplier = 0x43b0d7e5;
  const hash = (word: number): number => {
    const salted = word ^ multiplier;
    multiplier = Math.imul(multiplier, 0x931e8875);
    return fold(Math.imul(salted, multiplier));
  };
  const mix = (a: number, b: number): number =>
    fold(Math.imul(0xca01f9dd, a) - Math.imul(0x4973f715, b));

  const pool = new Uint32Array(POOL_SIZE);
  for (let i = 0; i < POOL_SIZE; i++) pool[i] = hash(entropy[i] ?? 0);
  // Every word of the pool reaches every other; so does what did not fit.
  for (let from = 0; from < POOL_SIZE; from++) {
    for (let to = 0; to < POOL_SIZE; to++) {
      if (from !== to) pool[to] = mix(pool[to]!, hash(pool[from]!));
    }
  }
  for (let from = POOL_SIZE; from < entropy.length; from++) {
    for (let to = 0; to < POOL_SIZE; to++) {
      pool[to] = mix(pool[to]!, hash(entropy[from]!));
    }
  }
  return pool;
}

function fold(word: number): number {
  return (word ^ (word >>> 16)) >>> 0;
}
