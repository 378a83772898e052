import { assertEquals } from "@std/assert";
import { Pcg64 } from "./pcg64.ts";
import { seedState, toWords } from "./seed_sequence.ts";
import golden from "./testdata/numpy.json" with { type: "json" };

function seeded(seed: number): Pcg64 {
  return new Pcg64(seedState(toWords(seed), 8));
}

Deno.test("Pcg64 draws what NumPy's draws", () => {
  for (const { seed, raw, checksum } of golden.pcg64) {
    const bits = seeded(seed);
    assertEquals(raw.map(() => String(bits.nextUint64())), raw);
    const again = seeded(seed);
    let sum = 0n;
    for (let i = 1n; i <= 2000n; i++) sum += again.nextUint64() * i;
    assertEquals(String(BigInt.asUintN(64, sum)), checksum);
  }
});

Deno.test("Pcg64.nextUint32() keeps the upper half for its next call", () => {
  const whole = seeded(1234);
  const [first, second] = [whole.nextUint64(), whole.nextUint64()];
  const halves = seeded(1234);
  assertEquals(halves.nextUint32(), Number(first & 0xffffffffn));
  assertEquals(halves.nextUint64(), second);
  assertEquals(halves.nextUint32(), Number(first >> 32n));
});

Deno.test("Pcg64.nextDouble() takes the upper 53 bits", () => {
  const word = seeded(1234).nextUint64();
  assertEquals(seeded(1234).nextDouble(), Number(word >> 11n) / 2 ** 53);
});
