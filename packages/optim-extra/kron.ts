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
  biasCorrection,
  closedUnitInterval,
  count,
  counter,
  countStep,
  flag,
  learningRate,
  oneMinus,
  oneOf,
  unitInterval,
} from "@gradus/optim/internal";
import {
  eye,
  full,
  Generator,
  type Tensor,
  tensor,
  where,
  zerosLike,
} from "@gradus/tensor";
import { drawWhen } from "@gradus/tensor/internal";
import { wholeNumber } from "./domains.ts";
import { applied, balanced, fitted } from "./kron_factors.ts";
import { sizesOf } from "./matrices.ts";

/** Which axes have a diagonal in place of a triangular matrix in {@linkcode Kron}. */
export type KronMemorySaveMode = "oneDiag" | "smartOneDiag" | "allDiag";

/** Hyper-parameters of {@linkcode Kron}. Those with a star count when the state is made, and no more after that. */
export interface KronHyper {
  /** Learning rate; 1e-3 if left out. */
  lr: LearningRate;
  /** Decay rate of the average of gradients; 0.9 if left out, 0 for the gradient itself. */
  momentum: number;
  /** Factor of the decoupled decay of parameters of 2 and more dims, λ; 0 if left out. */
  weightDecay: number;
  /** Share of steps in which the preconditioners are updated, at first; 1 if left out. */
  maxProbability: number;
  /** The share to which it falls; 0.03 if left out. */
  minProbability: number;
  /** How fast it falls; 0.001 if left out. */
  probabilityDecay: number;
  /** Steps before it begins to fall; 500 if left out. */
  flatStart: number;
  /** Axes with more indices than this have a diagonal;* 8192 if left out. */
  maxSizeTriangular: number;
  /** Parameters of fewer dims have diagonals alone;* 2 if left out. */
  minNdimTriangular: number;
  /**
   * More diagonals:* for the longest axis (`"oneDiag"`), for the longest if there
   * is but one (`"smartOneDiag"`) or for all (`"allDiag"`); null, for none, if left
   * out.
   */
  memorySaveMode: KronMemorySaveMode | null;
  /** The preconditioners fit the average of gradients, not the gradients; true if left out. */
  momentumIntoPrecondUpdate: boolean;
  /** Learning rate of the preconditioners; 0.1 if left out. */
  precondLr: number;
  /** What the preconditioners are at first, times the identity;* 1 if left out. */
  precondInitScale: number;
  /** Share of updates before which the factors of a preconditioner are made equally large; 0.01 if left out. */
  balanceProbability: number;
  /** Root of the mean square of a step, above which it is scaled down; 1.1 if left out. */
  clipRms: number;
  /** Seed of the generator of each parameter:* a whole number, 0 if left out. */
  seed: number;
  /** Climbs instead of descending; false if left out. */
  maximize: boolean;
}

/** What Kron remembers; `q0` and so on are those of the axes. */
export type KronState = {
  /** Steps so far, t. */
  step: Tensor;
  /** Steps since the last update of the preconditioners. */
  updateCounter: Tensor;
  /** Running average of gradients, with momentum. */
  momentumBuffer?: Tensor;
  /** The state of the generator, in PyTorch's bytes. */
  generator: Tensor;
  /** The factor of an axis: upper triangular, or a vector for its diagonal. */
  [q: `q${number}`]: Tensor;
};

/** Which axes have diagonals. */
function diagonals(
  param: Tensor,
  { maxSizeTriangular, minNdimTriangular, memorySaveMode }: Readonly<KronHyper>,
): readonly boolean[] {
  const { ndim } = param;
  const sizes = sizesOf(param);
  const largest = Math.max(...sizes);
  const longest = sizes.lastIndexOf(largest);
  const stands = ndim > 1 && sizes.indexOf(largest) === longest;
  return sizes.map((size, axis) =>
    size === 1 || size > maxSizeTriangular || ndim < minNdimTriangular ||
    memorySaveMode === "allDiag" ||
    axis === longest &&
      (memorySaveMode === "oneDiag" ||
        memorySaveMode === "smartOneDiag" && stands)
  );
}

