import { Generator } from "./generator.ts";

function createDefaultGenerator(): Generator {
  const generator = new Generator();
  generator.seed();
  return generator;
}

/**
 * The generator that random functions use unless told otherwise. It starts
 * from the system's entropy; {@linkcode manualSeed} makes it repeatable.
 */
export const defaultGenerator: Generator = /* @__PURE__ */
  createDefaultGenerator();

/**
 * Seeds the default generator, so that all random numbers that follow are the
 * ones that PyTorch draws after `torch.manual_seed(seed)`.
 *
 * @example
 * ```ts
 * import { initialSeed, manualSeed } from "@gradus/tensor";
 * import { assertEquals } from "@std/assert";
 *
 * manualSeed(1234);
 * assertEquals(initialSeed(), 1234n);
 * ```
 *
 * @param seed An integer in [-2^63, 2^64 - 1]; negative ones count modulo
 * 2^64. A number must be a safe integer.
 * @returns The default generator.
 * @throws {RangeError} If `seed` is not such an integer.
 */
export function manualSeed(seed: number | bigint): Generator {
  return defaultGenerator.manualSeed(seed);
}

/**
 * The seed of the default generator, as an unsigned 64-bit integer.
 *
 * @example
 * ```ts
 * import { initialSeed, manualSeed } from "@gradus/tensor";
 * import { assertEquals } from "@std/assert";
 *
 * manualSeed(-1);
 * assertEquals(initialSeed(), 2n ** 64n - 1n);
 * ```
 */
export function initialSeed(): bigint {
  return defaultGenerator.initialSeed();
}

/**
 * The state of the default generator, see {@linkcode Generator.getState}.
 *
 * @example
 * ```ts
 * import { getRngState, manualSeed } from "@gradus/tensor";
 * import { assertEquals } from "@std/assert";
 *
 * manualSeed(0);
 * assertEquals(getRngState().length, 5056);
 * ```
 */
export function getRngState(): Uint8Array {
  return defaultGenerator.getState();
}

/**
 * Restores a state of the default generator that {@linkcode getRngState}
 * returned.
 *
 * @example
 * ```ts
 * import { defaultGenerator, getRngState, setRngState } from "@gradus/tensor";
 * import { assertEquals } from "@std/assert";
 *
 * const state = getRngState();
 * const first = defaultGenerator.uint32();
 * setRngState(state);
 * assertEquals(defaultGenerator.uint32(), first);
 * ```
 *
 * @param bytes The 5056 bytes of the state.
 * @throws {TypeError} If there are not 5056 bytes.
 * @throws {RangeError} If they do not describe a state.
 */
export function setRngState(bytes: Uint8Array): void {
  defaultGenerator.setState(bytes);
}
