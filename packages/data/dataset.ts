/** Data sets: samples by position. */

import { type Generator, randperm, type Tensor, tensor } from "@gradus/tensor";
import { checkOptions } from "@gradus/tensor/internal";
import type { Collated } from "./collate.ts";

/** Samples that are reached by position. */
export interface Dataset<T> {
  /** Number of samples. */
  readonly length: number;
  /** The sample at a position of [0, length). */
  get(index: number): T | Promise<T>;
  /** A whole batch at once, already collated, where that is faster. */
  batch?(indices: readonly number[]): Collated<T> | Promise<Collated<T>>;
}

/**
 * Rows of tensors: sample i is row i of each. Samples and batches are typed as
 * tuples of as many tensors as the data set has.
 *
 * @example
 * ```ts
 * import { TensorDataset } from "@gradus/data";
 * import { arange } from "@gradus/tensor";
 * import { assertEquals } from "@std/assert";
 *
 * const set = new TensorDataset(arange(6).view(3, 2), arange(3));
 * assertEquals(set.length, 3);
 * assertEquals(set.get(1).map((t) => t.arraySync()), [[2, 3], 1]);
 * ```
 */
export class TensorDataset<T extends readonly Tensor[] = Tensor[]>
  implements Dataset<T> {
  /** The tensors. */
  readonly tensors: T;
  /** Number of rows. */
  readonly length: number;

  /**
   * A data set of the rows of `tensors`.
   *
   * @throws {TypeError} if they differ in their number of rows, or there are none.
   */
  constructor(...tensors: T) {
    const first = tensors[0];
    if (!first) {
      throw new TypeError(
        "Cannot make a TensorDataset: expected a tensor, got none",
      );
    }
    for (const t of tensors) {
      if (t.ndim === 0 || t.shape[0] !== first.shape[0]) {
        throw new TypeError(
          `Cannot make a TensorDataset: expected ${
            first.shape[0] ?? "some"
          } rows in each tensor, got shape [${t.shape.join(", ")}]`,
        );
      }
    }
    this.tensors = tensors;
    this.length = first.shape[0]!;
  }

  /** Row `index` of each tensor, as views. */
  get(index: number): T {
    return this.#each((t) => t.select(0, index));
  }

  /** The rows of `indices` of each tensor. */
  batch(indices: readonly number[]): Collated<T> {
    const rows = tensor([...indices], { dtype: "int64" });
    return this.#each((t) => t.indexSelect(0, rows)) as unknown as Collated<T>;
  }

  #each(fn: (t: Tensor) => Tensor): T {
    return this.tensors.map(fn) as readonly Tensor[] as T;
  }
}

/** Some samples of another data set. */
export class Subset<T> implements Dataset<T> {
  /** The data set. */
  readonly dataset: Dataset<T>;
  /** Positions in it. */
  readonly indices: readonly number[];
  /** The samples at several positions as a batch; there if the data set can do that. */
  declare readonly batch?: (
    indices: readonly number[],
  ) => Collated<T> | Promise<Collated<T>>;

  /**
   * The samples of `dataset` at `indices`.
   *
   * @throws {RangeError} if one is not a position in it.
   */
  constructor(dataset: Dataset<T>, indices: readonly number[]) {
    for (const i of indices) {
      if (!(Number.isInteger(i) && i >= 0 && i < dataset.length)) {
        throw new RangeError(
          `Cannot make a Subset: expected positions in [0, ${
            dataset.length - 1
          }], got ${i}`,
        );
      }
    }
    this.dataset = dataset;
    this.indices = indices;
    if (dataset.batch) {
      this.batch = (indices) =>
        dataset.batch!(indices.map((index) => this.#at(index)));
    }
  }

  /** Number of samples. */
  get length(): number {
    return this.indices.length;
  }

  /**
   * The sample at a position.
   *
   * @throws {RangeError} if there is none.
   */
  get(index: number): T | Promise<T> {
    return this.dataset.get(this.#at(index));
  }

  /** The position in the data set of a position here. */
  #at(index: number): number {
    const at = this.indices[index];
    if (at === undefined) {
      throw new RangeError(
        `Cannot read a sample: expected a position in [0, ${
          this.length - 1
        }], got ${index}`,
      );
    }
    return at;
  }
}

/** One {@linkcode Subset} for each of several lengths. */
export type Subsets<T, L extends readonly number[]> = {
  -readonly [K in keyof L]: Subset<T>;
};

/**
 * The lengths of the parts, as PyTorch computes them: parts given as fractions
 * are rounded down, and the samples left over dealt out one each from the first.
 */
function lengthsOf(total: number, parts: readonly number[]): number[] {
  const sum = parts.reduce((sum, part) => sum + part, 0);
  if (Math.abs(sum - 1) > 1e-9) return [...parts];
  const lengths = parts.map((part) => Math.floor(total * part));
  let left = total - lengths.reduce((sum, n) => sum + n, 0);
  for (let i = 0; left > 0; i = (i + 1) % lengths.length, left--) lengths[i]!++;
  return lengths;
}

/**
 * Cuts a data set into parts of the given lengths, at random, as PyTorch's
 * `random_split` does with the same generator.
 *
 * @param lengths Numbers of samples that add up to that of the data set, or
 * fractions of it that add up to 1. Fractions are rounded down to whole
 * samples; those left over go to the parts one each, from the first on.
 * @throws {RangeError} if the lengths are neither.
 * @throws {TypeError} if an option is unknown.
 *
 * @example
 * ```ts
 * import { randomSplit, TensorDataset } from "@gradus/data";
 * import { arange } from "@gradus/tensor";
 * import { assertEquals } from "@std/assert";
 *
 * const [train, test] = randomSplit(new TensorDataset(arange(11)), [0.8, 0.2]);
 * assertEquals([train.length, test.length], [9, 2]);
 * ```
 */
export function randomSplit<T, const L extends readonly number[]>(
  dataset: Dataset<T>,
  lengths: L,
  options: { generator?: Generator } = {},
): Subsets<T, L> {
  checkOptions("split a data set", options, ["generator"]);
  const total = dataset.length;
  const counts = lengthsOf(total, lengths);
  if (
    counts.reduce((sum, n) => sum + n, 0) !== total ||
    counts.some((n) => !(Number.isInteger(n) && n >= 0))
  ) {
    throw new RangeError(
      `Cannot split a data set of ${total} samples: expected whole lengths that add up to it or fractions that add up to 1, got [${
        lengths.join(", ")
      }]`,
    );
  }
  const order = Array.from(randperm(total, options).dataSync(), Number);
  let at = 0;
  const parts = counts.map((n) => {
    at += n;
    return new Subset(dataset, order.slice(at - n, at));
  });
  return parts as Subsets<T, L>;
}
