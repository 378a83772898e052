import {
  type Algorithm,
  AlgorithmOptimizer,
  type GradientTransformation,
  type LearningRate,
  type OptionsOf,
  type Params,
  type ScalarOrSchedule,
  transformationOf,
  type Update,
} from "@gradus/optim";
import {
  atLeastZero,
  betas,
  biasCorrection,
  counter,
  countStep,
  flag,
  learningRate,
  oneMinus,
  penalized,
} from "@gradus/optim/internal";
import { type Tensor, where, zeros, zerosLike } from "@gradus/tensor";
import { asNumber } from "@gradus/tensor/internal";

/** Hyper-parameters of {@linkcode SWATS}. */
export interface SWATSHyper {
  /** Learning rate of Adam; 1e-3 if left out. What changes it after the switch changes the learning rate of SGD by the same factor. */
  lr: LearningRate;
  /** Decay rates of the averages of gradients and of their squares; 0.9 and 0.999 if left out. The first is the momentum of SGD too. */
  betas: readonly [number, number];
  /** Keeps the denominator of Adam away from 0; 1e-8 if left out. */
  eps: number;
  /** Factor of the L2 penalty, λ; 0 if left out. */
  weightDecay: number;
  /** SGD looks ahead along the new direction; false if left out. */
  nesterov: boolean;
  /** Adam divides by the largest average of squares so far; false if left out. */
  amsgrad: boolean;
  /** Climbs instead of descending; false if left out. */
  maximize: boolean;
}

/** What SWATS remembers. */
export type SWATSState = {
  /** Steps so far, t. */
  step: Tensor;
  /** Running average of gradients in Adam's phase, m. */
  expAvg: Tensor;
  /** Running average of squared gradients in Adam's phase, v. */
  expAvgSq: Tensor;
  /** The largest v so far, with amsgrad. */
  maxExpAvgSq?: Tensor;
  /** Direction of SGD, u. */
  momentumBuffer: Tensor;
  /** Running average of the learning rates γ that SGD would have needed, λ; of the group. */
  expAvg2: Tensor;
  /** 0 while steps are Adam's, 1 once they are those of SGD; of the group. */
  phase: Tensor;
  /** The learning rate Λ for SGD that was found, 0 before; of the group. */
  sgdLr: Tensor;
  /** Adam's learning rate when Λ was found; of the group. */
  adamLr: Tensor;
};

type SWATSUpdate = Update<SWATSHyper, SWATSState>;

/** The entries of the state that a group has in common. */
const shared = ["expAvg2", "phase", "sgdLr", "adamLr"] as const;

/** The equations of {@linkcode SWATS}. */
export const swatsRule: Algorithm<SWATSHyper, SWATSState> = {
  name: "SWATS",
  defaults: {
    lr: 1e-3,
    betas: [0.9, 0.999],
    eps: 1e-8,
    weightDecay: 0,
    nesterov: false,
    amsgrad: false,
    maximize: false,
  },
  domains: {
    lr: learningRate,
    betas,
    eps: atLeastZero,
    weightDecay: atLeastZero,
    nesterov: flag,
    amsgrad: flag,
    maximize: flag,
  },

  init(param, { amsgrad }) {
    const { dtype, device } = param;
    const scalar = () => zeros([], { dtype, device });
    return {
      step: counter(),
      expAvg: zerosLike(param),
      expAvgSq: zerosLike(param),
      ...(amsgrad ? { maxExpAvgSq: zerosLike(param) } : {}),
      momentumBuffer: zerosLike(param),
      expAvg2: scalar(),
      phase: scalar(),
      sgdLr: scalar(),
      adamLr: scalar(),
    };
  },

  prepare(groups) {
    for (const updates of groups) if (updates.length > 0) prepareGroup(updates);
  },

  update(update) {
    const { state, hyper, target } = update;
    const { lr, betas: [beta1] } = hyper;
    const { momentumBuffer, sgdLr, adamLr } = state;
    // What is differentiated needs the phase of its time.
    const phase = state.phase.clone();
    const isSgd = phase.ne(0);
    const adam = adamStep(update);
    const g = penalized(update);

    // It stays 0 until the switch.
    const u = momentumBuffer.mul_(beta1).add_(g.mul(phase));
    const direction = hyper.nesterov ? g.add(u.mul(beta1)) : u;
    const factor = lr.div(where(isSgd, adamLr, 1)).mul(sgdLr);
    const sgd = direction.mul(factor.mul(oneMinus(beta1)).neg());
    target.add_(where(isSgd, sgd, adam));
    // The step that finds the learning rate is still one of Adam.
    state.phase.copy_(sgdLr.gt(0));
  },
};

