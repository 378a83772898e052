/** Comparing the kernels of expressions with the interpreter, for tests. */

import { assert } from "@std/assert";
import { arrayOf, type DType, type TypedArray } from "../dtype.ts";
import * as x from "../expr.ts";
import type { Expr, Lane } from "../expr.ts";
import type { Kernel } from "../kernel.ts";
import { interpret, type Value } from "../testing/interpret.ts";
import { features } from "./features.ts";
import { runKernel } from "./kernel_testing.ts";
import type { Features } from "./lower.ts";

/** Every type of expressions. */
export const lanes: readonly Lane[] = ["f32", "f64", "i32", "i64", "bool"];
/** The storage type of each. */
export const dtypeOf: Readonly<Record<Lane, DType>> = {
  f32: "float32",
  f64: "float64",
  i32: "int32",
  i64: "int64",
  bool: "bool",
};

const float = [0, -0, 1, -1, 0.5, -0.5, 1.5, 2.5, -2.5, 3.7, -3.7, 1e10, -1e10];
const f32s = [
  ...float.map(Math.fround),
  Math.fround(0.1),
  Math.fround(2 ** 31),
  -(2 ** 31),
  2147483520,
  2 ** 23 + 1,
  8388607.5,
  2 ** -149,
  -(2 ** -126),
  3.4028234663852886e38,
  Infinity,
  -Infinity,
  NaN,
];
const f64s = [
  ...float,
  0.1,
  2 ** 31,
  -(2 ** 31) - 0.5,
  2147483647.5,
  2 ** 52 + 1,
  4503599627370495.5,
  2 ** 63,
  -(2 ** 63),
  9.3e18,
  5e-324,
  Number.MAX_VALUE,
  Infinity,
  -Infinity,
  NaN,
];
const i32s = [0, 1, -1, 2, -2, 7, -7, 255, 256, 12345, 2 ** 31 - 1, -(2 ** 31)];
const i64s = [
  ...[0n, 1n, -1n, 2n, -3n, 7n, -7n, 2n ** 31n, -(2n ** 31n) - 1n, 2n ** 32n],
  ...[2n ** 53n + 1n, 2n ** 62n - 1n, 2n ** 63n - 1n, -(2n ** 63n)],
];
/** Values of each type, the hard ones among them. */
export const samples: Readonly<Record<DType, readonly (number | bigint)[]>> = {
  float32: f32s,
  float64: f64s,
  int32: i32s,
  int64: i64s,
  uint8: [0, 1, 2, 127, 128, 254, 255],
  bool: [0, 1],
};

/** All combinations of samples, and one fewer, so that vectors and single elements occur. */
export function combinations(
  dtypes: readonly DType[],
  drop: (row: readonly (number | bigint)[]) => boolean = () => false,
): TypedArray[] {
  let rows: (number | bigint)[][] = [[]];
  for (const dtype of dtypes) {
    rows = rows.flatMap((row) => samples[dtype].map((v) => [...row, v]));
  }
  rows = rows.filter((row) => !drop(row));
  if (rows.length % 4 === 0) rows.push(rows[0]!);
  return dtypes.map((dtype, i) => {
    const out = arrayOf(dtype, rows.length);
    rows.forEach((row, r) => out[r] = row[i] as never);
    return out;
  });
}

/** An element as the interpreter sees it. */
export function valueOf(dtype: DType, element: number | bigint): Value {
  return dtype === "bool" ? element !== 0 : element;
}

function kernelOf(
  inputs: readonly DType[],
  value: Expr,
  scalars: readonly Lane[] = [],
): Kernel {
  const dtype = dtypeOf[value.type];
  return { name: "test", inputs, scalars, stores: [{ dtype, value }] };
}

/** What the kernel of an expression computes. */
export function compute(
  value: Expr,
  inputs: readonly DType[],
  arrays: readonly TypedArray[],
  used: Features = features,
  scalars: { types: Lane[]; values: (number | bigint)[] } = {
    types: [],
    values: [],
  },
): TypedArray {
  const length = arrays[0]!.length;
  const out = arrayOf(dtypeOf[value.type], length);
  return runKernel({
    kernel: kernelOf(inputs, value, scalars.types),
    space: {
      shape: [length],
      reduced: 0,
      strides: [...arrays.map(() => [1]), [1]],
    },
    arrays: [...arrays, out],
    scalars: scalars.values,
    features: used,
  })[0]!;
}

/** Compares what the kernel of an expression computes with the interpreter, bit for bit. */
export function check(
  value: Expr,
  inputs: readonly DType[],
  drop?: (row: readonly (number | bigint)[]) => boolean,
  used: Features = features,
): void {
  const arrays = combinations(inputs, drop);
  const found = compute(value, inputs, arrays, used);
  const expected = interpret(value, { fused: used.relaxed && fused });
  for (let i = 0; i < found.length; i++) {
    const args = inputs.map((dtype, o) => valueOf(dtype, arrays[o]![i]!));
    const want = expected(args);
    const got = valueOf(dtypeOf[value.type], found[i]!);
    assert(
      Object.is(got, want),
      `${value.op} ${value.type}(${args}): expected ${want}, got ${got}`,
    );
  }
}

/** Whether this machine's relaxed_madd rounds once. */
const fused = (() => {
  const a = x.load(0, "f64");
  const e = x.madd(a, a, x.neg(x.mul(a, a)));
  return compute(e, ["float64"], [new Float64Array([1 + 2 ** -30])])[0] !== 0;
})();
