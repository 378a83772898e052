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
  penalized,
} from "@gradus/optim/internal";
import { type Tensor, zerosLike } from "@gradus/tensor";
import { manyBetas } from "./domains.ts";

/** Hyper-parameters of {@linkcode AggMo}. */
export interface AggMoHyper {
  /** Learning rate; 0.1 if left out. */
  lr: LearningRate;
  /** Dampings, one for each velocity; 0, 0.9 and 0.99 if left out, which the authors recommend. */
  betas: readonly number[];
  /** Factor of the parameter in the gradient, λ; 0 if left out. */
  weightDecay: number;
  /** Climbs instead of descending; false if left out. */
  maximize: boolean;
}

/** What AggMo remembers. */
export type AggMoState = {
  /** The velocity with the damping of this number. */
  [name: `momentumBuffer${number}`]: Tensor;
};

/** The equations of {@linkcode AggMo}. */
export const aggMoRule: Algorithm<AggMoHyper, AggMoState> = {
  name: "AggMo",
  defaults: {
    lr: 0.1,
    betas: [0, 0.9, 0.99],
    weightDecay: 0,
    maximize: false,
  },
  domains: {
    lr: learningRate,
    betas: manyBetas,
    weightDecay: atLeastZero,
    maximize: flag,
  },

  init(param, { betas }) {
    const state: AggMoState = {};
    betas.forEach((_, i) => state[`momentumBuffer${i}`] = zerosLike(param));
    return state;
  },

  update(update) {
    const { state, hyper: { lr, betas }, target } = update;
    const g = penalized(update);
    const sum = betas
      .map((beta, i) => state[`momentumBuffer${i}`]!.mul_(beta).add_(g))
      .reduce((sum, velocity) => sum.add(velocity));
    target.sub_(sum.mul(lr.div(betas.length)));
  },
};

/** Options of {@linkcode AggMo}. */
export type AggMoOptions = OptionsOf<AggMoHyper>;

/**
 * AggMo, aggregated momentum: the average of several velocities with different
 * dampings. Fast ones keep slow ones, which get far along flat directions,
 * from oscillating.
 *
 * ```
 * v_i = β_i v_i + g + λ θ                   for each i of K
 * θ = θ - lr / K Σ v_i
 * ```
 *
 * With one β this is momentum. The authors choose β_i = 1 - 0.1^i from i = 0.
 *
 * State per parameter: `momentumBuffer0`, `momentumBuffer1` and so on.
 *
 * James Lucas, Shengyang Sun, Richard Zemel and Roger Grosse, "Aggregated
 * Momentum: Stability Through Passive Damping", ICLR 2019, arXiv:1804.00325.
 *
 * The authors' code keeps velocities under the values of their dampings, here
 * under their numbers, so that dampings can change.
 *
 * @example
 * ```ts
 * import { AggMo } from "@gradus/optim-extra";
 * import { tensor } from "@gradus/tensor";
 * import { assertEquals } from "@std/assert";
 *
 * const w = tensor([2], { dtype: "float64", requiresGrad: true });
 * const optimizer = new AggMo([w], { lr: 0.5, betas: [0, 0.5] });
 * for (let t = 1; t <= 2; t++) {
 *   optimizer.zeroGrad();
 *   w.square().mul(0.5).sum().backward(); // the gradient is w
 *   optimizer.step();
 * }
 * // Velocities 2 and 2, then 1 and 2.
 * assertEquals(w.arraySync(), [2 - 0.5 * 2 - 0.5 * 1.5]);
 * ```
 */
export class AggMo extends AlgorithmOptimizer<AggMoHyper, AggMoState> {
  /**
   * AggMo on `params`.
   *
   * @throws {TypeError} if an option is unknown or has the wrong type.
   * @throws {RangeError} if `lr` or `weightDecay` is below 0, or a beta outside of [0, 1).
   */
  constructor(params: Params<AggMoHyper>, options: AggMoOptions = {}) {
    super(aggMoRule, params, options);
  }
}

/**
 * {@linkcode AggMo} as a transformation of gradients.
 *
 * @example
 * ```ts
 * import { applyUpdates } from "@gradus/optim";
 * import { aggmo } from "@gradus/optim-extra";
 * import { tensor } from "@gradus/tensor";
 * import { assertEquals } from "@std/assert";
 *
 * const optimizer = aggmo(0.5, { betas: [0, 0.5] });
 * const params = { w: tensor([2, -4], { dtype: "float64" }) };
 * const state = optimizer.init(params);
 * const [updates] = optimizer.update({ w: params.w }, state, params);
 * const moved = applyUpdates(params, updates);
 * assertEquals(moved.w.arraySync(), [1, -2]);
 * ```
 */
export function aggmo(
  lr: ScalarOrSchedule,
  options: Omit<AggMoOptions, "lr"> = {},
): GradientTransformation {
  return transformationOf(aggMoRule, lr, options);
}
