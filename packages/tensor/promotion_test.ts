import { assertEquals, assertThrows } from "@std/assert";
import {
  canCast,
  cat,
  type DType,
  getDefaultDtype,
  ones,
  promoteTypes,
  setDefaultDtype,
  type Tensor,
  tensor,
  where,
} from "./mod.ts";
import golden from "./testdata/ops_promotion.json" with { type: "json" };

const codes: Record<string, DType> = {
  b: "bool",
  u8: "uint8",
  i32: "int32",
  i64: "int64",
  f32: "float32",
  f64: "float64",
};
const dtypes = golden.types.map((code) => codes[code]!);
const numbers = golden.numbers as readonly (number | boolean)[];

/** The type of a result, or "error". */
function verdict(fn: () => Tensor): string {
  try {
    return fn().dtype;
  } catch (error) {
    if (error instanceof TypeError) return "error";
    throw error;
  }
}

function assertTable<T>(
  table: readonly string[],
  columns: readonly T[],
  fn: (row: DType, column: T) => Tensor,
): void {
  const expected = table.map((line) =>
    line.split(" ").map((c) => codes[c] ?? c)
  );
  const found = dtypes.map((a) => columns.map((b) => verdict(() => fn(a, b))));
  assertEquals(found, expected);
}

const vector = (dtype: DType): Tensor => ones([2], { dtype });
const scalar = (dtype: DType): Tensor => ones([], { dtype });

/** A product with what may also be a boolean in JavaScript. */
function times(t: Tensor, n: number | boolean): Tensor {
  return t.mul(n as number);
}

Deno.test("promoteTypes() gives the type that PyTorch gives", () => {
  const expected = golden.promoteTypes.map((l) =>
    l.split(" ").map((c) => codes[c])
  );
  assertEquals(
    dtypes.map((a) => dtypes.map((b) => promoteTypes(a, b))),
    expected,
  );
});

Deno.test("canCast() allows what PyTorch allows", () => {
  const expected = golden.canCast.map((l) =>
    l.split(" ").map((c) => c === "1")
  );
  assertEquals(dtypes.map((a) => dtypes.map((b) => canCast(a, b))), expected);
});

Deno.test("mul() promotes tensors and tensors of 0 dims as PyTorch does", () => {
  assertTable(golden.tensorTensor, dtypes, (a, b) => vector(a).mul(vector(b)));
  assertTable(golden.tensorZeroDim, dtypes, (a, b) => vector(a).mul(scalar(b)));
  assertTable(golden.zeroDimTensor, dtypes, (a, b) => scalar(a).mul(vector(b)));
  assertTable(
    golden.zeroDimZeroDim,
    dtypes,
    (a, b) => scalar(a).mul(scalar(b)),
  );
});

Deno.test("mul() promotes numbers as PyTorch does", () => {
  assertTable(golden.tensorNumber, numbers, (a, n) => times(vector(a), n));
  assertTable(golden.zeroDimNumber, numbers, (a, n) => times(scalar(a), n));
});

Deno.test("div() gives a floating type", () => {
  assertTable(golden.divide, dtypes, (a, b) => vector(a).div(vector(b)));
  assertTable(
    golden.divideNumber,
    numbers,
    (a, n) => vector(a).div(n as number),
  );
});

Deno.test("where() and cat() promote as PyTorch does", () => {
  const yes = vector("bool");
  assertTable(
    golden.whereZeroDim,
    dtypes,
    (a, b) => where(yes, vector(a), scalar(b)),
  );
  assertTable(golden.cat, dtypes, (a, b) => cat([vector(a), vector(b)]));
});

Deno.test("mul_() refuses results that the tensor cannot hold", () => {
  assertTable(
    golden.multiplyInPlace,
    dtypes,
    (a, b) => vector(a).mul_(vector(b)),
  );
  assertTable(
    golden.multiplyInPlaceNumber,
    numbers,
    (a, n) => vector(a).mul_(n as number),
  );
  assertThrows(
    () => vector("int64").mul_(1.5),
    TypeError,
    "Cannot run mul_ as a float32 result cannot be stored in a int64 tensor",
  );
});

Deno.test("copy_() converts between all types", () => {
  assertTable(golden.copyInPlace, dtypes, (a, b) => vector(a).copy_(vector(b)));
});

Deno.test("setDefaultDtype() decides what fractions and quotients of integers are", () => {
  assertEquals(getDefaultDtype(), "float32");
  try {
    setDefaultDtype("float64");
    assertTable(
      golden.tensorNumberFloat64,
      numbers,
      (a, n) => times(vector(a), n),
    );
    assertTable(
      golden.divideFloat64,
      dtypes,
      (a, b) => vector(a).div(vector(b)),
    );
    assertEquals(tensor([0.5]).dtype, "float64");
    assertEquals(ones([2]).dtype, "float64");
  } finally {
    setDefaultDtype("float32");
  }
  assertThrows(
    () => setDefaultDtype("int64" as "float32"),
    TypeError,
    "Cannot set the default dtype",
  );
});

Deno.test("mul() takes a number beyond int64 as floating", () => {
  assertEquals(tensor([2]).mul(1e19).dtype, "float32");
  assertEquals(tensor([2]).mul(2 ** 62).dtype, "int64");
  assertEquals(tensor([2]).mul(Infinity).arraySync(), [Infinity]);
});
