import type { Domains } from "../domains.ts";
import type { OptimizerLike } from "../optimizer.ts";
import { LRScheduler } from "./lr_scheduler.ts";
import { complete, epoch, finite, type LastEpochOption } from "./settings.ts";

/** Options of {@linkcode ExponentialLR}. */
export interface ExponentialLROptions extends LastEpochOption {
  /** What the learning rate is multiplied by in every step. */
  gamma: number;
}

const domains: Domains<ExponentialLROptions> = {
  gamma: finite,
  lastEpoch: epoch,
};

/**
 * Multiplies learning rates by `gamma` in every step: `base * gamma^t` at step t.
 *
 * @example
 * ```ts
 * import { ExponentialLR, SGD } from "@gradus/optim";
 * import { tensor } from "@gradus/tensor";
 * import { assertEquals } from "@std/assert";
 *
 * const optimizer = new SGD([tensor([1.5], { requiresGrad: true })], { lr: 1 });
 * const scheduler = new ExponentialLR(optimizer, { gamma: 0.5 });
 * optimizer.step();
 * scheduler.step();
 * assertEquals(scheduler.getLastLr(), [0.5]);
 * ```
 */
export class ExponentialLR extends LRScheduler {
  /** What the learning rate is multiplied by in every step. */
  gamma: number;

  /**
   * A scheduler of `optimizer`.
   *
   * @throws {TypeError} if an option is unknown, missing or of the wrong type, {RangeError} if one is out of range.
   */
  constructor(optimizer: OptimizerLike, options: ExponentialLROptions) {
    const all = complete("ExponentialLR", domains, {}, options);
    super(optimizer, all);
    this.gamma = all.gamma;
    this.initialStep();
  }

  /** The learning rates at this step from those before it. */
  protected override getLr(): number[] {
    return this.mapLrs((lr) => this.isInitial ? lr : lr * this.gamma);
  }

  /** The learning rates at this step. */
  protected override closedFormLr(): number[] {
    return this.baseLrs.map((lr) => lr * this.gamma ** this.lastEpoch);
  }
}
