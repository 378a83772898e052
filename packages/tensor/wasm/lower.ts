/**
 * Lowers scalar expressions to SIMD. An expression is computed for four
 * elements at a time whatever its type: f32, i32 and narrow masks take one
 * v128 register, f64, i64 and wide masks take two. So types mix freely, and
 * tails and strided data use the same arithmetic, bit for bit, as full vectors.
 */

import type { Expr, ExprOp, Lane } from "../expr.ts";
import { type FunctionBuilder, v128 } from "./assembler.ts";
import { convert } from "./convert.ts";
import { extremum, extremumOf } from "./extremum.ts";
import { fixedParts } from "./fixed.ts";
import { evenWords, isWide, lanePrefix, type Registers } from "./registers.ts";

/** What the machine offers beyond WebAssembly SIMD. */
export interface Features {
  readonly relaxed: boolean;
}

const signedCompare: Readonly<Record<string, string>> = {
  lt: "lt_s",
  le: "le_s",
  gt: "gt_s",
  ge: "ge_s",
};

const shifts: Readonly<Record<string, string>> = {
  shl: "shl",
  shrS: "shr_s",
  shrU: "shr_u",
};

function isInteger(type: Lane): boolean {
  return type === "i32" || type === "i64";
}

/** Emits code for expressions into one function. */
export class Lowering {
  readonly f: FunctionBuilder;
  readonly #features: Features;
  readonly #leaf: (e: Expr) => Registers;
  readonly #constants = new Map<string, number>();
  #done = new Map<Expr, Registers>();
  /** Values that {@linkcode hoist} computed outside of the loops at hand. */
  #outside = new Map<Expr, Registers>();
  /** By condition: what is computed in branches that are taken only where it holds. */
  #seldom = new Map<Expr, Map<Expr, Registers>>();
  #sealed = false;

  /** `leaf` supplies loads, scalars, coordinates and reduction states. */
  constructor(
    f: FunctionBuilder,
    features: Features,
    leaf: (e: Expr) => Registers,
  ) {
    this.f = f;
    this.#features = features;
    this.#leaf = leaf;
  }

  /** Forgets computed values: the next expressions run at another place in the code. */
  begin(): void {
    this.#done = new Map();
    this.#seldom = new Map();
  }

  /** Declares constants of `roots` and loads them; call where no loop has begun. */
  hoistConstants(roots: readonly Expr[]): void {
    const seen = new Set<Expr>();
    const visit = (e: Expr) => {
      if (seen.has(e)) return;
      seen.add(e);
      if (e.op === "const") this.#literal(e.type, e.value);
      for (const a of e.args) visit(a);
      if (e.op !== "cast") return;
      const from = e.args[0]!.type;
      if (from === "bool") this.one(e.type);
      else if (e.type === "bool") this.zero(from);
    };
    for (const root of roots) visit(root);
    this.#sealed = true;
  }

  /**
   * Computes what under `roots` is the same in every round of the loops that
   * follow, up to the next call, where `stays` tells that of leaves.
   */
  hoist(roots: readonly Expr[], stays: (leaf: Expr) => boolean): void {
    this.#outside = new Map();
    this.begin();
    for (const e of fixedParts(roots, stays)) this.value(e);
    this.#outside = this.#done;
    this.begin();
  }

  /** Whether `e` is the same in every round of the loops at hand, as {@linkcode hoist} found. */
  isFixed(e: Expr): boolean {
    return e.op === "const" || this.#outside.has(e);
  }

  /** Emits code that computes `e` and returns where the four values are. */
  value(e: Expr): Registers {
    const known = this.#outside.get(e) ?? this.#done.get(e);
    if (known) return known;
    const result = this.#compute(e);
    this.#done.set(e, result);
    return result;
  }

  /** A fresh local that holds a vector. */
  vector(): number {
    return this.f.local(v128);
  }

  /** The result of an instruction on vectors. */
  apply(instruction: string, ...operands: readonly number[]): number {
    for (const o of operands) this.f.get(o);
    this.f.op(instruction);
    const out = this.vector();
    this.f.set(out);
    return out;
  }

