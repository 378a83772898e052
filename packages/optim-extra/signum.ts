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
  flag,
  learningRate,
  oneMinus,
  penalized,
  unitInterval,
} from "@gradus/optim/internal";
import { type Tensor, zerosLike } from "@gradus/tensor";

/** Hyper-parameters of {@linkcode Signum}. */
export interface SignumHyper {
  /** Learning rate, and so the length of each step in each direction; 0.01 if left out. */
  lr: LearningRate;
  /** Decay rate of the average of gradients, β; 0.9 if left out, 0 for the sign of the gradient. */
  momentum: number;
  /** Factor of the parameter in the gradient, λ; 0 if left out. */
  weightDecay: number;
  /** Decay shrinks the parameter by `lr λ` and stays out of the average; false if left out. */
  decoupledWeightDecay: boolean;
  /** Climbs instead of descending; false if left out. */
  maximize: boolean;
}

/** What Signum remembers; nothing without momentum. */
export type SignumState = {
  /** Running average of gradients, m. */
  momentumBuffer?: Tensor;
};

/** The equations of {@linkcode Signum}. */
export const signumRule: Algorithm<SignumHyper, SignumState> = {
  name: "Signum",
  defaults: {
    lr: 0.01,
    momentum: 0.9,
    weightDecay: 0,
    decoupledWeightDecay: false,
    maximize: false,
  },
  domains: {
    lr: learningRate,
    momentum: unitInterval,
    weightDecay: atLeastZero,
    decoupledWeightDecay: flag,
    maximize: flag,
  },

  init: (param, { momentum }) =>
    momentum !== 0 ? { momentumBuffer: zerosLike(param) } : {},

  update(update) {
    const { state, hyper, uses, target, shrink } = update;
    const { lr, momentum, weightDecay } = hyper;
    const g = penalized(update);
    if (hyper.decoupledWeightDecay && uses("weightDecay")) {
      shrink(lr.mul(weightDecay));
    }
    // Not as a lerp: a sign shows how its argument was rounded.
    const m = uses("momentum")
      ? state.momentumBuffer!.mul_(momentum).add_(g.mul(oneMinus(momentum)))
      : g;
    target.sub_(m.sign().mul(lr));
  },
};

/** Options of {@linkcode Signum}. */
export type SignumOptions = OptionsOf<SignumHyper>;

/**
 * Signum, the sign of momentum, and with `momentum: 0` signSGD: every element
 * moves by `lr`, so that one bit per element tells other machines all about a
 * step.
 *
 * ```
 * m = β m + (1 - β) (g + λ θ)
 * θ = θ - lr sign(m)                        (sign(0) is 0)
 * ```
 *
 * Decoupled decay leaves λ θ out of m and does `θ = θ - lr λ θ` first.
 *
 * State per parameter: `momentumBuffer`, with momentum.
 *
 * Jeremy Bernstein, Yu-Xiang Wang, Kamyar Azizzadenesheli and Anima Anandkumar,
 * "signSGD: Compressed Optimisation for Non-Convex Problems", ICML 2018,
 * arXiv:1802.04434.
 *
 * The paper's algorithms that work on many machines decay decoupled; the code
 * that it was published with, in MXNet, has both ways. Optax has neither.
 *
 * @example
 * ```ts
 * import { Signum } from "@gradus/optim-extra";
 * import { tensor } from "@gradus/tensor";
 * import { assertEquals } from "@std/assert";
 *
 * const w = tensor([3, -2, 0], { dtype: "float64", requiresGrad: true });
 * const optimizer = new Signum([w], { lr: 0.25 });
 * w.square().sum().backward();
 * optimizer.step();
 * assertEquals(w.arraySync(), [2.75, -1.75, 0]);
 * ```
 */
export class Signum extends AlgorithmOptimizer<SignumHyper, SignumState> {
  /**
   * Signum on `params`.
   *
   * @throws {TypeError} if an option is unknown or has the wrong type.
   * @throws {RangeError} if `lr` or `weightDecay` is below 0, or `momentum` outside of [0, 1).
   */
  constructor(params: Params<SignumHyper>, options: SignumOptions = {}) {
    super(signumRule, params, options);
  }
}

/**
 * {@linkcode Signum} as a transformation of gradients.
 *
 * @example
 * ```ts
 * import { applyUpdates } from "@gradus/optim";
 * import { signum } from "@gradus/optim-extra";
 * import { tensor } from "@gradus/tensor";
 * import { assertEquals } from "@std/assert";
 *
 * const optimizer = signum(0.25, { momentum: 0 });
 * const params = { w: tensor([4, -2], { dtype: "float64" }) };
 * const state = optimizer.init(params);
 * const grads = { w: params.w.mul(2) };
 * const [updates] = optimizer.update(grads, state, params);
 * const moved = applyUpdates(params, updates);
 * assertEquals(moved.w.arraySync(), [3.75, -1.75]);
 * ```
 */
export function signum(
  lr: ScalarOrSchedule,
  options: Omit<SignumOptions, "lr"> = {},
): GradientTransformation {
  return transformationOf(signumRule, lr, options);
}
