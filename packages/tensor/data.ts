/** Tensors of given numbers. */

import {
  arrayOf,
  arrayTypes,
  checkFits,
  type DType,
  dtypes,
  getDefaultDtype,
  isFloating,
  numberType,
  type TypedArray,
} from "./dtype.ts";
import { make, type TensorOptions } from "./make.ts";
import type { NestedArray } from "./tensor/reading.ts";
import type { Tensor } from "./tensor.ts";

/**
 * A tensor of the given numbers: nested arrays, one number, or a typed array,
 * which is copied and gives a vector. Without `dtype`, booleans give bool,
 * whole numbers int64, others the default floating type, and typed arrays
 * their own type.
 *
 * JavaScript cannot tell `2.0` from `2`: write `tensor([1, 2], { dtype: "float32" })`
 * where whole numbers are meant as floating ones.
 *
 * @throws {TypeError} if arrays are ragged or hold anything but numbers and booleans.
 * @throws {RangeError} if a number does not fit an integer type that was asked for.
 *
 * @example
 * ```ts
 * import { tensor } from "@gradus/tensor";
 * import { assertEquals } from "@std/assert";
 *
 * const x = tensor([[1, 2.5], [3, 4]]);
 * assertEquals(x.shape, [2, 2]);
 * assertEquals(x.dtype, "float32");
 * assertEquals(tensor([1, 2, 3]).dtype, "int64");
 * assertEquals(tensor(true).shape, []);
 * assertEquals(tensor(new Float64Array([1, 2])).dtype, "float64");
 * ```
 */
export function tensor(
  data: NestedArray | readonly NestedArray[] | TypedArray,
  options: TensorOptions = {},
): Tensor {
  if (isTypedArray(data)) {
    const own = typeOfArray(data);
    const dtype = options.dtype ?? own;
    const t = make([data.length], options, own);
    const values = dtype === own ? data : elements(data, dtype);
    t.backend.write(t.storage, dtype, 0, values);
    return t;
  }
  const nested = data as NestedArray;
  const shape = shapeOfData(nested);
  const values = flatten(nested, shape);
  const t = make(shape, options, typeOfData(values));
  t.backend.write(t.storage, t.dtype, 0, elements(values, t.dtype));
  return t;
}

function shapeOfData(data: NestedArray): number[] {
  const shape: number[] = [];
  let level: NestedArray | undefined = data;
  while (Array.isArray(level)) {
    shape.push(level.length);
    level = level[0];
  }
  return shape;
}

function flatten(
  data: NestedArray,
  shape: readonly number[],
): (number | boolean)[] {
  const out: (number | boolean)[] = [];
  const visit = (value: NestedArray, dim: number): void => {
    if (dim === shape.length) {
      if (typeof value !== "number" && typeof value !== "boolean") {
        throw new TypeError(
          `Cannot make a tensor: expected numbers or booleans in arrays of equal lengths, got ${
            Array.isArray(value) ? "a deeper array" : String(value)
          }`,
        );
      }
      out.push(value);
      return;
    }
    if (!Array.isArray(value) || value.length !== shape[dim]) {
      throw new TypeError(
        `Cannot make a tensor from ragged arrays: expected ${
          shape[dim]
        } elements in dim ${dim}, got ${
          Array.isArray(value) ? value.length : "a number"
        }`,
      );
    }
    for (const v of value) visit(v, dim + 1);
  };
  visit(data, 0);
  return out;
}

function typeOfData(values: readonly (number | boolean)[]): DType {
  if (values.length === 0) return getDefaultDtype();
  let dtype: DType = "bool";
  for (const v of values) {
    const own = numberType(v);
    if (isFloating(own)) return own;
    if (own === "int64") dtype = own;
  }
  return dtype;
}

function typeOfArray(data: TypedArray): DType {
  // From the last on, as a Uint8Array holds numbers and not bools.
  const dtype = dtypes.findLast((d) => data instanceof arrayTypes[d]);
  if (dtype !== undefined) return dtype;
  throw new TypeError(
    `Cannot make a tensor: expected a Float32Array, Float64Array, Int32Array, BigInt64Array or Uint8Array, got ${
      Object.prototype.toString.call(data).slice(8, -1)
    }`,
  );
}

function isTypedArray(data: unknown): data is TypedArray {
  return ArrayBuffer.isView(data) && !(data instanceof DataView);
}

/** Converts numbers to the elements of `dtype`; fractions are cut off, what does not fit is refused. */
export function elements(
  values: ArrayLike<number | boolean | bigint>,
  dtype: DType,
): TypedArray {
  const out = arrayOf(dtype, values.length);
  for (let i = 0; i < values.length; i++) {
    const v = values[i]!;
    checkFits(v, dtype);
    if (dtype === "int64") {
      out[i] = typeof v === "bigint" ? v : BigInt(Math.trunc(Number(v)));
    } else if (dtype === "bool") {
      // NaN is true, as in conversions of tensors.
      out[i] = v === false || v === 0 || v === 0n ? 0 : 1;
    } else {
      out[i] = Number(v);
    }
  }
  return out;
}
