import { count, type Domains } from "../domains.ts";
import type { OptimizerLike } from "../optimizer.ts";
import { LRScheduler } from "./lr_scheduler.ts";
import { complete, epoch, finite, type LastEpochOption } from "./settings.ts";

/** Options of {@linkcode CosineAnnealingLR}. */
export interface CosineAnnealingLROptions extends LastEpochOption {
  /** The step at which the learning rate is lowest. */
  tMax: number;
  /** The lowest learning rate; 0 if left out. */
  etaMin?: number;
}

const domains: Domains<CosineAnnealingLROptions> = {
  tMax: count,
  etaMin: finite,
  lastEpoch: epoch,
};

/**
 * Lets learning rates fall along half a period of a cosine (Loshchilov and
 * Hutter, "SGDR: Stochastic Gradient Descent with Warm Restarts", ICLR 2017,
 * arXiv:1608.03983, without the restarts):
 *
 * ```
 * etaMin + (base - etaMin) * (1 + cos(π t / tMax)) / 2      at step t
 * ```
 *
 * After `tMax` steps they rise again along the same curve.
 *
 * @example
 * ```ts
 * import { CosineAnnealingLR, SGD } from "@gradus/optim";
 * import { tensor } from "@gradus/tensor";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const optimizer = new SGD([tensor([1.5], { requiresGrad: true })], { lr: 1 });
 * const scheduler = new CosineAnnealingLR(optimizer, { tMax: 4 });
 * for (const expected of [0.853553390593, 0.5, 0.146446609407, 0]) {
 *   optimizer.step();
 *   scheduler.step();
 *   assertAlmostEquals(scheduler.getLastLr()[0]!, expected, 1e-12);
 * }
 * ```
 */
export class CosineAnnealingLR extends LRScheduler {
  /** The step at which the learning rate is lowest. */
  tMax: number;
  /** The lowest learning rate. */
  etaMin: number;

  /**
   * A scheduler of `optimizer`.
   *
   * @throws {TypeError} if an option is unknown, missing or of the wrong type, {RangeError} if one is out of range.
   */
  constructor(optimizer: OptimizerLike, options: CosineAnnealingLROptions) {
    const all = complete("CosineAnnealingLR", domains, { etaMin: 0 }, options);
    super(optimizer, all);
    this.tMax = all.tMax;
    this.etaMin = all.etaMin!;
    this.initialStep();
  }

  /** The learning rates at this step from those before it. */
  protected override getLr(): number[] {
    const { lastEpoch: t, tMax, etaMin } = this;
    const lrs = this.mapLrs((lr) => lr);
    if (this.isInitial) return lrs;
    const { cos, PI } = Math;
    return this.baseLrs.map((base, i) => {
      const lr = lrs[i]!;
      // At the lowest point the factor of the recursion is 0 / 0.
      return (t - 1 - tMax) % (2 * tMax) === 0
        ? lr + (base - etaMin) * (1 - cos(PI / tMax)) / 2
        : (1 + cos(PI * t / tMax)) / (1 + cos(PI * (t - 1) / tMax)) *
            (lr - etaMin) + etaMin;
    });
  }

  /** The learning rates at this step. */
  protected override closedFormLr(): number[] {
    const { lastEpoch, tMax, etaMin } = this;
    const height = 1 + Math.cos(Math.PI * lastEpoch / tMax);
    return this.baseLrs.map((lr) => etaMin + (lr - etaMin) * height / 2);
  }
}
