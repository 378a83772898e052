import { assertEquals } from "@std/assert";
import * as x from "../expr.ts";
import type { Expr } from "../expr.ts";
import type { Kernel } from "../kernel.ts";
import { GraphBuilder, part } from "./graph_testing.ts";
import { showGraph } from "./show.ts";
import { showExpr, showKernel, showNumber } from "./show_kernel.ts";

const a = x.load(0, "f32"), b = x.load(1, "f32");
const zero = x.lit(0, "f32");

Deno.test("showGraph() shows launches, folds and products in the order in which they run", () => {
  const g = new GraphBuilder();
  const data = g.input([100, 64]), weight = g.input([64, 32]);
  const bias = g.input([32]);
  const product = g.product(data, weight);
  const [biased] = g.map("add", [100, 32], [product, bias], x.add);
  const [positive] = g.map(
    "relu",
    [100, 32],
    [biased!],
    (v) => x.max(v, x.lit(0, "f32")),
  );
  g.fold("sum", positive!, x.add, 0);
  assertEquals(
    showGraph(g.graph),
    `
%3[100, 32] f32 = product($1[100, 64], $2[64, 32])
%5[100, 32] f32 = add(%3[100, 32], $4[32] over 0): a + b
%6[100, 32] f32 = relu(%5[100, 32]): max(a, 0)
%7[100] f32 = sum(%6[100, 32]): sum over [32] of a
`.trim(),
  );
});

Deno.test("showGraph() shows where operands repeat, their strides and where they begin", () => {
  const g = new GraphBuilder();
  const t = g.input([4, 6]), rate = g.input([]), column = g.input([4, 1]);
  const out = part(g.empty([6, 4]), [4, 6], 0, [1, 4]);
  const f = (a: Expr, b: Expr, c: Expr, s?: Expr) =>
    x.mul(x.sub(a, x.mul(b, c)), s!);
  g.map("update", [4, 6], [t, rate, column], f, {
    scalars: [0.1],
    into: [out],
  });
  g.map("copy", [2, 3], [part(t, [2, 3], 7, [12, 2])], (v) => v);
  g.map(
    "spread",
    [2, 3, 4],
    [part(t, [3], 1)].map((v) => ({
      ...v,
      shape: [1, 3, 1],
      strides: [0, 1, 0],
    })),
    (v) => v,
  );
  assertEquals(
    showGraph(g.graph),
    `
%4[4, 6] strides [1, 4] f32 = update($1[4, 6], $2[], $3[4] over 1): (a - b * c) * 0.1
%5[2, 3] f32 = copy($1[2, 3] strides [12, 2] from 7): a
%6[2, 3, 4] f32 = spread($1[3] over [0, 2] from 1): a
`.trim(),
  );
});

Deno.test("showGraph() shows host calls, assertions and epilogues", () => {
  const g = new GraphBuilder();
  const noise = g.empty([2, 2]), holds = g.empty([], "bool");
  const t = g.input([2, 2]);
  g.host("random.normal", [], [noise]);
  g.host("log", [t], []);
  const product = g.product(t, noise);
  g.map("relu", [2, 2], [product], (v) => x.max(v, zero), { into: [product] });
  const epilogue = g.nodes.pop();
  const node = g.nodes.pop();
  if (node?.kind === "product" && epilogue?.kind === "launch") {
    g.nodes.push({ ...node, epilogue });
  }
  g.assert(holds);
  g.assert(holds, [t, noise]);
  assertEquals(
    showGraph(g.graph),
    `
%1 = host random.normal()
host log($2)
%3[2, 2] f32 = product($2[2, 2], %1[2, 2]), then %3[2, 2] f32 = relu(%3[2, 2]): max(a, 0)
assert %4
assert %4, else look at $2, %1
`.trim(),
  );
});

Deno.test("showGraph() shows the places that scattered stores go to", () => {
  const g = new GraphBuilder();
  const index = g.input([5], "int32"), t = g.input([5]), sums = g.input([9]);
  const kernel: Kernel = {
    name: "index.add",
    inputs: ["float32", "int32"],
    scalars: ["i32"],
    stores: [{
      dtype: "float32",
      value: a,
      at: x.mul(x.load(1, "i32"), x.scalar(0, "i32")),
      accumulate: true,
    }],
  };
  g.run(kernel, [5], 0, [t, index, part(sums, [5], 0, [0])], [3]);
  assertEquals(
    showGraph(g.graph),
    "$3[] f32 at b * 3 += index.add($1[5], $2[5]): a",
  );
});

