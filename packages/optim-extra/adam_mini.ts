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
  countStep,
  flag,
  learningRate,
  oneMinus,
  oneOf,
} from "@gradus/optim/internal";
import { type Tensor, zeros, zerosLike } from "@gradus/tensor";
import { showShape } from "@gradus/tensor/internal";

/** Which elements of a parameter share a second moment in {@linkcode AdamMini}. */
export type AdamMiniBlocks = "row" | "head" | "tensor" | "element";

/** Hyper-parameters of {@linkcode AdamMini}. */
export interface AdamMiniHyper {
  /** Learning rate; 1e-3 if left out. */
  lr: LearningRate;
  /** Decay rates of the averages of gradients and of their mean squares; 0.9 and 0.999 if left out. */
  betas: readonly [number, number];
  /** Keeps the denominator away from 0; 1e-8 if left out. */
  eps: number;
  /** Factor of the decay, λ; 0 if left out. */
  weightDecay: number;
  /**
   * Blocks of a parameter, `"row"` if left out: one for each index of the first
   * dim, which is an output of a linear layer or a token of an embedding;
   * `"head"`: `heads` equal parts of the first dim, for queries and keys of
   * attention; `"tensor"`: one; `"element"`: one for each element, which is
   * Adam. It counts when the state is made, and no more after that.
   */
  blocks: AdamMiniBlocks;
  /** Number of parts with `blocks: "head"`; 1 if left out. It counts when the state is made. */
  heads: number;
  /** Climbs instead of descending; false if left out. */
  maximize: boolean;
}

/** What Adam-mini remembers. */
export type AdamMiniState = {
  /** Steps so far, t. */
  step: Tensor;
  /** Running average of gradients. */
  m: Tensor;
  /** Running average of the mean squared gradient of each block. */
  vmean: Tensor;
};

/** How many blocks a parameter has. */
function blockCount(
  { shape, numel }: Tensor,
  { blocks, heads }: Readonly<AdamMiniHyper>,
): number {
  const rows = shape[0] ?? 1;
  if (blocks === "tensor") return 1;
  if (blocks === "element") return numel;
  if (blocks === "row") return rows;
  if (rows % heads === 0) return heads;
  throw new TypeError(
    `Cannot use AdamMini with ${heads} heads on a parameter of shape ${
      showShape(shape)
    }: expected a first dim that is a multiple of heads`,
  );
}

/** The equations of {@linkcode AdamMini}. */
export const adamMiniRule: Algorithm<AdamMiniHyper, AdamMiniState> = {
  name: "AdamMini",
  defaults: {
    lr: 1e-3,
    betas: [0.9, 0.999],
    eps: 1e-8,
    weightDecay: 0,
    blocks: "row",
    heads: 1,
    maximize: false,
  },
  domains: {
    lr: learningRate,
    betas,
    eps: atLeastZero,
    weightDecay: atLeastZero,
    blocks: /* @__PURE__ */ oneOf("row", "head", "tensor", "element"),
    heads: count,
    maximize: flag,
  },

  init: (param, hyper) => ({
    step: counter(),
    m: zerosLike(param),
    vmean: zeros([blockCount(param, hyper)], {
      dtype: param.dtype,
      device: param.device,
    }),
  }),

  update({ param, grad, state, hyper, uses, target, shrink }) {
    const { lr, betas: [beta1, beta2], eps, weightDecay } = hyper;
    const { m, vmean } = state;
    const t = countStep(state);
    const g = hyper.maximize ? grad.neg() : grad;
    if (uses("weightDecay")) shrink(lr.mul(weightDecay));

    m.lerp_(g, oneMinus(beta1));
    const blocks = [vmean.numel, param.numel / Math.max(1, vmean.numel)];
    vmean.lerp_(g.square().reshape(blocks).mean(1), oneMinus(beta2));
    const root = biasCorrection(beta2, t).sqrt();
    const denominator = vmean.sqrt().div(root).add(eps);
    const factor = lr.div(biasCorrection(beta1, t)).div(denominator);
    const step = m.reshape(blocks).mul(factor.unsqueeze(1));
    target.sub_(step.reshape(param.shape));
  },
};

