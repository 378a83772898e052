import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { arrayOf, type DType } from "../dtype.ts";
import golden from "../testdata/random.json" with { type: "json" };
import {
  fillBernoulli,
  fillBernoulliFrom,
  fillExponential,
  fillNormal,
  fillUniform,
  type FloatArray,
} from "./fill.ts";
import { fillRandint, randpermInto } from "./fill_integers.ts";
import { Generator } from "./generator.ts";

function generatorOf(seed: string): Generator {
  return new Generator().manualSeed(BigInt(seed));
}

function floatArray(dtype: string, size: number): FloatArray {
  return arrayOf(dtype as DType, size) as FloatArray;
}

/** The bits of each element as 8 hexadecimal digits. */
function toHex(values: Float32Array): string {
  return Array.from(
    new Uint32Array(values.buffer),
    (bits) => bits.toString(16).padStart(8, "0"),
  ).join("");
}

/** float32 must be equal to the bit; float64 up to `tolerance`, relative above 1. */
function check(
  actual: FloatArray,
  expected: string,
  message: string,
  tolerance = 0,
): void {
  if (actual instanceof Float32Array) {
    assertEquals(toHex(actual), expected, message);
    return;
  }
  const values = expected.split(" ").map(Number);
  assertEquals(actual.length, values.length, message);
  values.forEach((value, i) => {
    if (tolerance === 0) assertEquals(actual[i], value, message);
    else {
      const scaled = tolerance * Math.max(1, Math.abs(value));
      assertAlmostEquals(actual[i]!, value, scaled, message);
    }
  });
}

/** Two units in the last place: how far apart two good libraries of float64 functions may be here. */
const LIBRARY = 4.5e-16;

Deno.test("fillUniform() draws as PyTorch does", () => {
  for (const row of golden.uniform) {
    const out = floatArray(row.dtype, row.size);
    fillUniform(out, generatorOf(row.seed), row.from, row.to);
    check(out, row.values, `${row.seed} ${row.dtype} ${row.size} ${row.from}`);
  }
});

Deno.test("fillNormal() draws as PyTorch does", () => {
  for (const row of golden.normal) {
    const { seed, dtype, size, mean, std, sequential } = row;
    const out = floatArray(dtype, size);
    fillNormal(out, generatorOf(seed), mean, std, { sequential });
    check(out, row.values, `${seed} ${dtype} ${size} ${mean}`, LIBRARY);
  }
});

Deno.test("fillExponential() draws as PyTorch does", () => {
  for (const row of golden.exponential) {
    const out = floatArray(row.dtype, row.size);
    fillExponential(out, generatorOf(row.seed), row.lambda);
    check(out, row.values, `${row.seed} ${row.dtype} ${row.lambda}`, LIBRARY);
  }
});

Deno.test("fillBernoulli() draws as PyTorch does for each type", () => {
  for (const { seed, dtype, p, values } of golden.bernoulli) {
    const out = arrayOf(dtype as DType, values.length);
    fillBernoulli(out, generatorOf(seed), p);
    assertEquals(out.join(""), values, `${seed} ${dtype} ${p}`);
  }
});

Deno.test("fillBernoulliFrom() draws as PyTorch does for each type of probability", () => {
  for (const { seed, dtype, values } of golden.bernoulliFrom) {
    const probabilities = floatArray(dtype, values.length)
      .map((_, i) => Math.fround(i / 40));
    for (const outType of ["float32", "int64", "bool"] as const) {
      const out = arrayOf(outType, values.length);
      fillBernoulliFrom(out, generatorOf(seed), probabilities);
      assertEquals(out.join(""), values, `${seed} ${dtype} ${outType}`);
    }
  }
});

Deno.test("fillBernoulli() draws the masks of PyTorch's dropout", () => {
  for (const { seed, p, values } of golden.dropout) {
    const out = new Uint8Array(values.length);
    fillBernoulli(out, generatorOf(seed), 1 - p);
    assertEquals(out.join(""), values, `${seed} ${p}`);
  }
});

