import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import * as x from "../expr.ts";
import type { Kernel } from "../kernel.ts";
import { removeDeadCode } from "./dead_code.ts";
import type { Buffer, Graph } from "./graph.ts";
import { lehmer, randomContents, runGraph } from "./graph_run_testing.ts";
import { GraphBuilder, part, type Value } from "./graph_testing.ts";
import { showGraph } from "./show.ts";

const none: ReadonlySet<Buffer> = new Set();

function kept(g: GraphBuilder, ...values: Value[]): string {
  return showGraph(
    removeDeadCode(g.graph, new Set(values.map((v) => v.buffer))),
  );
}

Deno.test("removeDeadCode() drops what nobody reads, and what only that reads", () => {
  const g = new GraphBuilder();
  const a = g.input([4]), b = g.input([4]);
  const [sum] = g.map("add", [4], [a, b], x.add);
  const [product] = g.map("mul", [4], [a, b], x.mul);
  const [root] = g.map("sqrt", [4], [product!], x.sqrt);
  g.map("neg", [4], [root!], x.neg);
  assertEquals(
    showGraph(g.graph),
    `
%3[4] f32 = add($1[4], $2[4]): a + b
%4[4] f32 = mul($1[4], $2[4]): a * b
%5[4] f32 = sqrt(%4[4]): sqrt(a)
%6[4] f32 = neg(%5[4]): -a
`.trim(),
  );
  assertEquals(kept(g, sum!), "%3[4] f32 = add($1[4], $2[4]): a + b");
  assertEquals(kept(g), "");
});

Deno.test("removeDeadCode() keeps what outlives the run", () => {
  const g = new GraphBuilder();
  const p = g.input([4]), step = g.input([4]);
  const [next] = g.map("add", [4], [p, step], x.add);
  g.map("copy", [4], [next!], (v) => v, { into: [p] });
  g.map("neg", [4], [next!], x.neg);
  assertEquals(
    kept(g),
    `
%3[4] f32 = add($1[4], $2[4]): a + b
$1[4] f32 = copy(%3[4]): a
`.trim(),
  );
});

Deno.test("removeDeadCode() drops writes that are replaced before anybody reads them", () => {
  const g = new GraphBuilder();
  const a = g.input([2, 3]), out = g.input([2, 3]);
  g.map("zeros", [2, 3], [], () => x.lit(0, "f32"), { into: [out] });
  g.map("copy", [2, 3], [a], (v) => v, { into: [out] });
  assertEquals(kept(g), "$2[2, 3] f32 = copy($1[2, 3]): a");
});

Deno.test("removeDeadCode() keeps writes of which a part is left, or that are read first", () => {
  const g = new GraphBuilder();
  const a = g.input([3]), out = g.input([2, 3]);
  g.map("zeros", [2, 3], [], () => x.lit(0, "f32"), { into: [out] });
  g.map("copy", [3], [a], (v) => v, { into: [part(out, [3], 3)] });
  g.map("neg", [2, 3], [out], x.neg, { into: [out] });
  assertEquals(
    kept(g),
    `
$1[2, 3] f32 = zeros(): 0
$1[3] from 3 f32 = copy($2[3]): a
$1[2, 3] f32 = neg($1[2, 3]): -a
`.trim(),
  );
});

Deno.test("removeDeadCode() keeps what a run that ends at an assertion has written", () => {
  const g = new GraphBuilder();
  const a = g.input([3]), out = g.input([3]), holds = g.input([], "bool");
  g.map("zeros", [3], [], () => x.lit(0, "f32"), { into: [out] });
  g.assert(holds);
  g.map("copy", [3], [a], (v) => v, { into: [out] });
  assertEquals(
    kept(g),
    `
$1[3] f32 = zeros(): 0
assert $2
$1[3] f32 = copy($3[3]): a
`.trim(),
  );
});