/** The equations of {@linkcode Kron}. */
export const kronRule: Algorithm<KronHyper, KronState> = {
  name: "Kron",
  defaults: {
    lr: 1e-3,
    momentum: 0.9,
    weightDecay: 0,
    maxProbability: 1,
    minProbability: 0.03,
    probabilityDecay: 0.001,
    flatStart: 500,
    maxSizeTriangular: 8192,
    minNdimTriangular: 2,
    memorySaveMode: null,
    momentumIntoPrecondUpdate: true,
    precondLr: 0.1,
    precondInitScale: 1,
    balanceProbability: 0.01,
    clipRms: 1.1,
    seed: 0,
    maximize: false,
  },
  domains: {
    lr: learningRate,
    momentum: unitInterval,
    weightDecay: atLeastZero,
    maxProbability: closedUnitInterval,
    minProbability: closedUnitInterval,
    probabilityDecay: atLeastZero,
    flatStart: atLeastZero,
    maxSizeTriangular: atLeastZero,
    minNdimTriangular: count,
    memorySaveMode: /* @__PURE__ */ oneOf(
      null,
      "oneDiag",
      "smartOneDiag",
      "allDiag",
    ),
    momentumIntoPrecondUpdate: flag,
    precondLr: atLeastZero,
    precondInitScale: aboveZero,
    balanceProbability: closedUnitInterval,
    clipRms: aboveZero,
    seed: wholeNumber,
    maximize: flag,
  },
  check({ minProbability, maxProbability }) {
    if (minProbability <= maxProbability) return;
    throw new RangeError(
      `Cannot use Kron with this minProbability: expected at most maxProbability, ${maxProbability}, got ${minProbability}`,
    );
  },

  init(param, hyper) {
    const { dtype, device } = param;
    const bytes = new Generator().manualSeed(hyper.seed).getState();
    const state: KronState = {
      step: counter(),
      updateCounter: counter(),
      ...(hyper.momentum === 0 ? {} : { momentumBuffer: zerosLike(param) }),
      generator: tensor(bytes, { dtype: "uint8" }),
    };
    const sizes = sizesOf(param), isDiagonal = diagonals(param, hyper);
    const scale = hyper.precondInitScale ** (1 / sizes.length);
    sizes.forEach((n, axis) => {
      state[`q${axis}`] = isDiagonal[axis]
        ? full([n], scale, { dtype, device })
        : eye(n, n, { dtype, device }).mul(scale);
    });
    return state;
  },

  update({ param, grad, state, hyper, uses, target, shrink }) {
    const { lr, momentum } = hyper;
    const sizes = sizesOf(param);
    const factors = sizes.map((_, axis) => state[`q${axis}`]!);
    // Copies, as the graph of a differentiable step needs what is overwritten.
    const before = factors.map((q) => q.clone());
    const t = countStep(state);
    const g = hyper.maximize ? grad.neg() : grad;
    if (uses("weightDecay") && param.ndim > 1) {
      shrink(lr.mul(hyper.weightDecay));
    }
    const average = uses("momentum")
      ? state.momentumBuffer!.lerp_(g, oneMinus(momentum))
        .div(biasCorrection(momentum, t))
      : g;

    const late = t.sub(1).sub(hyper.flatStart).mul(hyper.probabilityDecay);
    const probability = hyper.maxProbability.mul(late.neg().exp())
      .clamp({ min: hyper.minProbability, max: hyper.maxProbability });
    const waited = state.updateCounter.add_(1);
    const due = waited.ge(probability.reciprocal());
    waited.copy_(where(due, 0, waited));
    const { uniform, normals } = drawWhen(due, state.generator, param);

    const wanted = due.logicalAnd(uniform.lt(hyper.balanceProbability));
    const old = param.ndim > 1 ? balanced(before, wanted) : before;
    const x = (hyper.momentumIntoPrecondUpdate ? average : g).reshape(sizes);
    const next = fitted(old, normals.reshape(sizes), x, hyper.precondLr, due);
    factors.forEach((q, i) => q.copy_(where(due, next[i]!, before[i]!)));

    let step = average.reshape(sizes);
    factors.forEach((q, axis) => {
      step = applied(applied(step, axis, q), axis, q, true);
    });
    const rms = step.square().mean().sqrt();
    const clip = hyper.clipRms.div(rms.add(1e-6)).clamp({ max: 1 });
    target.sub_(step.reshape(param.shape).mul(clip.mul(lr)));
  },
};

/** Options of {@linkcode Kron}. */
export type KronOptions = OptionsOf<KronHyper>;

