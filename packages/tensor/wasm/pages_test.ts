import { assert, assertEquals } from "@std/assert";
import { PageAllocator } from "./pages.ts";

/** Numbers in [0, count), the same in every run. */
function randomizer(seed: number): (count: number) => number {
  let state = seed;
  return (count) => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return Math.floor(((state >>> 8) / 2 ** 24) * count);
  };
}

Deno.test("PageAllocator hands out each page once and joins what comes back", () => {
  const random = randomizer(1), total = 600;
  const pages = new PageAllocator();
  pages.add(1, total);
  const taken = new Uint8Array(total + 1);
  const runs: [start: number, count: number][] = [];
  let free = total;
  for (let round = 0; round < 20_000; round++) {
    // Phases that fill up and phases that empty.
    const giving = round % 600 < 300 ? 0.4 : 0.6;
    if (random(1000) / 1000 < giving && runs.length > 0) {
      const [start, count] = runs.splice(random(runs.length), 1)[0]!;
      taken.fill(0, start, start + count);
      pages.add(start, count);
      free += count;
      continue;
    }
    const count = 1 + random(random(10) === 0 ? 100 : 12);
    const start = pages.take(count);
    if (start < 0) {
      assert(!hasRun(taken, count), `there was room for ${count} pages`);
      continue;
    }
    assert(start >= 1 && start + count <= total + 1);
    for (let p = start; p < start + count; p++) {
      assertEquals(taken[p], 0, `page ${p} was taken already`);
      taken[p] = 1;
    }
    runs.push([start, count]);
    free -= count;
  }
  for (const [start, count] of runs) {
    pages.add(start, count);
    free += count;
  }
  assertEquals(free, total);
  assertEquals(pages.take(total), 1);
  assertEquals(pages.take(1), -1);
});

/** Whether `count` free pages lie next to each other. */
function hasRun(taken: Uint8Array, count: number): boolean {
  let run = 0;
  for (let p = 1; p < taken.length; p++) {
    run = taken[p] === 0 ? run + 1 : 0;
    if (run === count) return true;
  }
  return false;
}

Deno.test("PageAllocator.add() joins neighbours on both sides", () => {
  const pages = new PageAllocator();
  for (const start of [10, 0, 30, 20]) pages.add(start, 10);
  assertEquals(pages.take(40), 0);
  pages.add(10, 5);
  assertEquals(pages.take(6), -1);
  pages.add(15, 5);
  assertEquals(pages.take(10), 10);
});

Deno.test("PageAllocator.take() prefers what was given back last", () => {
  const pages = new PageAllocator();
  pages.add(0, 100);
  const starts = Array.from({ length: 10 }, () => pages.take(10));
  // Not neighbours, so they stay apart.
  for (const i of [0, 4, 8, 2]) pages.add(starts[i]!, 10);
  assertEquals(pages.take(10), starts[2]!);
  assertEquals(pages.take(10), starts[8]!);
});

Deno.test("PageAllocator.take() finds a run behind many that are too short", () => {
  const pages = new PageAllocator();
  pages.add(0, 15);
  // All of these are in the list of the first one and come before it.
  for (let i = 0; i < 100; i++) pages.add(20 + 10 * i, 8);
  assertEquals(pages.take(15), 0);
  assertEquals(pages.take(9), -1);
});

Deno.test("PageAllocator takes over pages that are added later and far away", () => {
  const pages = new PageAllocator();
  pages.add(1, 15);
  pages.add(1_000_000, 48_000);
  assertEquals(pages.take(48_000), 1_000_000);
  pages.add(16, 10);
  assertEquals(pages.take(25), 1);
});
