/**
 * The backward pass: nodes run once all gradients of their outputs have
 * arrived, in reverse order of recording. Nothing recurses, so that long
 * chains do not overflow the stack.
 */

import type { Tensor } from "@gradus/tensor";
import { capture, gradMode, sameShape } from "@gradus/tensor/internal";
import { AccumulateGrad } from "./accumulate.ts";
import { checksNan } from "./anomaly.ts";
import { runPosthooks, runPrehooks, runTensorHooks } from "./hooks.ts";
import type { Arrived, Edge, Node, NodeResult } from "./node.ts";
import { ReadyQueue } from "./queue.ts";
import { markRows, rowsOfSum } from "./sparse_rows.ts";

/** A root and the gradient of the objective with respect to it. */
export interface Root {
  readonly edge: Edge;
  readonly grad: Tensor;
}

/** What to run. */
export interface RunOptions {
  readonly retainGraph: boolean;
  readonly createGraph: boolean;
  /** Where gradients are wanted; all leaves if undefined. */
  readonly targets?: readonly Edge[] | undefined;
  /** Whether gradients of the targets are added to `grad` or returned. */
  readonly accumulate: boolean;
}

/** Nodes reachable from the roots, with the number of edges that lead to each. */
function explore(roots: readonly Root[]): Map<Node, number> {
  const incoming = new Map<Node, number>();
  const stack: Node[] = [];
  for (const { edge } of roots) {
    if (incoming.has(edge.node)) continue;
    incoming.set(edge.node, 0);
    stack.push(edge.node);
  }
  for (let node = stack.pop(); node; node = stack.pop()) {
    for (const edge of node.edges) {
      if (!edge) continue;
      const known = incoming.get(edge.node);
      if (known === undefined) stack.push(edge.node);
      incoming.set(edge.node, (known ?? 0) + 1);
    }
  }
  return incoming;
}

/** The nodes from which a target is reached. */
function leadingTo(
  nodes: Iterable<Node>,
  targets: readonly Edge[],
): Set<Node> {
  const leading = new Set<Node>(targets.map((t) => t.node));
  // Inputs were recorded before outputs, and leaves come first of all.
  const order = [...nodes].sort((a, b) => rank(a) - rank(b));
  for (const node of order) {
    if (node.edges.some((e) => e && leading.has(e.node))) leading.add(node);
  }
  return leading;
}

function rank(node: Node): number {
  return node instanceof AccumulateGrad ? -1 : node.sequence;
}

/** Runs the pass and returns the gradients of the targets, null where none arrived. */
export function run(
  roots: readonly Root[],
  options: RunOptions,
): (Tensor | null)[] {
  const before = gradMode.enabled;
  gradMode.enabled = options.createGraph;
  try {
    return new Pass(roots, options).run();
  } finally {
    gradMode.enabled = before;
  }
}

class Pass {
  readonly #incoming: Map<Node, number>;
  readonly #wanted: Set<Node> | null;
  /** Positions among the targets, by node. */
  readonly #targetsAt = new Map<Node, number[]>();
  readonly #targets: readonly Edge[];
  readonly #captured: (Tensor | null)[];
  readonly #arrived = new Map<Node, Arrived>();
  readonly #ready = new ReadyQueue();
  readonly #roots: readonly Root[];
  readonly #options: RunOptions;

