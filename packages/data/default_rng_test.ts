import {
  assertAlmostEquals,
  assertEquals,
  assertNotEquals,
  assertThrows,
} from "@std/assert";
import { defaultRng } from "./default_rng.ts";
import golden from "./testdata/numpy.json" with { type: "json" };

/** Sum of (i + 1) * bits of element i, modulo 2^64. */
function checksum(array: Float64Array | BigInt64Array): string {
  let sum = 0n;
  new BigUint64Array(array.buffer).forEach((word, i) => {
    sum += word * BigInt(i + 1);
  });
  return String(BigInt.asUintN(64, sum));
}

for (const expected of golden.defaultRng) {
  Deno.test(`defaultRng(${expected.seed}) draws what NumPy's draws`, () => {
    const rng = defaultRng(expected.seed);
    const same = (actual: ArrayLike<number>, expected: readonly number[]) =>
      assertEquals(Array.from(actual), expected);
    same(rng.random(5), expected.random);
    assertEquals(checksum(rng.random(2000)), expected.randomChecksum);
    same(rng.standardNormal(5), expected.standardNormal);
    same(rng.normal(2, 3, 4), expected.normal);
    same(rng.uniform(-2, 3, 5), expected.uniform);
    same(rng.integers(-5, 10, 21), expected.integersNarrow);
    same(rng.random(2), expected.buffered);
    same(rng.integers(0, 3e9, 20), expected.integersRejecting);
    same(rng.integers(-5, 2 ** 32 - 5, 5), expected.integers32);
    same(rng.integers(-5, 2 ** 32 - 4, 5), expected.integers33);
    const { MIN_SAFE_INTEGER, MAX_SAFE_INTEGER } = Number;
    same(
      rng.integers(MIN_SAFE_INTEGER, MAX_SAFE_INTEGER, 5),
      expected.integers54,
    );
    const wide = rng.integers(-(2n ** 62n), 2n ** 62n + 77n, 5);
    assertEquals(Array.from(wide, String), expected.integers63);
    const widest = rng.integers(-(2n ** 63n), 2n ** 63n, 5);
    assertEquals(Array.from(widest, String), expected.integers64);
    same(rng.integers(7, 8, 3), expected.integersOne);
    same(rng.permutation(12), expected.permutation);
    const array = Array.from({ length: 9 }, (_, i) => i);
    rng.shuffle(array);
    same(array, expected.shuffle);
    // NumPy's tail comes from a logarithm that is not correctly rounded.
    const normals = rng.standardNormal(20000)
      .map((x) => Math.abs(x) > 3.6541528853610088 ? 0 : x);
    assertEquals(checksum(normals), expected.normalsChecksum);
    same(rng.random(1), expected.last);
  });
}

Deno.test("defaultRng(1234).shuffle() orders 10000 numbers as NumPy does", () => {
  const array = BigInt64Array.from({ length: 10000 }, (_, i) => BigInt(i));
  defaultRng(1234).shuffle(array);
  const { first, last, checksum: expected } = golden.shuffle10000;
  assertEquals(Array.from(array.subarray(0, 20), Number), first);
  assertEquals(Array.from(array.subarray(-20), Number), last);
  assertEquals(checksum(array), expected);
});

Deno.test("defaultRng().standardNormal() has the tails of the distribution", () => {
  const normals = defaultRng(2).standardNormal(200000);
  const tail = normals.filter((x) => Math.abs(x) > 3.6541528853610088);
  // 2 * 0.000129 of 200000 are 51.6; five standard deviations are 36.
  assertAlmostEquals(tail.length, 51.6, 36);
  assertAlmostEquals(normals.reduce((a, b) => a + b) / 200000, 0, 0.01);
  assertAlmostEquals(normals.reduce((a, b) => a + b * b) / 200000, 1, 0.02);
});

Deno.test("defaultRng() tells seeds of one and of several numbers apart", () => {
  const first = (seed: number | bigint | readonly number[]) =>
    defaultRng(seed).random(1)[0]!;
  assertEquals(first(5), first(5n));
  assertEquals(first([5]), first(5));
  assertEquals(first(2n ** 32n + 5n), first([5, 1]));
  assertNotEquals(first([5, 1]), first([1, 5]));
});

Deno.test("defaultRng() without a seed differs from one to the next", () => {
  assertNotEquals(defaultRng().random(2), defaultRng().random(2));
});

Deno.test("defaultRng() refuses arguments out of range before it draws", () => {
  assertThrows(
    () => defaultRng(-1),
    RangeError,
    "Cannot seed a generator as a seed must be a non-negative integer: got -1",
  );
  const rng = defaultRng(1);
  assertThrows(() => rng.random(NaN), RangeError, "got NaN");
  assertThrows(
    () => rng.uniform(2, 1, 1),
    RangeError,
    "low must not exceed high: got low 2, high 1",
  );
  assertThrows(
    () => rng.uniform(-Number.MAX_VALUE, Number.MAX_VALUE, 1),
    RangeError,
    "high - low must be finite",
  );
  assertThrows(() => rng.normal(0, NaN, 1), RangeError, "got NaN");
  assertThrows(
    () => rng.integers(1, 0, 1),
    RangeError,
    "low must be below high",
  );
  assertThrows(() => rng.permutation(1.5), RangeError, "got 1.5");
  assertEquals(rng.random(1), defaultRng(1).random(1));
});
