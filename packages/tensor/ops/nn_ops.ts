/** Operations of layers: row lookup, layer normalization, the learned leaky ReLU. */

import { type Attrs, defineOp, type Input, type Op } from "../dispatch.ts";
import { type DType, isFloating } from "../dtype.ts";
import * as x from "../expr.ts";
import type { Expr } from "../expr.ts";
import { type Kernel, laneOf } from "../kernel.ts";
import { collapse, countOf, sameShape, showShape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { allocate, commonDevice, runOver } from "./allocate.ts";
import { fold, foldOne } from "./fold.ts";
import { checkWithin } from "./index_kernel.ts";
import { floating, pointwise } from "./pointwise.ts";
import { means, variances } from "./reduce.ts";

const lookups = new Map<string, Kernel>();

/** Copies element `j` of the row that the index names; the scalar is the distance of rows. */
function lookupKernel(dtype: DType, indexType: DType): Kernel {
  const key = `${dtype} ${indexType}`;
  const known = lookups.get(key);
  if (known) return known;
  const row = x.cast(x.load(1, laneOf[indexType]), "i32");
  const kernel: Kernel = {
    name: "embedding",
    inputs: [dtype, indexType],
    scalars: ["i32"],
    stores: [{
      dtype,
      value: x.loadAt(0, laneOf[dtype], x.mul(row, x.scalar(0, "i32"))),
    }],
  };
  lookups.set(key, kernel);
  return kernel;
}

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
export const embedding: Op = defineOp({
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
    const space = collapse({
      shape,
      reduced: 0,
      strides: [
        [...indices.shape.map(() => 0), weight.strides[1]!],
        [...indices.strides, 0],
        out.strides,
      ],
    });
    const kernel = lookupKernel(weight.dtype, indices.dtype);
    device.run(kernel, space, [weight, indices, out], [weight.strides[0]!]);
    return out;
  },
});

const norms = new Map<string, Kernel>();

/** `(x - mean) / sqrt(variance + eps) * weight + bias` */
function normKernel(dtype: DType, weighted: boolean, biased: boolean): Kernel {
  const key = `${dtype} ${weighted} ${biased}`;
  const known = norms.get(key);
  if (known) return known;
  const lane = laneOf[dtype];
  const inputs: DType[] = [];
  const next = (): Expr => x.load(inputs.push(dtype) - 1, lane);
  const a = next(), mean = next(), variance = next();
  const root = x.sqrt(x.add(variance, x.scalar(0, lane)));
  let value = x.div(x.sub(a, mean), root);
  if (weighted) value = x.mul(value, next());
  if (biased) value = x.add(value, next());
  const kernel: Kernel = {
    name: "layerNorm",
    inputs,
    scalars: [lane],
    stores: [{ dtype, value }],
  };
  norms.set(key, kernel);
  return kernel;
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
export const nativeLayerNorm: Op = defineOp({
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
    const count = countOf(shape);
    const mean = foldOne(means(dtype, dtype), input, dims, true, dtype, [
      count,
    ]);
    const kernel = variances(dtype, dtype);
    const variance = fold(device, kernel, [input, mean], dims, true, [dtype], [
      count,
    ])[0]!;
    runOver(
      device,
      normKernel(
        dtype,
        typeof inputs[1] === "object",
        typeof inputs[2] === "object",
      ),
      input.shape,
      [input, mean, variance, ...affine, out],
      [attrs.eps as number],
    );
    return out;
  },
});

/** x where positive, `weight * x` elsewhere; the weight is learned. */
export const preluKernel: Op = pointwise({
  name: "preluKernel",
  types: floating,
  expr: (a: Expr, weight: Expr) =>
    x.select(x.gt(a, x.lit(0, a.type)), a, x.mul(weight, a)),
});
