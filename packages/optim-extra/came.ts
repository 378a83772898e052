import {
  type Algorithm,
  AlgorithmOptimizer,
  type Domain,
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
  flag,
  learningRate,
  oneMinus,
} from "@gradus/optim/internal";
import { type Tensor, zeros, zerosLike } from "@gradus/tensor";
import { threeBetas } from "./domains.ts";

/** Hyper-parameters of {@linkcode CAME}. */
export interface CAMEHyper {
  /** Learning rate; 2e-4 if left out. */
  lr: LearningRate;
  /** Decay rates of the averages of steps, of squared gradients and of instabilities; 0.9, 0.999 and 0.9999 if left out. */
  betas: readonly [number, number, number];
  /** What is added to squared gradients and to instabilities; 1e-30 and 1e-16 if left out. */
  eps: readonly [number, number];
  /** Root of the mean square of a step, above which it is scaled down; 1 if left out. */
  clipThreshold: number;
  /** Factor of the decay, λ; 0 if left out. */
  weightDecay: number;
  /** Climbs instead of descending; false if left out. */
  maximize: boolean;
}

/** What CAME remembers. */
export type CAMEState = {
  /** Running average of steps, m. */
  expAvg: Tensor;
  /** Running average of squared gradients, v, of parameters of less than 2 dims. */
  expAvgSq?: Tensor;
  /** Means over the last dim of that average, of other parameters. */
  expAvgSqRow?: Tensor;
  /** Means over the dim before the last. */
  expAvgSqCol?: Tensor;
  /** Means over the last dim of the running average of instabilities. */
  expAvgResRow?: Tensor;
  /** Means over the dim before the last. */
  expAvgResCol?: Tensor;
};

const twoEpsilons: Domain = {
  expected: "two numbers of at least 0",
  type: (value) =>
    Array.isArray(value) && value.length === 2 &&
    value.every((x) => typeof x === "number"),
  range: (value) => (value as number[]).every((x) => x >= 0),
};

/** `1 / sqrt(v)` of the matrix of rank 1 with these means of rows and columns. */
function inverseRoot(row: Tensor, col: Tensor): Tensor {
  const relative = row.div(row.mean(-1, { keepdim: true }));
  return relative.rsqrt().unsqueeze(-1).mul(col.rsqrt().unsqueeze(-2));
}

/** Takes the means of `x` over rows and columns into their running averages. */
function average(row: Tensor, col: Tensor, x: Tensor, beta: Tensor): void {
  row.lerp_(x.mean(-1), oneMinus(beta));
  col.lerp_(x.mean(-2), oneMinus(beta));
}

/** The equations of {@linkcode CAME}. */
export const cameRule: Algorithm<CAMEHyper, CAMEState> = {
  name: "CAME",
  defaults: {
    lr: 2e-4,
    betas: [0.9, 0.999, 0.9999],
    eps: [1e-30, 1e-16],
    clipThreshold: 1,
    weightDecay: 0,
    maximize: false,
  },
  domains: {
    lr: learningRate,
    betas: threeBetas,
    eps: twoEpsilons,
    clipThreshold: aboveZero,
    weightDecay: atLeastZero,
    maximize: flag,
  },

  init(param) {
    const expAvg = zerosLike(param);
    if (param.ndim < 2) return { expAvg, expAvgSq: zerosLike(param) };
    const { dtype, device, shape } = param;
    const row = () => zeros(shape.slice(0, -1), { dtype, device });
    const col = () =>
      zeros([...shape.slice(0, -2), shape.at(-1)!], { dtype, device });
    return {
      expAvg,
      expAvgSqRow: row(),
      expAvgSqCol: col(),
      expAvgResRow: row(),
      expAvgResCol: col(),
    };
  },

  update({ grad, state, hyper, uses, target, shrink }) {
    const { lr, betas: [beta1, beta2, beta3], eps, weightDecay } = hyper;
    const { expAvg, expAvgSq } = state;
    const g = hyper.maximize ? grad.neg() : grad;
    if (uses("weightDecay")) shrink(lr.mul(weightDecay));

    const squares = g.square().add(eps[0]);
    let raw: Tensor;
    if (expAvgSq) {
      expAvgSq.lerp_(squares, oneMinus(beta2));
      raw = g.mul(expAvgSq.rsqrt());
    } else {
      average(state.expAvgSqRow!, state.expAvgSqCol!, squares, beta2);
      raw = g.mul(inverseRoot(state.expAvgSqRow!, state.expAvgSqCol!));
    }
    const rms = raw.square().mean().sqrt();
    const step = raw.div(rms.div(hyper.clipThreshold).clamp({ min: 1 }));
    expAvg.lerp_(step, oneMinus(beta1));

    if (expAvgSq) {
      target.sub_(expAvg.mul(lr));
      return;
    }
    const instability = step.sub(expAvg).square().add(eps[1]);
    average(state.expAvgResRow!, state.expAvgResCol!, instability, beta3);
    const trust = inverseRoot(state.expAvgResRow!, state.expAvgResCol!);
    target.sub_(expAvg.mul(trust).mul(lr));
  },
};

