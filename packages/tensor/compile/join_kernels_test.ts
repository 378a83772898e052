import * as x from "../expr.ts";
import { assertPass } from "./fusing_testing.ts";
import type { Graph, Launch } from "./graph.ts";
import { GraphBuilder, part } from "./graph_testing.ts";
import { joinLaunches } from "./join_kernels.ts";
import { linkAll, linkOne } from "./links.ts";

/** Makes one of the first two launches, of which the second loads results of the first. */
function joinFirst(kept: readonly number[], input?: number) {
  return ({ nodes }: Graph): Graph => {
    const [producer, consumer, ...rest] = nodes as Launch[];
    const link = input === undefined
      ? linkAll(producer!, consumer!)
      : linkOne(producer!, consumer!, input);
    if (!link) throw new Error("There is no link");
    const { inputs, route } = link;
    const joined = joinLaunches(producer!, consumer!, inputs, kept, route);
    return { nodes: [joined, ...rest] };
  };
}

Deno.test("joinLaunches() computes what the consumer loaded, with the scalars of both", () => {
  const g = new GraphBuilder();
  const a = g.input([3, 4]), b = g.input([3, 1]), out = g.input([3, 4]);
  const scaled = (v: x.Expr, s: x.Expr) => x.mul(v, s);
  const [t] = g.map("scale", [3, 4], [a], scaled, { scalars: [3] });
  const shifted = (v: x.Expr, w: x.Expr, s: x.Expr) => x.add(x.mul(v, w), s);
  g.map("shift", [3, 4], [t!, b], shifted, { scalars: [5], into: [out] });
  assertPass(
    g,
    joinFirst([]),
    [a, b],
    [out],
    `
%2[3, 4] f32 = scale($1[3, 4]): a * 3
$4[3, 4] f32 = shift(%2[3, 4], $3[3] over 1): a * b + 5
`,
    `
$3[3, 4] f32 = scale shift($1[3, 4], $2[3] over 1): a * 3 * b + 5
`,
  );
});

Deno.test("joinLaunches() goes on storing what is kept, along the axes of the consumer", () => {
  const g = new GraphBuilder();
  const a = g.input([3, 4]), kept = g.input([3, 4]), out = g.input([4, 3]);
  g.map("neg", [3, 4], [a], x.neg, { into: [kept] });
  const t = part(kept, [4, 3], 0, [1, 4]);
  g.map("abs", [4, 3], [t], x.abs, { into: [out] });
  assertPass(
    g,
    joinFirst([0]),
    [a],
    [kept, out],
    `
$2[3, 4] f32 = neg($1[3, 4]): -a
$3[4, 3] f32 = abs($2[4, 3] strides [1, 4]): abs(a)
`,
    `
$2[4, 3] strides [1, 4] f32, $3[4, 3] f32 = neg abs($1[4, 3] strides [1, 4]): t0; abs(t0) where t0 = -a
`,
  );
});

Deno.test("joinLaunches() lets a consumer work on the results of a fold, with operands of its own", () => {
  const g = new GraphBuilder();
  const a = g.input([4, 6]), b = g.input([4]), out = g.input([2, 2]);
  const sum = g.fold("sum", a, x.add, 0);
  const square = [part(sum, [2, 2]), part(b, [2, 2])];
  g.map("mul", [2, 2], square, x.mul, { into: [out] });
  assertPass(
    g,
    joinFirst([]),
    [a, b],
    [out],
    `
%2[4] f32 = sum($1[4, 6]): sum over [6] of a
$4[2, 2] f32 = mul(%2[2, 2], $3[2, 2]): a * b
`,
    `
$3[2, 2] f32 = sum mul($1[2, 2, 6], $2[2, 2] over 2): (sum over [6] of a) * b
`,
  );
});

Deno.test("joinLaunches() keeps the order of a fold by what lies as its input did", () => {
  const g = new GraphBuilder();
  const bias = g.input([6]), a = g.input([4, 6]), out = g.input([4]);
  const [t] = g.map("add", [4, 6], [bias, a], x.add);
  const sum = g.fold("sum", t!, x.add, 0);
  g.map("copy", [4], [sum], (v) => v, { into: [out] });
  assertPass(
    g,
    joinFirst([], 0),
    [bias, a],
    [out],
    `
%3[4, 6] f32 = add($1[6] over 0, $2[4, 6]): a + b
%4[4] f32 = sum(%3[4, 6]): sum over [6] of a
$5[4] f32 = copy(%4[4]): a
`,
    `
%3[4] f32 = add sum($1[4, 6], $2[6] over 0): sum over [6] of b + a
$4[4] f32 = copy(%3[4]): a
`,
  );
});

Deno.test("joinLaunches() cuts axes of the consumer where the producer has several", () => {
  const g = new GraphBuilder();
  const row = g.input([4]), column = g.input([3, 1]), out = g.input([12]);
  const [t] = g.map("add", [3, 4], [column, row], x.add);
  g.map("neg", [12], [part(t!, [12])], x.neg, { into: [out] });
  assertPass(
    g,
    joinFirst([]),
    [row, column],
    [out],
    `
%3[3, 4] f32 = add($1[3] over 1, $2[4] over 0): a + b
$4[12] f32 = neg(%3[12]): -a
`,
    `
$3[3, 4] f32 = add neg($1[3] over 1, $2[4] over 0): -(a + b)
`,
  );
});

Deno.test("joinLaunches() leaves elements that are taken by position where they are", () => {
  const g = new GraphBuilder();
  const a = g.input([4]), table = g.input([4]), out = g.input([4]);
  const [t] = g.map("abs", [4], [a], x.abs);
  const all = { ...table, shape: [1], strides: [0] };
  const at = x.cast(x.min(x.load(0, "f32"), x.lit(3, "f32")), "i32");
  const kernel = {
    name: "take",
    inputs: ["float32", "float32"],
    scalars: [],
    stores: [{ dtype: "float32", value: x.loadAt(1, "f32", at) }],
  } as const;
  g.run(kernel, [4], 0, [t!, all, out]);
  assertPass(
    g,
    joinFirst([], 0),
    [a, table],
    [out],
    `
%2[4] f32 = abs($1[4]): abs(a)
$4[4] f32 = take(%2[4], $3[]): b[i32(min(a, 3))]
`,
    `
$3[4] f32 = abs take($1[4], $2[]): b[i32(min(abs(a), 3))]
`,
  );
});
