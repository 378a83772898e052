/** Finding a matrix of a batch. */

import { constant, type Integers } from "./integers.ts";

/**
 * The words that {@linkcode emitBatch} reads: the number of axes; then, from
 * the last axis to the first, its size and its stride in bytes per operand.
 */
export function batchWords(
  sizes: readonly number[],
  strides: readonly (readonly number[])[],
): number[] {
  const words = [sizes.length];
  for (let axis = sizes.length - 1; axis >= 0; axis--) {
    words.push(sizes[axis]!, ...strides.map((s) => s[axis]!));
  }
  return words;
}

/** Moves `pointers` from the first matrix to matrix `index` of the batch that word `word` of the arguments begins. */
export function emitBatch(
  int: Integers,
  word: number,
  index: number,
  pointers: readonly number[],
): void {
  const { f } = int;
  const axes = int.word(word), at = int.local(), rest = int.local();
  const position = int.local();
  const load = (i: number) => {
    f.get(at);
    f.mem("i32.load", 4 * i);
  };
  int.set(rest, index);
  int.add(at, 0, constant(4 * (word + 1)));
  int.while("i32.gt_s", axes, constant(0), () => {
    f.get(rest);
    load(0);
    f.op("i32.rem_s");
    f.set(position);
    f.get(rest);
    load(0);
    f.op("i32.div_s");
    f.set(rest);
    pointers.forEach((pointer, i) => {
      f.get(pointer);
      f.get(position);
      load(i + 1);
      f.op("i32.mul");
      f.op("i32.add");
      f.set(pointer);
    });
    int.add(at, at, constant(4 * (1 + pointers.length)));
    int.subtract(axes, axes, constant(1));
  });
}
