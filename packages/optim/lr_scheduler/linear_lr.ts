import { closedUnitInterval, count, type Domains } from "../domains.ts";
import type { OptimizerLike } from "../optimizer.ts";
import { LRScheduler } from "./lr_scheduler.ts";
import { complete, epoch, type LastEpochOption } from "./settings.ts";

/** Options of {@linkcode LinearLR}. */
export interface LinearLROptions extends LastEpochOption {
  /** What the learning rate is multiplied by at first, above 0; 1/3 if left out. */
  startFactor?: number;
  /** What it is multiplied by at the end; 1 if left out. */
  endFactor?: number;
  /** The step at which it gets there; 5 if left out. */
  totalIters?: number;
}

const domains: Domains<LinearLROptions> = {
  startFactor: {
    expected: "a number above 0 and at most 1",
    type: (value) => typeof value === "number",
    range: (value) => value as number > 0 && value as number <= 1,
  },
  endFactor: closedUnitInterval,
  totalIters: count,
  lastEpoch: epoch,
};

/**
 * Multiplies learning rates by a factor that goes in a line from `startFactor`
 * to `endFactor` (s and e) in T = `totalIters` steps:
 * `base * (s + (e - s) * min(t, T) / T)` at step t.
 *
 * @example
 * ```ts
 * import { LinearLR, SGD } from "@gradus/optim";
 * import { tensor } from "@gradus/tensor";
 * import { assertEquals } from "@std/assert";
 *
 * const optimizer = new SGD([tensor([1.5], { requiresGrad: true })], { lr: 1 });
 * const warmUp = new LinearLR(optimizer, { startFactor: 0.25, totalIters: 3 });
 * const lrs = [];
 * for (let t = 0; t < 5; t++) {
 *   lrs.push(optimizer.paramGroups[0]!.lr);
 *   optimizer.step();
 *   warmUp.step();
 * }
 * assertEquals(lrs, [0.25, 0.5, 0.75, 1, 1]);
 * ```
 */
export class LinearLR extends LRScheduler {
  /** What the learning rate is multiplied by at first. */
  startFactor: number;
  /** What it is multiplied by at the end. */
  endFactor: number;
  /** The step at which it gets there. */
  totalIters: number;

  /**
   * A scheduler of `optimizer`.
   *
   * @throws {TypeError} if an option is unknown or of the wrong type, {RangeError} if one is out of range.
   */
  constructor(optimizer: OptimizerLike, options: LinearLROptions = {}) {
    const defaults = { startFactor: 1 / 3, endFactor: 1, totalIters: 5 };
    const all = complete("LinearLR", domains, defaults, options);
    super(optimizer, all);
    this.startFactor = all.startFactor!;
    this.endFactor = all.endFactor!;
    this.totalIters = all.totalIters!;
    this.initialStep();
  }

  /** The learning rates at this step from those before it. */
  protected override getLr(): number[] {
    const { lastEpoch: t, startFactor, endFactor, totalIters } = this;
    if (t === 0) return this.mapLrs((lr) => lr * startFactor);
    if (this.isInitial || t > totalIters) return this.mapLrs((lr) => lr);
    const rise = endFactor - startFactor;
    const before = totalIters * startFactor + (t - 1) * rise;
    // Rounding must not take a learning rate below 0.
    const factor = Math.max(0, 1 + rise / before);
    return this.mapLrs((lr) => lr * factor);
  }

  /** The learning rates at this step. */
  protected override closedFormLr(): number[] {
    const { lastEpoch, startFactor, endFactor, totalIters } = this;
    const t = Math.min(totalIters, lastEpoch);
    const factor = startFactor + (endFactor - startFactor) * t / totalIters;
    return this.baseLrs.map((lr) => lr * factor);
  }
}
