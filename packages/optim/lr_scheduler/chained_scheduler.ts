import { checkOptions } from "@gradus/tensor/internal";
import type { OptimizerLike } from "../optimizer.ts";
import { CompositeScheduler } from "./composite_scheduler.ts";
import type { LRScheduler } from "./lr_scheduler.ts";
import { leaveCapture } from "./scheduler.ts";

/** Options of {@linkcode ChainedScheduler}. */
export interface ChainedSchedulerOptions {
  /** The optimizer; that of the schedulers if left out. */
  optimizer?: OptimizerLike;
}

/**
 * Several schedulers at once: each changes the learning rates that the one
 * before it left, so that their factors multiply.
 *
 * @example
 * ```ts
 * import { ChainedScheduler, ConstantLR, ExponentialLR, SGD } from "@gradus/optim";
 * import { tensor } from "@gradus/tensor";
 * import { assertEquals } from "@std/assert";
 *
 * const optimizer = new SGD([tensor([1.5], { requiresGrad: true })], { lr: 1 });
 * const scheduler = new ChainedScheduler([
 *   new ConstantLR(optimizer, { factor: 0.25, totalIters: 2 }),
 *   new ExponentialLR(optimizer, { gamma: 0.5 }),
 * ]);
 * const lrs = [];
 * for (let t = 0; t < 4; t++) {
 *   lrs.push(optimizer.paramGroups[0]!.lr);
 *   optimizer.step();
 *   scheduler.step();
 * }
 * assertEquals(lrs, [0.25, 0.125, 0.25, 0.125]);
 * ```
 */
export class ChainedScheduler extends CompositeScheduler {
  /**
   * A scheduler that is made of others, which belong to one optimizer.
   *
   * @throws {TypeError} if one is no scheduler or needs a metric, or an option is unknown.
   * @throws {RangeError} if there are no schedulers, or one belongs to another optimizer.
   */
  constructor(
    schedulers: readonly LRScheduler[],
    options: ChainedSchedulerOptions = {},
  ) {
    checkOptions("make ChainedScheduler", options, ["optimizer"]);
    super(options.optimizer, schedulers, -1);
    // The schedulers have done their initial steps.
    this.lastEpoch = 0;
    this.stepCount = 1;
    this.noteLrs();
  }

  /** Sets the learning rates of the next step. To be called after the step of the optimizer. */
  override step(): void {
    leaveCapture(this.constructor.name);
    this.checkOrder();
    for (const inner of this.schedulers) inner.step();
    this.lastEpoch++;
    this.stepCount++;
    this.noteLrs();
  }

  /** Sets the learning rates of the step after `lastEpoch`. */
  override initialStep(): void {
    for (const inner of this.schedulers) inner.initialStep();
    this.lastEpoch++;
    this.stepCount = 1;
    this.noteLrs();
  }

  /** Takes back the initial step. */
  override rewind(): void {
    for (const inner of this.schedulers) inner.rewind();
    this.lastEpoch--;
  }

  /** Begins at step 0 of a schedule that took over from another one. */
  override begin(): void {
    this.resetLrs();
    for (const inner of this.schedulers) inner.initialStep();
    this.lastEpoch = 0;
    this.noteLrs();
  }
}