/** The number of the step, counted already. */
function stepOf({ state }: SWATSUpdate): Tensor {
  return asNumber(state.step.to("float64"));
}

/** Sum of numbers. */
function total(numbers: readonly Tensor[]): Tensor {
  return numbers.reduce((sum, x) => sum.add(x));
}

/** Gives the first parameter what the one knows that took the most steps: others may have come later. */
function joinGroup(updates: readonly SWATSUpdate[]): void {
  const [first, ...others] = updates.map(({ state }) => state);
  let most = first!.step;
  for (const other of others) {
    const isAhead = other.step.gt(most);
    most = most.maximum(other.step);
    for (const name of shared) {
      first![name].copy_(where(isAhead, other[name], first![name]));
    }
  }
}

/** Counts the step and, in Adam's phase, takes the gradient into the averages. */
function average(update: SWATSUpdate, phase: Tensor): void {
  const { state, hyper } = update;
  const { betas: [beta1, beta2] } = hyper;
  const { expAvg, expAvgSq, maxExpAvgSq } = state;
  countStep(state);
  const g = penalized(update);
  const isAdam = phase.eq(0);
  expAvg.lerp_(g, where(isAdam, oneMinus(beta1), 0));
  const share = where(isAdam, oneMinus(beta2), 0);
  expAvgSq.mul_(oneMinus(share)).addcmul_(g, g, { value: share });
  if (hyper.amsgrad) maxExpAvgSq!.maximum_(expAvgSq);
}

/** The change of the parameter by Adam. */
function adamStep(update: SWATSUpdate): Tensor {
  const { state, hyper } = update;
  const { lr, betas: [beta1, beta2], eps } = hyper;
  const t = stepOf(update);
  const v = hyper.amsgrad ? state.maxExpAvgSq! : state.expAvgSq;
  const root = biasCorrection(beta2, t).sqrt();
  const stepSize = lr.mul(root).div(biasCorrection(beta1, t));
  return state.expAvg.div(v.sqrt().add(eps)).mul(stepSize.neg());
}

/** Finds, for a group, whether it is time for SGD. */
function prepareGroup(updates: readonly SWATSUpdate[]): void {
  joinGroup(updates);
  const { hyper, state } = updates[0]!;
  const { expAvg2, phase, sgdLr, adamLr } = state;
  const { lr, betas: [, beta2] } = hyper;
  for (const update of updates) average(update, phase);
  const changes = updates.map((update) => ({
    change: adamStep(update),
    g: penalized(update),
  }));
  const length = total(changes.map(({ change }) => change.square().sum()));
  const product = total(changes.map(({ change, g }) => change.mul(g).sum()));
  const descends = product.ne(0);
  const gamma = length.div(where(descends, product, 1).neg());

  const t = updates.map(stepOf).reduce((most, t) => most.maximum(t));
  const weight = where(descends.logicalAnd(phase.eq(0)), oneMinus(beta2), 0);
  expAvg2.lerp_(gamma.to(expAvg2.dtype), weight);
  const rate = expAvg2.div(biasCorrection(beta2, t));
  const settled = rate.sub(gamma).abs().le(gamma.abs().mul(1e-6).add(1e-8));
  const switches = settled.logicalAnd(descends).logicalAnd(rate.gt(0))
    .logicalAnd(t.gt(1)).logicalAnd(sgdLr.eq(0));
  sgdLr.copy_(where(switches, rate, sgdLr));
  adamLr.copy_(where(switches, lr, adamLr));
  for (const { state: other } of updates.slice(1)) {
    for (const name of shared) other[name].copy_(state[name]);
  }
}

/** Options of {@linkcode SWATS}. */
export type SWATSOptions = OptionsOf<SWATSHyper>;

