import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import type { Expr } from "../expr.ts";
import * as x from "../expr.ts";
import { intern } from "./expr_table.ts";
import { showExpr } from "./show_kernel.ts";
import { simplify } from "./simplify.ts";

const [a, b] = [x.load(0, "f32"), x.load(1, "f32")];
const wide = x.load(2, "f64");
const [i, j] = [x.load(3, "i32"), x.load(4, "i32")];
const long = x.load(5, "i64");
const [p, q] = [x.load(6, "bool"), x.load(7, "bool")];
const f32 = (value: number) => x.lit(value, "f32");
const i32 = (value: number) => x.lit(value, "i32");
const bool = (value: number) => x.lit(value, "bool");

function check(cases: readonly (readonly [Expr, string])[]): void {
  for (const [e, text] of cases) {
    const found = simplify(e);
    assertEquals(`${found.type} ${showExpr(found)}`, `${e.type} ${text}`);
  }
}

Deno.test("simplify() drops floating operations that change nothing", () => {
  check([
    [x.mul(a, f32(1)), "a"],
    [x.mul(f32(1), a), "a"],
    [x.div(a, f32(1)), "a"],
    [x.sub(a, f32(0)), "a"],
    [x.add(a, f32(-0)), "a"],
    [x.neg(x.neg(a)), "a"],
    [x.abs(x.neg(x.abs(a))), "abs(a)"],
    [x.max(x.max(a, b), b), "max(a, b)"],
    [x.min(x.max(a, f32(-Infinity)), f32(Infinity)), "a"],
    [x.floor(x.trunc(a)), "trunc(a)"],
    [x.nearest(x.cast(i, "f32")), "f32(d)"],
    [x.madd(a, f32(1), b), "a + b"],
    [x.madd(a, b, f32(-0)), "a * b"],
  ]);
});

Deno.test("simplify() keeps floating operations that change a zero, an infinity or NaN", () => {
  check([
    [x.add(a, f32(0)), "a + 0"],
    [x.sub(a, f32(-0)), "a - -0"],
    [x.mul(a, f32(0)), "a * 0"],
    [x.sub(a, a), "a - a"],
    [x.div(a, a), "a / a"],
    [x.eq(a, a), "a == a"],
    [x.ne(a, a), "a != a"],
    [x.madd(a, b, f32(0)), "madd(a, b, 0)"],
    [x.madd(a, f32(0), b), "madd(a, 0, b)"],
    [x.neg(x.sub(a, b)), "-(a - b)"],
    [x.not(x.lt(a, b)), "!(a < b)"],
    [x.max(a, f32(Infinity)), "max(a, inf)"],
    [x.sub(x.add(a, f32(3)), f32(3)), "a + 3 - 3"],
    [x.mul(x.mul(a, f32(3)), f32(3)), "a * 3 * 3"],
  ]);
});

Deno.test("simplify() replaces floating operations by cheaper ones that round alike", () => {
  check([
    [x.div(a, f32(8)), "a * 0.125"],
    [x.div(a, f32(-0.5)), "a * -2"],
    [x.div(a, f32(3)), "a / 3"],
    [x.div(a, f32(2 ** 127)), "a / 1.7014118e+38"],
    [x.div(wide, x.lit(2 ** 1000, "f64")), `c * ${2 ** -1000}`],
    [x.div(a, f32(0)), "a / 0"],
    [x.add(a, x.mul(b, f32(-1))), "a - b"],
    [x.add(x.mul(b, f32(-1)), a), "a - b"],
    [x.sub(a, x.mul(b, f32(-1))), "a + b"],
    [x.madd(b, f32(-1), a), "a - b"],
  ]);
});

