/**
 * Matrix products on the CPU after Goto and van de Geijn (2008, "Anatomy of
 * high-performance matrix multiplication"): blocks of both operands are packed
 * into panels, and a kernel that keeps a tile of the result in registers runs
 * over them. Packing is a strided copy, so it is an ordinary kernel.
 */

import type { MatrixBinding, ProductShape } from "../device.ts";
import { add, load } from "../expr.ts";
import { type Kernel, laneOf } from "../kernel.ts";
import { countOf } from "../shape.ts";
import { features as ownFeatures } from "./features.ts";
import { type Block, heap } from "./heap.ts";
import { instantiate, launch, type Run } from "./launch.ts";
import type { Features } from "./lower.ts";
import {
  emitTiles,
  type Float,
  itemBytes,
  tileColumns,
  tileRows,
} from "./tiles.ts";

/** Block sizes: rows and depth of a packed A (fits the second-level cache), columns of a packed B. */
const blockRows = 96, blockDepth = 256, blockColumns = 1024;

/** An operand with its address in bytes in place of an element offset. */
export type Addressed = Omit<MatrixBinding, "storage">;

function copyKernel(dtype: Float): Kernel {
  const value = load(0, laneOf[dtype]);
  return {
    name: "copy",
    inputs: [dtype],
    scalars: [],
    stores: [{ dtype, value }],
  };
}
function additionKernel(dtype: Float): Kernel {
  const lane = laneOf[dtype], value = add(load(0, lane), load(1, lane));
  const inputs = [dtype, dtype];
  return { name: "add", inputs, scalars: [], stores: [{ dtype, value }] };
}
const copies = {
  float32: copyKernel("float32"),
  float64: copyKernel("float64"),
};
const additions = {
  float32: additionKernel("float32"),
  float64: additionKernel("float64"),
};

const compiled = new Map<string, Run>();

function tilesFor(dtype: Float, features: Features): Run {
  const key = `${dtype} ${features.relaxed}`;
  let run = compiled.get(key);
  if (!run) {
    run = instantiate(emitTiles(dtype, features, heap.shared));
    compiled.set(key, run);
  }
  return run;
}

/**
 * Packs `rows` x `depth` elements into panels of `width` rows, a panel's
 * elements one depth after the other; the last panel is filled up with zeros.
 */
function pack(
  dtype: Float,
  rows: number,
  depth: number,
  width: number,
  source: number,
  rowStride: number,
  depthStride: number,
  target: number,
): void {
  const full = Math.floor(rows / width), rest = rows % width;
  const size = itemBytes[dtype];
  if (full > 0) {
    launch(copies[dtype], {
      shape: [full, depth, width],
      reduced: 0,
      strides: [
        [width * rowStride, depthStride, rowStride],
        [depth * width, width, 1],
      ],
    }, [source, target]);
  }
  if (rest > 0) {
    const at = target + full * width * depth * size;
    heap.u8.fill(0, at, at + width * depth * size);
    launch(copies[dtype], {
      shape: [depth, rest],
      reduced: 0,
      strides: [[depthStride, rowStride], [width, 1]],
    }, [source + full * width * rowStride * size, at]);
  }
}

/**
 * `out = a @ b` for row-major `out` and addresses in bytes; no size may be 0
 * and all operands must be in the heap.
 */
export function product(
  dtype: Float,
  shape: ProductShape,
  a: Addressed,
  b: Addressed,
  out: number,
  features: Features = ownFeatures,
): void {
  const size = itemBytes[dtype];
  const { m, n, k, batch } = shape;
  const work = new Product(dtype, m, n, k, features);
  const count = countOf(batch);
  const index = batch.map(() => 0);
  try {
    for (let at = 0; at < count; at++) {
      let offsetA = a.offset, offsetB = b.offset;
      index.forEach((i, axis) => {
        offsetA += size * i * a.batch[axis]!;
        offsetB += size * i * b.batch[axis]!;
      });
      work.run(
        { ...a, offset: offsetA },
        { ...b, offset: offsetB },
        out + size * at * m * n,
      );
      for (let axis = batch.length - 1; axis >= 0; axis--) {
        if (++index[axis]! < batch[axis]!) break;
        index[axis] = 0;
      }
    }
  } finally {
    work.free();
  }
}

/** Products of one shape, and the memory that their panels are packed into. */
class Product {
  readonly #dtype: Float;
  readonly #m: number;
  readonly #n: number;
  readonly #k: number;
  readonly #size: number;
  /** Columns of a tile. */
  readonly #columns: number;
  readonly #tiles: Run;
  readonly #memory: Block;
  /** Addresses of the packed panels and of a buffer for tiles that reach past the edges. */
  readonly #packedA: number;
  readonly #packedB: number;
  readonly #edge: number;

