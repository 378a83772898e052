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
import { flag, learningRate, oneMinus } from "@gradus/optim/internal";
import { trustRatio } from "./trust_ratio.ts";

/** Hyper-parameters of {@linkcode Fromage}. */
export interface FromageHyper {
  /** Learning rate: the length of a step relative to that of the parameter, η; 0.01 if left out. */
  lr: LearningRate;
  /** Climbs instead of descending; false if left out. */
  maximize: boolean;
}

/** What Fromage remembers: nothing. */
export type FromageState = Record<string, never>;

/** The equations of {@linkcode Fromage}. */
export const fromageRule: Algorithm<FromageHyper, FromageState> = {
  name: "Fromage",
  defaults: { lr: 0.01, maximize: false },
  domains: { lr: learningRate, maximize: flag },

  init: () => ({}),

  update({ param, grad, hyper, target, shrink }) {
    const { lr } = hyper;
    const g = hyper.maximize ? grad.neg() : grad;
    const ratio = trustRatio(param.norm(), g.norm());
    const factor = lr.square().add(1).rsqrt();
    shrink(oneMinus(factor));
    target.sub_(g.mul(ratio.mul(lr.mul(factor))));
  },
};

/** Options of {@linkcode Fromage}. */
export type FromageOptions = OptionsOf<FromageHyper>;

/**
 * Fromage (Frobenius matched gradient descent): each parameter moves by the
 * same part of its length, and is scaled back so that steps at right angles to
 * it do not make it longer. One learning rate, 0.01, suits most networks.
 *
 * ```
 * θ = (θ - η ‖θ‖ / ‖g‖ g) / sqrt(1 + η²)
 * ```
 *
 * Where ‖θ‖ or ‖g‖ is 0 their ratio counts as 1.
 *
 * There is no state.
 *
 * Jeremy Bernstein, Arash Vahdat, Yisong Yue and Ming-Yu Liu, "On the distance
 * between two neural networks and the stability of learning", NeurIPS 2020,
 * arXiv:2002.03432.
 *
 * Layers are parameters here. Optax takes norms below 1e-6 for 1e-6.
 *
 * @example
 * ```ts
 * import { Fromage } from "@gradus/optim-extra";
 * import { tensor } from "@gradus/tensor";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const w = tensor([3, 4], { dtype: "float64", requiresGrad: true });
 * const optimizer = new Fromage([w], { lr: 0.75 });
 * w.at(0).mul(2).add(w.at(1).mul(-1.5)).backward(); // at right angles to w
 * optimizer.step();
 * // The length stays 5, the direction turns by the angle with the tangent 0.75.
 * const [x, y] = w.arraySync() as number[];
 * assertAlmostEquals(x!, (3 - 3) / 1.25, 1e-12);
 * assertAlmostEquals(y!, (4 + 2.25) / 1.25, 1e-12);
 * ```
 */
export class Fromage extends AlgorithmOptimizer<FromageHyper, FromageState> {
  /**
   * Fromage on `params`.
   *
   * @throws {TypeError} if an option is unknown or has the wrong type.
   * @throws {RangeError} if `lr` is below 0.
   */
  constructor(params: Params<FromageHyper>, options: FromageOptions = {}) {
    super(fromageRule, params, options);
  }
}

/**
 * {@linkcode Fromage} as a transformation of gradients.
 *
 * @example
 * ```ts
 * import { applyUpdates } from "@gradus/optim";
 * import { fromage } from "@gradus/optim-extra";
 * import { tensor } from "@gradus/tensor";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const optimizer = fromage(0.75);
 * const params = { w: tensor([3, 4], { dtype: "float64" }) };
 * const state = optimizer.init(params);
 * const grads = { w: params.w.mul(2) };
 * const [updates] = optimizer.update(grads, state, params);
 * const moved = applyUpdates(params, updates);
 * assertAlmostEquals(moved.w.norm().itemSync(), (5 - 3.75) / 1.25, 1e-12);
 * ```
 */
export function fromage(
  lr: ScalarOrSchedule,
  options: Omit<FromageOptions, "lr"> = {},
): GradientTransformation {
  return transformationOf(fromageRule, lr, options);
}
