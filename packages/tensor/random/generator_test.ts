import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertNotEquals,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import golden from "../testdata/random.json" with { type: "json" };
import { Generator } from "./generator.ts";

const CACHED_NORMAL = 5024;

function generatorAfter(seed: string, draws: number): Generator {
  const generator = new Generator().manualSeed(BigInt(seed));
  for (let i = 0; i < draws; i++) generator.uint32();
  return generator;
}

async function sha256(bytes: Uint8Array): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", bytes.slice().buffer);
  return Array.from(
    new Uint8Array(digest),
    (byte) => byte.toString(16).padStart(2, "0"),
  ).join("");
}

function fromBase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
}

Deno.test("Generator.uint64() yields PyTorch's stream for each seed", () => {
  for (const { seed, initialSeed, uint64 } of golden.words) {
    const generator = new Generator().manualSeed(BigInt(seed));
    assertEquals(String(generator.initialSeed()), initialSeed);
    for (const value of uint64.split(" ")) {
      assertEquals(generator.uint64(), BigInt(value), seed);
    }
  }
});

Deno.test("Generator.uint32() yields the reference stream of MT19937 for seed 5489", () => {
  // The 10000th output is a required value of std::mt19937 in the C++ standard.
  const generator = generatorAfter("5489", 9999);
  assertEquals(generator.uint32(), 4123659995);
});

Deno.test("Generator.uint64() draws the high half first", () => {
  const generator = new Generator().manualSeed(0);
  const halves = generator.clone();
  const high = BigInt(halves.uint32());
  assertEquals(generator.uint64(), (high << 32n) + BigInt(halves.uint32()));
});

Deno.test("Generator.uniform32() keeps the low 24 bits of a draw", () => {
  const generator = new Generator().manualSeed(0);
  const words = generator.clone();
  for (let i = 0; i < 1000; i++) {
    assertEquals(generator.uniform32(), words.uint32() % 2 ** 24 / 2 ** 24);
  }
});

Deno.test("Generator.uniform64() keeps the low 53 bits of a draw", () => {
  const generator = new Generator().manualSeed(0);
  const words = generator.clone();
  for (let i = 0; i < 1000; i++) {
    const low = BigInt.asUintN(53, words.uint64());
    assertEquals(generator.uniform64(), Number(low) / 2 ** 53);
  }
});

Deno.test("Generator.normal() returns the cosine, then the sine of a pair", () => {
  const generator = new Generator().manualSeed(3);
  const uniform = generator.clone();
  const theta = 2 * Math.PI * uniform.uniform64();
  const radius = Math.sqrt(-2 * Math.log(1 - uniform.uniform64()));
  assertAlmostEquals(generator.normal(), radius * Math.cos(theta), 1e-15);
  assertAlmostEquals(generator.normal(), radius * Math.sin(theta), 1e-15);
  assertEquals(generator.uint32(), uniform.uint32());
});

Deno.test("Generator.normal() keeps the second of a pair until the generator is seeded", () => {
  const generator = new Generator().manualSeed(3);
  generator.normal();
  const expected = generator.clone().normal();
  generator.uint32();
  assertEquals(generator.normal(), expected);

  generator.manualSeed(3);
  const first = generator.normal();
  generator.manualSeed(3);
  assertEquals(generator.normal(), first);
});

Deno.test("Generator starts with PyTorch's default seed", () => {
  const generator = new Generator();
  assertEquals(generator.initialSeed(), 67280421310721n);
  assertEquals(
    generator.uint32(),
    new Generator().manualSeed(67280421310721).uint32(),
  );
});

Deno.test("Generator.manualSeed() returns the generator", () => {
  const generator = new Generator();
  assertStrictEquals(generator.manualSeed(1), generator);
});

Deno.test("Generator.manualSeed() refuses what is not an integer in range and changes nothing", () => {
  const generator = generatorAfter("1", 5);
  const state = generator.getState();
  for (const seed of [1.5, NaN, Infinity, 2 ** 53]) {
    assertThrows(
      () => generator.manualSeed(seed),
      RangeError,
      `Cannot seed the generator: expected a safe integer or a bigint, got ${seed}`,
    );
  }
  for (const seed of [2n ** 64n, -(2n ** 63n) - 1n]) {
    assertThrows(
      () => generator.manualSeed(seed),
      RangeError,
      `Cannot seed the generator: expected a seed in [-2^63, 2^64 - 1], got ${seed}`,
    );
  }
  assertEquals(generator.getState(), state);
});

