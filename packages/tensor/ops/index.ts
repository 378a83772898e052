/** Reading and writing at the positions that index tensors list, one per dim. */

import { type Attrs, checkWrite, defineOp, type Op } from "../dispatch.ts";
import {
  broadcastShapes,
  broadcastStrides,
  countOf,
  showShape,
} from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { commonDevice } from "./allocate.ts";
import { apart, checkIndex, type Plan, read, write } from "./index_kernel.ts";

/** Index tensors by dim; null keeps the dim whole. */
export type IndexList = readonly (Tensor | null)[];

/**
 * Where the elements of the result are. Its dims are those of `t` with the
 * common dims of the indices in place of the indexed ones, or first of all if
 * the indexed ones are not neighbours.
 */
function plan(action: string, t: Tensor, list: IndexList): Plan {
  if (list.length > t.ndim) {
    throw new RangeError(
      `Cannot ${action}: got ${list.length} indices for a tensor of ${t.ndim} dims`,
    );
  }
  const dims: number[] = [];
  list.forEach((index, d) => {
    if (!index) return;
    checkIndex(action, index, t.shape[d]!);
    dims.push(d);
  });
  if (dims.length === 0) {
    throw new TypeError(`Cannot ${action}: expected an index tensor, got none`);
  }
  const indices = dims.map((d) => list[d]!);
  const common = broadcastShapes(action, indices.map((i) => i.shape));
  const adjacent = dims.every((d, i) => i === 0 || d === dims[i - 1]! + 1);
  const first = adjacent ? dims[0]! : 0;
  const rest = t.shape.map((_, d) => d).filter((d) => !dims.includes(d));
  const before = adjacent ? rest.filter((d) => d < first) : [];
  const after = adjacent ? rest.filter((d) => d > first) : rest;
  const shape = [
    ...before.map((d) => t.shape[d]!),
    ...common,
    ...after.map((d) => t.shape[d]!),
  ];
  return {
    shape,
    strides: [
      ...before.map((d) => t.strides[d]!),
      ...common.map(() => 0),
      ...after.map((d) => t.strides[d]!),
    ],
    indices,
    indexStrides: indices.map((index) => [
      ...before.map(() => 0),
      ...broadcastStrides(index.shape, index.strides, common),
      ...after.map(() => 0),
    ]),
    scalars: dims.flatMap((d) => [t.shape[d]!, t.strides[d]!]),
  };
}

/** `value` in the type of `t`, checked to broadcast to the places. */
function fitValue(action: string, value: Tensor, t: Tensor, p: Plan): Tensor {
  const shape = broadcastShapes(action, [p.shape, value.shape]);
  if (countOf(shape) !== countOf(p.shape) || shape.length > p.shape.length) {
    throw new TypeError(
      `Cannot ${action}: expected a value that broadcasts to ${
        showShape(p.shape)
      }, got ${showShape(value.shape)}`,
    );
  }
  return value.detach().to(t.dtype);
}

/** `x[indices]` */
export const index: Op = defineOp({
  name: "index",
  differentiable: true,
  run(inputs, attrs: Attrs): Tensor {
    const t = inputs[0] as Tensor;
    const list = attrs.indices as IndexList;
    commonDevice("index", [t, ...list.filter((i) => i !== null)]);
    return read(t, plan("index", t, list));
  },
});

/** `x[indices] = value`, or `+=` with `accumulate`. */
export const indexPut: Op = defineOp({
  name: "indexPut",
  differentiable: true,
  run(inputs, attrs): Tensor {
    const t = (inputs[0] as Tensor).detach();
    const out = t.clone();
    indexPut.runInto!(out, [out, inputs[1]!], attrs);
    return out;
  },
  runInto(target, inputs, attrs) {
    const value = inputs[1] as Tensor;
    const list = attrs.indices as IndexList;
    commonDevice("index", [target, value, ...list.filter((i) => i !== null)]);
    checkWrite("indexPut", target, target.shape, target.dtype);
    const own = list.map((i) => i && apart(i, target));
    const p = plan("assign by index", target, own);
    const fitted = fitValue("assign by index", value, target, p);
    write(
      target,
      p,
      apart(fitted, target),
      attrs.accumulate as boolean ?? false,
    );
  },
});
