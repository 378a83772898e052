/** Joining and making tensors by pattern, and the methods that rearrange and compare as functions. */

import { refuseInCapture, uncaptured } from "./capture.ts";
import { arange, linspace } from "./create.ts";
import { tensor } from "./data.ts";
import { tensorOptionNames, type TensorOptions } from "./make.ts";
import { getDefaultDtype, isFloating } from "./dtype.ts";
import { cat } from "./functional.ts";
import { checkWithin } from "./ops/index_kernel.ts";
import { checkOptions } from "./options.ts";
import { showShape } from "./shape.ts";
import type { Tensor } from "./tensor.ts";
import type { CloseOptions, NanToNumOptions } from "./tensor/comparison.ts";
import type { SortOptions, TopkOptions } from "./tensor/ordering.ts";
import type { Dims, ValuesAndIndices } from "./tensor/reduce.ts";

/** Options of {@linkcode meshgrid}. */
export interface MeshgridOptions {
  /** Whether the first tensor runs along dim 0 ("ij", as if left out) or along dim 1 ("xy"). */
  indexing?: "ij" | "xy";
}

/** Options of {@linkcode logspace}. */
export interface LogspaceOptions extends TensorOptions {
  /** What is raised to the powers; 10 if left out. */
  base?: number;
}

const gridNames = ["indexing"];
const logspaceNames = ["base", ...tensorOptionNames];

/**
 * Joins tensors side by side: along dim 1, vectors along dim 0.
 *
 * @example
 * ```ts
 * import { hstack, tensor, vstack } from "@gradus/tensor";
 * import { assertEquals } from "@std/assert";
 *
 * const a = tensor([1, 2]), b = tensor([3, 4]);
 * assertEquals(hstack([a, b]).arraySync(), [1, 2, 3, 4]);
 * assertEquals(vstack([a, b]).arraySync(), [[1, 2], [3, 4]]);
 * ```
 */
export function hstack(tensors: readonly Tensor[]): Tensor {
  const wide = tensors.map((t) => t.ndim === 0 ? t.unsqueeze(0) : t);
  return cat(wide, wide[0]?.ndim === 1 ? 0 : 1);
}
/** Joins tensors along dim 0, vectors as rows. */
export function vstack(tensors: readonly Tensor[]): Tensor {
  return cat(tensors.map((t) => t.ndim < 2 ? t.reshape([1, -1]) : t), 0);
}
/**
 * The coordinates of the points of a grid, a tensor per coordinate, from the
 * vectors of places along each; views.
 *
 * @throws {TypeError} if a tensor has more than one dim, or the types differ.
 *
 * @example
 * ```ts
 * import { meshgrid, tensor } from "@gradus/tensor";
 * import { assertEquals } from "@std/assert";
 *
 * const [x, y] = meshgrid([tensor([1, 2]), tensor([5, 6, 7])]);
 * assertEquals(x!.arraySync(), [[1, 1, 1], [2, 2, 2]]);
 * assertEquals(y!.arraySync(), [[5, 6, 7], [5, 6, 7]]);
 * ```
 */
export function meshgrid(
  tensors: readonly Tensor[],
  options: MeshgridOptions = {},
): Tensor[] {
  checkOptions("make a grid", options, gridNames);
  const { indexing = "ij" } = options;
  if (indexing !== "ij" && indexing !== "xy") {
    throw new TypeError(
      `Cannot make a grid: expected indexing "ij" or "xy", got "${indexing}"`,
    );
  }
  const first = tensors[0];
  if (!first) {
    throw new TypeError("Cannot make a grid: expected at least one tensor");
  }
  for (const t of tensors) {
    if (t.ndim > 1 || t.dtype !== first.dtype) {
      throw new TypeError(
        `Cannot make a grid: expected vectors of one dtype, got ${t.dtype} of shape ${
          showShape(t.shape)
        } beside ${first.dtype}`,
      );
    }
  }
  const swaps = indexing === "xy" && tensors.length > 1;
  const order = tensors.map((_, i) => swaps && i < 2 ? 1 - i : i);
  const sizes = order.map((i) => tensors[i]!.numel);
  return tensors.map((t, i) => {
    const along = sizes.map((s, d) => order[d] === i ? s : 1);
    return t.view(along).expand(sizes);
  });
}
/**
 * `steps` powers of `base` (10) whose exponents are at equal distances from
 * `start` to `end`.
 *
 * @throws {TypeError} if the dtype is not floating.
 *
 * @example
 * ```ts
 * import { logspace } from "@gradus/tensor";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(logspace(0, 2, 3).arraySync(), [1, 10, 100]);
 * assertEquals(logspace(1, 3, 3, { base: 2 }).arraySync(), [2, 4, 8]);
 * ```
 */
