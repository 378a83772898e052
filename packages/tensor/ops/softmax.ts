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
import { foldOne } from "./fold.ts";
import { kernelsBy } from "./kernels.ts";
import { logSumOfExp, sumOfExp, sums } from "./reduce.ts";

/** Kernels of one type for all operands. */
function kernelsOf(
  name: string,
  arity: number,
  value: (...inputs: Expr[]) => Expr,
): (dtype: DType) => Kernel {
  return kernelsBy((dtype: DType) => {
    const inputs = new Array<DType>(arity).fill(dtype), lane = laneOf[dtype];
    const loads = inputs.map((_, i) => x.load(i, lane));
    return {
      name,
      inputs,
      scalars: [],
      stores: [{ dtype, value: value(...loads) }],
    };
  });
}

function softmaxOp(
  name: string,
  finish: (t: Tensor, top: Tensor, dims: number[], out: Tensor) => void,
): Op {
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
      finish(t, top, dims, out);
      return out;
    },
  });
}

const shares = kernelsOf(
  "softmax",
  3,
  (a, top, sum) => x.div(math.exp(x.sub(a!, top!)), sum!),
);
const exponentials = kernelsOf(
  "softmaxExp",
  2,
  (a, top) => math.exp(x.sub(a!, top!)),
);
const scaled = kernelsOf("softmaxScale", 2, (a, sum) => x.div(a!, sum!));

/**
 * Exponentials cost more than a look at memory on the CPU and less on a GPU, so
 * that they are kept on the one and computed twice on the other.
 */
export const softmax: Op = softmaxOp("softmax", (t, top, dims, out) => {
  const { backend: device, dtype, shape } = t;
  if (device.name !== "cpu") {
    const sum = sumOfExp(t, top, dims);
    return runOver(device, shares(dtype), shape, [t, top, sum, out]);
  }
  runOver(device, exponentials(dtype), shape, [t, top, out]);
  const kernel = sums(dtype, "float64", dtype);
  const sum = foldOne(kernel, out, dims, true, dtype);
  runOver(device, scaled(dtype), shape, [out, sum, out]);
});

const logShares = kernelsOf(
  "logSoftmax",
  3,
  (a, top, logSum) => x.sub(x.sub(a!, top!), logSum!),
);
export const logSoftmax: Op = softmaxOp("logSoftmax", (t, top, dims, out) => {
  const logSum = logSumOfExp(t, top, dims);
  runOver(t.backend, logShares(t.dtype), t.shape, [t, top, logSum, out]);
});
