/**
 * Data sets and loaders, random streams that equal NumPy's, and synthetic data.
 *
 * @example
 * ```ts
 * import { DataLoader, makeRegression, TensorDataset } from "@gradus/data";
 *
 * const { x, y } = makeRegression({ nSamples: 100, randomState: 1234 });
 * const loader = new DataLoader(new TensorDataset(x, y), {
 *   batchSize: 25,
 *   shuffle: true,
 * });
 * for (const [xb, yb] of loader) console.log(xb.shape, yb.shape);
 * ```
 *
 * @module
 */

export { collate, type Collated } from "./collate.ts";
export { DataLoader, type DataLoaderOptions } from "./data_loader.ts";
export {
  type Dataset,
  randomSplit,
  Subset,
  type Subsets,
  TensorDataset,
} from "./dataset.ts";
export { defaultRng, NumpyGenerator } from "./default_rng.ts";
export {
  makeRegression,
  makeRegressionArrays,
  type Regression,
  type RegressionArrays,
  type RegressionOptions,
} from "./make_regression.ts";
export { RandomState } from "./random_state.ts";
