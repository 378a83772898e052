/** Matrix products. Devices have code of their own for large ones; the rest are folds over a product of two loads. */

import { type Attrs, defineOp, type Op } from "../dispatch.ts";
import type { Device, ProductShape } from "../device.ts";
import { type DType, unequalTypes } from "../dtype.ts";
import * as x from "../expr.ts";
import { type Kernel, laneOf } from "../kernel.ts";
import {
  broadcastShapes,
  broadcastStrides,
  countOf,
  showShape,
} from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { allocate, commonDevice, reshaped } from "./allocate.ts";
import { foldKernels } from "./fold.ts";

const productSums = foldKernels("product", {
  arity: 2,
  init: () => 0,
  combine: x.add,
  value: (a, b) => x.mul(a, b!),
});

const outerKernels = new Map<DType, Kernel>();

/** Products of columns with rows, which have one term each. */
function outerKernel(dtype: DType): Kernel {
  let kernel = outerKernels.get(dtype);
  if (!kernel) {
    const lane = laneOf[dtype];
    const term = x.mul(x.load(0, lane), x.load(1, lane));
    // A sum of no negative zeros begins with 0.
    const value = x.add(term, x.lit(0, lane));
    kernel = {
      name: "product",
      inputs: [dtype, dtype],
      scalars: [],
      stores: [{ dtype, value }],
    };
    outerKernels.set(dtype, kernel);
  }
  return kernel;
}

/** Multiplications of a whole batch, and of each of its products, from which tiles are faster on the CPU. */
const tilesFrom = 4096, eachFrom = 256;
/** The same for WebGPU. */
const tilesFromThere = 32 * 32 * 32;

/**
 * Whether the device's own product is faster than a fold. Where both operands
 * lie along the inner dim, folds read them as they are while tiles have to
 * turn them round, which pays only if every element is used often enough.
 */
function prefersTiles(
  device: Device,
  { m, n, k, batch }: ProductShape,
  alongInner: boolean,
): boolean {
  const each = m * n * k;
  if (device.name === "webgpu") {
    return m >= 4 && n >= 4 && each >= tilesFromThere;
  }
  if (each < eachFrom || each * countOf(batch) < tilesFrom) return false;
  return !(alongInner && k >= 16 && m * n < 3 * (m + n));
}

function refuse(name: string, a: Tensor, b: Tensor, why: string): never {
  throw new TypeError(
    `Cannot ${name} as ${why}: got ${showShape(a.shape)} and ${
      showShape(b.shape)
    }`,
  );
}

function checkTypes(name: string, a: Tensor, b: Tensor): DType {
  if (a.dtype !== b.dtype) {
    throw new TypeError(
      `Cannot ${name} as ${unequalTypes(a.dtype, b.dtype)}`,
    );
  }
  if (a.dtype === "bool") {
    throw new TypeError(`Cannot ${name} of bool tensors: convert them first`);
  }
  return a.dtype;
}

/** Writes `a @ b` over the last two dims, with broadcast batch dims, into a new row-major tensor. */
function multiply(name: string, a: Tensor, b: Tensor): Tensor {
  const device = commonDevice(name, [a, b]);
  const dtype = checkTypes(name, a, b);
  const m = a.shape[a.ndim - 2]!, k = a.shape[a.ndim - 1]!;
  const n = b.shape[b.ndim - 1]!;
  if (b.shape[b.ndim - 2] !== k) {
    refuse(name, a, b, "inner dimensions must match");
  }
  const batch = broadcastShapes(name, [
    a.shape.slice(0, -2),
    b.shape.slice(0, -2),
  ]);
  const out = allocate(device, dtype, [...batch, m, n]);
  if (out.numel === 0) return out;
  const batchOf = (t: Tensor) =>
    broadcastStrides(t.shape.slice(0, -2), t.strides.slice(0, -2), batch);
  const [rowA, columnA] = matrixStrides(a), [rowB, columnB] = matrixStrides(b);
  const shape = { m, n, k, batch };
  const alongInner = columnA === 1 && rowB === 1;
  const tiles = k > 1 && device.multiplies(dtype);
  if (tiles && prefersTiles(device, shape, alongInner)) {
    device.product(
      dtype,
      shape,
      {
        storage: a.storage,
        offset: a.offset,
        row: rowA,
        column: columnA,
        batch: batchOf(a),
      },
      {
        storage: b.storage,
        offset: b.offset,
        row: rowB,
        column: columnB,
        batch: batchOf(b),
      },
      out,
    );
    return out;
  }
  const folded = k === 1 ? [] : [k];
  const space = {
    shape: [...batch, m, n, ...folded],
    reduced: folded.length,
    strides: [
      [...batchOf(a), rowA, 0, ...folded.map(() => columnA)],
      [...batchOf(b), 0, columnB, ...folded.map(() => rowB)],
      [...out.strides, ...folded.map(() => 0)],
    ],
  };
  const kernel = k === 1 ? outerKernel(dtype) : productSums(dtype, dtype);
  device.run(kernel, space, [a, b, out], []);
  return out;
}

