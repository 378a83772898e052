import type { Domains } from "../domains.ts";
import type { OptimizerLike } from "../optimizer.ts";
import { CompositeScheduler } from "./composite_scheduler.ts";
import type { LRScheduler } from "./lr_scheduler.ts";
import { leaveCapture } from "./scheduler.ts";
import { complete, epoch, epochs, type LastEpochOption } from "./settings.ts";

/** Options of {@linkcode SequentialLR}. */
export interface SequentialLROptions extends LastEpochOption {
  /** The steps at which the second and later schedulers take over, in ascending order. */
  milestones: readonly number[];
}

const domains: Domains<SequentialLROptions> = {
  milestones: epochs,
  lastEpoch: epoch,
};

/**
 * One scheduler after another. Each begins at its own step 0, from the
 * learning rates that the groups began with.
 *
 * `MultiplicativeLR` and `SWALR`, which know only the present learning rates,
 * go on from those of the scheduler before them, as they do in PyTorch. Unlike
 * there, what is itself made of schedulers can stand at any place.
 *
 * @example
 * ```ts
 * import { ConstantLR, ExponentialLR, SequentialLR, SGD } from "@gradus/optim";
 * import { tensor } from "@gradus/tensor";
 * import { assertEquals } from "@std/assert";
 *
 * const optimizer = new SGD([tensor([1.5], { requiresGrad: true })], { lr: 1 });
 * const warmUp = new ConstantLR(optimizer, { factor: 0.25, totalIters: 9 });
 * const decay = new ExponentialLR(optimizer, { gamma: 0.5 });
 * const options = { milestones: [2] };
 * const scheduler = new SequentialLR(optimizer, [warmUp, decay], options);
 * const lrs = [];
 * for (let t = 0; t < 5; t++) {
 *   lrs.push(optimizer.paramGroups[0]!.lr);
 *   optimizer.step();
 *   scheduler.step();
 * }
 * assertEquals(lrs, [0.25, 0.25, 1, 0.5, 0.25]);
 * ```
 */
export class SequentialLR extends CompositeScheduler {
  /** The steps at which the second and later schedulers take over. */
  milestones: number[];

  /**
   * A scheduler of `optimizer`, made of others that were made of it.
   *
   * @throws {TypeError} if one is no scheduler or needs a metric, or an option is unknown, missing or of the wrong type.
   * @throws {RangeError} if there are no schedulers, one belongs to another
   * optimizer, or there is not one milestone less than schedulers, in ascending order.
   */
  constructor(
    optimizer: OptimizerLike,
    schedulers: readonly LRScheduler[],
    options: SequentialLROptions,
  ) {
    const name = "SequentialLR";
    const all = complete(name, domains, {}, options);
    super(optimizer, schedulers, all.lastEpoch!);
    checkMilestones(name, all.milestones, schedulers.length);
    this.milestones = [...all.milestones];
    this.resetLrs();
    for (const inner of schedulers) inner.rewind();
    this.initialStep();
  }

  /** The scheduler at step `t`. */
  #placeAt(t: number): number {
    return this.milestones.filter((milestone) => milestone <= t).length;
  }

  /** Sets the learning rates of the step after `lastEpoch`, which is 0 for a new run. */
  override initialStep(): void {
    this.stepCount = 1;
    this.lastEpoch++;
    this.schedulers[this.#placeAt(this.lastEpoch)]!.initialStep();
    this.noteLrs();
  }

  /** Sets the learning rates of the next step. To be called after the step of the optimizer. */
  override step(): void {
    leaveCapture(this.constructor.name);
    this.checkOrder();
    const next = this.lastEpoch + 1;
    const at = this.#placeAt(next);
    const inner = this.schedulers[at]!;
    if (at > 0 && this.milestones[at - 1] === next) inner.begin();
    else inner.step();
    this.lastEpoch = next;
    this.stepCount++;
    this.noteLrs();
  }

  /** Takes back the initial step. */
  override rewind(): void {
    this.schedulers[this.#placeAt(this.lastEpoch)]!.rewind();
    this.lastEpoch--;
  }

  /** Begins at step 0 of a schedule that took over from another one. */
  override begin(): void {
    this.lastEpoch = 0;
    this.schedulers[this.#placeAt(0)]!.begin();
    this.noteLrs();
  }
}

function checkMilestones(
  name: string,
  milestones: readonly number[],
  count: number,
): void {
  if (milestones.length !== count - 1) {
    throw new RangeError(
      `Cannot make ${name}: expected one milestone less than schedulers, got ${milestones.length} for ${count} schedulers`,
    );
  }
  if (milestones.every((m, i) => i === 0 || milestones[i - 1]! <= m)) return;
  throw new RangeError(
    `Cannot make ${name}: expected milestones in ascending order, got ${
      milestones.join(", ")
    }`,
  );
}
