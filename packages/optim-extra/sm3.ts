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
  closedUnitInterval,
  flag,
  learningRate,
  oneMinus,
  penalized,
  unitInterval,
} from "@gradus/optim/internal";
import { minimum, type Tensor, where, zeros, zerosLike } from "@gradus/tensor";
import { spread } from "./matrices.ts";

/** Hyper-parameters of {@linkcode SM3}. */
export interface SM3Hyper {
  /** Learning rate; 0.1 if left out. */
  lr: LearningRate;
  /** Decay rate of the average of steps; 0.9 if left out, 0 for no average. */
  momentum: number;
  /** Decay rate of the accumulators; 1 if left out, with which they are sums that never shrink. */
  beta2: number;
  /** Added to what is under the root; 1e-30 if left out. */
  eps: number;
  /** Factor of the parameter in the gradient, λ; 0 if left out. */
  weightDecay: number;
  /** Climbs instead of descending; false if left out. */
  maximize: boolean;
}

/** What SM3 remembers. */
export type SM3State = {
  /** Running average of steps, with momentum. */
  momentum?: Tensor;
  /** A bound of the sums of squared gradients for every index of an axis: `accumulator0` and so on. */
  [accumulator: `accumulator${number}`]: Tensor;
};

/** The largest elements over all axes but one. */
function maxOverOthers(x: Tensor, axis: number): Tensor {
  if (x.ndim < 2) return x;
  return x.amax([...x.shape.keys()].filter((i) => i !== axis));
}

/** The equations of {@linkcode SM3}. */
export const sm3Rule: Algorithm<SM3Hyper, SM3State> = {
  name: "SM3",
  defaults: {
    lr: 0.1,
    momentum: 0.9,
    beta2: 1,
    eps: 1e-30,
    weightDecay: 0,
    maximize: false,
  },
  domains: {
    lr: learningRate,
    momentum: unitInterval,
    beta2: closedUnitInterval,
    eps: atLeastZero,
    weightDecay: atLeastZero,
    maximize: flag,
  },

  init(param, { momentum }) {
    const state: SM3State = momentum === 0
      ? {}
      : { momentum: zerosLike(param) };
    const { dtype, device } = param;
    const sizes = param.ndim === 0 ? [[]] : param.shape.map((size) => [size]);
    sizes.forEach((shape, axis) => {
      state[`accumulator${axis}`] = zeros(shape, { dtype, device });
    });
    return state;
  },

  update(update) {
    const { param, state, hyper, uses, target } = update;
    const { lr, momentum, beta2, eps } = hyper;
    const { ndim } = param;
    const axes = Array.from({ length: Math.max(1, ndim) }, (_, axis) => axis);
    const g = penalized(update);

    const fresh = where(beta2.eq(1), 1, oneMinus(beta2));
    // Copies, as the graph of a differentiable step needs what is overwritten.
    const bounds = axes.map((axis) => state[`accumulator${axis}`]!.clone());
    const least = bounds
      .map((bound, axis) => spread(bound, axis, ndim))
      .reduce(minimum);
    const nu = least.mul(beta2).add(g.square().mul(fresh));
    const scaled = g.mul(where(nu.gt(0), nu.add(eps).rsqrt(), 0));
    for (const axis of axes) {
      state[`accumulator${axis}`]!.copy_(maxOverOthers(nu, axis));
    }
    const step = uses("momentum")
      ? state.momentum!.lerp_(scaled, oneMinus(momentum))
      : scaled;
    target.sub_(step.mul(lr));
  },
};

/** Options of {@linkcode SM3}. */
export type SM3Options = OptionsOf<SM3Hyper>;

/**
 * SM3, the square root of minima of sums of maxima of squared gradients:
 * Adagrad for parameters of many axes in almost no memory, as one number for
 * every index of every axis bounds the sums of squares from above.
 *
 * ```
 * ν[i, j, ...] = min(μ0[i], μ1[j], ...) + g[i, j, ...]²
 * μ0[i] = max ν[i, ...],  μ1[j] = max ν[:, j, ...],  ...
 * m = β1 m + (1 - β1) g / sqrt(ν + ε)                 (0 where ν is 0)
 * θ = θ - lr m
 * ```
 *
 * This is SM3-II of the paper. A parameter of one axis or none gets Adagrad
 * itself. With β2 below 1, `ν = β2 min(μ) + (1 - β2) g²` forgets, as in Optax.
 *
 * State per parameter: `accumulator0`, `accumulator1` and so on, one vector
 * for each axis, and with momentum `momentum`, which is as large as the
 * parameter.
 *
 * Rohan Anil, Vineet Gupta, Tomer Koren and Yoram Singer, "Memory-Efficient
 * Adaptive Optimization", NeurIPS 2019, arXiv:1901.11150.
 *
 * The paper does not weigh the second term of m in its algorithm; the authors'
 * code and Optax do, as here. Optax has ε = 1e-8 where the authors have 1e-30,
 * and cannot take parameters of 0 dims. Weight decay, which neither has, adds
 * `λ θ` to g.
 *
 * @example
 * ```ts
 * import { SM3 } from "@gradus/optim-extra";
 * import { tensor } from "@gradus/tensor";
 * import { assertEquals } from "@std/assert";
 *
 * const w = tensor([[1, 2], [3, 4]], { dtype: "float64", requiresGrad: true });
 * const optimizer = new SM3([w], { lr: 0.5, momentum: 0 });
 * w.square().sum().backward();
 * optimizer.step();
 * assertEquals(w.arraySync(), [[0.5, 1.5], [2.5, 3.5]]); // g / sqrt(g²) is 1
 * const { accumulator0, accumulator1 } = optimizer.state.get(w)!;
 * assertEquals(String(accumulator0), "tensor([16., 64.], dtype=float64)");
 * assertEquals(String(accumulator1), "tensor([36., 64.], dtype=float64)");
 * ```
 */
export class SM3 extends AlgorithmOptimizer<SM3Hyper, SM3State> {
  /**
   * SM3 on `params`.
   *
   * @throws {TypeError} if an option is unknown or has the wrong type.
   * @throws {RangeError} if `lr`, `eps` or `weightDecay` is below 0, `momentum` outside of [0, 1) or `beta2` outside of [0, 1].
   */
  constructor(params: Params<SM3Hyper>, options: SM3Options = {}) {
    super(sm3Rule, params, options);
  }
}

/**
 * {@linkcode SM3} as a transformation of gradients.
 *
 * @example
 * ```ts
 * import { applyUpdates } from "@gradus/optim";
 * import { sm3 } from "@gradus/optim-extra";
 * import { tensor } from "@gradus/tensor";
 * import { assertEquals } from "@std/assert";
 *
 * const optimizer = sm3(0.5, { momentum: 0 });
 * const params = { w: tensor([[1, 2], [3, 4]], { dtype: "float64" }) };
 * const state = optimizer.init(params);
 * const grads = { w: params.w.mul(2) };
 * const [updates] = optimizer.update(grads, state, params);
 * const moved = applyUpdates(params, updates);
 * assertEquals(moved.w.arraySync(), [[0.5, 1.5], [2.5, 3.5]]);
 * ```
 */
export function sm3(
  lr: ScalarOrSchedule,
  options: Omit<SM3Options, "lr"> = {},
): GradientTransformation {
  return transformationOf(sm3Rule, lr, options);
}
