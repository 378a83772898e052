/**
 * Losses of two tensors of one shape: value and reduction in one kernel. The
 * loss package checks shapes and settings and broadcasts; what depends on
 * elements is checked here.
 *
 * The weights of binary cross-entropies broadcast to the input. A weight may
 * be the number 1, so that one kernel does for losses with and without.
 */

import { type Attrs, defineOp, type Input, type Op } from "../dispatch.ts";
import { type DType, isFloating, resultType } from "../dtype.ts";
import * as x from "../expr.ts";
import type { Expr } from "../expr.ts";
import { type Kernel, laneOf } from "../kernel.ts";
import * as math from "../math/index.ts";
import type { Tensor } from "../tensor.ts";
import { allKernels, findWrong, requireAll } from "./all_hold.ts";
import { allocate, commonDevice, resultStrides, runOver } from "./allocate.ts";
import { fold } from "./fold.ts";
import { pointwise, same } from "./pointwise.ts";

/** How the losses of the elements become the result. */
type Reduction = "none" | "mean" | "sum";

const zero = (a: Expr): Expr => x.lit(0, a.type);
const one = (a: Expr): Expr => x.lit(1, a.type);
const isTensor = (input: Input): input is Tensor => typeof input === "object";

/** The type in which the loss of an input and a target is computed. */
function lossType(name: string, pair: readonly Tensor[]): DType {
  const dtype = resultType(pair.map((t) => ({ dtype: t.dtype, rank: t.ndim })));
  if (isFloating(dtype)) return dtype;
  throw new TypeError(
    `Cannot compute ${name} of ${dtype} tensors: convert them to a floating type first`,
  );
}

/** Makes the op of a loss that each element of the input has by itself. */
function elementwiseLoss(
  name: string,
  /** The loss, of the inputs and then the attributes that `settings` names. */
  loss: (...args: Expr[]) => Expr,
  settings: readonly string[] = [],
  check?: (input: Tensor, target: Tensor) => void,
): Op {
  const kernels = new Map<string, Kernel>();

  function kernelFor(
    inputs: readonly Input[],
    dtype: DType,
    reduced: boolean,
  ): Kernel {
    const key = [reduced, dtype, ...inputs.map((t) => isTensor(t) && t.dtype)]
      .join();
    const known = kernels.get(key);
    if (known) return known;
    const lane = laneOf[dtype];
    const loads: DType[] = [];
    let scalars = 0;
    const args = inputs.map((t) =>
      isTensor(t)
        ? x.cast(x.load(loads.push(t.dtype) - 1, laneOf[t.dtype]), lane)
        : x.scalar(scalars++, lane)
    );
    for (const _ of settings) args.push(x.scalar(scalars++, lane));
    const value = loss(...args), acc = x.acc(0, lane);
    const kernel: Kernel = reduced
      ? {
        name,
        inputs: loads,
        scalars: new Array(scalars + 1).fill(lane),
        reduction: {
          init: [x.lit(0, lane)],
          values: [value],
          step: [x.add(acc, x.consumed(0, lane))],
          merge: [x.add(acc, x.other(0, lane))],
        },
        stores: [{ dtype, value: x.div(acc, x.scalar(scalars, lane)) }],
      }
      : {
        name,
        inputs: loads,
        scalars: new Array(scalars).fill(lane),
        stores: [{ dtype, value }],
      };
    kernels.set(key, kernel);
    return kernel;
  }

  return defineOp({
    name,
    differentiable: true,
    run(inputs: readonly Input[], attrs: Attrs): Tensor {
      const device = commonDevice(`compute ${name} of`, inputs);
      const [input, target] = inputs as [Tensor, Tensor];
      const dtype = lossType(name, [input, target]);
      check?.(input, target);
      const reduction = attrs.reduction as Reduction;
      const kernel = kernelFor(inputs, dtype, reduction !== "none");
      const tensors = inputs.filter(isTensor);
      const scalars = [
        ...inputs.filter((t) => !isTensor(t)).map(Number),
        ...settings.map((key) => attrs[key] as number),
      ];
      if (reduction === "none") {
        const { shape } = input;
        const strides = resultStrides(tensors, shape);
        const out = allocate(device, dtype, shape, strides);
        runOver(device, kernel, shape, [...tensors, out], scalars);
        return out;
      }
      scalars.push(reduction === "mean" ? input.numel : 1);
      const axes = input.shape.map((_, d) => d);
      return fold(device, kernel, tensors, axes, false, [dtype], scalars)[0]!;
    },
  });
}

