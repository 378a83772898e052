import { init, Parameter } from "@gradus/nn";
import {
  defaultGenerator,
  eye,
  full,
  Generator,
  manualSeed,
  rand,
  type Tensor,
  zeros,
} from "@gradus/tensor";
import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { assertBits, assertClose, bitsOf } from "./_testing.ts";
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

Deno.test("init draws from a generator of one's own", () => {
  const generator = () => new Generator().manualSeed(5);
  const a = init.kaimingNormal_(zeros([3, 4]), { generator: generator() });
  const b = init.kaimingNormal_(zeros([3, 4]), { generator: generator() });
  assertEquals(a.arraySync(), b.arraySync());
});

Deno.test("init.orthogonal_() gives PyTorch's matrices and draws as many numbers", async () => {
  for (const expected of golden.matrices.orthogonal) {
    const { shape, gain, seed, transposed, values, after } = expected;
    const dtype = expected.dtype as "float32" | "float64";
    const what = `${shape} ${dtype} of seed ${seed}`;
    const t = transposed
      ? zeros([...shape].reverse(), { dtype }).t()
      : zeros(shape, { dtype });
    manualSeed(seed);
    assertStrictEquals(init.orthogonal_(t, { gain }), t);
    assertClose(t, values, dtype === "float32" ? 1e-6 : 1e-12, what);
    assertEquals(await bitsOf(rand([1])), after, `after ${what}`);
  }
});

Deno.test("init.orthogonal_() makes the shorter side orthonormal", () => {
  const generator = new Generator().manualSeed(11);
  for (const [rows, columns] of [[60, 40], [40, 60], [50, 50]] as const) {
    const t = zeros([rows, columns], { dtype: "float64" });
    init.orthogonal_(t, { gain: 2, generator });
    const gram = rows < columns ? t.mm(t.t()) : t.t().mm(t);
    const distance = gram.sub(eye(Math.min(rows, columns)).mul(4)).abs().max()
      .itemSync();
    assert(distance < 1e-13, `${rows} x ${columns}: off by ${distance}`);
  }
});

Deno.test("init.orthogonal_() fills parameters and leaves empty tensors alone", () => {
  const p = new Parameter(zeros([2, 3]));
  init.orthogonal_(p);
  assertEquals([p.isLeaf, p.requiresGrad], [true, true]);
  assertAlmostEquals(p.detach().square().sum().itemSync(), 2, 1e-6);
  const before = defaultGenerator.getState();
  assertEquals(init.orthogonal_(zeros([3, 0])).shape, [3, 0]);
  assertEquals(init.orthogonal_(zeros([0, 3])).shape, [0, 3]);
  assertEquals(defaultGenerator.getState(), before);
});

Deno.test("init.orthogonal_() refuses what does not fit before it draws", () => {
  const before = defaultGenerator.getState();
  const t = zeros([2, 2]);
  assertThrows(
    () => init.orthogonal_(zeros([3])),
    TypeError,
    "at least 2 dims, got [3]",
  );
  assertThrows(
    () => init.orthogonal_(zeros([2, 2], { dtype: "int64" })),
    TypeError,
    "expected float32 or float64",
  );
  assertThrows(
    () => init.orthogonal_(t, { gain: "2" as unknown as number }),
    TypeError,
    'expected a number as gain, got the string "2"',
  );
  assertThrows(
    () => init.orthogonal_(t, { scale: 2 } as init.OrthogonalOptions),
    TypeError,
    "unknown option scale",
  );
  assertEquals(t.arraySync(), [[0, 0], [0, 0]]);
  assertEquals(defaultGenerator.getState(), before);
});

Deno.test("init.dirac_() gives PyTorch's kernels", () => {
  for (const { shape, groups, values } of golden.matrices.dirac) {
    for (const dtype of ["float32", "uint8"] as const) {
      const t = full(shape, 9, { dtype });
      assertStrictEquals(init.dirac_(t, { groups }), t);
      assertEquals(
        Array.from(t.dataSync(), Number),
        values,
        `${shape} of ${groups}`,
      );
    }
  }
  const p = new Parameter(zeros([2, 1, 1]));
  assertEquals(init.dirac_(p).arraySync(), [[[1]], [[0]]]);
  assertEquals([p.isLeaf, p.requiresGrad], [true, true]);
  assertEquals(init.dirac_(zeros([2, 2, 0])).shape, [2, 2, 0]);
});

Deno.test("init.dirac_() refuses what does not fit before it writes", () => {
  const t = full([4, 1, 1], 9, { dtype: "float32" });
  for (const shape of [[2, 2], [1, 1, 1, 1, 1, 1]]) {
    assertThrows(
      () => init.dirac_(zeros(shape)),
      TypeError,
      `expected 3, 4 or 5 dims, got [${shape.join(", ")}]`,
    );
  }
  for (const groups of [3, 0, -2, 0.5]) {
    assertThrows(
      () => init.dirac_(t, { groups }),
      RangeError,
      `divides the 4 output channels, got ${groups}`,
    );
  }
  assertThrows(
    () => init.dirac_(t, { group: 2 } as init.DiracOptions),
    TypeError,
    "unknown option group",
  );
  assertEquals(t.arraySync(), [[[9]], [[9]], [[9]], [[9]]]);
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
