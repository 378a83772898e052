import * as x from "../expr.ts";
import { fuse } from "./fuse.ts";
import { assertPass } from "./fusing_testing.ts";
import { GraphBuilder, part } from "./graph_testing.ts";

const square = (v: x.Expr) => x.mul(v, v);

Deno.test("fuse() computes pointwise producers in a fold, and what follows the fold with it", () => {
  const g = new GraphBuilder();
  const a = g.input([3, 8]), b = g.input([8]), out = g.input([3]);
  const [s] = g.map("sub", [3, 8], [a, b], x.sub);
  const [q] = g.map("square", [3, 8], [s!], square);
  const sum = g.fold("sum", q!, x.add, 0);
  g.map("sqrt", [3], [sum], x.sqrt, { into: [out] });
  assertPass(
    g,
    fuse,
    [a, b],
    [out],
    `
%3[3, 8] f32 = sub($1[3, 8], $2[8] over 0): a - b
%4[3, 8] f32 = square(%3[3, 8]): a * a
%5[3] f32 = sum(%4[3, 8]): sum over [8] of a
$6[3] f32 = sqrt(%5[3]): sqrt(a)
`,
    `
$3[3] f32 = sub square sum sqrt($1[3, 8], $2[8] over 0): sqrt((sum over [8] of t0 * t0)) where t0 = a - b
`,
  );
});

Deno.test("fuse() keeps what others read in another order, and stores it from one kernel", () => {
  const g = new GraphBuilder();
  const a = g.input([4, 5]), out = g.input([4, 5]), sums = g.input([5]);
  const [e] = g.map("double", [4, 5], [a], (v) => x.add(square(v), v));
  g.map("neg", [4, 5], [e!], x.neg, { into: [out] });
  const sum = g.fold("sum", part(e!, [5, 4], 0, [1, 5]), x.add, 0);
  g.map("copy", [5], [sum], (v) => v, { into: [sums] });
  assertPass(
    g,
    fuse,
    [a],
    [out, sums],
    `
%2[4, 5] f32 = double($1[4, 5]): a * a + a
$3[4, 5] f32 = neg(%2[4, 5]): -a
%4[5] f32 = sum(%2[5, 4] strides [1, 5]): sum over [4] of a
$5[5] f32 = copy(%4[5]): a
`,
    `
%2[4, 5] f32, $3[4, 5] f32 = double neg($1[4, 5]): t0; -t0 where t0 = a * a + a
$4[5] f32 = double neg sum copy($1[5, 4] strides [1, 5]): sum over [4] of a * a + a
`,
  );
});

Deno.test("fuse() leaves what a fold can compute from values that are stored anyway to the fold", () => {
  const g = new GraphBuilder();
  const a = g.input([8]), b = g.input([8]);
  const out = g.input([8]), sums = g.input([]);
  const power = (v: x.Expr) => {
    for (let i = 0; i < 7; i++) v = square(v);
    return v;
  };
  const [e] = g.map("power", [8], [a], power, { into: [out] });
  const [p] = g.map("mul", [8], [e!, b], x.mul);
  const sum = g.fold("sum", p!, x.add, 0);
  g.map("copy", [], [sum], (v) => v, { into: [sums] });
  assertPass(
    g,
    fuse,
    [a, b],
    [out, sums],
    `
$2[8] f32 = power($1[8]): t5 * t5 where t0 = a * a, t1 = t0 * t0, t2 = t1 * t1, t3 = t2 * t2, t4 = t3 * t3, t5 = t4 * t4
%4[8] f32 = mul($2[8], $3[8]): a * b
%5[] f32 = sum(%4[8]): sum over [8] of a
$6[] f32 = copy(%5[]): a
`,
    `
$2[8] f32 = power($1[8]): t5 * t5 where t0 = a * a, t1 = t0 * t0, t2 = t1 * t1, t3 = t2 * t2, t4 = t3 * t3, t5 = t4 * t4
$4[] f32 = mul sum copy($2[8], $3[8]): sum over [8] of a * b
`,
  );
});

