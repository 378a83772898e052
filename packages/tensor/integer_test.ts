import { assertEquals, assertThrows } from "@std/assert";
import { tensor } from "./mod.ts";

Deno.test("uint8 and int32 wrap around as PyTorch's do", () => {
  const u8 = (...v: number[]) => tensor(v, { dtype: "uint8" });
  assertEquals(u8(250, 3).add(u8(10, 4)).arraySync(), [4, 7]);
  assertEquals(u8(3).sub(u8(5)).itemSync(), 254);
  assertEquals(u8(20).mul(u8(20)).itemSync(), 144);
  assertEquals(u8(1, 0).neg().arraySync(), [255, 0]);
  assertEquals(u8(1).bitwiseNot().itemSync(), 254);
  assertEquals(u8(200).add(u8(100)).gt(50).itemSync(), 0);
  const i32 = (...v: number[]) => tensor(v, { dtype: "int32" });
  assertEquals(i32(2 ** 31 - 1).add(1).itemSync(), -(2 ** 31));
  assertEquals(i32(-(2 ** 31)).abs().itemSync(), -(2 ** 31));
  assertEquals(i32(65536).mul(65537).itemSync(), 65536);
});

Deno.test("div_() of integers refuses 0 before it writes", () => {
  for (const dtype of ["int32", "int64", "uint8"] as const) {
    const a = tensor([7, 8, 9], { dtype }), b = tensor([1, 0, 2], { dtype });
    for (const zero of [b, 0, tensor(0, { dtype })]) {
      for (
        const divide of [
          () => a.div_(zero, { roundingMode: "floor" }),
          () => a.div_(zero, { roundingMode: "trunc" }),
          () => a.remainder_(zero),
          () => a.fmod_(zero),
          () => a.floorDivide(zero),
          () => a.remainder(zero),
        ]
      ) {
        assertThrows(divide, RangeError, "Cannot divide integers by zero");
      }
    }
    assertEquals(a.arraySync(), [7, 8, 9]);
    assertThrows(() => a.div_(b), TypeError, "Cannot run div_");
    assertEquals(a.div(b).arraySync(), [7, Infinity, 4.5]);
  }
});

Deno.test("div() of the least integer by -1 wraps around", () => {
  const least = tensor(BigInt64Array.from([-(2n ** 63n), 5n, -6n, 7n, 8n]));
  const by = tensor([-1, -1, -1, -1, -1]);
  for (const roundingMode of ["floor", "trunc"] as const) {
    const expected = BigInt64Array.from([-(2n ** 63n), -5n, 6n, -7n, -8n]);
    assertEquals(least.div(by, { roundingMode }).dataSync(), expected);
    const i32 = tensor([-(2 ** 31)], { dtype: "int32" });
    assertEquals(i32.div(-1, { roundingMode }).itemSync(), -(2 ** 31));
  }
  assertEquals(least.remainder(by).arraySync(), [0, 0, 0, 0, 0]);
  assertEquals(least.fmod(by).arraySync(), [0, 0, 0, 0, 0]);
});

Deno.test("pow() of integers is exact and refuses what has no integer", () => {
  const t = tensor([3, -2, 10, 0]);
  assertEquals(t.pow(3).arraySync(), [27, -8, 1000, 0]);
  assertEquals(t.pow(0).arraySync(), [1, 1, 1, 1]);
  assertEquals(tensor([3]).pow(39).dataSync()[0], 3n ** 39n);
  assertEquals(tensor([3]).pow(41).dataSync()[0], BigInt.asIntN(64, 3n ** 41n));
  assertEquals(tensor([2]).pow(tensor([62])).dataSync()[0], 2n ** 62n);
  const u8 = tensor([7], { dtype: "uint8" });
  assertEquals(u8.pow(3).itemSync(), 343 % 256);
  assertThrows(
    () => t.pow(-1),
    RangeError,
    "Cannot raise integers to a negative power",
  );
  assertThrows(
    () => t.pow_(tensor([1, -1, 1, 1])),
    RangeError,
    "negative power",
  );
  assertThrows(() => t.pow(64), RangeError, "power above 63");
  assertEquals(t.arraySync(), [3, -2, 10, 0]);
  assertEquals(t.pow(0.5).dtype, "float32");
});

Deno.test("uint8 wraps numbers and 0-d tensors that it cannot hold, as PyTorch does", () => {
  const x = tensor([0, 3, 200, 255], { dtype: "uint8" });
  for (const other of [-1, tensor(-1), tensor(2 ** 31 - 1)]) {
    assertEquals(x.eq(other).arraySync(), [false, false, false, true]);
    assertEquals(x.lt(other).arraySync(), [true, true, true, false]);
    assertEquals(x.remainder(other).arraySync(), [0, 3, 200, 0]);
    assertEquals(x.floorDivide(other).arraySync(), [0, 0, 0, 1]);
  }
});

Deno.test("remainder() and its kin refuse what wraps to 0", () => {
  const cases: ["uint8" | "int32", number][] = [["uint8", 256], [
    "int32",
    2 ** 32,
  ]];
  for (const [dtype, divisor] of cases) {
    const x = tensor([1, 2], { dtype });
    for (const by of [divisor, tensor(divisor)]) {
      assertThrows(() => x.remainder(by), RangeError, "by zero");
      assertThrows(() => x.fmod(by), RangeError, "by zero");
      assertThrows(() => x.floorDivide(by), RangeError, "by zero");
    }
  }
});
