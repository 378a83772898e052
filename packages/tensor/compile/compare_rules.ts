/** Comparisons whose result is known, or that a narrower type can make. */

import type { Expr, Lane } from "../expr.ts";
import * as x from "../expr.ts";
import { compare, is, isConst, isInteger } from "./constants.ts";
import { type Make, widens } from "./rules.ts";

/** The comparison with its sides exchanged. */
const mirrored: Readonly<Record<string, Expr["op"]>> = {
  eq: "eq",
  ne: "ne",
  lt: "gt",
  le: "ge",
  gt: "lt",
  ge: "le",
};

/** What takes the place of a comparison of simple expressions; null if nothing does. */
export function compareRule(e: Expr, make: Make): Expr | null {
  const op = mirrored[e.op];
  if (op === undefined) return null;
  const [a, b] = e.args as [Expr, Expr];
  if (isConst(a) && !isConst(b)) return make({ ...e, op, args: [b, a] });
  if (a === b) return ofEqual(e, a);
  if (a.type === "bool") return ofBools(e, a, b, make);
  if (a.op !== "cast") return null;
  const first = a.args[0]!;
  if (first.type === "bool") return ofMask(e, first, b, make);
  if (!widens(first.type, a.type)) return null;
  const narrow = b.op === "cast" && b.args[0]!.type === first.type
    ? b.args[0]!
    : narrowed(b, first.type);
  return narrow && make({ ...e, args: [first, narrow] });
}

function bool(value: boolean): Expr {
  return x.lit(Number(value), "bool");
}

/** A comparison of something with itself: not even NaN is less than itself. */
function ofEqual({ op }: Expr, a: Expr): Expr | null {
  if (op === "lt" || op === "gt") return bool(false);
  return mayBeNaN(a) ? null : bool(op !== "ne");
}

function mayBeNaN(e: Expr): boolean {
  if (!x.isFloat(e)) return false;
  switch (e.op) {
    case "const":
      return e.value !== e.value;
    case "cast":
    case "abs":
    case "neg":
      return mayBeNaN(e.args[0]!);
    default:
      return true;
  }
}

function ofBools(e: Expr, a: Expr, b: Expr, make: Make): Expr | null {
  if (e.op !== "eq" && e.op !== "ne") return null;
  const equal = e.op === "eq";
  if (isConst(b)) return is(b, 1) === equal ? a : make(x.not(a));
  // Without the nots the comparison is the same one, or the other.
  const { op } = e, flipped = equal ? "ne" : "eq";
  const left = a.op === "not" ? a.args[0]! : a;
  const right = b.op === "not" ? b.args[0]! : b;
  if (left === a && right === b) return null;
  const both = left !== a && right !== b;
  return make({ ...e, op: both ? op : flipped, args: [left, right] });
}

/** A comparison of a bool that became a number with a constant. */
function ofMask(e: Expr, mask: Expr, b: Expr, make: Make): Expr | null {
  if (!isConst(b)) return null;
  const at = (value: number) =>
    typeof b.value === "bigint"
      ? compare(e.op, BigInt(value), b.value)
      : compare(e.op, value, b.value);
  const whenFalse = at(0)!, whenTrue = at(1)!;
  if (whenFalse === whenTrue) return bool(whenTrue);
  return whenTrue ? mask : make(x.not(mask));
}

/** A constant in a narrower type that holds it; null if none does. */
function narrowed(e: Expr, to: Lane): Expr | null {
  if (!isConst(e)) return null;
  const value = Number(e.value);
  const fits = isInteger(to)
    ? (value | 0) === value
    : Math.fround(value) === value;
  return fits ? x.lit(value, to) : null;
}
