/** Memory for what lives within a run; all programs share it, as one runs at a time. */

import { heap } from "../wasm/heap.ts";

/** The least that the arena takes. */
const least = 1 << 16;

let address = -1, size = 0;

/** Address of an arena of at least `bytes` bytes; it may differ from call to call. */
export function arenaOf(bytes: number): number {
  if (bytes <= size) return address;
  const wanted = Math.max(least, bytes, Math.min(2 * size, size + (1 << 26)));
  if (size > 0) heap.release(address, size);
  // Without an arena, should this fail.
  size = 0;
  address = heap.reserve(wanted);
  size = wanted;
  return address;
}
