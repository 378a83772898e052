import { assertEquals, assertNotEquals } from "@std/assert";
import { Mt19937 } from "./mt19937.ts";
import golden from "./testdata/numpy.json" with { type: "json" };

function draws(seed: number | readonly number[], n: number): number[] {
  const bits = new Mt19937(seed);
  return Array.from({ length: n }, () => bits.nextUint32());
}

function checksum(words: readonly number[]): string {
  let sum = 0n;
  words.forEach((word, i) => sum += BigInt(word) * BigInt(i + 1));
  return String(BigInt.asUintN(64, sum));
}

Deno.test("Mt19937 draws what NumPy's draws, seeded by one word or several", () => {
  for (const { seed, raw, checksum: expected } of golden.mt19937) {
    assertEquals(draws(seed, 3), raw);
    assertEquals(checksum(draws(seed, 2000)), expected);
  }
});

Deno.test("Mt19937 uses all words of a seed that is longer than its state", () => {
  const seed = Array.from({ length: 700 }, (_, i) => i * 1000003);
  assertEquals(draws(seed, 3), golden.mt19937LongKey.raw);
  assertEquals(checksum(draws(seed, 2000)), golden.mt19937LongKey.checksum);
});

Deno.test("Mt19937.nextUint64() takes the upper half first", () => {
  const [high, low] = draws(1234, 2);
  assertEquals(
    new Mt19937(1234).nextUint64(),
    BigInt(high!) * 2n ** 32n + BigInt(low!),
  );
});

Deno.test("Mt19937 starts anywhere without a seed", () => {
  assertNotEquals(new Mt19937().nextUint64(), new Mt19937().nextUint64());
});
