import { gradcheck, gradgradcheck } from "@gradus/autograd";
import * as nn from "@gradus/nn";
import {
  manualSeed,
  ones,
  rand,
  type Tensor,
  tensor,
  zeros,
} from "@gradus/tensor";
import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  assertBits,
  assertClose,
  bitsOf,
  directionOf,
  doubles,
} from "./_testing.ts";
import golden from "./testdata/nn.json" with { type: "json" };

const layers: Record<string, () => nn.Layer> = {
  "ReLU": () => new nn.ReLU(),
  "ReLU6": () => new nn.ReLU6(),
  "LeakyReLU": () => new nn.LeakyReLU(),
  "LeakyReLU 0.2": () => new nn.LeakyReLU(0.2),
  "PReLU": () => new nn.PReLU(),
  "RReLU eval": () => new nn.RReLU().eval(),
  "ELU": () => new nn.ELU(1.5),
  "CELU": () => new nn.CELU(1.5),
  "SELU": () => new nn.SELU(),
  "GELU": () => new nn.GELU(),
  "GELU tanh": () => new nn.GELU({ approximate: "tanh" }),
  "SiLU": () => new nn.SiLU(),
  "Mish": () => new nn.Mish(),
  "Sigmoid": () => new nn.Sigmoid(),
  "Tanh": () => new nn.Tanh(),
  "LogSigmoid": () => new nn.LogSigmoid(),
  "Hardsigmoid": () => new nn.Hardsigmoid(),
  "Hardswish": () => new nn.Hardswish(),
  "Hardtanh": () => new nn.Hardtanh(-2, 3),
  "Softplus": () => new nn.Softplus(2, 5),
  "Softshrink": () => new nn.Softshrink(),
  "Hardshrink": () => new nn.Hardshrink(),
  "Softsign": () => new nn.Softsign(),
  "Tanhshrink": () => new nn.Tanhshrink(),
  "Threshold": () => new nn.Threshold(0.5, 20),
  "GLU": () => new nn.GLU(),
  "Softmax": () => new nn.Softmax(1),
  "Softmax 0": () => new nn.Softmax(0),
  "Softmin": () => new nn.Softmin(1),
  "LogSoftmax": () => new nn.LogSoftmax(1),
  "Flatten": () => new nn.Flatten(0),
  "Unflatten": () => new nn.Unflatten(1, [2, -1]),
  "Identity": () => new nn.Identity(),
  "PReLU 3": () => new nn.PReLU(3),
  "Linear 1-D": () => new nn.Linear(4, 3),
  "Linear 2-D": () => new nn.Linear(4, 3),
  "Linear 3-D": () => new nn.Linear(4, 3),
  "Linear without bias": () => new nn.Linear(4, 3, { bias: false }),
  "Linear without bias 3-D": () => new nn.Linear(4, 3, { bias: false }),
  "LayerNorm": () => new nn.LayerNorm(6),
  "LayerNorm 2-D": () => new nn.LayerNorm([2, 3]),
  "LayerNorm eps": () => new nn.LayerNorm(6, { eps: 0.5 }),
  "LayerNorm without bias": () => new nn.LayerNorm(6, { bias: false }),
  "LayerNorm plain": () => new nn.LayerNorm(6, { elementwiseAffine: false }),
  "RMSNorm": () => new nn.RMSNorm(6),
  "RMSNorm 2-D": () => new nn.RMSNorm([2, 3], { eps: 0.1 }),
  "RMSNorm plain": () => new nn.RMSNorm(6, { elementwiseAffine: false }),
};

type Case = (typeof golden.layers)[number];

function check(
  test: Case,
  dtype: "float32" | "float64",
  tolerance: number,
): void {
  const { name } = test;
  const module = layers[name]!().to(dtype);
  const parameters = test.parameters as Record<string, number[]>;
  module.loadStateDict(Object.fromEntries(
    module.namedParameters().map(([key, p]) => [
      key,
      doubles(parameters[key]!, p.shape),
    ]),
  ));
  const input = doubles(test.input, test.shape).to(dtype).requiresGrad_();
  const output = module.forward(input);
  assertEquals(output.shape, test.outputShape, name);
  assertEquals(output.dtype, dtype, name);
  assertClose(output, test.output, tolerance, `${name} output`);
  output.mul(directionOf(output)).sum().backward();
  assertClose(
    input.grad,
    test.gradInput,
    tolerance,
    `${name} gradient of the input`,
  );
  const grads = test.grads as Record<string, number[]>;
  assertEquals(
    module.namedParameters().map(([key]) => key),
    Object.keys(grads),
  );
  for (const [key, p] of module.namedParameters()) {
    assertClose(p.grad, grads[key]!, tolerance, `${name} gradient of ${key}`);
  }
}

