import { count, type Domains } from "../domains.ts";
import type { OptimizerLike } from "../optimizer.ts";
import { LRScheduler } from "./lr_scheduler.ts";
import { complete, epoch, finite, type LastEpochOption } from "./settings.ts";

/** Options of {@linkcode StepLR}. */
export interface StepLROptions extends LastEpochOption {
  /** After how many steps the learning rate falls. */
  stepSize: number;
  /** The factor by which it falls; 0.1 if left out. */
  gamma?: number;
}

const domains: Domains<StepLROptions> = {
  stepSize: count,
  gamma: finite,
  lastEpoch: epoch,
};

/**
 * Multiplies learning rates by `gamma` every `stepSize` steps:
 * `base * gamma^floor(t / stepSize)` at step t.
 *
 * @example
 * ```ts
 * import { SGD, StepLR } from "@gradus/optim";
 * import { tensor } from "@gradus/tensor";
 * import { assertEquals } from "@std/assert";
 *
 * const optimizer = new SGD([tensor([1.5], { requiresGrad: true })], { lr: 1 });
 * const scheduler = new StepLR(optimizer, { stepSize: 2, gamma: 0.5 });
 * const lrs = [];
 * for (let t = 0; t < 5; t++) {
 *   lrs.push(optimizer.paramGroups[0]!.lr);
 *   optimizer.step();
 *   scheduler.step();
 * }
 * assertEquals(lrs, [1, 1, 0.5, 0.5, 0.25]);
 * ```
 */
export class StepLR extends LRScheduler {
  /** After how many steps the learning rate falls. */
  stepSize: number;
  /** The factor by which it falls. */
  gamma: number;

  /**
   * A scheduler of `optimizer`.
   *
   * @throws {TypeError} if an option is unknown, missing or of the wrong type, {RangeError} if one is out of range.
   */
  constructor(optimizer: OptimizerLike, options: StepLROptions) {
    const all = complete("StepLR", domains, { gamma: 0.1 }, options);
    super(optimizer, all);
    this.stepSize = all.stepSize;
    this.gamma = all.gamma!;
    this.initialStep();
  }

  /** The learning rates at this step from those before it. */
  protected override getLr(): number[] {
    const { lastEpoch, stepSize, gamma } = this;
    const falls = lastEpoch !== 0 && lastEpoch % stepSize === 0;
    return this.mapLrs((lr) => falls ? lr * gamma : lr);
  }

  /** The learning rates at this step. */
  protected override closedFormLr(): number[] {
    const factor = this.gamma ** Math.floor(this.lastEpoch / this.stepSize);
    return this.baseLrs.map((lr) => lr * factor);
  }
}
