/**
 * Lowers scalar expressions to WGSL, one element per invocation. WGSL lets a
 * compiler assume that there are no NaNs and no infinities, so both are kept
 * out of its sight: NaN is recognised by its bits, non-finite constants come
 * from memory, and so does a zero that something is multiplied by.
 */

import type { Expr, ExprOp, Lane } from "../expr.ts";
import { header } from "./variant.ts";

/** The WGSL type of a lane. */
export function typeOf(lane: Lane): string {
  if (lane === "f64" || lane === "i64") {
    throw new TypeError(
      `Cannot compute in ${lane} on WebGPU, which has no 64-bit types: use device "cpu"`,
    );
  }
  return lane;
}

/** Text of word `index` of the uniform buffer. */
export function word(index: number): string {
  return `p[${index >> 2}].${"xyzw"[index & 3]}`;
}

/** The head of a shader's main function, which knows the numbers of its workgroup and invocation. */
export function entryPoint(groupSize: number): string {
  return `@compute @workgroup_size(${groupSize})
fn main(
  @builtin(workgroup_id) id: vec3<u32>,
  @builtin(num_workgroups) grid: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let group = id.y * grid.x + id.x;`;
}

/** Functions that lowered expressions call; part of every module. */
export function prelude(): string {
  return `
// A compiler may reorder sums and products as if they were exact, but not through this.
fn keep(x: f32) -> f32 {
  return bitcast<f32>(bitcast<u32>(x) | ${word(header.zero)});
}
fn isNan(x: f32) -> bool {
  return (bitcast<u32>(x) & 0x7fffffffu) > 0x7f800000u;
}
fn minOf(a: f32, b: f32) -> f32 {
  let zeros = bitcast<f32>(bitcast<u32>(a) | bitcast<u32>(b));
  let least = select(select(b, a, a < b), zeros, a == b);
  return select(select(least, b, isNan(b)), a, isNan(a));
}
fn maxOf(a: f32, b: f32) -> f32 {
  let zeros = bitcast<f32>(bitcast<u32>(a) & bitcast<u32>(b));
  let most = select(select(b, a, a > b), zeros, a == b);
  return select(select(most, b, isNan(b)), a, isNan(a));
}
fn toInt(x: f32) -> i32 {
  if (isNan(x)) { return 0i; }
  if (x >= 2147483648.0f) { return 2147483647i; }
  if (x <= -2147483648.0f) { return i32(-2147483648); }
  return i32(x);
}
`;
}

const infix: Readonly<Record<string, string>> = {
  add: "+",
  sub: "-",
  mul: "*",
  div: "/",
  rem: "%",
  lt: "<",
  le: "<=",
  gt: ">",
  ge: ">=",
};
/** What could be merged into a sum that it is a term of. */
const sums: ReadonlySet<ExprOp> = new Set(["add", "sub", "madd", "mul"]);
const logical: Readonly<Record<string, string>> = {
  and: "&&",
  or: "||",
  xor: "!=",
};
const bitwise: Readonly<Record<string, string>> = {
  and: "&",
  or: "|",
  xor: "^",
};
const builtin: Readonly<Record<string, string>> = {
  abs: "abs",
  sqrt: "sqrt",
  floor: "floor",
  ceil: "ceil",
  trunc: "trunc",
  nearest: "round",
};

/** Text of a finite or non-finite constant. */
function literal(e: Expr): string {
  if (e.type === "bool") return e.value ? "true" : "false";
  const value = Number(e.value);
  if (e.type === "i32") {
    return value === -(2 ** 31) ? "i32(-2147483648)" : `${value}i`;
  }
  if (Number.isNaN(value)) return `bitcast<f32>(${word(header.nan)})`;
  const single = Math.fround(value);
  if (Math.abs(single) === Infinity) {
    const sign = single < 0 ? " | 0x80000000u" : "";
    return `bitcast<f32>(${word(header.infinity)}${sign})`;
  }
  if (Object.is(single, -0)) return "bitcast<f32>(0x80000000u)";
  return `${single}f`;
}

/** Writes WGSL statements that compute expressions. */
export class Lowering {
  readonly #leaf: (e: Expr) => string;
  readonly #constants = new Map<string, string>();
  readonly #lines: string[] = [];
  #names = new Map<Expr, string>();
  #count = 0;

  /** `leaf` supplies the text of loads, scalars, coordinates and reduction states. */
  constructor(leaf: (e: Expr) => string) {
    this.#leaf = leaf;
  }

