import type { OptimizerLike } from "../optimizer.ts";
import { warnUnlessStepped, watchSteps } from "./order.ts";
import {
  leaveCapture,
  readLr,
  type ScheduledGroup,
  Scheduler,
} from "./scheduler.ts";
import { epoch as epochDomain, type LastEpochOption } from "./settings.ts";

/**
 * The base of schedulers that go by the number of steps, as
 * `torch.optim.lr_scheduler.LRScheduler` is. A subclass gives the learning
 * rates of step {@linkcode lastEpoch} in {@linkcode getLr}, and its constructor
 * ends with a call of {@linkcode initialStep}.
 *
 * Making a scheduler writes `initialLr` into each group that has none and sets
 * the learning rates of step 0. Most rules change the learning rate that a
 * group has, so that schedulers of one optimizer can be combined.
 *
 * A learning rate that is a tensor is filled; it has to be on the CPU.
 *
 * @example
 * ```ts
 * import { LRScheduler, type OptimizerLike, SGD } from "@gradus/optim";
 * import { tensor } from "@gradus/tensor";
 * import { assertEquals } from "@std/assert";
 *
 * class InverseRoot extends LRScheduler {
 *   constructor(optimizer: OptimizerLike) {
 *     super(optimizer);
 *     this.initialStep();
 *   }
 *   protected override getLr(): number[] {
 *     return this.baseLrs.map((lr) => lr / Math.sqrt(this.lastEpoch + 1));
 *   }
 * }
 *
 * const optimizer = new SGD([tensor([1.5], { requiresGrad: true })], { lr: 1 });
 * const scheduler = new InverseRoot(optimizer);
 * for (let t = 1; t <= 3; t++) {
 *   optimizer.step();
 *   scheduler.step();
 * }
 * assertEquals(scheduler.getLastLr(), [0.5]);
 * ```
 */
export abstract class LRScheduler extends Scheduler {
  /** The learning rates that the groups began with. */
  baseLrs: number[];
  /** How often `step` was called, the initial step included. */
  protected stepCount: number = 0;
  #initial = false;

  /**
   * A scheduler of `optimizer`.
   *
   * @throws {TypeError} if `optimizer` is none.
   * @throws {RangeError} if `lastEpoch` is not -1 and a group has no `initialLr`.
   */
  constructor(optimizer: OptimizerLike, options: LastEpochOption = {}) {
    const { lastEpoch = -1 } = options;
    const { name } = new.target;
    super(optimizer, lastEpoch);
    checkEpoch(name, lastEpoch);
    const groups = this.groups();
    this.baseLrs = groups.map((group, i) => baseLr(name, group, i, lastEpoch));
    groups.forEach((group, i) => group.initialLr = this.baseLrs[i]);
    watchSteps();
  }

  /** The learning rates of the groups at step {@linkcode lastEpoch}; it changes nothing. */
  protected abstract getLr(): number[];

  /** Likewise, but from {@linkcode baseLrs} alone, where there is such a formula. */
  protected closedFormLr?(): number[];

  /** Whether this is the initial step, which finds the learning rates that the optimizer was made with. */
  protected get isInitial(): boolean {
    return this.#initial;
  }

  /** Sets the learning rates of the step after `lastEpoch`, which is 0 for a new run. To be called at the end of constructors. */
  initialStep(): void {
    this.#initial = true;
    this.stepCount = 1;
    try {
      this.updateLr();
    } finally {
      this.#initial = false;
    }
  }

  /**
   * Sets the learning rates of the next step. To be called after the step of
   * the optimizer.
   *
   * @param epoch Sets those of this step instead, by the closed form if there is one. PyTorch deprecates it.
   */
  step(epoch?: number): void {
    leaveCapture(this.constructor.name);
    this.checkOrder();
    if (epoch !== undefined) {
      console.warn(
        `${this.constructor.name}.step() with an epoch is deprecated: call it without`,
      );
    }
    this.stepCount++;
    try {
      this.updateLr(epoch);
    } catch (error) {
      this.stepCount--;
      throw error;
    }
  }

  /**
   * Throws if the constructor did not end with the initial step, and warns if
   * the first value of the schedule was never used.
   */
  protected checkOrder(): void {
    const { name } = this.constructor;
    if (this.stepCount === 0) {
      throw new Error(
        `Cannot step ${name}: its constructor must end with this.initialStep()`,
      );
    }
    if (this.stepCount === 1) warnUnlessStepped(name, this.optimizer);
  }

  /** Goes to `epoch`, or to the next step, and sets its learning rates. */
  protected updateLr(epoch?: number): void {
    const before = this.lastEpoch;
    this.lastEpoch = epoch ?? before + 1;
    try {
      this.setLrs(
        epoch !== undefined && this.closedFormLr
          ? this.closedFormLr()
          : this.getLr(),
      );
    } catch (error) {
      this.lastEpoch = before;
      throw error;
    }
  }

  /** Takes back the initial step; for schedulers that are made of others. */
  rewind(): void {
    this.lastEpoch--;
  }

  /** Begins at step 0 of a schedule that took over from another one. */
  begin(): void {
    this.updateLr(0);
  }

  /** The learning rate of each group as `change` makes it from the present one. */
  protected mapLrs(change: (lr: number, i: number) => number): number[] {
    return this.groups().map((group, i) => change(readLr(group), i));
  }
}

function checkEpoch(scheduler: string, lastEpoch: number): void {
  if (epochDomain.type(lastEpoch) && epochDomain.range!(lastEpoch)) return;
  throw new RangeError(
    `Cannot use ${scheduler} with this lastEpoch: expected ${epochDomain.expected}, got ${lastEpoch}`,
  );
}

function baseLr(
  scheduler: string,
  group: ScheduledGroup,
  i: number,
  lastEpoch: number,
): number {
  if (typeof group.initialLr === "number") return group.initialLr;
  if (lastEpoch === -1) return readLr(group);
  throw new RangeError(
    `Cannot resume ${scheduler} after step ${lastEpoch} as parameter group ${i} has no initialLr: load the state of the optimizer first`,
  );
}
