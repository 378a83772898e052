/** The implementation of tensor's autograd slot: recording, in-place changes, hooks. */

import type { BackwardOptions, Tensor } from "@gradus/tensor";
import { type AutogradHooks, setAutogradHooks } from "@gradus/tensor/internal";
import {
  accumulatorOf,
  hasHooks,
  requireEdge,
  retainGrad,
} from "./accumulate.ts";
import { backward } from "./backward.ts";
import { checkInPlace, rebase, refresh } from "./copy_slices.ts";
import { register } from "./hooks.ts";
import { OpNode } from "./op_node.ts";

function isFloating(t: Tensor): boolean {
  return t.dtype === "float32" || t.dtype === "float64";
}

/** What is known of a write before it happens. */
interface Plan {
  readonly node: OpNode;
  /** Where the target is among the inputs, -1 if it is not one. */
  readonly position: number;
}

const implementation: AutogradHooks = {
  record(op, inputs, attrs, outputs) {
    if (!outputs.some(isFloating)) return;
    const node = new OpNode(op, inputs, attrs);
    outputs.forEach((o, k) => {
      if (isFloating(o)) o.setGradFn(node, k);
    });
    node.saveOutputs(outputs);
  },

  beforeWrite(op, target, inputs, attrs): Plan {
    checkInPlace(`${op.name}_`, target);
    // What the derivative needs of the old value would be gone.
    const needed = inputs.some((t, i) =>
      t === target && OpNode.needs(op, inputs, i)
    );
    const copy = needed ? target.clone() : target;
    const kept = inputs.map((t) => t === target ? copy : t);
    const position = inputs.indexOf(target);
    // What is overwritten unread had its part in no result: leaves behind it get zeros.
    if (position < 0 && !target.base) kept.push(target);
    return { node: new OpNode(op, kept, attrs), position };
  },

  afterWrite(target, plan) {
    const { node, position } = plan as Plan;
    rebase(target, node, position);
    node.saveOutputs([target]);
  },

  hasHooks,
  refreshView(view) {
    refresh(view);
  },

  backward(root, gradient, options: BackwardOptions) {
    backward([root], gradient ? [gradient] : undefined, options);
  },

  retainGrad(tensor) {
    retainGrad(tensor);
  },

  registerHook(tensor, hook) {
    const { node, index } = requireEdge(tensor, "register a hook on");
    const hooks = node.ownHooks.tensor;
    let list = hooks.get(index);
    if (!list) hooks.set(index, list = []);
    return register(list, hook);
  },

  registerPostAccumulateGradHook(tensor, hook) {
    if (!tensor.requiresGrad || !tensor.isLeaf) {
      throw new Error(
        "Cannot register a post-accumulate hook: expected a leaf that requires a gradient",
      );
    }
    return register(accumulatorOf(tensor).postHooks, hook);
  },
};

setAutogradHooks(implementation);