  constructor(roots: readonly Root[], options: RunOptions) {
    const { targets } = options;
    this.#roots = roots;
    this.#options = options;
    this.#incoming = explore(roots);
    this.#targets = targets ?? [];
    this.#captured = this.#targets.map(() => null);
    this.#targets.forEach(({ node }, i) => {
      const known = this.#targetsAt.get(node);
      if (known) known.push(i);
      else this.#targetsAt.set(node, [i]);
    });
    this.#wanted = targets ? leadingTo(this.#incoming.keys(), targets) : null;
  }

  run(): (Tensor | null)[] {
    for (const { edge, grad } of this.#roots) this.#add(edge, grad, false);
    for (const { edge } of this.#roots) {
      if (this.#incoming.get(edge.node) === 0) {
        this.#ready.push(edge.node);
        // A node that is the root twice must run once.
        this.#incoming.set(edge.node, -1);
      }
    }
    while (!this.#ready.empty) this.#runNode(this.#ready.pop());
    return this.#captured;
  }

  #wants(node: Node): boolean {
    return this.#wanted === null || this.#wanted.has(node);
  }

  #add(edge: Edge, grad: Tensor, fresh: boolean): void {
    let arrived = this.#arrived.get(edge.node);
    if (!arrived) {
      arrived = { grads: [], fresh: [] };
      this.#arrived.set(edge.node, arrived);
    }
    const known = arrived.grads[edge.index];
    if (!known) {
      arrived.grads[edge.index] = grad;
      arrived.fresh[edge.index] = fresh;
      return;
    }
    const inPlace = arrived.fresh[edge.index] && !this.#options.createGraph &&
      sameShape(known.shape, grad.shape) && !isExpanded(known);
    const rows = rowsOfSum(known, grad);
    const sum = inPlace ? known.add_(grad) : known.add(grad);
    markRows(sum, rows);
    arrived.grads[edge.index] = sum;
    arrived.fresh[edge.index] = true;
  }

  #runNode(node: Node): void {
    const arrived = this.#arrived.get(node) ?? { grads: [], fresh: [] };
    this.#arrived.delete(node);
    if (capture.recorder !== null && node instanceof AccumulateGrad) {
      node.guardHooks(capture.recorder);
    }
    if (node.hooks && this.#wants(node)) runTensorHooks(node.hooks, arrived);
    this.#capture(node, arrived);
    if (node instanceof AccumulateGrad) this.#accumulate(node, arrived);
    else this.#passOn(node, arrived);
  }

  #capture(node: Node, { grads, fresh }: Arrived): void {
    if (this.#targets.length === 0) return;
    for (const i of this.#targetsAt.get(node) ?? []) {
      const { index } = this.#targets[i]!;
      this.#captured[i] = grads[index] ?? null;
      fresh[index] = false;
    }
  }

  #accumulate(node: AccumulateGrad, arrived: Arrived): void {
    const { accumulate, createGraph } = this.#options;
    if (!accumulate || !this.#wants(node)) return;
    const { hooks } = node;
    if (hooks) runPrehooks(hooks, arrived);
    const grad = arrived.grads[0];
    if (grad) node.accumulate(grad, arrived.fresh[0] ?? false, createGraph);
    if (hooks) runPosthooks(hooks, node.apply(), arrived);
  }

  #passOn(node: Node, arrived: Arrived): void {
    const { grads, fresh } = arrived, { edges } = node;
    const wanted: boolean[] = [];
    let any = false;
    for (const edge of edges) {
      const wants = edge !== null && this.#wants(edge.node);
      wanted.push(wants);
      any ||= wants;
    }
    const runs = any && grads.some((g) => g);
    const results = runs ? this.#apply(node, arrived, wanted) : null;
    for (let i = 0; i < edges.length; i++) {
      const edge = edges[i];
      if (!edge) continue;
      const grad = results?.grads[i];
      if (grad && wanted[i]) {
        // What passes on memory of its gradient is as exclusive as that was.
        const passed = grad.storage === grads[0]?.storage && !fresh[0];
        this.#add(edge, grad, results.fresh[i]! && !passed);
      }
      const left = this.#incoming.get(edge.node)! - 1;
      this.#incoming.set(edge.node, left);
      if (left === 0) this.#ready.push(edge.node);
    }
    if (!this.#options.retainGraph && runs) node.release();
  }

  #apply(
    node: Node,
    arrived: Arrived,
    wanted: readonly boolean[],
  ): NodeResult {
    const { hooks } = node;
    if (hooks) runPrehooks(hooks, arrived);
    let results: NodeResult;
    try {
      results = node.apply(arrived.grads, wanted);
    } catch (error) {
      if (node.trace && error instanceof Error) {
        error.message += `; ${node.name} was ${node.trace}`;
      }
      throw error;
    }
    if (checksNan()) refuseNan(node, results);
    return hooks ? runPosthooks(hooks, results, arrived) : results;
  }
}

/** Whether several elements share memory: the gradient of a mean is one number for all. */
function isExpanded(t: Tensor): boolean {
  return t.strides.some((s, d) => s === 0 && t.shape[d]! > 1);
}

function refuseNan(node: Node, { grads }: NodeResult): void {
  grads.forEach((g, i) => {
    if (!g || g.device !== "cpu") return;
    const fail = (): never => {
      throw new Error(
        `Cannot go on with backward as ${node.name} returned NaN in gradient ${i}${
          node.trace ? `; it was ${node.trace}` : ""
        }`,
      );
    };
    const found = g.isnan().any(), { recorder } = capture;
    if (recorder !== null) recorder.assert(found.logicalNot(), [], fail);
    else if (found.itemSync() === 1) fail();
  });
}
