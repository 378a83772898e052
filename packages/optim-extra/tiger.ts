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
  count,
  counter,
  countStep,
  flag,
  learningRate,
  oneMinus,
  unitInterval,
} from "@gradus/optim/internal";
import { type Tensor, where, zerosLike } from "@gradus/tensor";

/** Hyper-parameters of {@linkcode Tiger}. */
export interface TigerHyper {
  /** Learning rate; 1e-3 if left out. */
  lr: LearningRate;
  /** Decay rate of the average of gradients, β; 0.965 if left out. */
  beta: number;
  /** Factor of the parameter in the step, λ; 0.01 if left out. */
  weightDecay: number;
  /** Scales steps by the root mean square of parameters of 2 and more dims, and halves those of others; true if left out. */
  adaptive: boolean;
  /** Takes root mean squares along the last dim, for embeddings; false if left out. */
  rowwise: boolean;
  /** How many gradients make a step, k; 1 if left out. */
  gradAccumSteps: number;
  /** What is left of a parameter after a gradient with NaN; 0.99 if left out. */
  shrinkRatio: number;
  /** Climbs instead of descending; false if left out. */
  maximize: boolean;
}

/** What Tiger remembers. */
export type TigerState = {
  /** Gradients so far, t. */
  step: Tensor;
  /** Running average of gradients, m. */
  expAvg: Tensor;
};

/** The equations of {@linkcode Tiger}. */
export const tigerRule: Algorithm<TigerHyper, TigerState> = {
  name: "Tiger",
  defaults: {
    lr: 1e-3,
    beta: 0.965,
    weightDecay: 0.01,
    adaptive: true,
    rowwise: false,
    gradAccumSteps: 1,
    shrinkRatio: 0.99,
    maximize: false,
  },
  domains: {
    lr: learningRate,
    beta: unitInterval,
    weightDecay: atLeastZero,
    adaptive: flag,
    rowwise: flag,
    gradAccumSteps: count,
    shrinkRatio: closedUnitInterval,
    maximize: flag,
  },

  init: (param) => ({ step: counter(), expAvg: zerosLike(param) }),

  update({ param, grad, state, hyper, uses, target, shrink }) {
    const { lr, beta, weightDecay, gradAccumSteps, shrinkRatio } = hyper;
    const t = countStep(state);
    const broken = grad.isnan().any();
    const sound = where(broken, 0, hyper.maximize ? grad.neg() : grad);
    const begins = t.sub(1).remainder(gradAccumSteps).eq(0);
    const ends = t.remainder(gradAccumSteps).eq(0);

    // Not as a lerp: a sign shows how its argument was rounded.
    const kept = where(begins.logicalAnd(broken.logicalNot()), beta, 1);
    const share = oneMinus(beta).div(gradAccumSteps);
    const m = state.expAvg.mul_(kept).add_(sound.mul(share));

    const matrix = param.ndim > 1;
    let scale = lr;
    if (hyper.adaptive && matrix) {
      const mean = hyper.rowwise
        ? param.square().mean(-1, { keepdim: true })
        : param.square().mean();
      scale = mean.sqrt().mul(lr);
    } else if (hyper.adaptive) {
      scale = lr.mul(0.5);
    }
    const rate = where(ends.logicalAnd(broken.logicalNot()), scale, 0);
    const decays = uses("weightDecay") && (matrix || !hyper.adaptive);
    const lost = decays ? rate.mul(weightDecay) : 0;
    shrink(where(broken, oneMinus(shrinkRatio), lost));
    target.sub_(m.sign().mul(rate));
  },
};

/** Options of {@linkcode Tiger}. */
export type TigerOptions = OptionsOf<TigerHyper>;

/**
 * Tiger, a tight-fisted optimizer: the sign of one average of gradients, with
 * steps in proportion to the size of parameters. The average takes in the
 * gradients of k small batches one by one, so that accumulation needs no memory
 * of its own.
 *
 * ```
 * m = β m + (1 - β) / k g                   β is 1 but in the first of k calls
 * θ = θ - α (sign(m) + λ θ)                 in the last of k calls
 * ```
 *
 * For parameters of 2 and more dims α is `lr` times the root mean square of θ,
 * along the last dim with `rowwise`; for others it is half of `lr` and λ is 0.
 * Without `adaptive` α is `lr` for all.
 *
 * A gradient with NaN leaves m alone and multiplies θ by `shrinkRatio`, towards
 * where the loss is finite again.
 *
 * State per parameter: `step`, `expAvg`.
 *
 * Jianlin Su, "Tiger: A Tight-fisted Optimizer", 2023,
 * https://kexue.fm/archives/9512 (in Chinese), with code for Keras.
 *
 * The author's code tells biases and embeddings by the names of variables;
 * here dims and `rowwise` in a group of its own do. Scales of normalizations,
 * which he shrinks towards 1 after a NaN, shrink towards 0. Other versions have
 * no `adaptive` part.
 *
 * @example
 * ```ts
 * import { Tiger } from "@gradus/optim-extra";
 * import { tensor } from "@gradus/tensor";
 * import { assertEquals } from "@std/assert";
 *
 * const w = tensor([[3, -3]], { dtype: "float64", requiresGrad: true });
 * const optimizer = new Tiger([w], { lr: 0.25, weightDecay: 0 });
 * w.square().sum().backward();
 * optimizer.step();
 * assertEquals(w.arraySync(), [[2.25, -2.25]]); // a quarter of the root mean square
 * ```
 */
export class Tiger extends AlgorithmOptimizer<TigerHyper, TigerState> {
  /**
   * Tiger on `params`.
   *
   * @throws {TypeError} if an option is unknown or has the wrong type.
   * @throws {RangeError} if `lr` or `weightDecay` is below 0, `beta` outside of [0, 1), `shrinkRatio` outside of [0, 1], or `gradAccumSteps` no whole number of at least 1.
   */
  constructor(params: Params<TigerHyper>, options: TigerOptions = {}) {
    super(tigerRule, params, options);
  }
}

/**
 * {@linkcode Tiger} as a transformation of gradients.
 *
 * @example
 * ```ts
 * import { applyUpdates } from "@gradus/optim";
 * import { tiger } from "@gradus/optim-extra";
 * import { tensor } from "@gradus/tensor";
 * import { assertEquals } from "@std/assert";
 *
 * const optimizer = tiger(0.25, { adaptive: false, weightDecay: 1 });
 * const params = { w: tensor([4, -2], { dtype: "float64" }) };
 * const state = optimizer.init(params);
 * const grads = { w: params.w.mul(2) };
 * const [updates] = optimizer.update(grads, state, params);
 * const moved = applyUpdates(params, updates);
 * assertEquals(moved.w.arraySync(), [2.75, -1.25]);
 * ```
 */
export function tiger(
  lr: ScalarOrSchedule,
  options: Omit<TigerOptions, "lr"> = {},
): GradientTransformation {
  return transformationOf(tigerRule, lr, options);
}
