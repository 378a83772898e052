/** Work that JavaScript does on the memory of the CPU. */

import { capture } from "../capture.ts";
import type { TypedArray } from "../dtype.ts";
import type { Tensor } from "../tensor.ts";
import { storageView } from "../wasm/device.ts";
import { heap } from "../wasm/heap.ts";

function viewOf(t: Tensor): TypedArray {
  return storageView(t.storage, t.dtype, t.offset, t.numel);
}

/**
 * Does `work` on the elements of gapless tensors as they lie in memory, those
 * of `reads` first; in a capture, at this place in every run. The work may not
 * make tensors, as the memory may move then.
 */
export function onMemory(
  name: string,
  reads: readonly Tensor[],
  writes: readonly Tensor[],
  work: (views: readonly TypedArray[]) => void,
): void {
  const tensors = [...reads, ...writes];
  const run = () => {
    // Bringing one in may move the memory, so all must be there before any is looked at.
    tensors.forEach(viewOf);
    work(tensors.map(viewOf));
  };
  const { recorder } = capture;
  if (recorder !== null) return recorder.host(name, reads, writes, run);
  heap.tick();
  run();
}
