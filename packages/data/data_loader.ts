/** Batches of a data set. */

import { defaultGenerator, Generator, randperm } from "@gradus/tensor";
import { breathe, checkOptions } from "@gradus/tensor/internal";
import { collate, type Collated } from "./collate.ts";
import type { Dataset } from "./dataset.ts";

/** Options of a {@linkcode DataLoader}. */
export interface DataLoaderOptions<T, B> {
  /** Samples in a batch; 1 if left out. */
  batchSize?: number;
  /** Goes through the samples in another random order each time. */
  shuffle?: boolean;
  /** Leaves out a last batch that is smaller than the others. */
  dropLast?: boolean;
  /** The order of positions, in place of `shuffle`. */
  sampler?: Iterable<number>;
  /** The batches of positions, in place of all of the above. */
  batchSampler?: Iterable<readonly number[]>;
  /** Makes a batch of samples; {@linkcode collate} if left out. */
  collateFn?: (samples: T[]) => B;
  /** Where random orders come from; the default generator if left out. */
  generator?: Generator;
}

const optionNames: readonly (keyof DataLoaderOptions<never, never>)[] = [
  "batchSize",
  "shuffle",
  "dropLast",
  "sampler",
  "batchSampler",
  "collateFn",
  "generator",
];

/**
 * Goes through a data set in batches, with `for` or `for await`. Shuffled
 * orders are those of PyTorch's loader for the same seed.
 *
 * Data sets that answer with promises need `for await`. It also suits long
 * loops that wait for nothing else: between batches it lets the engine collect
 * tensors that are out of reach.
 *
 * @example
 * ```ts
 * import { DataLoader, TensorDataset } from "@gradus/data";
 * import { arange } from "@gradus/tensor";
 * import { assertEquals } from "@std/assert";
 *
 * const loader = new DataLoader(new TensorDataset(arange(5)), { batchSize: 2 });
 * const batches = [];
 * for (const [x] of loader) batches.push(x.arraySync());
 * assertEquals(batches, [[0, 1], [2, 3], [4]]);
 * ```
 */
export class DataLoader<T, B = Collated<T>>
  implements Iterable<B>, AsyncIterable<B> {
  /** The data set. */
  readonly dataset: Dataset<T>;
  readonly #options: DataLoaderOptions<T, B>;
  readonly #batchSize: number;

  /**
   * A loader of `dataset`.
   *
   * @throws {RangeError | TypeError} if options are unknown, out of range or exclude each other.
   */
  constructor(dataset: Dataset<T>, options: DataLoaderOptions<T, B> = {}) {
    checkOptions("make a DataLoader", options, optionNames);
    const { batchSize = 1, sampler, batchSampler } = options;
    if (!(Number.isInteger(batchSize) && batchSize > 0)) {
      throw new RangeError(
        `Cannot make a DataLoader: expected a positive batchSize, got ${batchSize}`,
      );
    }
    if (sampler && options.shuffle) {
      throw new TypeError(
        "Cannot make a DataLoader: expected sampler or shuffle, got both",
      );
    }
    if (batchSampler) {
      for (
        const name of ["batchSize", "shuffle", "sampler", "dropLast"] as const
      ) {
        if (options[name]) {
          throw new TypeError(
            `Cannot make a DataLoader: expected batchSampler or ${name}, got both`,
          );
        }
      }
    }
    this.dataset = dataset;
    this.#options = options;
    this.#batchSize = batchSize;
  }

  /** Number of batches; unknown (NaN) with samplers that have no length. */
  get length(): number {
    const { sampler, batchSampler, dropLast } = this.#options;
    const lengthOf = (x: object) =>
      (x as { length?: number; size?: number }).length ??
        (x as { size?: number }).size ?? NaN;
    if (batchSampler) return lengthOf(batchSampler);
    const count = (sampler ? lengthOf(sampler) : this.dataset.length) /
      this.#batchSize;
    return dropLast ? Math.floor(count) : Math.ceil(count);
  }

  /** The positions in their order. As in PyTorch, each pass draws a seed whether it needs one or not. */
  *#order(): Steps<number> {
    const { sampler, shuffle, generator } = this.#options;
    const n = this.dataset.length;
    (generator ?? defaultGenerator).uint64();
    if (sampler) return yield* sampler;
    if (!shuffle) {
      for (let i = 0; i < n; i++) yield i;
      return;
    }
    let source = generator;
    if (!source) {
      source = new Generator();
      source.manualSeed(defaultGenerator.uint64() & (2n ** 63n - 1n));
    }
    const order = randperm(n, { generator: source }).dataSync();
    for (const index of order) yield Number(index);
    // PyTorch's sampler draws another order at its end and uses none of it.
    randperm(n, { generator: source });
  }

  *#batches(): Steps<readonly number[]> {
    const { batchSampler, dropLast } = this.#options;
    if (batchSampler) {
      (this.#options.generator ?? defaultGenerator).uint64();
      yield* batchSampler;
      return;
    }
    let batch: number[] = [];
    for (const index of this.#order()) {
      batch.push(index);
      if (batch.length < this.#batchSize) continue;
      yield batch;
      batch = [];
    }
    if (batch.length > 0 && !dropLast) yield batch;
  }

  /**
   * The batches of one pass.
   *
   * @throws {TypeError} if the data set answers with a promise.
   */
  *[Symbol.iterator](): Steps<B> {
    const { dataset } = this;
    const { collateFn } = this.#options;
    for (const indices of this.#batches()) {
      if (!collateFn && dataset.batch) {
        yield atOnce("batch", dataset.batch(indices)) as unknown as B;
        continue;
      }
      const samples = indices.map((i) => atOnce("get", dataset.get(i)));
      yield collateFn ? collateFn(samples) : collate(samples) as unknown as B;
    }
  }

  /** The batches of one pass, each once its samples have arrived. */
  async *[Symbol.asyncIterator](): AsyncGenerator<B> {
    const { dataset } = this;
    const { collateFn } = this.#options;
    for (const indices of this.#batches()) {
      // Lets dead tensors be collected in loops that wait for nothing else.
      await breathe();
      if (!collateFn && dataset.batch) {
        yield await dataset.batch(indices) as unknown as B;
        continue;
      }
      const samples = await Promise.all(indices.map((i) => dataset.get(i)));
      yield collateFn ? collateFn(samples) : collate(samples) as unknown as B;
    }
  }
}

/** What a data set answered, unless that is a promise. */
function atOnce<T>(method: string, answer: T | Promise<T>): T {
  if (!(answer instanceof Promise)) return answer;
  throw new TypeError(
    `Cannot iterate over a DataLoader at once as ${method}() of its data set returned a promise: use for await`,
  );
}

type Steps<T> = globalThis.Generator<T>;
