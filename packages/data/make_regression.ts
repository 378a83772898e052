import { type Tensor, tensor } from "@gradus/tensor";
import { checkOptions } from "@gradus/tensor/internal";
import { RandomState } from "./random_state.ts";

/** Options of {@linkcode makeRegressionArrays}. */
export interface RegressionOptions {
  /** The number of samples, 100 by default. */
  nSamples?: number;
  /** The number of features, 100 by default. */
  nFeatures?: number;
  /** How many features the targets depend on, 10 by default; at most all of them. */
  nInformative?: number;
  /** The number of targets per sample, 1 by default. */
  nTargets?: number;
  /** What the model gives for a sample of zeros, 0 by default. */
  bias?: number;
  /** The standard deviation of the noise on the targets, 0 by default. */
  noise?: number;
  /** Whether to shuffle the samples and the features, true by default. */
  shuffle?: boolean;
  /** A seed in [0, 2^32) or a generator to go on with; fresh entropy by default. */
  randomState?: number | RandomState;
}

/** A regression problem, its matrices in row-major order. */
export interface RegressionArrays {
  /** The samples, [nSamples, nFeatures]. */
  x: Float64Array;
  /** The targets, [nSamples, nTargets]. */
  y: Float64Array;
  /** The coefficients that the targets were made with, [nFeatures, nTargets]. */
  coef: Float64Array;
  /** The number of samples. */
  nSamples: number;
  /** The number of features. */
  nFeatures: number;
  /** The number of targets per sample. */
  nTargets: number;
}

/**
 * The random regression problem of scikit-learn's `make_regression`, number for
 * number: standard normal samples, and targets that a linear model with
 * coefficients uniform in [0, 100) makes of `nInformative` features, plus `bias`
 * and normal noise. (Its `effective_rank` is not offered.)
 *
 * Targets may differ in the last digits from scikit-learn's, as it leaves the
 * order of their sums to BLAS.
 *
 * @throws {RangeError} If an option is out of range.
 * @throws {TypeError} If an option is unknown.
 */
export function makeRegressionArrays(
  options: RegressionOptions = {},
): RegressionArrays {
  checkOptions("make a regression problem", options, [
    "nSamples",
    "nFeatures",
    "nInformative",
    "nTargets",
    "bias",
    "noise",
    "shuffle",
    "randomState",
  ]);
  const {
    nSamples = 100,
    nFeatures = 100,
    nInformative = 10,
    nTargets = 1,
    bias = 0,
    noise = 0,
    shuffle = true,
    randomState,
  } = options;
  checkInteger("nSamples", nSamples, 1);
  checkInteger("nFeatures", nFeatures, 1);
  checkInteger("nInformative", nInformative, 0);
  checkInteger("nTargets", nTargets, 1);
  checkFinite("bias", bias, -Infinity);
  checkFinite("noise", noise, 0);
  const random = randomState instanceof RandomState
    ? randomState
    : new RandomState(randomState);
  const used = Math.min(nFeatures, nInformative);

  let x = random.standardNormal(nSamples * nFeatures);
  let coef: Float64Array = new Float64Array(nFeatures * nTargets);
  coef.set(random.uniform(0, 1, used * nTargets).map((u) => 100 * u));

  let y: Float64Array = new Float64Array(nSamples * nTargets);
  for (let i = 0; i < nSamples; i++) {
    for (let k = 0; k < nTargets; k++) {
      let sum = 0; // the coefficients of all other features are zero
      for (let j = 0; j < used; j++) {
        sum += x[i * nFeatures + j]! * coef[j * nTargets + k]!;
      }
      y[i * nTargets + k] = sum + bias;
    }
  }
  if (noise > 0) {
    const errors = random.normal(0, noise, y.length);
    for (let i = 0; i < y.length; i++) y[i]! += errors[i]!;
  }

  if (shuffle) {
    const rows = random.permutation(nSamples);
    const columns = random.permutation(nFeatures);
    x = takeColumns(takeRows(x, rows, nFeatures), columns, nFeatures);
    y = takeRows(y, rows, nTargets);
    coef = takeRows(coef, columns, nTargets);
  }
  return { x, y, coef, nSamples, nFeatures, nTargets };
}

/** The matrix whose row i is row `rows[i]` of `matrix`. */
function takeRows(
  matrix: Float64Array,
  rows: Int32Array,
  width: number,
): Float64Array {
  const result = new Float64Array(matrix.length);
  rows.forEach((row, i) => {
    result.set(matrix.subarray(row * width, (row + 1) * width), i * width);
  });
  return result;
}

/** The matrix whose column j is column `columns[j]` of `matrix`. */
function takeColumns(
  matrix: Float64Array,
  columns: Int32Array,
  width: number,
): Float64Array {
  return matrix.map((_, i) => {
    const column = i % width;
    return matrix[i - column + columns[column]!]!;
  });
}

function checkInteger(name: string, value: number, least: number): void {
  if (!Number.isSafeInteger(value) || value < least) {
    throw new RangeError(
      `Cannot make a regression problem as ${name} must be an integer of at least ${least}: got ${value}`,
    );
  }
}

function checkFinite(name: string, value: number, least: number): void {
  if (!Number.isFinite(value) || value < least) {
    throw new RangeError(
      `Cannot make a regression problem as ${name} must be finite${
        least === 0 ? " and non-negative" : ""
      }: got ${value}`,
    );
  }
}

/** A regression problem as float64 tensors. */
export interface Regression {
  /** The samples, [nSamples, nFeatures]. */
  x: Tensor;
  /** The targets, [nSamples], or [nSamples, nTargets] if there are several. */
  y: Tensor;
  /** The coefficients that the targets were made with, [nFeatures], or [nFeatures, nTargets]. */
  coef: Tensor;
}

/**
 * {@linkcode makeRegressionArrays} as float64 tensors.
 *
 * @throws {RangeError} If an option is out of range.
 *
 * @example
 * ```ts
 * import { makeRegression } from "@gradus/data";
 * import { assertEquals } from "@std/assert";
 *
 * const { x, y } = makeRegression({ nSamples: 50, nFeatures: 20, randomState: 1234 });
 * assertEquals([x.shape, y.shape], [[50, 20], [50]]);
 * ```
 */
export function makeRegression(options: RegressionOptions = {}): Regression {
  const { x, y, coef, nSamples, nFeatures, nTargets } = makeRegressionArrays(
    options,
  );
  const targets = nTargets === 1 ? [] : [nTargets];
  return {
    x: tensor(x).view([nSamples, nFeatures]),
    y: tensor(y).view([nSamples, ...targets]),
    coef: tensor(coef).view([nFeatures, ...targets]),
  };
}
