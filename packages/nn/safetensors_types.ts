/** Element types of the safetensors format. */

import type { DType, TypedArray } from "@gradus/tensor";

/** How elements of one type are read. */
export interface ElementType {
  /** Bytes per element in the file. */
  readonly bytes: number;
  /** The type of the tensor. */
  readonly dtype: DType;
  /** The elements in bytes that begin at an aligned address. */
  readonly read: (bytes: Uint8Array<ArrayBuffer>) => TypedArray;
}

/** The names of the types that tensors have. */
export const typeNames: Readonly<Record<DType, string>> = {
  bool: "BOOL",
  uint8: "U8",
  int32: "I32",
  int64: "I64",
  float32: "F32",
  float64: "F64",
};

/** Types in the order in which tensors are written. */
export const writeOrder: readonly DType[] = [
  "int64",
  "float64",
  "float32",
  "int32",
  "uint8",
  "bool",
];

/** IEEE 754 binary16. */
function half(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f, fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * (1024 + fraction) * 2 ** (exponent - 25);
}

/** The upper half of a float32. */
function brainFloats(bytes: Uint8Array<ArrayBuffer>): Float32Array {
  const halves = new Uint16Array(bytes.buffer);
  return new Float32Array(
    Uint32Array.from(halves, (bits) => bits << 16).buffer,
  );
}

/** The types that can be read, by name. */
export const elementTypes: ReadonlyMap<string, ElementType> = new Map<
  string,
  ElementType
>([
  ["BOOL", { bytes: 1, dtype: "bool", read: (b) => b }],
  ["U8", { bytes: 1, dtype: "uint8", read: (b) => b }],
  ["I8", {
    bytes: 1,
    dtype: "int32",
    read: (b) => Int32Array.from(new Int8Array(b.buffer)),
  }],
  ["I16", {
    bytes: 2,
    dtype: "int32",
    read: (b) => Int32Array.from(new Int16Array(b.buffer)),
  }],
  ["U16", {
    bytes: 2,
    dtype: "int32",
    read: (b) => Int32Array.from(new Uint16Array(b.buffer)),
  }],
  ["F16", {
    bytes: 2,
    dtype: "float32",
    read: (b) => Float32Array.from(new Uint16Array(b.buffer), half),
  }],
  ["BF16", { bytes: 2, dtype: "float32", read: brainFloats }],
  ["I32", { bytes: 4, dtype: "int32", read: (b) => new Int32Array(b.buffer) }],
  ["U32", {
    bytes: 4,
    dtype: "int64",
    read: (b) => BigInt64Array.from(new Uint32Array(b.buffer), BigInt),
  }],
  ["F32", {
    bytes: 4,
    dtype: "float32",
    read: (b) => new Float32Array(b.buffer),
  }],
  ["F64", {
    bytes: 8,
    dtype: "float64",
    read: (b) => new Float64Array(b.buffer),
  }],
  ["I64", {
    bytes: 8,
    dtype: "int64",
    read: (b) => new BigInt64Array(b.buffer),
  }],
]);
