/** Compiled modules in shared memory, as a linked list for worker threads to load. */

import type { LoadedModule } from "../functions.ts";
import { heap } from "../heap.ts";

/** Bytes before a module: the address of the next one, its length, first slot and number of slots. */
const header = 16;
/** Modules share pieces of memory of this size, if they fit. */
const chunk = 1 << 16;

/** A list that only grows: workers come and read it at any time. */
export class ModuleList {
  /** Address of the first module. */
  first = 0;
  #count = 0;
  #last = 0;
  #room = 0;
  #left = 0;

  /** Takes up those of `modules` that are new. */
  update(modules: readonly LoadedModule[]): void {
    while (this.#count < modules.length) this.#add(modules[this.#count++]!);
  }

  #add({ bytes, first, count }: LoadedModule): void {
    const size = (header + bytes.length + 15) & ~15;
    if (size > this.#left) {
      this.#left = Math.max(chunk, size);
      this.#room = heap.reserve(this.#left);
    }
    const at = this.#room;
    this.#room += size;
    this.#left -= size;
    heap.i32.set([0, bytes.length, first, count], at >>> 2);
    heap.u8.set(bytes, at + header);
    if (this.#last > 0) heap.i32[this.#last >>> 2] = at;
    else this.first = at;
    this.#last = at;
  }
}
