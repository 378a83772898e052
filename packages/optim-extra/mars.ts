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
  biasCorrection,
  counter,
  countStep,
  flag,
  learningRate,
  oneMinus,
  oneOf,
} from "@gradus/optim/internal";
import { type Tensor, zerosLike } from "@gradus/tensor";

/** Hyper-parameters of {@linkcode MARS}. */
export interface MARSHyper {
  /** Learning rate; 3e-3 if left out. */
  lr: LearningRate;
  /** Decay rates of the averages of corrected gradients and of their squares; 0.95 and 0.99 if left out. */
  betas: readonly [number, number];
  /** Keeps denominators away from 0; 1e-8 if left out. */
  eps: number;
  /** Factor of the decoupled decay, λ; 0 if left out. */
  weightDecay: number;
  /** How much of the change of the gradient corrects it, γ; 0.025 if left out. */
  gamma: number;
  /** What is done with corrected gradients: that of AdamW, of Lion, or of Shampoo without its averages, as Muon does; `"adamw"` if left out. */
  marsType: "adamw" | "lion" | "shampoo";
  /** Divides by the largest average of squares so far, where there is one; false if left out. */
  amsgrad: boolean;
  /** Treats parameters that have not 2 dims as those that have; false, for AdamW with the options that end in 1d, if left out. */
  optimize1d: boolean;
  /** Factor of `lr` for AdamW; 1 if left out. */
  lrFactor1d: number;
  /** Decay rates for AdamW; 0.9 and 0.95 if left out. */
  betas1d: readonly [number, number];
  /** Factor of the decay for AdamW; 0.1 if left out. */
  weightDecay1d: number;
  /** Climbs instead of descending; false if left out. */
  maximize: boolean;
}

/** What MARS remembers. */
export type MARSState = {
  /** Steps so far, t. */
  step: Tensor;
  /** Running average of gradients, corrected or for AdamW as they are, m. */
  expAvg: Tensor;
  /** Running average of their squares, v, where something is divided by it. */
  expAvgSq?: Tensor;
  /** The largest v so far, with amsgrad. */
  maxExpAvgSq?: Tensor;
  /** The gradient of the last step, where gradients are corrected. */
  lastGrad?: Tensor;
};

/** Coefficients of the polynomial that brings singular values near 1 (Jordan et al. 2024, Muon). */
const [a, b, c] = [3.4445, -4.775, 2.0315] as const;

/** The orthogonal matrix that is next to `x`, roughly: five Newton-Schulz steps. */
function orthogonalized(x: Tensor, eps: Tensor): Tensor {
  const tall = x.shape[0]! > x.shape[1]!;
  const start = x.div(x.norm().add(eps));
  let y = tall ? start.t() : start;
  for (let i = 0; i < 5; i++) {
    const gram = y.mm(y.t());
    const cubic = gram.mm(y);
    y = y.mul(a).add(cubic.mul(b)).add(gram.mm(cubic).mul(c));
  }
  return tall ? y.t() : y;
}

/** What is done with a parameter. */
function treatmentOf(
  { ndim }: Tensor,
  hyper: Pick<MARSHyper, "marsType" | "optimize1d">,
): { corrects: boolean; method: MARSHyper["marsType"] } {
  const matrix = ndim === 2;
  const corrects = matrix || hyper.optimize1d;
  const { marsType } = hyper;
  const fits = corrects && (matrix || marsType !== "shampoo");
  return { corrects, method: fits ? marsType : "adamw" };
}

/** The equations of {@linkcode MARS}. */
export const marsRule: Algorithm<MARSHyper, MARSState> = {
  name: "MARS",
  defaults: {
    lr: 3e-3,
    betas: [0.95, 0.99],
    eps: 1e-8,
    weightDecay: 0,
    gamma: 0.025,
    marsType: "adamw",
    amsgrad: false,
    optimize1d: false,
    lrFactor1d: 1,
    betas1d: [0.9, 0.95],
    weightDecay1d: 0.1,
    maximize: false,
  },
  domains: {
    lr: learningRate,
    betas,
    eps: atLeastZero,
    weightDecay: atLeastZero,
    gamma: atLeastZero,
    marsType: /* @__PURE__ */ oneOf("adamw", "lion", "shampoo"),
    amsgrad: flag,
    optimize1d: flag,
    lrFactor1d: atLeastZero,
    betas1d: betas,
    weightDecay1d: atLeastZero,
    maximize: flag,
  },

  init(param, hyper) {
    const { corrects, method } = treatmentOf(param, hyper);
    const divides = method === "adamw";
    const zero = () => zerosLike(param);
    return {
      step: counter(),
      expAvg: zero(),
      ...(divides ? { expAvgSq: zero() } : {}),
      ...(divides && hyper.amsgrad ? { maxExpAvgSq: zero() } : {}),
      ...(corrects ? { lastGrad: zero() } : {}),
    };
  },

  update({ param, grad, state, hyper, uses, target, shrink }) {
    const { eps, gamma } = hyper;
    const { corrects, method } = treatmentOf(param, hyper);
    const [beta1, beta2] = corrects ? hyper.betas : hyper.betas1d;
    const lr = corrects ? hyper.lr : hyper.lr.mul(hyper.lrFactor1d);
    const t = countStep(state);
    let g = hyper.maximize ? grad.neg() : grad;
    if (uses(corrects ? "weightDecay" : "weightDecay1d")) {
      shrink(lr.mul(corrects ? hyper.weightDecay : hyper.weightDecay1d));
    }
    if (corrects) {
      // That g is read from the state from here on makes one kernel of both.
      const last = state.lastGrad!.clone();
      g = state.lastGrad!.copy_(g);
      const factor = gamma.mul(beta1.div(oneMinus(beta1)));
      const corrected = g.add(g.sub(last).mul(factor));
      g = corrected.div(corrected.norm().maximum(1));
    }
    const m = state.expAvg.mul_(beta1).add_(g.mul(oneMinus(beta1)));

    if (method === "lion") {
      target.sub_(m.sign().mul(lr));
    } else if (method === "shampoo") {
      const [rows = 1, columns = 1] = param.shape;
      const scale = lr.mul(Math.sqrt(Math.max(1, rows / columns)));
      const whole = m.div(oneMinus(beta1));
      target.sub_(orthogonalized(whole, eps).mul(scale));
    } else {
      const square = state.expAvgSq!.mul_(beta2)
        .addcmul_(g, g, { value: oneMinus(beta2) });
      const v = hyper.amsgrad ? state.maxExpAvgSq!.maximum_(square) : square;
      const root = biasCorrection(beta2, t).sqrt();
      const stepSize = lr.mul(root).div(biasCorrection(beta1, t));
      target.sub_(m.mul(stepSize).div(v.sqrt().add(eps.mul(root))));
    }
  },
};

