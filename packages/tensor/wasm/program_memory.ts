/** Memory of compiled programs: instructions, arguments and the arena of intermediate values. */

import { heap } from "./heap.ts";

const registry = new FinalizationRegistry<() => void>((release) => release());

/** Memory that stays where it is. It is given back when it is disposed of, or when nothing refers to it any more. */
export class ProgramMemory {
  /** Where it begins: a multiple of 4096. */
  readonly address: number;
  /** Its size. */
  readonly bytes: number;
  #release: (() => void) | null;

  /** Takes `bytes` of the heap; contents are whatever was there. */
  constructor(bytes: number) {
    const address = heap.reserve(bytes);
    this.address = address;
    this.bytes = bytes;
    this.#release = () => heap.release(address, bytes);
    registry.register(this, this.#release, this);
  }

  /** Gives the memory back; nothing may use it afterwards. */
  dispose(): void {
    if (!this.#release) return;
    registry.unregister(this);
    this.#release();
    this.#release = null;
  }
}
