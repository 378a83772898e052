/** Putting tensors together. */

import { type Attrs, defineOp, type Op } from "../dispatch.ts";
import { promoteTypes } from "../dtype.ts";
import { normalizeDim, sameShape, showShape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { allocate, commonDevice } from "./allocate.ts";
import { copy } from "./arithmetic.ts";

/** Joins tensors along an existing dim. */
export const cat: Op = /* @__PURE__ */ defineOp({
  name: "cat",
  differentiable: true,
  run(inputs, attrs: Attrs): Tensor {
    const all = inputs as Tensor[];
    if (all.length === 0) {
      throw new TypeError("Cannot concatenate: expected at least one tensor");
    }
    const device = commonDevice("concatenate", all);
    // An empty 1-D tensor joins anything, as in PyTorch.
    const list = all.filter((t) => !(t.ndim === 1 && t.shape[0] === 0));
    const first = list[0] ?? all[0]!;
    if (first.ndim === 0) {
      throw new TypeError("Cannot concatenate tensors of 0 dims: use stack()");
    }
    const dim = normalizeDim(attrs.dim as number, first.ndim, "concatenate");
    let length = 0, dtype = all[0]!.dtype;
    for (const t of all) dtype = promoteTypes(dtype, t.dtype);
    for (const t of list) {
      if (
        t.ndim !== first.ndim ||
        t.shape.some((s, d) => d !== dim && s !== first.shape[d])
      ) {
        throw new TypeError(
          `Cannot concatenate along dim ${dim} as the other sizes must match: got ${
            showShape(first.shape)
          } and ${showShape(t.shape)}`,
        );
      }
      length += t.shape[dim]!;
    }
    const shape = [...first.shape];
    if (list.length > 0) shape[dim] = length;
    const out = allocate(device, dtype, shape);
    let at = 0;
    for (const t of list) {
      const size = t.shape[dim]!;
      copy.runInto!(out.narrow(dim, at, size), [t], {});
      at += size;
    }
    return out;
  },
});

/** Joins tensors of one shape along a new dim. */
export const stack: Op = /* @__PURE__ */ defineOp({
  name: "stack",
  differentiable: true,
  run(inputs, attrs: Attrs): Tensor {
    const all = (inputs as Tensor[]).map((t) => t.detach());
    const first = all[0];
    if (!first) {
      throw new TypeError("Cannot stack: expected at least one tensor");
    }
    const dim = normalizeDim(attrs.dim as number, first.ndim + 1, "stack");
    for (const t of all) {
      if (!sameShape(t.shape, first.shape)) {
        throw new TypeError(
          `Cannot stack tensors as their shapes must be equal: got ${
            showShape(first.shape)
          } and ${showShape(t.shape)}`,
        );
      }
    }
    return cat.run(all.map((t) => t.unsqueeze(dim)), { dim }) as Tensor;
  },
});