/** Options of {@linkcode AdamMini}. */
export type AdamMiniOptions = OptionsOf<AdamMiniHyper>;

/**
 * Adam-mini: Adam with one second moment for a whole block of a parameter, the
 * mean of its squared gradients, so that it needs half of Adam's memory.
 *
 * ```
 * m = β1 m + (1 - β1) g
 * v[b] = β2 v[b] + (1 - β2) mean(g²) over block b
 * θ = θ - lr λ θ - lr m̂ / (sqrt(v̂[b]) + ε)     m̂ = m / (1 - β1^t), v̂ = v / (1 - β2^t)
 * ```
 *
 * State per parameter: `step`, `m` and `vmean`, with one element for each
 * block.
 *
 * Yushun Zhang, Congliang Chen, Ziniu Li, Tian Ding, Chenwei Wu, Diederik P.
 * Kingma, Yinyu Ye, Zhi-Quan Luo and Ruoyu Sun, "Adam-mini: Use Fewer Learning
 * Rates To Gain More", ICLR 2025, arXiv:2406.16793.
 *
 * The paper asks for the smallest dense blocks of the Hessian. The authors'
 * code tells them by the names of a transformer's parameters: heads for queries
 * and keys, rows for embeddings, values, projections, perceptrons and the output
 * layer, the whole tensor for what it does not know, such as norms. Here a group
 * says what its parameters are, by `blocks`. So this is the authors' division:
 *
 * ```
 * [
 *   { params: queriesAndKeys, blocks: "head", heads: 32 },
 *   { params: otherMatrices, blocks: "row" },
 *   { params: norms, blocks: "tensor" },
 * ]
 * ```
 *
 * Before version 1.1 it had elements for embeddings and the output layer, and
 * the whole tensor for all but queries and keys. A row of a vector is an
 * element, so that vectors are left to Adam unless `blocks` says otherwise.
 *
 * @example
 * ```ts
 * import { AdamMini } from "@gradus/optim-extra";
 * import { tensor } from "@gradus/tensor";
 * import { assertEquals } from "@std/assert";
 *
 * const w = tensor([[3, 4], [0, 2]], { dtype: "float64", requiresGrad: true });
 * w.grad = w.detach().clone();
 * const optimizer = new AdamMini([w], { lr: 0.1, betas: [0, 0], eps: 0 });
 * optimizer.step();
 * const { vmean } = optimizer.state.get(w)!;
 * assertEquals(String(vmean), "tensor([12.5000,  2.0000], dtype=float64)");
 * ```
 */
export class AdamMini extends AlgorithmOptimizer<AdamMiniHyper, AdamMiniState> {
  /**
   * Adam-mini on `params`.
   *
   * @throws {TypeError} if an option is unknown or has the wrong type.
   * @throws {RangeError} if `lr`, `eps` or `weightDecay` is below 0, a beta outside of [0, 1), `blocks` none of those, or `heads` below 1.
   */
  constructor(params: Params<AdamMiniHyper>, options: AdamMiniOptions = {}) {
    super(adamMiniRule, params, options);
  }
}

/**
 * {@linkcode AdamMini} as a transformation of gradients.
 *
 * @example
 * ```ts
 * import { applyUpdates } from "@gradus/optim";
 * import { adamMini } from "@gradus/optim-extra";
 * import { tensor } from "@gradus/tensor";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const optimizer = adamMini(0.1);
 * const params = { w: tensor([2, -5], { dtype: "float64" }) };
 * const state = optimizer.init(params);
 * const [updates] = optimizer.update({ w: params.w.mul(2) }, state, params);
 * const moved = applyUpdates(params, updates);
 * assertAlmostEquals(Number(moved.w.dataSync()[0]), 1.9, 1e-6);
 * ```
 */
export function adamMini(
  lr: ScalarOrSchedule,
  options: Omit<AdamMiniOptions, "lr"> = {},
): GradientTransformation {
  return transformationOf(adamMiniRule, lr, options);
}
