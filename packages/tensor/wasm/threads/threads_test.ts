import { assert, assertEquals, assertThrows } from "@std/assert";
import * as x from "../../expr.ts";
import type { Kernel, Space } from "../../kernel.ts";
import { exp, tanh } from "../../math/index.ts";
import { share } from "../driver.ts";
import { callSlot, slotsOf } from "../functions.ts";
import { heap } from "../heap.ts";
import { encode, extentOf } from "../launch.ts";
import { ProgramMemory } from "../program_memory.ts";
import { pool } from "./pool.ts";
import { getNumThreads, setNumThreads } from "./threads.ts";
import { slowSlot, startThreads } from "./threads_testing.ts";

Deno.test("setNumThreads() refuses what is no number of threads", () => {
  const before = getNumThreads();
  assertThrows(
    () => setNumThreads("2" as unknown as number),
    TypeError,
    'Cannot set the number of threads: expected a number, got the string "2"',
  );
  for (const count of [0, -1, 1.5, NaN, Infinity, 1025]) {
    assertThrows(
      () => setNumThreads(count),
      RangeError,
      `Cannot set the number of threads: expected an integer in [1, 1024], got ${count}`,
    );
  }
  assertEquals(getNumThreads(), before);
});

Deno.test("getNumThreads() says what was set", () => {
  for (const count of [3, 2, 1]) {
    setNumThreads(count);
    assertEquals(getNumThreads(), count);
  }
});

const f32 = (i: number) => x.load(i, "f32");
const acc = x.acc(0, "f64");

function pointwise(name: string, value: x.Expr): Kernel {
  const inputs = ["float32", "float32"] as const;
  return { name, inputs, scalars: [], stores: [{ dtype: "float32", value }] };
}

const sum: Kernel = {
  name: "sum",
  inputs: ["float32"],
  scalars: [],
  reduction: {
    init: [x.lit(0, "f64")],
    values: [x.cast(f32(0), "f64")],
    step: [x.add(acc, x.consumed(0, "f64"))],
    merge: [x.add(acc, x.other(0, "f64"))],
  },
  stores: [{ dtype: "float32", value: acc }],
};

/** Kernels of all kinds, each with a space of up to 60,000 elements. */
const trials: [Kernel, Space][] = [
  [pointwise("exp", exp(x.mul(f32(0), f32(1)))), {
    shape: [59_999],
    reduced: 0,
    strides: [[1], [1], [1]],
  }],
  [pointwise("tanh", x.add(tanh(f32(0)), f32(1))), {
    shape: [119, 251],
    reduced: 0,
    strides: [[251, 1], [0, 1], [251, 1]],
  }],
  [pointwise("transposed", x.div(f32(0), f32(1))), {
    shape: [67, 101],
    reduced: 0,
    strides: [[1, 67], [101, 1], [101, 1]],
  }],
  [sum, { shape: [301, 199], reduced: 1, strides: [[199, 1], [1, 0]] }],
  [sum, { shape: [301, 199], reduced: 1, strides: [[1, 301], [1, 0]] }],
  [sum, { shape: [3001, 7], reduced: 1, strides: [[7, 1], [1, 0]] }],
];

/** The bytes that every trial leaves, when cut into pieces of `grain`. */
function results(grain: (extent: number) => number): Uint8Array[] {
  const size = 4 * 60_000, memory = new ProgramMemory(4 * size);
  const a = memory.address, b = a + size, out = b + size, args = out + size;
  for (let i = 0; i < 2 * 60_000; i++) {
    heap.f32[(a >>> 2) + i] = Math.sin(i) * 2 ** (i % 7 - 3);
  }
  const found = trials.map(([kernel, space]) => {
    const addresses = kernel === sum ? [a, out] : [a, b, out];
    const variant = encode(kernel, space, addresses, [], args);
    const [slot] = slotsOf([{ kernel, variant }]), end = extentOf(space);
    heap.u8.fill(0, out, out + size);
    for (let repeat = 0; repeat < 20; repeat++) {
      share(slot!, args, end, grain(end));
    }
    return heap.u8.slice(out, out + size);
  });
  memory.dispose();
  return found;
}

