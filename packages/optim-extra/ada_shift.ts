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
  atLeastZero,
  betas,
  count,
  counter,
  countStep,
  flag,
  learningRate,
  oneMinus,
  oneOf,
} from "@gradus/optim/internal";
import { onesLike, type Tensor, where, zeros, zerosLike } from "@gradus/tensor";

/** Hyper-parameters of {@linkcode AdaShift}. */
export interface AdaShiftHyper {
  /** Learning rate; 1e-3 if left out. */
  lr: LearningRate;
  /** Decay rates of the average of the last gradients, and of squares of older ones; 0.9 and 0.999 if left out. */
  betas: readonly [number, number];
  /** How many gradients are kept, n; 10 if left out. A change does not affect parameters that have moved. */
  keepNum: number;
  /** What all elements of a parameter share of the squares: the largest, the mean, or nothing (null); `"max"` if left out. It cannot become null once parameters have moved. */
  reduceFunc: "max" | "mean" | null;
  /** Keeps the denominator away from 0; 1e-10 if left out. */
  eps: number;
  /** Climbs instead of descending; false if left out. */
  maximize: boolean;
}

/** What AdaShift remembers. */
export type AdaShiftState = {
  /** Steps so far, t. */
  step: Tensor;
  /** The last n gradients, of shape [n, ...]: that of step t at t - 1 modulo n. */
  grads: Tensor;
  /** Weighted mean of these, m. */
  expAvg: Tensor;
  /** Running average of squares of gradients of n steps before, v: one number if the elements share the squares. */
  expAvgSq: Tensor;
  /** β2 to the number of steps since v is not 0, in the shape of v. */
  beta2Power: Tensor;
};

/** The equations of {@linkcode AdaShift}. */
export const adaShiftRule: Algorithm<AdaShiftHyper, AdaShiftState> = {
  name: "AdaShift",
  defaults: {
    lr: 1e-3,
    betas: [0.9, 0.999],
    keepNum: 10,
    reduceFunc: "max",
    eps: 1e-10,
    maximize: false,
  },
  domains: {
    lr: learningRate,
    betas,
    keepNum: count,
    reduceFunc: /* @__PURE__ */ oneOf("max", "mean", null),
    eps: atLeastZero,
    maximize: flag,
  },

  init(param, { keepNum, reduceFunc }) {
    const { dtype, device, shape } = param;
    const v = zeros(reduceFunc === null ? shape : [], { dtype, device });
    return {
      step: counter(),
      grads: zeros([keepNum, ...shape], { dtype, device }),
      expAvg: zerosLike(param),
      expAvgSq: v,
      beta2Power: onesLike(v),
    };
  },

  update({ grad, state, hyper, target }) {
    const { lr, betas: [beta1, beta2], eps, reduceFunc } = hyper;
    const { grads, expAvg, expAvgSq, beta2Power } = state;
    if (reduceFunc === null && expAvgSq.ndim < grad.ndim) {
      throw new TypeError(
        "Cannot update AdaShift with reduceFunc null: the elements of a parameter that has moved have one average of squares",
      );
    }
    const n = grads.shape[0]!;
    const t = countStep(state);
    const g = hyper.maximize ? grad.neg() : grad;

    const place = t.sub(1).remainder(n).to("int32").view(1)
      .to(grads.device);
    const oldest = grads.indexSelect(0, place).squeeze(0);
    const last = oneMinus(beta1).div(oneMinus(beta1.pow(n)));
    const first = last.mul(beta1.pow(n - 1));
    expAvg.sub_(oldest.mul(first)).mul_(beta1).add_(g.mul(last));

    const common = reduceFunc === null
      ? oldest.square()
      : reduceFunc === "max"
      ? oldest.abs().amax().square()
      : oldest.square().mean();
    expAvgSq.mul_(beta2).add_(common.mul(oneMinus(beta2)));
    const started = expAvgSq.gt(0).logicalOr(beta2Power.lt(1));
    beta2Power.mul_(where(started, beta2, 1));
    grads.indexPut_([place], g.unsqueeze(0));

    // The authors' bound for the correction.
    const corrected = expAvgSq.div(oneMinus(beta2Power).clamp({ min: 1e-8 }));
    const step = expAvg.div(corrected.sqrt().add(eps));
    target.sub_(where(started, step, 0).mul(lr));
  },
};