  constructor(
    dtype: Float,
    m: number,
    n: number,
    k: number,
    features: Features,
  ) {
    const size = itemBytes[dtype], columns = tileColumns(dtype);
    this.#dtype = dtype;
    this.#m = m;
    this.#n = n;
    this.#k = k;
    this.#size = size;
    this.#columns = columns;
    this.#tiles = tilesFor(dtype, features);
    const up = (x: number, to: number) => Math.ceil(x / to) * to;
    const depth = Math.min(k, blockDepth);
    const rows = Math.min(up(m, tileRows), blockRows);
    const width = Math.min(up(n, columns), blockColumns);
    const edge = Math.max(tileRows * width, rows * columns);
    this.#memory = heap.allocate(size * (depth * (rows + width) + edge));
    this.#packedA = heap.touch(this.#memory);
    this.#packedB = this.#packedA + size * depth * rows;
    this.#edge = this.#packedB + size * depth * width;
  }

  free(): void {
    heap.free(this.#memory);
  }

  /** `c = a @ b` */
  run(a: Addressed, b: Addressed, c: number): void {
    const dtype = this.#dtype, size = this.#size;
    for (let j = 0; j < this.#n; j += blockColumns) {
      const nb = Math.min(blockColumns, this.#n - j);
      for (let p = 0; p < this.#k; p += blockDepth) {
        const kb = Math.min(blockDepth, this.#k - p);
        const fromB = b.offset + size * (p * b.row + j * b.column);
        pack(
          dtype,
          nb,
          kb,
          this.#columns,
          fromB,
          b.column,
          b.row,
          this.#packedB,
        );
        for (let i = 0; i < this.#m; i += blockRows) {
          const mb = Math.min(blockRows, this.#m - i);
          const fromA = a.offset + size * (i * a.row + p * a.column);
          pack(dtype, mb, kb, tileRows, fromA, a.row, a.column, this.#packedA);
          this.#multiply(mb, nb, kb, c + size * (i * this.#n + j), p > 0);
        }
      }
    }
  }

  /** One block: whole tiles go straight to C, those at its edges through a buffer. */
  #multiply(
    mb: number,
    nb: number,
    kb: number,
    c: number,
    adds: boolean,
  ): void {
    const size = this.#size, columns = this.#columns, n = this.#n;
    const rowPanels = Math.floor(mb / tileRows), rowRest = mb % tileRows;
    const panels = Math.floor(nb / columns), rest = nb % columns;
    const edgeB = this.#packedB + size * kb * columns * panels;
    const edgeA = this.#packedA + size * kb * tileRows * rowPanels;
    if (panels > 0 && rowPanels > 0) {
      this.#run(
        rowPanels,
        kb,
        panels,
        this.#packedA,
        this.#packedB,
        c,
        n,
        adds,
      );
    }
    if (rest > 0 && rowPanels > 0) {
      this.#run(
        rowPanels,
        kb,
        1,
        this.#packedA,
        edgeB,
        this.#edge,
        columns,
        false,
      );
      const to = c + size * panels * columns;
      this.#put(rowPanels * tileRows, rest, columns, to, adds);
    }
    if (rowRest > 0) {
      const all = panels + (rest > 0 ? 1 : 0);
      this.#run(
        1,
        kb,
        all,
        edgeA,
        this.#packedB,
        this.#edge,
        all * columns,
        false,
      );
      const to = c + size * n * rowPanels * tileRows;
      this.#put(rowRest, nb, all * columns, to, adds);
    }
  }

  /** Runs the kernel for tiles; `stride` is the elements per row of C. */
  #run(
    rowPanels: number,
    depth: number,
    panels: number,
    a: number,
    b: number,
    c: number,
    stride: number,
    adds: boolean,
  ): void {
    const words = heap.i32, at = heap.args >> 2;
    words[at] = depth;
    words[at + 1] = panels;
    words[at + 2] = a;
    words[at + 3] = b;
    words[at + 4] = c;
    words[at + 5] = stride * this.#size;
    words[at + 6] = adds ? 1 : 0;
    this.#tiles(heap.args, 0, rowPanels);
  }

  /** Copies (or adds) the valid part of the edge buffer to C. */
  #put(
    rows: number,
    columns: number,
    stride: number,
    to: number,
    adds: boolean,
  ): void {
    const from = [stride, 1], into = [this.#n, 1];
    const space = { shape: [rows, columns], reduced: 0 };
    if (adds) {
      launch(
        additions[this.#dtype],
        { ...space, strides: [from, into, into] },
        [
          this.#edge,
          to,
          to,
        ],
      );
    } else {
      launch(copies[this.#dtype], { ...space, strides: [from, into] }, [
        this.#edge,
        to,
      ]);
    }
  }
}
