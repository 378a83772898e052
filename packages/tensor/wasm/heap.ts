/**
 * The memory that all CPU tensors live in. JavaScript tells nobody in time
 * when a tensor dies, so the heap is kept as a cache: past a limit the
 * storages that were not used for longest move out to ordinary arrays, which
 * the garbage collector counts and frees, and come back on their next use.
 * Garbage never comes back. So limits start low and grow by what does: loops
 * that only make garbage stay in a small piece of memory, which a processor
 * cache holds, and programs whose data is large get the room that they need.
 *
 * Large storages have a limit of their own and are watched by finalizers,
 * which spare the copy where the event loop turns; small ones do not pay that.
 */

import { PageAllocator } from "./pages.ts";
import { largestSmall, pageSize, SlabAllocator } from "./slabs.ts";
import { type Block, SpillQueue } from "./spill_queue.ts";

export type { Block };

/** Blocks from this size on are large. */
export const largeFrom = 1 << 16;
/** Bytes that a vector load may touch past the end of a block. */
const padding = 16;
/** Where the limits of small and large blocks start. */
const firstSmall = 1 << 22, firstLarge = 1 << 26;
/** The largest size of the memory: addresses have 32 bits, and the last ones stay unused. */
const most = 2 ** 32 - 65536;
/** What the limit of large blocks gains at most where finalizers keep up. */
const mostSlack = 3 << 26;
/** Up to so many words a plain array costs V8 far less than a typed one. */
const tiny = 128;

/** Figures about the heap. */
export interface HeapInfo {
  /** Bytes in use by storages that are in the heap. */
  readonly used: number;
  /** Bytes that compiled programs and threads hold, which are never spilled. */
  readonly pinned: number;
  /** Bytes past which storages are spilled; it grows when spilled ones come back. */
  readonly limit: number;
  /** The most that the limit grows to. */
  readonly budget: number;
  /** Size of the WebAssembly memory in bytes. */
  readonly reserved: number;
  /** Storages in the heap. */
  readonly blocks: number;
  /** Storages moved out so far. */
  readonly spills: number;
  /** Storages moved back so far. */
  readonly restores: number;
}

/**
 * Browsers share memory only with cross-origin isolated pages; one thread does
 * without. They do not refuse to make shared memory elsewhere, but hide its type.
 */
const shared = typeof SharedArrayBuffer !== "undefined";

function makeMemory(): WebAssembly.Memory {
  return new WebAssembly.Memory(
    shared
      ? { initial: 16, maximum: 65536, shared }
      : { initial: 16, maximum: 65536 },
  );
}

/** The allocator. One exists per process; see {@linkcode heap}. */
export class Heap {
  /** The memory that kernels import. */
  readonly memory: WebAssembly.Memory = makeMemory();
  /** Whether threads can share it. */
  readonly shared: boolean = shared;
  /** Views of the whole memory; renewed when it grows. */
  u8: Uint8Array = new Uint8Array(this.memory.buffer);
  i32: Int32Array = new Int32Array(this.memory.buffer);
  f32: Float32Array = new Float32Array(this.memory.buffer);
  f64: Float64Array = new Float64Array(this.memory.buffer);

  /** Number of the operation that runs; blocks that it uses stay where they are. */
  epoch = 1;
  /** Address where arguments of kernels are written: a page of their own. */
  readonly args: number = 64;
  /** Address of a single instruction, which ends where the arguments begin. */
  readonly instruction: number = 16;
  /** Called after a large block moved out. */
  onSpill: (block: Block) => void = () => {};

