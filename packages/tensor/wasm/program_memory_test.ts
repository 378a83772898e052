import { assert, assertEquals } from "@std/assert";
import { Heap } from "./heap.ts";
import { ProgramMemory } from "./program_memory.ts";

Deno.test("Heap.reserve() takes memory that is not spilled", () => {
  const heap = new Heap();
  heap.setBudget(1 << 20);
  const address = heap.reserve(100_000);
  assertEquals(address % 4096, 0);
  heap.u8.fill(7, address, address + 100_000);
  for (let i = 0; i < 100; i++) {
    heap.tick();
    const block = heap.allocate(100_000);
    heap.u8.fill(1, block.address, block.address + block.bytes);
  }
  assert(heap.info().spills > 0);
  assert(heap.u8.slice(address, address + 100_000).every((b) => b === 7));
});

Deno.test("Heap.release() gives reserved memory back", () => {
  const heap = new Heap();
  const size = 1 << 16;
  const first = heap.reserve(size);
  heap.release(first, size);
  const { reserved, pinned } = heap.info();
  assertEquals(pinned, 0);
  for (let i = 0; i < 1000; i++) heap.release(heap.reserve(size), size);
  assertEquals(heap.info().reserved, reserved);
  assertEquals(heap.reserve(size), first);
  assertEquals(heap.info().pinned, size + 4096, "with room past the end");
});

Deno.test("ProgramMemory.dispose() gives its memory back once", () => {
  const memory = new ProgramMemory(5000);
  assertEquals(memory.bytes, 5000);
  memory.dispose();
  const next = new ProgramMemory(5000);
  memory.dispose();
  const other = new ProgramMemory(5000);
  assert(next.address !== other.address);
  next.dispose();
  other.dispose();
});
