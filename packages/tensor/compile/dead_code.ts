/** Dead code: what nobody looks at is not computed. */

import {
  type Buffer,
  type Graph,
  type GraphNode,
  type Launch,
  writesOf,
} from "./graph.ts";
import { needsOf, replacedBy } from "./full_writes.ts";
import { trimLaunch } from "./trim.ts";

/**
 * The graph without what is never seen: nodes whose results nobody reads before
 * they are replaced, unless they are in `keep` or outlive the run, and stores of
 * that kind in kernels with several. Assertions stay, and so do host calls that
 * write nothing, and those that draw random numbers, as the generator must move
 * on as it does without `compile`.
 */
export function removeDeadCode(
  graph: Graph,
  keep: ReadonlySet<Buffer>,
): Graph {
  const live = new Set<Buffer>(keep);
  /** Buffers that outlive the run, and whose contents at the place at hand are replaced later. */
  const replaced = new Set<Buffer>();
  const isLive = (b: Buffer) =>
    live.has(b) || (b.resolve !== null && !replaced.has(b));
  const kept: GraphNode[] = [];
  for (let i = graph.nodes.length - 1; i >= 0; i--) {
    const node = withoutDeadStores(graph.nodes[i]!, isLive);
    if (!node) continue;
    kept.push(node);
    // Where a run may end, what outlives it must be as if nothing came later.
    if (node.kind === "assertion") replaced.clear();
    for (const buffer of replacedBy(node)) {
      live.delete(buffer);
      if (buffer.resolve) replaced.add(buffer);
    }
    for (const buffer of needsOf(node)) live.add(buffer);
  }
  return { nodes: kept.reverse() };
}

/** What is left of a node, if anything. */
function withoutDeadStores(
  node: GraphNode,
  isLive: (b: Buffer) => boolean,
): GraphNode | null {
  switch (node.kind) {
    case "assertion":
      return node;
    case "host":
      // What writes nothing is called for what it does elsewhere.
      if (node.writes.length === 0 || node.name.startsWith("random")) {
        return node;
      }
      break;
    case "launch":
      return withStores(node, liveStores(node, isLive));
  }
  return writesOf(node).some(isLive) ? node : null;
}

function withStores(launch: Launch, stores: readonly number[]): Launch | null {
  if (stores.length === 0) return null;
  return stores.length === launch.kernel.stores.length
    ? launch
    : trimLaunch(launch, stores);
}

function liveStores(
  { kernel, operands, space }: Launch,
  isLive: (b: Buffer) => boolean,
): number[] {
  const { inputs, stores, reduction } = kernel;
  const kept: number[] = [];
  stores.forEach((_, i) => {
    if (isLive(operands[inputs.length + i]!.buffer)) kept.push(i);
  });
  // The order of a fold depends on the strides of the last store.
  const last = stores.length - 1;
  const row = (i: number) => space.strides[inputs.length + i]!.join();
  if (reduction && kept.length > 0 && row(kept.at(-1)!) !== row(last)) {
    kept.push(last);
  }
  return kept;
}
