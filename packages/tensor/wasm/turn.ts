/** Real turns of the event loop, which finalizers need to run. */

import { heap } from "./heap.ts";

declare const setImmediate: ((callback: () => void) => unknown) | undefined;

/**
 * Lets the event loop turn if garbage may have gathered in the heap. Awaiting
 * a settled promise only runs microtasks, and finalizers are not among them.
 */
export function breathe(): Promise<void> | undefined {
  if (!heap.pressed) return undefined;
  heap.turned();
  return new Promise((resolve) => {
    // Deno and Node turn at once; a timer takes a millisecond or more.
    if (typeof setImmediate === "function") setImmediate(resolve);
    else setTimeout(resolve, 0);
  });
}
