import { assert, assertEquals } from "@std/assert";
import { pageSize, SlabAllocator } from "./slabs.ts";

function setUp() {
  let next = 1;
  const given: [number, number][] = [];
  const slabs = new SlabAllocator(
    (count) => (next += count) - count,
    (start, count) => given.push([start, count]),
  );
  return { slabs, given, pages: () => next - 1 };
}

Deno.test("SlabAllocator hands out pieces that do not overlap", () => {
  const { slabs } = setUp();
  const owner = new Map<number, number>();
  let piece = 0;
  for (let i = 0; i < 2000; i++) {
    for (const size of [64, 128, 256, 512, 1024, 2048]) {
      const address = slabs.take(size);
      assertEquals(address % size, 0);
      piece++;
      for (let at = address; at < address + size; at += 64) {
        assert(!owner.has(at), `two pieces at ${at}`);
        owner.set(at, piece);
      }
    }
  }
});

Deno.test("SlabAllocator takes what was given back last", () => {
  const { slabs } = setUp();
  const [a, b] = [slabs.take(64), slabs.take(64)];
  slabs.give(a, 64);
  slabs.give(b, 64);
  assertEquals([slabs.take(64), slabs.take(64)], [b, a]);
});

Deno.test("SlabAllocator gives pages back when nothing is left on them, but keeps some", () => {
  const { slabs, given, pages } = setUp();
  const addresses = Array.from({ length: 500 }, () => slabs.take(2048));
  const all = pages();
  assert(all * pageSize >= 500 * 2048);
  for (const address of addresses) slabs.give(address, 2048);
  const back = given.reduce((sum, [, count]) => sum + count, 0);
  assertEquals(back, all - 16);
  // The rest serves the next ones.
  slabs.take(2048);
  assertEquals(pages(), all);
});

Deno.test("SlabAllocator survives any order of taking and giving", () => {
  const { slabs } = setUp();
  let state = 7;
  const random = (count: number) => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return Math.floor(((state >>> 8) / 2 ** 24) * count);
  };
  const live = new Map<number, number>();
  for (let round = 0; round < 30_000; round++) {
    const filling = round % 6000 < 3000;
    if (live.size > 0 && random(10) < (filling ? 4 : 6)) {
      const address = [...live.keys()][random(live.size)]!;
      slabs.give(address, live.get(address)!);
      live.delete(address);
    } else {
      const size = 64 << random(6);
      const address = slabs.take(size);
      assert(!live.has(address), `${address} is in use`);
      live.set(address, size);
    }
    if (live.size > 400) live.clear();
  }
});
