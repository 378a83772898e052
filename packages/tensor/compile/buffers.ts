/** The buffers of a program, and the storages through which tensors reach them. */

import type { Storage } from "../device.ts";
import { AddressedStorage } from "../wasm/device.ts";
import type { Buffer } from "./graph.ts";

/** A buffer whose memory is found anew for every run. */
export class ProgramBuffer implements Buffer {
  bytes: number;
  resolve: (() => Storage) | null;
  /** Bytes of the storage before the buffer. */
  skipped: () => number = () => 0;
  /** Whether the memory belongs to the program and keeps its contents from run to run. */
  resident = false;
  /** The storage that holds it in the run at hand, if it is outside of the program. */
  storage: Storage | null = null;
  /** Where the buffer was in the last run; -1 before. */
  address = -1;

  constructor(bytes: number, resolve: (() => Storage) | null = null) {
    this.bytes = bytes;
    this.resolve = resolve;
  }
}

/** Whether a program runs: only then do its buffers have places. */
export const running: { program: boolean } = { program: false };

/** The storage of a tensor that exists while a function is captured, and in the host calls of its program. */
export class TracedStorage extends AddressedStorage {
  readonly buffer: ProgramBuffer;

  constructor(buffer: ProgramBuffer) {
    super(buffer.bytes);
    this.buffer = buffer;
  }

  override address(): number {
    if (running.program && this.buffer.address >= 0) return this.buffer.address;
    throw new Error(
      "Cannot use a tensor outside of the compiled function that made it: return it, or write it into another with copy_()",
    );
  }

  override dispose(): void {
    this.disposed = true;
  }
}
