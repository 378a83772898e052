import * as x from "../expr.ts";
import { assertPass } from "./fusing_testing.ts";
import { GraphBuilder, part } from "./graph_testing.ts";
import { separateVersions } from "./versions.ts";

Deno.test("separateVersions() gives each value of a temporary buffer a buffer of its own", () => {
  const g = new GraphBuilder();
  const a = g.input([4]), out = g.input([4]);
  const [t] = g.map("neg", [4], [a], x.neg);
  const [s] = g.map("exp", [4], [t!], x.abs);
  g.map("mul", [4], [t!, a], x.mul, { into: [t!] });
  g.map("add", [4], [t!, s!], x.add, { into: [out] });
  assertPass(
    g,
    separateVersions,
    [a],
    [out],
    `
%2[4] f32 = neg($1[4]): -a
%3[4] f32 = exp(%2[4]): abs(a)
%2[4] f32 = mul(%2[4], $1[4]): a * b
$4[4] f32 = add(%2[4], %3[4]): a + b
`,
    `
%2[4] f32 = neg($1[4]): -a
%3[4] f32 = exp(%2[4]): abs(a)
%4[4] f32 = mul(%2[4], $1[4]): a * b
$5[4] f32 = add(%4[4], %3[4]): a + b
`,
  );
});

Deno.test("separateVersions() leaves the last value of what outlives the run where it was", () => {
  const g = new GraphBuilder();
  const p = g.input([4]), step = g.input([4]), seen = g.input([4]);
  g.map("mul", [4], [p, step], x.mul, { into: [p] });
  g.map("copy", [4], [p], (v) => v, { into: [seen] });
  g.map("sub", [4], [p, step], x.sub, { into: [p] });
  assertPass(
    g,
    separateVersions,
    [p, step],
    [seen],
    `
$1[4] f32 = mul($1[4], $2[4]): a * b
$3[4] f32 = copy($1[4]): a
$1[4] f32 = sub($1[4], $2[4]): a - b
`,
    `
%3[4] f32 = mul($1[4], $2[4]): a * b
$4[4] f32 = copy(%3[4]): a
$1[4] f32 = sub(%3[4], $2[4]): a - b
`,
  );
});

Deno.test("separateVersions() writes parts to the value that holds at the time", () => {
  const g = new GraphBuilder();
  const p = g.input([2, 3]), row = g.input([3]), out = g.input([2, 3]);
  g.map("neg", [2, 3], [p], x.neg, { into: [p] });
  g.map("copy", [3], [row], (v) => v, { into: [part(p, [3], 3)] });
  g.map("copy", [2, 3], [p], (v) => v, { into: [out] });
  g.map("abs", [2, 3], [p], x.abs, { into: [p] });
  g.map("copy", [3], [row], (v) => v, { into: [part(p, [3])] });
  assertPass(
    g,
    separateVersions,
    [p, row],
    [out],
    `
$1[2, 3] f32 = neg($1[2, 3]): -a
$1[3] from 3 f32 = copy($2[3]): a
$3[2, 3] f32 = copy($1[2, 3]): a
$1[2, 3] f32 = abs($1[2, 3]): abs(a)
$1[3] f32 = copy($2[3]): a
`,
    `
%2[2, 3] f32 = neg($1[2, 3]): -a
%2[3] from 3 f32 = copy($3[3]): a
$4[2, 3] f32 = copy(%2[2, 3]): a
$1[2, 3] f32 = abs(%2[2, 3]): abs(a)
$1[3] f32 = copy($3[3]): a
`,
  );
});

Deno.test("separateVersions() leaves what was computed before an assertion where it is seen if that fails", () => {
  const g = new GraphBuilder();
  const p = g.input([4]), ok = g.input([], "bool");
  g.map("neg", [4], [p], x.neg, { into: [p] });
  g.map("abs", [4], [p], x.abs, { into: [p] });
  g.assert(ok);
  g.map("square", [4], [p], (v) => x.mul(v, v), { into: [p] });
  assertPass(
    g,
    separateVersions,
    [p, ok],
    [],
    `
$1[4] f32 = neg($1[4]): -a
$1[4] f32 = abs($1[4]): abs(a)
assert $2
$1[4] f32 = square($1[4]): a * a
`,
    `
%2[4] f32 = neg($1[4]): -a
$1[4] f32 = abs(%2[4]): abs(a)
assert $3
$1[4] f32 = square($1[4]): a * a
`,
  );
});

Deno.test("separateVersions() does not rename what JavaScript looks at", () => {
  const g = new GraphBuilder();
  const a = g.input([4]), t = g.empty([4]), out = g.input([4]);
  g.map("neg", [4], [a], x.neg, { into: [t] });
  g.host("sort", [t], []);
  g.map("abs", [4], [t], x.abs, { into: [t] });
  g.map("copy", [4], [t], (v) => v, { into: [out] });
  assertPass(
    g,
    separateVersions,
    [a],
    [out],
    `
%2[4] f32 = neg($1[4]): -a
host sort(%2)
%2[4] f32 = abs(%2[4]): abs(a)
$3[4] f32 = copy(%2[4]): a
`,
    `
%2[4] f32 = neg($1[4]): -a
host sort(%2)
%2[4] f32 = abs(%2[4]): abs(a)
$3[4] f32 = copy(%2[4]): a
`,
  );
});

Deno.test("separateVersions() gives the results of products buffers of their own", () => {
  const g = new GraphBuilder();
  const a = g.input([3, 3]), b = g.input([3, 3]), out = g.input([3, 3]);
  const p = g.product(a, b);
  g.map("neg", [3, 3], [p], x.neg, { into: [a] });
  const q = g.product(a, p);
  g.map("abs", [3, 3], [a], x.abs, { into: [a] });
  g.map("add", [3, 3], [q, a], x.add, { into: [out] });
  assertPass(
    g,
    separateVersions,
    [a, b],
    [out],
    `
%3[3, 3] f32 = product($1[3, 3], $2[3, 3])
$1[3, 3] f32 = neg(%3[3, 3]): -a
%4[3, 3] f32 = product($1[3, 3], %3[3, 3])
$1[3, 3] f32 = abs($1[3, 3]): abs(a)
$5[3, 3] f32 = add(%4[3, 3], $1[3, 3]): a + b
`,
    `
%3[3, 3] f32 = product($1[3, 3], $2[3, 3])
%4[3, 3] f32 = neg(%3[3, 3]): -a
%5[3, 3] f32 = product(%4[3, 3], %3[3, 3])
$1[3, 3] f32 = abs(%4[3, 3]): abs(a)
$6[3, 3] f32 = add(%5[3, 3], $1[3, 3]): a + b
`,
  );
});