Deno.test("removeDeadCode() keeps assertions and what they look at", () => {
  const g = new GraphBuilder();
  const a = g.input([4]), seen = g.input([4]);
  const [positive] = g.map(
    "positive",
    [4],
    [a],
    (v) => x.gt(v, x.lit(0, v.type)),
  );
  const [shown] = g.map("neg", [4], [seen], x.neg);
  g.assert(positive!, [shown!]);
  assertEquals(
    kept(g),
    `
%2[4] bool = positive($1[4]): a > 0
%4[4] f32 = neg($3[4]): -a
assert %2, else look at %4
`.trim(),
  );
});

Deno.test("removeDeadCode() keeps host calls that draw random numbers or change something else", () => {
  const g = new GraphBuilder();
  const noise = g.empty([4]), order = g.empty([4]), used = g.empty([4]);
  const a = g.input([4]);
  const [b] = g.map("neg", [4], [a], x.neg);
  g.host("random.normal", [], [noise]);
  g.host("training", [], []);
  g.host("sort", [b!], [order]);
  g.host("sort", [a], [used]);
  assertEquals(
    kept(g, used),
    "%1 = host random.normal()\nhost training()\n%3 = host sort($2)",
  );
});

Deno.test("removeDeadCode() drops dead stores and the operands that only they need", () => {
  const g = new GraphBuilder();
  const [a, b, c] = [g.input([4]), g.input([4]), g.input([4])];
  const both = () =>
    g.map("both", [4], [a, b, c], (a, b, c, s, t) => [
      x.mul(x.add(a, b), s!),
      x.mul(x.sub(c, b), t!),
    ], { scalars: [3, 5] });
  const [, first] = both(), [, second] = both();
  assertEquals(
    showGraph({ nodes: [g.nodes[0]!] }),
    "%4[4] f32, %5[4] f32 = both($1[4], $2[4], $3[4]): (a + b) * 3; (c - b) * 5",
  );
  const graph = removeDeadCode(
    g.graph,
    new Set([first!.buffer, second!.buffer]),
  );
  assertEquals(
    showGraph(graph),
    `
%3[4] f32 = both($1[4], $2[4]): (b - a) * 5
%4[4] f32 = both($1[4], $2[4]): (b - a) * 5
`.trim(),
  );
  const [one, two] = graph.nodes;
  assert(one?.kind === "launch" && two?.kind === "launch");
  assertStrictEquals(one.kernel, two.kernel);
});

/** A fold with three states, the last of which needs the first. */
function folding(): Kernel {
  const f = "f32", acc = (i: number) => x.acc(i, f);
  const value = (i: number) => x.consumed(i, f);
  const combine = (take: (i: number) => x.Expr) => [
    x.add(acc(0), take(0)),
    x.max(acc(1), take(1)),
    x.add(acc(2), x.mul(take(2), acc(0))),
  ];
  return {
    name: "folds",
    inputs: ["float32", "float32", "float32"],
    scalars: [f, f],
    reduction: {
      init: [x.lit(0, f), x.lit(-Infinity, f), x.lit(0, f)],
      values: [
        x.load(1, f),
        x.load(0, f),
        x.mul(x.load(2, f), x.scalar(1, f)),
      ],
      step: combine(value),
      merge: combine((i) => x.other(i, f)),
    },
    stores: [0, 1, 2].map((i) => ({
      dtype: "float32",
      value: i === 1 ? x.mul(acc(1), x.scalar(0, f)) : acc(i),
    })),
  };
}

