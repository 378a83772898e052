import type { Domains } from "../domains.ts";
import type { OptimizerLike } from "../optimizer.ts";
import { LRScheduler } from "./lr_scheduler.ts";
import {
  complete,
  epoch,
  epochs,
  finite,
  type LastEpochOption,
} from "./settings.ts";

/** Options of {@linkcode MultiStepLR}. */
export interface MultiStepLROptions extends LastEpochOption {
  /** The steps at which the learning rate falls, in any order; one that is listed twice counts twice. */
  milestones: readonly number[];
  /** The factor by which it falls; 0.1 if left out. */
  gamma?: number;
}

const domains: Domains<MultiStepLROptions> = {
  milestones: epochs,
  gamma: finite,
  lastEpoch: epoch,
};

/**
 * Multiplies learning rates by `gamma` at each milestone:
 * `base * gamma^(number of milestones <= t)` at step t.
 *
 * @example
 * ```ts
 * import { MultiStepLR, SGD } from "@gradus/optim";
 * import { tensor } from "@gradus/tensor";
 * import { assertEquals } from "@std/assert";
 *
 * const optimizer = new SGD([tensor([1.5], { requiresGrad: true })], { lr: 1 });
 * const scheduler = new MultiStepLR(optimizer, { milestones: [1, 3], gamma: 0.5 });
 * const lrs = [];
 * for (let t = 0; t < 5; t++) {
 *   lrs.push(optimizer.paramGroups[0]!.lr);
 *   optimizer.step();
 *   scheduler.step();
 * }
 * assertEquals(lrs, [1, 0.5, 0.5, 0.25, 0.25]);
 * ```
 */
export class MultiStepLR extends LRScheduler {
  /** The steps at which the learning rate falls, in ascending order. */
  milestones: number[];
  /** The factor by which it falls. */
  gamma: number;

  /**
   * A scheduler of `optimizer`.
   *
   * @throws {TypeError} if an option is unknown, missing or of the wrong type, {RangeError} if one is out of range.
   */
  constructor(optimizer: OptimizerLike, options: MultiStepLROptions) {
    const all = complete("MultiStepLR", domains, { gamma: 0.1 }, options);
    super(optimizer, all);
    this.milestones = [...all.milestones].sort((a, b) => a - b);
    this.gamma = all.gamma!;
    this.initialStep();
  }

  /** The learning rates at this step from those before it. */
  protected override getLr(): number[] {
    const here = this.milestones.filter((m) => m === this.lastEpoch).length;
    return this.mapLrs((lr) => here > 0 ? lr * this.gamma ** here : lr);
  }

  /** The learning rates at this step. */
  protected override closedFormLr(): number[] {
    const passed = this.milestones.filter((m) => m <= this.lastEpoch).length;
    return this.baseLrs.map((lr) => lr * this.gamma ** passed);
  }
}
