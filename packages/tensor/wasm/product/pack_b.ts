/** The function that packs the right operand of a product for all threads. */

import { FunctionBuilder, i32 } from "../assembler.ts";
import type { Multiplied } from "../tiles.ts";
import { emitBatch } from "./batch.ts";
import { constant, Integers } from "./integers.ts";
import { Packing } from "./pack.ts";

/** Words of the arguments of {@linkcode emitPackB}. */
export const packWords = {
  source: 0,
  target: 1,
  /** Elements from one end of the matrix to the other: across the strips, and along them. */
  n: 2,
  k: 3,
  /** Bytes between neighbours across the strips and along them. */
  across: 4,
  along: 5,
  /** Strips of a matrix. */
  strips: 6,
  /** Batch axes, see {@linkcode emitBatch}. */
  batch: 7,
} as const;

/**
 * Emits `run(args, begin, end)`, which packs strips of `width` columns of a
 * batch of matrices. The strips of the first matrix come first.
 */
export function emitPackB(dtype: Multiplied, width: number): FunctionBuilder {
  const f = new FunctionBuilder([i32, i32, i32]), int = new Integers(f);
  const packing = new Packing(int, dtype, width);
  const [source, target, n, depth, across, along, perMatrix] = [
    packWords.source,
    packWords.target,
    packWords.n,
    packWords.k,
    packWords.across,
    packWords.along,
    packWords.strips,
  ].map((w) => int.word(w)) as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const matrix = int.local(), strip = int.local(), bytes = int.local();
  const from = int.local(), to = int.local(), valid = int.local();
  const packed = int.local();
  int.multiply(bytes, depth, constant(packing.step));
  int.while("i32.lt_s", 1, 2, () => {
    int.calculate(matrix, "i32.div_s", 1, perMatrix);
    int.calculate(strip, "i32.rem_s", 1, perMatrix);
    int.set(from, source);
    emitBatch(int, packWords.batch, matrix, [from]);
    int.multiply(valid, strip, constant(width));
    int.addProduct(from, valid, across);
    int.subtract(valid, n, valid);
    // Nothing past the end of the range.
    int.subtract(packed, 2, 1);
    int.multiply(packed, packed, constant(width));
    int.min(valid, valid, packed);
    int.set(to, target);
    int.addProduct(to, 1, bytes);
    const strips = { source: from, across, along, valid, depth, target: to };
    packing.packSome(strips, packed);
    int.add(1, 1, packed);
  });
  return f;
}
