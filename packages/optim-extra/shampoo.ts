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
  count,
  counter,
  countStep,
  flag,
  learningRate,
  oneMinus,
  penalized,
  unitInterval,
} from "@gradus/optim/internal";
import { type Tensor, where, zeros, zerosLike } from "@gradus/tensor";
import {
  eighWhen,
  gram,
  sizesOf,
  spread,
  squaresAlong,
  timesAlong,
} from "./matrices.ts";

/** Hyper-parameters of {@linkcode Shampoo}. */
export interface ShampooHyper {
  /** Learning rate; 0.1 if left out. */
  lr: LearningRate;
  /** Decay rate of the average of gradients that is preconditioned; 0 if left out, for the gradient itself. */
  momentum: number;
  /** Factor of the parameter in the gradient, λ; 0 if left out. */
  weightDecay: number;
  /** Added to the diagonals of the statistics; 1e-4 if left out. */
  epsilon: number;
  /** Power of all preconditioners together; 1/2 if left out. */
  alpha: number;
  /** The roots are computed anew in the first step and every so many steps after it; 1 if left out. */
  updateFreq: number;
  /** Axes with more indices than this have a diagonal in place of a matrix; 768 if left out. It counts when the state is made. */
  maxPreconditionDim: number;
  /** Climbs instead of descending; false if left out. */
  maximize: boolean;
}

/** What Shampoo remembers; `precond0` and so on are those of the axes. */
export type ShampooState = {
  /** Steps so far, t. */
  step: Tensor;
  /** Running average of gradients, with momentum. */
  momentumBuffer?: Tensor;
  /** Statistics of an axis: a matrix, or a vector for its diagonal. */
  [precond: `precond${number}`]: Tensor;
  /** The root of the matrix by which gradients are multiplied. */
  [invPrecond: `invPrecond${number}`]: Tensor;
};

/** `(matrix + epsilon I)^power` if `due`, or the identity. */
function powerWhen(
  due: Tensor,
  matrix: Tensor,
  epsilon: Tensor,
  power: Tensor,
): Tensor {
  const { eigenvalues, eigenvectors } = eighWhen(due, matrix);
  // Rounding may leave numbers below 0.
  const roots = eigenvalues.clamp({ min: 0 }).add(epsilon).pow(power);
  return eigenvectors.mul(roots).mm(eigenvectors.t());
}

/** The equations of {@linkcode Shampoo}. */
export const shampooRule: Algorithm<ShampooHyper, ShampooState> = {
  name: "Shampoo",
  defaults: {
    lr: 0.1,
    momentum: 0,
    weightDecay: 0,
    epsilon: 1e-4,
    alpha: 0.5,
    updateFreq: 1,
    maxPreconditionDim: 768,
    maximize: false,
  },
  domains: {
    lr: learningRate,
    momentum: unitInterval,
    weightDecay: atLeastZero,
    epsilon: aboveZero,
    alpha: aboveZero,
    updateFreq: count,
    maxPreconditionDim: count,
    maximize: flag,
  },

  init(param, { momentum, maxPreconditionDim }) {
    const { dtype, device } = param;
    const state: ShampooState = { step: counter() };
    if (momentum !== 0) state.momentumBuffer = zerosLike(param);
    sizesOf(param).forEach((n, axis) => {
      const full = n <= maxPreconditionDim;
      const shape = full ? [n, n] : [n];
      state[`precond${axis}`] = zeros(shape, { dtype, device });
      if (full) state[`invPrecond${axis}`] = zeros(shape, { dtype, device });
    });
    return state;
  },

  update(update) {
    const { param, state, hyper, uses, target } = update;
    const { lr, momentum, epsilon, alpha, updateFreq } = hyper;
    const sizes = sizesOf(param);
    const t = countStep(state);
    const due = t.sub(1).remainder(updateFreq).eq(0);
    const power = alpha.div(-sizes.length);
    const g = penalized(update);
    const average = uses("momentum")
      ? state.momentumBuffer!.lerp_(g, oneMinus(momentum))
      : g;

    const statistic = g.reshape(sizes);
    let step = average.reshape(sizes);
    for (const axis of sizes.keys()) {
      const precond = state[`precond${axis}`]!;
      const inverse = state[`invPrecond${axis}`];
      if (inverse) {
        precond.add_(gram(statistic, axis));
        const root = powerWhen(due, precond, epsilon, power);
        inverse.copy_(where(due, root, inverse));
        step = timesAlong(step, axis, inverse);
      } else {
        precond.add_(squaresAlong(statistic, axis));
        const roots = precond.add(epsilon).pow(power);
        step = step.mul(spread(roots, axis, sizes.length));
      }
    }
    target.sub_(step.reshape(param.shape).mul(lr));
  },
};