Deno.test("Long draws are those of PyTorch to the last bit", async () => {
  type Draw = (generator: Generator) => FloatArray | BigInt64Array;
  function single(
    length: number,
    fill: (out: Float32Array, generator: Generator) => void,
  ): Draw {
    return (generator) => {
      const out = new Float32Array(length);
      fill(out, generator);
      return out;
    };
  }
  const draws: Record<string, Draw> = {
    uniform: single(200_000, (out, g) => fillUniform(out, g, -0.1234, 0.777)),
    normal: single(400_000, (out, g) => fillNormal(out, g)),
    normalScaled: single(200_007, (out, g) => fillNormal(out, g, 1.5, 0.3)),
    normalSequential: single(
      50_000,
      (out, g) => fillNormal(out, g, 1.5, 0.3, { sequential: true }),
    ),
    exponential: single(50_000, (out, g) => fillExponential(out, g, 2.5)),
    randperm: (generator) => {
      const out = new BigInt64Array(50_000);
      randpermInto(out, generator, 50_000);
      return out;
    },
    randint: (generator) => {
      const out = new BigInt64Array(50_000);
      fillRandint(out, generator, 0, 2 ** 28 - 3);
      return out;
    },
  };
  assertEquals(golden.digests.map((row) => row.kind), Object.keys(draws));
  for (const { kind, seed, sha256 } of golden.digests) {
    const { buffer } = draws[kind]!(generatorOf(seed));
    const digest = await crypto.subtle.digest(
      "SHA-256",
      new Uint8Array(buffer).slice(),
    );
    const hex = Array.from(
      new Uint8Array(digest),
      (byte) => byte.toString(16).padStart(2, "0"),
    );
    assertEquals(hex.join(""), sha256, kind);
  }
});

Deno.test("fillNormal() keeps the cached value across other draws and types", () => {
  const generator = generatorOf("42");
  for (const { op, dtype, size, values } of golden.session) {
    if (op === "randperm") {
      const out = new BigInt64Array(size);
      randpermInto(out, generator, size);
      assertEquals(out.join(" "), values);
      continue;
    }
    const out = floatArray(dtype, size);
    if (op === "rand") fillUniform(out, generator);
    else fillNormal(out, generator);
    check(out, values, `${op} ${dtype} ${size}`, LIBRARY);
  }
});

Deno.test("fillNormal() does not touch the cached value in blocks", () => {
  const generator = generatorOf("1");
  generator.normal();
  const expected = generator.clone().normal();
  fillNormal(new Float32Array(20), generator);
  fillNormal(new Float64Array(20), generator);
  assertEquals(generator.normal(), expected);
});

Deno.test("fillNormal() returns the mean if std is 0", () => {
  const out = new Float64Array(20);
  fillNormal(out, generatorOf("1"), 2.5, 0);
  assertEquals(out, new Float64Array(20).fill(2.5));
});

Deno.test("fillUniform() uses the whole range of a type", () => {
  const out = new Float64Array(50);
  fillUniform(out, generatorOf("1"), 0, Number.MAX_VALUE);
  const generator = generatorOf("1");
  assertEquals(out, out.map(() => generator.uniform64() * Number.MAX_VALUE));
});

Deno.test("fillExponential() returns 0 for an infinite rate", () => {
  const out = new Float32Array(3).fill(1);
  fillExponential(out, generatorOf("1"), Infinity);
  assertEquals(toHex(out), "0".repeat(24));
});

Deno.test("fillBernoulli() returns zeros for p = 0 and ones for p = 1", () => {
  const out = new Int32Array(50);
  fillBernoulli(out, generatorOf("1"), 1);
  assertEquals(out, new Int32Array(50).fill(1));
  fillBernoulli(out, generatorOf("1"), 0);
  assertEquals(out, new Int32Array(50));
});

Deno.test("fillUniform() refuses bounds that are not finite, ordered and near enough", () => {
  const generator = generatorOf("1");
  const state = generator.getState();
  const cases: [FloatArray, number, number][] = [
    [new Float32Array(2), 1, 0],
    [new Float32Array(2), NaN, 0],
    [new Float32Array(2), 0, 1e39],
    [new Float32Array(2), -3e38, 3e38],
    [new Float64Array(2), -Infinity, 0],
    [new Float64Array(2), -1e308, 1e308],
  ];
  for (const [out, from, to] of cases) {
    assertThrows(
      () => fillUniform(out, generator, from, to),
      RangeError,
      `got from = ${from}, to = ${to}`,
    );
    assertEquals(out.join(), "0,0");
  }
  assertEquals(generator.getState(), state);
});

Deno.test("fillBernoulliFrom() refuses probabilities out of range and draws nothing", () => {
  const generator = generatorOf("1");
  const state = generator.getState();
  const out = new Float32Array(2);
  for (const bad of [-0.1, 1.5, NaN]) {
    assertThrows(
      () => fillBernoulliFrom(out, generator, new Float64Array([0.5, bad])),
      RangeError,
      `Cannot draw Bernoulli numbers: expected a probability in [0, 1], got ${bad}`,
    );
  }
  assertEquals(out, new Float32Array(2));
  assertEquals(generator.getState(), state);
});
