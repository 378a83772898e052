/** Tensors of zeros, ones, other values, and ranges of numbers. */

import { describe } from "./check.ts";
import { elements } from "./data.ts";
import { type DType, getDefaultDtype, numberType } from "./dtype.ts";
import { make, makeFilled, optionsLike, type TensorOptions } from "./make.ts";
import type { Tensor } from "./tensor.ts";

/**
 * A tensor with unspecified elements.
 *
 * @throws {RangeError} if a size is no whole number of at least 0.
 *
 * @example
 * ```ts
 * import { empty } from "@gradus/tensor";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(empty([2, 3], { dtype: "float64" }).shape, [2, 3]);
 * ```
 */
export function empty(
  shape: readonly number[],
  options: TensorOptions = {},
): Tensor {
  return make(shape, options);
}

/**
 * Zeros.
 *
 * @throws {RangeError} if a size is no whole number of at least 0.
 *
 * @example
 * ```ts
 * import { zeros } from "@gradus/tensor";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(zeros([2, 3]).arraySync(), [[0, 0, 0], [0, 0, 0]]);
 * ```
 */
export function zeros(
  shape: readonly number[],
  options: TensorOptions = {},
): Tensor {
  return makeFilled(shape, options, (t) => t.fill_(0));
}

/**
 * Ones.
 *
 * @throws {RangeError} if a size is no whole number of at least 0.
 *
 * @example
 * ```ts
 * import { ones } from "@gradus/tensor";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(ones([2], { dtype: "int64" }).arraySync(), [1, 1]);
 * ```
 */
export function ones(
  shape: readonly number[],
  options: TensorOptions = {},
): Tensor {
  return makeFilled(shape, options, (t) => t.fill_(1));
}

/**
 * Copies of one value. Without `dtype`, a whole number gives int64, another the
 * default floating type, a boolean bool.
 *
 * @throws {RangeError} if a size is no whole number of at least 0, or an
 * integer type cannot hold the value.
 *
 * @example
 * ```ts
 * import { full } from "@gradus/tensor";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(full([2], 0.5).arraySync(), [0.5, 0.5]);
 * assertEquals(full([2], 7).dtype, "int64");
 * ```
 */
export function full(
  shape: readonly number[],
  value: number | boolean,
  options: TensorOptions = {},
): Tensor {
  return makeFilled(shape, options, (t) => t.fill_(value), numberType(value));
}

/**
 * Zeros with the shape, type and device of `t`.
 *
 * @example
 * ```ts
 * import { tensor, zerosLike } from "@gradus/tensor";
 * import { assertEquals } from "@std/assert";
 *
 * const x = tensor([[1.5, 2]], { dtype: "float64" });
 * assertEquals(zerosLike(x).arraySync(), [[0, 0]]);
 * assertEquals(zerosLike(x).dtype, "float64");
 * ```
 */
export function zerosLike(t: Tensor, options: TensorOptions = {}): Tensor {
  return zeros(t.shape, optionsLike(t, options));
}
/** Ones with the shape, type and device of `t`. */
export function onesLike(t: Tensor, options: TensorOptions = {}): Tensor {
  return ones(t.shape, optionsLike(t, options));
}
/** Copies of `value` with the shape, type and device of `t`. */
export function fullLike(
  t: Tensor,
  value: number | boolean,
  options: TensorOptions = {},
): Tensor {
  return full(t.shape, value, optionsLike(t, options));
}
/** A tensor with unspecified elements and the shape, type and device of `t`. */
export function emptyLike(t: Tensor, options: TensorOptions = {}): Tensor {
  return make(t.shape, optionsLike(t, options));
}

/** A vector of computed elements. */
function computed(
  count: number,
  at: (i: number) => number,
  options: TensorOptions,
  dtype: DType,
): Tensor {
  const t = make([count], options, dtype);
  const values = Float64Array.from({ length: count }, (_, i) => at(i));
  t.backend.write(t.storage, t.dtype, 0, elements(values, t.dtype));
  return t;
}

