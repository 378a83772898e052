/** The innermost part of a matrix product: tiles of the result, kept in registers. */

import { type FunctionBuilder, i32, v128 } from "./assembler.ts";
import type { Features } from "./lower.ts";
import type { Int, Integers } from "./product/integers.ts";

/** A type that the tiles handle. */
export type Multiplied = "float32" | "float64" | "int32" | "int64";

/** How elements of a type are handled. */
interface Form {
  /** Bytes per element. */
  readonly size: number;
  /** The vector type. */
  readonly lanes: string;
  /** The type of a single element. */
  readonly single: string;
}

/** The types that the tiles handle. */
export const forms: Readonly<Record<Multiplied, Form>> = {
  float32: { size: 4, lanes: "f32x4", single: "f32" },
  float64: { size: 8, lanes: "f64x2", single: "f64" },
  int32: { size: 4, lanes: "i32x4", single: "i32" },
  int64: { size: 8, lanes: "i64x2", single: "i64" },
};

/** Rows of a tile of a large product. Six rows of two vectors leave four of 16 registers for operands. */
export const tileRows = 6;

/** Vectors in a row of tiles that have `rows` rows: enough for about eight sums, which hide the latency of an addition. */
export function tileVectors(rows: number): number {
  return rows === 1 ? 8 : rows === 2 ? 4 : rows === 3 ? 3 : 2;
}

/** Elements in a vector. */
export function lanesOf(dtype: Multiplied): number {
  return 16 / forms[dtype].size;
}

/** Where the operands of a tile are, in locals. */
export interface TileOperands {
  /** Address of the first of the elements of A, which lie next to each other at every depth. */
  readonly a: number;
  /** Bytes from one depth to the next. */
  readonly stepA: Int;
  /** Address of the first of the elements of B, which lie next to each other at every depth. */
  readonly b: number;
  /** Bytes from one depth to the next. */
  readonly stepB: Int;
  /** Number of depths, at least 1. */
  readonly depth: number;
}

/** Emits tiles of any height and width up to a largest one. */
export class Tiles {
  readonly #f: FunctionBuilder;
  readonly #int: Integers;
  readonly #features: Features;
  readonly #form: Form;
  readonly #sums: number[] = [];
  readonly #row: number[] = [];
  readonly #column: number[] = [];
  readonly #atA: number;
  readonly #atB: number;
  readonly #left: number;

  constructor(
    int: Integers,
    dtype: Multiplied,
    features: Features,
    rows: number,
    vectors: number,
  ) {
    const f = this.#f = int.f;
    this.#int = int;
    this.#features = features;
    this.#form = forms[dtype];
    for (let t = 0; t < rows * vectors; t++) this.#sums.push(f.local(v128));
    // Only the shorter side of a tile is held; of the other, one at a time.
    const held = Math.min(rows, vectors);
    for (let j = 0; j < held; j++) {
      this.#row.push(f.local(v128));
      this.#column.push(f.local(v128));
    }
    this.#atA = f.local(i32);
    this.#atB = f.local(i32);
    this.#left = f.local(i32);
  }

  /** Computes a tile, which stays in registers. */
  multiply(rows: number, vectors: number, from: TileOperands): void {
    const f = this.#f, int = this.#int;
    for (let t = 0; t < rows * vectors; t++) {
      f.splat("i32", 0);
      f.set(this.#sums[t]!);
    }
    int.set(this.#atA, from.a);
    int.set(this.#atB, from.b);
    int.set(this.#left, from.depth);
    int.repeat(this.#left, () => {
      this.#step(rows, vectors);
      int.add(this.#atA, this.#atA, from.stepA);
      int.add(this.#atB, this.#atB, from.stepB);
    });
  }

  /** Adds the products of one depth. */
  #step(rows: number, vectors: number): void {
    const f = this.#f, { size } = this.#form;
    const row = this.#row, column = this.#column;
    const loadA = (i: number, register: number) => {
      f.get(this.#atA);
      f.mem(`v128.load${8 * size}_splat`, size * i);
      f.set(register);
    };
    const loadB = (j: number, register: number) => {
      f.get(this.#atB);
      f.mem("v128.load", 16 * j);
      f.set(register);
    };
    const sum = (i: number, j: number) => this.#sums[i * vectors + j]!;
    if (vectors <= rows) {
      for (let j = 0; j < vectors; j++) loadB(j, row[j]!);
      for (let i = 0; i < rows; i++) {
        loadA(i, column[0]!);
        for (let j = 0; j < vectors; j++) {
          this.#multiplyAdd(column[0]!, row[j]!, sum(i, j));
        }
      }
    } else {
      for (let i = 0; i < rows; i++) loadA(i, column[i]!);
      for (let j = 0; j < vectors; j++) {
        loadB(j, row[0]!);
        for (let i = 0; i < rows; i++) {
          this.#multiplyAdd(column[i]!, row[0]!, sum(i, j));
        }
      }
    }
  }

  #multiplyAdd(a: number, b: number, sum: number): void {
    const f = this.#f, { lanes } = this.#form;
    f.get(a);
    f.get(b);
    if (this.#features.relaxed && lanes.startsWith("f")) {
      f.get(sum);
      f.op(`${lanes}.relaxed_madd`);
    } else {
      f.op(`${lanes}.mul`);
      f.get(sum);
      f.op(`${lanes}.add`);
    }
    f.set(sum);
  }

  /** Writes the tile to `at`, whose rows are `rowBytes` apart; adds it if `adds` is not 0. */
  store(
    rows: number,
    vectors: number,
    at: number,
    rowBytes: Int,
    adds: number,
  ): void {
    const f = this.#f, cell = this.#atA;
    const write = (sums: boolean) => {
      this.#int.set(cell, at);
      for (let i = 0; i < rows; i++) {
        for (let j = 0; j < vectors; j++) {
          f.get(cell);
          f.get(this.#sums[i * vectors + j]!);
          if (sums) {
            f.get(cell);
            f.mem("v128.load", 16 * j);
            f.op(`${this.#form.lanes}.add`);
          }
          f.mem("v128.store", 16 * j);
        }
        if (i < rows - 1) this.#int.add(cell, cell, rowBytes);
      }
    };
    f.get(adds);
    f.if();
    write(true);
    f.op("else");
    write(false);
    f.end();
  }

  /** Writes the tile row after row to `at`. */
  spill(rows: number, vectors: number, at: number): void {
    const f = this.#f;
    for (let t = 0; t < rows * vectors; t++) {
      f.get(at);
      f.get(this.#sums[t]!);
      f.mem("v128.store", 16 * t);
    }
  }
}
