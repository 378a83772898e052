import { assert, assertEquals } from "@std/assert";
import type { TypedArray } from "../dtype.ts";
import { arange, tensor, zeros } from "../mod.ts";
import { features } from "./features.ts";
import { heap } from "./heap.ts";
import type { Features } from "./lower.ts";
import {
  assertExact,
  assertProduct,
  type Layout,
  type Matrices,
  matrices,
  naive,
  run,
  type Sizes,
  wholeNumbers,
} from "./product_testing.ts";
import type { Multiplied } from "./tiles.ts";

const types: readonly Multiplied[] = ["float32", "float64", "int32", "int64"];
const floats: readonly Multiplied[] = ["float32", "float64"];
const layouts: readonly Layout[] = ["rows", "columns", "gaps", "backwards"];
const bothFeatures: readonly Features[] = [features, { relaxed: false }];

Deno.test("product() multiplies matrices of all small sizes", () => {
  for (const dtype of types) {
    for (let m = 1; m <= 20; m++) {
      for (let n = 1; n <= 20; n++) {
        for (const k of [1, 2, 3, 5, 8, 20]) {
          // Every layout has its turn.
          const a = layouts[(m + n + k) % 4]!, b = layouts[(m + k) % 4]!;
          assertProduct(dtype, [m, k, n]);
          assertProduct(dtype, [m, k, n], [a, b]);
        }
      }
    }
  }
});

Deno.test("product() multiplies matrices whose sizes are around those of tiles and blocks", () => {
  const sizes: Sizes[] = [
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
    [1, 300, 1025],
    [2, 300, 130],
    [3, 300, 131],
    [130, 300, 2],
    [131, 300, 3],
    [40, 600, 250],
    [100, 70, 600],
    [97, 300, 97],
    [289, 65, 130],
    [190, 3, 70],
    [100, 31, 131],
    [7, 5, 2001],
    [1, 2, 9001],
    [9001, 2, 3],
    [8, 9, 1030],
  ];
  for (const dtype of types) {
    for (const size of sizes) {
      assertProduct(dtype, size);
      assertProduct(dtype, size, ["rows", "columns"]);
      assertProduct(dtype, size, ["columns", "rows"]);
    }
  }
});

Deno.test("product() takes operands in any layout", () => {
  const sizes: Sizes[] = [
    [7, 5, 9],
    [6, 8, 8],
    [1, 300, 40],
    [40, 300, 1],
    [2, 33, 20],
    [3, 34, 20],
    [50, 260, 20],
    [100, 260, 70],
  ];
  for (const dtype of types) {
    for (const a of layouts) {
      for (const b of layouts) {
        for (const size of sizes) assertProduct(dtype, size, [a, b]);
      }
    }
  }
});

Deno.test("product() works with and without relaxed SIMD", () => {
  const sizes: Sizes[] = [
    [1, 1, 1],
    [6, 9, 8],
    [1, 20, 70],
    [31, 270, 45],
    [97, 33, 19],
  ];
  for (const dtype of types) {
    for (const used of bothFeatures) {
      for (const size of sizes) {
        assertProduct(dtype, size, ["rows", "columns"], { features: used });
      }
    }
  }
});

Deno.test("product() reads operands that repeat their rows or columns", () => {
  const zero = (x: Matrices, side: "row" | "column") => ({ ...x, [side]: 0 });
  for (const dtype of types) {
    for (const [m, k, n] of [[7, 9, 10], [100, 40, 50], [1, 50, 90]] as const) {
      const a = matrices(dtype, m, k, [], "rows", 1);
      const b = matrices(dtype, k, n, [], "rows", 2);
      for (const side of ["row", "column"] as const) {
        assertExact(dtype, [m, k, n], zero(a, side), b);
        assertExact(dtype, [m, k, n], a, zero(b, side));
      }
    }
  }
});

