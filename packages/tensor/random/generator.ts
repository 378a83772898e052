import { capture, refuseInCapture } from "../capture.ts";
import { expandSeed, N, temper, twist } from "./mt19937.ts";

/** Every word is drawn; the next draw renews them. */
const EXHAUSTED = N;
/** As {@linkcode EXHAUSTED}, but nothing was drawn since seeding: the state blob tells the two apart. */
const FRESH = N + 1;

const DEFAULT_SEED = 67280421310721n;
const MIN_SEED = -(2n ** 63n);
const MAX_SEED = 2n ** 64n - 1n;

const STATE_BYTES = 5056;
const LEFT_OFFSET = 8;
const SEEDED_OFFSET = 12;
const NEXT_OFFSET = 16;
const WORDS_OFFSET = 24;
const NORMAL_OFFSET = WORDS_OFFSET + 8 * N + 8;
const NORMAL_VALID_OFFSET = NORMAL_OFFSET + 16;

/** `seed` modulo 2^64, if it is an integer that PyTorch accepts. */
function checkSeed(seed: number | bigint): bigint {
  if (typeof seed === "number" && !Number.isSafeInteger(seed)) {
    throw new RangeError(
      `Cannot seed the generator: expected a safe integer or a bigint, got ${seed}`,
    );
  }
  const value = BigInt(seed);
  if (value < MIN_SEED || value > MAX_SEED) {
    throw new RangeError(
      `Cannot seed the generator: expected a seed in [-2^63, 2^64 - 1], got ${seed}`,
    );
  }
  return BigInt.asUintN(64, value);
}

/**
 * A source of random numbers that yields the same stream as a
 * `torch.Generator` on the CPU: MT19937 (Matsumoto and Nishimura, "Mersenne
 * Twister", ACM TOMACS 8, 1998) with a cache for the second value of each
 * Box-Muller pair.
 *
 * A new generator has the seed 67280421310721. Only the low 32 bits of a seed
 * choose the stream.
 *
 * The numbers are not fit for cryptography.
 *
 * @example Two generators with the same seed agree
 * ```ts
 * import { Generator } from "@gradus/tensor";
 * import { assertEquals } from "@std/assert";
 *
 * const a = new Generator().manualSeed(0);
 * const b = new Generator().manualSeed(0);
 * assertEquals(a.uint32(), 0x8c7f0aac);
 * assertEquals(b.uint32(), 0x8c7f0aac);
 * ```
 */
export class Generator {
  readonly #words: Uint32Array = new Uint32Array(N);
  #index = FRESH;
  #seed: bigint = DEFAULT_SEED;
  #cachedNormal = 0;
  #hasCachedNormal = false;

  /** Creates a generator with the seed 67280421310721. */
  constructor() {
    this.manualSeed(DEFAULT_SEED);
  }

