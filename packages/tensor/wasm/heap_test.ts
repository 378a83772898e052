import {
  assert,
  assertEquals,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { Heap, largeFrom } from "./heap.ts";
import type { Block } from "./spill_queue.ts";

const MB = 1 << 20;

/** A heap whose limit is `bytes`. */
function heapOf(bytes: number): Heap {
  const heap = new Heap();
  heap.setBudget(bytes);
  return heap;
}

function fill(heap: Heap, block: Block, seed: number): void {
  const at = heap.touch(block);
  for (let i = 0; i < block.bytes; i++) heap.u8[at + i] = (seed + 7 * i) & 255;
}

function assertFilled(heap: Heap, block: Block, seed: number): void {
  const at = heap.touch(block);
  for (let i = 0; i < block.bytes; i++) {
    if (heap.u8[at + i] !== ((seed + 7 * i) & 255)) {
      throw new Error(`byte ${i} of ${block.bytes} changed`);
    }
  }
}

const sizes = [
  ...[0, 1, 2, 3, 4, 5, 40, 47, 48, 49, 63, 64, 65, 100, 240, 241, 1000],
  ...[2031, 2032, 2033, 4079, 4080, 4081, 12_800],
  ...[largeFrom - 1, largeFrom, largeFrom + 1, 100_003],
];

Deno.test("Heap keeps the contents of blocks that are spilled and come back", () => {
  const heap = heapOf(MB);
  const blocks = sizes.map((bytes, i) => {
    heap.tick();
    const block = heap.allocate(bytes);
    fill(heap, block, i);
    return block;
  });
  for (let round = 0; round < 4; round++) {
    // Garbage of both kinds drives everything out.
    for (let i = 0; i < 60; i++) {
      heap.tick();
      heap.allocate(12_800);
      heap.allocate(largeFrom);
    }
    blocks.forEach((b) => assertEquals(b.address, -1));
    blocks.forEach((b, i) => {
      heap.tick();
      assertFilled(heap, b, i);
    });
  }
  assertEquals(heap.info().restores, 4 * blocks.length);
});

Deno.test("Heap hands out memory that does not overlap, aligned to 64 bytes", () => {
  const heap = heapOf(64 * MB);
  const blocks: Block[] = [];
  for (let i = 0; i < 40; i++) {
    for (const bytes of sizes) {
      const block = heap.allocate(bytes);
      assertEquals(block.address % 64, 0);
      blocks.push(block);
      if (blocks.length % 3 === 0) {
        heap.free(blocks.splice(i % blocks.length, 1)[0]!);
      }
    }
  }
  blocks.forEach((b, i) => fill(heap, b, i));
  blocks.forEach((b, i) => assertFilled(heap, b, i));
  // Vectors may be read past the end, so there is room behind each block.
  const ends = blocks.map((b) => [b.address, b.bytes] as const)
    .sort(([a], [b]) => a - b);
  for (let i = 1; i < ends.length; i++) {
    const [at, bytes] = ends[i - 1]!;
    assert(at + bytes + 16 <= ends[i]![0]);
  }
});

Deno.test("Heap never spills what the running operation uses", () => {
  const heap = heapOf(MB);
  heap.tick();
  const own = [
    heap.allocate(300_000),
    heap.allocate(300_000),
    heap.allocate(64),
  ];
  own.forEach((b, i) => fill(heap, b, i));
  const addresses = own.map((b) => b.address);
  // More than the budget, all within one operation.
  const more = Array.from({ length: 40 }, () => heap.allocate(100_000));
  own.forEach((b, i) => assertStrictEquals(b.address, addresses[i]));
  more.forEach((b) => assert(b.address >= 0));
  assert(heap.info().used > MB);
  // The next operation brings it below the budget again.
  for (let i = 0; i < 80; i++) {
    heap.tick();
    heap.allocate(100_000);
  }
  assert(heap.info().used <= MB);
  heap.tick();
  own.forEach((b, i) => assertFilled(heap, b, i));
});

Deno.test("Heap spills what was not used for longest", () => {
  const heap = heapOf(4 * MB);
  const used = heap.allocate(MB / 4), idle = heap.allocate(MB / 4);
  for (let i = 0; i < 100; i++) {
    heap.tick();
    heap.allocate(MB / 4);
    heap.touch(used);
  }
  assert(used.address >= 0);
  assertEquals(idle.address, -1);
  // Large garbage does not drive out small blocks, nor the other way round.
  const small = heap.allocate(100);
  for (let i = 0; i < 100; i++) {
    heap.tick();
    heap.allocate(MB / 4);
  }
  assert(small.address >= 0);
});

Deno.test("Heap gives room to data that comes back, not to garbage", () => {
  const heap = heapOf(512 * MB);
  const start = heap.info().limit;
  for (let i = 0; i < 400; i++) {
    heap.tick();
    heap.allocate(MB);
  }
  assertEquals(heap.info().limit, start);
  assert(heap.info().used <= start);
  const data = Array.from({ length: 120 }, () => {
    heap.tick();
    return heap.allocate(MB);
  });
  for (let round = 0; round < 4; round++) {
    for (const block of data) {
      heap.tick();
      heap.touch(block);
    }
  }
  const { restores } = heap.info();
  assert(heap.info().limit > start);
  for (const block of data) {
    heap.tick();
    heap.touch(block);
  }
  assertEquals(heap.info().restores, restores, "everything fits now");
});

Deno.test("Heap leaves large data that is in use where it is", () => {
  const heap = heapOf(2 ** 31);
  const data = heap.allocate(200 * MB);
  for (let step = 0; step < 100; step++) {
    heap.tick();
    heap.touch(data);
    // The rest of a step does without it.
    for (let i = 0; i < 10; i++) {
      heap.tick();
      heap.allocate(MB);
    }
  }
  const { used, limit, spills, restores } = heap.info();
  assert(data.address >= 0);
  assertEquals(restores, 0);
  assert(spills > 700);
  // There is room for two of the largest blocks.
  assert(used <= limit && limit <= 410 * MB);
});

Deno.test("Heap.setBudget() spills what exceeds it and refuses sizes that make no sense", () => {
  const heap = heapOf(64 * MB);
  const blocks = Array.from({ length: 30 }, () => heap.allocate(MB));
  assertEquals(heap.info().spills, 0);
  heap.tick();
  heap.setBudget(8 * MB);
  assert(heap.info().used <= 8 * MB);
  assertEquals(blocks.filter((b) => b.address >= 0).length, 5);
  assertEquals(heap.info().budget, 8 * MB);
  for (const bytes of [0, MB - 1, NaN, 2 ** 33, -1]) {
    assertThrows(
      () => heap.setBudget(bytes),
      RangeError,
      "Cannot set the heap budget",
    );
  }
  assertEquals(heap.info().budget, 8 * MB);
});

Deno.test("Heap.free() returns memory, also of what is spilled", () => {
  const heap = heapOf(4 * MB);
  const before = heap.info();
  const block = heap.allocate(MB);
  for (let i = 0; i < 10; i++) {
    heap.tick();
    heap.free(heap.allocate(MB));
  }
  assertEquals(heap.info().reserved, heap.info().reserved);
  assertEquals(heap.info().blocks, before.blocks + 1);
  for (let i = 0; i < 10; i++) {
    heap.tick();
    heap.allocate(MB);
  }
  assertEquals(block.address, -1);
  assert(block.spilled !== null);
  heap.free(block);
  assertStrictEquals(block.spilled, null);
  assertThrows(
    () => heap.touch(block),
    Error,
    "Cannot use a block that was freed",
  );
  // Twice does no harm.
  heap.free(block);
});

Deno.test("Heap reuses memory that was freed and does not grow", () => {
  const heap = heapOf(64 * MB);
  for (const bytes of [40, 2000, 12_800, MB]) heap.free(heap.allocate(bytes));
  const { reserved } = heap.info();
  for (let i = 0; i < 20_000; i++) {
    for (const bytes of [40, 2000, 12_800, MB]) heap.free(heap.allocate(bytes));
  }
  assertEquals(heap.info().reserved, reserved);
  assertEquals(heap.info().used, 0);
  assertEquals(heap.info().blocks, 0);
});

Deno.test("Heap renews its views when the memory grows", () => {
  const heap = new Heap();
  const { u8 } = heap;
  const small = heap.allocate(64);
  fill(heap, small, 3);
  const large = heap.allocate(20 * MB);
  assert(heap.u8 !== u8);
  for (const view of [heap.u8, heap.i32, heap.f32, heap.f64]) {
    assertStrictEquals(view.buffer, heap.memory.buffer);
    assertEquals(view.byteLength, heap.info().reserved);
  }
  fill(heap, large, 5);
  assertFilled(heap, small, 3);
});

Deno.test("Heap spills where the memory cannot grow, and says so when nothing is left to spill", () => {
  const heap = heapOf(64 * MB);
  const blocks: Block[] = [];
  for (let i = 0; i < 8; i++) {
    heap.tick();
    blocks.push(heap.allocate(MB));
    fill(heap, blocks[i]!, i);
  }
  heap.memory.grow = () => {
    throw new RangeError("no memory");
  };
  const { reserved } = heap.info();
  for (let i = 8; i < 40; i++) {
    heap.tick();
    blocks.push(heap.allocate(MB));
    fill(heap, blocks[i]!, i);
  }
  assertEquals(heap.info().reserved, reserved);
  assert(heap.info().spills > 20);
  heap.tick();
  const error = assertThrows(() => heap.allocate(500 * MB), RangeError);
  assertEquals(
    error.message,
    `Cannot allocate ${
      500 * MB + 4096
    } bytes as the memory of the CPU device cannot grow: ${reserved} bytes are reserved, 0 in use`,
  );
  // Nothing is lost.
  blocks.forEach((b, i) => {
    heap.tick();
    assertFilled(heap, b, i);
  });
});

Deno.test("Heap refuses at once what no memory can hold", () => {
  const heap = heapOf(64 * MB);
  heap.allocate(MB);
  heap.tick();
  assertThrows(() => heap.allocate(2 ** 32), RangeError, "Cannot allocate");
  assertEquals(heap.info().spills, 0);
});

Deno.test("Heap.finalize() raises the limit while finalizers keep up", () => {
  const heap = new Heap();
  const start = heap.info().limit;
  for (let i = 0; i < 300; i++) {
    heap.tick();
    heap.finalize(heap.allocate(MB));
  }
  const raised = heap.info().limit;
  assert(raised > start);
  // A loop in which none run brings it down again.
  for (let i = 0; i < 800; i++) {
    heap.tick();
    heap.allocate(MB);
  }
  assertEquals(heap.info().limit, start);
  assert(heap.info().used <= start);
});

Deno.test("Heap.pressed says when a turn of the event loop may bring memory back", () => {
  const heap = new Heap();
  const work = (count: number) => {
    for (let i = 0; i < count; i++) {
      heap.tick();
      heap.allocate(MB);
    }
  };
  assert(!heap.pressed);
  work(4);
  assert(!heap.pressed);
  work(30);
  assert(heap.pressed);
  heap.turned();
  assert(!heap.pressed);
  work(20);
  assert(heap.pressed);
});
