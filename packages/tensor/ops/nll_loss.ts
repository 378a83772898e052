/** The negative log-likelihood of class indices, and its derivative. */

import { type Attrs, defineOp, type Input, type Op } from "../dispatch.ts";
import { type DType, isFloating } from "../dtype.ts";
import * as x from "../expr.ts";
import type { Expr, Lane } from "../expr.ts";
import { type Kernel, laneOf } from "../kernel.ts";
import { countOf } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { allKernels, findWrong, requireAll } from "./all_hold.ts";
import { allocate, commonDevice } from "./allocate.ts";
import { kernelsBy } from "./kernels.ts";

/** Settings of the two ops. */
interface NllAttrs {
  readonly reduction: "none" | "mean" | "sum";
  /** Samples of this class count as 0 and have no weight. */
  readonly ignoreIndex: number;
}

/** The dim of the classes in an input of (C), (N, C) or (N, C, d1, ...). */
const classDim = (rank: number): number => rank === 1 ? 0 : 1;

/** What is not the classes'. */
function withoutClasses(list: readonly number[]): number[] {
  const dim = classDim(list.length);
  return list.filter((_, d) => d !== dim);
}

/** Target strides as if the target had the dims of the input. */
function withClasses(strides: readonly number[], rank: number): number[] {
  const dim = classDim(rank);
  return [...strides.slice(0, dim), 0, ...strides.slice(dim)];
}

const validTargets = /* @__PURE__ */ allKernels(
  "classIndices",
  (y: Expr, classes: Expr, ignored: Expr) => {
    const index = x.cast(y, "i64");
    const inside = x.and(
      x.ge(index, x.lit(0, "i64")),
      x.lt(index, classes),
    );
    return x.or(inside, x.eq(index, ignored));
  },
  ["i64", "i64"],
);

function checkTargets(target: Tensor, classes: number, ignored: number): void {
  requireAll(validTargets(target.dtype), [target], () => {
    const wrong = findWrong(
      target,
      (y) => y !== ignored && !(y >= 0 && y < classes),
    );
    throw new RangeError(
      `Cannot compute the loss: expected class indices in [0, ${
        classes - 1
      }], got ${wrong}`,
    );
  }, [classes, ignored]);
}

/**
 * The kernel of a reduction. Scalars: classes, the ignored index, the strides
 * of the input along the classes and of the weight, and the weight if it is a
 * number.
 */
const lossKernel = /* @__PURE__ */ kernelsBy((
  reduction: NllAttrs["reduction"],
  dtype: DType,
  target: DType,
  weight: DType | null,
): Kernel => {
  const lane = laneOf[dtype];
  const y = x.cast(x.load(1, laneOf[target]), "i64");
  const inside = x.and(
    x.ge(y, x.lit(0, "i64")),
    x.lt(y, x.scalar(0, "i64")),
  );
  // Places outside are never read. Where they could not be refused, they give NaN.
  const place = x.cast(x.select(inside, y, x.lit(0, "i64")), "i32");
  const logProbability = x.loadAt(0, lane, x.mul(place, x.scalar(2, "i32")));
  const w = weight
    ? x.cast(
      x.loadAt(2, laneOf[weight], x.mul(place, x.scalar(3, "i32"))),
      lane,
    )
    : x.scalar(4, lane);
  const used = x.ne(y, x.scalar(1, "i64"));
  const zero = x.lit(0, lane);
  const loss = x.select(
    used,
    x.select(inside, x.neg(x.mul(w, logProbability)), x.lit(NaN, lane)),
    zero,
  );
  const losses = x.acc(0, lane), weights = x.acc(1, lane);
  const base = {
    name: "nllLoss",
    inputs: weight ? [dtype, target, weight] : [dtype, target],
    scalars: weight
      ? ["i64", "i64", "i32", "i32"] as const
      : ["i64", "i64", "i32", "i32", lane] as const,
  };
  return reduction === "none"
    ? { ...base, stores: [{ dtype, value: loss }] }
    : {
      ...base,
      reduction: {
        init: [zero, zero],
        values: [loss, x.select(used, w, zero)],
        step: [
          x.add(losses, x.consumed(0, lane)),
          x.add(weights, x.consumed(1, lane)),
        ],
        merge: [
          x.add(losses, x.other(0, lane)),
          x.add(weights, x.other(1, lane)),
        ],
      },
      stores: [
        {
          dtype,
          value: reduction === "mean" ? x.div(losses, weights) : losses,
        },
        { dtype, value: weights },
      ],
    };
});

/**
 * `-w[y] x[y]` of log-probabilities x of shape (C), (N, C) or (N, C, d1, ...),
 * class indices y without the dim C, and class weights w of shape (C) or the
 * number 1. If reduced, a second result is the sum of the weights that count,
 * by which "mean" divides.
 */
