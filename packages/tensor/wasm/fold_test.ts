import { assert, assertEquals } from "@std/assert";
import {
  arrayOf,
  type DType,
  dtypes,
  isFloating,
  type TypedArray,
} from "../dtype.ts";
import * as x from "../expr.ts";
import { type Kernel, laneOf, type Space } from "../kernel.ts";
import { tensor } from "../mod.ts";
import { countOf, rowMajor } from "../shape.ts";
import { block, levels } from "./fold.ts";
import { runKernel } from "./kernel_testing.ts";

function sumOf(dtype: DType, state: DType): Kernel {
  const lane = laneOf[state], acc = x.acc(0, lane);
  return {
    name: "sum",
    inputs: [dtype],
    scalars: [],
    reduction: {
      init: [x.lit(0, lane)],
      values: [x.cast(x.load(0, laneOf[dtype]), lane)],
      step: [x.add(acc, x.consumed(0, lane))],
      merge: [x.add(acc, x.other(0, lane))],
    },
    stores: [{ dtype: state, value: acc }],
  };
}

/** Small whole numbers, whose sums are exact in any order. */
function wholeNumbers(dtype: DType, length: number): TypedArray {
  const out = arrayOf(dtype, length);
  for (let i = 0; i < length; i++) {
    const v = (i * 37 + (i >> 3)) % (dtype === "bool" ? 2 : 201);
    out[i] = (dtype === "int64" ? BigInt(v) : v) as never;
  }
  return out;
}

/** Sums of the folded axes, straightforwardly. */
function sums(data: TypedArray, space: Space, results: number): number[] {
  const { shape, reduced, strides } = space;
  const out = new Array<number>(results).fill(0);
  const kept = shape.length - reduced;
  const visit = (axis: number, from: number, to: number): void => {
    if (axis === shape.length) {
      out[to]! += Number(data[from]);
      return;
    }
    for (let i = 0; i < shape[axis]!; i++) {
      visit(
        axis + 1,
        from + i * strides[0]![axis]!,
        to + (axis < kept ? i * strides[1]![axis]! : 0),
      );
    }
  };
  visit(0, 0, 0);
  return out;
}

/** The space of a fold of the last `reduced` axes; the input's axes lie in memory as `order` lists them, from the outside. */
function foldSpace(
  shape: readonly number[],
  reduced: number,
  order: readonly number[] = shape.map((_, a) => a),
): Space {
  const steps = rowMajor(order.map((a) => shape[a]!));
  const read = shape.map((_, a) => steps[order.indexOf(a)]!);
  const kept = shape.slice(0, shape.length - reduced);
  const written = [...rowMajor(kept), ...new Array<number>(reduced).fill(0)];
  return { shape, reduced, strides: [read, written] };
}

function assertSums(dtype: DType, state: DType, space: Space): void {
  const { shape, reduced } = space;
  const results = countOf(shape.slice(0, shape.length - reduced));
  const data = wholeNumbers(dtype, countOf(shape));
  const arrays = [data, arrayOf(state, results)];
  const kernel = sumOf(dtype, state);
  const [found] = runKernel({ kernel, space, arrays });
  assertEquals(
    [...found!].map(Number),
    sums(data, space, results),
    `${dtype} of ${shape}, ${reduced} folded, strides ${space.strides[0]}`,
  );
  // Any split of the first kept axis gives the same.
  if (shape.length === reduced) return;
  const cut = shape[0]! >> 1;
  const ranges = [[0, cut], [cut, cut], [cut, shape[0]!]] as const;
  const [split] = runKernel({ kernel, space, arrays, ranges });
  assertEquals(split, found);
}

// Around vectors, and around what each level takes, for four elements a step and for one.
const lengths = [
  ...Array.from({ length: 22 }, (_, i) => i),
  ...[block, 4 * block, block ** 2, 4 * block ** 2, block ** 3].flatMap((n) =>
    [-2, -1, 0, 1, 2, 3, 4].map((d) => n + d)
  ),
  2 * block + 1,
  block ** 2 + block + 1,
  33_900,
];

Deno.test("Fold sums any number of elements in one row", () => {
  for (const length of lengths) {
    for (const dtype of dtypes) {
      const state = isFloating(dtype) ? dtype : "int64";
      assertSums(dtype, state, foldSpace([length], 1));
    }
  }
});

