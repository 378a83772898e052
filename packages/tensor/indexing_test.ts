import {
  assert,
  assertEquals,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import {
  arange,
  type Index,
  nonzero,
  type Tensor,
  tensor,
  zeros,
} from "./mod.ts";
import { assertGolden } from "./testing/op_samples_assert_testing.ts";
import {
  indexingSamples,
  readAssigned,
  readIndex,
} from "./testing/op_samples_testing.ts";

function assertRefused(fn: () => unknown, title: string): void {
  const error = assertThrows(fn, Error, "Cannot");
  const kinds = [TypeError, RangeError, SyntaxError];
  assert(kinds.some((kind) => error instanceof kind), `${title}: ${error}`);
}

Deno.test("at() takes what Python's brackets take", () => {
  for (const sample of indexingSamples.get("at")!) {
    const [t, ...rest] = sample.inputs() as [Tensor, ...Tensor[]];
    const index = readIndex(sample.args, rest);
    if (!sample.out) assertRefused(() => t.at(...index), sample.title);
    else assertGolden("at", [t.at(...index)], sample);
  }
});

Deno.test("setAt() assigns what Python's brackets assign", () => {
  for (const sample of indexingSamples.get("setAt")!) {
    const inputs = sample.inputs(), t = inputs[0] as Tensor;
    const [value, rest] = readAssigned(sample, inputs);
    const index = readIndex(sample.args, rest), own = t.clone();
    if (sample.out) {
      assertStrictEquals(own.setAt(index, value), own);
      assertGolden("setAt", [own], sample);
      continue;
    }
    assertRefused(() => own.setAt(index, value), sample.title);
    assertEquals(own.dataSync(), t.dataSync(), `${sample.title} wrote`);
  }
});

Deno.test("at() gives views of plain indices and copies of tensors", () => {
  const t = arange(6).view(2, 3);
  t.at(1, "1:").fill_(9);
  assertEquals(t.arraySync(), [[0, 1, 2], [3, 9, 9]]);
  assertStrictEquals(t.at("...", null).storage, t.storage);
  t.at([0]).fill_(7);
  assertEquals(t.at(0).arraySync(), [0, 1, 2]);
});

Deno.test("at() says what is wrong with an index", () => {
  const t = zeros([2, 3]);
  const refuse = (indices: Index[], kind: typeof RangeError, message: string) =>
    assertThrows(() => t.at(...indices), kind, message);
  refuse(
    [0, 0, 0],
    RangeError,
    "Cannot index a tensor of 2 dims: got indices for 3 dims",
  );
  refuse(
    [2],
    RangeError,
    "Cannot select from dim 0: expected an index in [-2, 1], got 2",
  );
  refuse([0.5], RangeError, "Cannot select from dim 0");
  refuse(["...", "..."], SyntaxError, 'Cannot index: expected "..." once');
  refuse(["1"], SyntaxError, 'Cannot index by "1"');
  refuse(["a:"], SyntaxError, 'Cannot index by "a:"');
  refuse(["1:2:3:4"], SyntaxError, 'Cannot index by "1:2:3:4"');
  refuse(["::-1"], RangeError, "expected a positive step, got -1");
  refuse([tensor([0.5])], TypeError, "expected integer indices, got float32");
  refuse([tensor([2])], RangeError, "expected indices in [-2, 1], got 2");
  refuse([tensor([true])], RangeError, "expected [2], the dims that it covers");
});

Deno.test("at() takes slices with spaces and one element", () => {
  const t = arange(6);
  assertEquals(t.at(" 1 : 5 : 2 ").arraySync(), [1, 3]);
  assertEquals(t.at("-1:").arraySync(), [5]);
  assertEquals(t.at("::7").arraySync(), [0]);
});

Deno.test("setAt() converts what it assigns", () => {
  const t = arange(4);
  t.setAt(["1:3"], tensor([1.75, -1.75]));
  assertEquals(t.arraySync(), [0, 1, -1, 3]);
  t.setAt([tensor([0, 3])], tensor([2.5, 9.9], { dtype: "float64" }));
  assertEquals(t.arraySync(), [2, 1, -1, 9]);
  t.setAt([[1]], tensor([true]));
  assertEquals(t.arraySync(), [2, 1, -1, 9]);
});

Deno.test("setAt() reads its operands before it writes", () => {
  const t = arange(5);
  t.setAt(["1:"], t.at(":4"));
  assertEquals(t.arraySync(), [0, 0, 1, 2, 3]);
  const reversed = arange(5);
  reversed.setAt([[4, 3, 2, 1, 0]], reversed);
  assertEquals(reversed.arraySync(), [4, 3, 2, 1, 0]);
  const own = tensor([1, 2, 0]);
  own.setAt([own], tensor([10, 20, 30]));
  assertEquals(own.arraySync(), [30, 10, 20]);
});

Deno.test("scatter_() and indexPut_() read their operands before they write", () => {
  const t = tensor([10, 20, 30, 40]);
  t.scatter_(0, tensor([1, 2, 3]), t.at(":3"));
  assertEquals(t.arraySync(), [10, 10, 20, 30]);
  const sums = tensor([1, 2, 3]);
  sums.indexPut_([tensor([1, 2, 0])], sums, { accumulate: true });
  assertEquals(sums.arraySync(), [4, 3, 5]);
});

Deno.test("setAt() refuses expanded tensors before it writes", () => {
  const t = zeros([1]).expand(3);
  const index = tensor([0]);
  for (
    const write of [
      () => t.setAt([index], 1),
      () => t.scatter_(0, index, 1),
      () => t.scatterAdd_(0, index, tensor([1.5])),
      () => t.indexPut_([index], tensor([1.5])),
      () => t.setAt([":"], 1),
    ]
  ) {
    assertThrows(write, TypeError, "on an expanded tensor");
  }
  assertEquals(t.arraySync(), [0, 0, 0]);
});

Deno.test("maskedSelect() broadcasts tensor and mask", () => {
  const t = tensor([[1], [2], [3]]), mask = tensor([[true, false, true]]);
  assertEquals(t.maskedSelect(mask).arraySync(), [1, 1, 2, 2, 3, 3]);
  assertEquals(tensor([7, 8]).maskedSelect(tensor(true)).arraySync(), [7, 8]);
  assertThrows(
    () => tensor([1, 2]).maskedSelect(tensor([true, false, true])),
    TypeError,
    "do not broadcast",
  );
});

Deno.test("maskedFill() fills where the mask is true", () => {
  const t = arange(3), mask = tensor([true, false, true]);
  assertEquals(t.maskedFill(mask, -1).arraySync(), [-1, 1, -1]);
  assertEquals(t.maskedFill(tensor([[true], [false]]), 9).arraySync(), [[
    9,
    9,
    9,
  ], [0, 1, 2]]);
  const own = arange(3, { dtype: "float32" });
  assertEquals(own.maskedFill_(mask, NaN).arraySync(), [NaN, 1, NaN]);
  assertEquals(t.maskedFill(mask, 1.5).dtype, "int64");
  assertThrows(
    () => own.maskedFill_(tensor([[true], [false]]), 1),
    TypeError,
    "does not have the shape",
  );
});

Deno.test("nonzero() counts NaN but not -0", () => {
  const t = tensor([[0.5, 0], [-0, NaN]]);
  assertEquals(nonzero(t).arraySync(), [[0, 0], [1, 1]]);
  assertEquals(nonzero(tensor(2.5)).shape, [1, 0]);
  assertEquals(nonzero(tensor(0.0)).shape, [0, 0]);
  assertEquals(nonzero(zeros([0, 3])).shape, [0, 2]);
});

Deno.test("at() takes a list of bools as a mask", () => {
  const x = tensor([[1, 2], [3, 4]]);
  assertEquals(x.at([true, false]).arraySync(), [[1, 2]]);
  assertEquals(x.at(":", [false, true]).arraySync(), [[2], [4]]);
  assertThrows(() => x.at([true]), RangeError, "by a mask of shape [1]");
  assertThrows(() => x.at([0.5]), TypeError, "integer indices, got float32");
});

Deno.test("at() takes an integer of 0 dims as a number, as PyTorch does", () => {
  const x = arange(24).view(2, 3, 4);
  const view = x.at(tensor(1));
  assertEquals(view.base?.storage, x.storage);
  assertEquals(view.shape, [3, 4]);
  // A list would put the dim of the places first.
  assertEquals(x.at(tensor(1), ":", [0, 1]).shape, [3, 2]);
  assertThrows(() => x.at(tensor(2)), RangeError, "Cannot select");
});

Deno.test("setAt() says what is wrong with its arguments", () => {
  const x = zeros([2, 3]);
  const mask = x.eq(0);
  const cases: [indices: unknown, value: unknown, message: string][] = [
    [0, 5, "Cannot index: expected an array of indices, got 0"],
    [[0], undefined, "expected a tensor or a number, got undefined"],
    [[mask], undefined, "expected a tensor or a number, got undefined"],
    [[0], [1, 2, 3], "expected a tensor or a number, got an array"],
    [[true], 1, "Cannot index by true: expected a number, null, a slice"],
    [[undefined], 1, "Cannot index by undefined"],
  ];
  for (const [indices, value, message] of cases) {
    assertThrows(
      () => x.setAt(indices as number[], value as number),
      TypeError,
      message,
    );
  }
  assertEquals([x.version, x.sum().itemSync()], [zeros([2]).version, 0]);
});

Deno.test("Tensor.indexSelect() takes whole lines for a single index", () => {
  for (const dtype of ["float32", "float64", "int32", "int64"] as const) {
    for (const size of [1, 2, 3, 4, 5, 9]) {
      const rows = [0, 1, 2].map((i) =>
        Array.from({ length: size }, (_, j) => 10 * i + j)
      );
      const x = tensor(rows, { dtype });
      const place = tensor([2], { dtype: "int64" });
      const line = x.indexSelect(0, place).arraySync() as unknown[][];
      assertEquals(line.map((row) => row.map(Number)), [rows[2]]);
      const turned = x.t().indexSelect(1, place).arraySync() as unknown[][];
      assertEquals(
        turned.map((row) => row.map(Number)),
        rows[2]!.map((v) => [v]),
      );
    }
  }
});
