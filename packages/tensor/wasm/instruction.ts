/** How the instructions of a program lie in memory. */

import type { FunctionBuilder } from "./assembler.ts";

/** Bytes of an instruction. */
export const recordBytes = 48;

/** Words of an instruction. */
export const word = {
  kind: 0,
  slot: 1,
  args: 2,
  begin: 3,
  end: 4,
  grain: 5,
  nextSlot: 6,
  nextArgs: 7,
  nextScale: 8,
  nextLimit: 9,
} as const;

/** Kinds of instructions. */
export const kinds = { run: 0, chained: 1, assertion: 2 } as const;

/** Pushes a word of the instruction in `record`. */
export function field(
  f: FunctionBuilder,
  record: number,
  name: keyof typeof word,
): void {
  f.get(record);
  f.mem("i32.load", 4 * word[name]);
}
