/** A block of a matrix product, tile after tile. */

import type { FunctionBuilder } from "../assembler.ts";
import type { Features } from "../lower.ts";
import { forms, lanesOf, type Multiplied, tileVectors } from "../tiles.ts";
import { constant, type Integers } from "./integers.ts";
import { Packing } from "./pack.ts";
import { type Block, Place } from "./place.ts";

/**
 * Emits the product of a block with tiles of up to `rows` rows. Tiles follow
 * each other along columns of the result, or `across`, along rows, which is
 * better where most time is spent on writing; B is not packed then.
 */
export class Strips {
  readonly #f: FunctionBuilder;
  readonly #int: Integers;
  readonly #size: number;
  readonly #lanes: number;
  readonly #block: Block;
  readonly #across: boolean;
  /** Rows and vectors of the largest tile. */
  readonly #rows: number;
  readonly #vectors: number;
  readonly #packing: Packing;
  /** The tile at hand, and where in the result the first of its row or strip begins. */
  readonly #at: Place;
  readonly #start: number;
  /** Strips that are packed and still to come, and where the next one is. */
  readonly #packed: number;
  readonly #next: number;

  constructor(
    int: Integers,
    dtype: Multiplied,
    rows: number,
    features: Features,
    across: boolean,
    block: Block,
  ) {
    const vectors = this.#vectors = tileVectors(rows);
    this.#f = int.f;
    this.#int = int;
    this.#size = forms[dtype].size;
    this.#lanes = lanesOf(dtype);
    this.#block = block;
    this.#across = across;
    this.#rows = rows;
    this.#packing = new Packing(int, dtype, this.width);
    this.#at = new Place(int, dtype, rows, vectors, features, block);
    this.#start = int.local();
    this.#packed = int.local();
    this.#next = int.local();
  }

  /** Columns of a strip. */
  get width(): number {
    return this.#lanes * this.#vectors;
  }

