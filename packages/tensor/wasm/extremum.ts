/** The smaller and the larger of two values. */

import type { Expr, ExprOp } from "../expr.ts";
import type { Lowering } from "./lower.ts";
import { lanePrefix, type Registers } from "./registers.ts";

/**
 * A select between the two numbers that its condition compares has an
 * instruction of its own, `pmin(x, y) = y < x ? y : x` or
 * `pmax(x, y) = x < y ? y : x`: which, and what it takes.
 */
export function extremumOf(
  { op, args }: Expr,
  a: Expr,
  b: Expr,
): ["pmin" | "pmax", Expr, Expr] | null {
  if (op !== "lt" && op !== "gt") return null;
  const [less, more] = op === "lt" ? args : [args[1], args[0]];
  if (less!.type !== "f32" && less!.type !== "f64") return null;
  if (a === more && b === less) return ["pmax", less, more];
  if (a === less && b === more) return ["pmin", more, less];
  return null;
}

/** Whether the extremum of x and `bound` is x itself wherever the two are equal, and `bound` is no NaN. */
function keepsFirst(op: ExprOp, { op: kind, value }: Expr): boolean {
  if (kind !== "const" || Number.isNaN(value)) return false;
  return value !== 0 || Object.is(value, -0) === (op === "max");
}

/**
 * `min` and `max` of the specification, NaN if either is and -0 below 0, out
 * of `pmin` and `pmax`, which are one instruction on x86 where those are eight.
 */
function extremumOfFloats(lower: Lowering, e: Expr): Registers {
  const prefix = lanePrefix[e.type], pseudo = `${prefix}.p${e.op}`;
  const [x, bound] = e.args[0]!.op === "const"
    ? [e.args[1]!, e.args[0]!]
    : [e.args[0]!, e.args[1]!];
  const xs = lower.value(x), bounds = lower.value(bound);
  return xs.map((a, r) => {
    const b = bounds[r]!;
    // Where the two are equal, or one is NaN, it gives its first operand.
    const one = lower.apply(pseudo, a, b);
    if (keepsFirst(e.op, bound)) return one;
    const two = lower.apply(pseudo, b, a);
    // They differ where one is NaN, which has all bits of an exponent, and in the sign of zeros.
    const either = lower.apply("v128.or", one, two);
    if (e.op === "min") return either;
    const differ = lower.apply("v128.xor", one, two);
    return lower.apply(`${prefix}.sub`, either, differ);
  });
}

/** i64 has comparisons only. */
function extremumOfWide(lower: Lowering, e: Expr): Registers {
  const [a, b] = e.args.map((x) => lower.value(x)) as [Registers, Registers];
  const compare = e.op === "min" ? "i64x2.lt_s" : "i64x2.gt_s";
  return a.map((x, r) => {
    const mask = lower.apply(compare, x, b[r]!);
    return lower.apply("v128.bitselect", x, b[r]!, mask);
  });
}

/** Emits `min` or `max` of floats or of i64. */
export function extremum(lower: Lowering, e: Expr): Registers {
  return e.type === "i64"
    ? extremumOfWide(lower, e)
    : extremumOfFloats(lower, e);
}
