import {
  arange,
  Generator,
  manualSeed,
  rand,
  type Tensor,
} from "@gradus/tensor";
import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { collate } from "./collate.ts";
import { DataLoader } from "./data_loader.ts";
import { type Dataset, randomSplit, Subset, TensorDataset } from "./dataset.ts";

const ten = new TensorDataset(arange(10));

/** Whether T and U are the same type; a wrong argument does not compile. */
function assertType<T, U>(
  _same: [T] extends [U] ? [U] extends [T] ? true : false : false,
): void {}

async function batchesOf(loader: AsyncIterable<unknown>): Promise<unknown[]> {
  const out: unknown[] = [];
  for await (const batch of loader) {
    out.push((batch as { arraySync(): unknown }[])[0]!.arraySync());
  }
  return out;
}

function seeded(seed: number): Generator {
  const generator = new Generator();
  generator.manualSeed(seed);
  return generator;
}

// The numbers of the next three tests are PyTorch 2.13's.

Deno.test("DataLoader shuffles as PyTorch does from the default generator", async () => {
  manualSeed(3);
  const loader = new DataLoader(ten, { batchSize: 4, shuffle: true });
  assertEquals(await batchesOf(loader), [[6, 2, 0, 1], [8, 3, 5, 4], [7, 9]]);
  assertEquals(await batchesOf(loader), [[3, 4, 0, 9], [6, 7, 1, 2], [5, 8]]);
  assertEquals(rand([1]).itemSync(), 0.5944212079048157);
  await batchesOf(new DataLoader(ten, { batchSize: 4 }));
  assertEquals(rand([1]).itemSync(), 0.7994906306266785);
});

Deno.test("DataLoader shuffles as PyTorch does from a generator of its own", async () => {
  const loader = new DataLoader(ten, {
    batchSize: 4,
    shuffle: true,
    generator: seeded(7),
    dropLast: true,
  });
  assertEquals(loader.length, 2);
  assertEquals(await batchesOf(loader), [[1, 3, 5, 7], [9, 4, 6, 2]]);
  assertEquals(await batchesOf(loader), [[5, 1, 6, 0], [9, 7, 8, 4]]);
});

Deno.test("randomSplit() cuts as PyTorch does", () => {
  const parts = randomSplit(ten, [6, 4], { generator: seeded(1) });
  assertEquals(parts.map((p) => p.indices), [[5, 6, 1, 2, 0, 8], [9, 3, 7, 4]]);
  assertThrows(() => randomSplit(ten, [6, 3]), RangeError, "add up");
  assertThrows(() => randomSplit(ten, [5.5, 4.5]), RangeError, "whole lengths");
  assertThrows(
    () => randomSplit(ten, [6, 4], { seed: 1 } as object),
    TypeError,
    "Cannot split a data set with an unknown option seed",
  );
});

Deno.test("randomSplit() deals out what fractions leave as PyTorch does", () => {
  const indices = (n: number, fractions: number[], seed: number) => {
    const set = new TensorDataset(arange(n));
    return randomSplit(set, fractions, { generator: seeded(seed) })
      .map((part) => part.indices);
  };
  // The numbers are PyTorch 2.13's.
  assertEquals(indices(10, [0.5, 0.3, 0.2], 1), [
    [5, 6, 1, 2, 0],
    [8, 9, 3],
    [7, 4],
  ]);
  assertEquals(indices(11, [0.4, 0.3, 0.3], 2), [
    [3, 8, 10, 0, 1],
    [4, 5, 2],
    [7, 6, 9],
  ]);
  assertEquals(indices(7, [0.25, 0.25, 0.25, 0.25], 4), [
    [3, 1],
    [0, 4],
    [2, 5],
    [6],
  ]);
  assertThrows(
    () => indices(10, [-0.5, 1.5], 1),
    RangeError,
    "fractions that add up to 1, got [-0.5, 1.5]",
  );
  assertThrows(() => indices(10, [0.5, 0.4], 1), RangeError, "[0.5, 0.4]");
});

