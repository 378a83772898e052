/**
 * Scalar expressions: what a kernel computes for one element. They are plain
 * data; `wasm/` lowers them to SIMD over four elements at a time and `webgpu/`
 * to WGSL. A node that is used twice is computed once, so share nodes.
 */

/** The type of a scalar expression. Storage types narrower than these widen on load. */
export type Lane = "f32" | "f64" | "i32" | "i64" | "bool";

/** What a node does with its arguments. */
export type ExprOp =
  | "load" // element of input `index`
  | "loadAt" // element of input `index`, args[0] (i32) elements further on
  | "scalar" // run-time scalar `index`
  | "const" // `value`
  | "coord" // position along axis `index` of the iteration space (negative: from the end), i32
  | "acc" // state `index` of a reduction
  | "other" // state `index` of the other half in a reduction's merge
  | "value" // the `index`-th value that a reduction consumes
  | "add"
  | "sub"
  | "mul"
  | "div" // integers: towards zero
  | "rem" // integers only: sign of the dividend
  | "neg"
  | "abs"
  | "sqrt"
  | "floor"
  | "ceil"
  | "trunc"
  | "nearest" // half to even
  | "min" // NaN wins
  | "max" // NaN wins
  | "madd" // a * b + c, in one rounding where the machine has it
  | "eq"
  | "ne"
  | "lt"
  | "le"
  | "gt"
  | "ge"
  | "and"
  | "or"
  | "xor"
  | "not"
  | "shl" // by a constant `value`
  | "shrS"
  | "shrU"
  | "select" // args[0] ? args[1] : args[2]
  | "cast"
  | "bitcast"; // f32 <-> i32, f64 <-> i64

/** A node of a scalar expression. */
export interface Expr {
  readonly op: ExprOp;
  readonly type: Lane;
  readonly args: readonly Expr[];
  readonly index: number;
  readonly value: number | bigint;
}

const none: readonly Expr[] = [];

function node(
  op: ExprOp,
  type: Lane,
  args: readonly Expr[] = none,
  index = 0,
  value: number | bigint = 0,
): Expr {
  return { op, type, args, index, value };
}

/** Whether an expression is a floating number. */
export function isFloat(a: Expr): boolean {
  return a.type === "f32" || a.type === "f64";
}

/** Element of input `slot`. */
export function load(slot: number, type: Lane): Expr {
  return node("load", type, none, slot);
}
/** Element of input `slot`, `extra` (i32) elements past the one that the strides lead to. */
export function loadAt(slot: number, type: Lane, extra: Expr): Expr {
  return node("loadAt", type, [extra], slot);
}
/** The run-time scalar `slot`. */
export function scalar(slot: number, type: Lane): Expr {
  return node("scalar", type, none, slot);
}
/** A constant. */
export function lit(value: number | bigint, type: Lane): Expr {
  return node("const", type, none, 0, type === "i64" ? BigInt(value) : value);
}
/** Position along `axis` of the iteration space; collapsing renumbers axes, so count from the end. */
export function coord(axis: number): Expr {
  return node("coord", "i32", none, axis);
}
/** State `slot` of a reduction. */
export function acc(slot: number, type: Lane): Expr {
  return node("acc", type, none, slot);
}
/** State `slot` of the half that a reduction's merge adds to `acc`. */
export function other(slot: number, type: Lane): Expr {
  return node("other", type, none, slot);
}
/** The `slot`-th value that a reduction consumes. */
export function consumed(slot: number, type: Lane): Expr {
  return node("value", type, none, slot);
}

function binary(op: ExprOp, type?: Lane) {
  return (a: Expr, b: Expr): Expr => {
    if (a.type !== b.type) {
      throw new TypeError(`Cannot ${op} ${a.type} and ${b.type}`);
    }
    return node(op, type ?? a.type, [a, b]);
  };
}
function compare(op: ExprOp) {
  return binary(op, "bool");
}
function unary(op: ExprOp) {
  return (a: Expr): Expr => node(op, a.type, [a]);
}
function shift(op: ExprOp) {
  return (a: Expr, by: number): Expr => node(op, a.type, [a], 0, by);
}

