import { assert, assertEquals } from "@std/assert";
import type { Expr, Lane } from "../expr.ts";
import * as x from "../expr.ts";
import * as math from "../math/index.ts";
import { interpret, type Value } from "../testing/interpret.ts";
import { intern } from "./expr_table.ts";
import { lehmer } from "./graph_run_testing.ts";
import { showExpr } from "./show_kernel.ts";
import { simplify, simplifyKernel } from "./simplify.ts";

const float = [
  ...[0, -0, 1, -1, 2, -2, 0.5, -0.5, 3, 8, 1.5, 2.5, -3.75, 2 ** 31, 1e10],
  ...[2 ** 63, -(2 ** 31), Infinity, -Infinity, NaN],
];
const whole = [0, 1, -1, 2, 3, 7, -8, 255, 65537, 2 ** 31 - 1, -(2 ** 31)];
/** Values that results are sensitive to. */
const special: Readonly<Record<Lane, readonly (number | bigint)[]>> = {
  f32: [...float, Math.fround(0.1), 2 ** 127, 2 ** -149, 2 ** -126, 16777217]
    .map(Math.fround),
  f64: [...float, 0.1, 2 ** 1023, 2 ** -1074, 2 ** -1022, 2 ** 53 + 1],
  i32: whole,
  i64: [
    ...whole.map(BigInt),
    2n ** 32n,
    2n ** 53n + 1n,
    2n ** 63n - 1n,
    -(2n ** 63n),
  ],
  bool: [0, 1],
};
const lanes = Object.keys(special) as Lane[];

const arithmetic = [x.add, x.sub, x.mul, x.min, x.max];
const rounding = [x.floor, x.ceil, x.trunc, x.nearest, x.sqrt];
const bits = [x.and, x.or, x.xor];
const comparisons = [x.eq, x.ne, x.lt, x.le, x.gt, x.ge];

/** Makes expressions whose parts recur, with constants that rules look for. */
class Generator {
  readonly next: () => number;
  readonly #made: Expr[] = [];

  constructor(seed: number) {
    this.next = lehmer(seed);
  }

  pick<T>(list: readonly T[]): T {
    return list[Math.floor(this.next() * list.length)]!;
  }

  make(type: Lane, depth: number): Expr {
    const e = depth === 0 ? this.#leaf(type) : this.#node(type, depth - 1);
    this.#made.push(e);
    return e;
  }

  #leaf(type: Lane): Expr {
    const known = this.#made.filter((e) => e.type === type);
    if (known.length > 0 && this.next() < 0.4) return this.pick(known);
    if (this.next() < 0.5) return x.lit(this.pick(special[type]), type);
    return x.load(2 * lanes.indexOf(type) + this.pick([0, 1]), type);
  }

  #node(type: Lane, depth: number): Expr {
    const part = (t: Lane = type) =>
      this.make(t, this.next() < 0.3 ? 0 : depth);
    const choice = this.next();
    if (choice < 0.15) {
      const select = x.select(part("bool"), part(), part());
      return this.next() < 0.3 ? { ...select, value: 1 } : select;
    }
    if (choice < 0.3) {
      const from = this.pick(lanes.filter((l) => l !== type));
      return x.cast(part(from), type);
    }
    switch (type) {
      case "bool": {
        if (choice < 0.5) return x.not(part());
        if (choice < 0.7) {
          return this.pick([...bits, x.eq, x.ne])(part(), part());
        }
        const of = this.pick(lanes.filter((l) => l !== "bool"));
        return this.pick(comparisons)(part(of), part(of));
      }
      case "f32":
      case "f64":
        return this.#float(type, choice, part);
      default:
        return this.#integer(type, choice, part);
    }
  }

  #float(type: Lane, choice: number, part: (t?: Lane) => Expr): Expr {
    if (choice < 0.4) return this.pick([x.neg, x.abs])(part());
    if (choice < 0.5) return this.pick(rounding)(part());
    if (choice < 0.6) return x.madd(part(), part(), part());
    if (choice < 0.65) {
      // Bits of NaN are nobody's business.
      const bits = type === "f32" ? "i32" : "i64";
      return x.bitcast(x.shrU(part(bits), 2), type);
    }
    return this.pick([...arithmetic, x.div])(part(), part());
  }

  #integer(type: Lane, choice: number, part: (t?: Lane) => Expr): Expr {
    if (choice < 0.4) return this.pick([x.neg, x.abs, x.not])(part());
    if (choice < 0.5) {
      return this.pick([x.shl, x.shrS, x.shrU])(part(), this.pick([0, 1, 9]));
    }
    if (choice < 0.55) return x.madd(part(), part(), part());
    if (choice < 0.65) {
      return this.pick([x.div, x.rem])(part(), x.lit(this.pick([1, 3]), type));
    }
    return this.pick([...arithmetic, ...bits])(part(), part());
  }
}

