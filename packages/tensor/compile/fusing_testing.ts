/** Checks of passes that make few launches of many. */

import { assertEquals } from "@std/assert";
import type { TypedArray } from "../dtype.ts";
import type { Buffer, Graph } from "./graph.ts";
import { lehmer, randomContents, runGraph } from "./graph_run_testing.ts";
import type { GraphBuilder, Value } from "./graph_testing.ts";
import { showGraph } from "./show.ts";

/** What `text` shows, without the line breaks around it. */
export function shown(text: string): string {
  return text.trim();
}

/**
 * Checks what `pass` makes of what was recorded: the graph before and after,
 * and that a run leaves the same behind in `inputs` and `results`.
 */
export function assertPass(
  g: GraphBuilder,
  pass: (graph: Graph) => Graph,
  inputs: readonly Value[],
  results: readonly Value[],
  before: string,
  after: string,
): void {
  const { graph } = g, next = pass(graph);
  assertEquals(showGraph(graph), shown(before));
  assertEquals(showGraph(next), shown(after));
  const random = lehmer(5);
  const contents = new Map<Buffer, TypedArray>();
  for (const value of inputs) {
    if (!contents.has(value.buffer)) {
      contents.set(value.buffer, randomContents(value, random));
    }
  }
  const wanted = [...inputs, ...results].map((v) => v.buffer);
  assertEquals(
    runGraph(next, wanted, { contents }),
    runGraph(graph, wanted, { contents }),
  );
}
