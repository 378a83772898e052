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
  penalized,
  unitInterval,
} from "@gradus/optim/internal";
import { type Tensor, where, zerosLike } from "@gradus/tensor";

/** Hyper-parameters of {@linkcode PID}. */
export interface PIDHyper {
  /** Learning rate; 1e-3 if left out. */
  lr: LearningRate;
  /** Decay rate of the sum of gradients and of the average of their changes, α; 0.9 if left out, 0 for neither. */
  momentum: number;
  /** What the gradient lacks in the sum after the first step, τ; 0 if left out. */
  dampening: number;
  /** Factor of the sum of gradients, Ki; 5 if left out. */
  integral: number;
  /** Factor of the average change of gradients, Kd; 10 if left out. */
  derivative: number;
  /** Factor of the parameter in the gradient, λ; 0 if left out. */
  weightDecay: number;
  /** Climbs instead of descending; false if left out. */
  maximize: boolean;
}

/** What PID remembers; nothing without momentum. */
export type PIDState = {
  /** Decaying sum of gradients, I. */
  iBuffer?: Tensor;
  /** Running average of changes of gradients, D. */
  dBuffer?: Tensor;
  /** The gradient of the last step. */
  gradBuffer?: Tensor;
};

/** The equations of {@linkcode PID}. */
export const pidRule: Algorithm<PIDHyper, PIDState> = {
  name: "PID",
  defaults: {
    lr: 1e-3,
    momentum: 0.9,
    dampening: 0,
    integral: 5,
    derivative: 10,
    weightDecay: 0,
    maximize: false,
  },
  domains: {
    lr: learningRate,
    momentum: unitInterval,
    dampening: number,
    integral: atLeastZero,
    derivative: atLeastZero,
    weightDecay: atLeastZero,
    maximize: flag,
  },

  init: (param, { momentum }) =>
    momentum === 0 ? {} : {
      iBuffer: zerosLike(param),
      dBuffer: zerosLike(param),
      gradBuffer: zerosLike(param),
    },

  update(update) {
    const { state, hyper, uses, first, target } = update;
    const { lr, momentum, dampening, integral, derivative } = hyper;
    const g = penalized(update);
    if (!uses("momentum")) {
      target.sub_(g.mul(lr));
      return;
    }
    const last = state.gradBuffer!;
    const share = uses("dampening")
      ? where(first(), 1, oneMinus(dampening))
      : 1;
    const change = where(first(), 0, g.sub(last));
    const i = state.iBuffer!.mul_(momentum).add_(g.mul(share));
    const d = state.dBuffer!.mul_(momentum)
      .add_(change.mul(oneMinus(momentum)));
    const output = g.add(i.mul(integral)).add(d.mul(derivative));
    last.copy_(g);
    target.sub_(output.mul(lr));
  },
};

/** Options of {@linkcode PID}. */
export type PIDOptions = OptionsOf<PIDHyper>;

/**
 * PID: momentum as a controller sees it, the gradient (P) and a sum of past
 * gradients (I), with the missing third term, how the gradient changes (D),
 * which damps overshooting.
 *
 * ```
 * g = gradient + λ θ                         (-gradient to maximize)
 * I = α I + (1 - τ) g                        α I + g in the first step
 * D = α D + (1 - α) (g - g')                 g' is the last g; D = 0 in the first step
 * θ = θ - lr (g + Ki I + Kd D)
 * ```
 *
 * Without momentum it is gradient descent.
 *
 * State per parameter, with momentum: `iBuffer`, `dBuffer`, `gradBuffer`.
 *
 * Wangpeng An, Haoqian Wang, Qingyun Sun, Jun Xu, Qionghai Dai and Lei Zhang,
 * "A PID Controller Approach for Stochastic Optimization of Deep Networks",
 * CVPR 2018.
 *
 * The gains are those of the authors' code, whose D is not what the paper says:
 * it never stores the last gradient, so that D averages gradients themselves,
 * times the learning rate. Copies in other libraries forget the gradient of the
 * first step. Here D is the paper's.
 *
 * @example
 * ```ts
 * import { PID } from "@gradus/optim-extra";
 * import { tensor } from "@gradus/tensor";
 * import { assertEquals } from "@std/assert";
 *
 * const w = tensor([4], { dtype: "float64", requiresGrad: true });
 * const optimizer = new PID([w], {
 *   lr: 0.25,
 *   momentum: 0.5,
 *   integral: 1,
 *   derivative: 1,
 * });
 * for (let t = 1; t <= 2; t++) {
 *   optimizer.zeroGrad();
 *   w.square().mul(0.5).sum().backward(); // the gradient is w
 *   optimizer.step();
 * }
 * // P, I and D: 4, 4 and 0, then 2, 4 and -1.
 * assertEquals(w.arraySync(), [4 - 0.25 * 8 - 0.25 * 5]);
 * ```
 */
export class PID extends AlgorithmOptimizer<PIDHyper, PIDState> {
  /**
   * PID on `params`.
   *
   * @throws {TypeError} if an option is unknown or has the wrong type.
   * @throws {RangeError} if `lr`, `integral`, `derivative` or `weightDecay` is below 0, `momentum` outside of [0, 1), or `dampening` NaN.
   */
  constructor(params: Params<PIDHyper>, options: PIDOptions = {}) {
    super(pidRule, params, options);
  }
}

/**
 * {@linkcode PID} as a transformation of gradients.
 *
 * @example
 * ```ts
 * import { applyUpdates } from "@gradus/optim";
 * import { pid } from "@gradus/optim-extra";
 * import { tensor } from "@gradus/tensor";
 * import { assertEquals } from "@std/assert";
 *
 * const optimizer = pid(0.25, { integral: 1 });
 * const params = { w: tensor([4, -8], { dtype: "float64" }) };
 * const state = optimizer.init(params);
 * const [updates] = optimizer.update({ w: params.w }, state, params);
 * const moved = applyUpdates(params, updates);
 * assertEquals(moved.w.arraySync(), [2, -4]);
 * ```
 */
export function pid(
  lr: ScalarOrSchedule,
  options: Omit<PIDOptions, "lr"> = {},
): GradientTransformation {
  return transformationOf(pidRule, lr, options);
}
