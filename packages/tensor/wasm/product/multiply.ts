/**
 * The function that multiplies matrices, after Goto and van de Geijn (2008,
 * "Anatomy of high-performance matrix multiplication"): the result is cut into
 * blocks, which are independent of each other, and those into tiles, which
 * stay in registers while the product runs over a stretch of the inner dim.
 */

import { FunctionBuilder, i32 } from "../assembler.ts";
import type { Features } from "../lower.ts";
import { forms, lanesOf, type Multiplied } from "../tiles.ts";
import { emitBatch } from "./batch.ts";
import { constant, Integers } from "./integers.ts";
import { overhang, Packing } from "./pack.ts";
import type { Block } from "./place.ts";
import { Strips } from "./strips.ts";

/** Terms that are summed before they are added to the result. */
export const blockDepth = 256;
/** Rows of a block at most. */
export const mostRows = 96;

/** Words of the arguments of {@linkcode emitMultiply}; strides are in bytes. */
export const words = {
  a: 0,
  b: 1,
  out: 2,
  m: 3,
  n: 4,
  k: 5,
  rowA: 6,
  columnA: 7,
  /** From one depth of B to the next. */
  rowB: 8,
  /** From one column of B to the next, if B is packed on the way. */
  columnB: 9,
  /** From one strip of columns to the next. */
  stripB: 10,
  rowOut: 11,
  columnOut: 12,
  matrixOut: 13,
  /** Sizes of a block, and blocks down and across a matrix. */
  blockRows: 14,
  blockColumns: 15,
  blocksDown: 16,
  blocksAcross: 17,
  /** Whether A and B are packed on the way. */
  packsA: 18,
  packsB: 19,
  /** Batch axes with strides of A and B, see {@linkcode emitBatch}. */
  batch: 20,
} as const;

/**
 * Where in a thread's scratch memory the packed blocks are; before them there
 * is room for a tile. For elements of 8 bytes all of it takes 225 KiB.
 */
function layout(size: number): { a: number; b: number } {
  const a = 256;
  return { a, b: a + mostRows * blockDepth * size + overhang };
}

/**
 * Emits `run(args, begin, end)`, which computes blocks of a batch of products
 * `[m, k] @ [k, n]` with tiles of up to `rows` rows. Blocks are numbered along
 * the rows of a matrix; no element depends on how they are shared.
 *
 * Elements of A that are neighbours in a column must lie next to each other
 * unless A is packed or has one row, those of B that are neighbours in a row
 * unless B is packed. Tiles may follow each other along rows, `across`: then
 * blocks do not pack B. The function imports the address of its scratch memory.
 */
export function emitMultiply(
  dtype: Multiplied,
  rows: number,
  across: boolean,
  features: Features,
): FunctionBuilder {
  return new Multiply(dtype, rows, across, features).emit();
}

class Multiply {
  readonly #f = new FunctionBuilder([i32, i32, i32]);
  readonly #int = new Integers(this.#f);
  readonly #rows: number;
  readonly #word: Record<keyof typeof words, number>;
  readonly #packing: Packing;
  readonly #strips: Strips;
  readonly #block: Block;
  /** Where the block packs its rows of A. */
  readonly #packedA = this.#int.local();

