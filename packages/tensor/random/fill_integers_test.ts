import { assertEquals, assertThrows } from "@std/assert";
import { arrayOf, type DType, type TypedArray } from "../dtype.ts";
import golden from "../testdata/random.json" with { type: "json" };
import { fillRandint, fillRandom, randpermInto } from "./fill_integers.ts";
import { Generator } from "./generator.ts";

function generatorOf(seed: string): Generator {
  return new Generator().manualSeed(BigInt(seed));
}

/** The elements, integers of whatever size, in decimal. */
function toText(values: TypedArray): string {
  return Array.from<number | bigint>(values).map((value) => BigInt(value))
    .join(" ");
}

Deno.test("fillRandint() draws as PyTorch does for each type and range", () => {
  for (const { seed, dtype, low, high, values } of golden.randint) {
    const out = arrayOf(dtype as DType, 4);
    fillRandint(out, generatorOf(seed), Number(low), Number(high));
    assertEquals(toText(out), values, `${seed} ${dtype} [${low}, ${high})`);
  }
});

Deno.test("fillRandint() draws from ranges that are no safe integers", () => {
  const low = -Number.MAX_SAFE_INTEGER, high = Number.MAX_SAFE_INTEGER - 1;
  const out = new BigInt64Array(100);
  fillRandint(out, generatorOf("0"), low, high);
  const generator = generatorOf("0");
  const range = BigInt(high) - BigInt(low);
  for (const value of out) {
    assertEquals(value, BigInt(low) + generator.uint64() % range);
  }
});

Deno.test("fillRandint() refuses bounds that are wrong and draws nothing", () => {
  const generator = generatorOf("1");
  const state = generator.getState();
  const cases: [TypedArray, number, number, string][] = [
    [
      new Uint8Array(2),
      0,
      257,
      "Cannot draw integers: expected bounds in [0, 256], got low = 0, high = 257",
    ],
    [new Uint8Array(2), -1, 3, "expected bounds in [0, 256]"],
    [
      new Int32Array(2),
      0,
      2 ** 31 + 1,
      "expected bounds in [-2147483648, 2147483648]",
    ],
    [
      new BigInt64Array(2),
      0,
      1.5,
      "Cannot draw integers: expected bounds that are safe integers, got 1.5",
    ],
    [
      new Float32Array(2),
      2 ** 40 + 1,
      2 ** 40 + 2,
      "Cannot draw integers: expected low < high in the floating-point type of the elements",
    ],
    [new BigInt64Array(2), -(2 ** 53), 0, "got -9007199254740992"],
  ];
  for (const [out, low, high, message] of cases) {
    assertThrows(
      () => fillRandint(out, generator, low, high),
      RangeError,
      message,
    );
  }
  assertEquals(generator.getState(), state);
});

Deno.test("fillRandom() draws as PyTorch does for each type", () => {
  for (const { seed, dtype, values } of golden.random) {
    const out = arrayOf(dtype as DType, 6);
    fillRandom(out, generatorOf(seed), dtype as DType);
    assertEquals(toText(out), values, `${seed} ${dtype}`);
  }
});

Deno.test("randpermInto() shuffles as PyTorch does for each type", () => {
  for (const { seed, dtype, n, values } of golden.randperm) {
    const out = arrayOf(dtype as DType, n) as Exclude<TypedArray, Uint8Array>;
    randpermInto(out, generatorOf(seed), n);
    assertEquals(toText(out), values, `${seed} ${dtype} ${n}`);
  }
});

Deno.test("randpermInto() overwrites what was there and leaves the rest", () => {
  const out = new BigInt64Array(5).fill(-1n);
  randpermInto(out, generatorOf("0"), 4);
  assertEquals(Array.from(out.slice(0, 4)).sort(), [0n, 1n, 2n, 3n]);
  assertEquals(out[4], -1n);
});

Deno.test("randpermInto() writes to a part of a buffer", () => {
  const whole = new BigInt64Array(6).fill(-1n);
  randpermInto(whole.subarray(2, 5), generatorOf("0"));
  const alone = new BigInt64Array(3);
  randpermInto(alone, generatorOf("0"));
  assertEquals(whole, new BigInt64Array([-1n, -1n, ...alone, -1n]));
});

Deno.test("randpermInto() refuses a number that is no length or too large", () => {
  const generator = generatorOf("1");
  for (const n of [-1, 1.5, 4, NaN]) {
    assertThrows(
      () => randpermInto(new Float32Array(3), generator, n),
      RangeError,
      `Cannot permute: expected an integer in [0, 3], got ${n}`,
    );
  }
  // Beyond 2^24 + 1 elements float32 repeats numbers.
  assertThrows(
    () => randpermInto(new Float32Array(2 ** 24 + 2), generator),
    RangeError,
    "Cannot permute: expected an integer in [0, 16777217], got 16777218",
  );
});
