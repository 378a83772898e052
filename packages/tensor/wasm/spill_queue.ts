/** Which blocks are in the heap, and which of them has to go. */

/** A piece of memory and, while it is spilled, its contents. */
export interface Block {
  /** Where it is, or -1 while it is spilled or after it was freed. */
  address: number;
  /** Bytes asked for. */
  readonly bytes: number;
  /** Bytes taken from the heap. */
  readonly size: number;
  /** Contents while spilled, in whole words. */
  spilled: ArrayLike<number> | null;
  /** The last operation that used it. */
  epoch: number;
  /** The last that had used it when it was put into the queue. */
  queued: number;
}

/** What an operation makes is used by it and, where an expression goes on, by one of the next few: garbage, too. */
const firstUses = 4;
/** What a block takes in JavaScript, about: many tiny ones would fill V8's heap before ours. */
const overhead = 1024;

/**
 * Blocks in about the order of their last use: a queue whose members get
 * another chance if they were used since they were put into it. Freed blocks
 * stay in it until they are come across.
 */
export class SpillQueue {
  /** The weight past which blocks are to be spilled. */
  limit: number;
  /** Bytes and number of the blocks in the heap. */
  used = 0;
  blocks = 0;
  #queue: (Block | undefined)[] = [];
  #head = 0;

  /** A queue that begins with this limit. */
  constructor(limit: number) {
    this.limit = limit;
  }

  /** What counts against the limit. */
  get load(): number {
    return this.used + overhead * this.blocks;
  }

  /** What `block` counts. */
  weightOf(block: Block): number {
    return block.size + overhead;
  }

  /** Number of entries, dead ones included. */
  get length(): number {
    return this.#queue.length - this.#head;
  }

  /** Takes up a block that came into the heap. */
  add(block: Block): void {
    this.used += block.size;
    this.blocks++;
    block.queued = block.epoch;
    this.#queue.push(block);
    if (this.length > 2 * this.blocks + 1024) {
      this.#queue = this.#queue.filter((b) => b && b.address >= 0);
      this.#head = 0;
    }
  }

  /** Counts a block that left the heap out. */
  leave(block: Block): void {
    this.used -= block.size;
    this.blocks--;
  }

  /** Removes and returns the block that was not used for longest, by no means in `epoch`, if there is one. */
  oldest(epoch: number): Block | undefined {
    // The first round may do no more than give chances.
    for (let tries = 2 * this.length; tries > 0 && this.length > 0; tries--) {
      const block = this.#queue[this.#head]!;
      this.#queue[this.#head++] = undefined;
      if (this.#head > 1024 && this.#head * 2 > this.#queue.length) {
        this.#queue = this.#queue.slice(this.#head);
        this.#head = 0;
      }
      if (block.address < 0) continue;
      const again = block.epoch - block.queued > firstUses;
      if (!again && block.epoch !== epoch) return block;
      block.queued = block.epoch;
      this.#queue.push(block);
    }
    return undefined;
  }

  /** Puts back what {@linkcode oldest} returned. */
  putBack(block: Block): void {
    this.#queue.push(block);
  }
}
