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
  flag,
  learningRate,
  oneMinus,
} from "@gradus/optim/internal";
import { type Tensor, zerosLike } from "@gradus/tensor";

/** Hyper-parameters of {@linkcode Lion}. */
export interface LionHyper {
  /** Learning rate, and so the length of each step in each direction; 1e-4 if left out. */
  lr: LearningRate;
  /** What the direction and what the average keep of the past; 0.9 and 0.99 if left out. */
  betas: readonly [number, number];
  /** Factor of the decoupled decay, λ; 0 if left out. */
  weightDecay: number;
  /** Climbs instead of descending; false if left out. */
  maximize: boolean;
}

/** What Lion remembers. */
export type LionState = {
  /** Running average of gradients, m. */
  expAvg: Tensor;
};

/** The equations of {@linkcode Lion}. */
export const lionRule: Algorithm<LionHyper, LionState> = {
  name: "Lion",
  defaults: { lr: 1e-4, betas: [0.9, 0.99], weightDecay: 0, maximize: false },
  domains: {
    lr: learningRate,
    betas,
    weightDecay: atLeastZero,
    maximize: flag,
  },

  init: (param) => ({ expAvg: zerosLike(param) }),

  update({ grad, state: { expAvg: m }, hyper, uses, target, shrink }) {
    const { lr, betas: [beta1, beta2], weightDecay } = hyper;
    const g = hyper.maximize ? grad.neg() : grad;
    if (uses("weightDecay")) shrink(lr.mul(weightDecay));
    // Not as a lerp: a sign shows how its argument was rounded.
    const direction = m.mul(beta1).add(g.mul(oneMinus(beta1))).sign();
    m.mul_(beta2).add_(g.mul(oneMinus(beta2)));
    target.sub_(direction.mul(lr));
  },
};

/** Options of {@linkcode Lion}. */
export type LionOptions = OptionsOf<LionHyper>;

/**
 * Lion (EvoLved sIgn mOmeNtum): every element moves by `lr`, in the direction
 * of the sign of an average of gradients. It was found by program search, needs
 * one buffer, and wants a learning rate that is 3 to 10 times smaller than
 * Adam's with a weight decay as many times larger.
 *
 * ```
 * θ = θ - lr λ θ
 * θ = θ - lr sign(β1 m + (1 - β1) g)
 * m = β2 m + (1 - β2) g                     (sign(0) is 0)
 * ```
 *
 * State per parameter: `expAvg`.
 *
 * Xiangning Chen, Chen Liang, Da Huang, Esteban Real, Kaiyuan Wang, Yao Liu,
 * Hieu Pham, Xuanyi Dong, Thang Luong, Cho-Jui Hsieh, Yifeng Lu and Quoc V. Le,
 * "Symbolic Discovery of Optimization Algorithms", NeurIPS 2023,
 * arXiv:2302.06675.
 *
 * The authors' code decays by 0 unless told otherwise, as here; Optax by 1e-3.
 *
 * @example
 * ```ts
 * import { Lion } from "@gradus/optim-extra";
 * import { tensor } from "@gradus/tensor";
 * import { assertEquals } from "@std/assert";
 *
 * const w = tensor([3, -2, 0], { dtype: "float64", requiresGrad: true });
 * const optimizer = new Lion([w], { lr: 0.25 });
 * w.square().sum().backward();
 * optimizer.step();
 * assertEquals(w.arraySync(), [2.75, -1.75, 0]);
 * ```
 */
export class Lion extends AlgorithmOptimizer<LionHyper, LionState> {
  /**
   * Lion on `params`.
   *
   * @throws {TypeError} if an option is unknown or has the wrong type.
   * @throws {RangeError} if `lr` or `weightDecay` is below 0, or a beta outside of [0, 1).
   */
  constructor(params: Params<LionHyper>, options: LionOptions = {}) {
    super(lionRule, params, options);
  }
}

/**
 * {@linkcode Lion} as a transformation of gradients.
 *
 * @example
 * ```ts
 * import { applyUpdates } from "@gradus/optim";
 * import { lion } from "@gradus/optim-extra";
 * import { tensor } from "@gradus/tensor";
 * import { assertEquals } from "@std/assert";
 *
 * const optimizer = lion(0.25, { weightDecay: 1 });
 * const params = { w: tensor([4, -2], { dtype: "float64" }) };
 * const state = optimizer.init(params);
 * const grads = { w: params.w.mul(2) };
 * const [updates] = optimizer.update(grads, state, params);
 * const moved = applyUpdates(params, updates);
 * assertEquals(moved.w.arraySync(), [2.75, -1.25]);
 * ```
 */
export function lion(
  lr: ScalarOrSchedule,
  options: Omit<LionOptions, "lr"> = {},
): GradientTransformation {
  return transformationOf(lionRule, lr, options);
}
