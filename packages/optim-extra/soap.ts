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
  count,
  counter,
  flag,
  learningRate,
  oneMinus,
  unitInterval,
} from "@gradus/optim/internal";
import {
  arange,
  eye,
  type Tensor,
  where,
  zeros,
  zerosLike,
} from "@gradus/tensor";
import { asNumber } from "@gradus/tensor/internal";
import { orNull } from "./domains.ts";
import { eighWhen, gram, orthonormalWhen, timesAlong } from "./matrices.ts";

/** Hyper-parameters of {@linkcode SOAP}. */
export interface SOAPHyper {
  /** Learning rate; 3e-3 if left out. */
  lr: LearningRate;
  /** Decay rates of the averages of gradients and of their squares; 0.95 and 0.95 if left out. */
  betas: readonly [number, number];
  /** Decay rate of the averages of products of gradients; null, which stands for the second beta, if left out. */
  shampooBeta: number | null;
  /** Keeps the denominator away from 0; 1e-8 if left out. */
  eps: number;
  /** Factor of the decay, λ; 0.01 if left out. */
  weightDecay: number;
  /** The axes are turned anew every so many steps; 10 if left out. */
  preconditionFrequency: number;
  /** Axes with more indices than this are left as they are; 10000 if left out. */
  maxPreconditionDim: number;
  /** Takes neighbouring axes for one while they have no more than `maxPreconditionDim` indices; false if left out. */
  mergeDims: boolean;
  /** Turns the axis of vectors too; false if left out. It counts when the state is made. */
  precondition1d: boolean;
  /** Divides every step by the root of its mean square; false if left out. */
  normalizeGrads: boolean;
  /** Corrects the averages for having begun at 0; true if left out. */
  correctBias: boolean;
  /** Climbs instead of descending; false if left out. */
  maximize: boolean;
}

/** What SOAP remembers; `gg0` and so on are those of the axes. */
export type SOAPState = {
  /** Steps that moved the parameter so far, t. */
  step: Tensor;
  /** Running average of gradients. */
  expAvg: Tensor;
  /** Running average of the squares of gradients in the turned axes. */
  expAvgSq: Tensor;
  /** Running average of the products of gradients along an axis. */
  [gg: `gg${number}`]: Tensor;
  /** The turned axis: its columns are near the eigenvectors of that average. */
  [q: `q${number}`]: Tensor;
};

/** Sizes with neighbours joined, from the first, while their product is at most `limit`. */
function joined(shape: readonly number[], limit: number): number[] {
  const sizes: number[] = [];
  let size = 1;
  for (const next of shape) {
    if (size * next > limit) {
      if (size > 1) sizes.push(size);
      size = next;
    } else size *= next;
  }
  if (size > 1 || sizes.length === 0) sizes.push(size);
  return sizes;
}

/** The sizes of the axes as they are turned. */
function sizesOf(
  { shape }: Tensor,
  mergeDims: boolean,
  maxPreconditionDim: number,
): readonly number[] {
  return mergeDims && shape.length > 1
    ? joined(shape, maxPreconditionDim)
    : shape;
}

/** The axes that have matrices; throws if these are for other axes. */
function turnedAxes(state: SOAPState, sizes: readonly number[]): number[] {
  const axes = [...sizes.keys()].filter((axis) => state[`gg${axis}`]);
  const fits = axes.every((axis) =>
    state[`gg${axis}`]!.shape[0] === sizes[axis]
  );
  if (fits) return axes;
  throw new TypeError(
    "Cannot take a step of SOAP as its state was made for other axes: expected mergeDims and maxPreconditionDim as they were in the first step",
  );
}

/** `x` in the turned axes, or back from them. */
function project(
  x: Tensor,
  bases: readonly (readonly [axis: number, q: Tensor])[],
  back: boolean,
): Tensor {
  return bases.reduce(
    (turned, [axis, q]) => timesAlong(turned, axis, back ? q : q.t()),
    x,
  );
}