Deno.test("layers compute PyTorch's values and gradients in float64", () => {
  assertEquals(golden.layers.map((test) => test.name), Object.keys(layers));
  for (const test of golden.layers) check(test, "float64", 1e-12);
});

Deno.test("layers compute PyTorch's values and gradients in float32", () => {
  for (const test of golden.layers) check(test, "float32", 1e-5);
});

Deno.test("modules start from PyTorch's weights, bit for bit", async () => {
  for (const { seed, dtype, parameters } of golden.initial) {
    const where = { dtype: dtype as "float32" | "float64" };
    manualSeed(seed);
    const modules = [
      new nn.Linear(3, 1, where),
      new nn.Linear(5, 7, { bias: false, ...where }),
      new nn.Linear(0, 2, where),
      new nn.Linear(300, 40, where),
      new nn.Embedding(3, 2, where),
      new nn.Embedding(9, 5, { paddingIdx: -2, ...where }),
      new nn.Linear(20, 3, where),
    ];
    const found = modules.flatMap((m) => m.parameters());
    assertEquals(found.length, parameters.length);
    for (const [i, p] of found.entries()) {
      const what = `${seed} ${dtype} ${i}`;
      const normal = i === 7 || i === 8; // the embeddings
      await assertBits(p, parameters[i]!, what, { normal });
    }
  }
});

Deno.test("linear() refuses inputs that do not fit and names both shapes", () => {
  assertThrows(
    () => new nn.Linear(3, 2).forward(zeros([5, 4])),
    TypeError,
    "got [5, 4] and [2, 3]",
  );
  assertThrows(() => nn.linear(zeros([]), zeros([2, 3])), TypeError, "got []");
  assertThrows(
    () => new nn.Linear(3, 2).forward(zeros([5, 3], { dtype: "float64" })),
    TypeError,
    "dtypes must be equal",
  );
});

Deno.test("linear() names the nodes that PyTorch's makes", () => {
  const layer = new nn.Linear(3, 2),
    bare = new nn.Linear(3, 2, { bias: false });
  assertEquals(layer.forward(zeros([4, 3])).gradFn?.name, "AddmmBackward0");
  assertEquals(bare.forward(zeros([4, 3])).gradFn?.name, "MmBackward0");
  assertEquals(layer.forward(zeros([1, 4, 3])).gradFn?.name, "ViewBackward0");
  assertEquals(
    new nn.Embedding(3, 2).forward(tensor([1])).gradFn?.name,
    "EmbeddingBackward0",
  );
  assertEquals(
    new nn.LayerNorm(3).forward(ones([2, 3])).gradFn?.name,
    "NativeLayerNormBackward0",
  );
  assertEquals(
    new nn.PReLU().forward(ones([2])).gradFn?.name,
    "PreluKernelBackward0",
  );
});

Deno.test("linear() takes empty batches", () => {
  const layer = new nn.Linear(3, 2);
  assertEquals(layer.forward(zeros([0, 3])).shape, [0, 2]);
  assertEquals(layer.forward(zeros([2, 0, 3])).shape, [2, 0, 2]);
});

Deno.test("layerNorm() refuses inputs, weights and types that do not fit", () => {
  const norm = new nn.LayerNorm([2, 3]);
  assertThrows(
    () => norm.forward(zeros([4, 3])),
    TypeError,
    "[*, 2, 3], got [4, 3]",
  );
  assertThrows(() => norm.forward(zeros([3])), TypeError, "[*, 2, 3], got [3]");
  assertThrows(() => nn.layerNorm(zeros([2]), []), TypeError, "got [2]");
  assertThrows(
    () => nn.layerNorm(zeros([2, 3]), [3], { weight: ones([2]) }),
    TypeError,
    "got [2] and float32",
  );
  assertThrows(
    () => nn.layerNorm(tensor([1, 2]), [2]),
    TypeError,
    "Cannot normalize a int64 tensor",
  );
  assertThrows(
    () => new nn.RMSNorm(4).forward(zeros([3])),
    TypeError,
    "[*, 4], got [3]",
  );
});