export function logspace(
  start: number,
  end: number,
  steps: number,
  options: LogspaceOptions = {},
): Tensor {
  checkOptions("make powers", options, logspaceNames);
  const { base = 10, ...rest } = options;
  const dtype = options.dtype ?? getDefaultDtype();
  if (!isFloating(dtype)) {
    throw new TypeError(
      `Cannot make powers: expected dtype float32 or float64, got ${dtype}`,
    );
  }
  // Of numbers that are known here, even while a function is captured.
  const exponents = uncaptured(() =>
    linspace(start, end, steps, { dtype: "float64" }).dataSync()
  );
  const powers = (exponents as Float64Array).map((e) => Math.pow(base, e));
  return tensor(powers, { ...rest, dtype });
}
/**
 * Vectors of zeros with a 1 at the place that each index gives, as a new last
 * dim of size `numClasses`; as many as there are indices if that is -1.
 *
 * @throws {TypeError} if the indices are not whole numbers.
 * @throws {RangeError} if one is negative or too large.
 *
 * @example
 * ```ts
 * import { oneHot, tensor } from "@gradus/tensor";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(oneHot(tensor([2, 0])).arraySync(), [[0, 0, 1], [1, 0, 0]]);
 * ```
 */
export function oneHot(indices: Tensor, numClasses = -1): Tensor {
  if (isFloating(indices.dtype) || indices.dtype === "bool") {
    throw new TypeError(
      `Cannot encode classes: expected integers, got ${indices.dtype}`,
    );
  }
  if (
    !(Number.isInteger(numClasses) && (numClasses > 0 || numClasses === -1))
  ) {
    throw new RangeError(
      `Cannot encode classes: expected a positive number of classes or -1, got ${numClasses}`,
    );
  }
  if (indices.numel === 0 && numClasses === -1) {
    throw new RangeError(
      "Cannot encode classes: expected their number as there are no indices",
    );
  }
  let count = numClasses;
  if (count === -1) {
    refuseInCapture("encode classes without a number of classes");
    count = Math.max(0, indices.amax().itemSync()) + 1;
  }
  checkWithin("encode classes", indices, 0, count);
  return indices.unsqueeze(-1).eq(arange(count)).long();
}

/** A copy with the elements in reverse order along `dims`. */
export function flip(x: Tensor, dims: Dims): Tensor {
  return x.flip(dims);
}
/** A copy with the elements moved along dims; see {@linkcode Tensor.roll}. */
export function roll(x: Tensor, shifts: Dims, dims?: Dims): Tensor {
  return x.roll(shifts, dims);
}
/** Matrices with the elements above a diagonal set to 0. */
export function tril(x: Tensor, diagonal = 0): Tensor {
  return x.tril(diagonal);
}
/** Matrices with the elements below a diagonal set to 0. */
export function triu(x: Tensor, diagonal = 0): Tensor {
  return x.triu(diagonal);
}
/** Dims moved to other places; a view. */
export function movedim(x: Tensor, source: Dims, destination: Dims): Tensor {
  return x.movedim(source, destination);
}
/** Two dims swapped; a view. */
export function swapaxes(x: Tensor, dim0: number, dim1: number): Tensor {
  return x.swapaxes(dim0, dim1);
}
/** The tensor repeated along its last dims. */
export function tile(x: Tensor, counts: Dims): Tensor {
  return x.tile(counts);
}
/** The sums of all beginnings along `dim`. CPU only. */
export function cumsum(x: Tensor, dim: number): Tensor {
  return x.cumsum(dim);
}
/** The products of all beginnings along `dim`. CPU only. */
export function cumprod(x: Tensor, dim: number): Tensor {
  return x.cumprod(dim);
}
/** The elements in order along `dim`, and the places that they had. CPU only. */
export function sort(
  x: Tensor,
  dim = -1,
  options: SortOptions = {},
): ValuesAndIndices {
  return x.sort(dim, options);
}
/** The places of the elements in order along `dim`. CPU only. */
export function argsort(
  x: Tensor,
  dim = -1,
  options: SortOptions = {},
): Tensor {
  return x.argsort(dim, options);
}
/** The `k` largest elements along `dim` and where they are. CPU only. */
export function topk(
  x: Tensor,
  k: number,
  dim = -1,
  options: TopkOptions = {},
): ValuesAndIndices {
  return x.topk(k, dim, options);
}
/** Where two tensors are close, as bools; see {@linkcode Tensor.isclose}. */
export function isclose(
  a: Tensor,
  b: Tensor,
  options: CloseOptions = {},
): Tensor {
  return a.isclose(b, options);
}
/** Whether two tensors are close everywhere. */
export function allclose(
  a: Tensor,
  b: Tensor,
  options: CloseOptions = {},
): Promise<boolean> {
  return a.allclose(b, options);
}
/** {@linkcode allclose} at once; only on the CPU. */
export function allcloseSync(
  a: Tensor,
  b: Tensor,
  options: CloseOptions = {},
): boolean {
  return a.allcloseSync(b, options);
}
/** Whether two tensors have the same shape and elements. */
export function equal(a: Tensor, b: Tensor): Promise<boolean> {
  return a.equal(b);
}
/** {@linkcode equal} at once; only on the CPU. */
export function equalSync(a: Tensor, b: Tensor): boolean {
  return a.equalSync(b);
}
/** The number of elements that are not 0. */
export function countNonzero(x: Tensor, dim?: Dims): Tensor {
  return x.countNonzero(dim);
}
/** Finite numbers in place of NaN and infinities. */
export function nanToNum(x: Tensor, options: NanToNumOptions = {}): Tensor {
  return x.nanToNum(options);
}
/** The sum of the main diagonal of a matrix. */
export function trace(x: Tensor): Tensor {
  return x.trace();
}
/** The cross products of vectors of 3 elements along `dim`. */
export function cross(a: Tensor, b: Tensor, dim = -1): Tensor {
  return a.cross(b, dim);
}