/** The equations of {@linkcode SOAP}. */
export const soapRule: Algorithm<SOAPHyper, SOAPState> = {
  name: "SOAP",
  defaults: {
    lr: 3e-3,
    betas: [0.95, 0.95],
    shampooBeta: null,
    eps: 1e-8,
    weightDecay: 0.01,
    preconditionFrequency: 10,
    maxPreconditionDim: 10000,
    mergeDims: false,
    precondition1d: false,
    normalizeGrads: false,
    correctBias: true,
    maximize: false,
  },
  domains: {
    lr: learningRate,
    betas,
    shampooBeta: /* @__PURE__ */ orNull(unitInterval),
    eps: atLeastZero,
    weightDecay: atLeastZero,
    preconditionFrequency: count,
    maxPreconditionDim: count,
    mergeDims: flag,
    precondition1d: flag,
    normalizeGrads: flag,
    correctBias: flag,
    maximize: flag,
  },

  init(param, { mergeDims, maxPreconditionDim, precondition1d }) {
    const { dtype, device } = param;
    const state: SOAPState = {
      step: counter(),
      expAvg: zerosLike(param),
      expAvgSq: zerosLike(param),
    };
    if (param.ndim === 1 && !precondition1d) return state;
    sizesOf(param, mergeDims, maxPreconditionDim).forEach((n, axis) => {
      if (n > maxPreconditionDim) return;
      state[`gg${axis}`] = zeros([n, n], { dtype, device });
      state[`q${axis}`] = eye(n, n, { dtype, device });
    });
    return state;
  },

  update(update) {
    const { param, grad, state, hyper, uses, constant, target } = update;
    const { lr, betas: [beta1, beta2], eps, weightDecay } = hyper;
    const { expAvg, expAvgSq } = state;
    const limit = constant("maxPreconditionDim");
    const sizes = sizesOf(param, hyper.mergeDims, limit);
    // Copies, as the graph of a differentiable step needs what is overwritten.
    const bases = turnedAxes(state, sizes)
      .map((axis) => [axis, state[`q${axis}`]!.clone()] as const);
    const first = update.first(), ready = first.logicalNot();
    // The first step finds the axes and does nothing else: what it computes is
    // of no account, but its derivatives must be finite.
    const later = (value: Tensor) => where(first, 0, value);
    const root = (square: Tensor) => where(first, 1, square).sqrt();
    const t = asNumber(state.step.add_(ready).to("float64"));
    const g = hyper.maximize ? grad.neg() : grad;
    const folded = g.reshape(sizes);
    const decay = lr.mul(weightDecay);
    if (uses("weightDecay")) update.shrink(later(decay));

    expAvg.lerp_(g, later(oneMinus(beta1)));
    const turned = project(folded, bases, false).reshape(param.shape);
    expAvgSq.lerp_(turned.square(), later(oneMinus(beta2)));
    const average = project(expAvg.reshape(sizes), bases, false);
    const ratio = average.div(root(expAvgSq.reshape(sizes)).add(eps));
    let step = project(ratio, bases, true).reshape(param.shape);
    if (hyper.normalizeGrads) {
      step = step.div(root(step.square().mean()).add(1e-30));
    }
    const correction = hyper.correctBias
      ? root(biasCorrection(beta2, t)).div(
        where(first, 1, biasCorrection(beta1, t)),
      )
      : 1;
    // The decay of the parameter comes last, so it shortens the step too.
    const size = lr.mul(correction).mul(oneMinus(decay));
    target.sub_(later(step.mul(size)));

    const kept = hyper.shampooBeta ?? beta2;
    const due = ready.logicalAnd(
      t.remainder(hyper.preconditionFrequency).eq(0),
    );
    let squares = expAvgSq.reshape(sizes);
    for (const [axis, q] of bases) {
      const gg = state[`gg${axis}`]!.lerp_(gram(folded, axis), oneMinus(kept));
      // By an eigendecomposition in the first step, then by steps of a power iteration.
      const basis = eighWhen(first, gg).eigenvectors.flip(1);
      const power = gg.mm(q);
      const n = gg.shape[0]!;
      const order = where(due, q.mul(power).sum(0), arange(n).neg())
        .argsort(0, { descending: true });
      squares = squares.indexSelect(axis, order);
      const next = orthonormalWhen(due, power.indexSelect(1, order));
      state[`q${axis}`]!.copy_(where(first, basis, where(due, next, q)));
    }
    expAvgSq.copy_(squares.reshape(param.shape));
  },
};

/** Options of {@linkcode SOAP}. */
export type SOAPOptions = OptionsOf<SOAPHyper>;

