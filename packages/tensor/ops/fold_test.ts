import { assertEquals } from "@std/assert";
import { arange, type DType, type Tensor } from "../mod.ts";

/** The sums of the columns, computed from the elements one by one. */
function columnSums(rows: number[][], width: number): number[] {
  const sums = new Array<number>(width).fill(0);
  for (const row of rows) row.forEach((v, j) => sums[j]! += v);
  return sums;
}

const types: DType[] = ["uint8", "int32", "int64", "float32", "float64"];

for (const dtype of types) {
  Deno.test(`sum() of ${dtype} adds up columns of tables of any width`, () => {
    for (const width of [4, 15, 16, 17, 31, 36, 64, 71]) {
      for (const height of [1, 3, 33, 140, 4500]) {
        if (width > 36 && height > 1000) continue;
        const count = width * height;
        const t = arange(count).remainder(113).to(dtype)
          .reshape([height, width]);
        const rows = t.arraySync() as number[][];
        const want = columnSums(rows, width);
        assertEquals(t.sum(0).arraySync(), want);
        assertEquals(t.add(1).sum(0).arraySync(), want.map((v) => v + height));
      }
    }
  });
}

Deno.test("Folds across rows find extremes and their places in every column", () => {
  const height = 200;
  for (const width of [16, 23, 50]) {
    const t = arange(height * width).mul(7919).remainder(10007)
      .reshape([height, width]).to("float32");
    const rows = t.arraySync() as number[][];
    const columns = Array.from(
      { length: width },
      (_, j) => rows.map((r) => r[j]!),
    );
    assertEquals(t.amax(0).arraySync(), columns.map((c) => Math.max(...c)));
    assertEquals(t.amin(0).arraySync(), columns.map((c) => Math.min(...c)));
    assertEquals(
      t.argmax(0).arraySync(),
      columns.map((c) => c.indexOf(Math.max(...c))),
    );
    const positive = t.gt(5000) as Tensor;
    assertEquals(
      positive.any(0).arraySync(),
      columns.map((c) => c.some((v) => v > 5000)) as unknown as number[],
    );
    t.at(150, 5).fill_(NaN);
    const top = t.amax(0).arraySync() as number[];
    assertEquals(top[5], NaN);
    assertEquals(top[4], Math.max(...columns[4]!));
  }
});
