/** What operations on constants give, where that is the same on every machine. */

import { type Expr, type Lane, lit } from "../expr.ts";

/** Whether `e` is a constant. */
export function isConst(e: Expr): boolean {
  return e.op === "const";
}

/** Whether `e` is the constant `value`, zeros of either sign being different. */
export function is(e: Expr, value: number): boolean {
  if (e.op !== "const") return false;
  return e.type === "i64"
    ? e.value === BigInt(value)
    : Object.is(e.value, value);
}

/** Whether elements of a type are whole numbers. */
export function isInteger(type: Lane): boolean {
  return type === "i32" || type === "i64";
}

/** The result of `e`, whose arguments are constants; null if it is not certain. */
export function foldConstants(e: Expr): Expr | null {
  const from = e.args[0]!.type;
  let value: number | bigint | boolean | null;
  if (from === "i64") value = wide(e);
  else if (from === "i32") value = narrow(e);
  else if (from === "bool") value = logical(e);
  else value = floating(e);
  // NaNs have signs that differ between machines.
  if (value === null || value !== value) return null;
  return lit(typeof value === "boolean" ? Number(value) : value, e.type);
}

/** The result of a comparison. */
export function compare<T extends number | bigint>(
  op: string,
  a: T,
  b: T,
): boolean | null {
  switch (op) {
    case "eq":
      return a === b;
    case "ne":
      return a !== b;
    case "lt":
      return a < b;
    case "le":
      return a <= b;
    case "gt":
      return a > b;
    case "ge":
      return a >= b;
    default:
      return null;
  }
}

const scratch = new DataView(new ArrayBuffer(8));

function wide(e: Expr): number | bigint | boolean | null {
  const [a, b = 0n] = e.args.map((x) => x.value) as [bigint, bigint?];
  const value = wideResult(e, a, b);
  return e.type === "i64" && typeof value === "bigint"
    ? BigInt.asIntN(64, value)
    : value;
}

function wideResult(
  e: Expr,
  a: bigint,
  b: bigint,
): number | bigint | boolean | null {
  switch (e.op) {
    case "add":
      return a + b;
    case "sub":
      return a - b;
    case "mul":
      return a * b;
    case "div":
      return b === 0n || b === -1n ? null : a / b;
    case "rem":
      return b === 0n ? null : a % b;
    case "neg":
      return -a;
    case "abs":
      return a < 0n ? -a : a;
    case "min":
      return a < b ? a : b;
    case "max":
      return a > b ? a : b;
    case "and":
      return a & b;
    case "or":
      return a | b;
    case "xor":
      return a ^ b;
    case "not":
      return ~a;
    case "shl":
      return a << (BigInt(e.value) & 63n);
    case "shrS":
      return a >> (BigInt(e.value) & 63n);
    case "shrU":
      return BigInt.asUintN(64, a) >> (BigInt(e.value) & 63n);
    case "cast":
      return castWide(a, e.type);
    case "bitcast":
      scratch.setBigInt64(0, a);
      return scratch.getFloat64(0);
    default:
      return compare(e.op, a, b);
  }
}

function castWide(a: bigint, to: Lane): number | bigint | boolean | null {
  switch (to) {
    case "bool":
      return a !== 0n;
    case "i32":
      return Number(BigInt.asIntN(32, a));
    case "f64":
      return Number(a);
    default:
      // By way of f64, f32 would be rounded twice.
      return Number.isSafeInteger(Number(a)) ? Math.fround(Number(a)) : null;
  }
}

function narrow(e: Expr): number | bigint | boolean | null {
  const [a, b = 0] = e.args.map((x) => x.value) as [number, number?];
  switch (e.op) {
    case "add":
      return (a + b) | 0;
    case "sub":
      return (a - b) | 0;
    case "mul":
      return Math.imul(a, b);
    case "div":
      return b === 0 || b === -1 ? null : (a / b) | 0;
    case "rem":
      return b === 0 ? null : (a % b) | 0;
    case "neg":
      return -a | 0;
    case "abs":
      return Math.abs(a) | 0;
    case "min":
      return Math.min(a, b);
    case "max":
      return Math.max(a, b);
    case "and":
      return a & b;
    case "or":
      return a | b;
    case "xor":
      return a ^ b;
    case "not":
      return ~a;
    case "shl":
      return a << Number(e.value);
    case "shrS":
      return a >> Number(e.value);
    case "shrU":
      return (a >>> Number(e.value)) | 0;
    case "cast":
      return e.type === "bool" ? a !== 0 : inLane(a, e.type);
    case "bitcast":
      scratch.setInt32(0, a);
      return scratch.getFloat32(0);
    default:
      return compare(e.op, a, b);
  }
}

function inLane(a: number, to: Lane): number | bigint {
  return to === "i64" ? BigInt(a) : to === "f32" ? Math.fround(a) : a;
}

function logical(e: Expr): number | bigint | boolean | null {
  const [a, b = 0] = e.args.map((x) => x.value) as [number, number?];
  switch (e.op) {
    case "and":
      return a & b;
    case "or":
      return a | b;
    case "xor":
    case "ne":
      return a ^ b;
    case "eq":
      return a === b;
    case "not":
      return 1 - a;
    case "cast":
      return inLane(a, e.type);
    default:
      return null;
  }
}

function floating(e: Expr): number | bigint | boolean | null {
  const [a, b = 0] = e.args.map((x) => x.value) as [number, number?];
  const value = floatingResult(e, a, b);
  return e.type === "f32" && typeof value === "number"
    ? Math.fround(value)
    : value;
}

/** Before rounding: results of f32 in f64 round to the right f32. */
function floatingResult(
  e: Expr,
  a: number,
  b: number,
): number | bigint | boolean | null {
  switch (e.op) {
    case "add":
      return a + b;
    case "sub":
      return a - b;
    case "mul":
      return a * b;
    case "div":
      return a / b;
    case "neg":
      return -a;
    case "abs":
      return Math.abs(a);
    case "sqrt":
      return Math.sqrt(a);
    case "floor":
      return Math.floor(a);
    case "ceil":
      return Math.ceil(a);
    case "trunc":
      return Math.trunc(a);
    case "nearest":
      return nearest(a);
    case "min":
      return Math.min(a, b);
    case "max":
      return Math.max(a, b);
    case "cast":
      return castFloat(a, e.type);
    case "bitcast":
      if (e.type === "i32") {
        scratch.setFloat32(0, a);
        return a === a ? scratch.getInt32(0) : null;
      }
      scratch.setFloat64(0, a);
      return a === a ? scratch.getBigInt64(0) : null;
    default:
      return compare(e.op, a, b);
  }
}

/** The nearest whole number, half to even. */
function nearest(a: number): number {
  if (!(Math.abs(a) < 2 ** 52)) return a;
  const size = Math.abs(a) + 2 ** 52 - 2 ** 52;
  return a < 0 || Object.is(a, -0) ? -size : size;
}

function castFloat(a: number, to: Lane): number | bigint | boolean | null {
  switch (to) {
    case "bool":
      return a !== 0;
    case "i32":
      return Math.max(-(2 ** 31), Math.min(2 ** 31 - 1, Math.trunc(a))) | 0;
    case "i64":
      if (a !== a) return 0n;
      if (a >= 2 ** 63) return 2n ** 63n - 1n;
      return a < -(2 ** 63) ? -(2n ** 63n) : BigInt(Math.trunc(a));
    default:
      return a;
  }
}
