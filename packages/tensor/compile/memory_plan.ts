/** Where the memory of a run goes: buffers that are never needed together share it. */

import { FreeList } from "./free_list.ts";
import { needsOf } from "./full_writes.ts";
import { type Buffer, type Graph, readsOf, writesOf } from "./graph.ts";

/** Places in one piece of memory. */
export interface MemoryPlan {
  /** First bytes of buffers. */
  readonly offsets: Map<Buffer, number>;
  /** The size of the piece. */
  readonly bytes: number;
}

/** Vectors that are loaded from a buffer may end this many bytes past it. */
const padding = 16;
/** Buffers begin at multiples of a cache line, so that threads that write neighbours do not wait for each other. */
const alignment = 64;

/** What a buffer of `bytes` bytes takes. */
function taken(bytes: number): number {
  return Math.ceil((bytes + padding) / alignment) * alignment;
}

/** From and up to which node a buffer is needed. */
export interface Life {
  readonly buffer: Buffer;
  first: number;
  last: number;
}

/** The lives of the buffers that exist within a run only. */
export function livesOf(graph: Graph, keep: ReadonlySet<Buffer>): Life[] {
  const lives = new Map<Buffer, Life>();
  const touch = (buffer: Buffer, at: number, since: number) => {
    if (buffer.resolve || keep.has(buffer)) return;
    const life = lives.get(buffer);
    if (life) life.last = at;
    else lives.set(buffer, { buffer, first: since, last: at });
  };
  graph.nodes.forEach((node, at) => {
    // What is read before it is written must not change until then.
    for (const buffer of needsOf(node)) touch(buffer, at, 0);
    for (const buffer of writesOf(node)) touch(buffer, at, at);
    for (const buffer of readsOf(node)) touch(buffer, at, at);
  });
  return [...lives.values()];
}

/**
 * Places for the buffers that exist within a run only, except those in `keep`.
 * Buffers that are needed at the same node never overlap. They are placed in
 * the order in which they are first needed, each in the smallest gap that
 * holds it, so that memory that was used last is used next.
 */
export function planMemory(
  graph: Graph,
  keep: ReadonlySet<Buffer>,
): MemoryPlan {
  const lives = livesOf(graph, keep);
  const begins = graph.nodes.map((): Life[] => []);
  const ends = graph.nodes.map((): Life[] => []);
  for (const life of lives) {
    begins[life.first]!.push(life);
    ends[life.last]!.push(life);
  }
  const offsets = new Map<Buffer, number>();
  const free = new FreeList();
  begins.forEach((list, at) => {
    // Large ones first, as small ones fit into more gaps.
    list.sort((a, b) => b.buffer.bytes - a.buffer.bytes);
    for (const { buffer } of list) {
      offsets.set(buffer, free.take(taken(buffer.bytes)));
    }
    for (const { buffer } of ends[at]!) {
      free.give(offsets.get(buffer)!, taken(buffer.bytes));
    }
  });
  return { offsets, bytes: free.bytes };
}
