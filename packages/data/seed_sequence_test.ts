import { assertEquals, assertThrows } from "@std/assert";
import { seedState, toWords } from "./seed_sequence.ts";
import golden from "./testdata/numpy.json" with { type: "json" };

Deno.test("toWords() splits integers into 32-bit words, the lowest first", () => {
  assertEquals(toWords(0), [0]);
  assertEquals(toWords(1234), [1234]);
  assertEquals(toWords(2 ** 32 + 5), [5, 1]);
  assertEquals(toWords(2n ** 96n + 7n), [7, 0, 0, 1]);
  assertEquals(toWords([1, 2 ** 33, 0, 3n]), [1, 0, 2, 0, 3]);
  assertEquals(toWords([]), []);
});

Deno.test("toWords() refuses what is not a non-negative integer", () => {
  for (const seed of [-1, -1n, 1.5, NaN, Infinity, 2 ** 53, [1, -2]]) {
    assertThrows(
      () => toWords(seed),
      RangeError,
      "Cannot seed a generator as a seed must be a non-negative integer",
    );
  }
});

Deno.test("seedState() spreads entropy as NumPy's SeedSequence does", () => {
  for (const { seed, state } of golden.seedSequence) {
    assertEquals(
      [...seedState(toWords(seed.map(BigInt)), state.length)],
      state,
      `seed ${seed}`,
    );
  }
});
