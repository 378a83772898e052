/** The adjoints of views of a part: they put a gradient back to where its elements were. */

import { defineOp, type Op } from "../dispatch.ts";
import type { Tensor } from "../tensor.ts";
import { allocate } from "./allocate.ts";
import { copy } from "./arithmetic.ts";
import { write } from "./index_kernel.ts";

/** Zeros of `shape` into which the input is written as `slice` would read it. */
export const sliceBackward: Op = /* @__PURE__ */ defineOp({
  name: "sliceBackward",
  differentiable: true,
  run(inputs, attrs): Tensor {
    const g = inputs[0] as Tensor;
    const out = zeros(g, attrs.shape as number[]);
    const { dim, start, end, step } = attrs as Record<string, number>;
    copy.runInto!(out.slice(dim!, start, end, step), [g], {});
    return out;
  },
});
/** Zeros of `shape` into which the input is written as `select` would read it. */
export const selectBackward: Op = /* @__PURE__ */ defineOp({
  name: "selectBackward",
  differentiable: true,
  run(inputs, attrs): Tensor {
    const g = inputs[0] as Tensor;
    const out = zeros(g, attrs.shape as number[]);
    const place = out.select(attrs.dim as number, attrs.index as number);
    copy.runInto!(place, [g], {});
    return out;
  },
});
/**
 * Zeros of the geometry of a tensor (`shape`, `strides`, `offset`) into which
 * the input is added as `asStrided` would read it (`viewShape` and so on), all
 * within a storage of `storageSize` elements.
 */
export const asStridedBackward: Op = /* @__PURE__ */ defineOp({
  name: "asStridedBackward",
  differentiable: true,
  run(inputs, attrs): Tensor {
    const g = (inputs[0] as Tensor).detach();
    const a = attrs as unknown as AsStridedBackwardAttrs;
    const flat = zeros(g, [a.storageSize]);
    const seen = flat.asStrided(a.viewShape, a.viewStrides, a.viewOffset);
    // Elements that the view shows several times add up.
    const places = {
      shape: seen.shape,
      strides: seen.strides,
      indices: [],
      indexStrides: [],
      scalars: [],
    };
    write(seen, places, g, true);
    return flat.asStrided(a.shape, a.strides, a.offset).contiguous().detach();
  },
});

interface AsStridedBackwardAttrs {
  readonly storageSize: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
  readonly offset: number;
  readonly viewShape: readonly number[];
  readonly viewStrides: readonly number[];
  readonly viewOffset: number;
}

function zeros(like: Tensor, shape: readonly number[]): Tensor {
  const out = allocate(like.backend, like.dtype, shape);
  copy.runInto!(out, [0], {});
  return out;
}