Deno.test("removeDeadCode() drops states of folds, but no first input", () => {
  const g = new GraphBuilder(), kernel = folding();
  const inputs = [1, 2, 3].map(() => g.input([2, 4]));
  const outs = [1, 2, 3].map(() => g.empty([2]));
  g.run(kernel, [2, 4], 1, [...inputs, ...outs], [3, 5]);
  const line = (value: Value) => kept(g, value);
  assertEquals(
    line(outs[0]!),
    "%3[2] f32 = folds($1[2, 4], $2[2, 4]): sum over [4] of b",
  );
  assertEquals(
    line(outs[1]!),
    "%2[2] f32 = folds($1[2, 4]): (max over [4] of a) * 3",
  );
  assertEquals(
    line(outs[2]!),
    "%4[2] f32 = folds($1[2, 4], $2[2, 4], $3[2, 4]): fold 1 over [4] of (b, c * 5)",
  );
});

Deno.test("removeDeadCode() keeps the last store of a fold if it sets the order of the axes", () => {
  const g = new GraphBuilder(), kernel = folding();
  const inputs = [1, 2, 3].map(() => g.input([2, 3, 4]));
  const turned = part(g.empty([3, 2]), [2, 3], 0, [1, 2]);
  const outs = [g.empty([2, 3]), g.empty([2, 3]), turned];
  g.run(kernel, [2, 3, 4], 1, [...inputs, ...outs], [3, 5]);
  const [node] = removeDeadCode(g.graph, new Set([outs[0]!.buffer])).nodes;
  assert(node?.kind === "launch");
  assertEquals(node.kernel.stores.length, 2);
  assertStrictEquals(node.operands.at(-1)!.buffer, turned.buffer);
});

/** A graph of random launches that replace, change and read parts of a few tensors. */
function randomGraph(seed: number) {
  const next = lehmer(seed), g = new GraphBuilder();
  const pick = <T>(list: readonly T[]) =>
    list[Math.floor(next() * list.length)]!;
  const inputs = [g.input([2, 4]), g.input([2, 4])];
  const values = [...inputs, g.empty([2, 4]), g.empty([2, 4]), g.empty([2, 4])];
  const row = () => part(pick(values), [4], 4 * Math.floor(next() * 2));
  for (let i = 0; i < 12; i++) {
    const scalars = [Math.floor(next() * 4)];
    const choice = Math.floor(next() * 4);
    if (choice === 0) {
      g.map("row", [4], [row()], (a, s) => x.add(a, s!), {
        scalars,
        into: [row()],
      });
    } else if (choice === 1) {
      g.map(
        "two",
        [2, 4],
        [pick(values), pick(values)],
        (a, b, s) => [x.sub(a, s!), x.mul(b, b)],
        { scalars, into: [pick(values.slice(0, 3)), pick(values.slice(3))] },
      );
    } else {
      g.map("one", [2, 4], [pick(values), pick(values)], x.sub, {
        into: [pick(values)],
      });
    }
  }
  return { graph: g.graph, inputs, kept: values[2]!, next };
}

Deno.test("removeDeadCode() changes no result", () => {
  let removed = 0;
  for (let seed = 1; seed <= 60; seed++) {
    const { graph, inputs, kept, next } = randomGraph(seed);
    const contents = new Map(
      inputs.map((v) => [v.buffer, randomContents(v, next)]),
    );
    const wanted = [...inputs, kept].map((v) => v.buffer);
    const less = removeDeadCode(graph, new Set([kept.buffer]));
    removed += graph.nodes.length - less.nodes.length;
    assertEquals(
      runGraph(less, wanted, { contents }),
      runGraph(graph, wanted, { contents }),
    );
  }
  assert(removed > 60, `expected nodes to go, got ${removed}`);
});

Deno.test("removeDeadCode() takes time in proportion to the graph", () => {
  const g = new GraphBuilder();
  let value = g.input([4]);
  for (let i = 0; i < 5000; i++) value = g.map("neg", [4], [value], x.neg)[0]!;
  const begin = performance.now();
  const graph: Graph = removeDeadCode(g.graph, new Set([value.buffer]));
  assertEquals(graph.nodes.length, 5000);
  assertEquals(removeDeadCode(g.graph, none).nodes.length, 0);
  assert(performance.now() - begin < 500);
});