/**
 * SOAP, Shampoo with Adam in the preconditioner's eigenbasis: the axes of a
 * parameter are turned so that gradients along them hardly depend on each other,
 * and there Adam divides each by its own size.
 *
 * ```
 * m = β1 m + (1 - β1) g
 * v = β2 v + (1 - β2) (Q g)²                       Q turns every axis i by Q[i]^T
 * θ = θ - lr c Q^T (Q m / (sqrt(v) + ε))            c = sqrt(1 - β2^t) / (1 - β1^t)
 * θ = θ - lr λ θ
 * H[i] = β3 H[i] + (1 - β3) mat_i(g) mat_i(g)^T     β3: shampooBeta
 * Q[i] = orthonormal columns of H[i] Q[i]           in every preconditionFrequency-th step
 * ```
 *
 * `mat_i(g)` has a row for each index of axis i. The very first step sets H and
 * Q, the eigenvectors of H, and moves nothing; t counts those after it. Before
 * the axis is turned anew, its columns and v along it are sorted by
 * `diag(Q^T H Q)`, the largest first. Vectors are left to Adam unless
 * `precondition1d` is set.
 *
 * State per parameter: `step`, `expAvg`, `expAvgSq` and for each turned axis
 * `gg0` and `q0` and so on. `mergeDims` and `maxPreconditionDim` decide which
 * matrices there are; they must stay as they were in the first step.
 *
 * Nikhil Vyas, Depen Morwani, Rosie Zhao, Mujin Kwun, Itai Shapira, David
 * Brandfonbrener, Lucas Janson and Sham Kakade, "SOAP: Improving and Stabilizing
 * Shampoo using Adam", ICLR 2025, arXiv:2409.11321.
 *
 * This follows the authors' code. Their m lives in the turned axes and is turned
 * back whenever these change; here it is kept in the parameter's own, which is
 * the same but for rounding, as in the paper. They write -1 for a `shampooBeta`
 * of null. Signs of the columns of Q, which matter to nothing, are fixed: as in
 * `eigh` and `qr`. Images with channels last are not supported.
 *
 * @example
 * ```ts
 * import { SOAP } from "@gradus/optim-extra";
 * import { tensor } from "@gradus/tensor";
 * import { assert, assertEquals } from "@std/assert";
 *
 * const w = tensor([[3, 1], [1, 2]], { dtype: "float64", requiresGrad: true });
 * const optimizer = new SOAP([w], { lr: 0.1 });
 * for (let t = 0; t < 100; t++) {
 *   optimizer.zeroGrad();
 *   w.square().sum().backward();
 *   optimizer.step();
 *   if (t === 0) assertEquals(w.arraySync(), [[3, 1], [1, 2]]);
 * }
 * assert(w.square().sum().itemSync() < 0.2); // 15 at first
 * ```
 */
export class SOAP extends AlgorithmOptimizer<SOAPHyper, SOAPState> {
  /**
   * SOAP on `params`.
   *
   * @throws {TypeError} if an option is unknown or has the wrong type.
   * @throws {RangeError} if `lr`, `eps` or `weightDecay` is below 0, a beta outside of [0, 1), or `preconditionFrequency` or `maxPreconditionDim` no whole number of at least 1.
   */
  constructor(params: Params<SOAPHyper>, options: SOAPOptions = {}) {
    super(soapRule, params, options);
  }
}

/**
 * {@linkcode SOAP} as a transformation of gradients.
 *
 * @example
 * ```ts
 * import { soap } from "@gradus/optim-extra";
 * import { tensor } from "@gradus/tensor";
 * import { assertEquals } from "@std/assert";
 *
 * const optimizer = soap(0.1);
 * const params = { w: tensor([[3, 1], [1, 2]], { dtype: "float64" }) };
 * const state = optimizer.init(params);
 * const grads = { w: params.w.mul(2) };
 * const [updates, next] = optimizer.update(grads, state, params);
 * assertEquals(updates.w.arraySync(), [[0, 0], [0, 0]]);
 * const [moves] = optimizer.update(grads, next, params);
 * assertEquals(moves.w.shape, [2, 2]);
 * ```
 */
export function soap(
  lr: ScalarOrSchedule,
  options: Omit<SOAPOptions, "lr"> = {},
): GradientTransformation {
  return transformationOf(soapRule, lr, options);
}
