/** Reading buffers back: copies go out with the next submission and are mapped together. */

import type { Block } from "./pool.ts";
import type { Recorder } from "./recorder.ts";
import { mapForReading, usage } from "./usage.ts";

/** Largest buffer that is kept for the next reading. */
const largestKept = 2 ** 24;
/** Buffers of one size that are kept. */
const mostKept = 32;

/** The buffers through which a device is read. */
export class Staging {
  readonly #device: GPUDevice;
  readonly #recorder: Recorder;
  readonly #free = new Map<number, GPUBuffer[]>();
  #submitted: Promise<void> | null = null;

  /** Staging for what `recorder` records on `device`. */
  constructor(device: GPUDevice, recorder: Recorder) {
    this.#device = device;
    this.#recorder = recorder;
  }

  /** The bytes from `begin` to `end` as they are now. */
  async read(
    block: Block,
    begin: number,
    end: number,
  ): Promise<Uint8Array<ArrayBuffer>> {
    const from = begin & ~3;
    const bytes = ((end + 3) & ~3) - from;
    const size = 2 ** Math.max(8, Math.ceil(Math.log2(bytes)));
    const buffer = this.#free.get(size)?.pop() ?? this.#device.createBuffer({
      size,
      usage: usage.mapRead | usage.copyTarget,
    });
    this.#recorder.copy(block, from, buffer, bytes);
    // All that is read before control returns to the event loop shares a submission.
    await (this.#submitted ??= Promise.resolve().then(() => {
      this.#submitted = null;
      this.#recorder.flush();
    }));
    await buffer.mapAsync(mapForReading, 0, bytes);
    const out = new Uint8Array(
      buffer.getMappedRange(0, bytes).slice(begin - from, end - from),
    );
    buffer.unmap();
    this.#keep(size, buffer);
    return out;
  }

  #keep(size: number, buffer: GPUBuffer): void {
    const list = this.#free.get(size) ?? [];
    if (size > largestKept || list.length === mostKept) buffer.destroy();
    else {
      list.push(buffer);
      this.#free.set(size, list);
    }
  }
}