/** Options of {@linkcode MARS}. */
export type MARSOptions = OptionsOf<MARSHyper>;

/**
 * MARS (Make vAriance Reduction Shine): gradients are corrected by a part of
 * how they changed, which makes their average less noisy, and then treated as
 * AdamW, Lion or Shampoo treat theirs.
 *
 * ```
 * c = g + γ β1 / (1 - β1) (g - g')          g' is the last gradient, 0 in the first step
 * c = c / max(‖c‖, 1)
 * m = β1 m + (1 - β1) c
 * v = β2 v + (1 - β2) c²
 * θ = θ - lr λ θ - lr u
 * ```
 *
 * u is m̂ / (sqrt(v̂) + ε) for `"adamw"`, sign(m) for `"lion"`, and for
 * `"shampoo"` sqrt(max(1, rows / columns)) times the orthogonal matrix next to
 * m, to which five Newton-Schulz steps lead about, and which is that of AdamW
 * for parameters that are no matrices.
 *
 * This is for parameters of 2 dims, and with `optimize1d` for all. Without it
 * the others, biases as well as kernels of convolutions, get AdamW with
 * options of its own.
 *
 * State per parameter: `step`, `expAvg`; `expAvgSq` and with `amsgrad`
 * `maxExpAvgSq` where something is divided by them; `lastGrad` where gradients
 * are corrected.
 *
 * Huizhuo Yuan, Yifeng Liu, Shuang Wu, Xun Zhou and Quanquan Gu, "MARS:
 * Unleashing the Power of Variance Reduction for Training Large Models",
 * ICML 2025, arXiv:2411.10438.
 *
 * This is the approximate form, which is the default of the authors' code: g'
 * comes from another batch than g. The exact one takes both gradients from one
 * batch and so needs a second evaluation. The learning rate for AdamW is given
 * as a factor, where the code has a second learning rate and forms the ratio.
 * Newton-Schulz steps run in the type of the parameter, not in bfloat16.
 *
 * @example
 * ```ts
 * import { MARS } from "@gradus/optim-extra";
 * import { tensor } from "@gradus/tensor";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const w = tensor([[3, -1]], { dtype: "float64", requiresGrad: true });
 * const optimizer = new MARS([w], { lr: 0.25 });
 * w.square().sum().backward();
 * optimizer.step();
 * const [x, y] = (w.arraySync() as number[][])[0]!;
 * assertAlmostEquals(x!, 2.75, 1e-7); // a step of lr, as in Adam
 * assertAlmostEquals(y!, -0.75, 1e-7);
 * ```
 */
export class MARS extends AlgorithmOptimizer<MARSHyper, MARSState> {
  /**
   * MARS on `params`.
   *
   * @throws {TypeError} if an option is unknown or has the wrong type.
   * @throws {RangeError} if a number is below 0, a beta outside of [0, 1), or there is no such `marsType`.
   */
  constructor(params: Params<MARSHyper>, options: MARSOptions = {}) {
    super(marsRule, params, options);
  }
}

/**
 * {@linkcode MARS} as a transformation of gradients.
 *
 * @example
 * ```ts
 * import { applyUpdates } from "@gradus/optim";
 * import { mars } from "@gradus/optim-extra";
 * import { tensor } from "@gradus/tensor";
 * import { assertEquals } from "@std/assert";
 *
 * const optimizer = mars(0.25, { marsType: "lion" });
 * const params = { w: tensor([[3, -1]], { dtype: "float64" }) };
 * const state = optimizer.init(params);
 * const grads = { w: params.w.mul(2) };
 * const [updates] = optimizer.update(grads, state, params);
 * const moved = applyUpdates(params, updates);
 * assertEquals(moved.w.arraySync(), [[2.75, -0.75]]);
 * ```
 */
export function mars(
  lr: ScalarOrSchedule,
  options: Omit<MARSOptions, "lr"> = {},
): GradientTransformation {
  return transformationOf(marsRule, lr, options);
}
