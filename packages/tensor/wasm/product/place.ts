/** A tile of a block of a matrix product: its place, and how it is written. */

import type { FunctionBuilder } from "../assembler.ts";
import type { Features } from "../lower.ts";
import { forms, lanesOf, type Multiplied, Tiles } from "../tiles.ts";
import { constant, type Int, type Integers } from "./integers.ts";

/** A block and its operands at a stretch of the inner dim, in locals; strides are in bytes. */
export interface Block {
  readonly rows: number;
  readonly columns: number;
  /** Length of the stretch. */
  readonly depth: number;
  /** Where tiles read A, the step from one depth to the next, and that from one row of tiles to the next. */
  readonly a: number;
  readonly stepA: number;
  readonly stripA: number;
  /** Where B is, its strides, and the step from one strip of columns to the next; it is moved along. */
  readonly b: number;
  readonly rowB: number;
  readonly columnB: number;
  readonly stripB: number;
  /** Whether B is to be packed, and where to. */
  readonly packsB: number;
  readonly packedB: number;
  readonly out: number;
  readonly rowOut: number;
  readonly columnOut: number;
  /** Whether the product is added to what is there. */
  readonly adds: number;
  /** Room for a tile. */
  readonly spill: number;
}

/** Emits tiles of up to `rows` rows and `vectors` vectors at a place that others move. */
export class Place {
  /** Rows of A, and where tiles read B, with the step between depths. */
  readonly a: number;
  readonly b: number;
  readonly stepB: number;
  /** Where in the result the tile begins. */
  readonly cell: number;
  /** What is left of the block from here on. */
  readonly rowsLeft: number;
  readonly columnsLeft: number;
  readonly #f: FunctionBuilder;
  readonly #int: Integers;
  readonly #dtype: Multiplied;
  readonly #size: number;
  readonly #lanes: number;
  readonly #block: Block;
  readonly #rows: number;
  readonly #tiles: Tiles;
  /** Whether a tile lies in the result as it does in registers. */
  readonly #direct: number;

  constructor(
    int: Integers,
    dtype: Multiplied,
    rows: number,
    vectors: number,
    features: Features,
    block: Block,
  ) {
    this.#f = int.f;
    this.#int = int;
    this.#dtype = dtype;
    this.#size = forms[dtype].size;
    this.#lanes = lanesOf(dtype);
    this.#block = block;
    this.#rows = rows;
    this.#tiles = new Tiles(int, dtype, features, rows, vectors);
    this.a = int.local();
    this.b = int.local();
    this.stepB = int.local();
    this.cell = int.local();
    this.rowsLeft = int.local();
    this.columnsLeft = int.local();
    this.#direct = int.local();
  }

  /** Computes a tile of `vectors` vectors and writes it to the result. */
  emit(vectors: number): void {
    const f = this.#f, int = this.#int;
    const width = constant(this.#lanes * vectors);
    int.compare("i32.eq", this.#block.columnOut, constant(this.#size));
    int.compare("i32.ge_s", this.columnsLeft, width);
    f.op("i32.and");
    f.set(this.#direct);
    this.#tile(this.#rows, vectors);
    int.when("i32.eq", this.#direct, constant(0), () => this.#put(vectors));
  }

  /** The tile at hand, which has `rows` rows unless fewer are left. */
  #tile(rows: number, vectors: number): void {
    const int = this.#int;
    const emit = () => {
      this.compute(rows, vectors);
      int.when(
        "i32.ne",
        this.#direct,
        constant(0),
        () => this.store(rows, vectors),
        () => this.#tiles.spill(rows, vectors, this.#block.spill),
      );
    };
    if (rows === 1) return emit();
    int.when(
      "i32.ge_s",
      this.rowsLeft,
      constant(rows),
      emit,
      () => this.#tile(rows - 1, vectors),
    );
  }

  /** Computes a whole tile, which stays in registers. */
  compute(rows: number, vectors: number): void {
    const { stepA, depth } = this.#block;
    const a = this.a, b = this.b, stepB = this.stepB;
    this.#tiles.multiply(rows, vectors, { a, stepA, b, stepB, depth });
  }

  /** Writes a whole tile that lies in the result as it does in registers. */
  store(rows: number, vectors: number): void {
    const { rowOut, adds } = this.#block;
    this.#tiles.store(rows, vectors, this.cell, rowOut, adds);
  }

  /** Moves the elements that exist of a tile that was spilled to the result. */
  #put(vectors: number): void {
    const int = this.#int, { spill, rowOut, columnOut, adds } = this.#block;
    const rows = int.local(), columns = int.local(), row = int.local();
    const from = int.local(), fromRow = int.local(), to = int.local();
    const width: Int = constant(this.#lanes * vectors);
    int.min(rows, this.rowsLeft, constant(this.#rows));
    int.set(row, this.cell);
    int.set(fromRow, spill);
    int.repeat(rows, () => {
      int.min(columns, this.columnsLeft, width);
      int.set(to, row);
      int.set(from, fromRow);
      int.repeat(columns, () => {
        const [add, set] = [true, false].map((sum) => () =>
          this.#move(from, to, sum)
        );
        int.when("i32.ne", adds, constant(0), add!, set);
        int.add(from, from, constant(this.#size));
        int.add(to, to, columnOut);
      });
      int.add(fromRow, fromRow, constant(16 * vectors));
      int.add(row, row, rowOut);
    });
  }

  /** Copies an element, or adds it. */
  #move(from: number, to: number, adds: boolean): void {
    const f = this.#f, { single } = forms[this.#dtype];
    f.get(to);
    f.get(from);
    f.mem(`${single}.load`);
    if (adds) {
      f.get(to);
      f.mem(`${single}.load`);
      f.op(`${single}.add`);
    }
    f.mem(`${single}.store`);
  }
}