Deno.test("setNumThreads() does not change a bit of any result", () => {
  setNumThreads(1);
  const alone = results(() => 0);
  for (const count of [1, 2, 3]) {
    startThreads(count);
    for (const grain of [1, 4, 7, 500]) {
      assertEquals(results(() => grain), alone, `${count} threads`);
    }
    assertEquals(results((n) => Math.ceil(n / 2)), alone);
  }
  setNumThreads(1);
});

Deno.test("setNumThreads() lets other threads help, with functions that are compiled later, too", () => {
  startThreads(3);
  const memory = new ProgramMemory(4096);
  for (let round = 0; round < 3; round++) {
    // Each thread has scratch memory of its own, whose address tells it.
    const slot = slowSlot(`mark ${round}`, (f) => {
      f.get(0);
      f.get(1);
      f.i32(4);
      f.op("i32.mul");
      f.op("i32.add");
      f.constant(0);
      f.mem("i32.store");
    });
    const seen = new Set<number>(), start = performance.now();
    while (seen.size < 3 && performance.now() - start < 20_000) {
      share(slot, memory.address, 24, 1);
      const at = memory.address >>> 2;
      heap.i32.slice(at, at + 24).forEach((s) => seen.add(s));
    }
    assertEquals(seen.size, 3);
  }
  memory.dispose();
  setNumThreads(1);
});

Deno.test("setNumThreads() starts and ends threads any number of times", () => {
  for (const count of [2, 1, 3, 2, 1]) {
    startThreads(count);
    assertEquals(pool.ready, count - 1);
  }
});

/** Address of the scratch memory of this thread: code that looks at it tells threads apart. */
function ownScratch(): number {
  const slot = slowSlot("own scratch", (f) => {
    f.get(0);
    f.constant(0);
    f.mem("i32.store");
  });
  callSlot(slot, heap.args, 0, 1);
  return heap.i32[heap.args >>> 2]!;
}

Deno.test("share() reports a thread that fails, and goes on without", () => {
  const own = heap.args, scratch = ownScratch();
  const slot = slowSlot(`fails elsewhere than ${scratch}`, (f) => {
    f.constant(0);
    f.i32(scratch);
    f.op("i32.ne");
    f.if();
    f.op("unreachable");
    f.end();
  });
  startThreads(2);
  assertThrows(
    () => {
      for (let i = 0; i < 100_000; i++) share(slot, own, 16, 1);
    },
    Error,
    "Cannot finish a computation as worker thread 1 failed; from now on one thread is used: RuntimeError",
  );
  assertEquals(getNumThreads(), 1);
  share(slot, own, 16, 1);
  startThreads(2);
  assertEquals(results(() => 16).length, trials.length);
  setNumThreads(1);
});

Deno.test("share() gives up a thread that does not answer", () => {
  const scratch = ownScratch();
  const slot = slowSlot(`hangs elsewhere than ${scratch}`, (f) => {
    f.loop();
    f.constant(0);
    f.i32(scratch);
    f.op("i32.ne");
    f.brIf(0);
    f.end();
  });
  startThreads(2);
  const { patience } = pool;
  pool.patience = 300;
  try {
    assertThrows(
      () => {
        for (let i = 0; i < 100_000; i++) share(slot, heap.args, 16, 1);
      },
      Error,
      "Cannot finish a computation as a worker thread has not answered for 0.3 seconds; from now on one thread is used",
    );
  } finally {
    pool.patience = patience;
  }
  assertEquals(getNumThreads(), 1);
  startThreads(2);
  share(slowSlot("nothing"), heap.args, 16, 1);
  setNumThreads(1);
});

Deno.test("share() leaves no piece to others after an error in this thread", () => {
  const own = heap.args, scratch = ownScratch();
  const slot = slowSlot(`fails in ${scratch}`, (f) => {
    f.constant(0);
    f.i32(scratch);
    f.op("i32.eq");
    f.if();
    f.op("unreachable");
    f.end();
    f.get(0);
    f.get(1);
    f.mem("i32.store");
  });
  startThreads(3);
  for (let round = 0; round < 5; round++) {
    assertThrows(
      () => {
        // On a busy machine workers may take all pieces of a job.
        for (let i = 0; i < 100_000; i++) share(slot, own, 24, 1);
      },
      WebAssembly.RuntimeError,
    );
    heap.i32[own >>> 2] = -1;
    share(slowSlot("nothing"), own, 24, 1);
    assertEquals(heap.i32[own >>> 2], -1);
  }
  assert(pool.ready === 2);
  setNumThreads(1);
});
