/** Matrices in all layouts and their straightforward products, for tests. */

import { assertEquals } from "@std/assert";
import { arrayOf, type TypedArray } from "../dtype.ts";
import { countOf } from "../shape.ts";
import { heapView } from "./device.ts";
import { features } from "./features.ts";
import { heap } from "./heap.ts";
import type { Features } from "./lower.ts";
import { type Addressed, product } from "./product.ts";
import type { Float } from "./tiles.ts";

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
  dtype: Float,
  length: number,
  seed: number,
): TypedArray {
  const out = arrayOf(dtype, length);
  let state = seed;
  for (let i = 0; i < length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    out[i] = ((state >>> 16) % 15) - 7;
  }
  return out;
}

/** How a matrix lies in memory. */
export type Layout = "rows" | "columns" | "gaps" | "backwards";

/** Matrices of whole numbers. */
export function matrices(
  dtype: Float,
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

/** What {@linkcode product} computes. */
export function run(
  dtype: Float,
  m: number,
  k: number,
  n: number,
  batch: readonly number[],
  a: Matrices,
  b: Matrices,
  used: Features = features,
): TypedArray {
  heap.tick();
  const count = countOf(batch) * m * n;
  const out = arrayOf(dtype, count + 4).fill(-1000 as never) as TypedArray;
  const blocks = [a.data, b.data, out].map((d) => heap.allocate(d.byteLength));
  [a.data, b.data, out].forEach((d, i) =>
    heapView(dtype, blocks[i]!.address, d.length).set(d as never)
  );
  const size = out.BYTES_PER_ELEMENT;
  const addressed = (x: Matrices, i: number): Addressed => ({
    row: x.row,
    column: x.column,
    batch: x.batch,
    offset: blocks[i]!.address + size * x.offset,
  });
  const shape = { m, n, k, batch };
  product(
    dtype,
    shape,
    addressed(a, 0),
    addressed(b, 1),
    blocks[2]!.address,
    used,
  );
  out.set(heapView(dtype, blocks[2]!.address, out.length) as never);
  blocks.forEach((block) => heap.free(block));
  for (let i = count; i < count + 4; i++) {
    assertEquals(out[i], -1000, "past the end");
  }
  return out.subarray(0, count);
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