Deno.test("layerNorm() takes non-contiguous, single and empty inputs", () => {
  const x = doubles([1, 2, 3, 4, 5, 9], [2, 3]);
  const plain = nn.layerNorm(x.t().contiguous(), [2]);
  assertClose(
    nn.layerNorm(x.t(), [2]),
    Array.from(plain.dataSync(), Number),
    1e-15,
  );
  assertEquals(nn.layerNorm(zeros([0, 3]), [3]).shape, [0, 3]);
  assertEquals(nn.layerNorm(ones([2, 1]), [1]).arraySync(), [[0], [0]]);
});

Deno.test("prelu() refuses a number of slopes that does not fit", () => {
  assertThrows(
    () => new nn.PReLU(3).forward(zeros([2, 4])),
    TypeError,
    "expected 1 or 4 slopes",
  );
  assertThrows(() => new nn.PReLU(3).forward(zeros([3])), TypeError, "1 or 1");
});

Deno.test("prelu() gives infinite inputs a finite gradient of the slope", () => {
  const weight = new nn.Parameter(tensor([0.5]));
  nn.prelu(tensor([Infinity, -2]), weight).sum().backward();
  assertEquals(weight.grad?.arraySync(), [-2]);
});

Deno.test("rrelu() draws PyTorch's slopes for the elements that are not positive", async () => {
  for (const { dtype, bits, after } of golden.draws.rrelu) {
    const x = doubles(Array.from({ length: 12 }, (_, i) => i - 8), [3, 4])
      .to(dtype as "float32" | "float64");
    manualSeed(2);
    assertEquals(await bitsOf(new nn.RReLU(0.1, 0.4).forward(x)), bits);
    assertEquals(await bitsOf(rand([1])), after);
  }
});

Deno.test("rrelu() passes the gradient through the slopes that it drew", () => {
  const x = tensor([-2, 3, -4], { dtype: "float32", requiresGrad: true });
  const y = nn.rrelu(x, { training: true });
  y.sum().backward();
  const slopes = x.grad!.dataSync();
  assert(slopes[0]! >= 1 / 8 && slopes[0]! <= 1 / 3);
  assertEquals(slopes[1], 1);
  assertClose(y, [-2 * Number(slopes[0]), 3, -4 * Number(slopes[2])], 1e-6);
  assertThrows(
    () => nn.rrelu(x, { lower: 1, upper: 0 }),
    RangeError,
    "got 1 and 0",
  );
});

Deno.test("layerNorm() and prelu() can be differentiated twice", () => {
  const x = doubles([0.5, -1, 2, 0.25, 3, -2.5], [2, 3]).requiresGrad_();
  const weight = doubles([1, -0.5, 2], [3]).requiresGrad_();
  const bias = doubles([0.1, 0.2, 0.3], [3]).requiresGrad_();
  const norm = (x: Tensor, weight: Tensor, bias: Tensor) =>
    nn.layerNorm(x, [3], { weight, bias });
  gradcheck(norm, [x, weight, bias]);
  gradgradcheck(norm, [x, weight, bias]);
  gradgradcheck((x) => nn.layerNorm(x, [2, 3]), [x]);
  gradgradcheck((x) => nn.rmsNorm(x, [3]), [x]);
  gradgradcheck(nn.prelu, [x, weight]);
});

Deno.test("rmsNorm() adds the machine epsilon of the input's type unless told otherwise", () => {
  // The numbers are PyTorch 2.13's.
  const single = tensor([1e-4, -2e-4, 3e-4], { dtype: "float32" });
  assertClose(
    nn.rmsNorm(single, [3]),
    [0.2455320954322815, -0.491064190864563, 0.7365962862968445],
    1e-6,
  );
  assertClose(
    nn.rmsNorm(doubles([1e-8, -2e-8, 3e-8], [3]), [3]),
    [0.38104950746192023, -0.7620990149238405, 1.143148522385761],
    1e-14,
  );
});
