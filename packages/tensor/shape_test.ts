import {
  assert,
  assertEquals,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { ones, zeros } from "./mod.ts";
import type { Space } from "./kernel.ts";
import {
  broadcastShapes,
  broadcastStrides,
  collapse,
  countOf,
  isDense,
  isRowMajor,
  normalizeDim,
  normalizeDims,
  rowMajor,
  sameShape,
  showShape,
} from "./shape.ts";

Deno.test("countOf() and rowMajor() describe a row-major tensor", () => {
  assertEquals(countOf([2, 3, 4]), 24);
  assertEquals(countOf([]), 1);
  assertEquals(countOf([2, 0]), 0);
  assertEquals(rowMajor([2, 3, 4]), [12, 4, 1]);
  assertEquals(rowMajor([2, 0, 4]), [4, 4, 1]);
  assertEquals(rowMajor([]), []);
  assertEquals(showShape([2, 3]), "[2, 3]");
  assert(sameShape([2, 3], [2, 3]) && !sameShape([2, 3], [2, 3, 1]));
});

Deno.test("isRowMajor() does not mind strides of dims of size 1", () => {
  assert(isRowMajor([2, 1, 3], [3, 99, 1]));
  assert(isRowMajor([0, 3], [7, 9]));
  assert(isRowMajor([], []));
  assert(!isRowMajor([2, 3], [1, 2]));
  assert(!isRowMajor([2, 3], [6, 2]));
  assert(!isRowMajor([2, 3], [0, 1]));
});

Deno.test("isDense() takes any order of dims but no gaps and no repeats", () => {
  assert(isDense([2, 3], [1, 2]));
  assert(isDense([2, 3, 4], [4, 8, 1]));
  assert(isDense([2, 1], [1, 5]));
  assert(!isDense([2, 3], [1, 3]));
  assert(!isDense([2, 3], [0, 1]));
  assert(!isDense([4], [2]));
});

Deno.test("broadcastShapes() aligns at the right", () => {
  const shape = (...shapes: number[][]) => broadcastShapes("add", shapes);
  assertEquals(shape([2, 1, 3], [4, 1]), [2, 4, 3]);
  assertEquals(shape([], [2]), [2]);
  assertEquals(shape([0], [1]), [0]);
  assertEquals(shape([3, 1], [1, 0]), [3, 0]);
  assertEquals(shape([1], [2, 1], [1, 3]), [2, 3]);
  assertThrows(
    () => shape([2, 3], [2]),
    TypeError,
    "Cannot add tensors as their shapes do not broadcast: got [2, 3] and [2], which differ in dim 1",
  );
  assertThrows(() => shape([0], [2]), TypeError, "differ in dim 0");
});

Deno.test("add() and its kin say which shapes do not broadcast", () => {
  assertThrows(
    () => ones([2, 3]).mul(ones([4, 3])),
    TypeError,
    "Cannot mul tensors as their shapes do not broadcast: got [2, 3] and [4, 3]",
  );
  assertEquals(zeros([0]).add(ones([1])).shape, [0]);
});

Deno.test("broadcastStrides() repeats what is missing or of size 1", () => {
  assertEquals(broadcastStrides([3, 1], [1, 1], [2, 3, 4]), [0, 1, 0]);
  assertEquals(broadcastStrides([], [], [2]), [0]);
  const strides = [1, 2];
  assertStrictEquals(broadcastStrides([2, 3], strides, [2, 3]), strides);
});

Deno.test("normalizeDim() counts negative dims from the end", () => {
  assertEquals([-3, -1, 0, 2].map((d) => normalizeDim(d, 3, "sum")), [
    0,
    2,
    0,
    2,
  ]);
  assertEquals([-1, 0].map((d) => normalizeDim(d, 0, "sum")), [0, 0]);
  for (
    const [dim, rank] of [[3, 3], [-4, 3], [0.5, 3], [NaN, 3], [1, 0]] as const
  ) {
    assertThrows(
      () => normalizeDim(dim, rank, "sum"),
      RangeError,
      `Cannot sum: expected a dim in`,
    );
  }
});

Deno.test("normalizeDims() takes none for all and each once", () => {
  assertEquals(normalizeDims(undefined, 3, "sum"), [0, 1, 2]);
  assertEquals(normalizeDims(-1, 3, "sum"), [2]);
  assertEquals(normalizeDims([2, -3], 3, "sum"), [2, 0]);
  assertEquals(normalizeDims([0], 0, "sum"), []);
  assertThrows(
    () => normalizeDims([0, -2], 2, "sum"),
    RangeError,
    "Cannot sum: expected each dim once, got [0, 0]",
  );
});

/** The places of each operand, by position among the kept axes. */
function walk({ shape, reduced, strides }: Space): string[] {
  const kept = shape.length - reduced;
  const groups = new Map<string, string[]>();
  for (let i = 0; i < countOf(shape); i++) {
    const at = shape.map((s, d) =>
      Math.floor(i / countOf(shape.slice(d + 1))) % s
    );
    const places = strides.map((s) =>
      s.reduce((sum, by, d) => sum + by * at[d]!, 0)
    );
    // Where the result is says which fold an element is in.
    const group = String(
      at.slice(0, kept).reduce(
        (sum, p, d) => sum + p * strides.at(-1)![d]!,
        0,
      ),
    );
    groups.set(group, [...groups.get(group) ?? [], places.join()]);
  }
  return [...groups.entries()].map(([k, v]) => `${k}: ${v.sort().join(" ")}`)
    .sort();
}

/** Whole numbers below n, the same ones every time. */
function numbers(): (n: number) => number {
  let state = 1;
  return (n) => {
    state = (1103515245 * state + 12345) % 2 ** 31;
    return Math.floor(state / 65536) % n;
  };
}

Deno.test("collapse() visits the same elements along fewer axes", () => {
  const below = numbers();
  let fewer = 0;
  for (let i = 0; i < 300; i++) {
    const rank = 1 + below(4), reduced = below(rank + 1), kept = rank - reduced;
    const shape = Array.from({ length: rank }, () => 1 + below(3));
    const input = () => {
      const order = shape.map((_, d) => d).sort(() => below(2) - 0.5);
      const strides: number[] = [];
      let step = 1 + below(2);
      for (const d of order) {
        strides[d] = below(6) === 0 ? 0 : step;
        step *= shape[d]! + (below(4) === 0 ? 1 : 0);
      }
      return strides;
    };
    const out = [
      ...rowMajor(shape.slice(0, kept)),
      ...new Array<number>(reduced).fill(0),
    ];
    const space = { shape, reduced, strides: [input(), input(), out] };
    const found = collapse(space);
    assertEquals(walk(found), walk(space), JSON.stringify(space));
    assert(found.shape.length <= rank && found.shape.length > 0);
    assertEquals(found.reduced > 0, reduced > 0);
    if (found.shape.length < rank) fewer++;
  }
  assert(fewer > 100);
});

Deno.test("collapse() joins all axes of row-major operands", () => {
  const strides = rowMajor([2, 3, 4]);
  assertEquals(
    collapse({ shape: [2, 3, 4], reduced: 0, strides: [strides, strides] }),
    { shape: [24], reduced: 0, strides: [[1], [1]] },
  );
  assertEquals(
    collapse({ shape: [2, 3, 4], reduced: 1, strides: [strides, [3, 1, 0]] }),
    { shape: [6, 4], reduced: 1, strides: [[4, 1], [1, 0]] },
  );
});

Deno.test("collapse() puts an axis last that fills vectors", () => {
  // Three of four columns, and a row that repeats.
  const space = {
    shape: [50, 3],
    reduced: 0,
    strides: [[4, 1], [0, 1], [3, 1]],
  };
  assertEquals(collapse(space), {
    shape: [3, 50],
    reduced: 0,
    strides: [[1, 4], [1, 0], [1, 3]],
  });
  const short = { shape: [3, 2], reduced: 0, strides: [[4, 1], [2, 1]] };
  assertEquals(collapse(short).shape, [3, 2]);
  const folded = { shape: [50, 3], reduced: 1, strides: [[4, 1], [1, 0]] };
  assertEquals(collapse(folded).shape, [50, 3]);
});