  /** 16 of the 32 bytes of two vectors. */
  shuffle(a: number, b: number, bytes: readonly number[]): number {
    const out = this.vector();
    this.f.get(a);
    this.f.get(b);
    this.f.shuffle(bytes);
    this.f.set(out);
    return out;
  }

  /** A mask of the given width. */
  mask(e: Expr, registers: number): Registers {
    const m = this.value(e);
    if (m.length === registers) return m;
    return registers === 1
      ? [this.shuffle(m[0]!, m[1]!, evenWords)]
      : ["low", "high"].map((half) =>
        this.apply(`i64x2.extend_${half}_i32x4_s`, m[0]!)
      );
  }

  /** The constant 1. */
  one(type: Lane): number {
    return this.#literal(type, type === "i64" ? 1n : 1);
  }

  /** The constant 0. */
  zero(type: Lane): number {
    return this.#literal(type, type === "i64" ? 0n : 0);
  }

  #literal(type: Lane, value: number | bigint): number {
    const bool = type === "bool";
    const key = `${type} ${Object.is(value, -0) ? "-0" : value}`;
    let local = this.#constants.get(key);
    if (local === undefined) {
      // Code that loads a constant later might sit in a branch that is skipped.
      if (this.#sealed) throw new Error(`Constant ${key} was not hoisted`);
      local = this.vector();
      this.f.splat(bool ? "i32" : type, bool ? (value ? -1 : 0) : value);
      this.f.set(local);
      this.#constants.set(key, local);
    }
    return local;
  }

