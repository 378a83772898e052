/**
 * A reference interpreter of scalar expressions, for tests: every operation is
 * done as its type defines it, one element at a time.
 */

import type { Expr } from "../expr.ts";
import { fma32 } from "../random/fma.ts";

/** A value of an expression: i64 is a bigint, bool a boolean, everything else a number. */
export type Value = number | bigint | boolean;

/** How to interpret. */
export interface InterpretOptions {
  /** Whether `madd` rounds once, as on machines that fuse it. False by default. */
  readonly fused?: boolean;
}

/** The inputs of an expression: `load` reads `loads`, `scalar` reads `scalars`. */
export type Interpreted = (
  loads: readonly Value[],
  scalars?: readonly Value[],
) => Value;

const view = new DataView(new ArrayBuffer(8));

// What the generated code calls.
const runtime = {
  fround: Math.fround,
  /** Half to even. */
  nearest(x: number): number {
    if (!(Math.abs(x) < 2 ** 52)) return x;
    const shift = x < 0 || Object.is(x, -0) ? -(2 ** 52) : 2 ** 52;
    const y = x + shift - shift;
    return y === 0 ? (shift < 0 ? -0 : 0) : y;
  },
  min: Math.min,
  max: Math.max,
  /** Saturating conversion of a float to an integer. */
  toI32(x: number): number {
    return Math.max(-(2 ** 31), Math.min(2 ** 31 - 1, Math.trunc(x))) | 0;
  },
  toI64(x: number): bigint {
    if (!(Math.abs(x) < 2 ** 63)) {
      return x > 0 ? 2n ** 63n - 1n : x < 0 ? -(2n ** 63n) : 0n;
    }
    return BigInt(Math.trunc(x));
  },
  f32Bits(x: number): number {
    view.setFloat32(0, x);
    return view.getInt32(0);
  },
  f64Bits(x: number): bigint {
    view.setFloat64(0, x);
    return view.getBigInt64(0);
  },
  fromF32Bits(x: number): number {
    view.setInt32(0, x);
    return view.getFloat32(0);
  },
  fromF64Bits(x: bigint): number {
    view.setBigInt64(0, x);
    return view.getFloat64(0);
  },
  fma,
  fma32,
};

/** `a * b + c` rounded once. */
export function fma(a: number, b: number, c: number): number {
  const plain = a * b + c;
  if (!Number.isFinite(a) || !Number.isFinite(b)) return plain;
  // A product of finite numbers may overflow, but it is no infinity that could cancel.
  if (!Number.isFinite(c)) return c;
  if (a === 0 || b === 0) return plain;
  return sumOf(split(a), split(b), split(c), plain);
}

/** `x = significand * 2^exponent`. */
function split(x: number): { significand: bigint; exponent: number } {
  const bits = runtime.f64Bits(x);
  const field = Number((bits >> 52n) & 0x7ffn);
  const fraction = bits & ((1n << 52n) - 1n);
  const size = field === 0 ? fraction : fraction | (1n << 52n);
  return {
    significand: bits < 0n ? -size : size,
    exponent: Math.max(field, 1) - 1075,
  };
}

function sumOf(
  a: ReturnType<typeof split>,
  b: ReturnType<typeof split>,
  c: ReturnType<typeof split>,
  plain: number,
): number {
  const product = a.significand * b.significand;
  const exponent = a.exponent + b.exponent;
  const least = Math.min(exponent, c.exponent);
  const sum = (product << BigInt(exponent - least)) +
    (c.significand << BigInt(c.exponent - least));
  return sum === 0n ? plain : roundToDouble(sum, least);
}

/** `significand * 2^exponent`, half to even. */
function roundToDouble(significand: bigint, exponent: number): number {
  const size = significand < 0n ? -significand : significand;
  const length = size.toString(2).length;
  // The place of the last bit that the result can hold.
  const place = Math.max(length + exponent - 53, -1074);
  const drop = place - exponent;
  let kept = size;
  if (drop > 0) {
    kept = size >> BigInt(drop);
    const rest = size - (kept << BigInt(drop));
    const half = 1n << BigInt(drop - 1);
    if (rest > half || (rest === half && (kept & 1n) === 1n)) kept += 1n;
  } else if (drop < 0) {
    kept = size << BigInt(-drop);
  }
  // 2^place may not be a number, so it is applied in two halves; both are exact.
  const near = Math.trunc(place / 2);
  const value = Number(kept) * 2 ** near * 2 ** (place - near);
  return significand < 0n ? -value : value;
}

const integers: Record<string, string> = {
  add: "+",
  sub: "-",
  mul: "*",
  div: "/",
  rem: "%",
  and: "&",
  or: "|",
  xor: "^",
};
const comparisons: Record<string, string> = {
  eq: "===",
  ne: "!==",
  lt: "<",
  le: "<=",
  gt: ">",
  ge: ">=",
};