Deno.test("product() multiplies batches, whose axes may repeat", () => {
  const batch = [2, 3, 2];
  // Axes that are broadcast have stride 0.
  const zero = (x: Matrices, axes: readonly number[]): Matrices => ({
    ...x,
    batch: x.batch.map((s, axis) => axes.includes(axis) ? 0 : s),
  });
  const shared = [
    [[], []],
    [[1], [0, 2]],
    [[0, 1, 2], [1]],
    [[], [2]],
    [[], [1, 2]],
    [[0], [0, 1, 2]],
  ];
  const sizes: Sizes[] = [[7, 10, 9], [1, 5, 40], [40, 5, 1], [
    100,
    7,
    30,
  ], [120, 300, 20]];
  for (const dtype of types) {
    for (const [m, k, n] of sizes) {
      for (const [inA, inB] of shared) {
        for (const layout of ["rows", "columns"] as const) {
          const a = zero(matrices(dtype, m, k, batch, layout, 1), inA!);
          const b = zero(matrices(dtype, k, n, batch, "gaps", 2), inB!);
          assertExact(dtype, [m, k, n], a, b, { batch });
        }
      }
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
      const found = run(dtype, [m, k, n], a, b, { features: used });
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
  const sizes: Sizes[] = [[13, 9, 19], [3, 9, 19], [19, 9, 3], [
    100,
    70,
    130,
  ]];
  for (const dtype of floats) {
    for (const used of bothFeatures) {
      for (const [m, k, n] of sizes) {
        for (const layout of ["rows", "columns"] as const) {
          const a = matrices(dtype, m, k, [], layout, 1);
          const b = matrices(dtype, k, n, [], layout, 2);
          a.data.fill(0 as never);
          b.data.fill(0 as never);
          const set = (x: Matrices, row: number, column: number, v: number) =>
            x.data[row * x.row + column * x.column] = v as never;
          for (let i = 0; i < m; i++) set(a, i, 3, 1);
          set(a, m - 1, k - 1, NaN);
          set(a, 1, 3, Infinity);
          for (let j = 0; j < n; j++) set(b, 3, j, 2);
          set(b, 3, n - 1, -Infinity);
          const found = run(dtype, [m, k, n], a, b, { features: used });
          const want = (i: number, j: number) =>
            i === m - 1
              ? NaN
              : j === n - 1
              ? -Infinity
              : i === 1
              ? Infinity
              : 2;
          for (let i = 0; i < m; i++) {
            for (let j = 0; j < n; j++) {
              assertEquals(found[i * n + j], want(i, j), `${[m, k, n, i, j]}`);
            }
          }
        }
      }
    }
  }
});

Deno.test("product() gives NaN where an infinity meets a zero", () => {
  for (const [m, k, n] of [[8, 4, 8], [3, 5, 50], [97, 5, 20]] as const) {
    const a = matrices("float32", m, k, [], "rows", 1);
    const b = matrices("float32", k, n, [], "rows", 2);
    a.data.fill(0 as never);
    a.data[2 * k + 1] = Infinity;
    b.data.fill(0 as never);
    const found = run("float32", [m, k, n], a, b);
    for (let i = 0; i < m * n; i++) {
      assertEquals(found[i], Math.floor(i / n) === 2 ? NaN : 0);
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
  const sizes: Sizes[] = [
    [31, 33, 32],
    [32, 32, 32],
    [4, 100, 90],
    [3, 99, 98],
    [1, 200, 100],
    [100, 200, 1],
    [2, 20, 500],
    [2, 500, 2],
    [1, 5000, 1],
    [7, 7, 7],
    [80, 1, 90],
  ];
  for (const dtype of types) {
    for (const [m, k, n] of sizes) {
      const a = matrices(dtype, m, k, [], "rows", 1);
      const b = matrices(dtype, k, n, [], "rows", 2);
      const [ta, tb] = [a, b].map((x) => tensor(x.data));
      const left = ta!.narrow(0, 0, m * k).view(m, k);
      const right = tb!.narrow(0, 0, k * n).view(k, n);
      const want = naive(m, k, n, a, b);
      const numbers = (data: ArrayLike<number | bigint>) =>
        Array.from(data, Number);
      assertEquals(numbers(left.mm(right).dataSync()), want);
      // The same numbers in the other layout.
      const turned = left.t().contiguous().t(), wide = right.t().contiguous();
      assertEquals(numbers(turned.mm(right).dataSync()), want);
      assertEquals(numbers(left.mm(wide.t()).dataSync()), want);
    }
  }
});

Deno.test("Tensor.mm() of uint8 wraps around", () => {
  const x = arange(0, 400).to("uint8").view(20, 20);
  const want = x.to("int32").mm(x.to("int32")).bitwiseAnd(255);
  assertEquals(x.mm(x).arraySync(), want.arraySync());
  const column = x.view(400, 1), row = x.view(1, 400);
  const outer = column.to("int32").mm(row.to("int32")).bitwiseAnd(255);
  assertEquals(column.mm(row).arraySync(), outer.arraySync());
});

Deno.test("Tensor.mm() wraps integers around", () => {
  const big = tensor(new Int32Array([2 ** 31 - 1, 3])).view(1, 2);
  const many = big.expand([64, 2]).mm(big.t().expand([2, 64]));
  assertEquals(many.min().itemSync(), 10);
  assertEquals(many.max().itemSync(), 10);
});

Deno.test("Tensor.matmul() multiplies a batch by a matrix as one product where it can", () => {
  const x = arange(0, 6 * 20 * 10).view(6, 20, 10).remainder(7);
  const w = arange(0, 80).view(10, 8).remainder(5);
  const want = x.view(120, 10).mm(w).view(6, 20, 8).arraySync();
  assertEquals(x.matmul(w).arraySync(), want);
  // Neither the rows of these nor the matrices lie one below the other.
  const turned = x.transpose(0, 1).contiguous().transpose(0, 1);
  const columns = x.mT.contiguous().mT;
  assertEquals(turned.matmul(w).arraySync(), want);
  assertEquals(columns.matmul(w).arraySync(), want);
  assertEquals(
    x.select(0, 0).expand(6, 20, 10).matmul(w).at(5).arraySync(),
    (want as unknown[])[0],
  );
  assertEquals(zeros([3, 0, 10]).matmul(zeros([10, 8])).shape, [3, 0, 8]);
});
