/** How many threads compute. */

import { describe } from "../../check.ts";
import { pool } from "./pool.ts";

/** The largest number of threads. */
const most = 1024;

/**
 * The number of threads that compute on the CPU, the one that calls included:
 * as many as the machine runs at once, up to 8, unless
 * {@linkcode setNumThreads} says otherwise. It is 1 where threads cannot share
 * memory, as in a browser page that is not cross-origin isolated.
 *
 * @example
 * ```ts
 * import { getNumThreads, setNumThreads } from "@gradus/tensor";
 * import { assertEquals } from "@std/assert";
 *
 * setNumThreads(1);
 * assertEquals(getNumThreads(), 1);
 * ```
 */
export function getNumThreads(): number {
  return pool.threads;
}

/**
 * Sets the number of threads that compute on the CPU, the one that calls
 * included. Threads are started when there is enough work for them, and what
 * is small stays on one thread. Results are the same, bit for bit, for any
 * number. With 1, threads that were started end.
 *
 * @example
 * ```ts
 * import { ones, setNumThreads } from "@gradus/tensor";
 * import { assertEquals } from "@std/assert";
 *
 * setNumThreads(2);
 * assertEquals(ones([1000, 1000]).exp().shape, [1000, 1000]);
 * setNumThreads(1);
 * ```
 *
 * @throws {TypeError} if `count` is not a number.
 * @throws {RangeError} if `count` is not an integer in [1, 1024].
 */
export function setNumThreads(count: number): void {
  if (typeof count !== "number") {
    throw new TypeError(
      `Cannot set the number of threads: expected a number, got ${
        describe(count)
      }`,
    );
  }
  if (!Number.isInteger(count) || count < 1 || count > most) {
    throw new RangeError(
      `Cannot set the number of threads: expected an integer in [1, ${most}], got ${count}`,
    );
  }
  pool.threads = count;
}
