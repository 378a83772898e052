import { assert, assertEquals } from "@std/assert";
import * as x from "../expr.ts";
import type { Expr } from "../expr.ts";
import { shareCommonSubexpressions } from "./common_subexpressions.ts";
import type { Buffer } from "./graph.ts";
import { lehmer, randomContents, runGraph } from "./graph_run_testing.ts";
import { GraphBuilder, part, type Value } from "./graph_testing.ts";
import { showGraph } from "./show.ts";

function shared(g: GraphBuilder, ...keep: Value[]): string {
  const buffers: ReadonlySet<Buffer> = new Set(keep.map((v) => v.buffer));
  return showGraph(shareCommonSubexpressions(g.graph, buffers));
}

Deno.test("shareCommonSubexpressions() computes equal results once, and what is computed of them", () => {
  const g = new GraphBuilder();
  const [a, b] = [g.input([4]), g.input([4])];
  const sigmoid = () => {
    const [sum] = g.map("add", [4], [a, b], x.add);
    return g.map("sqrt", [4], [sum!], x.sqrt)[0]!;
  };
  g.map("mul", [4], [sigmoid(), sigmoid()], x.mul);
  assertEquals(
    showGraph(g.graph),
    `
%3[4] f32 = add($1[4], $2[4]): a + b
%4[4] f32 = sqrt(%3[4]): sqrt(a)
%5[4] f32 = add($1[4], $2[4]): a + b
%6[4] f32 = sqrt(%5[4]): sqrt(a)
%7[4] f32 = mul(%4[4], %6[4]): a * b
`.trim(),
  );
  assertEquals(
    shared(g),
    `
%3[4] f32 = add($1[4], $2[4]): a + b
%4[4] f32 = sqrt(%3[4]): sqrt(a)
%5[4] f32 = mul(%4[4], %4[4]): a * b
`.trim(),
  );
});

Deno.test("shareCommonSubexpressions() shares products and folds", () => {
  const g = new GraphBuilder();
  const [a, b] = [g.input([4, 4]), g.input([4, 4])];
  const turned = part(b, [4, 4], 0, [1, 4]);
  const sums = [g.product(a, b), g.product(a, turned), g.product(a, b)]
    .map((p) => g.fold("sum", p, x.add, 0));
  g.map("mix", [4], sums, (a, b, c) => x.add(x.mul(a, b), c));
  assertEquals(
    shared(g),
    `
%3[4, 4] f32 = product($1[4, 4], $2[4, 4])
%4[4, 4] f32 = product($1[4, 4], $2[4, 4] strides [1, 4])
%5[4] f32 = sum(%3[4, 4]): sum over [4] of a
%6[4] f32 = sum(%4[4, 4]): sum over [4] of a
%7[4] f32 = mix(%5[4], %6[4], %5[4]): a * b + c
`.trim(),
  );
});

Deno.test("shareCommonSubexpressions() keeps apart what differs in an operand, a place, a scalar or the space", () => {
  const g = new GraphBuilder();
  const [a, b] = [g.input([4, 4]), g.input([4, 4])];
  const scale = (value: Value, scalar: number) =>
    g.map("scale", value.shape, [value], (v, s) => x.mul(v, s!), {
      scalars: [scalar],
    });
  for (
    const value of [
      a,
      b,
      part(a, [4, 4], 0, [1, 4]),
      part(a, [4]),
      part(a, [4], 4),
      part(a, [2, 2]),
    ]
  ) scale(value, 3);
  scale(a, 0);
  scale(a, -0);
  assertEquals(shareCommonSubexpressions(g.graph).nodes, g.nodes);
});

Deno.test("shareCommonSubexpressions() sees that an operand was written in between", () => {
  const g = new GraphBuilder();
  const p = g.input([4]), out = g.input([4]);
  const [before] = g.map("neg", [4], [p], x.neg);
  const [again] = g.map("neg", [4], [p], x.neg);
  g.map("one", [1], [part(p, [1])], (v) => x.add(v, v), {
    into: [part(p, [1])],
  });
  const [after] = g.map("neg", [4], [p], x.neg);
  g.map(
    "mix",
    [4],
    [before!, again!, after!],
    (a, b, c) => x.add(x.mul(a, b), c),
    { into: [out] },
  );
  assertEquals(
    shared(g),
    `
%2[4] f32 = neg($1[4]): -a
$1[1] f32 = one($1[1]): a + a
%3[4] f32 = neg($1[4]): -a
$4[4] f32 = mix(%2[4], %2[4], %3[4]): a * b + c
`.trim(),
  );
});

Deno.test("shareCommonSubexpressions() keeps results that outlive the run, change later, are parts, or are kept", () => {
  const g = new GraphBuilder();
  const a = g.input([4]), out = g.input([4]);
  const changed = g.empty([4]), half = g.empty([8]), kept = g.empty([4]);
  const neg = (into: Value) => g.map("neg", [4], [a], x.neg, { into: [into] });
  neg(g.empty([4]));
  neg(out);
  neg(changed);
  neg(part(half, [4]));
  neg(kept);
  g.map("zero", [4], [], () => x.lit(0, "f32"), { into: [changed] });
  assertEquals(shared(g, kept), showGraph(g.graph));
  assertEquals(
    shareCommonSubexpressions(g.graph).nodes.length,
    g.nodes.length - 1,
  );
});