/**
 * The numbers from `start` (0) in steps of `step` (1) before `end`; int64 if
 * all are whole, else the default floating type. Called as `arange(end)`,
 * `arange(start, end)` or `arange(start, end, step)`, each with options.
 *
 * @throws {RangeError} if the step does not lead from `start` to `end`.
 *
 * @example
 * ```ts
 * import { arange } from "@gradus/tensor";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(arange(3).arraySync(), [0, 1, 2]);
 * assertEquals(arange(1, 2, 0.25).arraySync(), [1, 1.25, 1.5, 1.75]);
 * assertEquals(arange(2, 0, -1, { dtype: "float32" }).arraySync(), [2, 1]);
 * ```
 */
export function arange(end: number, options?: TensorOptions): Tensor;
/** The numbers from `start` to before `end`. */
export function arange(
  start: number,
  end: number,
  options?: TensorOptions,
): Tensor;
/** The numbers from `start` in steps of `step` to before `end`. */
export function arange(
  start: number,
  end: number,
  step: number,
  options?: TensorOptions,
): Tensor;
export function arange(
  ...args: (number | TensorOptions | undefined)[]
): Tensor {
  const last = args.at(-1);
  const options = typeof last === "object" ? last : {};
  const numbers = (typeof last === "object" ? args.slice(0, -1) : args)
    .filter((arg) => arg !== undefined);
  const strange = numbers.find((arg) => typeof arg !== "number");
  if (numbers.length < 1 || numbers.length > 3 || strange !== undefined) {
    throw new TypeError(
      `Cannot make a range: expected one to three numbers and options, got ${
        args.map(describe).join(", ") || "nothing"
      }`,
    );
  }
  if (numbers.length === 1) numbers.unshift(0);
  const [from, to, by = 1] = numbers as [number, number, number?];
  if (by === 0 || (to - from) / by < 0 || Number.isNaN(to - from)) {
    throw new RangeError(
      `Cannot make a range: expected a step that leads from ${from} to ${to}, got ${by}`,
    );
  }
  const whole = [from, to, by].every(Number.isInteger);
  const count = Math.ceil((to - from) / by);
  return computed(
    count,
    (i) => from + i * by,
    options,
    whole ? "int64" : getDefaultDtype(),
  );
}

/**
 * `steps` numbers from `start` to `end` at equal distances; both halves are
 * computed from their own end.
 *
 * @throws {RangeError} if `steps` is no whole number of at least 0.
 *
 * @example
 * ```ts
 * import { linspace } from "@gradus/tensor";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(linspace(0, 1, 5).arraySync(), [0, 0.25, 0.5, 0.75, 1]);
 * ```
 */
export function linspace(
  start: number,
  end: number,
  steps: number,
  options: TensorOptions = {},
): Tensor {
  const dtype = options.dtype ?? getDefaultDtype();
  const round = dtype === "float32" ? Math.fround : (v: number) => v;
  const [from, to] = [round(start), round(end)];
  const by = steps === 1 ? 0 : round(round(to - from) / (steps - 1));
  return computed(
    steps,
    (i) =>
      i < Math.floor(steps / 2) || steps === 1
        ? from + by * i
        : to - by * (steps - 1 - i),
    options,
    getDefaultDtype(),
  );
}

/**
 * The identity matrix, or one of other sizes with ones on its main diagonal.
 *
 * @throws {RangeError} if a size is no whole number of at least 0.
 *
 * @example
 * ```ts
 * import { eye } from "@gradus/tensor";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(eye(2, 3).arraySync(), [[1, 0, 0], [0, 1, 0]]);
 * ```
 */
export function eye(
  rows: number,
  columns: number = rows,
  options: TensorOptions = {},
): Tensor {
  if (typeof columns !== "number") {
    throw new TypeError(
      `Cannot make an identity matrix: expected the number of columns before the options, got ${
        describe(columns)
      }`,
    );
  }
  return makeFilled([rows, columns], options, (t) => {
    t.zero_();
    t.diagonal().fill_(1);
  });
}