  #budget = 3 * 2 ** 30;
  readonly #small = new SpillQueue(firstSmall);
  readonly #large = new SpillQueue(firstLarge);
  /** Added to the limit of large blocks. */
  #slack = 0;
  #pinned = 0;
  #spills = 0;
  #restores = 0;
  /** Bytes of large blocks handed out since {@linkcode turned}. */
  #fresh = 0;
  readonly #pages = new PageAllocator();
  readonly #slabs = new SlabAllocator(
    (count) => this.#takePages(count),
    (start, count) => this.#pages.add(start, count),
  );

  constructor() {
    // The first page holds the arguments of kernels; address 0 stays unused.
    this.#pages.add(1, this.u8.length / pageSize - 1);
  }

  /** Begins an operation. */
  tick(): void {
    this.epoch++;
  }

  /** Figures about the heap. */
  info(): HeapInfo {
    const small = this.#small, large = this.#large;
    return {
      used: small.used + large.used,
      pinned: this.#pinned,
      limit: this.#limitOf(small) + this.#limitOf(large),
      budget: this.#budget,
      reserved: this.u8.length,
      blocks: small.blocks + large.blocks,
      spills: this.#spills,
      restores: this.#restores,
    };
  }

  /** Whether so much garbage may have gathered that a turn of the event loop pays. */
  get pressed(): boolean {
    const large = this.#large, limit = this.#limitOf(large);
    return large.load > limit / 4 && this.#fresh > limit / 8;
  }

  /** Says that the event loop turned. */
  turned(): void {
    this.#fresh = 0;
  }

  /** Sets the most that the limit may grow to, and lowers it to where it starts. */
  setBudget(bytes: number): void {
    if (!(bytes >= 1 << 20 && bytes <= 2 ** 32)) {
      throw new RangeError(
        `Cannot set the heap budget: expected bytes in [1048576, 4294967296], got ${bytes}`,
      );
    }
    this.#budget = bytes;
    this.#slack = 0;
    this.#small.limit = Math.min(firstSmall, bytes / 4);
    this.#large.limit = Math.min(firstLarge, bytes * 3 / 4);
    for (const queue of [this.#small, this.#large]) {
      this.#makeRoom(queue, 0, Infinity);
    }
  }

  #queueOf(block: Block): SpillQueue {
    return block.bytes >= largeFrom ? this.#large : this.#small;
  }

  #limitOf(queue: SpillQueue): number {
    if (queue === this.#small) return queue.limit;
    const room = this.#budget - this.#small.limit;
    return Math.min(queue.limit + this.#slack, room);
  }

  /** Makes a block; its contents are whatever was there. */
  allocate(bytes: number): Block {
    if (bytes > most - 2 * pageSize) {
      throw new RangeError(
        `Cannot allocate ${bytes} bytes: the CPU device has at most ${most}`,
      );
    }
    const block: Block = {
      address: -1,
      bytes,
      size: rounded(bytes),
      spilled: null,
      epoch: this.epoch,
      queued: this.epoch,
    };
    this.#place(block);
    return block;
  }

  /** Gives the block's memory back. */
  free(block: Block): void {
    if (block.address >= 0) this.#release(block);
    block.spilled = null;
  }

  /** {@linkcode free} for a finalizer. */
  finalize(block: Block): void {
    if (block.address < 0) return;
    this.free(block);
    // Finalizers keep up, so waiting for them is better than spilling.
    this.#slack = Math.min(mostSlack, this.#slack + 2 * block.size);
  }

  /** Brings the block in if it is spilled and returns its address; until the next operation it stays there. */
  touch(block: Block): number {
    block.epoch = this.epoch;
    if (block.address < 0) this.#restore(block);
    return block.address;
  }

  #restore(block: Block): void {
    const contents = block.spilled;
    if (!contents) throw new Error("Cannot use a block that was freed");
    const queue = this.#queueOf(block);
    this.#widen(queue, queue.limit + queue.weightOf(block));
    this.#place(block);
    this.i32.set(contents, block.address / 4);
    block.spilled = null;
    this.#restores++;
  }

  /** Raises the limit of `queue`, at the cost of the other if need be. */
  #widen(queue: SpillQueue, limit: number): void {
    const other = queue === this.#small ? this.#large : this.#small;
    queue.limit = Math.min(limit, this.#budget * 3 / 4);
    other.limit = Math.min(other.limit, this.#budget - queue.limit);
  }

  #place(block: Block): void {
    const queue = this.#queueOf(block), { size } = block;
    const weight = queue.weightOf(block);
    // What is large is more likely data than garbage, and has company.
    if (2 * weight > queue.limit) this.#widen(queue, 2 * weight);
    if (queue.load + weight > this.#limitOf(queue)) {
      // Not much more than is asked for: what is too large stays so for a while.
      this.#makeRoom(queue, weight, 2 * weight);
    }
    block.address = size <= largestSmall
      ? this.#slabs.take(size)
      : this.#takePages(size / pageSize) * pageSize;
    queue.add(block);
    if (queue === this.#large) this.#fresh += size;
  }

  #release(block: Block): void {
    const { address, size } = block;
    if (size <= largestSmall) this.#slabs.give(address, size);
    else this.#pages.add(address / pageSize, size / pageSize);
    block.address = -1;
    this.#queueOf(block).leave(block);
  }

  /** Takes memory that is never spilled, in whole pages, and returns its address; contents are whatever was there. */
  reserve(bytes: number): number {
    const pages = pagesOf(bytes), page = this.#takePages(pages);
    this.#pinned += pages * pageSize;
    return page * pageSize;
  }

  /** Gives {@linkcode reserve}d memory back; `bytes` is what was asked for. */
  release(address: number, bytes: number): void {
    const pages = pagesOf(bytes);
    this.#pages.add(address / pageSize, pages);
    this.#pinned -= pages * pageSize;
  }

  #takePages(count: number): number {
    for (;;) {
      const page = this.#pages.take(count);
      if (page >= 0) return page;
      if (this.#grow(count)) continue;
      if (this.#spill(this.#large) || this.#spill(this.#small)) continue;
      throw new RangeError(
        `Cannot allocate ${
          count * pageSize
        } bytes as the memory of the CPU device cannot grow: ${this.u8.length} bytes are reserved, ${
          this.info().used + this.#pinned
        } in use`,
      );
    }
  }

  /** Makes the memory larger by at least so many pages and says whether that worked. */
  #grow(pages: number): boolean {
    const old = this.u8.length;
    const room = most - old;
    const needed = pages * pageSize;
    if (needed > room) return false;
    // Growing renews every view, so it is done in steps that get larger.
    const wanted = Math.min(Math.max(needed, old / 4, 1 << 20), room);
    const bytes = Math.ceil(wanted / 65536) * 65536;
    try {
      this.memory.grow(bytes / 65536);
    } catch {
      return false;
    }
    const buffer = this.memory.buffer;
    this.u8 = new Uint8Array(buffer);
    this.i32 = new Int32Array(buffer);
    this.f32 = new Float32Array(buffer);
    this.f64 = new Float64Array(buffer);
    this.#pages.add(old / pageSize, bytes / pageSize);
    return true;
  }

  /** Spills until `weight` more fits, `enough` moved out, or nothing is left to spill. */
  #makeRoom(queue: SpillQueue, weight: number, enough: number): void {
    let moved = 0;
    while (queue.load + weight > this.#limitOf(queue) && moved < enough) {
      const bytes = this.#spill(queue);
      if (bytes === 0) return;
      moved += bytes;
    }
  }

  /** Spills the oldest block and returns its weight, 0 if all are in use. */
  #spill(queue: SpillQueue): number {
    const block = queue.oldest(this.epoch);
    if (!block) return 0;
    try {
      block.spilled = this.#contents(block);
    } catch (error) {
      queue.putBack(block);
      throw error;
    }
    this.#release(block);
    this.#spills++;
    if (queue === this.#large) {
      this.#slack = Math.max(0, this.#slack - block.size);
      this.onSpill(block);
    }
    return queue.weightOf(block);
  }

  #contents(block: Block): ArrayLike<number> {
    const from = block.address / 4, words = Math.ceil(block.bytes / 4);
    const memory = this.i32;
    if (words > tiny) return memory.slice(from, from + words);
    const out = new Array<number>(words);
    for (let i = 0; i < words; i++) out[i] = memory[from + i]!;
    return out;
  }
}

/** The pages that `bytes` take. */
function pagesOf(bytes: number): number {
  return Math.ceil((bytes + padding) / pageSize);
}

/** What a block of `bytes` takes: a power of two, or whole pages. */
function rounded(bytes: number): number {
  const wanted = bytes + padding;
  if (wanted > largestSmall) return pagesOf(bytes) * pageSize;
  return wanted <= 64 ? 64 : 2 ** (32 - Math.clz32(wanted - 1));
}

/** The heap of the CPU device. */
export const heap: Heap = new Heap();
