/** Element types and the rules by which they combine. */

import { firstLook } from "./first_look.ts";

/** The element types of a tensor. */
export type DType =
  | "float32"
  | "float64"
  | "int32"
  | "int64"
  | "uint8"
  | "bool";

/** A typed array that holds elements of some {@linkcode DType}. */
export type TypedArray =
  | Float32Array
  | Float64Array
  | Int32Array
  | BigInt64Array
  | Uint8Array;

/** All element types, in the order of their codes. */
export const dtypes: readonly DType[] = [
  "bool",
  "uint8",
  "int32",
  "int64",
  "float32",
  "float64",
];

/** A small integer per type, for arithmetic on types without strings. */
export const dtypeCode: Readonly<Record<DType, number>> = {
  bool: 0,
  uint8: 1,
  int32: 2,
  int64: 3,
  float32: 4,
  float64: 5,
};

/** Bytes an element takes. */
export const itemSize: Readonly<Record<DType, number>> = {
  bool: 1,
  uint8: 1,
  int32: 4,
  int64: 8,
  float32: 4,
  float64: 8,
};

/** bool < integer < floating: only a higher kind from a weaker operand changes a result's type. */
const category: Readonly<Record<DType, 0 | 1 | 2>> = {
  bool: 0,
  uint8: 1,
  int32: 1,
  int64: 1,
  float32: 2,
  float64: 2,
};

/** Whether `dtype` is float32 or float64, the types that can carry a gradient. */
export function isFloating(dtype: DType): boolean {
  return category[dtype] === 2;
}

/** A class of typed arrays. */
interface ArrayType {
  new (length: number): TypedArray;
  new (buffer: ArrayBufferLike, at: number, length: number): TypedArray;
}

/** The arrays that hold elements of each type; bools are bytes. */
export const arrayTypes: Readonly<Record<DType, ArrayType>> = {
  bool: Uint8Array,
  uint8: Uint8Array,
  int32: Int32Array,
  int64: BigInt64Array,
  float32: Float32Array,
  float64: Float64Array,
};

/** An array of zeros of type `dtype`. */
export function arrayOf(dtype: DType, length: number): TypedArray {
  return new arrayTypes[dtype](length);
}

/** Throws unless `dtype` names an element type. */
export function checkDType(dtype: string): DType {
  if (Object.hasOwn(dtypeCode, dtype)) return dtype as DType;
  throw new TypeError(
    `Cannot use dtype "${dtype}": expected one of ${dtypes.join(", ")}`,
  );
}

/**
 * The type that holds values of both types: the higher in
 * bool < uint8 < int32 < int64 < float32 < float64.
 *
 * @example
 * ```ts
 * import { promoteTypes } from "@gradus/tensor";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(promoteTypes("int64", "float32"), "float32");
 * ```
 */
export function promoteTypes(a: DType, b: DType): DType {
  return dtypeCode[checkDType(a)] >= dtypeCode[checkDType(b)] ? a : b;
}

/**
 * Whether a result of type `from` may be written into a tensor of type `to`:
 * not floating numbers into integers, nor numbers into bools.
 *
 * @example
 * ```ts
 * import { canCast } from "@gradus/tensor";
 * import { assert } from "@std/assert";
 *
 * assert(canCast("int64", "float32"));
 * assert(!canCast("float32", "int64"));
 * ```
 */
export function canCast(from: DType, to: DType): boolean {
  return category[checkDType(from)] <= category[checkDType(to)];
}

/** Says that two element types are not equal, and what to do if whole numbers are the cause. */
export function unequalTypes(a: DType, b: DType): string {
  const said = `dtypes must be equal: got ${a} and ${b}`;
  const other = isFloating(a) ? b : a;
  if (isFloating(a) === isFloating(b) || other === "bool") return said;
  return `${said}; whole numbers make int64 tensors: give { dtype: "${
    isFloating(a) ? a : b
  }" } or use to()`;
}

const defaults: { float: "float32" | "float64" } = { float: "float32" };

/** Makes what a capture records depend on the default type that it began with. */
function guardDefault(): void {
  const { float } = defaults;
  firstLook(defaults)?.guard(() => defaults.float === float);
}

/** The type of new floating-point tensors, float32 unless changed. */
export function getDefaultDtype(): "float32" | "float64" {
  guardDefault();
  return defaults.float;
}

/**
 * Sets the type of new floating-point tensors.
 *
 * @throws {TypeError} if it is neither float32 nor float64.
 *
 * @example
 * ```ts
 * import { setDefaultDtype, zeros } from "@gradus/tensor";
 * import { assertEquals } from "@std/assert";
 *
 * setDefaultDtype("float64");
 * assertEquals(zeros([2]).dtype, "float64");
 * setDefaultDtype("float32");
 * ```
 */
export function setDefaultDtype(dtype: "float32" | "float64"): void {
  if (dtype !== "float32" && dtype !== "float64") {
    throw new TypeError(
      `Cannot set the default dtype: expected float32 or float64, got ${dtype}`,
    );
  }
  guardDefault();
  defaults.float = dtype;
}

/** The numbers that PyTorch stores in an integer type. */
const limits: Partial<Record<DType, readonly [low: number, high: number]>> = {
  // Negative numbers wrap.
  uint8: [-255, 255],
  int32: [-(2 ** 31), 2 ** 31 - 1],
  int64: [-(2 ** 63), 2 ** 63],
};

/**
 * Throws unless a tensor of `dtype` can hold `value`, but for its fraction.
 *
 * @throws {RangeError} if it is too large, infinite or NaN for an integer type.
 */
export function checkFits(
  value: number | bigint | boolean,
  dtype: DType,
): void {
  const limit = limits[dtype];
  if (!limit) return;
  const [low, high] = limit;
  // The bound of int64 itself is not a number that it holds.
  const v = typeof value === "boolean" ? Number(value) : value;
  if (v >= low && (dtype === "int64" ? v < high : v <= high)) return;
  throw new RangeError(
    `Cannot store ${value} in a ${dtype} tensor: expected a number from ${low} ${
      dtype === "int64" ? "to below" : "to"
    } ${high}`,
  );
}

/** An operand as promotion sees it: a tensor's type and rank; below 0 if it counts as a number. */
export interface PromotionOperand {
  readonly dtype: DType;
  readonly rank: number;
}

/**
 * The result type of an operation on tensors and numbers. Tensors with dims
 * rank above 0-d tensors, which rank above numbers; a weaker group changes the
 * type only if its category is higher.
 */
export function resultType(
  operands: readonly (PromotionOperand | number | boolean)[],
): DType {
  let dimmed: DType | undefined,
    zero: DType | undefined,
    num: DType | undefined;
  for (const o of operands) {
    const t = typeof o === "object" ? o.dtype : numberType(o);
    const rank = typeof o === "object" ? o.rank : -1;
    if (rank > 0) dimmed = dimmed ? promoteTypes(dimmed, t) : t;
    else if (rank === 0) zero = zero ? promoteTypes(zero, t) : t;
    else num = num ? promoteTypes(num, t) : t;
  }
  const stronger = (a: DType | undefined, b: DType | undefined) =>
    a === undefined || (b !== undefined && category[b] > category[a]) ? b : a;
  return stronger(stronger(dimmed, zero), num)!;
}

/** The type a plain number stands for: int64 if it is whole and fits, else the default float. */
export function numberType(value: number | boolean): DType {
  if (typeof value === "boolean") return "bool";
  return Number.isInteger(value) && value >= -(2 ** 63) && value < 2 ** 63
    ? "int64"
    : getDefaultDtype();
}
