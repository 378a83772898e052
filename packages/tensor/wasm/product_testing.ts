/** Matrices in all layouts and their straightforward products, for tests. */

import { assertEquals } from "@std/assert";
import { arrayOf, type TypedArray } from "../dtype.ts";
import { countOf } from "../shape.ts";
import { heapView } from "./device.ts";
import { features as ownFeatures } from "./features.ts";
import { heap } from "./heap.ts";
import type { Features } from "./lower.ts";
import { product } from "./product.ts";
import {
  planProduct,
  type ProductOperand,
  type ProductPlan,
} from "./product/plan.ts";
import type { Multiplied } from "./tiles.ts";

/** A matrix, or a batch of them, as elements and strides. */
export interface Matrices {
  readonly data: TypedArray;
  readonly row: number;
  readonly column: number;
  readonly batch: readonly number[];
  readonly offset: number;
}

/** Small whole numbers, whose products and sums are exact. */
export function wholeNumbers(
  dtype: Multiplied,
  length: number,
  seed: number,
): TypedArray {
  const out = arrayOf(dtype, length);
  let state = seed;
  for (let i = 0; i < length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    const value = ((state >>> 16) % 15) - 7;
    out[i] = (dtype === "int64" ? BigInt(value) : value) as never;
  }
  return out;
}

/** How a matrix lies in memory. */
export type Layout = "rows" | "columns" | "gaps" | "backwards";

/** Matrices of whole numbers. */
export function matrices(
  dtype: Multiplied,
  rows: number,
  columns: number,
  batch: readonly number[],
  layout: Layout,
  seed: number,
): Matrices {
  const gap = layout === "gaps" ? 3 : 0, spread = layout === "gaps" ? 2 : 1;
  const row = layout === "columns" ? spread : spread * (columns + gap);
  const column = layout === "columns" ? spread * (rows + gap) : spread;
  let step = spread *
    (layout === "columns" ? columns * (rows + gap) : rows * (columns + gap));
  const strides = batch.map(() => 0);
  for (let a = batch.length - 1; a >= 0; a--) {
    strides[a] = step;
    step *= batch[a]!;
  }
  const data = wholeNumbers(dtype, step + 5, seed);
  if (layout !== "backwards") {
    return { data, row, column, batch: strides, offset: 0 };
  }
  const offset = (rows - 1) * row + (columns - 1) * column;
  return { data, row: -row, column: -column, batch: strides, offset };
}

/** Sizes of the matrices of a product. */
export type Sizes = readonly [m: number, k: number, n: number];

/** How {@linkcode run} computes a product. */
export interface RunOptions {
  readonly batch?: readonly number[];
  readonly features?: Features;
  /** Runs the calls of a plan; {@linkcode product} itself if left out. */
  readonly execute?: (
    plan: ProductPlan,
    addresses: Readonly<Record<ProductOperand, number>>,
  ) => void;
}

/** What {@linkcode product} computes. */
export function run(
  dtype: Multiplied,
  [m, k, n]: Sizes,
  a: Matrices,
  b: Matrices,
  options: RunOptions = {},
): TypedArray {
  const { batch = [], features = ownFeatures, execute } = options;
  heap.tick();
  const count = countOf(batch) * m * n, past = dtype === "int64" ? -9n : -9;
  const out = arrayOf(dtype, count + 4).fill(past as never) as TypedArray;
  const blocks = [a.data, b.data, out].map((d) => heap.allocate(d.byteLength));
  [a.data, b.data, out].forEach((d, i) =>
    heapView(dtype, blocks[i]!.address, d.length).set(d as never)
  );
  const size = out.BYTES_PER_ELEMENT;
  const [atA, atB] = [a, b].map((x, i) => blocks[i]!.address + size * x.offset);
  const at = blocks[2]!.address, shape = { m, n, k, batch };
  if (execute) {
    const plan = planProduct(dtype, shape, a, b, features);
    const scratch = heap.allocate(plan.scratchBytes + 1);
    blocks.push(scratch);
    execute(plan, { a: atA!, b: atB!, out: at, scratch: scratch.address });
  } else {
    const addressed = (x: Matrices, offset: number) => ({ ...x, offset });
    product(dtype, shape, addressed(a, atA!), addressed(b, atB!), at, features);
  }
  out.set(heapView(dtype, at, out.length) as never);
  blocks.forEach((block) => heap.free(block));
  for (let i = count; i < count + 4; i++) {
    assertEquals(out[i], past, "past the end");
  }
  return out.subarray(0, count);
}

/** The matrices of a batch, which are numbered along its last axis first: where each begins. */
export function offsetsOf(x: Matrices, batch: readonly number[]): number[] {
  return batch.reduce(
    (offsets, size, axis) =>
      offsets.flatMap((at) =>
        Array.from({ length: size }, (_, i) => at + i * x.batch[axis]!)
      ),
    [x.offset],
  );
}

/** Throws unless the product of whole numbers that lie as told is exact. */
export function assertProduct(
  dtype: Multiplied,
  sizes: Sizes,
  layouts: readonly [Layout, Layout] = ["rows", "rows"],
  options: RunOptions = {},
): void {
  const [m, k, n] = sizes, { batch = [] } = options;
  const a = matrices(dtype, m, k, batch, layouts[0], 1);
  const b = matrices(dtype, k, n, batch, layouts[1], 2);
  assertExact(dtype, sizes, a, b, options);
}

/** Throws unless the product of `a` and `b` is exact. */
export function assertExact(
  dtype: Multiplied,
  sizes: Sizes,
  a: Matrices,
  b: Matrices,
  options: RunOptions = {},
): void {
  const { batch = [], features = ownFeatures } = options;
  const found = run(dtype, sizes, a, b, options);
  const atB = offsetsOf(b, batch);
  const [left, right] = [a, b].map(({ data, ...rest }) => ({
    ...rest,
    data: Float64Array.from(data as Int32Array, Number),
  }));
  const want = offsetsOf(a, batch).flatMap((at, i) =>
    naive(...sizes, left!, right!, at, atB[i]!)
  );
  assertEquals(found.length, want.length);
  for (let i = 0; i < want.length; i++) {
    if (Number(found[i]) === want[i]) continue;
    throw new Error(
      `${dtype} ${sizes} batch ${batch} relaxed ${features.relaxed} strides ${[
        a.row,
        a.column,
        b.row,
        b.column,
      ]}: element ${i} is ${found[i]}, not ${want[i]}`,
    );
  }
}

/** The product in float64, one element after the other. */
export function naive(
  m: number,
  k: number,
  n: number,
  a: Matrices,
  b: Matrices,
  atA = a.offset,
  atB = b.offset,
): number[] {
  const out: number[] = [];
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      let sum = 0;
      for (let p = 0; p < k; p++) {
        sum += Number(a.data[atA + i * a.row + p * a.column]) *
          Number(b.data[atB + p * b.row + j * b.column]);
      }
      out.push(sum);
    }
  }
  return out;
}
