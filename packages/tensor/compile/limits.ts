/** Which launches may be made of several. */

import type { Expr } from "../expr.ts";
import type { Launch } from "./graph.ts";
import { expressionsOf, visit } from "./trim.ts";

/** Limits of one kernel. */
const mostOperands = 24, mostOperations = 3000;

/** Whether a kernel is small enough to be one. */
export function fits({ kernel, operands }: Launch): boolean {
  return operands.length <= mostOperands &&
    operations(expressionsOf(kernel)) <= mostOperations;
}

/** Operations under expressions, without loads and constants. */
export function operations(roots: readonly Expr[]): number {
  let count = 0;
  visit(roots, (e) => {
    if (e.args.length > 0 && e.op !== "cast") count++;
  });
  return count;
}

/**
 * Whether no element is written before another position reads it: what is
 * both read and written is so at the same place, and outside of folds.
 */
export function isSafe({ kernel, space, operands }: Launch): boolean {
  const count = kernel.inputs.length;
  const scattered = kernel.stores.map((s) => s.at !== undefined);
  const gathered = new Set<number>();
  visit(expressionsOf(kernel), (e) => {
    if (e.op === "loadAt") gathered.add(e.index);
  });
  for (let o = count; o < operands.length; o++) {
    for (let i = 0; i < operands.length; i++) {
      if (i === o || operands[i]!.buffer !== operands[o]!.buffer) continue;
      if (i >= count || kernel.reduction) return false;
      if (gathered.has(i) || scattered[o - count]) return false;
      if (operands[i]!.offset !== operands[o]!.offset) return false;
      if (kernel.inputs[i] !== kernel.stores[o - count]!.dtype) return false;
      const same = space.shape.every((size, a) =>
        size === 1 || space.strides[i]![a] === space.strides[o]![a]
      );
      if (!same) return false;
    }
  }
  return true;
}