  /**
   * Starts the stream that belongs to `seed` and forgets the cached normal
   * value.
   *
   * @example
   * ```ts
   * import { Generator } from "@gradus/tensor";
   * import { assertEquals } from "@std/assert";
   *
   * const generator = new Generator().manualSeed(-1);
   * assertEquals(generator.initialSeed(), 2n ** 64n - 1n);
   * ```
   *
   * @param seed An integer in [-2^63, 2^64 - 1]; negative ones count modulo
   * 2^64. A number must be a safe integer.
   * @returns This generator.
   * @throws {RangeError} If `seed` is not such an integer.
   */
  manualSeed(seed: number | bigint): this {
    const value = checkSeed(seed);
    return this.#change("random.manualSeed", () => {
      this.#seed = value;
      expandSeed(this.#words, Number(value & 0xffffffffn));
      this.#index = FRESH;
      this.#hasCachedNormal = false;
    });
  }

  /** Changes the state now, or in a capture at this place in every run. */
  #change(name: string, action: () => void): this {
    const { recorder } = capture;
    if (recorder !== null) recorder.host(name, [], [], action);
    else action();
    return this;
  }

  /**
   * The seed of the present stream, as an unsigned 64-bit integer.
   *
   * @example
   * ```ts
   * import { Generator } from "@gradus/tensor";
   * import { assertEquals } from "@std/assert";
   *
   * assertEquals(new Generator().initialSeed(), 67280421310721n);
   * ```
   */
  initialSeed(): bigint {
    refuseInCapture("read the seed of a generator");
    return this.#seed;
  }

  /**
   * Seeds this generator from the system's entropy.
   *
   * @example
   * ```ts
   * import { Generator } from "@gradus/tensor";
   * import { assertEquals } from "@std/assert";
   *
   * const generator = new Generator();
   * const seed = generator.seed();
   * assertEquals(generator.initialSeed(), seed);
   * ```
   *
   * @returns The seed, below 2^53 so that it is exact as a number, too.
   */
  seed(): bigint {
    refuseInCapture("seed a generator from the system's entropy");
    const [entropy] = crypto.getRandomValues(new BigUint64Array(1));
    const seed = BigInt.asUintN(53, entropy!);
    this.manualSeed(seed);
    return seed;
  }

  /**
   * The whole state, in the 5056 bytes of PyTorch's `get_state()`: little
   * endian; seed (u64), words left (i32), seeded (i32), next word (u64), 624
   * words (u64 each), unused (f64), cached normal (f64), unused (f64), whether
   * there is one (i32), 12 bytes of zeros.
   *
   * @example Rewind
   * ```ts
   * import { Generator } from "@gradus/tensor";
   * import { assertEquals } from "@std/assert";
   *
   * const generator = new Generator();
   * const state = generator.getState();
   * const first = generator.uint32();
   * generator.setState(state);
   * assertEquals(generator.uint32(), first);
   * ```
   */
  getState(): Uint8Array {
    refuseInCapture("read the state of a generator");
    const bytes = new Uint8Array(STATE_BYTES);
    const view = new DataView(bytes.buffer);
    const drawn = this.#index === FRESH ? 0 : this.#index;
    view.setBigUint64(0, this.#seed, true);
    view.setInt32(LEFT_OFFSET, drawn === 0 ? 1 : N + 1 - drawn, true);
    view.setInt32(SEEDED_OFFSET, 1, true);
    view.setUint32(NEXT_OFFSET, drawn, true);
    for (let i = 0; i < N; i++) {
      view.setUint32(WORDS_OFFSET + 8 * i, this.#words[i]!, true);
    }
    if (this.#hasCachedNormal) {
      view.setFloat64(NORMAL_OFFSET, this.#cachedNormal, true);
      view.setInt32(NORMAL_VALID_OFFSET, 1, true);
    }
    return bytes;
  }

  /**
   * Restores a state that {@linkcode Generator.getState} or PyTorch's
   * `get_state()` returned.
   *
   * @example
   * ```ts
   * import { Generator } from "@gradus/tensor";
   * import { assertEquals } from "@std/assert";
   *
   * const a = new Generator().manualSeed(7);
   * const b = new Generator().setState(a.getState());
   * assertEquals(b.uint32(), a.uint32());
   * ```
   *
   * @param bytes The 5056 bytes of the state.
   * @returns This generator.
   * @throws {TypeError} If there are not 5056 bytes.
   * @throws {RangeError} If they do not describe a state.
   */
  setState(bytes: Uint8Array): this {
    if (bytes.length !== STATE_BYTES) {
      throw new TypeError(
        `Cannot set the generator's state: expected ${STATE_BYTES} bytes, got ${bytes.length}`,
      );
    }
    const view = new DataView(bytes.buffer, bytes.byteOffset, STATE_BYTES);
    const left = view.getInt32(LEFT_OFFSET, true);
    const seeded = view.getInt32(SEEDED_OFFSET, true);
    const next = Number(view.getBigUint64(NEXT_OFFSET, true));
    const consistent = next === 0 ? left === 1 : left === N + 1 - next;
    if (seeded !== 1 || next > N || !consistent) {
      throw new RangeError(
        "Cannot set the generator's state: expected a seeded Mersenne Twister" +
          ` with at most ${N} words drawn, got seeded = ${seeded}, next = ${next}, left = ${left}`,
      );
    }
    return this.#change("random.setState", () => {
      for (let i = 0; i < N; i++) {
        this.#words[i] = view.getUint32(WORDS_OFFSET + 8 * i, true);
      }
      this.#index = next === 0 ? FRESH : next;
      this.#seed = view.getBigUint64(0, true);
      this.#cachedNormal = view.getFloat64(NORMAL_OFFSET, true);
      this.#hasCachedNormal = view.getInt32(NORMAL_VALID_OFFSET, true) !== 0;
    });
  }

  /**
   * A generator with the same state that goes on independently.
   *
   * @example
   * ```ts
   * import { Generator } from "@gradus/tensor";
   * import { assertEquals } from "@std/assert";
   *
   * const generator = new Generator();
   * const copy = generator.clone();
   * assertEquals(copy.uint32(), generator.uint32());
   * ```
   */
  clone(): Generator {
    return new Generator().setState(this.getState());
  }

  /** The next 32 bits, as an integer in [0, 2^32). */
  uint32(): number {
    let i = this.#index;
    if (i >= EXHAUSTED) {
      twist(this.#words);
      i = 0;
    }
    this.#index = i + 1;
    return temper(this.#words[i]!);
  }

  /** The next 64 bits, as an integer in [0, 2^64); the first of the two draws is the high half. */
  uint64(): bigint {
    const high = this.uint32();
    return (BigInt(high) << 32n) | BigInt(this.uint32());
  }

  /** The low 24 bits of one draw, as a multiple of 2^-24 in [0, 1). */
  uniform32(): number {
    return (this.uint32() & 0xffffff) * 2 ** -24;
  }

  /** The low 53 bits of {@linkcode Generator.uint64}, as a multiple of 2^-53 in [0, 1). */
  uniform64(): number {
    const high = this.uint32() & 0x1fffff;
    return (high * 2 ** 32 + this.uint32()) * 2 ** -53;
  }

  /**
   * A standard normal value, by the method of Box and Muller ("A Note on the
   * Generation of Random Normal Deviates", Annals of Mathematical Statistics
   * 29, 1958).
   *
   * Values come in pairs. The second of a pair waits in this generator until
   * the next call, whatever else is drawn before; only seeding drops it.
   */
  normal(): number {
    if (this.#hasCachedNormal) {
      this.#hasCachedNormal = false;
      return this.#cachedNormal;
    }
    const theta = 2 * Math.PI * this.uniform64();
    const radius = Math.sqrt(-2 * Math.log1p(-this.uniform64()));
    this.#cachedNormal = radius * Math.sin(theta);
    this.#hasCachedNormal = true;
    return radius * Math.cos(theta);
  }
}
