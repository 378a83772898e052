/** Copies with the elements in other places, or with some of them set to 0. */

import { type Attrs, defineOp, type Op } from "../dispatch.ts";
import type { DType } from "../dtype.ts";
import * as x from "../expr.ts";
import type { Expr } from "../expr.ts";
import { type Kernel, laneOf } from "../kernel.ts";
import { normalizeDim, normalizeDims, showShape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { allocate, commonDevice, resultStrides } from "./allocate.ts";
import { cat } from "./join.ts";
import { kernelsBy } from "./kernels.ts";

/** A kernel of one input per element type. */
function kernelPerType(
  name: string,
  value: (dtype: DType) => Expr,
  scalars: Kernel["scalars"] = [],
): (dtype: DType) => Kernel {
  return kernelsBy((dtype) => {
    const stores = [{ dtype, value: value(dtype) }];
    return { name, inputs: [dtype], scalars, stores };
  });
}

const flips = kernelPerType("flip", (dtype) => x.load(0, laneOf[dtype]));

/** The elements in reverse order along some dims: a copy that reads with negative strides. */
export const flip: Op = defineOp({
  name: "flip",
  differentiable: true,
  run(inputs, attrs: Attrs): Tensor {
    const t = inputs[0] as Tensor;
    const device = commonDevice("flip", inputs);
    const dims = normalizeDims(attrs.dims as number[], t.ndim, "flip");
    const out = allocate(
      device,
      t.dtype,
      t.shape,
      resultStrides([t], t.shape),
    );
    if (t.numel === 0) return out;
    let { offset } = t;
    const strides = [...t.strides];
    for (const d of dims) {
      offset += (t.shape[d]! - 1) * strides[d]!;
      strides[d] = -strides[d]!;
    }
    device.run(
      flips(t.dtype),
      { shape: t.shape, reduced: 0, strides: [strides, out.strides] },
      [{ storage: t.storage, offset }, out],
      [],
    );
    return out;
  },
});

/** One dim with its last `shift` places moved to the front. */
function rolled(t: Tensor, shift: number, dim: number): Tensor {
  const size = t.shape[dim]!;
  const cut = size - ((shift % size) + size) % size;
  const pieces = [t.narrow(dim, cut, size - cut), t.narrow(dim, 0, cut)];
  return cat.run(pieces, { dim }) as Tensor;
}

/** The elements moved along dims; what leaves at the end comes back at the start. */
export const roll: Op = defineOp({
  name: "roll",
  differentiable: true,
  run(inputs, attrs): Tensor {
    const { shifts, dims } = attrs as { shifts: number[]; dims: number[] };
    commonDevice("roll", inputs);
    let t = (inputs[0] as Tensor).detach();
    const fits = dims.length === 0
      ? shifts.length === 1
      : shifts.length === dims.length;
    if (!fits) {
      throw new TypeError(
        `Cannot roll: expected a shift per dim, got ${shifts.length} shifts for ${dims.length} dims`,
      );
    }
    if (!shifts.every(Number.isInteger)) {
      throw new TypeError(
        `Cannot roll: expected whole shifts, got ${showShape(shifts)}`,
      );
    }
    const axes = dims.map((d) => {
      if (t.ndim > 0) return normalizeDim(d, t.ndim, "roll");
      throw new RangeError(`Cannot roll: got dim ${d} of a tensor of 0 dims`);
    });
    if (t.numel === 0) return t.clone();
    if (axes.length === 0) {
      return rolled(t.reshape([-1]), shifts[0]!, 0).view(t.shape).detach();
    }
    axes.forEach((d, i) => t = rolled(t, shifts[i]!, d));
    return t;
  },
});

/** An op that keeps the elements of matrices on one side of a diagonal and sets the others to 0. */
function triangle(name: string, keeps: (a: Expr, b: Expr) => Expr): Op {
  const kernels = kernelPerType(name, (dtype) => {
    const lane = laneOf[dtype], element = x.load(0, lane);
    const above = x.sub(x.coord(-1), x.coord(-2));
    const kept = keeps(above, x.scalar(0, "i32"));
    if (lane === "bool") return x.and(kept, element);
    return x.select(kept, element, x.lit(0, lane));
  }, ["i32"]);
  return defineOp({
    name,
    differentiable: true,
    run(inputs, attrs): Tensor {
      const t = inputs[0] as Tensor;
      const device = commonDevice(`compute ${name} of`, inputs);
      if (t.ndim < 2) {
        throw new TypeError(
          `Cannot compute ${name}: expected at least 2 dims, got ${
            showShape(t.shape)
          }`,
        );
      }
      const diagonal = attrs.diagonal as number;
      if (!Number.isInteger(diagonal)) {
        throw new TypeError(
          `Cannot compute ${name}: expected a whole diagonal, got ${diagonal}`,
        );
      }
      const out = allocate(device, t.dtype, t.shape);
      if (t.numel === 0) return out;
      const limit = 2 ** 31 - 1;
      // Ordered, as the kernel looks at the last two coordinates.
      const strides = [t.strides, out.strides];
      device.run(
        kernels(t.dtype),
        { shape: t.shape, reduced: 0, strides, ordered: true },
        [t, out],
        [Math.max(-limit, Math.min(limit, diagonal))],
      );
      return out;
    },
  });
}
/** Matrices without what is above a diagonal. */
export const tril: Op = triangle("tril", x.le);
/** Matrices without what is below a diagonal. */
export const triu: Op = triangle("triu", x.ge);