/** Options of {@linkcode CAME}. */
export type CAMEOptions = OptionsOf<CAMEHyper>;

/**
 * CAME, confidence-guided adaptive memory-efficient optimization: Adafactor
 * with an average of its steps, which moves less where the steps differ much
 * from their average.
 *
 * ```
 * u = g / sqrt(v)                v: β2-average of g² + ε1, as the product of its row and column means
 * u = u / max(1, rms(u) / d)     d: clipThreshold
 * m = β1 m + (1 - β1) u
 * s: β3-average of (u - m)² + ε2, as the product of its row and column means
 * θ = θ - lr λ θ - lr m / sqrt(s)
 * ```
 *
 * The matrix of rank 1 is `row col^T / mean(row)`. Rows and columns are the
 * last two dims; those before them are a batch. Parameters of less than 2 dims
 * keep v in full and move by `-lr m`, without s, as in the authors' code.
 *
 * State per parameter: `expAvg`, and `expAvgSqRow`, `expAvgSqCol`,
 * `expAvgResRow` and `expAvgResCol`, or for less than 2 dims `expAvgSq`.
 *
 * Yang Luo, Xiaozhe Ren, Zangwei Zheng, Zhuo Jiang, Xin Jiang and Yang You,
 * "CAME: Confidence-guided Adaptive Memory Efficient Optimization", ACL 2023,
 * arXiv:2307.02047.
 *
 * The averages begin at 0 and are not corrected. So u is clipped at first, and
 * as s is small the first steps of a matrix are about 11 times as long as lr
 * says. The authors' code also counts steps and stores the parameter's root
 * mean square, and uses neither. It demands lr; 2e-4 is that of its example.
 *
 * @example
 * ```ts
 * import { CAME } from "@gradus/optim-extra";
 * import { tensor } from "@gradus/tensor";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const w = tensor([3, -4], { dtype: "float64", requiresGrad: true });
 * const optimizer = new CAME([w], { lr: 0.5 });
 * w.square().sum().backward();
 * optimizer.step();
 * // The step g / sqrt(v) is clipped to (1, -1), of which a tenth is taken.
 * assertAlmostEquals(Number(w.dataSync()[0]), 2.95, 1e-12);
 * assertAlmostEquals(Number(w.dataSync()[1]), -3.95, 1e-12);
 * ```
 */
export class CAME extends AlgorithmOptimizer<CAMEHyper, CAMEState> {
  /**
   * CAME on `params`.
   *
   * @throws {TypeError} if an option is unknown or has the wrong type.
   * @throws {RangeError} if `lr`, `eps` or `weightDecay` is below 0, a beta outside of [0, 1) or `clipThreshold` not above 0.
   */
  constructor(params: Params<CAMEHyper>, options: CAMEOptions = {}) {
    super(cameRule, params, options);
  }
}

/**
 * {@linkcode CAME} as a transformation of gradients.
 *
 * @example
 * ```ts
 * import { applyUpdates } from "@gradus/optim";
 * import { came } from "@gradus/optim-extra";
 * import { tensor } from "@gradus/tensor";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const optimizer = came(0.5);
 * const params = { w: tensor([3, -4], { dtype: "float64" }) };
 * const state = optimizer.init(params);
 * const [updates] = optimizer.update({ w: params.w.mul(2) }, state, params);
 * const moved = applyUpdates(params, updates);
 * assertAlmostEquals(Number(moved.w.dataSync()[0]), 2.95, 1e-12);
 * ```
 */
export function came(
  lr: ScalarOrSchedule,
  options: Omit<CAMEOptions, "lr"> = {},
): GradientTransformation {
  return transformationOf(cameRule, lr, options);
}
