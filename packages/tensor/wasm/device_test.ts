import { assert, assertEquals, assertThrows } from "@std/assert";
import { ones, type Tensor, tensor, zeros } from "../mod.ts";
import { heap } from "./heap.ts";

const MB = 1 << 20;
/** Elements of a float32 tensor of 1 MB. */
const million = MB / 4;

/** Runs `body` with a heap of `bytes`. */
async function withBudget(
  bytes: number,
  body: () => void | Promise<void>,
): Promise<void> {
  const { budget } = heap.info();
  heap.setBudget(bytes);
  try {
    await body();
  } finally {
    heap.setBudget(budget);
  }
}

Deno.test("cpu stays within its budget in a loop that makes garbage without an await", async () => {
  await withBudget(64 * MB, () => {
    const x = ones([million]);
    let most = 0;
    for (let i = 0; i < 3000; i++) {
      const y = x.add(i);
      if (i % 100 === 99) assertEquals(y.at(-1).itemSync(), i + 1);
      most = Math.max(most, heap.info().used);
    }
    assert(most <= 64 * MB, `${most} bytes in use`);
    assert(heap.info().reserved <= 128 * MB);
    // What moved out belongs to V8, which collects it.
    const { external } = Deno.memoryUsage();
    assert(external < 1500 * MB, `${external} bytes outside of the heap`);
  });
});

Deno.test("cpu runs a long loop of tiny tensors in a flat heap", () => {
  let x = zeros([10]);
  const after = (steps: number) => {
    for (let i = 0; i < steps; i++) x = x.add(1);
    return heap.info();
  };
  const before = after(10_000);
  const now = after(190_000);
  assertEquals(x.at(0).itemSync(), 200_000);
  assertEquals(now.reserved, before.reserved);
  assertEquals(now.limit, before.limit);
  assert(now.used <= before.used + MB);
  assert(now.blocks <= before.blocks + 100);
});

Deno.test("cpu runs a loop that builds upon its own results", async () => {
  await withBudget(16 * MB, () => {
    // Kept tensors of all sizes come back as they were, however much garbage there is.
    const kept: Tensor[] = [];
    for (let i = 0; i < 300; i++) {
      const t = zeros([1 + (i * 997) % 30_000]).add(i);
      if (i % 3 === 0) kept.push(t.mul(2));
    }
    kept.forEach((t, k) => {
      const sum = t.sum(0, { keepdim: true }).itemSync();
      assertEquals(sum, 6 * k * t.numel);
    });
    assert(heap.info().used <= 16 * MB);
    assert(heap.info().restores > 0);
  });
});

Deno.test("cpu gets memory back by finalizers where the event loop turns", async () => {
  const x = ones([million]);
  const count = 1500;
  const before = heap.info();
  let falls = 0, last = 0;
  for (let i = 0; i < count; i++) {
    const y = x.add(i);
    if (i % 20 !== 0) continue;
    assertEquals(await y.narrow(0, 0, 1).item(), i + 1);
    const { used } = heap.info();
    if (used < last - 10 * MB) falls++;
    last = used;
  }
  const now = heap.info();
  const finalized = count - (now.spills - before.spills) -
    (now.used - before.used) / MB;
  assert(falls > 0, "the heap never became smaller");
  assert(finalized > count / 2, `${finalized} of ${count} were finalized`);
  assert(now.reserved < 400 * MB);
});

Deno.test("cpu returns memory at once where a tensor is disposed", () => {
  const { used, spills } = heap.info();
  for (let i = 0; i < 1000; i++) {
    using t = zeros([million]);
    assertEquals(t.shape, [million]);
  }
  assertEquals(heap.info().used, used);
  assertEquals(heap.info().spills, spills);
});

Deno.test("cpu refuses tensors that were disposed", () => {
  for (const t of [tensor([1, 2]), zeros([million])]) {
    const view = t.narrow(0, 0, 1);
    t.dispose();
    t.dispose();
    assertThrows(() => t.add(1), Error, "disposed");
    assertThrows(() => view.add(1), Error, "disposed");
    assertThrows(() => tensor([1, 2]).add(t), Error, "disposed");
    assertThrows(() => t.add_(1), Error, "disposed");
    assertThrows(() => t.dataSync(), Error, "disposed");
    assertThrows(() => t.sum(), Error, "disposed");
  }
});

Deno.test("cpu disposes of tensors that are spilled", async () => {
  await withBudget(16 * MB, () => {
    const t = ones([million]), small = ones([10]);
    for (let i = 0; i < 20; i++) zeros([million]);
    for (let i = 0; i < 20_000; i++) zeros([10]);
    const { spills } = heap.info();
    assert(spills > 10_000);
    t.dispose();
    small.dispose();
    assertThrows(() => t.add(1), Error, "disposed");
    assertThrows(() => small.add(1), Error, "disposed");
  });
});

Deno.test("cpu multiplies, reads and writes operands that are spilled", async () => {
  await withBudget(4 * MB, () => {
    const a = ones([256, 256]), b = ones([256, 256]).mul(2);
    const indices = tensor([3, 1, 2]);
    const flush = () => {
      for (let i = 0; i < 40; i++) zeros([256, 256]);
      for (let i = 0; i < 4000; i++) zeros([10]);
    };
    flush();
    assertEquals(a.mm(b).sum().itemSync(), 2 * 256 ** 3);
    flush();
    assertEquals(a.at(indices).shape, [3, 256]);
    flush();
    a.add_(b);
    flush();
    assertEquals(a.dataSync()[65_535], 3);
    flush();
    assertEquals(indices.arraySync(), [3, 1, 2]);
  });
});
