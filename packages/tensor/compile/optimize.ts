/** The passes, in their order. */

import { ProgramBuffer } from "./buffers.ts";
import { cutFolds } from "./cut_folds.ts";
import { shareCommonSubexpressions } from "./common_subexpressions.ts";
import { removeDeadCode } from "./dead_code.ts";
import { fuse } from "./fuse.ts";
import type { Buffer, Graph } from "./graph.ts";
import { simplifyGraph } from "./merge_inputs.ts";
import { separateVersions } from "./versions.ts";

/** The graph that a program is made of, from what was recorded. */
export function optimize(recorded: Graph): Graph {
  const none: ReadonlySet<Buffer> = new Set();
  let graph = separateVersions(recorded, (bytes) => new ProgramBuffer(bytes));
  graph = removeDeadCode(graph, none);
  graph = shareCommonSubexpressions(graph);
  graph = simplifyGraph(graph);
  graph = fuse(graph);
  graph = removeDeadCode(graph, none);
  return cutFolds(simplifyGraph(graph));
}
