/** Flags that decide what a function does, seen while it is captured. */

import { capture, type Recorder } from "./capture.ts";

const seen = new WeakMap<Recorder, Set<object>>();

/**
 * The recorder of the capture that runs if it did not see `flag` before, else
 * null. Who reads a flag gives it a guard then: what was recorded is right
 * while the flag is as it was found. What the function has set itself needs
 * none, so that setting a flag counts as seeing it.
 */
export function firstLook(flag: object): Recorder | null {
  const { recorder } = capture;
  if (recorder === null) return null;
  let flags = seen.get(recorder);
  if (!flags) seen.set(recorder, flags = new Set());
  if (flags.has(flag)) return null;
  flags.add(flag);
  return recorder;
}
