import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { ones } from "@gradus/tensor";
import * as nn from "./mod.ts";

/** Options as one gives them who does not check types. */
const bad = { oops: 1 } as object;
const notOptions = 0.1 as unknown as object;

const calls: Record<string, (options: object) => unknown> = {
  "make a Linear": (o) => new nn.Linear(2, 2, o),
  "make an Embedding": (o) => new nn.Embedding(2, 2, o),
  "look up rows": (o) => nn.embedding(ones([1]).to("int64"), ones([2, 2]), o),
  "make a LayerNorm": (o) => new nn.LayerNorm(2, o),
  "make an RMSNorm": (o) => new nn.RMSNorm(2, o),
  "apply layerNorm": (o) => nn.layerNorm(ones([2]), [2], o),
  "apply rmsNorm": (o) => nn.rmsNorm(ones([2]), [2], o),
  "make a PReLU": (o) => new nn.PReLU(1, o),
  "compute rrelu": (o) => nn.rrelu(ones([2]), o),
  "make a GELU": (o) => new nn.GELU(o),
  "drop elements": (o) => nn.dropout(ones([2]), 0.5, o),
  "make a Parameter": (o) => new nn.Parameter(ones([2]), o),
  "clip gradients": (o) => nn.clipGradNorm([], 1, o),
  "zero gradients": (o) => new nn.Linear(2, 2).zeroGrad(o),
  "make a state dict": (o) => new nn.Linear(2, 2).stateDict(o),
  "load the state of Tanh": (o) => new nn.Tanh().loadStateDict({}, o),
  "list modules": (o) => new nn.Tanh().namedModules(o),
  "list members": (o) => new nn.Tanh().namedParameters(o),
  "register a buffer": (o) => new nn.Tanh().registerBuffer("x", null, o),
  "register a hook": (o) => new nn.Tanh().registerForwardHook(() => {}, o),
  "write safetensors": (o) => nn.saveSafetensorsSync({}, o),
  "fill a tensor": (o) => nn.init.kaimingUniform_(ones([2, 2]), o),
  "fill a tensor by truncNormal_": (o) => nn.init.truncNormal_(ones([2]), o),
  "fill a tensor by sparse_": (o) => nn.init.sparse_(ones([2, 2]), 0.5, o),
};

for (const [action, call] of Object.entries(calls)) {
  Deno.test(`nn refuses to ${action} with options that it does not know`, () => {
    assertThrows(
      () => call(bad),
      TypeError,
      `Cannot ${action} with an unknown option oops: expected one of `,
    );
    assertThrows(
      () => call(notOptions),
      TypeError,
      `Cannot ${action}: expected options such as { `,
    );
    call({});
  });
}

Deno.test("init.xavierNormal_() and its like refuse options that they do not know", () => {
  const { xavierNormal_, xavierUniform_, kaimingNormal_ } = nn.init;
  for (const fill of [xavierNormal_, xavierUniform_, kaimingNormal_]) {
    const t = ones([2, 2]);
    assertThrows(() => fill(t, bad), TypeError, "unknown option oops");
    assertEquals(t.arraySync(), [[1, 1], [1, 1]]);
  }
});

Deno.test("Embedding.fromPretrained() refuses options that it does not know", () => {
  const { fromPretrained } = nn.Embedding;
  assertThrows(
    () => fromPretrained(ones([2, 2]), { dtype: "float64" } as object),
    TypeError,
    "Cannot make an Embedding with an unknown option dtype: expected one of freeze,",
  );
});

Deno.test("saveSafetensors() refuses metadata that is not under metadata", async () => {
  await assertRejects(
    () => nn.saveSafetensors({}, { author: "me" } as object),
    TypeError,
    "Cannot write safetensors with an unknown option author: expected one of metadata",
  );
});

Deno.test("layers refuse sizes that are not numbers, by name", () => {
  const text = "3" as unknown as number;
  const cases: [make: () => unknown, message: string][] = [
    [
      () => new nn.Linear(text, 2),
      'Cannot make a Linear: expected a number as inFeatures, got the string "3"',
    ],
    [() => new nn.Linear(2, text), 'as outFeatures, got the string "3"'],
    [() => new nn.Linear(2, undefined!), "as outFeatures, got undefined"],
    [() => new nn.Embedding(text, 2), 'as numEmbeddings, got the string "3"'],
    [() => new nn.Embedding(2, text), 'as embeddingDim, got the string "3"'],
    [() => new nn.LayerNorm(text), 'as normalizedShape, got the string "3"'],
    [
      () => new nn.LayerNorm([2, text]),
      'as normalizedShape, got the string "3"',
    ],
    [() => new nn.RMSNorm({} as number), "as normalizedShape, got an object"],
    [() => new nn.PReLU(text), 'as numParameters, got the string "3"'],
    [() => new nn.Dropout({} as number), "a number as p, got an object"],
    [
      () => new nn.LeakyReLU({} as number),
      "Cannot make a LeakyReLU: expected a number as negativeSlope, got an object",
    ],
    [
      () => new nn.ELU(text),
      'make an ELU: expected a number as alpha, got the string "3"',
    ],
    [() => new nn.CELU(null!), "as alpha, got null"],
    [() => new nn.Hardtanh(text), 'as minVal, got the string "3"'],
    [() => new nn.Hardtanh(0, text), 'as maxVal, got the string "3"'],
    [() => new nn.Softplus(text), 'as beta, got the string "3"'],
    [() => new nn.Softplus(1, text), 'as threshold, got the string "3"'],
    [() => new nn.Softshrink(text), 'as lambda, got the string "3"'],
    [() => new nn.Hardshrink([] as never), "as lambda, got an array"],
    [() => new nn.Threshold(text, 1), 'as threshold, got the string "3"'],
    [() => new nn.Threshold(1, text), 'as value, got the string "3"'],
    [() => new nn.RReLU(text), 'as lower, got the string "3"'],
    [() => new nn.RReLU(0, (() => 1) as never), "as upper, got a function"],
  ];
  for (const [make, message] of cases) {
    assertThrows(make, TypeError, message);
  }
});

Deno.test("layers refuse sizes that are not whole or below 0", () => {
  assertThrows(
    () => new nn.Linear(2.5, 1),
    RangeError,
    "Cannot make a Linear: expected a whole number of at least 0 as inFeatures, got 2.5",
  );
  assertThrows(() => new nn.Embedding(-1, 1), RangeError, "got -1");
  assertEquals(new nn.Linear(0, 2).weight.shape, [2, 0]);
});

Deno.test("Module.zeroGrad() clears gradients in place unless they are dropped", () => {
  const layer = new nn.Linear(2, 1, { bias: false });
  const x = ones([1, 2]);
  layer.forward(x).sum().backward();
  const grad = layer.weight.grad!;
  layer.zeroGrad({ setToNone: false });
  assertEquals(layer.weight.grad === grad, true);
  assertEquals(grad.arraySync(), [[0, 0]]);
  layer.weight.grad = null;
  layer.forward(x).square().sum().backward(undefined, { createGraph: true });
  assertEquals(layer.weight.grad!.requiresGrad, true);
  layer.zeroGrad({ setToNone: false });
  assertEquals(layer.weight.grad!.requiresGrad, false);
  assertEquals(layer.weight.grad!.arraySync(), [[0, 0]]);
  layer.zeroGrad();
  assertEquals(layer.weight.grad, null);
});
