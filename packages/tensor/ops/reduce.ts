/** Sums of many kinds: sum, mean, product, variance, norms, and whether all or any. */

import type { Op } from "../dispatch.ts";
import { type DType, getDefaultDtype, isFloating } from "../dtype.ts";
import * as x from "../expr.ts";
import type { Expr } from "../expr.ts";
import { type Kernel, laneOf } from "../kernel.ts";
import * as math from "../math/index.ts";
import type { Tensor } from "../tensor.ts";
import { reshaped } from "./allocate.ts";
import {
  fold,
  foldCount,
  type FoldKernels,
  foldKernels,
  foldOne,
} from "./fold.ts";
import { kernelsBy } from "./kernels.ts";
import { maxima } from "./extremes.ts";
import {
  deviationMoments,
  hasMoments,
  moments,
  varianceMoments,
} from "./moments.ts";
import {
  byDims,
  reduction,
  requireElements,
  requireFloating,
} from "./reduction.ts";

/** Integers and bools add up in int64. */
function sumType(dtype: DType): DType {
  return isFloating(dtype) ? dtype : "int64";
}

/**
 * The type that sums of a type run in. float32 adds up in float64, so that the
 * result is right to its last digit or so; the GPU lacks that type.
 */
function stateType(t: Tensor, dtype: DType): DType {
  return dtype === "float32" && t.device === "cpu" ? "float64" : dtype;
}

/** Kernels of the sum. */
export const sums: FoldKernels = foldKernels("sum", {
  init: () => 0,
  combine: x.add,
});
export const sum: Op = reduction({
  name: "sum",
  what: "the sum",
  node: byDims("Sum"),
  run(t, dims, keepdim) {
    const dtype = sumType(t.dtype);
    const kernel = sums(t.dtype, stateType(t, dtype), dtype);
    return foldOne(kernel, t, dims, keepdim, dtype);
  },
});

/** Kernels of the mean; the scalar is the number of elements. */
export const means: FoldKernels = foldKernels("mean", {
  init: () => 0,
  combine: x.add,
  scalars: 1,
  finish: (acc, n) => x.div(acc, n!),
});
export const mean: Op = reduction({
  name: "mean",
  what: "the mean",
  node: byDims("Mean"),
  run(t, dims, keepdim) {
    const dtype = requireFloating("the mean", t);
    const count = foldCount(t.shape, dims);
    const kernel = means(dtype, stateType(t, dtype), dtype);
    return foldOne(kernel, t, dims, keepdim, dtype, [count]);
  },
});

const products = foldKernels("prod", { init: () => 1, combine: x.mul });
export const prod: Op = reduction({
  name: "prod",
  what: "the product",
  node: byDims("Prod"),
  run(t, dims, keepdim) {
    const dtype = sumType(t.dtype);
    return foldOne(products(t.dtype, dtype), t, dims, keepdim, dtype);
  },
});

/** Bool, but uint8 for uint8, which PyTorch keeps from the time when that was its bool. */
function verdict(name: string, what: string, kernels: FoldKernels): Op {
  return reduction({
    name,
    what,
    differentiable: false,
    run(t, dims, keepdim) {
      const dtype = t.dtype === "uint8" ? "uint8" : "bool";
      return foldOne(kernels(t.dtype, "bool", dtype), t, dims, keepdim, dtype);
    },
  });
}
export const all: Op = verdict(
  "all",
  "whether all elements are true",
  foldKernels("all", { init: () => 1, combine: x.and }),
);
export const any: Op = verdict(
  "any",
  "whether any element is true",
  foldKernels("any", { init: () => 0, combine: x.or }),
);

/** Kernels of the mean square distance from a center; the scalar divides. */
const variances: FoldKernels = foldKernels("var", {
  arity: 2,
  init: () => 0,
  combine: x.add,
  scalars: 1,
  value: (a, center) => x.mul(x.sub(a, center!), x.sub(a, center!)),
  finish: (acc, n) => x.div(acc, n!),
});
const deviations = foldKernels("std", {
  arity: 2,
  init: () => 0,
  combine: x.add,
  scalars: 1,
  value: (a, center) => x.mul(x.sub(a, center!), x.sub(a, center!)),
  finish: (acc, n) => x.sqrt(x.div(acc, n!)),
});

