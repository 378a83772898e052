/** Running folds: their kernels, which axes are folded, and the shapes of the results. */

import type { Device } from "../device.ts";
import type { DType } from "../dtype.ts";
import * as x from "../expr.ts";
import type { Expr, Lane } from "../expr.ts";
import { type Kernel, laneOf, type Store } from "../kernel.ts";
import { broadcastStrides, countOf, normalizeDims } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { allocate, reshaped } from "./allocate.ts";
import { kernelsBy } from "./kernels.ts";

/** A fold whose state is one value. */
export interface Fold {
  /** Number of tensors that the values are made of; further ones broadcast to the first. */
  readonly arity?: number;
  /** The state before the first element. */
  readonly init: (lane: Lane) => number | bigint;
  /** What an element contributes; the element itself if left out. */
  readonly value?: (x: Expr, ...more: Expr[]) => Expr;
  /** The state after an element, and of two halves. */
  readonly combine: (a: Expr, b: Expr) => Expr;
  /** The result, of the state and the run-time scalars. */
  readonly finish?: (acc: Expr, ...scalars: Expr[]) => Expr;
  /** Number of run-time scalars that `value` (as last arguments) and `finish` take. */
  readonly scalars?: number;
}

/** The kernel of a fold by the types of its inputs, its state and its result. */
export type FoldKernels = (
  input: DType,
  state: DType,
  result?: DType,
) => Kernel;

/** Makes kernels of a fold for each input and state type. */
export function foldKernels(name: string, spec: Fold): FoldKernels {
  const kernels = kernelsBy((input: DType, state: DType, result: DType) => {
    const lane = laneOf[state], arity = spec.arity ?? 1;
    const loads = Array.from(
      { length: arity },
      (_, i) => x.cast(x.load(i, laneOf[input]), lane),
    );
    const scalars = Array.from(
      { length: spec.scalars ?? 0 },
      (_, i) => x.scalar(i, lane),
    );
    const value = spec.value
      ? spec.value(loads[0]!, ...loads.slice(1), ...scalars)
      : loads[0]!;
    const acc = x.acc(0, lane);
    const store: Store = {
      dtype: result,
      value: spec.finish ? spec.finish(acc, ...scalars) : acc,
    };
    return {
      name,
      inputs: new Array<DType>(arity).fill(input),
      scalars: scalars.map(() => lane),
      reduction: {
        init: [x.lit(spec.init(lane), lane)],
        values: [value],
        step: [spec.combine(acc, x.consumed(0, lane))],
        merge: [spec.combine(acc, x.other(0, lane))],
      },
      stores: [store],
    };
  });
  return (input, state, result = state) => kernels(input, state, result);
}

/** What to fold. */
export interface FoldAttrs {
  /** The dims to fold; all if undefined. */
  readonly dims?: readonly number[] | undefined;
  /** Keeps folded dims with size 1. */
  readonly keepdim?: boolean;
}

/** The dims that `attrs` folds, checked. */
export function foldDims(
  action: string,
  t: Tensor,
  attrs: FoldAttrs,
): number[] {
  // An empty list means all, as in PyTorch.
  const dims = attrs.dims?.length === 0 ? undefined : attrs.dims;
  return normalizeDims(dims, t.ndim, action);
}

/** How many elements each result folds. */
export function foldCount(
  shape: readonly number[],
  dims: readonly number[],
): number {
  return countOf(dims.map((d) => shape[d]!));
}

/**
 * Folds `dims` of the first input with `kernel` into new tensors of `dtypes`;
 * further inputs broadcast to the first.
 */
export function fold(
  device: Device,
  kernel: Kernel,
  inputs: readonly Tensor[],
  dims: readonly number[],
  keepdim: boolean,
  dtypes: readonly DType[],
  scalars: readonly (number | bigint)[] = [],
): Tensor[] {
  const shape = inputs[0]!.shape;
  const kept: number[] = [];
  for (let d = 0; d < shape.length; d++) if (!dims.includes(d)) kept.push(d);
  const keptShape = kept.map((d) => shape[d]!);
  const outs = dtypes.map((dtype) => allocate(device, dtype, keptShape));
  if (countOf(keptShape) > 0) {
    const axes = [...kept, ...dims];
    const strides = [
      ...inputs.map((t) => {
        const full = broadcastStrides(t.shape, t.strides, shape);
        return axes.map((d) => full[d]!);
      }),
      ...outs.map((o) => [...o.strides, ...dims.map(() => 0)]),
    ];
    const space = {
      shape: axes.map((d) => shape[d]!),
      reduced: dims.length,
      strides,
    };
    if (dims.length === 0) {
      space.shape.push(1);
      space.strides.forEach((s) => s.push(0));
      space.reduced = 1;
    }
    device.run(kernel, space, [...inputs, ...outs], scalars);
  }
  if (!keepdim) return outs;
  const withFolded = shape.map((size, d) => dims.includes(d) ? 1 : size);
  return outs.map((o) => reshaped(o, withFolded));
}

/** {@linkcode fold} of one tensor into one. */
export function foldOne(
  kernel: Kernel,
  t: Tensor,
  dims: readonly number[],
  keepdim: boolean,
  dtype: DType,
  scalars: readonly (number | bigint)[] = [],
): Tensor {
  return fold(t.backend, kernel, [t], dims, keepdim, [dtype], scalars)[0]!;
}
