import {
  type Algorithm,
  AlgorithmOptimizer,
  type GradientTransformation,
  type LearningRate,
  type OptionsOf,
  type Params,
  type ScalarOrSchedule,
  transformationOf,
} from "@gradus/optim";
import {
  aboveZero,
  atLeastZero,
  biasCorrection,
  counter,
  countStep,
  flag,
  learningRate,
  oneMinus,
  oneOf,
  unitInterval,
} from "@gradus/optim/internal";
import { type Tensor, zeros, zerosLike } from "@gradus/tensor";
import { orNull } from "./domains.ts";

/** Hyper-parameters of {@linkcode Amos}. */
export interface AmosHyper {
  /** Learning rate, ξ; 1e-3 if left out. The authors recommend 1 / sqrt(N) for N different batches. */
  lr: LearningRate;
  /** The size that elements of the trained parameter are expected to have, η; null, to tell it from the shape, if left out. */
  eta: number | null;
  /** Decay rate of the average of squared gradients, β; 0.999 if left out. 1 - β should be about as large as `lr`. */
  beta: number;
  /** How fast learning rate and decay decay, ζ; 0.25 if left out. */
  zeta: number;
  /** Factor of what is learned in a step, at most 1 where errors are known to be small; 1 if left out. */
  finetuneRate: number;
  /** Decay rate of an average of steps; 0, for none, if left out. */
  momentum: number;
  /** What shares a second moment to save memory: all but the first dim (`"rows"`), all of a parameter (`"tensor"`) or nothing (null); null if left out. */
  reduction: "rows" | "tensor" | null;
  /** The smallest second moment; 2^-125 if left out. */
  eps: number;
  /** Climbs instead of descending; false if left out. */
  maximize: boolean;
}

/** What Amos remembers. */
export type AmosState = {
  /** Steps so far, t. */
  step: Tensor;
  /** Running average of mean squared gradients, v. */
  v: Tensor;
  /** How far the decay has come, b. */
  b: Tensor;
  /** Running average of steps, m, with momentum. */
  expAvg?: Tensor;
};

/** The dims of a parameter that share a second moment. */
function sharedDims(
  { ndim }: Tensor,
  reduction: AmosHyper["reduction"],
): number[] {
  const all = Array.from({ length: ndim }, (_, dim) => dim);
  return reduction === null ? [] : reduction === "rows" ? all.slice(1) : all;
}

/** The scale of a parameter of this shape: that of a layer that keeps variances, 0.5 for a bias. */
function usualEta({ shape, numel }: Tensor): number {
  return shape.length < 2 ? 0.5 : Math.sqrt(shape[0]! / numel);
}

/** The equations of {@linkcode Amos}. */
export const amosRule: Algorithm<AmosHyper, AmosState> = {
  name: "Amos",
  defaults: {
    lr: 1e-3,
    eta: null,
    beta: 0.999,
    zeta: 0.25,
    finetuneRate: 1,
    momentum: 0,
    reduction: null,
    // 2^-125
    eps: 2.350988701644575e-38,
    maximize: false,
  },
  domains: {
    lr: learningRate,
    eta: /* @__PURE__ */ orNull(aboveZero),
    beta: unitInterval,
    zeta: atLeastZero,
    finetuneRate: atLeastZero,
    momentum: unitInterval,
    reduction: /* @__PURE__ */ oneOf("rows", "tensor", null),
    eps: aboveZero,
    maximize: flag,
  },

  init(param, { momentum, reduction }) {
    const { shape, dtype, device } = param;
    const shared = sharedDims(param, reduction);
    const reduced = shape.map((size, dim) => shared.includes(dim) ? 1 : size);
    return {
      step: counter(),
      v: zeros(reduced, { dtype, device }),
      b: zeros(reduced, { dtype, device }),
      ...(momentum !== 0 ? { expAvg: zerosLike(param) } : {}),
    };
  },

  update({ param, grad, state, hyper, uses, target }) {
    const { lr, beta, zeta, finetuneRate, momentum, eps } = hyper;
    const { v, b, expAvg } = state;
    const t = countStep(state);
    const g = hyper.maximize ? grad.neg() : grad;
    const shared = sharedDims(param, hyper.reduction);
    const square = shared.length > 0
      ? g.square().mean(shared, { keepdim: true })
      : g.square();
    v.mul_(beta).add_(square.mul(oneMinus(beta)));
    const inverse = v.maximum(eps).reciprocal().mul(biasCorrection(beta, t));

    const scale = lr.mul(hyper.eta ?? usualEta(param));
    // A copy, as derivatives need it as it was.
    const before = b.clone();
    const c = before.mul(lr.sqrt().mul(zeta)).add(1).rsqrt();
    const d = before.mul(scale.sqrt().mul(zeta)).add(1).reciprocal();
    const factor = finetuneRate.sqrt().mul(lr.square());
    const gamma = c.mul(square).mul(inverse).mul(factor);
    const step = g.mul(inverse.sqrt().mul(scale))
      .add(param.mul(gamma.mul(0.5)))
      .mul(d.mul(finetuneRate));
    b.add_(gamma.mul(before.add(finetuneRate)));
    const taken = uses("momentum")
      ? expAvg!.lerp_(step, oneMinus(momentum))
      : step;
    target.sub_(taken);
  },
};

