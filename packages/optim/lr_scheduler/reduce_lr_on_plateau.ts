import { Tensor } from "@gradus/tensor";
import { atLeastZero, type Domains, oneOf, unitInterval } from "../domains.ts";
import type { OptimizerLike } from "../optimizer.ts";
import {
  checkCount,
  checkOptimizer,
  leaveCapture,
  readLr,
  readLrs,
  Scheduler,
  writeLr,
} from "./scheduler.ts";
import {
  complete,
  forGroups,
  type PerGroup,
  perGroup,
  wholeFromZero,
} from "./settings.ts";

/** Options of {@linkcode ReduceLROnPlateau}. */
export interface ReduceLROnPlateauOptions {
  /** Whether the metric should get smaller or larger; `"min"` if left out. */
  mode?: "min" | "max";
  /** What learning rates are multiplied by, below 1; 0.1 if left out. */
  factor?: number;
  /** How many steps in a row may bring nothing better; 10 if left out. */
  patience?: number;
  /** By how much a metric must be better to count; 1e-4 if left out. */
  threshold?: number;
  /** Whether this is a part of the best metric or an amount; `"rel"` if left out. */
  thresholdMode?: "rel" | "abs";
  /** How many steps after a change do not count; 0 if left out. */
  cooldown?: number;
  /** The lowest learning rate, for all groups or for each; 0 if left out. */
  minLr?: PerGroup;
  /** Smaller changes of learning rates are not made; 1e-8 if left out. */
  eps?: number;
}

const domains: Domains<ReduceLROnPlateauOptions> = {
  mode: /* @__PURE__ */ oneOf("min", "max"),
  factor: unitInterval,
  patience: wholeFromZero,
  threshold: atLeastZero,
  thresholdMode: /* @__PURE__ */ oneOf("rel", "abs"),
  cooldown: wholeFromZero,
  minLr: perGroup,
  eps: atLeastZero,
};

const defaults: Required<ReduceLROnPlateauOptions> = {
  mode: "min",
  factor: 0.1,
  patience: 10,
  threshold: 1e-4,
  thresholdMode: "rel",
  cooldown: 0,
  minLr: 0,
  eps: 1e-8,
};

/**
 * Lowers learning rates when a metric has stopped getting better: when more
 * than `patience` steps in a row were not better than the best,
 *
 * ```
 * lr = max(lr * factor, minLr)
 * ```
 *
 * A metric is better when it is below `best * (1 - threshold)`, in `"abs"` mode
 * below `best - threshold`; NaN never is. The first form is for metrics above
 * 0; for others PyTorch has it too, though it then asks for less than nothing.
 *
 * @example
 * ```ts
 * import { ReduceLROnPlateau, SGD } from "@gradus/optim";
 * import { tensor } from "@gradus/tensor";
 * import { assertEquals } from "@std/assert";
 *
 * const optimizer = new SGD([tensor([1.5], { requiresGrad: true })], { lr: 1 });
 * const options = { factor: 0.5, patience: 1 };
 * const scheduler = new ReduceLROnPlateau(optimizer, options);
 * const lrs = [];
 * for (const validationLoss of [1, 0.5, 0.5, 0.5, 0.5]) {
 *   scheduler.step(validationLoss);
 *   lrs.push(...scheduler.getLastLr());
 * }
 * assertEquals(lrs, [1, 1, 1, 0.5, 0.5]);
 * ```
 */
export class ReduceLROnPlateau extends Scheduler {
  /** Whether the metric should get smaller or larger. */
  mode: "min" | "max";
  /** What learning rates are multiplied by. */
  factor: number;
  /** How many steps in a row may bring nothing better. */
  patience: number;
  /** By how much a metric must be better to count. */
  threshold: number;
  /** Whether this is a part of the best metric or an amount. */
  thresholdMode: "rel" | "abs";
  /** How many steps after a change do not count. */
  cooldown: number;
  /** The lowest learning rate, if it is the same for all groups. */
  defaultMinLr: number | null;
  /** The lowest learning rates of the groups. */
  minLrs: number[];
  /** Smaller changes of learning rates are not made. */
  eps: number;
  /** The best metric so far; infinite at first. */
  best: number;
  /** How many of the steps that do not count are left. */
  cooldownCounter: number = 0;
  /** How many steps in a row brought nothing better. */
  numBadEpochs: number = 0;

  /**
   * A scheduler of `optimizer`.
   *
   * @throws {TypeError} if an option is unknown or of the wrong type.
   * @throws {RangeError} if an option is out of range, or `minLr` has another number of values than there are groups.
   */
  constructor(
    optimizer: OptimizerLike,
    options: ReduceLROnPlateauOptions = {},
  ) {
    const name = "ReduceLROnPlateau";
    const all = complete<Required<ReduceLROnPlateauOptions>>(
      name,
      domains,
      defaults,
      options,
    );
    checkOptimizer(name, optimizer);
    const minLrs = forGroups(name, "minLr", all.minLr, optimizer);
    super(optimizer, 0);
    this.mode = all.mode;
    this.factor = all.factor;
    this.patience = all.patience;
    this.threshold = all.threshold;
    this.thresholdMode = all.thresholdMode;
    this.cooldown = all.cooldown;
    this.defaultMinLr = typeof all.minLr === "number" ? all.minLr : null;
    this.minLrs = minLrs;
    this.eps = all.eps;
    this.best = this.mode === "min" ? Infinity : -Infinity;
    this.lastLr = readLrs(this.groups());
  }

  /** Whether steps do not count, as the learning rates changed shortly before. */
  get inCooldown(): boolean {
    return this.cooldownCounter > 0;
  }

  /**
   * Takes note of a metric, a number or a tensor with one element, and lowers
   * the learning rates if need be.
   *
   * @throws {TypeError} if `metric` is neither.
   * @throws {RangeError} if `minLr` is a list, and groups were added since.
   */
  step(metric: number | Tensor): void {
    leaveCapture(this.constructor.name);
    const current = metric instanceof Tensor ? metric.itemSync() : metric;
    if (typeof current !== "number") {
      throw new TypeError(
        `Cannot step ${this.constructor.name}: expected a metric, got ${typeof metric}`,
      );
    }
    const minLrs = this.#lowest();
    this.lastEpoch++;
    if (this.#isBetter(current)) {
      this.best = current;
      this.numBadEpochs = 0;
    } else this.numBadEpochs++;
    if (this.inCooldown) {
      this.cooldownCounter--;
      this.numBadEpochs = 0;
    }
    if (this.numBadEpochs > this.patience) {
      this.#reduce(minLrs);
      this.cooldownCounter = this.cooldown;
      this.numBadEpochs = 0;
    }
    this.lastLr = readLrs(this.groups());
  }

  #isBetter(metric: number): boolean {
    const { mode, best, threshold } = this;
    const sign = mode === "min" ? -1 : 1;
    const bar = this.thresholdMode === "rel"
      ? best * (1 + sign * threshold)
      : best + sign * threshold;
    return mode === "min" ? metric < bar : metric > bar;
  }

  #lowest(): number[] {
    const groups = this.groups();
    if (this.defaultMinLr !== null && this.minLrs.length !== groups.length) {
      this.minLrs = groups.map(() => this.defaultMinLr!);
    }
    const action = `step ${this.constructor.name}`;
    checkCount(action, "values of minLr", this.minLrs, groups);
    return this.minLrs;
  }

  #reduce(minLrs: readonly number[]): void {
    this.groups().forEach((group, i) => {
      const before = readLr(group);
      const after = Math.max(before * this.factor, minLrs[i]!);
      if (before - after > this.eps) writeLr(group, after);
    });
  }
}
