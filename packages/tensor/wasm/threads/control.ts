/**
 * The words through which threads agree on work. A job is an instruction whose
 * range is cut into pieces. Whoever is free claims a piece by exchanging the
 * claim word, which holds the number of the job, the first piece that is left
 * and the end of those left, 32, 16 and 16 bits: so nobody can claim from a
 * job that is over, and who is late, asleep or dead is simply not waited for.
 * What different threads write lies in different cache lines.
 */

/** Offsets of the words in bytes. */
export const at = {
  /** The claim word. */
  claim: 0,
  /** Not 0 if workers are to leave. */
  quit: 8,
  /** How many modules there are to be loaded before a piece is claimed, and where the first is. */
  published: 12,
  modules: 16,
  /** The instruction of the job and the length of its pieces. */
  record: 64,
  size: 68,
  /** How many instructions could have been shared. */
  wanted: 72,
  /** How long threads spin before they sleep. */
  spins: 76,
  /** Pieces that workers have finished. */
  done: 128,
  /** The number of a worker that failed in a piece. */
  failed: 132,
  /** Not 0 while the main thread sleeps until pieces are done. */
  mainWaits: 136,
  /** What workers sleep on, and how many do. */
  wake: 192,
  sleepers: 196,
  /** How many workers are at work, and how many have left for good. */
  ready: 200,
  ended: 204,
  /** Where the words of the first worker are. */
  workers: 256,
} as const;

/** Bytes of a worker's own words: whether it is at a piece, then the length and text of its last message. */
export const workerBytes = 256;
/** The most pieces of a job per thread: enough that one that is late does not matter. */
export const piecesPerThread = 8;

/** Bytes of all words. */
export function controlBytes(workers: number): number {
  return at.workers + workers * workerBytes;
}
