/** Cuts long folds into parts that threads share. */

import { collapse } from "../shape.ts";
import { cutFold } from "../wasm/cut_fold.ts";
import { ProgramBuffer } from "./buffers.ts";
import type { Graph, GraphNode, Launch } from "./graph.ts";

/** The graph with launches in place of the folds that are worth cutting. Fusion comes before: it takes folds whole. */
export function cutFolds(graph: Graph): Graph {
  return {
    nodes: graph.nodes.flatMap((node): readonly GraphNode[] =>
      node.kind === "launch" ? partsOf(node) : [node]
    ),
  };
}

function partsOf(launch: Launch): Launch[] {
  const cut = cutFold(launch.kernel, collapse(launch.space));
  if (!cut) return [launch];
  const states = new ProgramBuffer(cut.bytes);
  return cut.parts.map(({ kernel, space, places }) => ({
    kind: "launch",
    kernel,
    space,
    operands: places.map(({ operand, offset }) => {
      if (operand < 0) return { buffer: states, offset };
      const whole = launch.operands[operand]!;
      return { buffer: whole.buffer, offset: whole.offset + offset };
    }),
    scalars: launch.scalars,
  }));
}
