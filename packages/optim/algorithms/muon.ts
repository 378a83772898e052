/** Muon. */

import { type Tensor, zerosLike } from "@gradus/tensor";
import { asNumber, showShape } from "@gradus/tensor/internal";
import type { Algorithm, LearningRate } from "../algorithm.ts";
import {
  atLeastZero,
  type Domain,
  flag,
  learningRate,
  oneOf,
} from "../domains.ts";
import { oneMinus } from "./shared.ts";

/** Hyper-parameters of {@linkcode Muon}. */
export interface MuonHyper {
  /** Learning rate; 1e-3 if left out. */
  lr: LearningRate;
  /** Factor of the decoupled decay, λ; 0.1 if left out. */
  weightDecay: number;
  /** Decay rate of the average of gradients, μ; 0.95 if left out. */
  momentum: number;
  /** Looks ahead along the average; true if left out. */
  nesterov: boolean;
  /** The polynomial of the iteration, a, b and c; 3.4445, -4.775 and 2.0315 if left out. */
  nsCoefficients: readonly [number, number, number];
  /** The smallest norm that a change is divided by; 1e-7 if left out. */
  eps: number;
  /** Iterations; 5 if left out. */
  nsSteps: number;
  /**
   * What the learning rate is multiplied by for a matrix of A rows and B
   * columns: `sqrt(max(1, A / B))` for `"original"` and for null, the default;
   * `0.2 sqrt(max(A, B))` for `"matchRmsAdamw"`, so that steps are as large as
   * those of AdamW.
   */
  adjustLrFn: "original" | "matchRmsAdamw" | "match_rms_adamw" | null;
}

/** What Muon remembers. */
export type MuonState = {
  /** Running average of gradients, m. */
  momentumBuffer: Tensor;
};

const threeNumbers: Domain = {
  expected: "three numbers",
  type: (value) =>
    Array.isArray(value) && value.length === 3 &&
    value.every((x) => typeof x === "number"),
  range: (value) => (value as number[]).every((x) => !Number.isNaN(x)),
};

const iterations: Domain = {
  expected: "a whole number from 0 to 99",
  type: (value) => typeof value === "number",
  range: (value) =>
    Number.isInteger(value) && value as number >= 0 && value as number < 100,
};

/**
 * The nearest numbers of 8 significant bits, those of bfloat16, ties to even,
 * as float32. GPUs lack float64 and keep all bits.
 */
export function bfloat16(x: Tensor): Tensor {
  const single = x.to("float32");
  if (x.device !== "cpu") return single;
  const y = single.to("float64");
  // The last bits of y fall off the sum, whose ulp is that of bfloat16 for y.
  const large = y.mul(2 ** 45);
  return y.add(large).sub(large).to("float32");
}

/**
 * `product + beta * x` in bfloat16. As in a fused instruction, which PyTorch
 * takes, `beta * x` is not rounded.
 */
function addedProduct(product: Tensor, x: Tensor, beta: Tensor): Tensor {
  if (x.device !== "cpu") return product.add(x.mul(beta));
  const factor = asNumber(beta.to("float32").to("float64"));
  return bfloat16(x.to("float64").mul(factor).add(product));
}

/** What a matrix turns into when its singular values go to about 1, in bfloat16. */
function orthogonalized(
  matrix: Tensor,
  coefficients: readonly [Tensor, Tensor, Tensor],
  steps: number,
  eps: Tensor,
): Tensor {
  const [a, b, c] = coefficients;
  const tall = matrix.shape[0]! > matrix.shape[1]!;
  let x = bfloat16(tall ? matrix.t() : matrix);
  x = bfloat16(x.div(bfloat16(x.norm().maximum(eps))));
  for (let i = 0; i < steps; i++) {
    const gram = bfloat16(x.mm(x.t()));
    const factor = addedProduct(gram.mm(gram).mul(c), gram, b);
    x = addedProduct(factor.mm(x), x, a);
  }
  return tall ? x.t() : x;
}

/** Says that Muon has no use for a parameter. */
export function noMatrix({ shape }: Tensor): RangeError {
  return new RangeError(
    `Cannot use Muon on this parameter: expected a matrix, got shape ${
      showShape(shape)
    }`,
  );
}

/** What the learning rate is multiplied by for a matrix of this shape. */
function ratio(
  shape: readonly number[],
  adjustLrFn: MuonHyper["adjustLrFn"],
): number {
  const [rows, columns] = shape as [number, number];
  return adjustLrFn === null || adjustLrFn === "original"
    ? Math.sqrt(Math.max(1, rows / columns))
    : 0.2 * Math.sqrt(Math.max(rows, columns));
}

/**
 * Muon (Jordan et al. 2024, https://kellerjordan.github.io/posts/muon/; Liu et
 * al. 2025, arXiv:2502.16982): the average of gradients of a matrix, with all
 * singular values made about equal.
 *
 * ```
 * m = μ m + (1 - μ) g
 * u = μ m + (1 - μ) g          with nesterov
 * u = m                        without
 * X = u / max(|u|, ε)          transposed if it has more rows than columns
 * X = a X + (b X Xᵀ + c (X Xᵀ)²) X        nsSteps times
 * θ = θ - lr λ θ - lr ratio X             transposed back
 * ```
 *
 * As in PyTorch m is an average where the paper has a sum, and X is computed in
 * bfloat16: products in float32, each result rounded to 8 bits. On a GPU it is
 * float32 throughout.
 */
export const muonRule: Algorithm<MuonHyper, MuonState> = {
  name: "Muon",
  defaults: {
    lr: 1e-3,
    weightDecay: 0.1,
    momentum: 0.95,
    nesterov: true,
    nsCoefficients: [3.4445, -4.775, 2.0315],
    eps: 1e-7,
    nsSteps: 5,
    adjustLrFn: null,
  },
  domains: {
    lr: learningRate,
    weightDecay: atLeastZero,
    momentum: atLeastZero,
    nesterov: flag,
    nsCoefficients: threeNumbers,
    eps: atLeastZero,
    nsSteps: iterations,
    adjustLrFn: /* @__PURE__ */ oneOf(
      "original",
      "matchRmsAdamw",
      "match_rms_adamw",
      null,
    ),
  },

  init(param) {
    if (param.ndim !== 2) throw noMatrix(param);
    return { momentumBuffer: zerosLike(param) };
  },

  update(update) {
    const { grad, state, hyper, uses, constant, target } = update;
    const { lr, momentum, weightDecay, nsCoefficients, eps } = hyper;
    const m = state.momentumBuffer.lerp_(grad, oneMinus(momentum));
    const u = hyper.nesterov ? grad.lerp(m, momentum) : m;
    const steps = constant("nsSteps");
    const x = orthogonalized(u, nsCoefficients, steps, eps);
    if (uses("weightDecay")) update.shrink(lr.mul(weightDecay));
    const factor = ratio(target.shape, hyper.adjustLrFn);
    target.sub_(x.to(target.dtype).mul(lr.mul(factor)));
  },
};
