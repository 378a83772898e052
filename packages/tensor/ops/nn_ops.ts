/** Operations of layers: row lookup, layer normalization, the learned leaky ReLU. */

import { type Attrs, defineOp, type Input, type Op } from "../dispatch.ts";
import { type DType, isFloating } from "../dtype.ts";
import * as x from "../expr.ts";
import type { Expr } from "../expr.ts";
import { laneOf } from "../kernel.ts";
import { sameShape, showShape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { allocate, commonDevice, runOver } from "./allocate.ts";
import { fold, foldCount, foldOne } from "./fold.ts";
import { checkWithin } from "./index_kernel.ts";
import { kernelsBy } from "./kernels.ts";
import { floating, pointwise } from "./pointwise.ts";
import { hasMoments, moments, normMoments } from "./moments.ts";
import { means } from "./reduce.ts";

/** Copies element `j` of the row that the index names; the scalar is the distance of rows. */
const lookups = /* @__PURE__ */ kernelsBy((dtype: DType, indexType: DType) => {
  const row = x.cast(x.load(1, laneOf[indexType]), "i32");
  return {
    name: "embedding",
    inputs: [dtype, indexType],
    scalars: ["i32"],
    stores: [{
      dtype,
      value: x.loadAt(0, laneOf[dtype], x.mul(row, x.scalar(0, "i32"))),
    }],
  };
});

function checkRows(indices: Tensor, rows: number): void {
  if (indices.dtype !== "int32" && indices.dtype !== "int64") {
    throw new TypeError(
      `Cannot look up rows: expected int32 or int64 indices, got ${indices.dtype}`,
    );
  }
  checkWithin("look up rows", indices, 0, rows);
}

/**
 * The rows of a matrix that `indices` lists. Its derivative takes `paddingIdx`,
 * a row that gets no gradient, and `scaleGradByFreq`.
 */
export const embedding: Op = /* @__PURE__ */ defineOp({
  name: "embedding",
  differentiable: true,
  run(inputs, attrs: Attrs): Tensor {
    const weight = inputs[0] as Tensor, indices = attrs.indices as Tensor;
    const device = commonDevice("look up rows", [weight, indices]);
    if (weight.ndim !== 2) {
      throw new TypeError(
        `Cannot look up rows: expected a matrix, got ${
          showShape(weight.shape)
        }`,
      );
    }
    const [rows, columns] = weight.shape as [number, number];
    checkRows(indices, rows);
    const shape = [...indices.shape, columns];
    const out = allocate(device, weight.dtype, shape);
    if (out.numel === 0) return out;
    const space = {
      shape,
      reduced: 0,
      strides: [
        [...indices.shape.map(() => 0), weight.strides[1]!],
        [...indices.strides, 0],
        out.strides,
      ],
    };
    const kernel = lookups(weight.dtype, indices.dtype);
    device.run(kernel, space, [weight, indices, out], [weight.strides[0]!]);
    return out;
  },
});

/**
 * What the rounding of the mean lost, which is the mean distance from it, and
 * the root of the variance plus a number (Chan, Golub and LeVeque, "Algorithms
 * for computing the sample variance", 1983). The scalars are the count and the
 * number.
 */
const roots = /* @__PURE__ */ kernelsBy((dtype: DType) => {
  const lane = laneOf[dtype];
  const d = x.sub(x.load(0, lane), x.load(1, lane));
  const values = [d, x.mul(d, d)];
  const lost = x.div(x.acc(0, lane), x.scalar(0, lane));
  const squares = x.div(x.acc(1, lane), x.scalar(0, lane));
  const variance = x.sub(squares, x.mul(lost, lost)), zero = x.lit(0, lane);
  // Rounding may leave less than nothing of equal elements.
  const spread = x.select(x.lt(variance, zero), zero, variance);
  const root = x.sqrt(x.add(spread, x.scalar(1, lane)));
  return {
    name: "layerNormRoot",
    inputs: [dtype, dtype],
    scalars: [lane, lane],
    reduction: {
      init: values.map(() => x.lit(0, lane)),
      values,
      step: values.map((_, i) => x.add(x.acc(i, lane), x.consumed(i, lane))),
      merge: values.map((_, i) => x.add(x.acc(i, lane), x.other(i, lane))),
    },
    stores: [{ dtype, value: lost }, { dtype, value: root }],
  };
});

/** `(x - mean - lost) / root * weight + bias` */
const norms = /* @__PURE__ */ kernelsBy((
  dtype: DType,
  weighted: boolean,
  biased: boolean,
) => {
  const lane = laneOf[dtype];
  const inputs: DType[] = [];
  const next = (): Expr => x.load(inputs.push(dtype) - 1, lane);
  const a = next(), mean = next(), lost = next(), root = next();
  let value = x.div(x.sub(x.sub(a, mean), lost), root);
  if (weighted) value = x.mul(value, next());
  if (biased) value = x.add(value, next());
  return {
    name: "layerNorm",
    inputs,
    scalars: [],
    stores: [{ dtype, value }],
  };
});

/** The mean, what its rounding lost, and the root of the variance plus `eps`. */
function measure(t: Tensor, dims: number[], eps: number): readonly Tensor[] {
  const { dtype } = t, count = foldCount(t.shape, dims);
  if (hasMoments(t)) return moments(normMoments, t, dims, true, count, eps);
  const mean = foldOne(means(dtype, dtype), t, dims, true, dtype, [count]);
  const pair = [t, mean], scalars = [count, eps];
  const types = [dtype, dtype];
  return [
    mean,
    ...fold(t.backend, roots(dtype), pair, dims, true, types, scalars),
  ];
}

function checkNorm(
  input: Tensor,
  affine: readonly Tensor[],
  shape: readonly number[],
): void {
  if (!isFloating(input.dtype)) {
    throw new TypeError(
      `Cannot normalize a ${input.dtype} tensor: convert it to a floating type first`,
    );
  }
  const last = input.shape.slice(Math.max(0, input.ndim - shape.length));
  if (shape.length === 0 || !sameShape(last, shape)) {
    throw new TypeError(
      `Cannot normalize over the last dims: expected an input of shape [*, ${
        shape.join(", ")
      }], got ${showShape(input.shape)}`,
    );
  }
  for (const t of affine) {
    if (sameShape(t.shape, shape) && t.dtype === input.dtype) continue;
    throw new TypeError(
      `Cannot normalize: expected weight and bias of shape ${
        showShape(shape)
      } and type ${input.dtype}, got ${showShape(t.shape)} and ${t.dtype}`,
    );
  }
}

/**
 * Mean 0 and variance 1 over the last dims, whose sizes `normalizedShape` gives,
 * then times `weight` plus `bias`, which are the numbers 1 and 0 if absent.
 */
export const nativeLayerNorm: Op = /* @__PURE__ */ defineOp({
  name: "nativeLayerNorm",
  differentiable: true,
  run(inputs: readonly Input[], attrs: Attrs): Tensor {
    const device = commonDevice("normalize", inputs);
    const [input, ...affine] = inputs.filter((t) => typeof t === "object") as [
      Tensor,
      ...Tensor[],
    ];
    const shape = attrs.normalizedShape as readonly number[];
    checkNorm(input, affine, shape);
    const { dtype } = input;
    const out = allocate(device, dtype, input.shape);
    if (out.numel === 0) return out;
    const dims = shape.map((_, i) => input.ndim - shape.length + i);
    const measured = measure(input, dims, attrs.eps as number);
    runOver(
      device,
      norms(
        dtype,
        typeof inputs[1] === "object",
        typeof inputs[2] === "object",
      ),
      input.shape,
      [input, ...measured, ...affine, out],
    );
    return out;
  },
});

/** x where positive, `weight * x` elsewhere; the weight is learned. */
export const preluKernel: Op = /* @__PURE__ */ pointwise({
  name: "preluKernel",
  types: floating,
  expr: (a: Expr, weight: Expr) =>
    x.select(x.gt(a, x.lit(0, a.type)), a, x.mul(weight, a)),
});
