import { assert, assertEquals, assertNotEquals } from "@std/assert";
import * as x from "../expr.ts";
import type { Kernel } from "../kernel.ts";
import { FunctionBuilder, i32 } from "./assembler.ts";
import {
  callSlot,
  modules,
  runOf,
  scratchBytes,
  slotOf,
  slotsOf,
} from "./functions.ts";
import { heap } from "./heap.ts";
import { variantOf } from "./launch.ts";

/** A kernel that no other test uses. */
function multiplyBy(factor: number): Kernel {
  const value = x.mul(x.load(0, "f32"), x.lit(factor, "f32"));
  return {
    name: "multiply",
    inputs: ["float32"],
    scalars: [],
    stores: [{ dtype: "float32", value }],
  };
}

const row = { shape: [8], reduced: 0, strides: [[1], [1]] };

function requestOf(kernel: Kernel, space = row) {
  return { kernel, variant: variantOf(kernel, space) };
}

/** A function that stores `push` at its first argument. */
function storing(push: (f: FunctionBuilder) => void): FunctionBuilder {
  const f = new FunctionBuilder([i32, i32, i32]);
  f.get(0);
  push(f);
  f.mem("i32.store");
  return f;
}

Deno.test("slotsOf() compiles what is missing into one module", () => {
  const before = modules.length;
  const requests = [31.25, 31.5, 31.75].map((c) => requestOf(multiplyBy(c)));
  const slots = slotsOf(requests);
  assertEquals(modules.length, before + 1);
  assertEquals(new Set(slots).size, 3);
  const { first, count } = modules[before]!;
  assertEquals([first, count], [Math.min(...slots), 3]);
});

Deno.test("slotsOf() finds equal kernels again, by other objects, too", () => {
  const [slot] = slotsOf([requestOf(multiplyBy(32.25))]);
  const before = modules.length;
  const twice = [multiplyBy(32.25), multiplyBy(32.25)].map((k) => requestOf(k));
  assertEquals(slotsOf(twice), [slot, slot]);
  assertEquals(modules.length, before);
});

Deno.test("slotsOf() keeps forms of a kernel apart", () => {
  const kernel = multiplyBy(33.25);
  const strided = { ...row, strides: [[2], [1]] };
  const [one, two] = slotsOf([requestOf(kernel), requestOf(kernel, strided)]);
  assertNotEquals(one, two);
  const [three] = slotsOf([requestOf(kernel)], { relaxed: false });
  const [four] = slotsOf([requestOf(kernel)], { relaxed: true });
  assertNotEquals(three, four);
});

Deno.test("slotOf() emits a function once", () => {
  let count = 0;
  const emit = () => {
    count++;
    return storing((f) => f.i32(77));
  };
  const slot = slotOf("slotOf() test", emit);
  assertEquals(slotOf("slotOf() test", emit), slot);
  assertEquals(count, 1);
  callSlot(slot, heap.args, 0, 0);
  assertEquals(heap.i32[heap.args >> 2], 77);
  assertEquals(runOf(slot), runOf(slot));
});

Deno.test("slotOf() gives functions scratch memory that no tensor uses", () => {
  const slot = slotOf("scratch test", () => storing((f) => f.constant(0)));
  callSlot(slot, heap.args, 0, 0);
  const scratch = heap.i32[heap.args >> 2]!;
  assert(scratch > 0);
  const block = heap.allocate(1 << 20);
  const from = block.address;
  assert(from + (1 << 20) <= scratch || from >= scratch + scratchBytes);
  heap.free(block);
});

Deno.test("slotsOf() fills more slots than the table had", () => {
  const requests = Array.from(
    { length: 600 },
    (_, i) => requestOf(multiplyBy(1000 + i)),
  );
  const slots = slotsOf(requests);
  assertEquals(new Set(slots).size, 600);
  assertEquals(typeof runOf(slots[599]!), "function");
});
