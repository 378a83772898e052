import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import {
  cat,
  gelu,
  type GradNode,
  leakyRelu,
  relu,
  silu,
  softplus,
  stack,
  type Tensor,
  tensor,
  where,
} from "@gradus/tensor";
import { leaf } from "./leaf_testing.ts";
import "./mod.ts";

/** Names of the nodes behind a node, null where there is none. */
function next(node: GradNode | null): (string | null)[] {
  return node!.nextFunctions.map(([n]) => n && n.name);
}

Deno.test("gradFn has the names of PyTorch", () => {
  const x = leaf([[1, 2], [3, 4]]),
    y = leaf([[0.5, 0.6], [0.7, 0.8]]),
    v = leaf([1, 2]);
  const batch = leaf([[[1, 2], [3, 4]]]);
  const mask = tensor([[true, false], [false, true]]);
  const index = tensor([[0, 1], [1, 0]], { dtype: "int64" });
  const names: [string, Tensor][] = [
    ["AddBackward0", x.add(y)],
    ["SubBackward0", x.sub(2)],
    ["RsubBackward1", x.rsub(2)],
    ["MulBackward0", x.mul(2)],
    ["DivBackward0", x.div(y)],
    ["NegBackward0", x.neg()],
    ["PowBackward0", x.pow(2)],
    ["PowBackward0", x.square()],
    ["PowBackward1", x.pow(y)],
    ["ExpBackward0", x.exp()],
    ["LogBackward0", x.log()],
    ["SqrtBackward0", x.sqrt()],
    ["AbsBackward0", x.abs()],
    ["MmBackward0", x.mm(y)],
    ["MmBackward0", x.matmul(y)],
    ["BmmBackward0", batch.bmm(batch)],
    ["MvBackward0", x.mv(v)],
    ["DotBackward0", v.dot(v)],
    ["AddmmBackward0", v.addmm(x, y.t())],
    ["SumBackward0", x.sum()],
    ["SumBackward1", x.sum(0)],
    ["MeanBackward0", x.mean()],
    ["MeanBackward1", x.mean(0)],
    ["VarBackward0", x.var()],
    ["StdBackward0", x.std()],
    ["MaxBackward1", x.max()],
    ["MaxBackward0", x.max(0).values],
    ["MinBackward1", x.min()],
    ["MinBackward0", x.min(0).values],
    ["AmaxBackward0", x.amax()],
    ["MaximumBackward0", x.maximum(y)],
    ["ProdBackward0", x.prod()],
    ["LinalgVectorNormBackward0", x.norm()],
    ["ReluBackward0", relu(x)],
    ["LeakyReluBackward0", leakyRelu(x)],
    ["SigmoidBackward0", x.sigmoid()],
    ["TanhBackward0", x.tanh()],
    ["SoftmaxBackward0", x.softmax(0)],
    ["LogSoftmaxBackward0", x.logSoftmax(0)],
    ["GeluBackward0", gelu(x)],
    ["SiluBackward0", silu(x)],
    ["SoftplusBackward0", softplus(x)],
    ["ViewBackward0", x.view(4)],
    ["ViewBackward0", x.flatten()],
    ["UnsafeViewBackward0", x.t().reshape(4)],
    ["TBackward0", x.t()],
    ["TransposeBackward0", x.transpose(0, 1)],
    ["PermuteBackward0", x.permute(1, 0)],
    ["ExpandBackward0", x.expand(3, 2, 2)],
    ["UnsqueezeBackward0", x.unsqueeze(0)],
    ["SqueezeBackward0", x.squeeze()],
    ["SqueezeBackward1", x.squeeze(0)],
    ["SliceBackward0", x.at("0:1")],
    ["SelectBackward0", x.at(0)],
    ["IndexBackward0", x.at(mask)],
    ["GatherBackward0", x.gather(0, index)],
    ["ScatterBackward0", x.scatter(0, index, y)],
    ["CatBackward0", cat([x, y])],
    ["StackBackward0", stack([x, y])],
    ["WhereBackward0", where(mask, x, y)],
    ["ClampBackward1", x.clamp({ min: 0 })],
    ["CloneBackward0", x.clone()],
    ["CloneBackward0", x.t().contiguous()],
    ["ToCopyBackward0", x.float()],
    ["CopyBackwards", x.mul(1).copy_(y)],
    ["AsStridedBackward0", x.asStrided([2], [1])],
    ["LogsumexpBackward0", x.logsumexp(0)],
  ];
  for (const [name, t] of names) assertEquals(t.gradFn?.name, name);
});

Deno.test("nextFunctions leads from a result to its leaves", () => {
  const x = leaf([1, 2]), y = leaf([3, 4]);
  const z = x.mul(y).log();
  assertEquals(z.gradFn?.name, "LogBackward0");
  assertEquals(next(z.gradFn), ["MulBackward0"]);
  const [product] = z.gradFn!.nextFunctions[0]!;
  assertEquals(next(product), ["AccumulateGrad", "AccumulateGrad"]);
  const leaves = product!.nextFunctions.map(([n]) => n!.variable);
  assertStrictEquals(leaves[0], x);
  assertStrictEquals(leaves[1], y);
  assertEquals(product!.nextFunctions[0]![0]!.nextFunctions, []);
});

Deno.test("nextFunctions has null for what has no gradient, and none for conditions", () => {
  const x = leaf([1, 2]), c = tensor([3, 4], { dtype: "float64" });
  assertEquals(x.mul(2).gradFn?.nextFunctions[1], [null, 0]);
  assertEquals(next(c.mul(x).gradFn), [null, "AccumulateGrad"]);
  assertEquals(next(where(c.gt(3), x, c).gradFn), ["AccumulateGrad", null]);
  assertEquals(next(x.sum().gradFn), ["AccumulateGrad"]);
});

Deno.test("nextFunctions of a linear layer are bias, input and transposed weight", () => {
  const input = tensor([[1, 2]], { dtype: "float64" });
  const weight = leaf([[1, 2], [3, 4], [5, 6]]), bias = leaf([1, 2, 3]);
  const y = bias.addmm(input, weight.t());
  assertEquals(y.gradFn?.name, "AddmmBackward0");
  assertEquals(next(y.gradFn), ["AccumulateGrad", null, "TBackward0"]);
});

Deno.test("nextFunctions tells which output an input was", () => {
  const x = leaf([[1, 2], [3, 4]]);
  const { values } = x.max(0);
  assertEquals(values.outputIndex, 0);
  assertEquals(values.mul(1).gradFn?.nextFunctions[0], [values.gradFn, 0]);
});

Deno.test("a leaf has one node of its own however often it is used", () => {
  const x = leaf([1]);
  const node = (t: Tensor) => t.gradFn!.nextFunctions[0]![0];
  assertStrictEquals(node(x.mul(2)), node(x.exp()));
  assert(x.gradFn === null);
});

Deno.test("a node prints as its name", () => {
  const y = leaf([1, 2]).mul(2);
  assertEquals(String(y.gradFn), "<MulBackward0>");
  assertEquals(Deno.inspect(y.gradFn), "<MulBackward0>");
  assert(y.toString().includes("grad_fn=<MulBackward0>"));
});
