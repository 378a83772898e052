/** Making a batch of samples. */

import { stack, Tensor, tensor, type TypedArray } from "@gradus/tensor";

/** What {@linkcode collate} makes of samples of type T. */
export type Collated<T> = T extends Tensor | TypedArray | number | boolean
  ? Tensor
  : T extends readonly unknown[] ? { -readonly [K in keyof T]: Collated<T[K]> }
  : T extends object ? { [K in keyof T]: Collated<T[K]> }
  : T[];

/**
 * Samples of one form as a batch of that form: tensors and typed arrays are
 * stacked, numbers and booleans become a vector, arrays and records are
 * collated by place, and anything else (such as strings) stays a list.
 *
 * The type of a vector of numbers is that of `tensor()`: whole numbers alone
 * become int64, so give labels that may be fractions as tensors.
 *
 * @throws {TypeError} if arrays or tensors differ in length.
 *
 * @example
 * ```ts
 * import { collate } from "@gradus/data";
 * import { assertEquals } from "@std/assert";
 *
 * const batch = collate([{ x: 1, name: "a" }, { x: 2, name: "b" }]);
 * assertEquals(batch.x.arraySync(), [1, 2]);
 * assertEquals(batch.name, ["a", "b"]);
 * ```
 */
export function collate<T>(samples: readonly T[]): Collated<T> {
  return merge(samples) as Collated<T>;
}

function merge(samples: readonly unknown[]): unknown {
  const first = samples[0];
  if (first instanceof Tensor) return stack(samples as Tensor[]);
  if (ArrayBuffer.isView(first)) {
    return stack((samples as TypedArray[]).map((row) => tensor(row)));
  }
  if (typeof first === "number" || typeof first === "boolean") {
    return tensor(samples as number[]);
  }
  if (Array.isArray(first)) {
    const rows = samples as unknown[][];
    for (const row of rows) {
      if (row.length !== first.length) {
        throw new TypeError(
          `Cannot collate samples of different lengths: got ${first.length} and ${row.length}`,
        );
      }
    }
    return first.map((_, i) => merge(rows.map((row) => row[i])));
  }
  if (typeof first === "object" && first !== null) {
    const records = samples as Record<string, unknown>[];
    return Object.fromEntries(
      Object.keys(first).map((
        key,
      ) => [key, merge(records.map((r) => r[key]))]),
    );
  }
  return [...samples];
}
