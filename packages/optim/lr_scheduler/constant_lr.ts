import { closedUnitInterval, count, type Domains } from "../domains.ts";
import type { OptimizerLike } from "../optimizer.ts";
import { LRScheduler } from "./lr_scheduler.ts";
import { complete, epoch, type LastEpochOption } from "./settings.ts";

/** Options of {@linkcode ConstantLR}. */
export interface ConstantLROptions extends LastEpochOption {
  /** What the learning rate is multiplied by at first; 1/3 if left out. */
  factor?: number;
  /** The step at which it gets its full value; 5 if left out. */
  totalIters?: number;
}

const domains: Domains<ConstantLROptions> = {
  factor: closedUnitInterval,
  totalIters: count,
  lastEpoch: epoch,
};

/**
 * Multiplies learning rates by `factor` until step `totalIters`.
 *
 * @example
 * ```ts
 * import { ConstantLR, SGD } from "@gradus/optim";
 * import { tensor } from "@gradus/tensor";
 * import { assertEquals } from "@std/assert";
 *
 * const optimizer = new SGD([tensor([1.5], { requiresGrad: true })], { lr: 1 });
 * const scheduler = new ConstantLR(optimizer, { factor: 0.5, totalIters: 2 });
 * const lrs = [];
 * for (let t = 0; t < 4; t++) {
 *   lrs.push(optimizer.paramGroups[0]!.lr);
 *   optimizer.step();
 *   scheduler.step();
 * }
 * assertEquals(lrs, [0.5, 0.5, 1, 1]);
 * ```
 */
export class ConstantLR extends LRScheduler {
  /** What the learning rate is multiplied by at first. */
  factor: number;
  /** The step at which it gets its full value. */
  totalIters: number;

  /**
   * A scheduler of `optimizer`.
   *
   * @throws {TypeError} if an option is unknown or of the wrong type, {RangeError} if one is out of range.
   */
  constructor(optimizer: OptimizerLike, options: ConstantLROptions = {}) {
    const defaults = { factor: 1 / 3, totalIters: 5 };
    const all = complete("ConstantLR", domains, defaults, options);
    super(optimizer, all);
    this.factor = all.factor!;
    this.totalIters = all.totalIters!;
    this.initialStep();
  }

  /** The learning rates at this step from those before it. */
  protected override getLr(): number[] {
    const { lastEpoch, factor, totalIters } = this;
    if (lastEpoch === 0) return this.mapLrs((lr) => lr * factor);
    if (lastEpoch !== totalIters) return this.mapLrs((lr) => lr);
    // There is no way back from 0 but to the beginning.
    if (factor === 0) return this.closedFormLr();
    return this.mapLrs((lr) => lr * (1 / factor));
  }

  /** The learning rates at this step. */
  protected override closedFormLr(): number[] {
    const { lastEpoch, factor, totalIters } = this;
    return this.baseLrs.map((lr) =>
      lr * (lastEpoch >= totalIters ? factor + (1 - factor) : factor)
    );
  }
}
