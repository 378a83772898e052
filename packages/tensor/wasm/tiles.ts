/** The innermost part of a matrix product: tiles of the result, kept in registers. */

import { assemble, FunctionBuilder, i32, v128 } from "./assembler.ts";
import type { Features } from "./lower.ts";

/** A type that the tiles handle. */
export type Float = "float32" | "float64";

/** Bytes per element. */
export const itemBytes: Readonly<Record<Float, number>> = {
  float32: 4,
  float64: 8,
};

/** Rows of a tile. Six rows of two vectors leave four of 16 registers for operands. */
export const tileRows = 6;
/** Vectors in a row of a tile. */
const tileVectors = 2;

/** Columns of a tile. */
export function tileColumns(dtype: Float): number {
  return 16 / itemBytes[dtype] * tileVectors;
}

/**
 * Assembles the kernel that multiplies packed panels. Arguments, in words:
 * depth (at least 1), column panels, addresses of A, B and C, bytes per row of
 * C, and whether to add to C. `begin` and `end` count row panels.
 */
export function emitTiles(
  dtype: Float,
  features: Features,
  shared: boolean,
): Uint8Array<ArrayBuffer> {
  return assemble({ run: new Tiles(dtype, features).emit() }, shared);
}

class Tiles {
  readonly #f = new FunctionBuilder([i32, i32, i32]);
  readonly #features: Features;
  readonly #size: number;
  readonly #columns: number;
  readonly #shape: string;
  readonly #depth = this.#argument(0);
  readonly #panels = this.#argument(1);
  readonly #a = this.#argument(2);
  readonly #b = this.#argument(3);
  readonly #c = this.#argument(4);
  readonly #rowBytes = this.#argument(5);
  readonly #adds = this.#argument(6);
  readonly #tile = Array.from(
    { length: tileRows * tileVectors },
    () => this.#f.local(v128),
  );

  constructor(dtype: Float, features: Features) {
    this.#features = features;
    this.#size = itemBytes[dtype];
    this.#columns = tileColumns(dtype);
    this.#shape = dtype === "float32" ? "f32x4" : "f64x2";
  }

  #argument(word: number): number {
    const f = this.#f, local = f.local(i32);
    f.get(0);
    f.mem("i32.load", 4 * word);
    f.set(local);
    return local;
  }

  #move(local: number, by: number): void {
    this.#f.get(local);
    this.#f.get(by);
    this.#f.op("i32.add");
    this.#f.set(local);
  }

  /** `do { body } while (--count)` */
  #repeat(count: number, body: () => void): void {
    const f = this.#f;
    f.loop();
    body();
    f.get(count);
    f.i32(1);
    f.op("i32.sub");
    f.tee(count);
    f.brIf(0);
    f.end();
  }

  emit(): FunctionBuilder {
    const f = this.#f;
    const panelB = f.local(i32), panel = f.local(i32), atC = f.local(i32);
    const panelBytes = f.local(i32), panelRows = f.local(i32);
    f.get(this.#depth);
    f.i32(tileRows * this.#size);
    f.op("i32.mul");
    f.set(panelBytes);
    f.get(this.#rowBytes);
    f.i32(tileRows);
    f.op("i32.mul");
    f.set(panelRows);
    f.block();
    f.loop();
    f.get(1);
    f.get(2);
    f.op("i32.ge_s");
    f.brIf(1);
    f.get(this.#b);
    f.set(panelB);
    f.get(this.#c);
    f.set(atC);
    f.get(this.#panels);
    f.set(panel);
    this.#repeat(panel, () => {
      this.#multiply(panelB);
      this.#store(atC);
      f.increase(atC, this.#columns * this.#size);
    });
    this.#move(this.#a, panelBytes);
    this.#move(this.#c, panelRows);
    f.increase(1, 1);
    f.br(0);
    f.end();
    f.end();
    return f;
  }

  /** The product of a panel of A and the panel of B at `atB`, which moves to the next. */
  #multiply(atB: number): void {
    const f = this.#f;
    const atA = f.local(i32), left = f.local(i32), element = f.local(v128);
    const row = Array.from({ length: tileVectors }, () => f.local(v128));
    for (const t of this.#tile) {
      f.splat("f32", 0);
      f.set(t);
    }
    f.get(this.#a);
    f.set(atA);
    f.get(this.#depth);
    f.set(left);
    this.#repeat(left, () => {
      row.forEach((r, j) => {
        f.get(atB);
        f.mem("v128.load", 16 * j);
        f.set(r);
      });
      for (let i = 0; i < tileRows; i++) {
        f.get(atA);
        f.mem(`v128.load${8 * this.#size}_splat`, this.#size * i);
        f.set(element);
        row.forEach((r, j) =>
          this.#multiplyAdd(element, r, this.#tile[i * tileVectors + j]!)
        );
      }
      f.increase(atA, tileRows * this.#size);
      f.increase(atB, this.#columns * this.#size);
    });
  }

  #multiplyAdd(a: number, b: number, sum: number): void {
    const f = this.#f;
    f.get(a);
    f.get(b);
    if (this.#features.relaxed) {
      f.get(sum);
      f.op(`${this.#shape}.relaxed_madd`);
    } else {
      f.op(`${this.#shape}.mul`);
      f.get(sum);
      f.op(`${this.#shape}.add`);
    }
    f.set(sum);
  }

  /** Writes the tile to `at`, or adds it. */
  #store(at: number): void {
    const f = this.#f, cell = f.local(i32);
    f.get(at);
    f.set(cell);
    for (let i = 0; i < tileRows; i++) {
      const row = this.#tile.slice(i * tileVectors, (i + 1) * tileVectors);
      f.get(this.#adds);
      f.if();
      row.forEach((t, j) => {
        f.get(cell);
        f.mem("v128.load", 16 * j);
        f.get(t);
        f.op(`${this.#shape}.add`);
        f.set(t);
      });
      f.end();
      row.forEach((t, j) => {
        f.get(cell);
        f.get(t);
        f.mem("v128.store", 16 * j);
      });
      this.#move(cell, this.#rowBytes);
    }
  }
}
