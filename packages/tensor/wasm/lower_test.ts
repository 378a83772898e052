import { assert, assertEquals, assertThrows } from "@std/assert";
import { arrayOf } from "../dtype.ts";
import * as x from "../expr.ts";
import type { Expr, Lane } from "../expr.ts";
import { rarely } from "../math/core.ts";
import { interpret } from "../testing/interpret.ts";
import { FunctionBuilder } from "./assembler.ts";
import {
  check,
  combinations,
  compute,
  dtypeOf,
  lanes,
  samples,
  valueOf,
} from "./expression_testing.ts";
import { features } from "./features.ts";
import { Lowering } from "./lower.ts";

type Binary = (a: Expr, b: Expr) => Expr;
type Unary = (a: Expr) => Expr;

const floats: readonly Lane[] = ["f32", "f64"];
const integers: readonly Lane[] = ["i32", "i64"];
const numbers: readonly Lane[] = [...floats, ...integers];

const unary: readonly [string, readonly Lane[], Unary][] = [
  ["neg", numbers, x.neg],
  ["abs", numbers, x.abs],
  ["sqrt", floats, x.sqrt],
  ["floor", floats, x.floor],
  ["ceil", floats, x.ceil],
  ["trunc", floats, x.trunc],
  ["nearest", floats, x.nearest],
  ["not", [...integers, "bool"], x.not],
];

const binary: readonly [string, readonly Lane[], Binary][] = [
  ["add", numbers, x.add],
  ["sub", numbers, x.sub],
  ["mul", numbers, x.mul],
  ["div", floats, x.div],
  ["min", numbers, x.min],
  ["max", numbers, x.max],
  ["and", [...integers, "bool"], x.and],
  ["or", [...integers, "bool"], x.or],
  ["xor", [...integers, "bool"], x.xor],
  ["eq", lanes, x.eq],
  ["ne", lanes, x.ne],
  ["lt", numbers, x.lt],
  ["le", numbers, x.le],
  ["gt", numbers, x.gt],
  ["ge", numbers, x.ge],
];

for (const [name, types, op] of unary) {
  Deno.test(`Lowering computes ${name} as the interpreter does`, () => {
    for (const lane of types) check(op(x.load(0, lane)), [dtypeOf[lane]]);
  });
}

for (const [name, types, op] of binary) {
  Deno.test(`Lowering computes ${name} as the interpreter does`, () => {
    for (const lane of types) {
      const dtype = dtypeOf[lane];
      check(op(x.load(0, lane), x.load(1, lane)), [dtype, dtype]);
      // One operand twice.
      check(op(x.load(0, lane), x.load(0, lane)), [dtype]);
    }
  });
}

Deno.test("Lowering divides integers towards zero", () => {
  for (const lane of integers) {
    const dtype = dtypeOf[lane],
      lowest = lane === "i32" ? -(2 ** 31) : -(2n ** 63n);
    const a = x.load(0, lane), b = x.load(1, lane);
    const none = (row: readonly (number | bigint)[]) => Number(row[1]) === 0;
    check(x.rem(a, b), [dtype, dtype], none);
    check(
      x.div(a, b),
      [dtype, dtype],
      (row) => none(row) || (row[0] === lowest && Number(row[1]) === -1),
    );
  }
});

Deno.test("Lowering traps where integers are divided by zero", () => {
  for (const lane of integers) {
    const dtype = dtypeOf[lane];
    for (const op of [x.div, x.rem]) {
      const e = op(x.load(0, lane), x.load(1, lane));
      const arrays = [arrayOf(dtype, 1), arrayOf(dtype, 1)];
      assertThrows(
        () => compute(e, [dtype, dtype], arrays),
        WebAssembly.RuntimeError,
      );
    }
  }
});

Deno.test("Lowering shifts by constants", () => {
  for (const lane of integers) {
    const width = lane === "i32" ? 32 : 64, a = x.load(0, lane);
    for (const by of [0, 1, 5, width / 2, width - 1]) {
      for (const shift of [x.shl, x.shrS, x.shrU]) {
        check(shift(a, by), [dtypeOf[lane]]);
      }
    }
  }
});

Deno.test("Lowering reinterprets bits", () => {
  const pairs: [Lane, Lane][] = [["f32", "i32"], ["f64", "i64"]];
  for (const [a, b] of pairs) {
    // A NaN has many bit patterns.
    const isNaN = (row: readonly (number | bigint)[]) => Number.isNaN(row[0]);
    check(x.bitcast(x.load(0, a), b), [dtypeOf[a]], isNaN);
    check(x.bitcast(x.load(0, b), a), [dtypeOf[b]]);
  }
});

for (const used of [features, { relaxed: false }]) {
  const how = used.relaxed ? "with" : "without";
  Deno.test(`Lowering multiplies and adds ${how} relaxed SIMD`, () => {
    for (const lane of numbers) {
      const dtype = dtypeOf[lane];
      const e = x.madd(x.load(0, lane), x.load(1, lane), x.load(2, lane));
      check(e, [dtype, dtype, dtype], undefined, used);
    }
  });
}

Deno.test("Lowering computes branches that are seldom taken as any others", () => {
  for (const lane of floats) {
    const dtype = dtypeOf[lane];
    const a = x.load(0, lane), b = x.load(1, lane);
    const large = x.gt(x.abs(a), x.lit(1e9, lane));
    const shared = x.sqrt(x.abs(b)), product = x.mul(shared, a);
    const nested = rarely(x.lt(b, x.lit(0, lane)), x.neg(product), shared);
    // Two branches of one condition share nodes with each other and with what is outside.
    const first = rarely(large, nested, a);
    const second = rarely(large, x.add(nested, product), x.sub(a, shared));
    check(x.add(first, second), [dtype, dtype]);
    // A mask of the other width.
    const other = x.gt(
      x.cast(b, lane === "f32" ? "f64" : "f32"),
      x.lit(1, lane === "f32" ? "f64" : "f32"),
    );
    check(rarely(other, product, shared), [dtype, dtype]);
    check(rarely(x.load(2, "bool"), product, shared), [dtype, dtype, "bool"]);
  }
});

