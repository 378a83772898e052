/** What of the work of JavaScript can be done before the instructions of a program. */

import type { ProgramBuffer } from "./buffers.ts";
import {
  type Buffer,
  type Graph,
  type GraphNode,
  type HostCall,
  readsOf,
  writesOf,
} from "./graph.ts";

/** The nodes of a graph by when they run. */
export interface Scheduled {
  /** Once, when the program is made: constants that nothing overwrites. */
  readonly constants: readonly HostCall[];
  /** At the start of every run. */
  readonly first: readonly HostCall[];
  /** After that. */
  readonly rest: readonly GraphNode[];
}

/**
 * Takes host calls that read nothing out of a graph, as each one that stays
 * splits the program. Their order stays, for they may draw from one generator.
 */
export function schedule({ nodes }: Graph): Scheduled {
  const writers = new Map<Buffer, number>();
  for (const node of nodes) {
    for (const b of writesOf(node)) writers.set(b, (writers.get(b) ?? 0) + 1);
  }
  const touched = new Set<Buffer>();
  const constants: HostCall[] = [], first: HostCall[] = [];
  const rest: GraphNode[] = [];
  let movable = true;
  for (const node of nodes) {
    const writes = writesOf(node);
    if (node.kind === "host" && node.reads.length === 0) {
      if (node.name === "constant") {
        const buffer = writes[0] as ProgramBuffer;
        // Another program of the same graph has it already.
        if (buffer.resident) continue;
        if (!buffer.resolve && writers.get(buffer) === 1) {
          constants.push(node);
          continue;
        }
      }
      if (movable && writes.every((b) => !touched.has(b))) {
        first.push(node);
        continue;
      }
    }
    if (node.kind === "host" && node.name !== "constant") movable = false;
    // A run may end there.
    if (node.kind === "assertion") movable = false;
    for (const b of [...readsOf(node), ...writes]) touched.add(b);
    rest.push(node);
  }
  return { constants, first, rest };
}