Deno.test("Generator.seed() seeds with what it returns", () => {
  const generator = new Generator();
  const seed = generator.seed();
  assert(seed >= 0n && seed < 2n ** 53n);
  assertEquals(generator.initialSeed(), seed);
  assertEquals(
    generator.uint32(),
    new Generator().manualSeed(seed).uint32(),
  );
  assertNotEquals(generator.seed(), generator.seed());
});

Deno.test("Generator.getState() returns PyTorch's bytes when fresh, in the middle and at the end of a block", async () => {
  for (const { seed, draws, sha256: expected } of golden.states) {
    const generator = generatorAfter(seed, draws);
    assertEquals(await sha256(generator.getState()), expected, seed);
  }
});

Deno.test("Generator.getState() holds the cached normal value", () => {
  const { seed, draws, base64, nextNormal } = golden.stateWithNormal;
  const generator = generatorAfter(seed, draws);
  generator.normal();
  const state = generator.getState();
  const expected = fromBase64(base64);
  const view = new DataView(state.buffer);
  assertAlmostEquals(
    view.getFloat64(CACHED_NORMAL, true),
    nextNormal,
    4.5e-16,
  );
  state.fill(0, CACHED_NORMAL, CACHED_NORMAL + 8);
  expected.fill(0, CACHED_NORMAL, CACHED_NORMAL + 8);
  assertEquals(state, expected);
});

Deno.test("Generator.setState() goes on where PyTorch stopped", () => {
  const { seed, base64, nextNormal, nextUniform } = golden.stateWithNormal;
  const generator = new Generator();
  const state = fromBase64(base64);
  assertStrictEquals(generator.setState(state), generator);
  assertEquals(generator.getState(), state);
  assertEquals(generator.initialSeed(), BigInt(seed));
  assertEquals(generator.normal(), nextNormal);
  assertEquals(generator.uniform64(), nextUniform);
});

Deno.test("Generator.setState() restores any state", () => {
  for (const draws of [0, 1, 623, 624, 625, 2000]) {
    const generator = generatorAfter("8", draws);
    const copy = new Generator().setState(generator.getState());
    assertEquals(copy.getState(), generator.getState());
    assertEquals(copy.uint32(), generator.uint32());
  }
});

Deno.test("Generator.setState() reads bytes at an offset", () => {
  const generator = generatorAfter("8", 3);
  const shifted = new Uint8Array(5057);
  shifted.set(generator.getState(), 1);
  const copy = new Generator().setState(shifted.subarray(1));
  assertEquals(copy.uint32(), generator.uint32());
});

Deno.test("Generator.setState() refuses other bytes and changes nothing", () => {
  const generator = generatorAfter("1", 5);
  const state = generator.getState();
  assertThrows(
    () => generator.setState(new Uint8Array(10)),
    TypeError,
    "Cannot set the generator's state: expected 5056 bytes, got 10",
  );
  assertThrows(
    () => generator.setState(new Uint8Array(5056)),
    RangeError,
    "got seeded = 0, next = 0, left = 0",
  );
  const tooFar = generator.getState();
  tooFar.set([0xff, 0xff], 16);
  assertThrows(
    () => generator.setState(tooFar),
    RangeError,
    "expected a seeded Mersenne Twister with at most 624 words drawn, got seeded = 1, next = 65535, left = 620",
  );
  assertEquals(generator.getState(), state);
});

Deno.test("Generator.clone() goes on independently", () => {
  const generator = generatorAfter("1", 5);
  generator.normal();
  const copy = generator.clone();
  assertEquals(copy.getState(), generator.getState());
  const expected = generator.normal();
  generator.uint32();
  assertEquals(copy.normal(), expected);
  assertNotEquals(copy.getState(), generator.getState());
});