/** Options of {@linkcode Amos}. */
export type AmosOptions = OptionsOf<AmosHyper>;

/**
 * Amos (Adaptive weight decay towards Model-Oriented Scale): Adam's scaling
 * with a weight decay and a decay of the learning rate that both follow from
 * how large a trained parameter should be, so that no schedule is needed.
 *
 * ```
 * v = β v + (1 - β) M(g²),  v̂ = v / (1 - β^t)
 * γ = c ξ² M(g²) / v̂                        c = 1 / sqrt(1 + ζ sqrt(ξ) b)
 * θ = θ - d (ξ η g / sqrt(v̂) + γ θ / 2)     d = 1 / (1 + ζ sqrt(ξ η) b)
 * b = b + γ (1 + b)
 * ```
 *
 * M is the mean over the dims that `reduction` names, none if null. If η is not
 * given it is 0.5 for parameters of less than 2 dims and sqrt(1 / n) for
 * others, where n elements make one output; embeddings want sqrt(2 / width),
 * scales of normalizations 1. With a finetune rate f, γ has the factor sqrt(f),
 * the step f, and the last line is `b = b + γ (f + b)`. With momentum θ moves
 * by a running average of steps.
 *
 * State per parameter: `step`, `v`, `b`, the latter two with size 1 in dims
 * that are reduced, and with momentum `expAvg`.
 *
 * Ran Tian and Ankur P. Parikh, "Amos: An Adam-style Optimizer with Adaptive
 * Weight Decay towards Model-Oriented Scale", 2022, arXiv:2210.11693.
 *
 * This follows the authors' code (google-research/jestimator), where η must be
 * given. Its clipping of gradients is left to `clipGradValue_`.
 *
 * @example
 * ```ts
 * import { Amos } from "@gradus/optim-extra";
 * import { tensor } from "@gradus/tensor";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const w = tensor([3], { dtype: "float64", requiresGrad: true });
 * const optimizer = new Amos([w], { lr: 0.1, eta: 1 });
 * w.square().sum().backward();
 * optimizer.step();
 * // A step of lr η, and half of lr² as decay.
 * assertAlmostEquals(w.itemSync(), 3 - 0.1 - 0.005 * 3, 1e-12);
 * ```
 */
export class Amos extends AlgorithmOptimizer<AmosHyper, AmosState> {
  /**
   * Amos on `params`.
   *
   * @throws {TypeError} if an option is unknown or has the wrong type.
   * @throws {RangeError} if `lr`, `zeta` or `finetuneRate` is below 0, `eta` or `eps` not above 0, `beta` or `momentum` outside of [0, 1), or there is no such `reduction`.
   */
  constructor(params: Params<AmosHyper>, options: AmosOptions = {}) {
    super(amosRule, params, options);
  }
}

/**
 * {@linkcode Amos} as a transformation of gradients.
 *
 * @example
 * ```ts
 * import { applyUpdates } from "@gradus/optim";
 * import { amos } from "@gradus/optim-extra";
 * import { tensor } from "@gradus/tensor";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const optimizer = amos(0.1, { eta: 1 });
 * const params = { w: tensor([3], { dtype: "float64" }) };
 * const state = optimizer.init(params);
 * const grads = { w: params.w.mul(2) };
 * const [updates] = optimizer.update(grads, state, params);
 * const moved = applyUpdates(params, updates);
 * assertAlmostEquals(moved.w.itemSync(), 3 - 0.1 - 0.005 * 3, 1e-12);
 * ```
 */
export function amos(
  lr: ScalarOrSchedule,
  options: Omit<AmosOptions, "lr"> = {},
): GradientTransformation {
  return transformationOf(amosRule, lr, options);
}
