/** The instructions of a program before they have a place. */

import { recordBytes } from "../wasm/driver.ts";
import { needsOf } from "./full_writes.ts";
import {
  type Assertion,
  type Buffer,
  type GraphNode,
  type HostCall,
  writesOf,
} from "./graph.ts";
import {
  compileKernels,
  launchStep,
  productSteps,
  type Step,
} from "./instructions.ts";

/** What an instruction is made of. */
export type Part = { readonly step: Step } | { readonly assertion: Assertion };

/** Parts that run without a stop, and what JavaScript does after them. */
export interface List {
  readonly parts: Part[];
  after: HostCall | null;
}

/** The instructions of `nodes`, cut where JavaScript works, and the nodes as their memory must be planned. */
export function partsOf(
  nodes: readonly GraphNode[],
): { lists: List[]; nodes: GraphNode[] } {
  compileKernels(
    nodes.flatMap((node) =>
      node.kind === "launch"
        ? [node]
        : node.kind === "product" && node.epilogue
        ? [node.epilogue]
        : []
    ),
  );
  const planned: GraphNode[] = [];
  let list: List = { parts: [], after: null };
  const lists = [list];
  for (const node of nodes) {
    const { parts } = list;
    planned.push(node);
    switch (node.kind) {
      case "launch":
        parts.push({ step: launchStep(node) });
        break;
      case "assertion":
        parts.push({ assertion: node });
        break;
      case "host":
        list.after = node;
        lists.push(list = { parts: [], after: null });
        break;
      case "product": {
        const { steps, scratch } = productSteps(node);
        for (const step of steps) parts.push({ step });
        if (scratch) planned.push(withScratch(planned.pop()!, scratch));
      }
    }
  }
  return { lists, nodes: planned };
}

/** For the plan of the memory: `node` with `scratch` among what it writes. */
function withScratch(node: GraphNode, scratch: Buffer): HostCall {
  return {
    kind: "host",
    name: "product",
    reads: needsOf(node),
    writes: [...writesOf(node), scratch],
    run() {},
  };
}

/** Bytes of the instructions and their arguments. */
export function bytesOf(lists: readonly List[]): number {
  let bytes = 0;
  for (const { parts } of lists) {
    for (const part of parts) {
      // Arguments begin at multiples of 8.
      bytes += recordBytes + ("step" in part ? part.step.bytes + 8 : 0);
    }
  }
  return bytes;
}