Deno.test("shareCommonSubexpressions() keeps what JavaScript looks at in its place", () => {
  const g = new GraphBuilder();
  const a = g.input([4]);
  const neg = () => g.map("neg", [4], [a], x.neg)[0]!;
  const [, sorted, shown] = [neg(), neg(), neg()];
  g.host("sort", [sorted!], [g.input([4])]);
  g.assert(g.input([], "bool"), [shown!]);
  assertEquals(shared(g), showGraph(g.graph));
});

Deno.test("shareCommonSubexpressions() asserts once", () => {
  const g = new GraphBuilder();
  const index = g.input([4], "int32");
  const check = () => {
    const [inside] = g.map(
      "inside",
      [4],
      [index],
      (i) => x.ge(i, x.lit(0, "i32")),
    );
    g.assert(g.fold("all", inside!, x.and, 1), [index]);
  };
  check();
  check();
  g.map("zero", [4], [], () => x.lit(0, "i32"), { into: [index] });
  check();
  assertEquals(
    shared(g),
    `
%2[4] bool = inside($1[4]): a >= 0
%3[] bool = all(%2[4]): all over [4] of a
assert %3, else look at $1
$1[4] i32 = zero(): 0
%4[4] bool = inside($1[4]): a >= 0
%5[] bool = all(%4[4]): all over [4] of a
assert %5, else look at $1
`.trim(),
  );
});

Deno.test("shareCommonSubexpressions() draws random numbers as often as it is told", () => {
  const g = new GraphBuilder();
  const [a, b] = [g.empty([4]), g.empty([4])];
  g.host("random.normal", [], [a]);
  g.host("random.normal", [], [b]);
  assertEquals(shared(g), showGraph(g.graph));
});

Deno.test("shareCommonSubexpressions() gives the first result to epilogues", () => {
  const g = new GraphBuilder();
  const t = g.input([2, 2]);
  const first = g.map("neg", [2, 2], [t], x.neg)[0]!;
  const second = g.map("neg", [2, 2], [t], x.neg)[0]!;
  for (const other of [first, second]) {
    const product = g.product(t, other);
    g.map("add", [2, 2], [product, other], x.add, { into: [product] });
    const epilogue = g.nodes.pop(), node = g.nodes.pop();
    assert(epilogue?.kind === "launch" && node?.kind === "product");
    g.nodes.push({ ...node, epilogue });
  }
  assertEquals(
    shared(g),
    `
%2[2, 2] f32 = neg($1[2, 2]): -a
%3[2, 2] f32 = product($1[2, 2], %2[2, 2]), then %3[2, 2] f32 = add(%3[2, 2], %2[2, 2]): a + b
%4[2, 2] f32 = product($1[2, 2], %2[2, 2]), then %4[2, 2] f32 = add(%4[2, 2], %2[2, 2]): a + b
`.trim(),
  );
});

Deno.test("shareCommonSubexpressions() changes no result", () => {
  let removed = 0;
  for (let seed = 1; seed <= 60; seed++) {
    const next = lehmer(seed), g = new GraphBuilder();
    const inputs = [g.input([2, 3]), g.input([2, 3])];
    const out = g.input([2, 3]), values: Value[] = [...inputs, g.empty([2, 3])];
    const pick = () => values[Math.floor(next() ** 3 * values.length)]!;
    for (let i = 0; i < 15; i++) {
      const choice = Math.floor(next() * 8);
      if (choice === 0) {
        const into = pick();
        g.map("change", [3], [part(pick(), [3])], x.neg, {
          into: [part(into, [3], 3)],
        });
      } else {
        const exprs = (a: Expr, b: Expr) =>
          choice === 1 ? [x.add(a, b), x.mul(a, a)] : x.sub(a, b);
        values.push(
          ...g.map(`two ${choice > 1}`, [2, 3], [pick(), pick()], exprs),
        );
      }
    }
    g.map("mix", [2, 3], values.slice(-2), x.add, { into: [out] });
    const contents = new Map(
      inputs.map((v) => [v.buffer, randomContents(v, next)]),
    );
    const wanted = [...inputs, out].map((v) => v.buffer);
    const less = shareCommonSubexpressions(g.graph);
    removed += g.nodes.length - less.nodes.length;
    assertEquals(
      runGraph(less, wanted, { contents }),
      runGraph(g.graph, wanted, { contents }),
    );
  }
  assert(removed > 30, `expected nodes to go, got ${removed}`);
});

Deno.test("shareCommonSubexpressions() takes time in proportion to the graph", () => {
  const g = new GraphBuilder();
  const a = g.input([4]);
  let [one, two] = [a, a];
  for (let i = 0; i < 2500; i++) {
    [one, two] = [one, two].map((v) => g.map("neg", [4], [v], x.neg)[0]!) as [
      Value,
      Value,
    ];
  }
  const begin = performance.now();
  assertEquals(shareCommonSubexpressions(g.graph).nodes.length, 2500);
  assert(performance.now() - begin < 500);
});