/**
 * PSGD Kron: gradients are whitened by a preconditioner `P = Q^T Q` with an
 * upper triangular Q for every axis of a parameter, which are fitted by a
 * descent of their own on the group of such matrices, so that no matrix is ever
 * inverted.
 *
 * ```
 * m = β m + (1 - β) g,  x = m / (1 - β^t)
 * A = Q x along all axes,  B = Q^-T z along all axes        z: normal numbers
 * S[i] = mat_i(A) mat_i(A)^T,  T[i] = mat_i(B) mat_i(B)^T   for each axis i
 * Q[i] = Q[i] - μ triu(S[i] - T[i]) Q[i] / |S[i] + T[i]|    μ: precondLr
 * u = Q^T Q x along all axes
 * θ = θ - lr λ θ - lr u min(1, clipRms / rms(u))
 * ```
 *
 * `mat_i(A)` has a row for each index of axis i and `|.|` is a lower bound of
 * the spectral norm. Where Q[i] is a diagonal, so are S, T and the update. The
 * update is made when as many steps have passed since the last one as 1 over a
 * share `clamp(maxProbability e^(-probabilityDecay (t - 1 - flatStart)), minProbability, maxProbability)`.
 *
 * State per parameter: `step`, `updateCounter`, `generator`, with momentum
 * `momentumBuffer`, and for each axis `q0` and so on.
 *
 * Xi-Lin Li, "Preconditioned stochastic gradient descent", IEEE Transactions on
 * Neural Networks and Learning Systems 29, 2018, arXiv:1512.04202; Xi-Lin Li,
 * "Black Box Lie Group Preconditioners for SGD", 2022, arXiv:2211.04422; Omead
 * Pooladzandi and Xi-Lin Li, "Curvature-Informed SGD via General Purpose
 * Lie-Group Preconditioners", 2024, arXiv:2402.04553.
 *
 * This follows `Kron` of Walters, Pooladzandi and Li (the package `kron_torch`)
 * with its share of updates, its clipping and its coupled learning rate of the
 * decay. There counters and random numbers are those of the whole optimizer.
 * Here each parameter has its own, all from one seed, so that they save and load
 * with it: the noise is PyTorch's for that seed, after one uniform number that
 * decides whether to balance the factors.
 *
 * @example
 * ```ts
 * import { Kron } from "@gradus/optim-extra";
 * import { tensor } from "@gradus/tensor";
 * import { assert } from "@std/assert";
 *
 * const w = tensor([[3, 1], [1, 2]], { dtype: "float64", requiresGrad: true });
 * const optimizer = new Kron([w], { lr: 0.1 });
 * for (let t = 0; t < 100; t++) {
 *   optimizer.zeroGrad();
 *   w.square().sum().backward();
 *   optimizer.step();
 * }
 * assert(w.square().sum().itemSync() < 0.2); // 15 at first
 * ```
 */
export class Kron extends AlgorithmOptimizer<KronHyper, KronState> {
  /**
   * Kron on `params`.
   *
   * @throws {TypeError} if an option is unknown or has the wrong type.
   * @throws {RangeError} if an option is out of range, such as `lr` below 0 or a probability outside of [0, 1].
   */
  constructor(params: Params<KronHyper>, options: KronOptions = {}) {
    super(kronRule, params, options);
  }
}

/**
 * {@linkcode Kron} as a transformation of gradients.
 *
 * @example
 * ```ts
 * import { applyUpdates } from "@gradus/optim";
 * import { kron } from "@gradus/optim-extra";
 * import { tensor } from "@gradus/tensor";
 * import { assert } from "@std/assert";
 *
 * const optimizer = kron(0.1);
 * let params = { w: tensor([[3, 1], [1, 2]], { dtype: "float64" }) };
 * let state = optimizer.init(params);
 * for (let t = 0; t < 100; t++) {
 *   const grads = { w: params.w.mul(2) };
 *   const [updates, next] = optimizer.update(grads, state, params);
 *   params = applyUpdates(params, updates);
 *   state = next;
 * }
 * assert(params.w.square().sum().itemSync() < 0.2); // 15 at first
 * ```
 */
export function kron(
  lr: ScalarOrSchedule,
  options: Omit<KronOptions, "lr"> = {},
): GradientTransformation {
  return transformationOf(kronRule, lr, options);
}
