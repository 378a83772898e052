/** How four elements of each type lie in vector registers. */

import type { Lane } from "../expr.ts";

/** Locals that hold four elements: one register or two. */
export type Registers = readonly number[];

/** How instructions on a type begin. */
export const lanePrefix: Readonly<Record<Lane, string>> = {
  f32: "f32x4",
  f64: "f64x2",
  i32: "i32x4",
  i64: "i64x2",
  bool: "v128",
};

/** Whether elements of `type` have 64 bits. */
export function isWide(type: Lane): boolean {
  return type === "f64" || type === "i64";
}

/** How many registers four values of `type` take; masks that feed nothing wide take one. */
export function registerCount(type: Lane): 1 | 2 {
  return isWide(type) ? 2 : 1;
}

/** Bytes of a shuffle that takes the even 32-bit words of two registers. */
export const evenWords: readonly number[] = [
  ...[0, 1, 2, 3, 8, 9, 10, 11],
  ...[16, 17, 18, 19, 24, 25, 26, 27],
];
/** Bytes of a shuffle that concatenates the low halves of two registers. */
export const lowHalves: readonly number[] = [
  ...[0, 1, 2, 3, 4, 5, 6, 7],
  ...[16, 17, 18, 19, 20, 21, 22, 23],
];
/** Bytes of a shuffle that moves the high half down. */
export const highHalf: readonly number[] = [
  ...[8, 9, 10, 11, 12, 13, 14, 15],
  ...[8, 9, 10, 11, 12, 13, 14, 15],
];
