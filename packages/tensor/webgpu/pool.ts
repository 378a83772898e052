/** Buffers that are used again, as making one costs more than most kernels. */

import { usage } from "./usage.ts";

/** A buffer that holds one storage at a time. */
export interface Block {
  readonly buffer: GPUBuffer;
  /** Distinguishes buffers in keys. */
  readonly id: number;
  /** Size of the buffer, at least that of the storage. */
  readonly size: number;
  /** Number of the last submission that uses it. */
  usedIn: number;
}

/** Bytes of free buffers that are kept. */
const kept = 2 ** 29;

/** The size of the buffer for `bytes`: few sizes fit many storages, and at most a fifth is wasted. */
export function sizeClass(bytes: number): number {
  const least = Math.max(bytes, 256);
  const step = Math.max(256, 2 ** (Math.floor(Math.log2(least)) - 2));
  return Math.ceil(least / step) * step;
}

/** The buffers of a device. */
export class Pool {
  readonly #device: GPUDevice;
  readonly #largest: number;
  readonly #free = new Map<number, Block[]>();
  #freeBytes = 0;
  #usedBytes = 0;
  #count = 0;
  /** Buffers that are too many to keep. */
  #retired: Block[] = [];

  /** A pool that makes its buffers on `device`. */
  constructor(device: GPUDevice) {
    this.#device = device;
    const { maxBufferSize, maxStorageBufferBindingSize } = device.limits;
    const bytes = Math.min(maxBufferSize, maxStorageBufferBindingSize);
    this.#largest = bytes - bytes % 4; // bindings are whole words
  }

  /** Bytes in buffers that are in use, and in free ones. */
  get info(): { readonly used: number; readonly free: number } {
    return { used: this.#usedBytes, free: this.#freeBytes };
  }

  /** A buffer of at least `bytes` bytes with unspecified contents. */
  take(bytes: number): Block {
    if (bytes > this.#largest) {
      throw new RangeError(
        `Cannot make a tensor of ${bytes} bytes on this GPU: expected at most ${this.#largest}`,
      );
    }
    const size = Math.min(sizeClass(bytes), this.#largest);
    this.#usedBytes += size;
    const block = this.#free.get(size)?.pop();
    if (block) {
      this.#freeBytes -= size;
      return block;
    }
    const buffer = this.#device.createBuffer({
      size,
      usage: usage.storage | usage.copySource | usage.copyTarget,
    });
    return { buffer, id: this.#count++, size, usedIn: -1 };
  }

  /** Takes a buffer back. Work that was queued may still use it, and comes before later work. */
  give(block: Block): void {
    this.#usedBytes -= block.size;
    if (this.#freeBytes + block.size > kept) {
      this.#retired.push(block);
      return;
    }
    this.#freeBytes += block.size;
    const list = this.#free.get(block.size);
    if (list) list.push(block);
    else this.#free.set(block.size, [block]);
  }

  /** Destroys buffers that are too many; call when all work that uses them was submitted. */
  trim(): void {
    for (const { buffer } of this.#retired) buffer.destroy();
    this.#retired = [];
  }
}
