import { assertEquals } from "@std/assert";
import golden from "../testdata/random.json" with { type: "json" };
import { fma32, fma64 } from "./fma.ts";

function fromBits(bits: string): number {
  const view = new DataView(new ArrayBuffer(8));
  if (bits.length === 8) {
    view.setUint32(0, parseInt(bits, 16));
    return view.getFloat32(0);
  }
  view.setBigUint64(0, BigInt(`0x${bits}`));
  return view.getFloat64(0);
}

function check(fma: typeof fma32, rows: string[]): void {
  for (const row of rows) {
    const [a, b, c, expected] = row.split(" ").map(fromBits);
    assertEquals(fma(a!, b!, c!), expected, row);
  }
}

Deno.test("fma32() rounds once, also next to the middle of two numbers", () => {
  check(fma32, golden.fma32);
});

Deno.test("fma64() rounds once, also next to the middle of two numbers", () => {
  check(fma64, golden.fma64);
});

Deno.test("fma32() overflows to the infinity of the right sign", () => {
  const max = (2 - 2 ** -23) * 2 ** 127;
  assertEquals(fma32(max, max, 1), Infinity);
  assertEquals(fma32(-max, max, 1), -Infinity);
  assertEquals(fma32(max, 2 - 2 ** -23, -1), Infinity);
});

Deno.test("fma64() multiplies and adds where the parts of the product would overflow", () => {
  assertEquals(fma64(2 ** 1000, 2 ** -1000, 1), 2);
  assertEquals(fma64(0.5, Infinity, 1), Infinity);
  assertEquals(fma64(-2, Number.MAX_VALUE, 1), -Infinity);
});

Deno.test("fma32() and fma64() pass NaN on", () => {
  assertEquals(fma32(NaN, 1, 1), NaN);
  assertEquals(fma64(1, NaN, 1), NaN);
  assertEquals(fma64(Infinity, 0, 1), NaN);
});
