import { assert, assertEquals } from "@std/assert";
import type { TypedArray } from "../dtype.ts";
import { tensor, zeros } from "../mod.ts";
import { features } from "./features.ts";
import { heap } from "./heap.ts";
import type { Features } from "./lower.ts";
import {
  type Layout,
  type Matrices,
  matrices,
  naive,
  run,
  wholeNumbers,
} from "./product_testing.ts";
import type { Float } from "./tiles.ts";

const types: readonly Float[] = ["float32", "float64"];
const bothFeatures: readonly Features[] = [features, { relaxed: false }];

function assertProduct(
  dtype: Float,
  [m, k, n]: readonly [number, number, number],
  layouts: readonly [Layout, Layout] = ["rows", "rows"],
  used: Features = features,
): void {
  const a = matrices(dtype, m, k, [], layouts[0], 1);
  const b = matrices(dtype, k, n, [], layouts[1], 2);
  const found = run(dtype, m, k, n, [], a, b, used);
  const want = naive(m, k, n, a, b);
  for (let i = 0; i < want.length; i++) {
    if (found[i] === want[i]) continue;
    throw new Error(
      `${dtype} [${m}, ${k}] @ [${k}, ${n}] ${layouts} relaxed ${used.relaxed}: element ${i} is ${
        found[i]
      }, not ${want[i]}`,
    );
  }
}

Deno.test("product() multiplies matrices of all small sizes", () => {
  for (const dtype of types) {
    for (let m = 1; m <= 20; m++) {
      for (let n = 1; n <= 20; n++) {
        for (const k of [1, 2, 3, 5, 8, 20]) assertProduct(dtype, [m, k, n]);
      }
    }
  }
});

Deno.test("product() multiplies matrices whose sizes are around those of tiles and blocks", () => {
  const sizes: [number, number, number][] = [
    [95, 3, 8],
    [96, 4, 7],
    [97, 5, 9],
    [192, 2, 16],
    [193, 7, 17],
    [191, 9, 15],
    [5, 255, 9],
    [6, 256, 8],
    [7, 257, 7],
    [12, 511, 16],
    [13, 512, 17],
    [11, 513, 15],
    [3, 2, 1023],
    [6, 3, 1024],
    [7, 4, 1025],
    [13, 5, 2047],
    [2, 2, 2049],
    [97, 257, 33],
    [101, 300, 1030],
    [1, 600, 1],
    [200, 1, 1],
  ];
  for (const dtype of types) {
    for (const size of sizes) assertProduct(dtype, size);
  }
});

Deno.test("product() takes operands in any layout", () => {
  const all: readonly Layout[] = ["rows", "columns", "gaps", "backwards"];
  for (const dtype of types) {
    for (const a of all) {
      for (const b of all) {
        for (const size of [[7, 5, 9], [6, 8, 8], [100, 260, 20]] as const) {
          assertProduct(dtype, size, [a, b]);
        }
      }
    }
  }
});

Deno.test("product() works with and without relaxed SIMD", () => {
  for (const dtype of types) {
    for (const used of bothFeatures) {
      for (
        const size of [[1, 1, 1], [6, 9, 8], [31, 270, 45], [
          97,
          33,
          19,
        ]] as const
      ) {
        assertProduct(dtype, size, ["rows", "columns"], used);
      }
    }
  }
});

Deno.test("product() multiplies batches, whose axes may repeat", () => {
  const [m, k, n] = [7, 10, 9], batch = [2, 3, 2];
  const index = [0, 1].flatMap((x) =>
    [0, 1, 2].flatMap((y) => [0, 1].map((z) => [x, y, z]))
  );
  for (const dtype of types) {
    // Axes that are broadcast have stride 0.
    for (const [shared, own] of [[[], []], [[1], [0, 2]], [[0, 1, 2], [1]]]) {
      const zero = (x: Matrices, axes: readonly number[]): Matrices => ({
        ...x,
        batch: x.batch.map((s, axis) => axes.includes(axis) ? 0 : s),
      });
      const a = zero(matrices(dtype, m, k, batch, "rows", 1), shared!);
      const b = zero(matrices(dtype, k, n, batch, "gaps", 2), own!);
      const found = run(dtype, m, k, n, batch, a, b);
      const at = (x: Matrices, i: readonly number[]) =>
        i.reduce((sum, v, axis) => sum + v * x.batch[axis]!, x.offset);
      const want = index.flatMap((i) =>
        naive(m, k, n, a, b, at(a, i), at(b, i))
      );
      assertEquals([...found], want);
    }
  }
});

