/**
 * The only door to operations: eager execution and recording for autograd
 * happen here and nowhere else.
 */

import { capture, type Recorder } from "./capture.ts";
import { canCast, isFloating } from "./dtype.ts";
import { gradMode } from "./grad_mode.ts";
import { autogradHooks } from "./hooks.ts";
import { countOf, sameShape, showShape } from "./shape.ts";
import { TensorCore } from "./tensor/core.ts";
import type { Tensor } from "./tensor.ts";

/** What an operation works on. Numbers do not make tensors: kernels take them as run-time scalars. */
export type Input = Tensor | number | boolean;

/** Settings of an operation: plain data, and index tensors. */
export type Attrs = Readonly<Record<string, unknown>>;

/** The settings of an operation that has none. */
export const noAttrs: Attrs = {};

/** A row of the op table. */
export interface Op {
  /** PyTorch's name; `mul` shows as `MulBackward0`. */
  readonly name: string;
  /** Whether results can have a gradient if they are floating. */
  readonly differentiable: boolean;
  /** Name of the node that records it, if not `<Name>Backward0`. */
  readonly node?: (inputs: readonly Input[], attrs: Attrs) => string;
  /** Checks the inputs, then makes and fills the results. */
  readonly run: (inputs: readonly Input[], attrs: Attrs) => Tensor | Tensor[];
  /** Writes the result into `target` instead, if the op has an in-place form. */
  readonly runInto?: (
    target: Tensor,
    inputs: readonly Input[],
    attrs: Attrs,
  ) => void;
}

/** Every op that exists, by name; tests walk it. */
export const opTable: Map<string, Op> = new Map();

/** Enters an op into the table. */
export function defineOp(op: Op): Op {
  if (opTable.has(op.name)) {
    throw new Error(`Cannot define op ${op.name} twice`);
  }
  opTable.set(op.name, op);
  return op;
}

function wantsGrad(inputs: readonly Input[]): boolean {
  for (let i = 0; i < inputs.length; i++) {
    const input = inputs[i]!;
    // What is null by mistake is refused with the action's name later.
    if (typeof input === "object" && input?.requiresGrad) return true;
  }
  return false;
}

/** Tells the recorder of a capture what an op looks at. */
function show(
  recorder: Recorder,
  inputs: readonly Input[],
  attrs: Attrs,
): void {
  for (const input of inputs) {
    if (typeof input === "object" && input !== null) recorder.sees(input);
  }
  for (const value of Object.values(attrs).flat()) {
    if (value instanceof TensorCore) recorder.sees(value as Tensor);
  }
}

/** Runs an op that has one result. */
export function dispatch(
  op: Op,
  inputs: readonly Input[],
  attrs: Attrs = noAttrs,
): Tensor {
  if (capture.recorder !== null) show(capture.recorder, inputs, attrs);
  const output = op.run(inputs, attrs) as Tensor;
  if (output.base !== null && output.viewStep === null) {
    output.viewStep = {
      source: inputs[0] as Tensor,
      op,
      attrs,
      recorded: gradMode.enabled,
    };
  }
  if (gradMode.enabled && op.differentiable && wantsGrad(inputs)) {
    autogradHooks()?.record(op, inputs, attrs, [output]);
  }
  return output;
}

/** Runs an op that has several results. */
export function dispatchAll(
  op: Op,
  inputs: readonly Input[],
  attrs: Attrs = noAttrs,
): Tensor[] {
  if (capture.recorder !== null) show(capture.recorder, inputs, attrs);
  const outputs = op.run(inputs, attrs) as Tensor[];
  if (gradMode.enabled && op.differentiable && wantsGrad(inputs)) {
    autogradHooks()?.record(op, inputs, attrs, outputs);
  }
  return outputs;
}

/** Runs the in-place form of an op: `target` becomes its result. */
export function dispatchInto(
  op: Op,
  target: Tensor,
  inputs: readonly Input[],
  attrs: Attrs = noAttrs,
): Tensor {
  if (!op.runInto) {
    throw new TypeError(`Cannot run ${op.name} in place: it has no such form`);
  }
  if (target.isInference && !gradMode.inference) {
    throw new Error(
      `Cannot run ${op.name}_ on an inference tensor outside of inferenceMode: clone it first`,
    );
  }
  if (gradMode.enabled && target.requiresGrad && !op.differentiable) {
    throw new Error(
      `Cannot run ${op.name}_ on a tensor that requires a gradient as it has no derivative: use noGrad() or a result of its own`,
    );
  }
  if (capture.recorder !== null) {
    show(capture.recorder, inputs, attrs);
    capture.recorder.sees(target);
    capture.recorder.changes(target);
  }
  const record = gradMode.enabled && op.differentiable &&
    isFloating(target.dtype) &&
    (target.requiresGrad || target.base?.requiresGrad || wantsGrad(inputs));
  const hooks = record ? autogradHooks() : null;
  const plan = hooks?.beforeWrite(op, target, inputs, attrs);
  op.runInto(target, inputs, attrs);
  target.storage.version++;
  hooks?.afterWrite(target, plan);
  return target;
}

/** Throws unless a result of `shape` and `dtype` may be written into `target`. */
export function checkWrite(
  name: string,
  target: Tensor,
  shape: readonly number[],
  dtype: Tensor["dtype"],
): void {
  if (!sameShape(shape, target.shape)) {
    throw new TypeError(
      `Cannot run ${name}_ as the result does not have the shape of the tensor: expected ${
        showShape(target.shape)
      }, got ${showShape(shape)}`,
    );
  }
  if (!canCast(dtype, target.dtype)) {
    throw new TypeError(
      `Cannot run ${name}_ as a ${dtype} result cannot be stored in a ${target.dtype} tensor`,
    );
  }
  for (let i = 0; i < shape.length; i++) {
    if (target.strides[i] === 0 && shape[i]! > 1 && countOf(shape) > 0) {
      throw new TypeError(
        `Cannot run ${name}_ on an expanded tensor as several elements share memory: clone it first`,
      );
    }
  }
}