  /** Adds a line as it is. */
  line(text: string): void {
    this.#lines.push(text);
  }

  /** All lines so far. */
  text(): string {
    return this.#lines.join("\n");
  }

  /** Forgets computed values: what follows is in another block. */
  begin(): void {
    this.#names = new Map();
  }

  /**
   * Names the constants of `roots`; call where everything that follows is in
   * scope. As `let`s they are values at run time, whose overflow is no error.
   */
  declareConstants(roots: readonly Expr[]): void {
    const seen = new Set<Expr>();
    const visit = (e: Expr) => {
      if (seen.has(e)) return;
      seen.add(e);
      if (e.op === "const") this.#constant(e);
      e.args.forEach(visit);
    };
    roots.forEach(visit);
  }

  #constant(e: Expr): string {
    const text = literal(e);
    let name = this.#constants.get(text);
    if (name === undefined) {
      name = `k${this.#constants.size}`;
      this.#constants.set(text, name);
      this.line(`let ${name}: ${typeOf(e.type)} = ${text};`);
    }
    return name;
  }

  /** Writes statements that compute `e`; returns the name of the value. */
  value(e: Expr): string {
    const known = this.#names.get(e);
    if (known !== undefined) return known;
    let name: string;
    if (e.op === "const") name = this.#constant(e);
    else {
      const text = this.#compute(e);
      name = `v${this.#count++}`;
      this.line(`let ${name}: ${typeOf(e.type)} = ${text};`);
    }
    this.#names.set(e, name);
    return name;
  }

  /** The value of argument `index` of `e`, kept from being reordered with it. */
  #argument(e: Expr, index: number): string {
    const x = e.args[index]!;
    if (x.type !== "f32") return this.value(x);
    if (e.op === "mul") {
      // A product with 0 is NaN if the other factor is not finite.
      if (x.op === "const" && x.value === 0) {
        return `bitcast<f32>(${word(header.zero)})`;
      }
      if (x.op === "mul" || x.op === "div") return `keep(${this.value(x)})`;
    }
    const isTerm = e.op === "add" || e.op === "sub" ||
      (e.op === "madd" && index === 2);
    return isTerm && sums.has(x.op) ? `keep(${this.value(x)})` : this.value(x);
  }

  #compute(e: Expr): string {
    switch (e.op) {
      case "load":
      case "loadAt":
      case "scalar":
      case "coord":
      case "acc":
      case "other":
      case "value":
        return this.#leaf(e);
    }
    const [a, b, c] = e.args.map((_, i) => this.#argument(e, i)) as [
      string,
      string,
      string,
    ];
    const from = e.args[0]!.type, float = from === "f32";
    switch (e.op) {
      case "eq":
      case "ne": {
        // Equality with itself is how expressions ask for NaN.
        if (float && e.args[0] === e.args[1]) {
          return `${e.op === "eq" ? "!" : ""}isNan(${a})`;
        }
        // Some compilers take != of floats to be false where one is NaN.
        return e.op === "eq" ? `${a} == ${b}` : `!(${a} == ${b})`;
      }
      case "and":
      case "or":
      case "xor":
        return `${a} ${(from === "bool" ? logical : bitwise)[e.op]} ${b}`;
      case "not":
        return `${from === "bool" ? "!" : "~"}${a}`;
      case "neg":
        return `-${a}`;
      case "min":
      case "max":
        return `${float ? `${e.op}Of` : e.op}(${a}, ${b})`;
      case "madd":
        return float ? `fma(${a}, ${b}, ${c})` : `${a} * ${b} + ${c}`;
      case "select":
        return `select(${c}, ${b}, ${a})`;
      case "shl":
        return `${a} << ${e.value}u`;
      case "shrS":
        return `${a} >> ${e.value}u`;
      case "shrU":
        return `bitcast<i32>(bitcast<u32>(${a}) >> ${e.value}u)`;
      case "bitcast":
        return `bitcast<${typeOf(e.type)}>(${a})`;
      case "cast":
        return convert(a, from, e.type);
    }
    const call = builtin[e.op];
    if (call !== undefined) return `${call}(${a})`;
    return `${a} ${infix[e.op]} ${b}`;
  }
}

function convert(a: string, from: Lane, to: Lane): string {
  if (to === "bool") {
    return from === "f32" ? `!(${a} == 0.0f)` : `${a} != 0i`;
  }
  if (from === "f32" && to === "i32") return `toInt(${a})`;
  return `${typeOf(to)}(${a})`;
}
