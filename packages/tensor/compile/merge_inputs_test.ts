import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import * as x from "../expr.ts";
import type { Kernel } from "../kernel.ts";
import type { Launch } from "./graph.ts";
import { GraphBuilder, part } from "./graph_testing.ts";
import { mergeInputs, simplifyGraph, simplifyLaunch } from "./merge_inputs.ts";
import { showGraph } from "./show.ts";

function last(g: GraphBuilder): Launch {
  const node = g.nodes.at(-1);
  assert(node?.kind === "launch");
  return node;
}

function show(launch: Launch): string {
  return showGraph({ nodes: [launch] });
}

Deno.test("mergeInputs() makes inputs that read the same one", () => {
  const g = new GraphBuilder();
  const t = g.input([2, 3]), u = g.input([2, 3]);
  g.map(
    "mix",
    [2, 3],
    [t, u, t, u],
    (a, b, c, d) => x.add(x.mul(a, b), x.mul(c, d)),
  );
  assertEquals(
    show(last(g)),
    "%3[2, 3] f32 = mix($1[2, 3], $2[2, 3], $1[2, 3], $2[2, 3]): a * b + c * d",
  );
  const merged = mergeInputs(last(g));
  assertEquals(
    show(merged),
    "%3[2, 3] f32 = mix($1[2, 3], $2[2, 3]): t0 + t0 where t0 = a * b",
  );
  assertStrictEquals(mergeInputs(last(g)).kernel, merged.kernel);
  assertStrictEquals(mergeInputs(merged), merged);
});

Deno.test("mergeInputs() tells apart inputs of other strides, places and types", () => {
  const g = new GraphBuilder();
  const t = g.input([4, 4]), other = { ...t, dtype: "int32" as const };
  const inputs = [
    part(t, [1, 3]),
    part(t, [1, 3], 0, [1, 4]),
    part(t, [1, 3], 4),
    part(t, [1, 3], 0, [7, 1]),
    part(other, [1, 3]),
  ];
  g.map(
    "mix",
    [1, 3],
    inputs,
    (a, b, c, d, e) => x.add(x.add(x.add(a, b), x.add(c, d)), x.cast(e, "f32")),
  );
  assertEquals(
    show(mergeInputs(last(g))),
    "%2[1, 3] f32 = mix($1[1, 3], $1[1, 3] strides [1, 4], $1[1, 3] from 4, $1[1, 3]): a + b + (c + a) + f32(d)",
  );
});

Deno.test("mergeInputs() drops inputs and scalars that nothing uses, but no first input of a fold", () => {
  const g = new GraphBuilder();
  const [t, u, v] = [g.input([3]), g.input([3]), g.input([3])];
  g.map("second", [3], [t, u, v], (_a, b, _c, _s, r) => x.mul(b, r!), {
    scalars: [3, 5],
  });
  assertEquals(show(mergeInputs(last(g))), "%2[3] f32 = second($1[3]): a * 5");
  const f = "f32";
  const kernel: Kernel = {
    name: "sum",
    inputs: ["float32", "float32", "float32"],
    scalars: [],
    reduction: {
      init: [x.lit(0, f)],
      values: [x.loadAt(2, f, x.coord(-1))],
      step: [x.add(x.acc(0, f), x.consumed(0, f))],
      merge: [x.add(x.acc(0, f), x.other(0, f))],
    },
    stores: [{ dtype: "float32", value: x.acc(0, f) }],
  };
  g.run(kernel, [3], 1, [t, u, v, g.empty([])]);
  assertEquals(
    show(mergeInputs(last(g))),
    "%3[] f32 = sum($1[3], $2[3]): sum over [3] of b[i0]",
  );
});

Deno.test("simplifyLaunch() drops what simplification leaves without a use", () => {
  const g = new GraphBuilder();
  const t = g.input([3], "int32"), u = g.input([3], "int32");
  g.map(
    "mix",
    [3],
    [t, u, u],
    (a, b, c, s, r) => x.mul(x.add(x.mul(a, s!), x.sub(b, c)), r!),
    { scalars: [1, 5] },
  );
  const launch = simplifyLaunch(last(g));
  assertEquals(show(launch), "%2[3] i32 = mix($1[3]): a * 5");
  assertStrictEquals(simplifyLaunch(launch), launch);
});

Deno.test("simplifyGraph() simplifies launches and epilogues, and leaves the rest", () => {
  const g = new GraphBuilder();
  const t = g.input([2, 2]);
  g.host("log", [t], []);
  const plain = g.product(t, t);
  const product = g.product(t, plain);
  g.map("scale", [2, 2], [product], (a, s) => x.mul(a, s!), {
    scalars: [1],
    into: [product],
  });
  const epilogue = g.nodes.pop(), node = g.nodes.pop();
  assert(epilogue?.kind === "launch" && node?.kind === "product");
  g.nodes.push({ ...node, epilogue }, epilogue);
  const before = g.graph, after = simplifyGraph(before);
  assertStrictEquals(after.nodes[0], before.nodes[0]);
  assertStrictEquals(after.nodes[1], before.nodes[1]);
  assertEquals(
    showGraph(after),
    `
host log($1)
%2[2, 2] f32 = product($1[2, 2], $1[2, 2])
%3[2, 2] f32 = product($1[2, 2], %2[2, 2]), then %3[2, 2] f32 = scale(%3[2, 2]): a
%3[2, 2] f32 = scale(%3[2, 2]): a
`.trim(),
  );
});
