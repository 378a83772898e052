/** Which parts of expressions are the same in every round of a loop. */

import type { Expr } from "../expr.ts";

/** Whether an operation can end the program, so that it must not run where no element asks for it. */
function traps({ op, type }: Expr): boolean {
  return (type === "i32" || type === "i64") && (op === "div" || op === "rem");
}

/**
 * The largest parts of `roots`, apart from constants, that are made of
 * constants and of leaves that stay the same, as `stays` tells.
 */
export function fixedParts(
  roots: readonly Expr[],
  stays: (leaf: Expr) => boolean,
): Expr[] {
  const known = new Map<Expr, boolean>();
  const isFixed = (e: Expr): boolean => {
    let fixed = known.get(e);
    if (fixed === undefined) {
      fixed = e.op === "const" ||
        (e.args.length === 0 || e.op === "loadAt"
          ? stays(e)
          : e.args.every(isFixed) && !traps(e));
      known.set(e, fixed);
    }
    return fixed;
  };
  const seen = new Set<Expr>(), parts: Expr[] = [];
  const visit = (e: Expr) => {
    if (seen.has(e)) return;
    seen.add(e);
    if (!isFixed(e)) e.args.forEach(visit);
    else if (e.op !== "const") parts.push(e);
  };
  roots.forEach(visit);
  return parts;
}