/** `(x - y)^2` */
export const mseLoss: Op = /* @__PURE__ */ elementwiseLoss(
  "mseLoss",
  (a: Expr, b: Expr) => {
    const d = x.sub(a, b);
    return x.mul(d, d);
  },
);

/** `d^2 / (2 beta)` where `d = |x - y|` is below `beta` (> 0), `d - beta / 2` elsewhere. */
export const smoothL1Loss: Op = /* @__PURE__ */ elementwiseLoss(
  "smoothL1Loss",
  (a: Expr, b: Expr, beta: Expr) => {
    const d = x.abs(x.sub(a, b)), half = x.lit(0.5, a.type);
    return x.select(
      x.lt(d, beta),
      x.div(x.mul(x.mul(half, d), d), beta),
      x.sub(d, x.mul(half, beta)),
    );
  },
  ["beta"],
);

/** `d^2 / 2` where `d = |x - y|` is at most `delta` (> 0), `delta (d - delta / 2)` elsewhere. */
export const huberLoss: Op = /* @__PURE__ */ elementwiseLoss(
  "huberLoss",
  (a: Expr, b: Expr, delta: Expr) => {
    const d = x.abs(x.sub(a, b)), half = x.lit(0.5, a.type);
    return x.select(
      x.le(d, delta),
      x.mul(x.mul(half, d), d),
      x.mul(delta, x.sub(d, x.mul(half, delta))),
    );
  },
  ["delta"],
);

const between = (a: Expr): Expr => x.and(x.ge(a, zero(a)), x.le(a, one(a)));
const probabilities = /* @__PURE__ */ allKernels(
  "probabilities",
  (a: Expr, b: Expr) => x.and(between(a), between(b)),
);

function checkProbabilities(input: Tensor, target: Tensor): void {
  const pair = [input, target];
  requireAll(probabilities(input.dtype, target.dtype), pair, () => {
    const isWrong = (v: number) => !(v >= 0 && v <= 1);
    const wrongInput = findWrong(input, isWrong);
    throw new RangeError(
      `Cannot compute binaryCrossEntropy: expected ${
        wrongInput === undefined ? "a target" : "an input"
      } in [0, 1], got ${wrongInput ?? findWrong(target, isWrong)}`,
    );
  });
}

/** `-w (y log x + (1 - y) log(1 - x))` with logarithms of at least -100. */
export const binaryCrossEntropy: Op = /* @__PURE__ */ elementwiseLoss(
  "binaryCrossEntropy",
  (a: Expr, y: Expr, w: Expr) => {
    const least = x.lit(-100, a.type);
    const logs = x.add(
      x.mul(y, x.max(math.log(a), least)),
      x.mul(x.sub(one(y), y), x.max(math.log1p(x.neg(a)), least)),
    );
    return x.neg(x.mul(w, logs));
  },
  [],
  checkProbabilities,
);

/**
 * `-w (p y log s(x) + (1 - y) log(1 - s(x)))` with the sigmoid s. Of the terms
 * that remain after the logarithms are taken apart, none cancels another and
 * only one grows with the logit, so that infinite logits have their limits.
 */
export const binaryCrossEntropyWithLogits: Op = /* @__PURE__ */ elementwiseLoss(
  "binaryCrossEntropyWithLogits",
  (a: Expr, y: Expr, w: Expr, p: Expr) => {
    const positive = x.mul(p, y), negative = x.sub(one(y), y);
    // 0 times an infinite logit is 0 here.
    const times = (factor: Expr, side: Expr) =>
      x.select(
        x.eq(factor, zero(factor)),
        zero(factor),
        x.mul(factor, x.max(side, zero(side))),
      );
    const near = math.log1p(math.exp(x.neg(x.abs(a))));
    const far = x.add(times(negative, a), times(positive, x.neg(a)));
    return x.mul(w, x.add(far, x.mul(x.add(positive, negative), near)));
  },
);

const nonNegative = /* @__PURE__ */ allKernels(
  "nonNegative",
  (a: Expr) => x.not(x.lt(a, zero(a))),
);

/** `max(variance, eps)`, with the derivative 1 everywhere. */
export const clampVariance: Op = /* @__PURE__ */ pointwise({
  name: "clampVariance",
  types: same,
  node: () => "CloneBackward0",
  expr: x.max,
  check([variance]) {
    const t = variance as Tensor;
    requireAll(nonNegative(t.dtype), [t], () => {
      throw new RangeError(
        `Cannot compute gaussianNllLoss: expected a variance of at least 0, got ${
          findWrong(t, (v) => v < 0)
        }`,
      );
    });
  },
});
