import {
  assertAlmostEquals,
  assertEquals,
  assertNotEquals,
  assertThrows,
} from "@std/assert";
import { RandomState } from "./random_state.ts";
import golden from "./testdata/numpy.json" with { type: "json" };

/** Sum of (i + 1) * bits of element i, modulo 2^64. */
function checksum(array: Float64Array): string {
  let sum = 0n;
  new BigUint64Array(array.buffer).forEach((word, i) => {
    sum += word * BigInt(i + 1);
  });
  return String(BigInt.asUintN(64, sum));
}

/** The last digit may differ, as NumPy's logarithm is not correctly rounded. */
function assertSameNormals(actual: Float64Array, expected: readonly number[]) {
  assertEquals(actual.length, expected.length);
  expected.forEach((value, i) => {
    assertAlmostEquals(actual[i]!, value, Math.abs(value) * 2 ** -51);
  });
}

function shuffledRange(random: RandomState, n: number): number[] {
  const array = Array.from({ length: n }, (_, i) => i);
  random.shuffle(array);
  return array;
}

for (const expected of golden.randomState) {
  Deno.test(`RandomState(${expected.seed}) draws what NumPy's draws`, () => {
    const random = new RandomState(expected.seed);
    const same = (actual: ArrayLike<number>, expected: readonly number[]) =>
      assertEquals(Array.from(actual), expected);
    same(random.randomSample(5), expected.randomSample);
    assertEquals(
      checksum(random.randomSample(2000)),
      expected.randomSampleChecksum,
    );
    assertSameNormals(random.standardNormal(5), expected.standardNormal);
    assertSameNormals(random.normal(2, 3, 4), expected.normal);
    same(random.uniform(-2, 3, 5), expected.uniform);
    same(random.randint(-5, 10, 20), expected.randintNarrow);
    same(random.randint(-5, 2 ** 32 - 5, 5), expected.randint32);
    same(random.randint(-5, 2 ** 32 - 4, 5), expected.randint33);
    const { MIN_SAFE_INTEGER, MAX_SAFE_INTEGER } = Number;
    same(
      random.randint(MIN_SAFE_INTEGER, MAX_SAFE_INTEGER, 5),
      expected.randint54,
    );
    const wide = random.randint(-(2n ** 62n), 2n ** 62n + 77n, 5);
    assertEquals(Array.from(wide, String), expected.randint63);
    const widest = random.randint(-(2n ** 63n), 2n ** 63n, 5);
    assertEquals(Array.from(widest, String), expected.randint64);
    same(random.randint(7, 8, 3), expected.randintOne);
    same(random.permutation(12), expected.permutation);
    same(shuffledRange(random, 9), expected.shuffle);
    same(random.choice(10, 8), expected.choice);
    same(random.choice(10, 8, { replace: false }), expected.choiceWithout);
    same(random.randomSample(1), expected.last);
  });
}

Deno.test("RandomState.standardNormal() continues where the last call ended", () => {
  const whole = new RandomState(3).standardNormal(7);
  const random = new RandomState(3);
  const parts = [1, 0, 2, 1, 3].flatMap((n) => [...random.standardNormal(n)]);
  assertEquals(parts, [...whole]);
});

Deno.test("RandomState.shuffle() orders all kinds of arrays alike", () => {
  const numbers = [4, 5, 6, 7, 8, 9];
  const typed = BigInt64Array.from(numbers, BigInt);
  new RandomState(5).shuffle(numbers);
  new RandomState(5).shuffle(typed);
  assertEquals(Array.from(typed, Number), numbers);
});

Deno.test("RandomState() without a seed differs from one to the next", () => {
  assertNotEquals(
    new RandomState().randomSample(2),
    new RandomState().randomSample(2),
  );
});

Deno.test("RandomState() refuses a seed outside [0, 2^32)", () => {
  for (const seed of [-1, 2 ** 32, 1.5, NaN, [1, -1]]) {
    assertThrows(
      () => new RandomState(seed),
      RangeError,
      "Cannot seed a RandomState as a seed must be an integer in [0, 2^32)",
    );
  }
  assertThrows(() => new RandomState([]), RangeError, "by an empty array");
});

Deno.test("RandomState refuses arguments out of range before it draws", () => {
  const random = new RandomState(1);
  assertThrows(
    () => random.randomSample(-1),
    RangeError,
    "Cannot draw uniform numbers as n must be a non-negative integer: got -1",
  );
  assertThrows(() => random.standardNormal(0.5), RangeError, "got 0.5");
  assertThrows(
    () => random.uniform(0, Infinity, 1),
    RangeError,
    "high - low must be finite: got low 0, high Infinity",
  );
  assertThrows(
    () => random.normal(0, -1, 1),
    RangeError,
    "scale must be non-negative: got -1",
  );
  assertThrows(
    () => random.randint(2, 2, 1),
    RangeError,
    "low must be below high",
  );
  assertThrows(() => random.choice(0, 1), RangeError, "Cannot choose 1 of no");
  assertThrows(
    () => random.choice(3, 1, false as unknown as object),
    TypeError,
    "Cannot choose: expected options such as { replace: ... }, got false",
  );
  assertThrows(
    () => random.choice(2, 3, { replace: false }),
    RangeError,
    "Cannot choose 3 of 2 integers without replacement",
  );
  assertThrows(
    () => random.choice(2 ** 31 + 1, 1),
    RangeError,
    "Cannot choose of more than 2^31 integers: got 2147483649",
  );
  assertEquals(random.choice(0, 0), new Int32Array(0));
  assertEquals(random.randomSample(1), new RandomState(1).randomSample(1));
});
