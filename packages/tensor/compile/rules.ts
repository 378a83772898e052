/**
 * Algebra that changes no result: not a bit, not a zero's sign, no infinity.
 * A NaN stays a NaN, and none changes its sign but where arithmetic on it
 * leaves the sign open.
 */

import type { Expr } from "../expr.ts";
import * as x from "../expr.ts";
import { compareRule } from "./compare_rules.ts";
import { foldConstants, is, isConst, isInteger } from "./constants.ts";

/** Makes a node, simplified; the arguments are. */
export type Make = (e: Expr) => Expr;

/** What takes the place of `e`, whose arguments are simple; null if nothing does. */
export function rule(e: Expr, make: Make): Expr | null {
  const { op, args } = e;
  if (args.length === 0) return null;
  // The rounding of madd and the elements of loadAt are not known here.
  if (op !== "madd" && op !== "loadAt" && op !== "select") {
    const value = args.every(isConst) ? foldConstants(e) : null;
    if (value) return value;
  }
  const [a, b] = args as [Expr, Expr];
  switch (op) {
    case "add":
      return addition(e, a, b, make);
    case "sub":
      return subtraction(e, a, b, make);
    case "mul":
      return product(e, a, b, make);
    case "div":
      return quotient(e, a, b, make);
    case "rem":
      return is(b, 1) ? number(e, 0) : null;
    case "neg":
      if (a.op === "neg") return a.args[0]!;
      if (a.op !== "sub" || !isInteger(e.type)) return null;
      return make(x.sub(a.args[1]!, a.args[0]!));
    case "abs":
      if (a.op === "abs") return a;
      if (a.op === "neg" || isTimes(a, -1)) return make(x.abs(a.args[0]!));
      return null;
    case "floor":
    case "ceil":
    case "trunc":
    case "nearest":
      return isWhole(a) ? a : null;
    case "min":
    case "max":
      return extremum(e, a, b);
    case "madd":
      return multiplyAdd(e, make);
    case "and":
    case "or":
    case "xor":
      return bitwise(e, a, b, make);
    case "not":
      return negation(a, make);
    case "shl":
    case "shrS":
    case "shrU":
      return Number(e.value) === 0 ? a : null;
    case "select":
      return selection(e, make);
    case "cast":
      return conversion(e, a, make);
    case "bitcast":
      return a.op === "bitcast" ? a.args[0]! : null;
    case "loadAt":
      return is(a, 0) ? make(x.load(e.index, e.type)) : null;
    default:
      return compareRule(e, make);
  }
}

/** A constant of the type of `e`. */
function number(e: Expr, value: number): Expr {
  return x.lit(value, e.type);
}

/** Whether `e` is a product by the constant `factor`. */
function isTimes(e: Expr, factor: number): boolean {
  return e.op === "mul" && is(e.args[1]!, factor);
}

/** Whether `e` has no fraction. */
function isWhole(e: Expr): boolean {
  switch (e.op) {
    case "floor":
    case "ceil":
    case "trunc":
    case "nearest":
      return true;
    case "cast":
      return !x.isFloat(e.args[0]!);
    default:
      return false;
  }
}

function addition(e: Expr, a: Expr, b: Expr, make: Make): Expr | null {
  if (!isInteger(e.type)) {
    // +0 would turn -0 into +0.
    if (is(b, -0)) return a;
    if (is(a, -0)) return b;
  } else {
    if (is(b, 0)) return a;
    // Constants go to the right, where they meet.
    if (isConst(a)) return make(x.add(b, a));
    if (isConst(b) && a.op === "add" && isConst(a.args[1]!)) {
      return make(x.add(a.args[0]!, make(x.add(a.args[1]!, b))));
    }
  }
  if (isTimes(b, -1)) return make(x.sub(a, b.args[0]!));
  if (isTimes(a, -1)) return make(x.sub(b, a.args[0]!));
  return null;
}

function subtraction(e: Expr, a: Expr, b: Expr, make: Make): Expr | null {
  if (is(b, 0)) return a;
  if (isTimes(b, -1)) return make(x.add(a, b.args[0]!));
  if (!isInteger(e.type)) return null;
  if (a === b) return number(e, 0);
  if (is(a, 0)) return make(x.neg(b));
  if (isConst(b)) return make(x.add(a, make(x.neg(b))));
  return b.op === "neg" ? make(x.add(a, b.args[0]!)) : null;
}

function product(e: Expr, a: Expr, b: Expr, make: Make): Expr | null {
  if (is(b, 1)) return a;
  if (is(a, 1)) return b;
  // Constants go to the right; no product depends on the order.
  if (isConst(a) && !isConst(b)) return make(x.mul(b, a));
  if (!isInteger(e.type)) return null;
  if (is(b, 0)) return b;
  if (isConst(b) && a.op === "mul" && isConst(a.args[1]!)) {
    return make(x.mul(a.args[0]!, make(x.mul(a.args[1]!, b))));
  }
  return null;
}

function quotient(e: Expr, a: Expr, b: Expr, make: Make): Expr | null {
  if (is(b, 1)) return a;
  if (isInteger(e.type) || !isConst(b)) return null;
  const inverse = inverseOfPower(
    b.value as number,
    e.type === "f32" ? 126 : 1022,
  );
  return inverse === null ? null : make(x.mul(a, number(e, inverse)));
}

