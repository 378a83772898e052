import { assert, assertEquals, assertThrows } from "@std/assert";
import type { BitGenerator } from "./bit_generator.ts";
import {
  boundedIntegers,
  lemire,
  masked,
  shuffledRange,
  shuffleInPlace,
} from "./bounded_integers.ts";
import { Mt19937 } from "./mt19937.ts";

/** Hands out the given words, 32 or 64 bits wide. */
function scripted(words: readonly bigint[]): BitGenerator & { left: number } {
  let next = 0;
  const take = () => {
    assert(next < words.length, "no words left");
    return words[next++]!;
  };
  return {
    nextUint32: () => Number(take()),
    nextUint64: take,
    nextDouble: () => Number(take()),
    get left() {
      return words.length - next;
    },
  };
}

Deno.test("lemire.draw32() is the upper half of an exact product", () => {
  const source = new Mt19937(5);
  for (let i = 0; i < 2000; i++) {
    const random = BigInt(source.nextUint32());
    const max = source.nextUint32() >>> (i % 32) || 1;
    const product = random * BigInt(max + 1);
    // A second word shows whether the first was rejected.
    const bits = scripted([random, 0xffffffffn]);
    const value = lemire.draw32(bits, max);
    if (bits.left === 1) assertEquals(BigInt(value), product >> 32n);
    else assert((product & 0xffffffffn) < 2n ** 32n % BigInt(max + 1));
  }
});

Deno.test("lemire rejects the lower halves below 2^bits mod count", () => {
  // 3 values: 2^32 = 1 and 2^64 = 1 mod 3, so only the product 0 is rejected.
  assertEquals(lemire.draw32(scripted([0n, 1n << 31n]), 2), 1);
  assertEquals(lemire.draw32(scripted([1n]), 2), 0);
  assertEquals(lemire.drawer64(scripted([0n, 1n << 63n]), 2n)(), 1n);
  assertEquals(lemire.drawer64(scripted([1n]), 2n)(), 0n);
});

Deno.test("lemire takes a word as it is where all its values are wanted", () => {
  assertEquals(lemire.draw32(scripted([77n]), 0xffffffff), 77);
  assertEquals(lemire.drawer64(scripted([78n]), 2n ** 64n - 1n)(), 78n);
});

Deno.test("masked draws the bits of max until they are at most max", () => {
  assertEquals(masked.draw32(scripted([0xfffffff7n, 0x125n]), 6), 5);
  assertEquals(masked.draw32(scripted([0xffffffffn]), 0xffffffff), 0xffffffff);
  const max = 2n ** 33n;
  assertEquals(masked.drawer64(scripted([2n ** 33n + 1n, 9n]), max)(), 9n);
  assertEquals(masked.drawer64(scripted([2n ** 34n + 3n]), max)(), 3n);
});

Deno.test("boundedIntegers() of one value takes no random bits", () => {
  assertEquals(
    boundedIntegers(lemire, scripted([]), 7, 8, 2),
    Float64Array.of(7, 7),
  );
  assertEquals(
    boundedIntegers(masked, scripted([]), -7n, -6n, 2),
    BigInt64Array.of(-7n, -7n),
  );
});

Deno.test("boundedIntegers() stays exact where the range exceeds 2^53", () => {
  const low = Number.MIN_SAFE_INTEGER;
  const high = Number.MAX_SAFE_INTEGER;
  const bits = scripted([2n ** 53n + 1n, 2n ** 54n - 4n]);
  assertEquals(
    boundedIntegers(masked, bits, low, high, 2),
    Float64Array.of(2, high - 2),
  );
});

Deno.test("boundedIntegers() refuses bounds that leave no integer", () => {
  const draw = (low: number | bigint, high: number | bigint) => () =>
    boundedIntegers(lemire, scripted([]), low, high, 1);
  assertThrows(
    draw(3, 3),
    RangeError,
    "low must be below high: got low 3, high 3",
  );
  assertThrows(draw(3n, 2n), RangeError, "low must be below high");
  assertThrows(draw(0.5, 2), RangeError, "must be safe integers");
  assertThrows(draw(0, 2 ** 53), RangeError, "must be safe integers");
  assertThrows(draw(0n, 2n ** 63n + 1n), RangeError, "must fit 64 bits");
  assertThrows(
    draw(0, 2n),
    TypeError,
    "both be bigints: got number and bigint",
  );
});

Deno.test("shuffleInPlace() swaps from the last element down", () => {
  const letters = ["a", "b", "c", "d"];
  shuffleInPlace(scripted([0n, 2n, 1n]), letters);
  assertEquals(letters, ["d", "b", "c", "a"]);
  const bits = scripted([]);
  shuffleInPlace(bits, []);
  shuffleInPlace(bits, [1]);
});

Deno.test("shuffledRange() holds every integer once", () => {
  const range = shuffledRange(new Mt19937(1), 1000);
  assertEquals(range.slice().sort(), range.map((_, i) => i));
  assertThrows(
    () => shuffledRange(new Mt19937(1), -1),
    RangeError,
    "Cannot permute a range as n must be a non-negative integer: got -1",
  );
});
