/** A heap of nodes: the one that was recorded last comes out first. */

import type { Node } from "./node.ts";

/** Nodes that are ready to run. */
export class ReadyQueue {
  readonly #heap: Node[] = [];

  /** Whether nothing is ready. */
  get empty(): boolean {
    return this.#heap.length === 0;
  }

  /** Adds a node. */
  push(node: Node): void {
    const heap = this.#heap;
    let i = heap.push(node) - 1;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (heap[parent]!.sequence >= node.sequence) break;
      heap[i] = heap[parent]!;
      i = parent;
    }
    heap[i] = node;
  }

  /** Takes the node with the largest sequence number. */
  pop(): Node {
    const heap = this.#heap;
    const top = heap[0]!, last = heap.pop()!;
    const size = heap.length;
    if (size === 0) return top;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= size) break;
      if (
        child + 1 < size && heap[child + 1]!.sequence > heap[child]!.sequence
      ) child++;
      if (heap[child]!.sequence <= last.sequence) break;
      heap[i] = heap[child]!;
      i = child;
    }
    heap[i] = last;
    return top;
  }
}