Deno.test("simplify() does the algebra of whole numbers, which wrap", () => {
  check([
    [x.add(x.add(i, i32(3)), i32(-5)), "d + -2"],
    [x.add(i32(1), x.sub(i, i32(1))), "d"],
    [x.add(x.add(i, i32(2 ** 31 - 1)), i32(1)), "d + -2147483648"],
    [x.sub(i, i), "0"],
    [x.mul(x.mul(i, i32(6)), i32(7)), "d * 42"],
    [x.mul(i, i32(0)), "0"],
    [x.mul(long, x.lit(0, "i64")), "0"],
    [x.neg(x.sub(i, j)), "e - d"],
    [x.rem(i, i32(1)), "0"],
    [x.and(x.and(i, i32(12)), i32(10)), "d & 8"],
    [x.and(i, i32(-1)), "d"],
    [x.or(i, x.not(i)), "-1"],
    [x.xor(i, i), "0"],
    [x.xor(i, i32(-1)), "~d"],
    [x.shl(i, 0), "d"],
    [x.le(i, i), "true"],
    [x.not(x.lt(i, j)), "d >= e"],
    [x.loadAt(0, "f32", x.mul(i, i32(0))), "a"],
  ]);
});

Deno.test("simplify() folds constants in their precision", () => {
  check([
    [x.add(f32(0.1), f32(0.2)), "0.3"],
    [x.add(x.lit(0.1, "f64"), x.lit(0.2, "f64")), "0.30000000000000004"],
    [x.mul(f32(3e38), f32(10)), "inf"],
    [x.sqrt(f32(2)), "1.4142135"],
    [x.nearest(f32(-0.5)), "-0"],
    [x.min(f32(0), f32(-0)), "-0"],
    [x.mul(i32(65537), i32(65537)), "131073"],
    [x.add(x.lit(2n ** 63n - 1n, "i64"), x.lit(1, "i64")), `${-(2n ** 63n)}`],
    [x.div(i32(-7), i32(2)), "-3"],
    [x.shrU(i32(-1), 28), "15"],
    [x.shrU(x.lit(-1, "i64"), 60), "15"],
    [x.cast(f32(-3.7), "i32"), "-3"],
    [x.cast(f32(NaN), "i64"), "0"],
    [x.cast(f32(1e30), "i64"), `${2n ** 63n - 1n}`],
    [x.cast(x.lit(0.1, "f64"), "f32"), "0.1"],
    [x.bitcast(f32(1), "i32"), "1065353216"],
    [x.bitcast(x.lit(0x7ff0000000000000n, "i64"), "f64"), "inf"],
    [x.lt(f32(NaN), f32(1)), "false"],
    [x.madd(f32(2), f32(3), a), "6 + a"],
  ]);
});

Deno.test("simplify() leaves to the machine what differs between machines, or traps", () => {
  check([
    [x.sub(f32(Infinity), f32(Infinity)), "inf - inf"],
    [x.bitcast(f32(NaN), "i32"), "bits.i32(nan)"],
    [x.bitcast(i32(-1), "f32"), "bits.f32(-1)"],
    [x.madd(f32(0.1), f32(0.1), f32(1)), "madd(0.1, 0.1, 1)"],
    [x.div(i32(1), i32(0)), "1 / 0"],
    [x.rem(i, i32(0)), "d % 0"],
  ]);
});

Deno.test("simplify() drops conversions that cancel", () => {
  check([
    [x.cast(x.cast(a, "f64"), "f32"), "a"],
    [x.cast(x.cast(i, "f64"), "i32"), "d"],
    [x.cast(x.cast(i, "i64"), "f64"), "f64(d)"],
    [x.cast(x.cast(i, "f64"), "f32"), "f32(d)"],
    [x.cast(x.cast(p, "f32"), "bool"), "g"],
    [x.cast(x.cast(p, "i32"), "f64"), "f64(g)"],
    [x.cast(x.cast(i, "f32"), "i32"), "i32(f32(d))"],
    [x.cast(x.cast(wide, "f32"), "f64"), "f64(f32(c))"],
    [x.cast(x.cast(long, "i32"), "i64"), "i64(i32(f))"],
    [x.bitcast(x.bitcast(a, "i32"), "f32"), "a"],
  ]);
});