  /** Tile after tile, along columns or along rows. */
  emit(): void {
    const f = this.#f, int = this.#int, block = this.#block;
    const step = int.local();
    int.set(this.#at.rowsLeft, block.rows);
    int.set(this.#at.columnsLeft, block.columns);
    int.set(this.#at.a, block.a);
    int.set(this.#start, block.out);
    int.set(this.#at.cell, block.out);
    int.set(this.#at.stepB, block.rowB);
    int.set(this.#packed, constant(0));
    this.#enterStrip();
    f.block();
    f.loop();
    if (this.#across) this.#runAcross();
    int.when("i32.ge_s", this.#at.columnsLeft, constant(this.width), () => {
      int.set(step, constant(this.width));
      this.#at.emit(this.#vectors);
    }, () => {
      // Vectors one by one, so that none reads far past the end of a row.
      int.set(step, constant(this.#lanes));
      this.#at.emit(1);
    });
    if (this.#across) this.#moveAcross(step);
    else this.#moveDown(step);
    f.br(0);
    f.end();
    f.end();
  }

  /** Tiles that need no care, as many as follow each other in a row of tiles. */
  #runAcross(): void {
    const f = this.#f, int = this.#int, block = this.#block;
    const left = this.#at.columnsLeft, width = constant(this.width);
    int.compare("i32.ge_s", this.#at.rowsLeft, constant(this.#rows));
    int.compare("i32.ge_s", left, width);
    f.op("i32.and");
    int.compare("i32.eq", block.columnOut, constant(this.#size));
    f.op("i32.and");
    f.if();
    f.loop();
    this.#at.compute(this.#rows, this.#vectors);
    this.#at.store(this.#rows, this.#vectors);
    int.add(this.#at.cell, this.#at.cell, constant(this.width * this.#size));
    int.add(this.#at.b, this.#at.b, block.stripB);
    int.subtract(left, left, width);
    int.compare("i32.ge_s", left, width);
    f.brIf(0);
    f.end();
    int.when("i32.eq", left, constant(0), () => {
      this.#enterRow(3);
      f.br(2);
    });
    f.end();
  }

  /** On to the next tile of the row of tiles, or else to the next row. */
  #moveAcross(step: number): void {
    const int = this.#int, { columnOut } = this.#block;
    int.subtract(this.#at.columnsLeft, this.#at.columnsLeft, step);
    int.when("i32.gt_s", this.#at.columnsLeft, constant(0), () => {
      int.addProduct(this.#at.cell, step, columnOut);
      this.#leaveStrip(step);
    }, () => this.#enterRow(2));
  }

  /** Goes to the next row of tiles; `exit` is how far out a jump ends the block. */
  #enterRow(exit: number): void {
    const f = this.#f, int = this.#int, block = this.#block;
    const height = constant(this.#rows);
    int.subtract(this.#at.rowsLeft, this.#at.rowsLeft, height);
    int.compare("i32.le_s", this.#at.rowsLeft, constant(0));
    f.brIf(exit);
    int.set(this.#at.columnsLeft, block.columns);
    int.set(this.#at.b, block.b);
    int.add(this.#at.a, this.#at.a, block.stripA);
    int.addProduct(this.#start, block.rowOut, height);
    int.set(this.#at.cell, this.#start);
  }

  /** On to the next tile of the strip of columns, or else to the next strip. */
  #moveDown(step: number): void {
    const f = this.#f, int = this.#int, block = this.#block;
    const height = constant(this.#rows);
    int.subtract(this.#at.rowsLeft, this.#at.rowsLeft, height);
    int.when("i32.gt_s", this.#at.rowsLeft, constant(0), () => {
      int.add(this.#at.a, this.#at.a, block.stripA);
      int.addProduct(this.#at.cell, block.rowOut, height);
    }, () => {
      int.subtract(this.#at.columnsLeft, this.#at.columnsLeft, step);
      int.compare("i32.le_s", this.#at.columnsLeft, constant(0));
      f.brIf(2);
      int.set(this.#at.rowsLeft, block.rows);
      int.set(this.#at.a, block.a);
      int.addProduct(this.#start, step, block.columnOut);
      int.set(this.#at.cell, this.#start);
      this.#leaveStrip(step);
    });
  }

  /** Goes to the strip after one of `step` columns, or to the next vector of a narrow one. */
  #leaveStrip(step: number): void {
    const int = this.#int, block = this.#block;
    const next = () => int.add(this.#at.b, this.#at.b, block.stripB);
    const pack = () => {
      int.add(block.b, block.b, block.stripB);
      this.#enterStrip();
    };
    int.when("i32.eq", step, constant(this.width), () => {
      if (this.#across) return next();
      int.when("i32.ne", block.packsB, constant(0), pack, next);
    }, () => int.add(this.#at.b, this.#at.b, constant(16)));
  }

  /** Finds the strip that begins at B, and packs it if need be. */
  #enterStrip(): void {
    const int = this.#int, block = this.#block;
    if (this.#across) return int.set(this.#at.b, block.b);
    int.when("i32.ne", block.packsB, constant(0), () => {
      int.set(this.#at.stepB, constant(this.#packing.step));
      int.when("i32.eq", this.#packed, constant(0), () => this.#pack());
      int.subtract(this.#packed, this.#packed, constant(1));
      int.set(this.#at.b, this.#next);
      int.addProduct(this.#next, block.depth, this.#at.stepB);
    }, () => int.set(this.#at.b, block.b));
  }

  /** Packs the next strips of B. */
  #pack(): void {
    const { b, rowB, columnB, depth, packedB } = this.#block;
    this.#int.set(this.#next, packedB);
    this.#packing.packSome({
      source: b,
      across: columnB,
      along: rowB,
      valid: this.#at.columnsLeft,
      depth,
      target: this.#next,
    }, this.#packed);
  }
}
