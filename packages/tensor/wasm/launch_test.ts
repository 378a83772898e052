import { assert, assertEquals } from "@std/assert";
import * as x from "../expr.ts";
import { type Kernel, laneOf, type Space } from "../kernel.ts";
import { block } from "./fold.ts";
import { callSlot, slotsOf } from "./functions.ts";
import { heap } from "./heap.ts";
import {
  argsBytes,
  encode,
  extentOf,
  launch,
  operandWord,
  scalarsAt,
  variantOf,
} from "./launch.ts";
import { ProgramMemory } from "./program_memory.ts";

/** `a * b + s` */
const scaled: Kernel = {
  name: "scaled",
  inputs: ["float32", "float64"],
  scalars: ["f64", "i64"],
  stores: [{
    dtype: "float64",
    value: x.add(
      x.mul(x.cast(x.load(0, "f32"), "f64"), x.load(1, "f64")),
      x.add(x.scalar(0, "f64"), x.cast(x.scalar(1, "i64"), "f64")),
    ),
  }],
};

function sumOf(dtype: "float32" | "float64", scale = 1): Kernel {
  const lane = laneOf[dtype], acc = x.acc(0, lane);
  const value = x.mul(x.load(0, lane), x.lit(scale, lane));
  return {
    name: "sum",
    inputs: [dtype],
    scalars: [],
    reduction: {
      init: [x.lit(0, lane)],
      values: [value],
      step: [x.add(acc, x.consumed(0, lane))],
      merge: [x.add(acc, x.other(0, lane))],
    },
    stores: [{ dtype, value: acc }],
  };
}

Deno.test("encode() writes arguments that can be changed in place", () => {
  const space: Space = {
    shape: [2, 3],
    reduced: 0,
    strides: [[3, 1], [0, 1], [3, 1]],
  };
  const memory = new ProgramMemory(4096);
  const args = memory.address, data = args + 1024;
  const [a, b, out] = [data, data + 64, data + 128];
  const bytes = argsBytes(scaled, space);
  heap.u8.fill(0xab, args, data);
  const variant = encode(scaled, space, [a!, b!, 0], [0.5, -2n], args);
  assertEquals(heap.u8[args + bytes], 0xab, "nothing past the end");
  assert(heap.u8[args + bytes - 1] !== 0xab);
  heap.i32[(args >> 2) + operandWord(space, 2)] = out!;
  heap.f32.set([1, 2, 3, 4, 5, 6], a! >> 2);
  heap.f64.set([10, 20, 30], b! >> 3);
  const [slot] = slotsOf([{ kernel: scaled, variant }]);
  const results = () => {
    callSlot(slot!, args, 0, extentOf(space));
    return [...heap.f64.slice(out! >> 3, (out! >> 3) + 6)];
  };
  const products = [10, 40, 90, 40, 100, 180];
  assertEquals(results(), products.map((p) => p - 1.5));
  heap.f64[(args + scalarsAt(scaled, space)) >> 3] = 7;
  assertEquals(results(), products.map((p) => p + 5));
  memory.dispose();
});

Deno.test("encode() knows kernels without a kept axis", () => {
  const kernel = sumOf("float64");
  const space: Space = { shape: [5], reduced: 1, strides: [[1], [0]] };
  assertEquals(extentOf(space), 1);
  assertEquals([0, 1].map((o) => operandWord(space, o)), [2, 5]);
  const memory = new ProgramMemory(4096), args = memory.address;
  heap.f64.set([1, 2, 3, 4, 5, -1], (args + 512) >> 3);
  const addresses = [args + 512, args + 512 + 40];
  const variant = encode(kernel, space, addresses, [], args);
  callSlot(slotsOf([{ kernel, variant }])[0]!, args, 0, 1);
  assertEquals(heap.f64[(args + 512 + 40) >> 3], 15);
  memory.dispose();
});

/** Spaces of folds with `steps` steps each. */
function foldSpaces(steps: number): Space[] {
  return [
    // Lanes along the folded axis, a full vector short of an element, and none.
    { shape: [4 * steps], reduced: 1, strides: [[1], [0]] },
    { shape: [3, 4 * steps - 1], reduced: 1, strides: [[160, 1], [1, 0]] },
    // Lanes along the kept axis.
    { shape: [9, steps], reduced: 1, strides: [[1, 16], [1, 0]] },
    { shape: [2, steps >> 1 || 1], reduced: 2, strides: [[4, 8], [0, 0]] },
  ];
}

Deno.test("variantOf() calls folds of up to one block short", () => {
  const kernel = sumOf("float32");
  for (const space of foldSpaces(block)) {
    assertEquals(variantOf(kernel, space).short, true, `${space.shape}`);
  }
  for (const space of foldSpaces(block + 1).slice(0, 3)) {
    assertEquals(variantOf(kernel, space).short, false, `${space.shape}`);
  }
  const wide = {
    shape: [3, 5, 40],
    reduced: 2,
    strides: [[9, 3, 1], [1, 0, 0]],
  };
  assertEquals(variantOf(kernel, wide).short, false);
});

Deno.test("encode() makes short folds that give the bits of long ones", () => {
  const memory = new ProgramMemory(1 << 14), { address } = memory;
  const data = (address + 4096) >> 2, out = (address + 2048) >> 2;
  for (let i = 0; i < 2000; i++) {
    heap.f32[data + i] = Math.sin(i) * 2 ** (i % 9);
  }
  const kernel = sumOf("float32", 1.1);
  for (let steps = 1; steps <= block; steps++) {
    for (const space of foldSpaces(steps)) {
      const addresses = [4 * data, 4 * out];
      const variant = encode(kernel, space, addresses, [], address);
      assertEquals(variant.short, true);
      const [short, long] = slotsOf([
        { kernel, variant },
        { kernel, variant: { ...variant, short: false } },
      ]);
      const run = (slot: number) => {
        callSlot(slot, address, 0, extentOf(space));
        return heap.f32.slice(out, out + 9);
      };
      assertEquals(run(short!), run(long!), `${space.shape}, ${steps} steps`);
    }
  }
  memory.dispose();
});

Deno.test("launch() takes any number of operands", () => {
  const count = 40;
  const loads = Array.from({ length: count }, (_, i) => x.load(i, "f32"));
  const kernel: Kernel = {
    name: "sum of many",
    inputs: loads.map(() => "float32"),
    scalars: [],
    stores: [{ dtype: "float32", value: loads.reduce(x.add) }],
  };
  const memory = new ProgramMemory(4096), { address } = memory;
  heap.f32.set(Array.from({ length: 64 }, (_, i) => i), address >> 2);
  const addresses = Array.from(
    { length: count + 1 },
    (_, i) => address + 4 * i,
  );
  // Neighbours, but for one whose stride is 2.
  for (const odd of [0, 17, count - 1]) {
    const strides = addresses.map((_, o) => [o === odd ? 2 : 1]);
    addresses[count] = address + 1024;
    launch(kernel, { shape: [5], reduced: 0, strides }, addresses);
    const out = (address + 1024) >> 2;
    const want = [0, 1, 2, 3, 4].map((i) =>
      count * (count - 1) / 2 + (count + 1) * i
    );
    assertEquals([...heap.f32.slice(out, out + 5)], want);
  }
  memory.dispose();
});