Deno.test("showKernel() gives names to folds and shows what is done with them", () => {
  const acc = x.acc(0, "f32"), value = x.consumed(0, "f32");
  const kernel: Kernel = {
    name: "norm",
    inputs: ["float32", "float32"],
    scalars: ["f32"],
    reduction: {
      init: [zero],
      values: [x.mul(a, b)],
      step: [x.add(acc, value)],
      merge: [x.add(acc, x.other(0, "f32"))],
    },
    stores: [{ dtype: "float32", value: x.div(acc, x.scalar(0, "f32")) }],
  };
  assertEquals(
    showKernel(kernel, { shape: [2, 8], reduced: 1, scalars: [8] }),
    "(sum over [8] of a * b) / 8",
  );
  const stores = [...kernel.stores, { dtype: "float32", value: acc } as const];
  assertEquals(
    showKernel({ ...kernel, stores }, {
      shape: [2, 8],
      reduced: 1,
      scalars: [8],
    }),
    "t0 / 8; t0 where t0 = sum over [8] of a * b",
  );
});

Deno.test("showKernel() lists what a fold without a name consumes", () => {
  const take = x.gt(x.consumed(0, "f32"), x.acc(0, "f32"));
  const step = [
    x.select(take, x.consumed(0, "f32"), x.acc(0, "f32")),
    x.select(take, x.consumed(1, "i32"), x.acc(1, "i32")),
  ];
  const kernel: Kernel = {
    name: "argmax",
    inputs: ["float32"],
    scalars: [],
    reduction: {
      init: [x.lit(-Infinity, "f32"), x.lit(0, "i32")],
      values: [a, x.coord(-1)],
      step,
      merge: step,
    },
    stores: [{ dtype: "int64", value: x.acc(1, "i32") }],
  };
  assertEquals(
    showKernel(kernel, { shape: [2, 8], reduced: 1 }),
    "fold 1 over [8] of (a, i1)",
  );
});

Deno.test("showKernel() counts the operations of long kernels", () => {
  let value: Expr = a;
  for (let i = 0; i < 40; i++) value = x.mul(value, b);
  assertEquals(
    showKernel({
      name: "power",
      inputs: ["float32", "float32"],
      scalars: [],
      stores: [{ dtype: "float32", value }],
    }),
    "40 operations",
  );
});

Deno.test("showExpr() puts parentheses where they are needed", () => {
  const i = x.load(2, "i32"), p = x.load(3, "bool");
  const cases: [Expr, string][] = [
    [x.mul(x.add(a, b), a), "(a + b) * a"],
    [x.add(x.mul(a, b), a), "a * b + a"],
    [x.sub(a, x.sub(b, a)), "a - (b - a)"],
    [x.neg(x.neg(x.add(a, b))), "--(a + b)"],
    [x.madd(a, b, zero), "madd(a, b, 0)"],
    [
      x.select(x.not(p), a, x.select(x.gt(a, b), a, b)),
      "!d ? a : a > b ? a : b",
    ],
    [x.select(p, x.select(p, a, b), b), "d ? (d ? a : b) : b"],
    [x.shrU(x.and(i, x.lit(255, "i32")), 3), "(c & 255) >>> 3"],
    [x.and(x.lt(a, b), p), "a < b & d"],
    [x.not(i), "~c"],
    [x.sqrt(x.cast(i, "f64")), "sqrt(f64(c))"],
    [x.bitcast(a, "i32"), "bits.i32(a)"],
    [x.loadAt(0, "f32", x.mul(i, x.coord(0))), "a[c * i0]"],
    [x.load(30, "f32"), "x30"],
    [x.scalar(1, "f32"), "s1"],
  ];
  for (const [e, text] of cases) assertEquals(showExpr(e), text);
});

Deno.test("showExpr() names what is used twice", () => {
  const difference = x.sub(a, b), square = x.mul(difference, difference);
  assertEquals(
    showExpr(x.add(square, x.sqrt(square))),
    "t1 + sqrt(t1) where t0 = a - b, t1 = t0 * t0",
  );
});

Deno.test("showNumber() writes numbers in as few digits as their type needs", () => {
  assertEquals(showNumber(Math.fround(0.1), "f32"), "0.1");
  assertEquals(showNumber(0.1, "f64"), "0.1");
  assertEquals(showNumber(Math.fround(1 / 3), "f32"), "0.33333334");
  assertEquals(showNumber(16777216, "f32"), "16777216");
  assertEquals(showNumber(-0, "f32"), "-0");
  assertEquals(showNumber(-Infinity, "f64"), "-inf");
  assertEquals(showNumber(NaN, "f32"), "nan");
  assertEquals(showNumber(2n ** 63n - 1n, "i64"), "9223372036854775807");
  assertEquals(showNumber(1, "bool"), "true");
});
