/** What all schedulers have in common: an optimizer, and a state that can be saved. */

import { noGrad } from "@gradus/autograd";
import { Tensor } from "@gradus/tensor";
import { capture } from "@gradus/tensor/internal";
import type { OptimizerLike } from "../optimizer.ts";
import { checkDict, fromPlain, toPlain } from "./state.ts";

/** The state of a scheduler as plain data, which JSON can hold. */
export type SchedulerStateDict = Record<string, unknown>;

/** A group as schedulers see it: hyper-parameters, and what schedulers keep there. */
export type ScheduledGroup = Record<string, unknown>;

/**
 * The base of everything that changes learning rates while an optimizer works.
 *
 * The state of a scheduler is the fields that it has, other than the optimizer
 * and functions; subclasses need do nothing for it.
 */
export abstract class Scheduler {
  /** The optimizer whose groups are changed. */
  readonly optimizer: OptimizerLike;
  /** Number of the last step; 0 once the scheduler was made. */
  lastEpoch: number;
  /** What {@linkcode getLastLr} gives. */
  protected lastLr: number[] = [];

  /**
   * A scheduler of `optimizer`.
   *
   * @throws {TypeError} if `optimizer` is none.
   */
  constructor(optimizer: OptimizerLike, lastEpoch: number) {
    checkOptimizer(new.target.name, optimizer);
    this.optimizer = optimizer;
    this.lastEpoch = lastEpoch;
  }

  /** The groups of the optimizer. */
  protected groups(): ScheduledGroup[] {
    return this.optimizer.paramGroups;
  }

  /** The learning rates of the groups as this scheduler last left them. */
  getLastLr(): number[] {
    return [...this.lastLr];
  }

  /**
   * What the scheduler knows, as plain data. The learning rates themselves
   * belong to the state of the optimizer.
   */
  stateDict(): SchedulerStateDict {
    return { ...this.#fields(), ...this.extraState() };
  }

  /**
   * Takes over what {@linkcode stateDict} gave. The learning rates of the
   * optimizer stay as they are: load its state after making the scheduler.
   *
   * @throws {TypeError} if `dict` has other entries than the scheduler. Nothing changes then.
   */
  loadStateDict(dict: Readonly<SchedulerStateDict>): void {
    this.checkStateDict(dict);
    for (const name of Object.keys(this.#fields())) {
      Reflect.set(this, name, fromPlain(dict[name]));
    }
    this.loadExtraState(dict);
  }

  /**
   * Throws unless {@linkcode loadStateDict} can take `dict` over.
   *
   * @throws {TypeError} if it has other entries than the scheduler.
   */
  checkStateDict(dict: Readonly<SchedulerStateDict>): void {
    checkDict(this.constructor.name, dict, this.stateDict());
  }

  /** What the state has besides the fields. */
  protected extraState(): SchedulerStateDict {
    return {};
  }

  /** Takes over what {@linkcode extraState} gave. */
  protected loadExtraState(_dict: Readonly<SchedulerStateDict>): void {}

  #fields(): SchedulerStateDict {
    const fields: SchedulerStateDict = {};
    for (const [name, value] of Object.entries(this)) {
      if (name === "optimizer" || typeof value === "function") continue;
      fields[name] = toPlain(value);
    }
    return fields;
  }

  /** Sets the learning rates of all groups. */
  protected setLrs(lrs: readonly number[]): void {
    const groups = this.groups();
    checkCount(`step ${this.constructor.name}`, "learning rates", lrs, groups);
    groups.forEach((group, i) => writeLr(group, lrs[i]!));
    this.lastLr = readLrs(groups);
  }
}

/** Throws unless `optimizer` is one, or something like it. */
export function checkOptimizer(
  scheduler: string,
  optimizer: OptimizerLike,
): void {
  if (
    Array.isArray(optimizer?.paramGroups) &&
    typeof optimizer.step === "function" && optimizer.defaults !== undefined
  ) return;
  throw new TypeError(
    `Cannot make ${scheduler}: expected an optimizer, got ${
      describe(optimizer)
    }`,
  );
}

function describe(value: unknown): string {
  if (value === null) return "null";
  return typeof value === "object"
    ? (value as object).constructor?.name ?? "an object"
    : typeof value;
}

/** Says that what follows changes numbers of JavaScript, which a compiled function does not do again. */
export function leaveCapture(scheduler: string): void {
  capture.recorder?.fallBack(
    `${scheduler} is stepped in it; step it outside`,
  );
}

/**
 * The learning rate of a group as a number.
 *
 * @throws {Error} if it is a tensor that only asynchronous code can read.
 */
export function readLr({ lr }: ScheduledGroup): number {
  return lr instanceof Tensor ? lr.itemSync() as number : lr as number;
}

/** The learning rates of groups as numbers. */
export function readLrs(groups: readonly ScheduledGroup[]): number[] {
  return groups.map(readLr);
}

/** Sets the learning rate of a group; a tensor is filled, as other groups may share it. */
export function writeLr(group: ScheduledGroup, value: number): void {
  const { lr } = group;
  if (lr instanceof Tensor) noGrad(() => void lr.fill_(value));
  else group.lr = value;
}

/** Throws unless there are as many values as groups. */
export function checkCount(
  action: string,
  what: string,
  values: readonly unknown[],
  groups: readonly unknown[],
): void {
  if (values.length === groups.length) return;
  throw new RangeError(
    `Cannot ${action} as there must be as many ${what} as parameter groups: expected ${groups.length}, got ${values.length}`,
  );
}