  constructor(
    dtype: Multiplied,
    rows: number,
    across: boolean,
    features: Features,
  ) {
    const int = this.#int, f = this.#f;
    this.#rows = rows;
    const word = this.#word = Object.fromEntries(
      Object.entries(words).map(([name, w]) => [name, int.word(w)]),
    ) as Record<keyof typeof words, number>;
    const spill = int.local(), packedB = int.local();
    const places = layout(forms[dtype].size);
    f.constant(0);
    f.set(spill);
    int.add(this.#packedA, spill, constant(places.a));
    int.add(packedB, spill, constant(places.b));
    this.#packing = new Packing(int, dtype, Math.max(rows, lanesOf(dtype)));
    const block = this.#block = {
      rows: int.local(),
      columns: int.local(),
      depth: int.local(),
      a: int.local(),
      stepA: int.local(),
      stripA: int.local(),
      b: int.local(),
      rowB: word.rowB,
      columnB: word.columnB,
      stripB: word.stripB,
      packsB: word.packsB,
      packedB,
      out: int.local(),
      rowOut: word.rowOut,
      columnOut: word.columnOut,
      adds: int.local(),
      spill,
    };
    this.#strips = new Strips(int, dtype, rows, features, across, block);
  }

  emit(): FunctionBuilder {
    const int = this.#int, word = this.#word, block = this.#block;
    const matrix = int.local(), row = int.local(), column = int.local();
    const a = int.local(), b = int.local(), strip = int.local();
    int.while("i32.lt_s", 1, 2, () => {
      // Which matrix, and where in it the block begins.
      int.calculate(row, "i32.div_s", 1, word.blocksAcross);
      int.calculate(column, "i32.rem_s", 1, word.blocksAcross);
      int.calculate(matrix, "i32.div_s", row, word.blocksDown);
      int.calculate(row, "i32.rem_s", row, word.blocksDown);
      int.multiply(row, row, word.blockRows);
      int.multiply(column, column, word.blockColumns);
      int.calculate(strip, "i32.div_s", column, constant(this.#strips.width));
      int.set(a, word.a);
      int.set(b, word.b);
      emitBatch(int, words.batch, matrix, [a, b]);
      int.addProduct(a, row, word.rowA);
      int.addProduct(b, strip, word.stripB);
      int.set(block.out, word.out);
      int.addProduct(block.out, matrix, word.matrixOut);
      int.addProduct(block.out, row, word.rowOut);
      int.addProduct(block.out, column, word.columnOut);
      int.subtract(block.rows, word.m, row);
      int.min(block.rows, block.rows, word.blockRows);
      int.subtract(block.columns, word.n, column);
      int.min(block.columns, block.columns, word.blockColumns);
      this.#multiply(a, b);
      int.add(1, 1, constant(1));
    });
    return this.#f;
  }

  /** The block, one stretch of the inner dim after the other. */
  #multiply(a: number, b: number): void {
    const int = this.#int, word = this.#word, block = this.#block;
    const left = int.local();
    int.set(left, word.k);
    int.set(block.adds, constant(0));
    int.while("i32.gt_s", left, constant(0), () => {
      int.min(block.depth, left, constant(blockDepth));
      int.when("i32.ne", word.packsA, constant(0), () => {
        this.#pack(a);
        int.set(block.a, this.#packedA);
        int.set(block.stepA, constant(this.#packing.step));
        int.multiply(block.stripA, block.depth, block.stepA);
      }, () => {
        int.set(block.a, a);
        int.set(block.stepA, word.columnA);
        int.multiply(block.stripA, word.rowA, constant(this.#rows));
      });
      int.set(block.b, b);
      this.#strips.emit();
      int.addProduct(a, block.depth, word.columnA);
      int.addProduct(b, block.depth, word.rowB);
      int.subtract(left, left, block.depth);
      int.set(block.adds, constant(1));
    });
  }

  /** Packs the rows of A that the block needs, at this stretch. */
  #pack(a: number): void {
    const int = this.#int, { rowA, columnA } = this.#word, block = this.#block;
    const source = int.local(), left = int.local(), valid = int.local();
    const target = int.local();
    int.set(source, a);
    int.set(target, this.#packedA);
    int.set(left, block.rows);
    int.while("i32.gt_s", left, constant(0), () => {
      int.min(valid, left, constant(this.#rows));
      this.#packing.pack({
        source,
        across: rowA,
        along: columnA,
        valid,
        depth: block.depth,
        target,
      });
      int.addProduct(source, rowA, constant(this.#rows));
      int.addProduct(target, block.depth, constant(this.#packing.step));
      int.subtract(left, left, constant(this.#rows));
    });
  }
}
