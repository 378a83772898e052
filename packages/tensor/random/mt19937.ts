/** The number of words of the state. */
export const N = 624;
/** The distance of the words that the recurrence combines. */
const M = 397;

/** Fills the state from the low 32 bits of a seed (Knuth's generator, TAOCP volume 2, 3rd edition, page 106). */
export function expandSeed(words: Uint32Array, seed: number): void {
  let previous = seed;
  words[0] = previous;
  for (let i = 1; i < N; i++) {
    previous = Math.imul(1812433253, previous ^ (previous >>> 30)) + i;
    words[i] = previous;
  }
}

/** One word of the recurrence: `far` is M words ahead, `high` gives the top bit and `low` the rest. */
function recur(far: number, high: number, low: number): number {
  const y = (high & 0x80000000) | (low & 0x7fffffff);
  return far ^ (y >>> 1) ^ (-(low & 1) & 0x9908b0df);
}

/** Renews all words in place (MT19937); three loops spare the index its modulo. */
export function twist(words: Uint32Array): void {
  let i = 0;
  for (; i < N - M; i++) {
    words[i] = recur(words[i + M]!, words[i]!, words[i + 1]!);
  }
  for (; i < N - 1; i++) {
    words[i] = recur(words[i + M - N]!, words[i]!, words[i + 1]!);
  }
  words[N - 1] = recur(words[M - 1]!, words[N - 1]!, words[0]!);
}

/** What a word of the state is handed out as. */
export function temper(word: number): number {
  word ^= word >>> 11;
  word ^= (word << 7) & 0x9d2c5680;
  word ^= (word << 15) & 0xefc60000;
  return (word ^ (word >>> 18)) >>> 0;
}
