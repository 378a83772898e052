/** What schedulers that are made of others have in common. */

import type { OptimizerLike } from "../optimizer.ts";
import { LRScheduler } from "./lr_scheduler.ts";
import {
  checkOptimizer,
  readLrs,
  type SchedulerStateDict,
  writeLr,
} from "./scheduler.ts";

/** The base of schedulers that are made of others. */
export abstract class CompositeScheduler extends LRScheduler {
  readonly #schedulers: readonly LRScheduler[];

  /** A scheduler that is made of `schedulers` of one optimizer. */
  constructor(
    optimizer: OptimizerLike | undefined,
    schedulers: readonly LRScheduler[],
    lastEpoch: number,
  ) {
    super(checkSchedulers(new.target.name, optimizer, schedulers), {
      lastEpoch,
    });
    this.#schedulers = [...schedulers];
  }

  /** The schedulers that this one is made of. */
  get schedulers(): readonly LRScheduler[] {
    return this.#schedulers;
  }

  /** The learning rates of the groups. */
  protected override getLr(): number[] {
    return readLrs(this.groups());
  }

  /** Sets the learning rates that the groups began with. */
  protected resetLrs(): void {
    for (const group of this.groups()) {
      writeLr(group, group.initialLr as number);
    }
  }

  /** Notes the learning rates that the schedulers set. */
  protected noteLrs(): void {
    this.lastLr = readLrs(this.groups());
  }

  /**
   * Throws unless {@linkcode loadStateDict} can take `dict` over.
   *
   * @throws {TypeError} if it has other entries than the scheduler.
   */
  override checkStateDict(dict: Readonly<SchedulerStateDict>): void {
    super.checkStateDict(dict);
    const saved = dict.schedulers as SchedulerStateDict[];
    if (saved.length !== this.#schedulers.length) {
      throw new TypeError(
        `Cannot load a state dictionary into ${this.constructor.name}: expected ${this.#schedulers.length} schedulers, got ${saved.length}`,
      );
    }
    this.#schedulers.forEach((inner, i) => inner.checkStateDict(saved[i]!));
  }

  /** The states of the schedulers. */
  protected override extraState(): SchedulerStateDict {
    return { schedulers: this.#schedulers.map((inner) => inner.stateDict()) };
  }

  /** Loads the states of the schedulers. */
  protected override loadExtraState(dict: Readonly<SchedulerStateDict>): void {
    const saved = dict.schedulers as SchedulerStateDict[];
    this.#schedulers.forEach((inner, i) => inner.loadStateDict(saved[i]!));
  }
}

/** The optimizer that all schedulers have. */
function checkSchedulers(
  name: string,
  given: OptimizerLike | undefined,
  schedulers: readonly LRScheduler[],
): OptimizerLike {
  if (!Array.isArray(schedulers)) {
    throw new TypeError(
      `Cannot make ${name}: expected an array of schedulers, got ${typeof schedulers}`,
    );
  }
  if (schedulers.length === 0) {
    throw new RangeError(
      `Cannot make ${name}: expected at least one scheduler, got none`,
    );
  }
  schedulers.forEach((inner: unknown, i) => {
    if (inner instanceof LRScheduler) return;
    const found = (inner as object | null | undefined)?.constructor?.name ??
      String(inner);
    throw new TypeError(
      `Cannot make ${name}: expected schedulers that go by the number of steps, got ${found} as scheduler ${i}`,
    );
  });
  const optimizer = given ?? schedulers[0]!.optimizer;
  checkOptimizer(name, optimizer);
  schedulers.forEach((inner: LRScheduler, i) => {
    if (inner.optimizer === optimizer) return;
    throw new RangeError(
      `Cannot make ${name} as all schedulers must belong to its optimizer: scheduler ${i} has another one`,
    );
  });
  return optimizer;
}
