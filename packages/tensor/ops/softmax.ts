/** Softmax and its logarithm, shifted by the maximum so that nothing overflows. */

import { type Attrs, defineOp, type Op } from "../dispatch.ts";
import { type DType, isFloating } from "../dtype.ts";
import * as x from "../expr.ts";
import type { Expr } from "../expr.ts";
import { type Kernel, laneOf } from "../kernel.ts";
import * as math from "../math/index.ts";
import { normalizeDim } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { allocate, commonDevice, resultStrides, runOver } from "./allocate.ts";
import { sumOfExp } from "./reduce.ts";

function softmaxOp(
  name: string,
  finish: (x: Expr, top: Expr, sum: Expr) => Expr,
): Op {
  const kernels = new Map<DType, Kernel>();
  const kernelFor = (dtype: DType) => {
    let kernel = kernels.get(dtype);
    if (!kernel) {
      const lane = laneOf[dtype];
      kernel = {
        name,
        inputs: [dtype, dtype, dtype],
        scalars: [],
        stores: [{
          dtype,
          value: finish(x.load(0, lane), x.load(1, lane), x.load(2, lane)),
        }],
      };
      kernels.set(dtype, kernel);
    }
    return kernel;
  };
  return defineOp({
    name,
    differentiable: true,
    run(inputs, attrs: Attrs): Tensor {
      const t = (inputs[0] as Tensor).detach();
      const device = commonDevice(`compute ${name} of`, inputs);
      if (!isFloating(t.dtype)) {
        throw new TypeError(
          `Cannot compute ${name} of a ${t.dtype} tensor: convert it to a floating type first`,
        );
      }
      const dim = normalizeDim(attrs.dim as number, t.ndim, `compute ${name}`);
      const out = allocate(
        device,
        t.dtype,
        t.shape,
        resultStrides([t], t.shape),
      );
      if (t.numel === 0) return out;
      const dims = t.ndim === 0 ? [] : [dim];
      const top = t.ndim === 0 ? t : t.amax(dim, { keepdim: true });
      const sum = sumOfExp(t, top, dims);
      runOver(device, kernelFor(t.dtype), t.shape, [t, top, sum, out]);
      return out;
    },
  });
}

export const softmax: Op = softmaxOp(
  "softmax",
  (a, top, sum) => x.div(math.exp(x.sub(a, top)), sum),
);
export const logSoftmax: Op = softmaxOp(
  "logSoftmax",
  (a, top, sum) => x.sub(x.sub(a, top), math.log(sum)),
);