Deno.test("fuse() leaves a launch before what replaces its operands", () => {
  const g = new GraphBuilder();
  const a = g.input([4]), b = g.input([4]), out = g.input([4]);
  const [s] = g.map("cube", [4], [a], (v) => x.mul(square(v), v));
  const [t] = g.map("neg", [4], [b], (v) => x.neg(square(v)), { into: [a] });
  g.map("sub", [4], [s!, t!], x.sub, { into: [out] });
  assertPass(
    g,
    fuse,
    [a, b],
    [out],
    `
%2[4] f32 = cube($1[4]): a * a * a
$1[4] f32 = neg($3[4]): -(a * a)
$4[4] f32 = sub(%2[4], $1[4]): a - b
`,
    `
$1[4] f32, $3[4] f32 = cube neg sub($1[4], $2[4]): t0; a * a * a - t0 where t0 = -(b * b)
`,
  );
});

Deno.test("fuse() does not read what another position of the kernel replaces", () => {
  const g = new GraphBuilder();
  const a = g.input([4, 4]), b = g.input([4, 4]);
  const t = part(a, [4, 4], 0, [1, 4]);
  const [s] = g.map("add", [4, 4], [t, b], x.add);
  g.map("neg", [4, 4], [s!], x.neg, { into: [a] });
  assertPass(
    g,
    fuse,
    [a, b],
    [],
    `
%3[4, 4] f32 = add($1[4, 4] strides [1, 4], $2[4, 4]): a + b
$1[4, 4] f32 = neg(%3[4, 4]): -a
`,
    `
%3[4, 4] f32 = add($1[4, 4] strides [1, 4], $2[4, 4]): a + b
$1[4, 4] f32 = neg(%3[4, 4]): -a
`,
  );
});

Deno.test("fuse() does not take elements by position from what the kernel replaces", () => {
  const g = new GraphBuilder();
  const a = g.input([4]), b = g.input([4]);
  const kernel = {
    name: "first",
    inputs: ["float32", "float32"],
    scalars: [],
    stores: [{
      dtype: "float32",
      value: x.add(x.loadAt(0, "f32", x.lit(2, "i32")), x.load(1, "f32")),
    }],
  } as const;
  const s = g.empty([4]), same = { ...a, shape: [1], strides: [0] };
  g.run(kernel, [4], 0, [same, b, s]);
  g.map("neg", [4], [s], x.neg, { into: [a] });
  assertPass(
    g,
    fuse,
    [a, b],
    [],
    `
%3[4] f32 = first($1[], $2[4]): a[2] + b
$1[4] f32 = neg(%3[4]): -a
`,
    `
%3[4] f32 = first($1[], $2[4]): a[2] + b
$1[4] f32 = neg(%3[4]): -a
`,
  );
});

Deno.test("fuse() computes what a part of a buffer holds if one launch wrote all of it", () => {
  const g = new GraphBuilder();
  const a = g.input([4, 3]), out = g.input([2]), last = g.input([2, 3]);
  const [whole] = g.map("square", [4, 3], [a], square);
  const half = g.empty([4, 3]);
  g.map("double", [2, 3], [part(a, [2, 3])], (v) => x.add(v, v), {
    into: [part(half, [2, 3], 6)],
  });
  g.map("neg", [2], [part(whole!, [2], 4, [3])], x.neg, { into: [out] });
  g.map("neg", [2, 3], [part(half, [2, 3], 3)], x.neg, { into: [last] });
  assertPass(
    g,
    fuse,
    [a],
    [out, last],
    `
%2[4, 3] f32 = square($1[4, 3]): a * a
%3[2, 3] from 6 f32 = double($1[2, 3]): a + a
$4[2] f32 = neg(%2[2] strides [3] from 4): -a
$5[2, 3] f32 = neg(%3[2, 3] from 3): -a
`,
    `
%2[2, 3] from 6 f32 = double($1[2, 3]): a + a
$3[2] f32 = square neg($1[2] strides [3] from 4): -(a * a)
$4[2, 3] f32 = neg(%2[2, 3] from 3): -a
`,
  );
});

Deno.test("fuse() does not move what outlives the run over an assertion", () => {
  const g = new GraphBuilder();
  const a = g.input([4]), ok = g.input([], "bool");
  const b = g.input([4]), out = g.input([4]);
  const costly = (v: x.Expr) => x.add(x.mul(square(v), v), v);
  g.map("costly", [4], [a], costly, { into: [b] });
  g.assert(ok);
  g.map("cube", [4], [b], (v) => x.mul(square(v), v), { into: [out] });
  assertPass(
    g,
    fuse,
    [a, ok],
    [b, out],
    `
$2[4] f32 = costly($1[4]): a * a * a + a
assert $3
$4[4] f32 = cube($2[4]): a * a * a
`,
    `
$2[4] f32 = costly($1[4]): a * a * a + a
assert $3
$4[4] f32 = cube($2[4]): a * a * a
`,
  );
});