/** Options of {@linkcode AdaShift}. */
export type AdaShiftOptions = OptionsOf<AdaShiftHyper>;

/**
 * AdaShift: Adam whose denominator is made of gradients so old that they have
 * nothing to do with the numerator, so that the step is not biased.
 *
 * ```
 * m = Σ β1^i g[t - i] / Σ β1^i                      i = 0, ..., n - 1
 * v = β2 v + (1 - β2) max(g[t - n]²)                the maximum over the parameter
 * θ = θ - lr m / (sqrt(v̂) + ε)                      from step n + 1 on
 * ```
 *
 * v̂ is v over 1 - β2^s, where s counts the steps since v is not 0; until then
 * the parameter stays. `reduceFunc` is what stands for max; without it every
 * element has its own v.
 *
 * State per parameter: `step`, `grads`, `expAvg`, `expAvgSq` and `beta2Power`.
 *
 * Zhiming Zhou, Qingru Zhang, Guansong Lu, Hongwei Wang, Weinan Zhang and Yong
 * Yu, "AdaShift: Decorrelation and Convergence of Adaptive Learning Rate
 * Methods", ICLR 2019, arXiv:1810.00143.
 *
 * This is the authors' code. Ports to PyTorch take the first gradient twice,
 * begin one step earlier and correct v by other counts.
 *
 * @example
 * ```ts
 * import { AdaShift } from "@gradus/optim-extra";
 * import { tensor } from "@gradus/tensor";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const w = tensor([3], { dtype: "float64", requiresGrad: true });
 * const optimizer = new AdaShift([w], { lr: 0.5, betas: [0.5, 0.999], keepNum: 2 });
 * for (const g of [4, 1, 3]) {
 *   w.grad = tensor([g], { dtype: "float64" });
 *   optimizer.step();
 * }
 * // One step: the mean of 1 and 3 with weights 1 and 2, over the gradient before them.
 * assertAlmostEquals(w.itemSync(), 3 - 0.5 * (7 / 3) / 4, 1e-9);
 * ```
 */
export class AdaShift extends AlgorithmOptimizer<AdaShiftHyper, AdaShiftState> {
  /**
   * AdaShift on `params`.
   *
   * @throws {TypeError} if an option is unknown or has the wrong type.
   * @throws {RangeError} if `lr` or `eps` is below 0, a beta outside of [0, 1), `keepNum` not a whole number of at least 1 or `reduceFunc` unknown.
   */
  constructor(params: Params<AdaShiftHyper>, options: AdaShiftOptions = {}) {
    super(adaShiftRule, params, options);
  }
}

/**
 * {@linkcode AdaShift} as a transformation of gradients.
 *
 * @example
 * ```ts
 * import { applyUpdates } from "@gradus/optim";
 * import { adashift } from "@gradus/optim-extra";
 * import { tensor } from "@gradus/tensor";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const optimizer = adashift(0.5, { keepNum: 1 });
 * let params = { w: tensor([3], { dtype: "float64" }) };
 * let state = optimizer.init(params);
 * for (const g of [4, 2]) {
 *   const grads = { w: tensor([g], { dtype: "float64" }) };
 *   const [updates, next] = optimizer.update(grads, state, params);
 *   params = applyUpdates(params, updates);
 *   state = next;
 * }
 * assertAlmostEquals(params.w.itemSync(), 3 - 0.5 * 2 / 4, 1e-9);
 * ```
 */
export function adashift(
  learningRate: ScalarOrSchedule,
  options: Omit<AdaShiftOptions, "lr"> = {},
): GradientTransformation {
  return transformationOf(adaShiftRule, learningRate, options);
}
