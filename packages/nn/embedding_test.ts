import { gradgradcheck } from "@gradus/autograd";
import { Embedding, embedding, Parameter } from "@gradus/nn";
import { initialSeed, manualSeed, rand, tensor, zeros } from "@gradus/tensor";
import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { assertClose, directionOf, doubles } from "./_testing.ts";
import golden from "./testdata/nn.json" with { type: "json" };

const settings: Record<string, Parameters<typeof Embedding.fromPretrained>[1]> =
  {
    plain: {},
    paddingIdx: { paddingIdx: 3 },
    scaleGradByFreq: { scaleGradByFreq: true },
    both: { paddingIdx: 0, scaleGradByFreq: true },
    maxNorm: { maxNorm: 0.6 },
    "maxNorm 1": { maxNorm: 1, normType: 1 },
  };
const { indices, weight, cases } = golden.embeddings;

Deno.test("Embedding computes PyTorch's values and gradients", () => {
  for (const dtype of ["int64", "int32"] as const) {
    for (const { name, output, weight: after, grad } of cases) {
      const module = Embedding.fromPretrained(doubles(weight, [4, 3]), {
        freeze: false,
        ...settings[name],
      });
      const y = module.forward(tensor(indices, { dtype }));
      assertEquals(y.shape, [2, 3, 3]);
      assertClose(y, output, 1e-12, name);
      assertClose(module.weight, after, 1e-12, `${name} weight`);
      y.mul(directionOf(y)).sum().backward();
      assertClose(module.weight.grad, grad, 1e-12, `${name} gradient`);
    }
  }
});

Deno.test("Embedding gives the padding row a gradient of zeros whatever comes back", () => {
  const table = new Parameter(zeros([3, 2]));
  const y = embedding(tensor([0, 1, 0]), table, { paddingIdx: -3 });
  y.backward(tensor([[NaN, 1], [2, 3], [4, Infinity]]));
  assertEquals(table.grad?.arraySync(), [[0, 0], [2, 3], [0, 0]]);
});

Deno.test("Embedding can be differentiated twice", () => {
  const table = doubles(weight, [4, 3]).requiresGrad_();
  gradgradcheck(
    (w) => embedding(tensor([[3, 0], [3, 1]]), w).square(),
    [table],
  );
});

Deno.test("Embedding takes views and empty and 0-d indices", () => {
  const table = doubles([1, 2, 3, 4, 5, 6], [3, 2]);
  const at = tensor([[0, 1], [2, 0]]);
  assertEquals(embedding(at.t(), table).arraySync(), [[[1, 2], [5, 6]], [
    [3, 4],
    [1, 2],
  ]]);
  assertEquals(embedding(tensor(1), table.t().contiguous().t()).arraySync(), [
    3,
    4,
  ]);
  assertEquals(embedding(tensor([0, 1]), table.t()).arraySync(), [[1, 3, 5], [
    2,
    4,
    6,
  ]]);
  assertEquals(embedding(zeros([0, 4], { dtype: "int64" }), table).shape, [
    0,
    4,
    2,
  ]);
});

Deno.test("Embedding.fromPretrained() shares memory, draws nothing and freezes", () => {
  manualSeed(3);
  const before = rand([1]).itemSync();
  manualSeed(3);
  const source = zeros([2, 2]);
  const module = Embedding.fromPretrained(source);
  assertEquals(rand([1]).itemSync(), before);
  assertEquals(initialSeed(), 3n);
  assertStrictEquals(module.weight.storage, source.storage);
  assertEquals(module.weight.requiresGrad, false);
  assertThrows(
    () => Embedding.fromPretrained(zeros([2])),
    TypeError,
    "got [2]",
  );
});

Deno.test("Embedding refuses indices and settings that do not fit", () => {
  const module = new Embedding(3, 2, { maxNorm: 0.1 });
  const before = module.weight.arraySync();
  assertThrows(
    () => module.forward(tensor([0, 3])),
    RangeError,
    "[0, 2], got 3",
  );
  assertThrows(
    () => module.forward(tensor([-1])),
    RangeError,
    "[0, 2], got -1",
  );
  assertThrows(() => module.forward(tensor([0.5])), TypeError, "got float32");
  assertEquals(module.weight.arraySync(), before);
  assertThrows(
    () => new Embedding(3, 2, { paddingIdx: 3 }),
    RangeError,
    "got 3",
  );
  assertThrows(
    () => new Embedding(3, 2, { weight: zeros([2, 3]) }),
    TypeError,
    "expected a weight of shape [3, 2], got [2, 3]",
  );
});
