/**
 * What the autograd package supplies. The tensor package calls it where an
 * operation has an input that requires a gradient, and knows nothing else
 * about differentiation; importing `@gradus/autograd` fills the slot.
 */

import type { Attrs, Input, Op } from "./dispatch.ts";
import type { Tensor } from "./tensor.ts";

/** A way to undo a registration. */
export interface RemovableHandle {
  /** Undoes it. */
  remove(): void;
}

/** Gradients of the inputs or outputs of a node; null where there is none. */
export type NodeGrads = readonly (Tensor | null)[];

/** Called after a node ran; what it returns, if anything, replaces the gradients of the inputs. */
export type NodeHook = (
  gradInputs: NodeGrads,
  gradOutputs: NodeGrads,
) => NodeGrads | void;

/** Called before a node runs; what it returns, if anything, replaces the gradients of the outputs. */
export type NodePrehook = (gradOutputs: NodeGrads) => NodeGrads | void;

/** A recorded operation, as `gradFn` shows it. */
export interface GradNode {
  /** `MulBackward0` */
  readonly name: string;
  /**
   * For each input the node that computed it and which of its outputs it is;
   * null for inputs without a gradient. Leaves have nodes named AccumulateGrad.
   */
  readonly nextFunctions: readonly (readonly [GradNode | null, number])[];
  /** The leaf that an AccumulateGrad node adds to. */
  readonly variable?: Tensor;
  /** Calls `hook` after each run of this node. */
  registerHook(hook: NodeHook): RemovableHandle;
  /** Calls `hook` before each run of this node, after the hooks on tensors. */
  registerPrehook(hook: NodePrehook): RemovableHandle;
}

/** Options of {@linkcode Tensor.backward}. */
export interface BackwardOptions {
  /** Keeps saved values for another backward; defaults to `createGraph`. */
  retainGraph?: boolean;
  /** Records the backward pass, so that gradients can be differentiated. */
  createGraph?: boolean;
  /** Accumulates into these tensors alone. */
  inputs?: readonly Tensor[];
}

/** A hook on a gradient: what it returns, if anything, replaces the gradient. */
export type GradHook = (grad: Tensor) => Tensor | void;

/** The interface between the layers. */
export interface AutogradHooks {
  /** Connects the outputs of `op` with its inputs. */
  record(
    op: Op,
    inputs: readonly Input[],
    attrs: Attrs,
    outputs: readonly Tensor[],
  ): void;
  /**
   * Called before `target` is overwritten with the result of `op`: throws if
   * that is not allowed, and returns what {@linkcode afterWrite} needs.
   */
  beforeWrite(
    op: Op,
    target: Tensor,
    inputs: readonly Input[],
    attrs: Attrs,
  ): unknown;
  /** Called after the write with what {@linkcode beforeWrite} returned. */
  afterWrite(target: Tensor, plan: unknown): void;
  /** Whether hooks wait for the gradient of a leaf. */
  hasHooks(leaf: Tensor): boolean;
  /** The node of a view whose base was changed in place since the view was made. */
  refreshView(view: Tensor): void;
  /** Runs the backward pass from `root`. */
  backward(
    root: Tensor,
    gradient: Tensor | undefined,
    options: BackwardOptions,
  ): void;
  /** Keeps the gradient of a non-leaf. */
  retainGrad(tensor: Tensor): void;
  /** Adds a hook on the gradient of `tensor`. */
  registerHook(tensor: Tensor, hook: GradHook): RemovableHandle;
  /** Adds a hook that runs after `.grad` of a leaf was updated. */
  registerPostAccumulateGradHook(
    tensor: Tensor,
    hook: (tensor: Tensor) => void,
  ): RemovableHandle;
}

let hooks: AutogradHooks | null = null;

/** Fills the slot; `@gradus/autograd` calls it when imported. */
export function setAutogradHooks(implementation: AutogradHooks): void {
  hooks = implementation;
}

/** The implementation, or null if `@gradus/autograd` was not imported. */
export function autogradHooks(): AutogradHooks | null {
  return hooks;
}

/** The implementation, for operations that make no sense without it. */
export function requireAutograd(action: string): AutogradHooks {
  if (hooks) return hooks;
  throw new Error(
    `Cannot ${action} as automatic differentiation is not loaded: import "@gradus/autograd"`,
  );
}