Deno.test("fuse() rounds and wraps as memory would", () => {
  const g = new GraphBuilder();
  const a = g.input([5]), out = g.input([5]), bytes = g.input([5], "float64");
  const third = (v: x.Expr) => x.mul(x.cast(v, "f64"), x.lit(1 / 3, "f64"));
  const whole = (v: x.Expr) => x.cast(x.mul(v, x.lit(100, "f32")), "i32");
  const narrow = g.empty([5]), byte = g.empty([5], "uint8");
  g.map("third", [5], [a], third, { into: [narrow] });
  g.map("add", [5], [narrow], (v) => x.add(v, x.lit(1, "f32")), {
    into: [out],
  });
  g.map("byte", [5], [a], whole, { into: [byte] });
  g.map("wide", [5], [byte], (v) => x.cast(v, "f64"), { into: [bytes] });
  assertPass(
    g,
    fuse,
    [a],
    [out, bytes],
    `
%2[5] f32 = third($1[5]): f64(a) * 0.3333333333333333
$3[5] f32 = add(%2[5]): a + 1
%4[5] u8 = byte($1[5]): i32(a * 100)
$5[5] f64 = wide(%4[5]): f64(a)
`,
    `
$2[5] f32 = third add($1[5]): f32(f64(a) * 0.3333333333333333) + 1
$3[5] f64 = byte wide($1[5]): f64(i32(a * 100) & 255)
`,
  );
});

Deno.test("fuse() loads what would be dear to compute again for another kernel", () => {
  const g = new GraphBuilder();
  const a = g.input([4, 3]), out = g.input([4, 3]), sums = g.input([3]);
  const root = (v: x.Expr) => x.sqrt(x.abs(v));
  const dear = (v: x.Expr) => x.add(root(root(root(root(v)))), v);
  const [t] = g.map("dear", [4, 3], [a], dear);
  g.map("square", [4, 3], [t!], square, { into: [out] });
  const sum = g.fold("sum", part(t!, [3, 4], 0, [1, 3]), x.add, 0);
  g.map("copy", [3], [sum], (v) => v, { into: [sums] });
  assertPass(
    g,
    fuse,
    [a],
    [out, sums],
    `
%2[4, 3] f32 = dear($1[4, 3]): sqrt(abs(sqrt(abs(sqrt(abs(sqrt(abs(a)))))))) + a
$3[4, 3] f32 = square(%2[4, 3]): a * a
%4[3] f32 = sum(%2[3, 4] strides [1, 3]): sum over [4] of a
$5[3] f32 = copy(%4[3]): a
`,
    `
%2[4, 3] f32, $3[4, 3] f32 = dear square($1[4, 3]): t0; t0 * t0 where t0 = sqrt(abs(sqrt(abs(sqrt(abs(sqrt(abs(a)))))))) + a
$4[3] f32 = sum copy(%2[3, 4] strides [1, 3]): sum over [4] of a
`,
  );
});

Deno.test("fuse() computes numbers that need no memory wherever they are used", () => {
  const g = new GraphBuilder();
  const a = g.input([100, 4]), out = g.input([100, 4]), more = g.input([100]);
  const twice = (s: x.Expr) => x.add(s, s);
  const number = () => twice(x.scalar(0, "f32"));
  const [t] = g.map("twice", [], [], number, { scalars: [3] });
  g.map("mul", [100, 4], [a, t!], x.mul, { into: [out] });
  g.map("neg", [100], [t!], x.neg, { into: [more] });
  assertPass(
    g,
    fuse,
    [a],
    [out, more],
    `
%1[] f32 = twice(): 3 + 3
$3[100, 4] f32 = mul($2[100, 4], %1[]): a * b
$4[100] f32 = neg(%1[]): -a
`,
    `
$2[100, 4] f32 = twice mul($1[100, 4]): a * (3 + 3)
$3[100] f32 = twice neg(): -(3 + 3)
`,
  );
});
