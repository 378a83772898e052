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
  number,
  oneMinus,
  oneOf,
  unitInterval,
} from "@gradus/optim/internal";
import { type Tensor, zerosLike } from "@gradus/tensor";

/** Hyper-parameters of {@linkcode QHM}. */
export interface QHMHyper {
  /** Learning rate; 1e-3 if left out. Momentum is damped: what momentum SGD does with lr, QHM does with `lr / (1 - momentum)`. */
  lr: LearningRate;
  /** Decay rate of the average of gradients, β, in [0, 1); 0.999 if left out. */
  momentum: number;
  /** Share of that average in the step, ν; the rest is the gradient itself. 0.7 if left out. */
  nu: number;
  /** Factor of the L2 penalty, or of the decay, λ; 0 if left out. */
  weightDecay: number;
  /** Whether decay is part of the gradient, `"grad"`, or shrinks the parameter, `"direct"`; `"grad"` if left out. */
  weightDecayType: "grad" | "direct";
  /** Climbs instead of descending; false if left out. */
  maximize: boolean;
}

/** What QHM remembers. */
export type QHMState = {
  /** Running average of gradients, b. */
  momentumBuffer: Tensor;
};

/** The equations of {@linkcode QHM}. */
export const qhmRule: Algorithm<QHMHyper, QHMState> = {
  name: "QHM",
  defaults: {
    lr: 1e-3,
    momentum: 0.999,
    nu: 0.7,
    weightDecay: 0,
    weightDecayType: "grad",
    maximize: false,
  },
  domains: {
    lr: learningRate,
    momentum: unitInterval,
    nu: number,
    weightDecay: atLeastZero,
    weightDecayType: /* @__PURE__ */ oneOf("grad", "direct"),
    maximize: flag,
  },

  init: (param) => ({ momentumBuffer: zerosLike(param) }),

  update({ param, grad, state, hyper, uses, target, shrink }) {
    const { lr, momentum, nu, weightDecay } = hyper;
    let g = hyper.maximize ? grad.neg() : grad;
    if (uses("weightDecay")) {
      if (hyper.weightDecayType === "direct") shrink(lr.mul(weightDecay));
      else g = g.add(param.mul(weightDecay));
    }
    const average = state.momentumBuffer.lerp_(g, oneMinus(momentum));
    const step = average.mul(lr.mul(nu)).add(g.mul(lr.mul(oneMinus(nu))));
    target.sub_(step);
  },
};

/** Options of {@linkcode QHM}. */
export type QHMOptions = OptionsOf<QHMHyper>;

/**
 * QHM, quasi-hyperbolic momentum: a mean of a step of plain SGD and one of SGD
 * with momentum. With `nu: 0` it is the former, with `nu: 1` the latter, with
 * `nu` equal to `momentum` Nesterov's accelerated gradient.
 *
 * ```
 * g = gradient + λ θ                     λ θ only with weightDecayType "grad"
 * θ = θ - lr λ θ                         with "direct"
 * b = β b + (1 - β) g
 * θ = θ - lr (ν b + (1 - ν) g)
 * ```
 *
 * The defaults are the rule of thumb of the authors, but for lr, for which
 * they propose 1: the same as 0.001 in momentum SGD.
 *
 * State per parameter: `momentumBuffer`.
 *
 * Jerry Ma and Denis Yarats, "Quasi-hyperbolic momentum and Adam for deep
 * learning", ICLR 2019, arXiv:1810.06801. Section 4 and appendix C show how
 * other methods are special cases; PID control and some others need a ν
 * outside of [0, 1], so any number is allowed.
 *
 * @example
 * ```ts
 * import { QHM } from "@gradus/optim-extra";
 * import { tensor } from "@gradus/tensor";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const w = tensor([3], { dtype: "float64", requiresGrad: true });
 * const optimizer = new QHM([w], { lr: 0.5, momentum: 0.75, nu: 0.5 });
 * w.square().sum().backward();
 * optimizer.step();
 * assertAlmostEquals(w.itemSync(), 3 - 0.5 * (0.5 * 1.5 + 0.5 * 6), 1e-12);
 * ```
 */
export class QHM extends AlgorithmOptimizer<QHMHyper, QHMState> {
  /**
   * QHM on `params`.
   *
   * @throws {TypeError} if an option is unknown or has the wrong type.
   * @throws {RangeError} if `lr` or `weightDecay` is below 0, `momentum` outside of [0, 1) or `nu` NaN.
   */
  constructor(params: Params<QHMHyper>, options: QHMOptions = {}) {
    super(qhmRule, params, options);
  }
}

/**
 * {@linkcode QHM} as a transformation of gradients.
 *
 * @example
 * ```ts
 * import { applyUpdates } from "@gradus/optim";
 * import { qhm } from "@gradus/optim-extra";
 * import { tensor } from "@gradus/tensor";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const optimizer = qhm(0.5, { momentum: 0.75, nu: 0.5 });
 * const params = { w: tensor([3], { dtype: "float64" }) };
 * const state = optimizer.init(params);
 * const [updates] = optimizer.update({ w: params.w.mul(2) }, state, params);
 * assertAlmostEquals(applyUpdates(params, updates).w.itemSync(), 1.125, 1e-12);
 * ```
 */
export function qhm(
  learningRate: ScalarOrSchedule,
  options: Omit<QHMOptions, "lr"> = {},
): GradientTransformation {
  return transformationOf(qhmRule, learningRate, options);
}