  #compute(e: Expr): Registers {
    switch (e.op) {
      case "const": {
        const local = this.#literal(e.type, e.value);
        return isWide(e.type) ? [local, local] : [local];
      }
      case "load":
      case "loadAt":
      case "scalar":
      case "coord":
      case "acc":
      case "other":
      case "value":
        return this.#leaf(e);
      case "cast":
        return convert(this, e.args[0]!, e.type);
      case "bitcast":
        return this.value(e.args[0]!);
      case "select":
        return this.#select(e);
      case "madd":
        return this.#madd(e);
      case "shl":
      case "shrS":
      case "shrU":
        return this.#shift(e);
      case "eq":
      case "ne":
      case "lt":
      case "le":
      case "gt":
      case "ge":
        return this.#compare(e);
      case "div":
      case "rem":
        if (isInteger(e.type)) return this.#divide(e);
        return this.#each(e, e.op);
      case "min":
      case "max":
        if (e.type === "i32") return this.#each(e, `${e.op}_s`);
        return extremum(this, e);
      case "and":
      case "or":
      case "xor":
      case "not":
        return this.#bitwise(e, e.op);
      default:
        return this.#each(e, e.op);
    }
  }

  /** Applies an instruction to each register of the arguments. */
  #each(e: Expr, op: string): Registers {
    const args = e.args.map((a) => this.value(a));
    const instruction = `${lanePrefix[e.type]}.${op}`;
    return args[0]!.map((_, r) =>
      this.apply(instruction, ...args.map((a) => a[r]!))
    );
  }

  /** Bitwise operations; masks of different widths are brought to the wider. */
  #bitwise(e: Expr, op: ExprOp): Registers {
    const width = Math.max(...e.args.map((a) => this.value(a).length));
    const args = e.args.map((a) =>
      a.type === "bool" ? this.mask(a, width) : this.value(a)
    );
    return args[0]!.map((_, r) =>
      this.apply(`v128.${op}`, ...args.map((a) => a[r]!))
    );
  }

  #compare(e: Expr): Registers {
    const { type } = e.args[0]!;
    if (type === "bool") {
      const differ = this.#bitwise(e, "xor");
      if (e.op === "ne") return differ;
      if (e.op !== "eq") throw new Error(`Cannot compare masks by ${e.op}`);
      return differ.map((r) => this.apply("v128.not", r));
    }
    const op = isInteger(type) ? signedCompare[e.op] ?? e.op : e.op;
    const [a, b] = e.args.map((x) => this.value(x)) as [Registers, Registers];
    return a.map((x, r) => this.apply(`${lanePrefix[type]}.${op}`, x, b[r]!));
  }

  /** Skips the first branch of a select marked as seldom taken where no element wants it. */
  #rarely(e: Expr): Registers {
    const { f } = this;
    const [condition, a, b] = e.args as [Expr, Expr, Expr];
    const usual = this.value(b);
    const mask = this.mask(condition, usual.length);
    const out = usual.map((x) => {
      const local = this.vector();
      f.get(x);
      f.set(local);
      return local;
    });
    f.get(mask[0]!);
    if (mask.length > 1) {
      f.get(mask[1]!);
      f.op("v128.or");
    }
    f.op("v128.any_true");
    f.if(true);
    const outside = this.#done, seldom = this.#seldom;
    this.#done = new Map([...outside, ...seldom.get(condition) ?? []]);
    this.#seldom = new Map();
    this.value(a).forEach((x, r) => {
      f.get(x);
      f.get(usual[r]!);
      f.get(mask[r]!);
      f.op("v128.bitselect");
      f.set(out[r]!);
    });
    f.end();
    seldom.set(condition, this.#done);
    this.#done = outside;
    this.#seldom = seldom;
    return out;
  }

  #select(e: Expr): Registers {
    if (e.value === 1) return this.#rarely(e);
    const [condition, a, b] = e.args as [Expr, Expr, Expr];
    const extremum = extremumOf(condition, a, b);
    if (extremum) {
      const [op, first, second] = extremum;
      const vs = this.value(second);
      return this.value(first).map((x, r) =>
        this.apply(`${lanePrefix[e.type]}.${op}`, x, vs[r]!)
      );
    }
    let va = this.value(a), vb = this.value(b);
    if (e.type === "bool") {
      const width = Math.max(va.length, vb.length);
      va = this.mask(a, width);
      vb = this.mask(b, width);
    }
    const mask = this.mask(condition, va.length);
    const instruction = this.#features.relaxed
      ? `${isWide(e.type) ? "i64x2" : "i32x4"}.relaxed_laneselect`
      : "v128.bitselect";
    return va.map((x, r) => this.apply(instruction, x, vb[r]!, mask[r]!));
  }

  #madd(e: Expr): Registers {
    const [a, b, c] = e.args.map((x) => this.value(x)) as [
      Registers,
      Registers,
      Registers,
    ];
    const p = lanePrefix[e.type];
    return a.map((x, r) =>
      this.#features.relaxed && !isInteger(e.type)
        ? this.apply(`${p}.relaxed_madd`, x, b[r]!, c[r]!)
        : this.apply(`${p}.add`, this.apply(`${p}.mul`, x, b[r]!), c[r]!)
    );
  }

  #shift(e: Expr): Registers {
    const { f } = this;
    return this.value(e.args[0]!).map((r) => {
      f.get(r);
      f.i32(Number(e.value));
      f.op(`${lanePrefix[e.type]}.${shifts[e.op]}`);
      const out = this.vector();
      f.set(out);
      return out;
    });
  }

  /** Integer division has no SIMD form: lane by lane. */
  #divide(e: Expr): Registers {
    const { f } = this;
    const [a, b] = e.args.map((x) => this.value(x)) as [Registers, Registers];
    const p = lanePrefix[e.type];
    return a.map((x, r) => {
      const out = this.vector();
      f.get(x);
      f.set(out);
      for (let lane = 0; lane < (isWide(e.type) ? 2 : 4); lane++) {
        f.get(out);
        f.get(x);
        f.lane(`${p}.extract_lane`, lane);
        f.get(b[r]!);
        f.lane(`${p}.extract_lane`, lane);
        f.op(`${e.type}.${e.op}_s`);
        f.lane(`${p}.replace_lane`, lane);
        f.set(out);
      }
      return out;
    });
  }
}
