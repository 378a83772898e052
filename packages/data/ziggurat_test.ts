import { assert, assertEquals } from "@std/assert";
import { zigguratTables } from "./ziggurat.ts";
import golden from "./testdata/numpy.json" with { type: "json" };

/** Sum of (i + 1) * element i, modulo 2^64. */
function checksum(words: BigUint64Array): string {
  let sum = 0n;
  words.forEach((word, i) => sum += word * BigInt(i + 1));
  return String(BigInt.asUintN(64, sum));
}

Deno.test("zigguratTables() are those compiled into NumPy, to the bit", () => {
  const { widths, insides, densities } = zigguratTables();
  const expected = golden.ziggurat;
  assertEquals(checksum(new BigUint64Array(widths.buffer)), expected.widths);
  assertEquals(
    checksum(BigUint64Array.from(insides, BigInt)),
    expected.insides,
  );
  assertEquals(
    checksum(new BigUint64Array(densities.buffer)),
    expected.densities,
  );
});

Deno.test("zigguratTables() cut the density into layers of equal area", () => {
  const { widths, densities } = zigguratTables();
  const area = widths[0]! * 2 ** 52 * densities[255]!;
  for (let i = 1; i < 256; i++) {
    const height = densities[i - 1]! - densities[i]!;
    const error = widths[i]! * 2 ** 52 * height / area - 1;
    assert(Math.abs(error) < 1e-12, `layer ${i} is off by ${error}`);
  }
});