Deno.test("product() rounds no worse than a sum of its terms", () => {
  const [m, k, n] = [20, 1000, 24];
  for (
    const [dtype, unit] of [["float32", 2 ** -24], [
      "float64",
      2 ** -53,
    ]] as const
  ) {
    for (const used of bothFeatures) {
      const random = (length: number, seed: number) => {
        const data = wholeNumbers(dtype, length, seed);
        for (let i = 0; i < length; i++) {
          data[i] = Math.sin(i * seed + Number(data[i]));
        }
        return data;
      };
      const a = {
        data: random(m * k, 3),
        row: k,
        column: 1,
        batch: [],
        offset: 0,
      };
      const b = {
        data: random(k * n, 5),
        row: n,
        column: 1,
        batch: [],
        offset: 0,
      };
      const found = run(dtype, m, k, n, [], a, b, used);
      const want = naive(m, k, n, a, b);
      const size = naive(m, k, n, {
        ...a,
        data: a.data.map(Math.abs as never) as TypedArray,
      }, {
        ...b,
        data: b.data.map(Math.abs as never) as TypedArray,
      });
      // 256 terms to a block, and the sums of four blocks.
      want.forEach((v, i) =>
        assert(Math.abs(Number(found[i]) - v) <= (256 + 4) * unit * size[i]!)
      );
    }
  }
});

Deno.test("product() passes NaN and infinities on, to their row and column alone", () => {
  for (const dtype of types) {
    for (const used of bothFeatures) {
      const [m, k, n] = [13, 9, 19];
      const a = matrices(dtype, m, k, [], "rows", 1);
      const b = matrices(dtype, k, n, [], "rows", 2);
      a.data.fill(1 as never);
      b.data.fill(2 as never);
      a.data[12 * k + 8] = NaN as never;
      a.data[2 * k + 3] = Infinity as never;
      b.data[3 * n + 18] = -Infinity as never;
      const found = run(dtype, m, k, n, [], a, b, used);
      for (let i = 0; i < m; i++) {
        for (let j = 0; j < n; j++) {
          const want = i === 12
            ? NaN
            : j === 18
            ? -Infinity
            : i === 2
            ? Infinity
            : 2 * k;
          assertEquals(found[i * n + j], want, `row ${i}, column ${j}`);
        }
      }
    }
  }
});

Deno.test("product() leaves nothing in the heap", () => {
  const { used, blocks } = heap.info();
  assertProduct("float32", [50, 60, 70]);
  assertEquals([heap.info().used, heap.info().blocks], [used, blocks]);
});

Deno.test("Tensor.mm() gives zeros for an empty inner dim, and nothing for an empty result", () => {
  for (const dtype of types) {
    const zero = zeros([40, 0], { dtype }).mm(zeros([0, 50], { dtype }));
    assertEquals(zero.shape, [40, 50]);
    assertEquals(zero.eq(0).all().itemSync(), 1);
    assertEquals(
      zeros([0, 50], { dtype }).mm(zeros([50, 40], { dtype })).shape,
      [0, 40],
    );
  }
});

Deno.test("Tensor.mm() gives the same by tiles and by folds", () => {
  for (const dtype of types) {
    for (
      const [m, k, n] of [[31, 33, 32], [32, 32, 32], [33, 31, 32], [
        4,
        100,
        90,
      ], [3, 99, 98]]
    ) {
      const a = matrices(dtype, m!, k!, [], "rows", 1),
        b = matrices(dtype, k!, n!, [], "rows", 2);
      const [ta, tb] = [a, b].map((x) => tensor(x.data));
      const found = ta!.narrow(0, 0, m! * k!).view(m!, k!)
        .mm(tb!.narrow(0, 0, k! * n!).view(k!, n!));
      assertEquals([...found.dataSync()], naive(m!, k!, n!, a, b));
    }
  }
});
