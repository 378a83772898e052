/** Reading and writing along one dim, at positions that an index of the same rank gives. */

import { checkWrite, defineOp, type Op } from "../dispatch.ts";
import { normalizeDim, showShape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { commonDevice } from "./allocate.ts";
import { apart, checkIndex, type Plan, read, write } from "./index_kernel.ts";

/** The plan of gather and scatter: `index` has all dims, and goes into `dim`. */
function along(action: string, t: Tensor, dim: number, index: Tensor): Plan {
  const d = normalizeDim(dim, t.ndim, action);
  if (index.ndim !== t.ndim) {
    throw new TypeError(
      `Cannot ${action}: expected an index of ${t.ndim} dims, got ${index.ndim}`,
    );
  }
  index.shape.forEach((size, i) => {
    if (i !== d && size > t.shape[i]!) {
      throw new TypeError(
        `Cannot ${action} along dim ${d}: the index of shape ${
          showShape(index.shape)
        } is larger than ${showShape(t.shape)} in dim ${i}`,
      );
    }
  });
  checkIndex(action, index, t.shape[d] ?? 1);
  return {
    shape: index.shape,
    strides: t.strides.map((s, i) => i === d ? 0 : s),
    indices: [index],
    indexStrides: [index.strides],
    scalars: [t.shape[d] ?? 1, t.strides[d] ?? 0],
  };
}

/** `out[i][j] = x[index[i][j]][j]` along dim 0, and so on. */
export const gather: Op = defineOp({
  name: "gather",
  differentiable: true,
  run(inputs, attrs): Tensor {
    const t = inputs[0] as Tensor, index = attrs.index as Tensor;
    commonDevice("gather from", [t, index]);
    return read(t, along("gather", t, attrs.dim as number, index));
  },
});

function scatterOp(name: string, accumulate: boolean): Op {
  const runInto: NonNullable<Op["runInto"]> = (target, inputs, attrs) => {
    const index = apart(attrs.index as Tensor, target);
    const source = apart(inputs[1] as Tensor, target);
    commonDevice("scatter into", [target, index, source]);
    checkWrite(name, target, target.shape, target.dtype);
    const p = along("scatter", target, attrs.dim as number, index);
    if (source.dtype !== target.dtype) {
      throw new TypeError(
        `Cannot scatter ${source.dtype} values into a ${target.dtype} tensor`,
      );
    }
    if (
      source.ndim > 0 &&
      (source.ndim !== index.ndim ||
        index.shape.some((size, i) => size > source.shape[i]!))
    ) {
      throw new TypeError(
        `Cannot scatter: the source of shape ${
          showShape(source.shape)
        } is smaller than the index of shape ${showShape(index.shape)}`,
      );
    }
    let part = source.detach();
    if (part.ndim > 0) {
      index.shape.forEach((size, i) => part = part.narrow(i, 0, size));
    }
    write(target, p, part, accumulate);
  };
  return defineOp({
    name,
    differentiable: true,
    run(inputs, attrs): Tensor {
      const t = (inputs[0] as Tensor).detach();
      // PyTorch's result is row-major, whatever the strides of the tensor.
      const out = t.isContiguous() ? t.clone() : t.contiguous();
      runInto(out, inputs, attrs);
      return out;
    },
    runInto,
  });
}
/** Writes `src` at the places of `index` along `dim`. */
export const scatter: Op = scatterOp("scatter", false);
/** Adds `src` at the places of `index` along `dim`. */
export const scatterAdd: Op = scatterOp("scatterAdd", true);