/** Mean and spread, in two passes, which does not cancel, where it is not known to be as good in one. */
function spread(
  name: string,
  what: string,
  kernels: FoldKernels,
  inOnePass: Kernel,
): Op {
  return reduction({
    name,
    what,
    run(t, dims, keepdim, attrs) {
      const dtype = requireFloating(what, t);
      const count = foldCount(t.shape, dims);
      const freedom = Math.max(0, count - (attrs.correction as number ?? 1));
      if (hasMoments(t)) {
        return moments(inOnePass, t, dims, keepdim, freedom)[0]!;
      }
      const center = foldOne(means(dtype, dtype), t, dims, true, dtype, [
        count,
      ]);
      const kernel = kernels(dtype, dtype);
      return fold(t.backend, kernel, [t, center], dims, keepdim, [dtype], [
        freedom,
      ])[0]!;
    },
  });
}
export const variance: Op = spread(
  "var",
  "the variance",
  variances,
  varianceMoments,
);
export const std: Op = spread(
  "std",
  "the standard deviation",
  deviations,
  deviationMoments,
);

/** Kernels of `finish(sum(exp(x - shift)))`; exponentials are of the type of the input, whatever the state is. */
function expSums(
  name: string,
  finish: (sum: Expr) => Expr,
): (dtype: DType, state: DType) => Kernel {
  return kernelsBy((dtype: DType, state: DType) => {
    const lane = laneOf[dtype], wide = laneOf[state];
    const value = math.exp(x.sub(x.load(0, lane), x.load(1, lane)));
    const acc = x.acc(0, wide);
    return {
      name,
      inputs: [dtype, dtype],
      scalars: [],
      reduction: {
        init: [x.lit(0, wide)],
        values: [x.cast(value, wide)],
        step: [x.add(acc, x.consumed(0, wide))],
        merge: [x.add(acc, x.other(0, wide))],
      },
      stores: [{ dtype, value: finish(x.cast(acc, lane)) }],
    };
  });
}
const plainExpSums = expSums("expSum", (sum) => sum);
const logExpSums = expSums("logExpSum", math.log);

/** `sum(exp(x - shift))`, with `shift` of the folded shape with dims kept. */
export function sumOfExp(t: Tensor, shift: Tensor, dims: number[]): Tensor {
  const kernel = plainExpSums(t.dtype, stateType(t, t.dtype));
  return fold(t.backend, kernel, [t, shift], dims, true, [t.dtype])[0]!;
}

/** The logarithm of {@linkcode sumOfExp}. */
export function logSumOfExp(t: Tensor, shift: Tensor, dims: number[]): Tensor {
  const kernel = logExpSums(t.dtype, stateType(t, t.dtype));
  return fold(t.backend, kernel, [t, shift], dims, true, [t.dtype])[0]!;
}

export const logsumexp: Op = reduction({
  name: "logsumexp",
  what: "logsumexp",
  run(input, dims, keepdim) {
    const t = isFloating(input.dtype) ? input : input.to(getDefaultDtype());
    const top = foldOne(maxima(t.dtype, t.dtype), t, dims, true, t.dtype);
    // Infinite maxima would give inf - inf.
    const shift = top.isfinite().where(top, 0);
    const out = logSumOfExp(t, shift, dims).add(shift);
    if (keepdim) return out;
    return reshaped(out, out.shape.filter((_, d) => !dims.includes(d)));
  },
});

const powerNorms = foldKernels("normP", {
  init: () => 0,
  combine: x.add,
  scalars: 1,
  value: (a, p) => math.pow(x.abs(a), p!),
  finish: (acc, p) => math.pow(acc, x.div(x.lit(1, p!.type), p!)),
});
/** The norms that need no powers, by p. */
const plainNorms: ReadonlyMap<number, FoldKernels> = new Map([
  [
    2,
    foldKernels("norm2", {
      init: () => 0,
      combine: x.add,
      value: (a) => x.mul(a, a),
      finish: x.sqrt,
    }),
  ],
  [1, foldKernels("norm1", { init: () => 0, combine: x.add, value: x.abs })],
  [
    0,
    foldKernels("norm0", {
      init: () => 0,
      combine: x.add,
      value: (a) => x.cast(x.ne(a, x.lit(0, a.type)), a.type),
    }),
  ],
  [
    Infinity,
    foldKernels("normInf", { init: () => 0, combine: x.max, value: x.abs }),
  ],
  [
    -Infinity,
    foldKernels("normMinusInf", {
      init: () => Infinity,
      combine: x.min,
      value: x.abs,
    }),
  ],
]);

/** `(sum |x|^p)^(1/p)`, with the limits for p = 0 and infinite p. */
export const norm: Op = reduction({
  name: "linalgVectorNorm",
  what: "the norm",
  run(t, dims, keepdim, attrs) {
    const dtype = requireFloating("the norm", t), p = attrs.p as number;
    if (p < 0 || p === Infinity) requireElements("the norm", t, dims);
    const plain = plainNorms.get(p);
    const kernel = (plain ?? powerNorms)(dtype, dtype);
    return foldOne(kernel, t, dims, keepdim, dtype, plain ? [] : [p]);
  },
});
