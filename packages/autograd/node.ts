/** Nodes of the graph: what was computed, and what its gradient needs. */

import type {
  GradNode,
  NodeHook,
  NodePrehook,
  RemovableHandle,
  Tensor,
} from "@gradus/tensor";
import { isAnomalyEnabled } from "./anomaly.ts";
import { NodeHooks, register } from "./hooks.ts";

/** Where a gradient goes: an output of a node. */
export interface Edge {
  readonly node: Node;
  readonly index: number;
}

/** Gradients that came to a node, by output, and whether this pass made their memory. */
export interface Arrived {
  readonly grads: (Tensor | null)[];
  readonly fresh: boolean[];
}

/** What {@linkcode Node.apply} returns. */
export interface NodeResult {
  readonly grads: readonly (Tensor | null)[];
  /** Results whose memory was made by this call and that nothing else holds. */
  readonly fresh: readonly boolean[];
}

let counter = 0;

/** A node of the graph. */
export abstract class Node implements GradNode {
  /** As PyTorch names it, `MulBackward0`. */
  readonly name: string;
  /** Later nodes have larger numbers; inputs come before outputs. */
  readonly sequence: number;
  /** Where the gradients of the inputs go; null where none is wanted. */
  readonly edges: readonly (Edge | null)[];
  /** Where the node was made, if anomaly detection was on. */
  readonly trace: string | undefined;
  /** Its hooks, null while it has none. */
  hooks: NodeHooks | null = null;

  /** A node behind `edges`. */
  constructor(
    name: string,
    edges: readonly (Edge | null)[],
    sequence: number = ++counter,
  ) {
    this.name = name;
    this.edges = edges;
    this.sequence = sequence;
    if (isAnomalyEnabled()) this.trace = new Error("recorded here").stack;
  }

  /** The nodes that the inputs came from and which of their outputs they are. */
  get nextFunctions(): readonly (readonly [GradNode | null, number])[] {
    return this.edges.map((e) => e ? [e.node, e.index] : [null, 0]);
  }

  /** Its hooks, to add one. */
  get ownHooks(): NodeHooks {
    return this.hooks ??= new NodeHooks();
  }

  /** Calls `hook` after each run with the gradients of inputs and outputs; it may replace the first. */
  registerHook(hook: NodeHook): RemovableHandle {
    return register(this.ownHooks.after, hook);
  }

  /** Calls `hook` before each run with the gradients of the outputs, which it may replace. */
  registerPrehook(hook: NodePrehook): RemovableHandle {
    return register(this.ownHooks.before, hook);
  }

  /** Gradients of the inputs from those of the outputs. */
  abstract apply(
    grads: readonly (Tensor | null)[],
    wanted: readonly boolean[],
  ): NodeResult;

  /** Lets go of saved values. */
  abstract release(): void;

  /** What Deno and Node print. */
  toString(): string {
    return `<${this.name}>`;
  }
  /** What `console.log` shows in Deno. */
  [Symbol.for("Deno.customInspect")](): string {
    return this.toString();
  }
  /** What `console.log` shows in Node. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }
}
