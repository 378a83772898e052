import { binaryCrossEntropyWithLogits } from "@gradus/loss";
import { init } from "@gradus/nn";
import {
  cat,
  Generator,
  linspace,
  ones,
  randn,
  stack,
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

/** Options of {@linkcode spirals}. */
export interface SpiralsOptions {
  /** Points, half of them on each spiral; 200 if left out. */
  samples?: number;
  /** How often a spiral goes around; 1 if left out. */
  turns?: number;
  /** Standard deviation of the points around their spirals, whose radius is 1; 0.03 if left out. */
  noise?: number;
  /** Width of the hidden layer; 32 if left out. */
  hidden?: number;
  /** Points per step; 50 if left out, all of them without noise. */
  batchSize?: number;
  /** Chooses the points and the batches; 0 if left out. */
  seed?: number;
}

const optionNames: readonly (keyof SpiralsOptions)[] = [
  "samples",
  "turns",
  "noise",
  "hidden",
  "batchSize",
  "seed",
];

/**
 * A net of two layers that learns to tell two intertwined spirals apart, in
 * batches: small, not convex, with plateaus. The points are
 * `±r (cos t, sin t)` with t from 0 to `turns` times 2 pi and r from 0.1 to 1.
 *
 * ```
 * logit = W2 tanh(W1 x + b1) + b2
 * ```
 *
 * Parameters are `[W1, b1, W2, b2]`, at first as PyTorch's `Linear` has them.
 * The loss is the mean binary cross entropy. It is solved where that is 0.1 over
 * all points.
 *
 * Lang and Witbrock (1988), Learning to Tell Two Spirals Apart, with a deeper net.
 *
 * @throws {RangeError} if an option is out of range.
 * @throws {TypeError} if an option is unknown.
 *
 * @example
 * ```ts
 * import { spirals } from "@gradus/testfns";
 * import { assertEquals } from "@std/assert";
 *
 * const params = spirals({ hidden: 16 }).params(3);
 * assertEquals(params.map(({ shape }) => shape), [[16, 2], [16], [1, 16], [1]]);
 * ```
 */
export function spirals(options: SpiralsOptions = {}): Problem {
  checkOptions("make spirals", options, optionNames);
  const { samples = 200, turns = 1, noise = 0.03, hidden = 32 } = options;
  const { batchSize = Math.min(50, samples), seed = 0 } = options;
  const name = "spirals";
  checkCount(name, "samples", samples, 2);
  checkCount(name, "hidden", hidden, 1);
  checkCount(name, "batchSize", batchSize, 1, samples);
  checkNumber(name, "turns", turns, "a number above 0", turns > 0);
  checkNumber(name, "noise", noise, "a number of at least 0", noise >= 0);

  const dtype = "float64";
  const generator = new Generator().manualSeed(seed);
  const count = Math.ceil(samples / 2);
  const t = linspace(0, turns * 2 * Math.PI, count, { dtype });
  const r = linspace(0.1, 1, count, { dtype });
  const arm = stack([r.mul(t.cos()), r.mul(t.sin())], 1);
  const points = cat([arm, arm.neg().at(`:${samples - count}`)]);
  const scattered = randn(points.shape, { generator, dtype }).mul(noise);
  const x = inBothTypes(points.add(scattered));
  const y = inBothTypes(
    cat([ones([count], { dtype }), zeros([samples - count], { dtype })]),
  );
  const batchOf = batches(samples, batchSize, generator);
  return {
    name,
    reference: "Lang and Witbrock (1988), Learning to Tell Two Spirals Apart",
    params: (seed = 0, dtype = "float32") => {
      const generator = new Generator().manualSeed(seed);
      const shapes = [[hidden, 2], [hidden], [1, hidden], [1]];
      return shapes.map((shape, i) => {
        const bound = 1 / Math.sqrt(i < 2 ? 2 : hidden);
        const at = zeros(shape, { dtype: "float64" });
        return leaf(init.uniform_(at, -bound, bound, { generator }), dtype);
      });
    },
    loss: (params, step) => {
      const batch = batchOf(step);
      return lossOn(
        params,
        like(x, params).indexSelect(0, batch),
        like(y, params).indexSelect(0, batch),
      );
    },
    evaluate: (params) => lossOn(params, like(x, params), like(y, params)),
    minimum: 0,
    target: 0.1,
  };
}

function lossOn(params: readonly Tensor[], x: Tensor, y: Tensor): Tensor {
  const [w1, b1, w2, b2] = params as [Tensor, Tensor, Tensor, Tensor];
  const hidden = x.matmul(w1.t()).add(b1).tanh();
  const logits = hidden.matmul(w2.t()).add(b2).view(-1);
  return binaryCrossEntropyWithLogits(logits, y);
}