Deno.test("Fold sums rows and columns", () => {
  for (const dtype of ["float32", "float64", "int64", "uint8"] as const) {
    const state = isFloating(dtype) ? dtype : "int64";
    for (const length of lengths) {
      if (length > 5000 && dtype !== "float32") continue;
      for (const kept of length > 300 ? [1, 5] : [0, 1, 2, 3, 4, 5, 8, 9]) {
        assertSums(dtype, state, foldSpace([kept, length], 1));
        assertSums(dtype, state, foldSpace([kept, length], 1, [1, 0]));
      }
    }
  }
});

Deno.test("Fold sums several axes that are no neighbours in memory", () => {
  const shapes: [number[], number][] = [
    [[5, 7], 2],
    [[300, 3], 2],
    [[3, 300], 2],
    [[70, 2, 5], 2],
    [[2, 3, 4, 5], 3],
    [[4, 6, 9, 2], 2],
    [[6, 3, 65, 7], 2],
    [[2, 3, 2, 3, 2], 3],
  ];
  for (const [shape, reduced] of shapes) {
    const axes = shape.map((_, a) => a);
    const orders = [axes, [...axes].reverse(), [...axes.slice(1), 0]];
    for (const order of orders) {
      for (const dtype of ["float32", "float64", "int32"] as const) {
        const state = isFloating(dtype) ? dtype : "int64";
        assertSums(dtype, state, foldSpace(shape, reduced, order));
      }
    }
  }
});

Deno.test("Fold leaves the initial state where there is nothing to fold", () => {
  for (const shape of [[0], [3, 0], [5, 0, 2], [9, 2, 0]]) {
    assertSums(
      "float32",
      "float32",
      foldSpace(shape, shape.length - (shape[0] ? 1 : 0)),
    );
  }
});

Deno.test("Fold keeps masks that come from wide comparisons as its state", () => {
  const above = x.gt(x.load(0, "f64"), x.scalar(0, "f64"));
  const [any, all] = [x.acc(0, "bool"), x.acc(1, "bool")];
  const kernel: Kernel = {
    name: "anyAll",
    inputs: ["float64"],
    scalars: ["f64"],
    reduction: {
      init: [x.lit(0, "bool"), x.lit(1, "bool")],
      values: [above],
      step: [
        x.or(any, x.consumed(0, "bool")),
        x.and(all, x.consumed(0, "bool")),
      ],
      merge: [x.or(any, x.other(0, "bool")), x.and(all, x.other(1, "bool"))],
    },
    stores: [{ dtype: "bool", value: any }, { dtype: "bool", value: all }],
  };
  for (const length of [1, 2, 3, 4, 5, 7, 8, 65, 261]) {
    for (let at = 0; at < length; at++) {
      for (const [rest, odd] of [[0, 1], [1, 0]]) {
        const data = new Float64Array(length).fill(rest!);
        data[at] = odd!;
        const found = runKernel({
          kernel,
          space: { shape: [length], reduced: 1, strides: [[1], [0], [0]] },
          arrays: [data, new Uint8Array(1), new Uint8Array(1)],
          scalars: [0.5],
        });
        const want = length === 1 ? [odd, odd] : [1, 0];
        assertEquals(found.map((f) => f[0]), want);
      }
    }
  }
});

Deno.test("Fold finishes with run-time scalars", () => {
  const kernel: Kernel = {
    ...sumOf("float32", "float32"),
    scalars: ["f32"],
    stores: [
      { dtype: "float32", value: x.div(x.acc(0, "f32"), x.scalar(0, "f32")) },
      { dtype: "float64", value: x.cast(x.acc(0, "f32"), "f64") },
    ],
  };
  for (const space of [foldSpace([3, 20], 1), foldSpace([9, 5], 1, [1, 0])]) {
    const [rows, columns] = space.shape as [number, number];
    const data = wholeNumbers("float32", rows * columns);
    const found = runKernel({
      kernel,
      space: { ...space, strides: [...space.strides, space.strides[1]!] },
      arrays: [data, new Float32Array(rows), new Float64Array(rows)],
      scalars: [columns],
    });
    const want = sums(data, space, rows);
    assertEquals([...found[1]!], want);
    assertEquals(found[0], Float32Array.from(want, (v) => v / columns));
  }
});

