import * as x from "../expr.ts";
import { fuse } from "./fuse.ts";
import { assertPass } from "./fusing_testing.ts";
import { GraphBuilder, part } from "./graph_testing.ts";

const relu = (v: x.Expr) => x.max(v, x.lit(0, "f32"));

Deno.test("fuse() lets a chain follow a product over its rows", () => {
  const g = new GraphBuilder();
  const a = g.input([6, 4]), w = g.input([4, 5]), bias = g.input([5]);
  const hidden = g.input([6, 5]), out = g.input([6, 5]);
  const p = g.product(a, w);
  const [h] = g.map("add", [6, 5], [p, bias], x.add);
  g.map("relu", [6, 5], [h!], relu, { into: [hidden] });
  g.map("mul", [6, 5], [hidden, p], x.mul, { into: [out] });
  assertPass(
    g,
    fuse,
    [a, w, bias],
    [hidden, out],
    `
%3[6, 5] f32 = product($1[6, 4], $2[4, 5])
%5[6, 5] f32 = add(%3[6, 5], $4[5] over 0): a + b
$6[6, 5] f32 = relu(%5[6, 5]): max(a, 0)
$7[6, 5] f32 = mul($6[6, 5], %3[6, 5]): a * b
`,
    `
%3[6, 5] f32 = product($1[6, 4], $2[4, 5]), then $5[6, 5] f32, $6[6, 5] f32 = add relu mul(%3[6, 5], $4[5] over 0): t0; t0 * a where t0 = max(a + b, 0)
`,
  );
});

Deno.test("fuse() does not let a product be followed by what replaces its operands", () => {
  const g = new GraphBuilder();
  const a = g.input([4, 4]), w = g.input([4, 4]);
  const p = g.product(a, w);
  g.map("add", [4, 4], [w, p], x.add, { into: [w] });
  assertPass(
    g,
    fuse,
    [a, w],
    [],
    `
%3[4, 4] f32 = product($1[4, 4], $2[4, 4])
$2[4, 4] f32 = add($2[4, 4], %3[4, 4]): a + b
`,
    `
%3[4, 4] f32 = product($1[4, 4], $2[4, 4])
$2[4, 4] f32 = add($2[4, 4], %3[4, 4]): a + b
`,
  );
});

Deno.test("fuse() does not let a product be followed by what takes its columns", () => {
  const g = new GraphBuilder();
  const a = g.input([4, 3]), w = g.input([3, 4]), out = g.input([4, 4]);
  const p = part(g.product(a, w), [4, 4], 0, [1, 4]);
  g.map("neg", [4, 4], [p], x.neg, { into: [out] });
  assertPass(
    g,
    fuse,
    [a, w],
    [out],
    `
%3[4, 4] f32 = product($1[4, 3], $2[3, 4])
$4[4, 4] f32 = neg(%3[4, 4] strides [1, 4]): -a
`,
    `
%3[4, 4] f32 = product($1[4, 3], $2[3, 4])
$4[4, 4] f32 = neg(%3[4, 4] strides [1, 4]): -a
`,
  );
});

Deno.test("fuse() lets a chain that changes parameters in place follow a product", () => {
  const g = new GraphBuilder();
  const a = g.input([6, 4]), b = g.input([4, 5]);
  const average = g.input([6, 5]), p = g.input([6, 5]), grad = g.input([6, 5]);
  const half = (m: x.Expr, v: x.Expr) => x.mul(x.add(m, v), x.lit(0.5, "f32"));
  const product = g.product(a, b);
  g.map("copy", [6, 5], [product], (v) => v, { into: [grad] });
  g.map("lerp", [6, 5], [average, grad], half, { into: [average] });
  g.map("sub", [6, 5], [p, average], x.sub, { into: [p] });
  assertPass(
    g,
    fuse,
    [a, b, average, p],
    [grad],
    `
%3[6, 5] f32 = product($1[6, 4], $2[4, 5])
$4[6, 5] f32 = copy(%3[6, 5]): a
$5[6, 5] f32 = lerp($5[6, 5], $4[6, 5]): (a + b) * 0.5
$6[6, 5] f32 = sub($6[6, 5], $5[6, 5]): a - b
`,
    `
%3[6, 5] f32 = product($1[6, 4], $2[4, 5]), then $6[6, 5] f32, $4[6, 5] f32, $5[6, 5] f32 = lerp sub(%3[6, 5], $4[6, 5], $5[6, 5]): a; t0; c - t0 where t0 = (b + a) * 0.5
`,
  );
});

Deno.test("fuse() does not let a product be followed by a fold, or by what reads its epilogue at another place", () => {
  const g = new GraphBuilder();
  const a = g.input([4, 3]), b = g.input([3, 4]);
  const sums = g.input([4]), out = g.input([4, 4]);
  const [h] = g.map("abs", [4, 4], [g.product(a, b)], x.abs);
  const t = part(h!, [4, 4], 0, [1, 4]);
  g.map("add", [4, 4], [h!, t], x.add, { into: [out] });
  const sum = g.fold("sum", h!, x.add, 0);
  g.map("copy", [4], [sum], (v) => v, { into: [sums] });
  assertPass(
    g,
    fuse,
    [a, b],
    [out, sums],
    `
%3[4, 4] f32 = product($1[4, 3], $2[3, 4])
%4[4, 4] f32 = abs(%3[4, 4]): abs(a)
$5[4, 4] f32 = add(%4[4, 4], %4[4, 4] strides [1, 4]): a + b
%6[4] f32 = sum(%4[4, 4]): sum over [4] of a
$7[4] f32 = copy(%6[4]): a
`,
    `
%3[4, 4] f32 = product($1[4, 3], $2[3, 4]), then %4[4, 4] f32 = abs(%3[4, 4]): abs(a)
$5[4, 4] f32 = add(%4[4, 4], %4[4, 4] strides [1, 4]): a + b
$6[4] f32 = sum copy(%4[4, 4]): sum over [4] of a
`,
  );
});

Deno.test("fuse() follows a product in other shapes of its rows", () => {
  const g = new GraphBuilder();
  const a = g.input([6, 4]), b = g.input([4, 5]), out = g.input([6, 1, 5]);
  const p = part(g.product(a, b), [6, 1, 5], 0, [5, 99, 1]);
  g.map("neg", [6, 1, 5], [p], x.neg, { into: [out] });
  assertPass(
    g,
    fuse,
    [a, b],
    [out],
    `
%3[6, 5] f32 = product($1[6, 4], $2[4, 5])
$4[6, 1, 5] f32 = neg(%3[6, 1, 5]): -a
`,
    `
%3[6, 5] f32 = product($1[6, 4], $2[4, 5]), then $4[6, 5] f32 = neg(%3[6, 5]): -a
`,
  );
});
