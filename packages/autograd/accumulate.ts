/** The ends of the graph: leaves and their `grad`. */

import { emptyLike, type Tensor } from "@gradus/tensor";
import { capture, type Recorder } from "@gradus/tensor/internal";
import { listHooks } from "./hooks.ts";
import { type Edge, Node, type NodeResult } from "./node.ts";
import { markRows, rowsOfSum, sparseRows } from "./sparse_rows.ts";

const accumulators = new WeakMap<Tensor, AccumulateGrad>();

/** The end of the graph at a leaf: adds the gradient to the leaf's `grad`. */
export class AccumulateGrad extends Node {
  /** The leaf. */
  readonly variable: Tensor;
  /** Hooks that run after `grad` was updated. */
  readonly postHooks: ((tensor: Tensor) => void)[] = [];

  /** The end of the graph at `variable`. */
  constructor(variable: Tensor) {
    // Runs as soon as its gradient is complete.
    super("AccumulateGrad", [], Infinity);
    this.variable = variable;
  }

  /** Adds to `grad`; the gradient of nothing remains. */
  override apply(): NodeResult {
    return { grads: [], fresh: [] };
  }
  override release(): void {}

  /** Says that what is captured is right only with the hooks that there are now. */
  guardHooks(recorder: Recorder): void {
    const list = () => [...listHooks(this.hooks), ...this.postHooks];
    const seen = list();
    recorder.guard(() => {
      if (this.hooks === null && this.postHooks.length === 0) {
        return seen.length === 0;
      }
      const now = list();
      return now.length === seen.length && now.every((h, i) => h === seen[i]);
    });
  }

  /** Adds `grad` to that of the leaf; `fresh` tells that nothing else holds its memory. */
  accumulate(grad: Tensor, fresh: boolean, createGraph: boolean): void {
    const leaf = this.variable;
    if (!leaf.requiresGrad) return;
    capture.recorder?.accumulatesInto(leaf);
    const known = leaf.grad;
    const rows = known ? rowsOfSum(known, grad) : sparseRows(grad);
    if (createGraph) {
      leaf.grad = known ? known.add(grad) : fresh ? grad : grad.clone();
    } else if (known) {
      // In place, so that whoever holds the gradient sees it change.
      known.add_(grad.detach());
    } else if (fresh && isLaidOutAs(grad, leaf)) {
      leaf.grad = grad.detach();
    } else {
      // A gradient is laid out as its leaf, so that optimizers walk both alike.
      leaf.grad = likeLeaf(leaf).copy_(grad.detach());
    }
    if (rows) markRows(leaf.grad!, rows);
    for (const hook of [...this.postHooks]) hook(leaf);
  }
}

/** A tensor of any contents with the sizes and the order of `leaf`. */
function likeLeaf(leaf: Tensor): Tensor {
  return leaf.isContiguous() ? emptyLike(leaf) : leaf.detach().clone();
}

/** Whether `grad` can be kept as it is: in the order of `leaf`, and not a part of larger memory. */
function isLaidOutAs(grad: Tensor, leaf: Tensor): boolean {
  return grad.storage.bytes === grad.numel * grad.itemSize &&
    leaf.strides.every((s, d) => s === grad.strides[d]);
}

/** The accumulating node of a leaf. */
export function accumulatorOf(leaf: Tensor): AccumulateGrad {
  let node = accumulators.get(leaf);
  if (!node) accumulators.set(leaf, node = new AccumulateGrad(leaf));
  return node;
}

/** Whether hooks wait for the gradient of a leaf. */
export function hasHooks(leaf: Tensor): boolean {
  const node = accumulators.get(leaf);
  if (!node) return false;
  return node.postHooks.length > 0 || listHooks(node.hooks).length > 0;
}

/** Where the gradient of `t` goes, null if it has none. */
export function edgeOf(t: Tensor): Edge | null {
  const node = t.gradFn as Node | null;
  if (node) return { node, index: t.outputIndex };
  return t.requiresGrad ? { node: accumulatorOf(t), index: 0 } : null;
}

/**
 * Where the gradient of `t` goes.
 *
 * @throws {Error} if it does not require one.
 */
export function requireEdge(t: Tensor, action: string): Edge {
  const edge = edgeOf(t);
  if (edge) return edge;
  throw new Error(
    `Cannot ${action} a tensor that does not require a gradient`,
  );
}

/** Keeps the gradient of a tensor though it is not a leaf. */
export function retainGrad(t: Tensor): void {
  const { node, index } = requireEdge(t, "retain the gradient of");
  if (t.isLeaf) return;
  node.ownHooks.retained.set(index, t);
  t.retainsGrad = true;
}

/** Makes `t` another result than before; if its gradient is kept, that of the new value is from now on. */
export function reconnect(t: Tensor, node: Node, index: number): void {
  const before = t.retainsGrad ? t.gradFn as Node | null : null;
  before?.hooks?.retained.delete(t.outputIndex);
  t.setGradFn(node, index);
  if (before) node.ownHooks.retained.set(index, t);
}