/** `1 / value` if that is exact, as it is for powers of two. */
function inverseOfPower(value: number, most: number): number | null {
  const exponent = Math.round(Math.log2(Math.abs(value)));
  if (!(Math.abs(exponent) <= most)) return null;
  return 2 ** exponent === Math.abs(value) ? 1 / value : null;
}

function extremum(e: Expr, a: Expr, b: Expr): Expr | null {
  if (a === b) return a;
  const same = (o: Expr, p: Expr) =>
    o.op === e.op && (o.args[0] === p || o.args[1] === p);
  if (same(a, b)) return a;
  if (same(b, a)) return b;
  if (isInteger(e.type)) return null;
  const neutral = e.op === "min" ? Infinity : -Infinity;
  if (is(b, neutral)) return a;
  return is(a, neutral) ? b : null;
}

/** Rounded once or twice, as the machine does it: only rewritten where that is the same. */
function multiplyAdd({ type, args }: Expr, make: Make): Expr | null {
  const [a, b, c] = args as [Expr, Expr, Expr];
  if (is(b, 1)) return make(x.add(a, c));
  if (is(a, 1)) return make(x.add(b, c));
  if (is(b, -1)) return make(x.sub(c, a));
  if (is(a, -1)) return make(x.sub(c, b));
  if (is(c, isInteger(type) ? 0 : -0)) return make(x.mul(a, b));
  if (isInteger(type)) return is(a, 0) || is(b, 0) ? c : null;
  if (!isConst(a) || !isConst(b)) return null;
  const exact = (a.value as number) * (b.value as number);
  // Products of f32 are exact in f64, so it shows whether they round.
  if (type !== "f32" || Math.fround(exact) !== exact) return null;
  return make(x.add(x.lit(exact, type), c));
}

function bitwise(e: Expr, a: Expr, b: Expr, make: Make): Expr | null {
  if (isConst(a) && !isConst(b)) return make({ ...e, args: [b, a] });
  const bool = e.type === "bool";
  const ones = is(b, bool ? 1 : -1), zeros = is(b, 0);
  const opposite = (b.op === "not" && b.args[0] === a) ||
    (a.op === "not" && a.args[0] === b);
  switch (e.op) {
    case "and":
      if (a === b || ones) return a;
      if (zeros) return b;
      if (opposite) return number(e, 0);
      break;
    case "or":
      if (a === b || zeros) return a;
      if (ones) return b;
      if (opposite) return number(e, bool ? 1 : -1);
      break;
    default:
      if (a === b) return number(e, 0);
      if (zeros) return a;
      if (ones) return make(x.not(a));
      if (opposite) return number(e, bool ? 1 : -1);
  }
  if (!isConst(b) || a.op !== e.op || !isConst(a.args[1]!)) return null;
  return make({
    ...e,
    args: [a.args[0]!, make({ ...e, args: [a.args[1]!, b] })],
  });
}

/** What is true where a comparison of whole numbers is false. */
const complements = { lt: "ge", ge: "lt", gt: "le", le: "gt" } as const;

function negation(a: Expr, make: Make): Expr | null {
  switch (a.op) {
    case "not":
      return a.args[0]!;
    case "eq":
      return make({ ...a, op: "ne" });
    case "ne":
      return make({ ...a, op: "eq" });
    case "lt":
    case "le":
    case "gt":
    case "ge":
      // All comparisons with NaN but ne are false.
      if (!isInteger(a.args[0]!.type)) return null;
      return make({ ...a, op: complements[a.op] });
    default:
      return null;
  }
}

function selection(e: Expr, make: Make): Expr | null {
  const [condition, a, b] = e.args as [Expr, Expr, Expr];
  if (a === b) return a;
  if (isConst(condition)) return condition.value ? a : b;
  const rebuilt = (c: Expr, a: Expr, b: Expr) =>
    make({ ...e, args: [c, a, b] });
  // What the branches choose by the same condition is known in them.
  if (a.op === "select" && a.args[0] === condition) {
    return rebuilt(condition, a.args[1]!, b);
  }
  if (b.op === "select" && b.args[0] === condition) {
    return rebuilt(condition, a, b.args[2]!);
  }
  // The first branch of a select of value 1 is computed where it is wanted only.
  if (e.value === 1) return null;
  if (condition.op === "not") return rebuilt(condition.args[0]!, b, a);
  if (e.type !== "bool") return null;
  if (is(a, 1)) return make(x.or(condition, b));
  if (is(b, 0)) return make(x.and(condition, a));
  return is(a, 0) && is(b, 1) ? make(x.not(condition)) : null;
}

/** Whether a type holds every value of another. */
export function widens(from: x.Lane, to: x.Lane): boolean {
  switch (from) {
    case "bool":
      return true;
    case "i32":
      return to === "i64" || to === "f64";
    default:
      return from === "f32" && to === "f64";
  }
}

function conversion(e: Expr, a: Expr, make: Make): Expr | null {
  if (a.type === e.type) return a;
  if (a.op !== "cast") return null;
  const first = a.args[0]!;
  return widens(first.type, a.type) ? make(x.cast(first, e.type)) : null;
}