Deno.test("Lowering selects the smaller and the larger of two as their comparison says", () => {
  for (const type of ["f32", "f64", "i32", "i64"] as const) {
    const a = x.load(0, type), b = x.load(1, type);
    const pair = [dtypeOf[type], dtypeOf[type]];
    // NaN and zeros of both signs are among the operands.
    for (const compare of [x.lt, x.gt, x.le, x.ge]) {
      check(x.select(compare(a, b), a, b), pair);
      check(x.select(compare(a, b), b, a), pair);
      check(x.select(compare(b, a), a, b), pair);
      check(x.select(compare(b, a), b, a), pair);
    }
  }
});

Deno.test("Lowering takes constants of every type", () => {
  for (const lane of lanes) {
    const dtype = dtypeOf[lane];
    for (const v of samples[dtype]) {
      const constant = x.lit(lane === "bool" ? v : v, lane);
      const zero = x.load(0, lane);
      // Used twice and next to the other zero, which must not be mixed up.
      const e = lane === "bool"
        ? x.xor(constant, zero)
        : x.select(x.eq(zero, zero), constant, zero);
      check(e, [dtype]);
    }
  }
  const signs = x.mul(
    x.div(x.lit(1, "f64"), x.lit(0, "f64")),
    x.div(x.lit(1, "f64"), x.lit(-0, "f64")),
  );
  const e = x.select(x.ne(x.load(0, "f64"), x.lit(3, "f64")), signs, signs);
  assertEquals(compute(e, ["float64"], [new Float64Array(5)])[4], -Infinity);
});

Deno.test("Lowering takes run-time scalars of every type", () => {
  const types: Lane[] = ["bool", "f64", "i64", "f32", "i32"];
  const values = [1, 0.1, -(2n ** 40n) - 3n, 2.5, -7];
  types.forEach((type, s) => {
    const e = type === "bool"
      ? x.and(x.scalar(s, type), x.load(0, type))
      : x.add(x.scalar(s, type), x.load(0, type));
    const dtype = dtypeOf[type];
    const arrays = combinations([dtype]);
    const found = compute(e, [dtype], arrays, features, { types, values });
    const expected = interpret(e);
    const scalars = values.map((v, i) => types[i] === "bool" ? v !== 0 : v);
    found.forEach((got, i) => {
      const want = expected([valueOf(dtype, arrays[0]![i]!)], scalars);
      assert(Object.is(valueOf(dtype, got), want), `${type} ${got} ${want}`);
    });
  });
});

Deno.test("Lowering computes a shared node once", () => {
  const e = x.sqrt(x.load(0, "f32"));
  const loads: Expr[] = [];
  const f = new FunctionBuilder([]);
  const lower: Lowering = new Lowering(f, features, (leaf) => {
    loads.push(leaf);
    return [lower.vector()];
  });
  lower.hoistConstants([e]);
  const first = lower.value(x.add(e, x.mul(e, e)));
  assertEquals(loads.length, 1);
  assertEquals(lower.value(e), lower.value(e));
  lower.begin();
  lower.value(e);
  assertEquals(loads.length, 2);
  assertEquals(first.length, 1);
});

Deno.test("Lowering computes what stays the same outside of loops", () => {
  const fixed = x.load(0, "f32"), moving = x.load(1, "f32");
  const root = x.sqrt(fixed), whole = x.cast(fixed, "i32");
  const roots = [
    x.mul(moving, root),
    x.loadAt(1, "f32", whole),
    x.div(whole, whole),
  ];
  const leaves: Expr[] = [];
  const f = new FunctionBuilder([]);
  const lower: Lowering = new Lowering(f, features, (leaf) => {
    leaves.push(leaf);
    return [lower.vector()];
  });
  lower.hoistConstants(roots);
  lower.hoist(roots, (leaf) => leaf === fixed);
  assertEquals(leaves, [fixed]);
  assertEquals([root, whole].map((e) => lower.isFixed(e)), [true, true]);
  // A division by 0 must not run where there is no element.
  assertEquals(
    [...roots, moving].map((e) => lower.isFixed(e)),
    [false, false, false, false],
  );
  for (let round = 0; round < 2; round++) {
    lower.begin();
    lower.value(roots[0]!);
  }
  assertEquals(leaves, [fixed, moving, moving]);
});

Deno.test("Lowering takes the extremum of a number and a constant, whichever comes first", () => {
  for (const lane of floats) {
    const a = x.load(0, lane);
    for (const bound of [0, -0, 1, -2.5, Infinity, -Infinity, NaN]) {
      const b = x.lit(bound, lane);
      for (const op of [x.min, x.max]) {
        check(op(a, b), [dtypeOf[lane]]);
        check(op(b, a), [dtypeOf[lane]]);
      }
    }
  }
});

Deno.test("Lowering refuses constants that were not hoisted and comparisons of masks", () => {
  const f = new FunctionBuilder([]);
  const lower = new Lowering(f, features, () => [0]);
  lower.hoistConstants([]);
  assertThrows(() => lower.value(x.lit(1, "f32")), Error, "was not hoisted");
  const masks = x.lt(x.load(0, "bool"), x.load(1, "bool"));
  assertThrows(() => lower.value(masks), Error, "Cannot compare masks by lt");
});