/** Options of {@linkcode Shampoo}. */
export type ShampooOptions = OptionsOf<ShampooHyper>;

/**
 * Shampoo: Adagrad with a full matrix for every axis of a parameter. It knows
 * how gradients of one row and another go together, for far less than the matrix
 * of all elements would take.
 *
 * ```
 * H[i] = H[i] + mat_i(g) mat_i(g)^T                 for each of the k axes
 * m = μ m + (1 - μ) g
 * θ = θ - lr (m times (H[i] + ε I)^(-1/(2k)) along each axis i)
 * ```
 *
 * `mat_i(g)` has a row for each index of axis i. For a matrix this is
 * `θ - lr L^(-1/4) m R^(-1/4)` with `L = Σ g g^T` and `R = Σ g^T g`. The roots
 * come from `eigh` and cost n³ for an axis of n indices; `updateFreq`
 * makes them rarer. An axis with more indices than `maxPreconditionDim` has the
 * diagonal of H alone.
 *
 * State per parameter: `step`, `precond0`, `invPrecond0` and so on for each
 * axis (no `invPrecond` for a diagonal), and with momentum `momentumBuffer`.
 *
 * Vineet Gupta, Tomer Koren and Yoram Singer, "Shampoo: Preconditioned
 * Stochastic Tensor Optimization", ICML 2018, arXiv:1802.09568.
 *
 * As in the authors' code (`tf.contrib.opt`), statistics are those of the
 * gradient and not of its average, and `alpha` over k is the exponent. There
 * steps before the first root is due are those of plain descent, here it is
 * due in the first; lr is 1 there. Well-known PyTorch versions differ: their
 * exponent is `-1/k` (here `alpha: 1`), their average is of preconditioned
 * gradients, and the statistics of each axis are taken after the axes before it
 * were preconditioned.
 *
 * @example
 * ```ts
 * import { Shampoo } from "@gradus/optim-extra";
 * import { tensor } from "@gradus/tensor";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const w = tensor([[3, 1], [1, 3]], { dtype: "float64", requiresGrad: true });
 * const optimizer = new Shampoo([w], { lr: 0.5, epsilon: 1e-12 });
 * w.square().sum().backward();
 * optimizer.step();
 * // The first step makes all singular values of the gradient 1.
 * assertAlmostEquals(w.at(0, 0).itemSync(), 2.5, 1e-6);
 * assertAlmostEquals(w.at(0, 1).itemSync(), 1, 1e-6);
 * ```
 */
export class Shampoo extends AlgorithmOptimizer<ShampooHyper, ShampooState> {
  /**
   * Shampoo on `params`.
   *
   * @throws {TypeError} if an option is unknown or has the wrong type.
   * @throws {RangeError} if `lr` or `weightDecay` is below 0, `epsilon` or `alpha` not above 0, `momentum` outside of [0, 1), or `updateFreq` or `maxPreconditionDim` no whole number of at least 1.
   */
  constructor(params: Params<ShampooHyper>, options: ShampooOptions = {}) {
    super(shampooRule, params, options);
  }
}

/**
 * {@linkcode Shampoo} as a transformation of gradients.
 *
 * @example
 * ```ts
 * import { applyUpdates } from "@gradus/optim";
 * import { shampoo } from "@gradus/optim-extra";
 * import { tensor } from "@gradus/tensor";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const optimizer = shampoo(0.5, { epsilon: 1e-12 });
 * const params = { w: tensor([[3, 1], [1, 3]], { dtype: "float64" }) };
 * const state = optimizer.init(params);
 * const [updates] = optimizer.update({ w: params.w.mul(2) }, state, params);
 * const moved = applyUpdates(params, updates);
 * assertAlmostEquals(moved.w.at(0, 0).itemSync(), 2.5, 1e-6);
 * ```
 */
export function shampoo(
  lr: ScalarOrSchedule,
  options: Omit<ShampooOptions, "lr"> = {},
): GradientTransformation {
  return transformationOf(shampooRule, lr, options);
}