export const nllLoss: Op = /* @__PURE__ */ defineOp({
  name: "nllLoss",
  differentiable: true,
  run(inputs: readonly Input[], attrs: Attrs): Tensor[] {
    const device = commonDevice("compute nllLoss of", inputs);
    const [input, target] = inputs as [Tensor, Tensor];
    const weight = inputs[2] as Tensor | 1;
    const { reduction, ignoreIndex } = attrs as unknown as NllAttrs;
    if (!isFloating(input.dtype)) {
      throw new TypeError(
        `Cannot compute nllLoss of a ${input.dtype} tensor: expected float32 or float64`,
      );
    }
    const dim = classDim(input.ndim), classes = input.shape[dim]!;
    checkTargets(target, classes, ignoreIndex);
    const reduced = reduction !== "none";
    const { dtype } = input;
    const weighted = typeof weight === "object";
    const kernel = lossKernel(
      reduction,
      dtype,
      target.dtype,
      weighted ? weight.dtype : null,
    );
    const outs = reduced
      ? [allocate(device, dtype, []), allocate(device, dtype, [])]
      : [allocate(device, dtype, target.shape)];
    if (target.numel === 0 && !reduced) return outs;
    const still = target.shape.map(() => 0);
    const strides = [
      withoutClasses(input.strides),
      target.strides,
      ...(weighted ? [still] : []),
      ...outs.map((out) => reduced ? still : out.strides),
    ];
    // A kernel needs an axis, even of one element.
    const space = target.ndim > 0
      ? { shape: target.shape, strides }
      : { shape: [1], strides: strides.map(() => [0]) };
    device.run(
      kernel,
      { ...space, reduced: reduced ? space.shape.length : 0 },
      [input, target, ...(weighted ? [weight] : []), ...outs],
      [
        classes,
        ignoreIndex,
        input.strides[dim]!,
        weighted ? weight.strides[0]! : 0,
        ...(weighted ? [] : [weight]),
      ],
    );
    return outs;
  },
});

/** The kernel over (N, C, ...); scalars: the ignored index, then what is a number of weight and total. */
const gradientKernel = /* @__PURE__ */ kernelsBy((
  dtype: DType,
  target: DType,
  weight: DType | null,
  divided: boolean,
  rank: number,
): Kernel => {
  const lane = laneOf[dtype];
  const inputs = [dtype, target], scalars: Lane[] = ["i64"];
  const operand = (type: DType | null) =>
    type
      ? x.cast(x.load(inputs.push(type) - 1, laneOf[type]), lane)
      : x.scalar(scalars.push(lane) - 1, lane);
  const w = operand(weight), total = operand(divided ? dtype : null);
  const y = x.cast(x.load(1, laneOf[target]), "i64");
  const here = x.cast(x.coord(classDim(rank) - rank), "i64");
  return {
    name: "nllLossBackward",
    inputs,
    scalars,
    stores: [{
      dtype,
      value: x.select(
        x.and(x.eq(here, y), x.ne(y, x.scalar(0, "i64"))),
        x.neg(x.div(x.mul(x.load(0, lane), w), total)),
        x.lit(0, lane),
      ),
    }],
  };
});

/**
 * The gradient of {@linkcode nllLoss} with respect to its input, of which
 * `shape` are the sizes: `-g w[y] / total` at the places y and 0 elsewhere.
 * Inputs: the gradient of the result, the class indices, the class weights or
 * 1, and what the reduction divided by, which is 1 but for "mean".
 */
export const nllLossBackward: Op = /* @__PURE__ */ defineOp({
  name: "nllLossBackward",
  differentiable: true,
  run(inputs: readonly Input[], attrs: Attrs): Tensor {
    const device = commonDevice("differentiate nllLoss of", inputs);
    const [g, target] = inputs as [Tensor, Tensor];
    const weight = inputs[2] as Tensor | 1, total = inputs[3] as Tensor | 1;
    const { ignoreIndex } = attrs as unknown as NllAttrs;
    const shape = attrs.shape as readonly number[], rank = shape.length;
    const out = allocate(device, g.dtype, shape);
    if (countOf(shape) === 0) return out;
    const dim = classDim(rank), still = shape.map(() => 0);
    const operands = [g, target];
    const strides = [
      g.ndim === target.ndim ? withClasses(g.strides, rank) : still,
      withClasses(target.strides, rank),
    ];
    const scalars = [ignoreIndex];
    if (typeof weight === "object") {
      operands.push(weight);
      strides.push(still.map((_, d) => d === dim ? weight.strides[0]! : 0));
    } else scalars.push(weight);
    if (typeof total === "object") {
      operands.push(total);
      strides.push(still);
    } else scalars.push(total);
    const kernel = gradientKernel(
      g.dtype,
      target.dtype,
      typeof weight === "object" ? weight.dtype : null,
      typeof total === "object",
      rank,
    );
    // Ordered, as the kernel asks where along the classes it is.
    const space = {
      shape,
      reduced: 0,
      strides: [...strides, out.strides],
      ordered: true,
    };
    device.run(kernel, space, [...operands, out], scalars);
    return out;
  },
});
