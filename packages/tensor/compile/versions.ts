/**
 * Gives every value a buffer of its own: where a buffer is replaced as a whole,
 * what it held before moves to another one. In-place operations become plain
 * ones, so that fusion sees values and not memory. What exists outside of the
 * program keeps its last value where it was.
 */

import { productReplacesAll, replacedBy, replacesAll } from "./full_writes.ts";
import {
  type Buffer,
  type Graph,
  type GraphNode,
  type Launch,
  type Operand,
  readsOf,
  writesOf,
} from "./graph.ts";

/** A buffer within a run. */
function fresh(bytes: number): Buffer {
  return { bytes, resolve: null };
}

/** The graph in which every buffer is replaced as a whole at most once. */
export function separateVersions(
  graph: Graph,
  make: (bytes: number) => Buffer = fresh,
): Graph {
  const fixed = lookedAt(graph);
  const last = lastReplacements(graph);
  const now = new Map<Buffer, Buffer>();
  const written = new Set<Buffer>();
  const read = <O extends Operand>(o: O): O => {
    const buffer = now.get(o.buffer);
    return buffer ? { ...o, buffer } : o;
  };
  /** Where a node that replaces `o.buffer` writes. */
  const replace = (o: Operand, node: GraphNode): Operand => {
    const { buffer } = o;
    if (fixed.has(buffer)) return o;
    const stays = buffer.resolve
      ? last.get(buffer)!.has(node)
      : !written.has(buffer);
    written.add(buffer);
    if (stays) {
      now.delete(buffer);
      return o;
    }
    const next = make(buffer.bytes);
    now.set(buffer, next);
    return { ...o, buffer: next };
  };
  const launch = (node: Launch): Launch => {
    const { kernel, operands } = node, count = kernel.inputs.length;
    const inputs = operands.slice(0, count).map(read);
    const outputs = operands.slice(count).map((o, i) => {
      if (replacesAll(node, i)) return replace(o, node);
      written.add(o.buffer);
      return read(o);
    });
    return { ...node, operands: [...inputs, ...outputs] };
  };
  const nodes = graph.nodes.map((node): GraphNode => {
    switch (node.kind) {
      case "launch":
        return launch(node);
      case "product": {
        const a = read(node.a), b = read(node.b);
        if (!productReplacesAll(node)) {
          written.add(node.out.buffer);
          return { ...node, a, b, out: read(node.out) };
        }
        return { ...node, a, b, out: replace(node.out, node) };
      }
      case "assertion":
        return { ...node, operand: read(node.operand) };
      case "host":
        for (const buffer of node.writes) written.add(buffer);
        return node;
    }
  });
  return { nodes };
}

/** Buffers that JavaScript looks at: it knows them by name. */
function lookedAt({ nodes }: Graph): Set<Buffer> {
  const out = new Set<Buffer>();
  for (const node of nodes) {
    if (node.kind === "host") {
      for (const b of [...readsOf(node), ...writesOf(node)]) out.add(b);
    } else if (node.kind === "assertion") {
      for (const b of node.reads) out.add(b);
    }
  }
  return out;
}

/**
 * For buffers that exist outside the nodes after which no other replaces them
 * before the run ends or may end, from which on they hold what stays.
 */
function lastReplacements({ nodes }: Graph): Map<Buffer, Set<GraphNode>> {
  const out = new Map<Buffer, Set<GraphNode>>();
  let replaced = new Set<Buffer>();
  for (const node of nodes.toReversed()) {
    if (node.kind === "assertion") replaced = new Set();
    for (const buffer of replacedBy(node)) {
      if (replaced.has(buffer)) continue;
      replaced.add(buffer);
      let own = out.get(buffer);
      if (!own) out.set(buffer, own = new Set());
      own.add(node);
    }
  }
  return out;
}
