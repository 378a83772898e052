/** Rewrites expressions into ones without 64-bit types, which a GPU lacks. */

import { cast, type Expr, type ExprOp, lit, select } from "../expr.ts";

/** A function that tells whether an expression needs 64-bit types anywhere. */
function wideness(): (e: Expr) => boolean {
  const known = new Map<Expr, boolean>();
  return function isWide(e: Expr): boolean {
    let wide = known.get(e);
    if (wide === undefined) {
      wide = e.type === "f64" || e.type === "i64" || e.args.some(isWide);
      known.set(e, wide);
    }
    return wide;
  };
}

/** What picks one of its arguments: of i32 values it makes i32 values. */
const picks: ReadonlySet<ExprOp> = new Set(["select", "min", "max"]);

/** An i64 expression as i32, if all its values are; otherwise as it is. */
function narrow(e: Expr, args: readonly Expr[]): Expr {
  const integers = args.every((a) => a.type === "i32" || a.type === "bool");
  if (e.op === "const" && BigInt.asIntN(32, BigInt(e.value)) === e.value) {
    return lit(Number(e.value), "i32");
  }
  if (e.op === "scalar") return { ...e, type: "i32" };
  if (e.op === "cast" && integers) return cast(args[0]!, "i32");
  return { ...e, args, type: picks.has(e.op) && integers ? "i32" : e.type };
}

/**
 * A function that rewrites expressions, sharing what it has rewritten before.
 *
 * - i64 becomes i32 where i32 values are compared and selected; arithmetic,
 *   which could leave the range, does not.
 * - A select marked as seldom taken, whose first branch still needs 64-bit types,
 *   gives NaN where that is taken. Elementary functions mark their most remote
 *   cases so, such as remainders of a division whose quotient is above 2^22.
 */
export function portable(): (e: Expr) => Expr {
  const done = new Map<Expr, Expr>();
  const isWide = wideness();
  function rewrite(e: Expr): Expr {
    let out = done.get(e);
    if (out === undefined) done.set(e, out = compute(e));
    return out;
  }
  function compute(e: Expr): Expr {
    const args = e.args.map(rewrite);
    if (e.op === "select" && e.value === 1 && isWide(args[1]!)) {
      return e.type === "f32"
        ? select(args[0]!, lit(NaN, "f32"), args[2]!)
        : args[2]!;
    }
    if (e.type === "i64") return narrow(e, args);
    if (args.every((x, i) => x === e.args[i])) return e;
    return e.op === "cast" ? cast(args[0]!, e.type) : { ...e, args };
  }
  return rewrite;
}
