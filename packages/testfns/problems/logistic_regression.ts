import { binaryCrossEntropyWithLogits } from "@gradus/loss";
import { LBFGS } from "@gradus/optim";
import {
  Generator,
  logspace,
  rand,
  randn,
  type Tensor,
  zeros,
} from "@gradus/tensor";
import { checkOptions } from "@gradus/tensor/internal";
import {
  batches,
  checkCount,
  checkNumber,
  inBothTypes,
  leaf,
  like,
} from "./data.ts";
import type { Problem } from "./problem.ts";

/** Options of {@linkcode logisticRegression}. */
export interface LogisticRegressionOptions {
  /** Number of samples; 256 if left out. */
  samples?: number;
  /** Number of features; 10 if left out. */
  features?: number;
  /** The variance of the first feature over that of the last; 100 if left out. */
  condition?: number;
  /** Factor of the penalty `l2/2 |w|^2`; 1e-3 if left out. */
  l2?: number;
  /** Samples per step; 32 if left out, all of them without noise. */
  batchSize?: number;
  /** Chooses the data and the batches; 0 if left out. */
  seed?: number;
}

const optionNames: readonly (keyof LogisticRegressionOptions)[] = [
  "samples",
  "features",
  "condition",
  "l2",
  "batchSize",
  "seed",
];

/**
 * Logistic regression on features of unequal scales, in batches: convex, badly
 * conditioned, noisy. Features are normal, labels are drawn with the
 * probabilities of a model with standard normal weights (of features of scale 1).
 *
 * Parameters are the weights, at first standard normal, and the bias, at first
 * 0. `evaluate` is the mean over all samples with the penalty; its minimum is
 * found when the problem is made. It is solved a hundredth above the minimum,
 * relative to the value log 2 of zero weights.
 *
 * @throws {RangeError} if an option is out of range.
 * @throws {TypeError} if an option is unknown.
 *
 * @example
 * ```ts
 * import { logisticRegression } from "@gradus/testfns";
 * import { assert } from "@std/assert";
 *
 * const { minimum, target } = logisticRegression({ samples: 64, batchSize: 64 });
 * assert(0 < minimum! && minimum! < target! && target! < Math.LN2);
 * ```
 */
export function logisticRegression(
  options: LogisticRegressionOptions = {},
): Problem {
  checkOptions("make logisticRegression", options, optionNames);
  const { samples = 256, features = 10, condition = 100, l2 = 1e-3 } = options;
  const { batchSize = Math.min(32, samples), seed = 0 } = options;
  const name = "logisticRegression";
  checkCount(name, "samples", samples, 1);
  checkCount(name, "features", features, 1);
  checkCount(name, "batchSize", batchSize, 1, samples);
  checkNumber(
    name,
    "condition",
    condition,
    "a number of at least 1",
    condition >= 1 && condition < Infinity,
  );
  // Without a penalty, samples that a plane separates have no minimum.
  checkNumber(name, "l2", l2, "a number above 0", l2 > 0 && l2 < Infinity);

  const dtype = "float64";
  const generator = new Generator().manualSeed(seed);
  const plain = randn([samples, features], { generator, dtype });
  const truth = randn([features], { generator, dtype });
  const probability = plain.matmul(truth).sigmoid();
  const labels = rand([samples], { generator, dtype }).lt(probability).to(
    dtype,
  );
  const scales = logspace(0, -Math.log10(condition) / 2, features, { dtype });
  const x = inBothTypes(plain.mul(scales)), y = inBothTypes(labels);
  const batchOf = batches(samples, batchSize, generator);

  const lossOn = (params: readonly Tensor[], x: Tensor, y: Tensor) => {
    const [w, b] = params as [Tensor, Tensor];
    const fit = binaryCrossEntropyWithLogits(x.matmul(w).add(b), y);
    return fit.add(w.square().sum().mul(l2 / 2));
  };
  const evaluate = (params: readonly Tensor[]) =>
    lossOn(params, like(x, params), like(y, params));
  const minimum = minimumOf(evaluate, [
    zeros([features], { dtype, requiresGrad: true }),
    zeros([], { dtype, requiresGrad: true }),
  ]);
  return {
    name,
    reference: "Cox (1958), The Regression Analysis of Binary Sequences",
    params: (seed = 0, dtype = "float32") => {
      const generator = new Generator().manualSeed(seed);
      const w = randn([features], { generator, dtype: "float64" });
      return [leaf(w, dtype), zeros([], { dtype, requiresGrad: true })];
    },
    loss: (params, step) => {
      const batch = batchOf(step);
      return lossOn(
        params,
        like(x, params).indexSelect(0, batch),
        like(y, params).indexSelect(0, batch),
      );
    },
    evaluate,
    minimum,
    target: minimum + 0.01 * (Math.LN2 - minimum),
  };
}

/** The least value of a smooth convex function. */
function minimumOf(
  evaluate: (params: readonly Tensor[]) => Tensor,
  params: Tensor[],
): number {
  const optimizer = new LBFGS(params, {
    lineSearchFn: "strongWolfe",
    maxIter: 500,
    toleranceGrad: 1e-10,
    toleranceChange: 0,
  });
  optimizer.step(() => {
    optimizer.zeroGrad();
    const loss = evaluate(params);
    loss.backward();
    return loss;
  });
  return evaluate(params).itemSync();
}
