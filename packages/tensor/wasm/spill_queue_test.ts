import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { type Block, SpillQueue } from "./spill_queue.ts";

function blockOf(size: number, epoch = 0): Block {
  return { address: 4096, bytes: size, size, spilled: null, epoch, queued: 0 };
}

Deno.test("SpillQueue.oldest() returns blocks in order", () => {
  const queue = new SpillQueue(1000);
  const blocks = Array.from({ length: 5 }, () => blockOf(64));
  blocks.forEach((b) => queue.add(b));
  blocks.forEach((b) => assertStrictEquals(queue.oldest(1), b));
  assertStrictEquals(queue.oldest(1), undefined);
});

Deno.test("SpillQueue.oldest() gives blocks that were used another chance", () => {
  const queue = new SpillQueue(1000);
  const [a, b, c] = [blockOf(64, 10), blockOf(64, 20), blockOf(64, 30)];
  for (const block of [a, b, c]) queue.add(block);
  a.epoch = 100;
  c.epoch = 200;
  assertStrictEquals(queue.oldest(300), b);
  a.epoch = 310;
  assertStrictEquals(queue.oldest(320), c);
  assertStrictEquals(queue.oldest(320), a);
});

Deno.test("SpillQueue.oldest() does not count the first uses of a block", () => {
  const queue = new SpillQueue(1000);
  const [a, b] = [blockOf(64, 10), blockOf(64, 11)];
  for (const block of [a, b]) queue.add(block);
  // Filled by one operation and read by the next but one.
  a.epoch = 13;
  b.epoch = 12;
  assertStrictEquals(queue.oldest(14), a);
});

Deno.test("SpillQueue.oldest() passes over blocks of the running operation and dead ones", () => {
  const queue = new SpillQueue(1000);
  const [busy, dead, idle] = [blockOf(64, 7), blockOf(64), blockOf(64)];
  for (const block of [busy, dead, idle]) queue.add(block);
  dead.address = -1;
  assertStrictEquals(queue.oldest(7), idle);
  assertStrictEquals(queue.oldest(7), undefined);
  assertStrictEquals(queue.oldest(8), busy);
});

Deno.test("SpillQueue counts bytes and blocks, and something for each block", () => {
  const queue = new SpillQueue(1000);
  assertEquals(queue.load, 0);
  const blocks = [blockOf(64), blockOf(4096)];
  blocks.forEach((b) => queue.add(b));
  assertEquals([queue.used, queue.blocks], [4160, 2]);
  assertEquals(
    queue.load,
    queue.weightOf(blocks[0]!) + queue.weightOf(blocks[1]!),
  );
  assert(queue.load > 4160);
  queue.leave(blocks[1]!);
  assertEquals([queue.used, queue.blocks], [64, 1]);
});

Deno.test("SpillQueue does not grow by blocks that come and go", () => {
  const queue = new SpillQueue(1000);
  const live = Array.from({ length: 100 }, () => blockOf(64));
  live.forEach((b) => queue.add(b));
  let longest = 0;
  for (let i = 0; i < 100_000; i++) {
    const block = blockOf(64);
    queue.add(block);
    queue.leave(block);
    block.address = -1;
    longest = Math.max(longest, queue.length);
  }
  assert(longest < 2000, `${longest} entries`);
  // All that live are still there.
  const left = new Set<Block>();
  for (let b = queue.oldest(1); b; b = queue.oldest(1)) left.add(b);
  assertEquals(left, new Set(live));
});

Deno.test("SpillQueue does not grow by blocks that are spilled", () => {
  const queue = new SpillQueue(1000);
  let longest = 0;
  for (let i = 0; i < 100_000; i++) {
    queue.add(blockOf(64));
    if (i >= 50) {
      const block = queue.oldest(1)!;
      queue.leave(block);
      block.address = -1;
    }
    longest = Math.max(longest, queue.length);
  }
  assert(longest < 200, `${longest} entries`);
});
