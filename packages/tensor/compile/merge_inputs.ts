/** Launches whose inputs are all different and all needed. */

import type { Buffer, Graph, GraphNode, Launch } from "./graph.ts";
import { simplifyKernel } from "./simplify.ts";
import { trimLaunch } from "./trim.ts";

/**
 * `launch` with every operand once: inputs of one type that read one place in
 * the same way become one, and inputs and scalars that nothing uses are gone.
 * A fold keeps its first input, whose strides set the order of its axes.
 */
export function mergeInputs(launch: Launch): Launch {
  const { kernel, operands, space } = launch;
  const known = new Map<Buffer, Map<string, number>>();
  const alias = kernel.inputs.map((dtype, i) => {
    const { buffer, offset } = operands[i]!;
    let places = known.get(buffer);
    if (!places) known.set(buffer, places = new Map());
    // Along axes of one element nothing moves.
    const steps = space.strides[i]!.map((s, d) => space.shape[d] === 1 ? 0 : s);
    const key = `${dtype} ${offset} ${steps}`;
    const first = places.get(key);
    if (first !== undefined) return first;
    places.set(key, i);
    return i;
  });
  return trimLaunch(launch, kernel.stores.map((_, i) => i), alias);
}

/** `launch` with {@linkcode mergeInputs merged inputs} and {@linkcode simplifyKernel simplified} expressions. */
export function simplifyLaunch(launch: Launch): Launch {
  const merged = mergeInputs(launch);
  const { kernel, scalars } = simplifyKernel(merged.kernel, merged.scalars);
  return kernel === merged.kernel
    ? merged
    : mergeInputs({ ...merged, kernel, scalars });
}

/** The graph with every launch {@linkcode simplifyLaunch simplified}, epilogues included. */
export function simplifyGraph(graph: Graph): Graph {
  return { nodes: graph.nodes.map(simplifyNode) };
}

function simplifyNode(node: GraphNode): GraphNode {
  if (node.kind === "launch") return simplifyLaunch(node);
  if (node.kind !== "product" || !node.epilogue) return node;
  return { ...node, epilogue: simplifyLaunch(node.epilogue) };
}
