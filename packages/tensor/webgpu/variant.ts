/** What WGSL is emitted for, besides the kernel, and what comes out. */

import type { DType } from "../dtype.ts";
import type { Kernel } from "../kernel.ts";

/**
 * How the elements are shared among invocations.
 *
 * - `pointwise`: one invocation an element.
 * - `fold`: each result has `lanes` invocations of a workgroup, which take its
 *   elements in turn and merge their states as a tree in workgroup memory.
 * - `partial` and `finish`: a fold too long for one workgroup in two parts. The
 *   first leaves the states of chunks in memory, the second merges them.
 * - `ordered`: for stores that add, or go where an index says. Every axis along
 *   which two elements could meet is a loop, so that they are taken in order.
 */
export type Mode = "pointwise" | "fold" | "partial" | "finish" | "ordered";

/** What the code depends on besides the kernel; sizes and strides are run-time values. */
export interface Variant {
  readonly mode: Mode;
  /** Number of axes that invocations share, and of those that each runs through. */
  readonly kept: number;
  readonly folded: number;
  /** Invocations that share the fold of one result: a power of two. */
  readonly lanes: number;
  /** Whether neighbouring invocations share a result; else they have neighbouring results. */
  readonly lanesAdjacent: boolean;
  /** The binding of each operand; operands over the same memory share one. */
  readonly slots: readonly number[];
}

/** A shader and what has to be bound. */
export interface Shader {
  readonly code: string;
  /** Whether each binding is written. */
  readonly written: readonly boolean[];
  /** Words in the uniform buffer. */
  readonly words: number;
}

/** What one operand is to a shader. */
export interface Operand {
  readonly dtype: DType;
  readonly written: boolean;
}

/** Invocations in a workgroup of a pointwise kernel. */
export const pointwiseGroup = 64;
/** Invocations in a workgroup of a fold. */
export const foldGroup = 256;

/** Workgroups along one dimension of a dispatch. */
const mostGroups = 65535;

/** A grid of at least `groups` workgroups. */
export function grid(groups: number): [x: number, y: number] {
  const x = Math.min(groups, mostGroups);
  return [x, Math.ceil(groups / x)];
}

/**
 * Words of the uniform buffer. Behind the header come the sizes of the axes,
 * offset and strides of each operand, and the scalars.
 */
export const header = {
  /** Number of elements or results. */
  count: 0,
  /** Elements that a result folds. */
  length: 1,
  /** Elements in a chunk, and chunks, of a fold in two parts. */
  chunk: 2,
  chunks: 3,
  /** The bits of numbers that a compiler is not to see. */
  infinity: 4,
  nan: 5,
  zero: 6,
  words: 7,
} as const;

/** Where in the uniform buffer the offset of operand `o` is. */
export function operandAt(rank: number, o: number): number {
  return header.words + rank + o * (rank + 1);
}

/** Whether elements of `dtype` share words with others. */
export function isPacked(dtype: DType): boolean {
  return dtype === "bool" || dtype === "uint8";
}

const states: DType = "int32";

/** The operands that a mode binds: each part of a fold in two leaves out what the other needs. */
export function operandsOf(kernel: Kernel, mode: Mode): Operand[] {
  const inputs = kernel.inputs.map((dtype) => ({ dtype, written: false }));
  const outputs = kernel.stores.map((s) => ({ dtype: s.dtype, written: true }));
  if (mode === "partial") return [...inputs, { dtype: states, written: true }];
  if (mode === "finish") return [{ dtype: states, written: false }, ...outputs];
  return [...inputs, ...outputs];
}