/** JavaScript for one node whose arguments have the names `args`. */
function source(node: Expr, args: string[], fused: boolean): string {
  const { op, type } = node;
  const [a, b, c] = args as [string, string, string];
  const round = (text: string) => type === "f32" ? `fround(${text})` : text;
  const wrap = (text: string) =>
    type === "i32"
      ? `(${text}) | 0`
      : type === "i64"
      ? `BigInt.asIntN(64, ${text})`
      : text;
  const float = type === "f32" || type === "f64";
  if (op in comparisons) return `${a} ${comparisons[op]} ${b}`;
  if (type === "bool" && op in integers) {
    return op === "xor" ? `${a} !== ${b}` : `(${a} ${integers[op]} ${b}) === 1`;
  }
  switch (op) {
    case "load":
      return `loads[${node.index}]`;
    case "scalar":
      return `scalars[${node.index}]`;
    case "const":
      return literal(node);
    case "mul":
      if (type === "i32") return `Math.imul(${a}, ${b})`;
      /* falls through */
    case "add":
    case "sub":
    case "div":
      return float
        ? round(`${a} ${integers[op]} ${b}`)
        : wrap(`${a} ${integers[op]} ${b}`);
    case "rem":
    case "and":
    case "or":
    case "xor":
      return wrap(`${a} ${integers[op]} ${b}`);
    case "neg":
      return wrap(`-${a}`);
    case "abs":
      return float ? `Math.abs(${a})` : wrap(`${a} < 0 ? -${a} : ${a}`);
    case "sqrt":
      return round(`Math.sqrt(${a})`);
    case "floor":
    case "ceil":
    case "trunc":
      return `Math.${op}(${a})`;
    case "nearest":
      return `nearest(${a})`;
    case "min":
    case "max":
      return float
        ? `Math.${op}(${a}, ${b})`
        : `${a} ${op === "min" ? "<" : ">"} ${b} ? ${a} : ${b}`;
    case "madd":
      if (!float) {
        return type === "i32"
          ? wrap(`Math.imul(${a}, ${b}) + ${c}`)
          : wrap(`${a} * ${b} + ${c}`);
      }
      if (!fused) return round(`${round(`${a} * ${b}`)} + ${c}`);
      return `${type === "f32" ? "fma32" : "fma"}(${a}, ${b}, ${c})`;
    case "not":
      return type === "bool" ? `!${a}` : wrap(`~${a}`);
    case "shl":
      return shifted(type, `${a} << `, node.value);
    case "shrS":
      return shifted(type, `${a} >> `, node.value);
    case "shrU":
      return type === "i32"
        ? `(${a} >>> ${node.value}) | 0`
        : `BigInt.asIntN(64, BigInt.asUintN(64, ${a}) >> ${node.value}n)`;
    case "select":
      return `${a} ? ${b} : ${c}`;
    case "cast":
      return converted(node.args[0]!.type, type, a);
    case "bitcast":
      return {
        f32: `fromF32Bits(${a})`,
        f64: `fromF64Bits(${a})`,
        i32: `f32Bits(${a})`,
        i64: `f64Bits(${a})`,
        bool: a,
      }[type];
    default:
      throw new TypeError(`Cannot interpret ${op}: it has no value of its own`);
  }
}

function shifted(type: string, text: string, by: number | bigint): string {
  return type === "i64" ? `BigInt.asIntN(64, ${text}${by}n)` : `${text}${by}`;
}

function converted(from: string, to: string, a: string): string {
  if (to === "bool") return from === "i64" ? `${a} !== 0n` : `${a} !== 0`;
  if (from === "bool") {
    return to === "i64" ? `(${a} ? 1n : 0n)` : `(${a} ? 1 : 0)`;
  }
  switch (to) {
    case "f32":
      return `fround(Number(${a}))`;
    case "f64":
      return `Number(${a})`;
    case "i32":
      return from === "i64" ? `Number(BigInt.asIntN(32, ${a}))` : `toI32(${a})`;
    default:
      return from === "i32" ? `BigInt(${a})` : `toI64(${a})`;
  }
}

function literal({ type, value }: Expr): string {
  if (type === "bool") return value ? "true" : "false";
  if (type === "i64") return `(${value}n)`;
  return Object.is(value, -0) ? "(-0)" : `(${value})`;
}

/**
 * Compiles an expression of `load`s and `scalar`s to a function of one element.
 *
 * @example
 * ```ts ignore
 * const f = interpret(add(load(0, "f32"), lit(1, "f32")));
 * f([2]); // 3
 * ```
 */
export function interpret(
  root: Expr,
  { fused = false }: InterpretOptions = {},
): Interpreted {
  const names = new Map<Expr, string>();
  const lines: string[] = [];
  const visit = (node: Expr): string => {
    const known = names.get(node);
    if (known !== undefined) return known;
    const args = node.args.map(visit);
    const name = `v${names.size}`;
    names.set(node, name);
    lines.push(`const ${name} = ${source(node, args, fused)};`);
    return name;
  };
  const result = visit(root);
  const body = `const { ${Object.keys(runtime).join(", ")} } = runtime;
return (loads, scalars = []) => {
${lines.join("\n")}
return ${result};
};`;
  return new Function("runtime", body)(runtime) as Interpreted;
}
