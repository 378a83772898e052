import { init, Parameter } from "@gradus/nn";
import { manualSeed, rand, type Tensor, zeros } from "@gradus/tensor";
import { assertEquals, assertThrows } from "@std/assert";
import { assertBits, bitsOf } from "./_testing.ts";
import golden from "./testdata/nn.json" with { type: "json" };

const fills: Record<string, (t: Tensor) => Tensor> = {
  "uniform_": (t) => init.uniform_(t, -2, 3),
  "normal_": (t) => init.normal_(t, 0.5, 0.1),
  "xavierUniform_": (t) => init.xavierUniform_(t, { gain: 1.7 }),
  "xavierNormal_": (t) => init.xavierNormal_(t),
  "kaimingUniform_": (t) =>
    init.kaimingUniform_(t, { mode: "fanOut", nonlinearity: "relu" }),
  "kaimingUniform_ tanh": (t) =>
    init.kaimingUniform_(t, { nonlinearity: "tanh" }),
  "kaimingNormal_": (t) => init.kaimingNormal_(t, { a: 0.2 }),
  "kaimingNormal_ selu": (t) =>
    init.kaimingNormal_(t, { nonlinearity: "selu" }),
  "truncNormal_": (t) => init.truncNormal_(t, { std: 0.5, a: -0.6, b: 0.7 }),
  "truncNormal_ tail": (t) =>
    init.truncNormal_(t, { mean: 0.1, std: 0.5, a: 1.1, b: 1.6 }),
  "truncNormal_ narrow": (t) =>
    init.truncNormal_(t, { std: 1.5, a: -0.2, b: 0.3 }),
  "truncNormal_ transposed": (t) =>
    init.truncNormal_(t, { std: 0.5, a: -0.6, b: 0.7 }),
  "eye_": init.eye_,
  "sparse_": (t) => init.sparse_(t, 0.4, { std: 0.2 }),
};

Deno.test("init fills tensors with PyTorch's numbers, bit for bit", async () => {
  for (const { name, shape, dtype, bits, after } of golden.initialisers.cases) {
    const options = { dtype: dtype as "float32" | "float64" };
    const t = name.endsWith("transposed")
      ? zeros([...shape].reverse(), options).t()
      : zeros(shape, options);
    manualSeed(7);
    assertEquals(fills[name]!(t), t);
    const normal = /ormal_|sparse_/.test(name);
    await assertBits(t, bits, `${name} ${shape} ${dtype}`, { normal });
    assertEquals(
      await bitsOf(rand([1])),
      after,
      `after ${name} ${shape} ${dtype}`,
    );
  }
});

Deno.test("init.calculateGain() gives PyTorch's gains", () => {
  for (const [name, gain] of Object.entries(golden.initialisers.gains)) {
    assertEquals(init.calculateGain(name as init.Nonlinearity), gain);
  }
  assertEquals(init.calculateGain("leakyRelu", 0.3), golden.initialisers.slope);
  assertThrows(
    () => init.calculateGain("toString" as init.Nonlinearity),
    TypeError,
    'got "toString"',
  );
});

Deno.test("init fills parameters without recording", () => {
  const p = new Parameter(zeros([2, 2]));
  init.ones_(p);
  assertEquals(p.arraySync(), [[1, 1], [1, 1]]);
  init.zeros_(p);
  assertEquals(p.arraySync(), [[0, 0], [0, 0]]);
  init.eye_(p);
  assertEquals([p.isLeaf, p.requiresGrad], [true, true]);
});

Deno.test("init draws from a generator of one's own", async () => {
  const { Generator } = await import("@gradus/tensor");
  const generator = () => new Generator().manualSeed(5);
  const a = init.kaimingNormal_(zeros([3, 4]), { generator: generator() });
  const b = init.kaimingNormal_(zeros([3, 4]), { generator: generator() });
  assertEquals(a.arraySync(), b.arraySync());
});

Deno.test("init refuses tensors and settings that do not fit", () => {
  assertThrows(
    () => init.xavierUniform_(zeros([3])),
    TypeError,
    "at least 2 dims, got [3]",
  );
  assertThrows(
    () => init.eye_(zeros([3])),
    TypeError,
    "expected 2 dims, got [3]",
  );
  assertThrows(() => init.sparse_(zeros([2, 2]), 1.5), RangeError, "got 1.5");
  assertThrows(
    () => init.truncNormal_(zeros([2]), { std: 0 }),
    RangeError,
    "std 0",
  );
  assertThrows(
    () => init.kaimingUniform_(zeros([2, 2]), { mode: "fan_in" as "fanIn" }),
    TypeError,
    'got "fan_in"',
  );
});

Deno.test("init.kaimingUniform_() leaves empty tensors alone", () => {
  assertEquals(init.kaimingUniform_(zeros([0, 3])).shape, [0, 3]);
});
