/** What a change of a view in place means for the tensor that it is a view of. */

import { onesLike, type Tensor, where } from "@gradus/tensor";
import {
  type Attrs,
  dispatch,
  gradMode,
  type Op,
} from "@gradus/tensor/internal";
import { edgeOf, reconnect } from "./accumulate.ts";
import { Node, type NodeResult } from "./node.ts";
import { sumTo } from "./op_node.ts";
import { rules } from "./rule.ts";
import { asStridedAnywhere } from "./rules/shape.ts";

/** An op that made a view of a view or of the base. */
interface Step {
  readonly op: Op;
  readonly attrs: Attrs;
}

/** The steps from `base` to a view of it. */
function stepsOf(view: Tensor, base: Tensor): Step[] {
  const steps: Step[] = [];
  for (let t = view; t.viewStep; t = t.viewStep.source) {
    const { op, attrs } = t.viewStep;
    if (op.name === "asStrided") {
      // Where it looks does not depend on the steps before it.
      const { shape, strides, offset } = base;
      const { size } = attrs.source as { readonly size: number };
      const source = { shape, strides, offset, size };
      steps.push({ op, attrs: { ...attrs, source } });
      break;
    }
    steps.push({ op, attrs });
  }
  return steps.reverse();
}

/** A step from a gradient, which has the shape of the base but perhaps other strides. */
function stepThrough(t: Tensor, { op, attrs }: Step): Tensor {
  return op.name === "asStrided"
    ? asStridedAnywhere(t, attrs)
    : dispatch(op, [t], attrs);
}

/** The gradient through a step, by the rule of its op. */
function stepBack(
  g: Tensor,
  { op, attrs }: Step,
  shape: readonly number[],
): Tensor {
  const rule = rules.get(op.name)!;
  const derivative = typeof rule === "function" ? rule(0)! : rule[0]!;
  const back = derivative.grad(g, {
    attrs,
    count: 1,
    tensor: () => g,
    value: () => g,
    out: () => g,
    shape: () => shape,
  });
  return sumTo(back, shape);
}

/**
 * The gradient of a base of which a part was overwritten through a view: the
 * part gets what the operation passes on, the rest stays.
 */
class CopySlices extends Node {
  readonly #inner: Node;
  readonly #target: number;
  readonly #steps: readonly Step[];

  constructor(base: Tensor, view: Tensor, inner: Node, target: number) {
    // The base stands where the view stood, or first.
    const edges = [...inner.edges];
    edges.splice(Math.max(target, 0), target < 0 ? 0 : 1, edgeOf(base));
    super("CopySlices", edges);
    this.#inner = inner;
    this.#target = target;
    this.#steps = stepsOf(view, base);
  }

  override apply(
    grads: readonly (Tensor | null)[],
    wanted: readonly boolean[],
  ): NodeResult {
    const g = grads[0]!;
    let part = g;
    const shapes: (readonly number[])[] = [];
    for (const step of this.#steps) {
      shapes.push(part.shape);
      part = stepThrough(part, step);
    }
    // `back` undoes the steps: it puts a part among zeros.
    const back = (t: Tensor): Tensor => {
      for (let i = this.#steps.length - 1; i >= 0; i--) {
        t = stepBack(t, this.#steps[i]!, shapes[i]!);
      }
      return t;
    };
    const target = this.#target, at = Math.max(target, 0);
    const passed = this.#inner.apply(
      [part],
      target < 0 ? wanted.slice(1) : wanted,
    );
    let rest: Tensor | null = null;
    if (wanted[at]) {
      // Chosen, not taken away: what was overwritten has no part in it, NaN neither.
      rest = where(back(onesLike(part)).ne(0), 0, g);
      const through = target < 0 ? null : passed.grads[target];
      if (through) rest = rest.add(back(through));
    }
    const others = [...passed.grads], fresh = [...passed.fresh];
    others.splice(at, target < 0 ? 0 : 1, rest);
    fresh.splice(at, target < 0 ? 0 : 1, true);
    return { grads: others, fresh };
  }

  override release(): void {
    this.#inner.release();
  }
}

/**
 * Makes `target`, which was overwritten, the result of `node`. A view takes the
 * tensor with it that it looks into.
 *
 * @param position Where the target is among the inputs of the node, -1 if it is not one.
 */
export function rebase(target: Tensor, node: Node, position: number): void {
  const { base } = target;
  // A base that was given other data by setData() has no part in it any more.
  if (base === null || base.storage !== target.storage) {
    reconnect(target, node, 0);
    return;
  }
  reconnect(base, new CopySlices(base, target, node, position), 0);
  refresh(target);
}

/** Gives a view whose base was changed in place the node that shows it is a view of the result. */
export function refresh(view: Tensor): void {
  const base = view.base!;
  if (!base.requiresGrad || base.isLeaf || base.storage !== view.storage) {
    return;
  }
  for (let t = view; t.viewStep; t = t.viewStep.source) {
    if (t.viewStep.recorded) continue;
    // What was made inside noGrad() is a constant.
    if (view.gradFn === null) return;
    throw new Error(
      "Cannot use a view that a Function returned after its base was changed in place: let the Function return a copy",
    );
  }
  const { enabled } = gradMode;
  gradMode.enabled = true;
  try {
    let t = base;
    for (const { op, attrs } of stepsOf(view, base)) {
      t = dispatch(op, [t], attrs);
    }
    reconnect(view, t.gradFn as Node, t.outputIndex);
  } finally {
    gradMode.enabled = enabled;
  }
}

/**
 * Throws if `target` may not be overwritten while operations are recorded.
 *
 * @param name The operation, for messages.
 */
export function checkInPlace(name: string, target: Tensor): void {
  const refuse = (what: string) => {
    throw new Error(
      `Cannot run ${name} on ${what}: use noGrad() to change it, or work on a copy`,
    );
  };
  if (target.requiresGrad && target.isLeaf) {
    refuse("a leaf that requires a gradient");
  }
  for (let step = target.viewStep; step; step = step.source.viewStep) {
    const { source, recorded } = step;
    if (source.requiresGrad && source.isLeaf) {
      refuse("a view of a leaf that requires a gradient");
    }
    if (!recorded) {
      refuse("a view that was made inside noGrad() or by a Function");
    }
  }
}