Deno.test("DataLoader is gone through at once with for", async () => {
  const shuffled = { batchSize: 4, shuffle: true };
  const loader = () =>
    new DataLoader(ten, { ...shuffled, generator: seeded(7) });
  const seen: unknown[] = [];
  for (const [x] of loader()) seen.push(x.arraySync());
  assertEquals(seen, [[1, 3, 5, 7], [9, 4, 6, 2], [8, 0]]);
  assertEquals(await batchesOf(loader()), seen);
  const sums = new DataLoader(new Subset(ten, [4, 2]), {
    batchSize: 2,
    collateFn: (samples) => samples.map(([t]) => t.itemSync()),
  });
  assertEquals([...sums], [[4, 2]]);
  const numbers: Dataset<number> = { length: 3, get: (i) => i + 0.5 };
  const batches = [...new DataLoader(numbers, { batchSize: 2 })];
  assertEquals(batches.map((t) => t.arraySync()), [[0.5, 1.5], [2.5]]);
});

Deno.test("DataLoader needs for await where samples arrive later", () => {
  const later: Dataset<number> = { length: 3, get: (i) => Promise.resolve(i) };
  assertThrows(
    () => [...new DataLoader(later)],
    TypeError,
    "Cannot iterate over a DataLoader at once as get() of its data set returned a promise: use for await",
  );
  const batched = { ...later, batch: () => Promise.resolve(arange(1)) };
  assertThrows(
    () => [...new DataLoader(batched)],
    TypeError,
    "batch() of its data set",
  );
});

Deno.test("DataLoader types batches as it collates them", () => {
  const labelled: Dataset<[Tensor, number]> = {
    length: 2,
    get: (i) => [arange(3), i],
  };
  for (const [x, y] of new DataLoader(labelled, { batchSize: 2 })) {
    assertType<typeof y, Tensor>(true);
    assertEquals([x.shape, y.arraySync()], [[2, 3], [0, 1]]);
  }
});

Deno.test("DataLoader gives as many tensors as the data set has, by type too", () => {
  const set = new TensorDataset(arange(6).view(3, 2), arange(3));
  for (const [x, y] of new DataLoader(set)) {
    assertType<typeof x, Tensor>(true);
    assertEquals([x.shape, y.shape], [[1, 2], [1]]);
  }
  const [train, test] = randomSplit(set, [2, 1]);
  assertType<typeof train, Subset<[Tensor, Tensor]>>(true);
  for (const [, y] of new DataLoader(test)) assertEquals(y.shape, [1]);
  const lengths: number[] = [2, 1];
  const parts = randomSplit(set, lengths);
  assertType<typeof parts, Subset<[Tensor, Tensor]>[]>(true);
  const list: Tensor[] = [arange(3), arange(3)];
  const many = new TensorDataset(...list);
  assertType<ReturnType<typeof many.get>, Tensor[]>(true);
});

Deno.test("DataLoader refuses options that it does not know", () => {
  assertThrows(
    () => new DataLoader(ten, { batch_size: 2 } as object),
    TypeError,
    "Cannot make a DataLoader with an unknown option batch_size: expected one of batchSize, ",
  );
  assertThrows(
    () => new DataLoader(ten, 2 as unknown as object),
    TypeError,
    "Cannot make a DataLoader: expected options such as { batchSize: ... }, got 2",
  );
});

Deno.test("DataLoader follows samplers", async () => {
  assertEquals(
    await batchesOf(new DataLoader(ten, { batchSize: 2, sampler: [9, 1, 1] })),
    [[9, 1], [1]],
  );
  const loader = new DataLoader(ten, { batchSampler: [[0, 1], [5]] });
  assertEquals(loader.length, 2);
  assertEquals(await batchesOf(loader), [[0, 1], [5]]);
});