/** `a + b` */
export const add: (a: Expr, b: Expr) => Expr = binary("add");
/** `a - b` */
export const sub: (a: Expr, b: Expr) => Expr = binary("sub");
/** `a * b` */
export const mul: (a: Expr, b: Expr) => Expr = binary("mul");
/** `a / b`; integers round towards zero. */
export const div: (a: Expr, b: Expr) => Expr = binary("div");
/** Remainder of integers, with the sign of `a`. */
export const rem: (a: Expr, b: Expr) => Expr = binary("rem");
/** The smaller; NaN if either is, and -0 is smaller than 0. */
export const min: (a: Expr, b: Expr) => Expr = binary("min");
/** The larger; NaN if either is, and 0 is larger than -0. */
export const max: (a: Expr, b: Expr) => Expr = binary("max");
/** Bitwise, or logical for bool. */
export const and: (a: Expr, b: Expr) => Expr = binary("and");
/** Bitwise, or logical for bool. */
export const or: (a: Expr, b: Expr) => Expr = binary("or");
/** Bitwise, or logical for bool. */
export const xor: (a: Expr, b: Expr) => Expr = binary("xor");
/** `a == b` */
export const eq: (a: Expr, b: Expr) => Expr = compare("eq");
/** `a != b` */
export const ne: (a: Expr, b: Expr) => Expr = compare("ne");
/** `a < b` */
export const lt: (a: Expr, b: Expr) => Expr = compare("lt");
/** `a <= b` */
export const le: (a: Expr, b: Expr) => Expr = compare("le");
/** `a > b` */
export const gt: (a: Expr, b: Expr) => Expr = compare("gt");
/** `a >= b` */
export const ge: (a: Expr, b: Expr) => Expr = compare("ge");
/** `-a` */
export const neg: (a: Expr) => Expr = unary("neg");
/** `|a|` */
export const abs: (a: Expr) => Expr = unary("abs");
/** Correctly rounded square root. */
export const sqrt: (a: Expr) => Expr = unary("sqrt");
/** Rounds down. */
export const floor: (a: Expr) => Expr = unary("floor");
/** Rounds up. */
export const ceil: (a: Expr) => Expr = unary("ceil");
/** Rounds towards zero. */
export const trunc: (a: Expr) => Expr = unary("trunc");
/** Rounds to the nearest integer, half to even. */
export const nearest: (a: Expr) => Expr = unary("nearest");
/** Bitwise, or logical for bool. */
export const not: (a: Expr) => Expr = unary("not");
/** Shifts integers left by a constant. */
export const shl: (a: Expr, by: number) => Expr = shift("shl");
/** Shifts integers right by a constant, keeping the sign. */
export const shrS: (a: Expr, by: number) => Expr = shift("shrS");
/** Shifts integers right by a constant, filling with zeros. */
export const shrU: (a: Expr, by: number) => Expr = shift("shrU");

/** `a * b + c`: one rounding where the machine fuses, two where it does not. */
export function madd(a: Expr, b: Expr, c: Expr): Expr {
  return node("madd", a.type, [a, b, c]);
}
/** `condition ? a : b` */
export function select(condition: Expr, a: Expr, b: Expr): Expr {
  if (a.type !== b.type) {
    throw new TypeError(`Cannot select between ${a.type} and ${b.type}`);
  }
  return node("select", a.type, [condition, a, b]);
}
/** Converts to another type; floats to integers truncate and saturate. */
export function cast(a: Expr, type: Lane): Expr {
  return a.type === type ? a : node("cast", type, [a]);
}
/** Reinterprets the bits: f32 as i32, f64 as i64, and back. */
export function bitcast(a: Expr, type: Lane): Expr {
  return node("bitcast", type, [a]);
}
/** Evaluates a polynomial by Horner's rule; `coefficients` from the highest power down. */
export function horner(x: Expr, coefficients: readonly number[]): Expr {
  const coefficient = (i: number) => {
    const c = coefficients[i]!;
    return lit(x.type === "f32" ? Math.fround(c) : c, x.type);
  };
  let sum = coefficient(0);
  for (let i = 1; i < coefficients.length; i++) {
    sum = madd(sum, x, coefficient(i));
  }
  return sum;
}

/** Whether `test` is true of a node under `roots`; shared ones are looked at once. */
export function someNode(
  roots: readonly Expr[],
  test: (e: Expr) => boolean,
): boolean {
  const seen = new Set<Expr>();
  const any = (e: Expr): boolean => {
    if (seen.has(e)) return false;
    seen.add(e);
    return test(e) || e.args.some(any);
  };
  return roots.some(any);
}