Deno.test("simplify() does the algebra of bools", () => {
  check([
    [x.and(p, bool(1)), "g"],
    [x.and(bool(0), p), "false"],
    [x.or(p, bool(1)), "true"],
    [x.or(p, p), "g"],
    [x.and(p, x.not(p)), "false"],
    [x.xor(p, bool(1)), "!g"],
    [x.not(x.not(p)), "g"],
    [x.not(x.eq(a, b)), "a != b"],
    [x.eq(p, bool(0)), "!g"],
    [x.ne(bool(0), p), "g"],
    [x.eq(x.not(p), x.not(q)), "g == h"],
    [x.ne(x.not(p), q), "g == h"],
  ]);
});

Deno.test("simplify() compares in the narrowest type", () => {
  check([
    [x.ne(x.cast(p, "f32"), f32(0)), "g"],
    [x.eq(x.cast(p, "i32"), i32(0)), "!g"],
    [x.lt(x.cast(p, "i32"), i32(5)), "true"],
    [x.ge(x.cast(i, "i64"), x.lit(0, "i64")), "d >= 0"],
    [x.ge(x.cast(i, "i64"), x.lit(2 ** 40, "i64")), "i64(d) >= 1099511627776"],
    [x.lt(f32(0), a), "a > 0"],
    [x.lt(x.cast(a, "f64"), x.cast(b, "f64")), "a < b"],
    [x.lt(x.cast(a, "f64"), x.lit(0.1, "f64")), "f64(a) < 0.1"],
    [x.ne(x.cast(i, "f32"), x.cast(i, "f32")), "false"],
  ]);
});

Deno.test("simplify() drops choices that are none", () => {
  check([
    [x.select(bool(1), a, b), "a"],
    [x.select(x.lt(f32(2), f32(1)), a, b), "b"],
    [x.select(p, a, a), "a"],
    [x.select(x.not(p), a, b), "g ? b : a"],
    [x.select(p, x.select(p, a, b), f32(0)), "g ? a : 0"],
    [x.select(p, f32(0), x.select(p, a, b)), "g ? 0 : b"],
    [x.select(p, bool(1), q), "g | h"],
    [x.select(p, q, bool(0)), "g & h"],
    [x.select(p, bool(0), bool(1)), "!g"],
  ]);
});

Deno.test("simplify() does not exchange the branches of selects of which one is seldom taken", () => {
  const rare = { ...x.select(x.not(p), x.mul(a, f32(1)), b), value: 1 };
  const found = simplify(rare);
  assertEquals(showExpr(found), "!g ? a : b");
  assertEquals(found.value, 1);
  const both = { ...x.select(p, a, x.mul(a, f32(1))), value: 1 };
  assertEquals(showExpr(simplify(both)), "a");
});

Deno.test("simplify() makes equal parts one object", () => {
  const make = () => x.mul(x.sub(x.load(0, "f32"), x.load(1, "f32")), f32(0.1));
  const e = simplify(x.add(make(), x.sqrt(make())));
  assertStrictEquals(e.args[0], e.args[1]!.args[0]);
  const same = simplify(e);
  assertStrictEquals(same, e);
});

Deno.test("intern() makes equal parts one object and changes nothing else", () => {
  const make = () => x.mul(x.load(0, "f32"), x.lit(1, "f32"));
  const e = intern(x.add(make(), make()));
  assertStrictEquals(e.args[0], e.args[1]);
  assertEquals(showExpr(e), "t0 + t0 where t0 = a * 1");
  const zeros = intern(x.add(f32(0), f32(-0)));
  assert(zeros.args[0] !== zeros.args[1]);
  const rare = { ...x.select(p, a, b), value: 1 };
  const selects = intern(x.add(x.select(p, a, b), rare));
  assert(selects.args[0] !== selects.args[1]);
});

Deno.test("intern() keeps expressions in which nothing is twice", () => {
  const e = x.add(x.mul(a, b), a);
  assertStrictEquals(intern(e), e);
});