/** The largest error of a float32 sum: every element takes part in at most this many additions. */
function additions(vectors: number): number {
  // The levels, then merging these, the lanes, and the elements beside vectors.
  const last = Math.ceil(vectors / block ** (levels - 1));
  return block * (levels - 1) + last + (levels - 1) + 2 + 4;
}

function assertAccurate(
  data: Float32Array,
  found: number,
  vectors: number,
): void {
  let sum = 0, size = 0;
  for (const v of data) {
    sum += v;
    size += Math.abs(v);
  }
  const bound = additions(vectors) * 2 ** -24 * size;
  assert(Math.abs(found - sum) <= bound, `${found} is not ${sum}`);
  // In practice rounding errors cancel: far less than the bound is lost.
  assert(
    Math.abs(found - sum) <= 2 ** -18 * size,
    `${found} is not near ${sum}`,
  );
}

Deno.test("Fold sums ten million float32 elements as accurately as it promises", () => {
  const count = 10_000_000;
  const data = new Float32Array(count);
  let state = 1;
  for (let i = 0; i < count; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    data[i] = (state >>> 8) / 2 ** 24;
  }
  using t = tensor(data);
  assertAccurate(data, t.sum().itemSync(), count / 4);
  // Sums of equal numbers round in one direction; one running sum gives 1087937.
  data.fill(0.1);
  using tenths = tensor(data);
  assertAccurate(data, tenths.sum().itemSync(), count / 4);
});

Deno.test("Fold blocks the elements that do not fill vectors as well", () => {
  // Rows of three, with gaps between them: no row fills a vector.
  const rows = 500_000;
  const data = new Float32Array(4 * rows).fill(0.1);
  using t = tensor(data).view(rows, 4).narrow(1, 0, 3);
  const read = new Float32Array(3 * rows).fill(0.1);
  assertAccurate(read, t.sum().itemSync(), rows);
});

Deno.test("Fold finds the first of several largest elements", () => {
  for (
    const length of [1, 2, 3, 4, 5, 7, 8, 15, 16, 17, 64, 67, 256, 261, 1030]
  ) {
    const step = length > 100 ? 13 : 1;
    for (let at = 0; at < length; at += step) {
      const data = new Float32Array(length).fill(-2);
      data[at] = 1;
      for (let second = at; second < length; second += step) {
        data[second] = 1;
        const { values, indices } = tensor(data).max(0);
        assertEquals([values.itemSync(), indices.itemSync()], [1, at]);
      }
    }
  }
});

Deno.test("Fold takes NaN for the extreme wherever it is", () => {
  for (const dtype of ["float32", "float64"] as const) {
    for (const length of [1, 2, 3, 4, 5, 8, 17, 66, 259]) {
      for (let at = 0; at < length; at++) {
        const values = Array.from({ length }, (_, i) => Math.sin(i));
        values[at] = NaN;
        if (at + 3 < length) values[at + 3] = NaN;
        // One row, and a column of a matrix, whose lanes are the columns.
        const row = tensor(values, { dtype });
        const column = row.view(length, 1).expand([length, 5]).contiguous();
        assertEquals(row.argmax().itemSync(), at);
        assertEquals(row.argmin().itemSync(), at);
        assertEquals(row.amax().itemSync(), NaN);
        assertEquals(row.amin().itemSync(), NaN);
        assertEquals(column.argmax(0).arraySync(), new Array(5).fill(at));
        assertEquals(column.amax(0).arraySync(), new Array(5).fill(NaN));
      }
    }
  }
});

Deno.test("Fold finds extremes among infinities and the lowest integers", () => {
  assertEquals(tensor([-Infinity, -Infinity]).argmax().itemSync(), 0);
  assertEquals(tensor([Infinity, Infinity]).argmin().itemSync(), 0);
  const lowest = new Int32Array(9).fill(-(2 ** 31));
  assertEquals(tensor(lowest).argmax().itemSync(), 0);
  assertEquals(tensor(lowest).amax().itemSync(), -(2 ** 31));
  const highest = new BigInt64Array(9).fill(2n ** 63n - 1n);
  assertEquals(tensor(highest).argmin().itemSync(), 0);
  assertEquals(tensor(highest).amin().dataSync()[0], 2n ** 63n - 1n);
});