/**
 * SWATS, switching from Adam to SGD: begins as Adam, watches which learning
 * rate SGD would need for steps of the same length, and goes on as SGD with
 * momentum when that has settled.
 *
 * ```
 * g = gradient + λ θ                                       (-gradient to maximize)
 * Adam:  m = β1 m + (1 - β1) g,  v = β2 v + (1 - β2) g²
 *        q = -lr sqrt(1 - β2^t) / (1 - β1^t) m / (sqrt(v) + ε),  θ = θ + q
 *        γ = <q, q> / -<q, g>                              if <q, g> is not 0
 *        λ = β2 λ + (1 - β2) γ,  Λ = λ / (1 - β2^t)
 *        the next step is one of SGD if t > 1, Λ > 0 and |Λ - γ| <= 1e-8 + 1e-6 |γ|
 * SGD:   u = β1 u + g                                      u begins at 0
 *        θ = θ - (1 - β1) Λ u                              or Λ (g + β1 u) (1 - β1) with nesterov
 * ```
 *
 * As in the paper the products go over all parameters of a group that have
 * gradients, and the group switches as a whole; other groups have a γ and a Λ
 * of their own. The switch is part of the state, so it survives a state
 * dictionary, and lr still counts after it: SGD's learning rate is Λ times lr
 * over what lr was at the switch.
 *
 * State per parameter: `step`, `expAvg`, `expAvgSq`, `momentumBuffer`, with
 * `amsgrad` `maxExpAvgSq`, and, the same for all parameters of a group,
 * `expAvg2`, `phase`, `sgdLr` and `adamLr`.
 *
 * Nitish Shirish Keskar and Richard Socher, "Improving Generalization
 * Performance by Switching from Adam to SGD", 2017, arXiv:1712.07628.
 *
 * The paper compares `|Λ - γ| < 1e-9`, which float32 may never reach; the
 * tolerance here is that of the port to PyTorch that other ports go back to.
 * That one looks at each parameter alone and switches the group when any of
 * them has settled, and multiplies the buffer u by 1 - β1 in place, which
 * leaves almost no momentum. R's torchopt never switches.
 *
 * @example
 * ```ts
 * import { SWATS } from "@gradus/optim-extra";
 * import { type Tensor, tensor } from "@gradus/tensor";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const w = tensor([1], { dtype: "float64", requiresGrad: true });
 * const optimizer = new SWATS([w], { lr: 0.1 });
 * w.grad = tensor([2], { dtype: "float64" });
 * for (let t = 1; t <= 4; t++) optimizer.step();
 * // Steps of 0.1 with a gradient of 2 are those of a learning rate of 0.05, found in step 2.
 * assertAlmostEquals((optimizer.state.get(w)!.sgdLr as Tensor).itemSync(), 0.05, 1e-6);
 * assertAlmostEquals(w.itemSync(), 0.8 - 0.1 * 0.05 * (2 + 3.8), 1e-6);
 * ```
 */
export class SWATS extends AlgorithmOptimizer<SWATSHyper, SWATSState> {
  /**
   * SWATS on `params`.
   *
   * @throws {TypeError} if an option is unknown or has the wrong type.
   * @throws {RangeError} if `lr`, `eps` or `weightDecay` is below 0, or a beta outside of [0, 1).
   */
  constructor(params: Params<SWATSHyper>, options: SWATSOptions = {}) {
    super(swatsRule, params, options);
  }
}

/**
 * {@linkcode SWATS} as a transformation of gradients.
 *
 * @example
 * ```ts
 * import { applyUpdates } from "@gradus/optim";
 * import { swats } from "@gradus/optim-extra";
 * import { tensor } from "@gradus/tensor";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const optimizer = swats(0.1);
 * let params = { w: tensor([1], { dtype: "float64" }) };
 * let state = optimizer.init(params);
 * for (let t = 1; t <= 3; t++) {
 *   const grads = { w: tensor([2], { dtype: "float64" }) };
 *   const [updates, next] = optimizer.update(grads, state, params);
 *   params = applyUpdates(params, updates);
 *   state = next;
 * }
 * assertAlmostEquals(params.w.itemSync(), 0.8 - 0.1 * 0.05 * 2, 1e-6);
 * ```
 */
export function swats(
  learningRate: ScalarOrSchedule,
  options: Omit<SWATSOptions, "lr"> = {},
): GradientTransformation {
  return transformationOf(swatsRule, learningRate, options);
}