function valueOf(type: Lane, value: number | bigint): Value {
  return type === "bool" ? value !== 0 : value;
}

function size(e: Expr): number {
  const seen = new Set<Expr>();
  const visit = (e: Expr) => {
    if (!seen.has(e)) seen.add(e).size && e.args.forEach(visit);
  };
  visit(e);
  return seen.size;
}

Deno.test("simplify() changes no result of random expressions on special values", () => {
  let before = 0, after = 0;
  for (let seed = 1; seed <= 1500; seed++) {
    const generator = new Generator(seed * 7919);
    const e = generator.make(generator.pick(lanes), 4);
    const simple = simplify(e);
    before += size(e);
    after += size(simple);
    assertEquals(simple.type, e.type);
    for (const fused of [false, true]) {
      const expected = interpret(e, { fused });
      const found = interpret(simple, { fused });
      for (let n = 0; n < 12; n++) {
        const loads = lanes.flatMap((type) =>
          [0, 1].map(() => valueOf(type, generator.pick(special[type])))
        );
        const [want, got] = [expected(loads), found(loads)];
        assert(
          Object.is(want, got),
          `${showExpr(e)} of ${loads}: expected ${want}, got ${got} of ${
            showExpr(simple)
          }`,
        );
      }
    }
  }
  assert(after < 0.7 * before, `expected less than ${before}, got ${after}`);
});

Deno.test("simplify() finds nothing to do in what it made", () => {
  for (let seed = 1; seed <= 300; seed++) {
    const generator = new Generator(seed * 104729);
    const simple = simplify(generator.make(generator.pick(lanes), 4));
    assertEquals(showExpr(simplify(simple)), showExpr(simple));
  }
});

Deno.test("simplifyKernel() changes no power by an exponent that it makes a constant", () => {
  for (const type of ["f32", "f64"] as const) {
    const value = intern(math.pow(x.load(0, type), x.scalar(0, type)));
    const kernel = {
      name: "pow",
      inputs: [type === "f32" ? "float32" as const : "float64" as const],
      scalars: [type],
      stores: [{ dtype: "float64" as const, value }],
    };
    for (const exponent of [0, 1, -1, 2, 0.5]) {
      const simple = simplifyKernel(kernel, [exponent]).kernel;
      for (const fused of [false, true]) {
        const expected = interpret(value, { fused });
        const found = interpret(simple.stores[0]!.value, { fused });
        for (const base of special[type]) {
          assertEquals(
            found([base], [exponent]),
            expected([base], [exponent]),
            `${base} ** ${exponent}`,
          );
        }
      }
    }
  }
});

Deno.test("simplify() changes no elementary function", () => {
  const functions = Object.entries(math).filter(([, f]) => f.length === 1);
  assert(functions.length > 20);
  for (const [name, f] of functions) {
    for (const type of ["f32", "f64"] as const) {
      // Rounds constants of f32 as code does; the interpreter takes them as they are.
      const e = intern((f as (x: Expr) => Expr)(x.load(0, type)));
      const [expected, found] = [interpret(e), interpret(simplify(e))];
      for (const value of [...special[type], 0.3, -0.7, 5.25].map(Number)) {
        const argument = type === "f32" ? Math.fround(value) : value;
        assertEquals(
          found([argument]),
          expected([argument]),
          `${name}(${value})`,
        );
      }
    }
  }
});