Deno.test("DataLoader collates samples that arrive later", async () => {
  const set: Dataset<{ x: number; name: string }> = {
    length: 3,
    get: (i) => Promise.resolve({ x: i, name: `n${i}` }),
  };
  const seen: unknown[] = [];
  for await (const batch of new DataLoader(set, { batchSize: 2 })) {
    const { x, name } = batch as unknown as {
      x: { arraySync(): unknown };
      name: string[];
    };
    seen.push([x.arraySync(), name]);
  }
  assertEquals(seen, [[[0, 1], ["n0", "n1"]], [[2], ["n2"]]]);
});

Deno.test("DataLoader uses collateFn", async () => {
  const loader = new DataLoader(new Subset(ten, [4, 2]), {
    batchSize: 2,
    collateFn: (samples) => samples.map(([t]) => t.itemSync()),
  });
  const seen: unknown[] = [];
  for await (const batch of loader) seen.push(batch);
  assertEquals(seen, [[4, 2]]);
});

Deno.test("DataLoader refuses options that exclude each other", () => {
  assertThrows(
    () => new DataLoader(ten, { batchSize: 0 }),
    RangeError,
    "batchSize",
  );
  assertThrows(
    () => new DataLoader(ten, { shuffle: true, sampler: [0] }),
    TypeError,
    "sampler or shuffle",
  );
  assertThrows(
    () => new DataLoader(ten, { batchSize: 2, batchSampler: [[0]] }),
    TypeError,
    "batchSampler or batchSize",
  );
  const off = { shuffle: false, dropLast: false };
  assertEquals(new DataLoader(ten, { batchSampler: [[0]], ...off }).length, 1);
});

Deno.test("DataLoader passes on what a data set throws", async () => {
  const loader = new DataLoader(ten, { sampler: [10] });
  await assertRejects(() => batchesOf(loader), RangeError);
});

Deno.test("TensorDataset takes tensors of one length", () => {
  const set = new TensorDataset(arange(6).view(3, 2), arange(3));
  assertEquals(set.get(2).map((t) => t.arraySync()), [[4, 5], 2]);
  assertEquals(set.batch([2, 0]).map((t) => t.arraySync()), [
    [[4, 5], [0, 1]],
    [2, 0],
  ]);
  assertThrows(() => new TensorDataset(), TypeError, "got none");
  assertThrows(
    () => new TensorDataset(arange(3), arange(4)),
    TypeError,
    "rows",
  );
});

Deno.test("Subset makes batches where its data set does", () => {
  const rows = arange(10).view(5, 2);
  const subset = new Subset(new TensorDataset(rows), [4, 0, 2]);
  const [batch] = subset.batch!([2, 0]) as [Tensor];
  assertEquals(batch.arraySync(), [[4, 5], [8, 9]]);
  assertThrows(() => subset.batch!([3]), RangeError, "[0, 2], got 3");
  const nested = new Subset(subset, [1]);
  assertEquals((nested.batch!([0]) as [Tensor])[0].arraySync(), [[0, 1]]);
  const plain = new Subset({ length: 1, get: (i) => i }, [0]);
  assertEquals("batch" in plain, false);
});

Deno.test("Subset refuses positions that are not there", () => {
  assertThrows(() => new Subset(ten, [10]), RangeError, "[0, 9]");
  assertThrows(() => new Subset(ten, [1]).get(1), RangeError, "[0, 0]");
});

Deno.test("collate() stacks typed arrays", () => {
  const batch = collate([
    { x: Float32Array.of(0.5, 1), y: 1n },
    { x: Float32Array.of(2, 3), y: 2n },
  ]) as { x: Tensor; y: unknown };
  assertEquals(batch.x.dtype, "float32");
  assertEquals(batch.x.arraySync(), [[0.5, 1], [2, 3]]);
  assertEquals(batch.y, [1n, 2n]);
});

Deno.test("collate() refuses samples of different lengths", () => {
  assertThrows(() => collate([[1], [1, 2]]), TypeError, "different lengths");
  assertEquals(collate(["a", "b"]), ["a", "b"]);
});
