import { count, type Domains } from "../domains.ts";
import type { OptimizerLike } from "../optimizer.ts";
import { LRScheduler } from "./lr_scheduler.ts";
import { complete, epoch, finite, type LastEpochOption } from "./settings.ts";

/** Options of {@linkcode PolynomialLR}. */
export interface PolynomialLROptions extends LastEpochOption {
  /** The step at which the learning rate is 0; 5 if left out. */
  totalIters?: number;
  /** The power of the polynomial; 1, a line, if left out. */
  power?: number;
}

const domains: Domains<PolynomialLROptions> = {
  totalIters: count,
  power: finite,
  lastEpoch: epoch,
};

/**
 * Lets learning rates fall to 0 in T = `totalIters` steps:
 * `base * (1 - min(t, T) / T)^power` at step t.
 *
 * @example
 * ```ts
 * import { PolynomialLR, SGD } from "@gradus/optim";
 * import { tensor } from "@gradus/tensor";
 * import { assertEquals } from "@std/assert";
 *
 * const optimizer = new SGD([tensor([1.5], { requiresGrad: true })], { lr: 1 });
 * const scheduler = new PolynomialLR(optimizer, { totalIters: 2, power: 2 });
 * const lrs = [];
 * for (let t = 0; t < 4; t++) {
 *   lrs.push(optimizer.paramGroups[0]!.lr);
 *   optimizer.step();
 *   scheduler.step();
 * }
 * assertEquals(lrs, [1, 0.25, 0, 0]);
 * ```
 */
export class PolynomialLR extends LRScheduler {
  /** The step at which the learning rate is 0. */
  totalIters: number;
  /** The power of the polynomial. */
  power: number;

  /**
   * A scheduler of `optimizer`.
   *
   * @throws {TypeError} if an option is unknown or of the wrong type, {RangeError} if one is out of range.
   */
  constructor(optimizer: OptimizerLike, options: PolynomialLROptions = {}) {
    const defaults = { totalIters: 5, power: 1 };
    const all = complete("PolynomialLR", domains, defaults, options);
    super(optimizer, all);
    this.totalIters = all.totalIters!;
    this.power = all.power!;
    this.initialStep();
  }

  /** The learning rates at this step from those before it. */
  protected override getLr(): number[] {
    const { lastEpoch: t, totalIters, power } = this;
    if (this.isInitial || t > totalIters) return this.mapLrs((lr) => lr);
    const factor = ((1 - t / totalIters) / (1 - (t - 1) / totalIters)) **
      power;
    return this.mapLrs((lr) => lr * factor);
  }

  /** The learning rates at this step. */
  protected override closedFormLr(): number[] {
    const { lastEpoch, totalIters, power } = this;
    const factor = (1 - Math.min(totalIters, lastEpoch) / totalIters) ** power;
    return this.baseLrs.map((lr) => lr * factor);
  }
}