/** Strides of rows and columns. */
function matrixStrides(t: Tensor): [number, number] {
  return [t.strides[t.ndim - 2]!, t.strides[t.ndim - 1]!];
}

function requireDims(
  name: string,
  a: Tensor,
  b: Tensor,
  dimsA: number,
  dimsB: number,
): void {
  if (a.ndim !== dimsA || b.ndim !== dimsB) {
    refuse(name, a, b, `it takes ${dimsA} and ${dimsB} dims`);
  }
}

function productOp(
  name: string,
  dimsA: number,
  dimsB: number,
  action: string,
): Op {
  return defineOp({
    name,
    differentiable: true,
    run(inputs): Tensor {
      const [a, b] = inputs as [Tensor, Tensor];
      requireDims(action, a, b, dimsA, dimsB);
      const left = dimsA === 1 ? a.detach().unsqueeze(0) : a.detach();
      const right = dimsB === 1 ? b.detach().unsqueeze(1) : b.detach();
      if (dimsA === 3 && a.shape[0] !== b.shape[0]) {
        refuse(action, a, b, "batch sizes must match");
      }
      const out = multiply(action, left, right);
      const shape = out.shape.filter((_, d) =>
        !(dimsA === 1 && d === out.ndim - 2) &&
        !(dimsB === 1 && d === out.ndim - 1)
      );
      return shape.length === out.ndim ? out : reshaped(out, shape);
    },
  });
}

/** The product of two matrices. */
export const mm: Op = productOp("mm", 2, 2, "multiply matrices");
/** The products of two batches of matrices of one size. */
export const bmm: Op = productOp("bmm", 3, 3, "multiply batches of matrices");
/** The product of a matrix and a vector. */
export const mv: Op = productOp("mv", 2, 1, "multiply a matrix and a vector");
/** The inner product of two vectors. */
export const dot: Op = productOp("dot", 1, 1, "multiply vectors");

/** `beta * input + alpha * (a @ b)`; `input` broadcasts. */
export const addmm: Op = defineOp({
  name: "addmm",
  differentiable: true,
  run(inputs, attrs: Attrs): Tensor {
    const [input, a, b] = (inputs as Tensor[]).map((t) => t.detach()) as [
      Tensor,
      Tensor,
      Tensor,
    ];
    requireDims("multiply matrices", a, b, 2, 2);
    commonDevice("multiply matrices", inputs);
    checkTypes("add a product of matrices", input, a);
    const beta = attrs.beta as number ?? 1, alpha = attrs.alpha as number ?? 1;
    const added = input.expand([a.shape[0]!, b.shape[1]!]);
    const out = multiply("multiply matrices", a, b);
    if (alpha !== 1) out.mul_(alpha);
    // Not even NaN comes through a factor of 0.
    if (beta === 0) return out;
    return out.add_(beta === 1 ? added : added.mul(beta));
  },
});

/** Batched product of operands with at least two dims each; batch dims broadcast. */
export const matmulBatched: Op = defineOp({
  name: "matmul",
  differentiable: true,
  run(inputs): Tensor {
    const [a, b] = inputs as [Tensor, Tensor];
    return multiply("multiply matrices", a, b);
  },
});
