import { aboveZero, type Domains, flag, oneOf } from "../domains.ts";
import type { OptimizerLike } from "../optimizer.ts";
import { LRScheduler } from "./lr_scheduler.ts";
import { usesBeta1, writeMomentum } from "./momentum.ts";
import {
  checkOptimizer,
  type SchedulerStateDict,
  writeLr,
} from "./scheduler.ts";
import {
  callable,
  complete,
  epoch,
  finite,
  forGroups,
  type LastEpochOption,
  orNull,
  type PerGroup,
  perGroup,
} from "./settings.ts";
import { loadFunction, saveFunction } from "./state.ts";

/** A factor for the height of a cycle, by its number from 1 on or by the step. */
export type ScaleFunction = (x: number) => number;

/** Options of {@linkcode CyclicLR}. */
export interface CyclicLROptions extends LastEpochOption {
  /** The learning rate at which cycles begin and end, for all groups or for each. */
  baseLr: PerGroup;
  /** The learning rate at the top, for all groups or for each. */
  maxLr: PerGroup;
  /** Number of steps up; 2000 if left out. */
  stepSizeUp?: number;
  /** Number of steps down; as many as up if left out. */
  stepSizeDown?: number | null;
  /** How the height changes: not at all, by half in each cycle, or by `gamma` in each step; `"triangular"` if left out. */
  mode?: "triangular" | "triangular2" | "exp_range";
  /** The factor of mode `"exp_range"`; 1 if left out. */
  gamma?: number;
  /** A function that gives the factor of the height, in place of a mode. */
  scaleFn?: ScaleFunction | null;
  /** Whether that function gets the number of the cycle, or that of the step; `"cycle"` if left out. */
  scaleMode?: "cycle" | "iterations";
  /** Lets momentum go down when the learning rate goes up; true if left out. */
  cycleMomentum?: boolean;
  /** The lowest momentum, for all groups or for each; 0.8 if left out. */
  baseMomentum?: PerGroup;
  /** The highest momentum, for all groups or for each; 0.9 if left out. */
  maxMomentum?: PerGroup;
}

const domains: Domains<CyclicLROptions> = {
  baseLr: perGroup,
  maxLr: perGroup,
  stepSizeUp: aboveZero,
  stepSizeDown: /* @__PURE__ */ orNull(aboveZero),
  mode: /* @__PURE__ */ oneOf("triangular", "triangular2", "exp_range"),
  gamma: finite,
  scaleFn: /* @__PURE__ */ orNull(callable),
  scaleMode: /* @__PURE__ */ oneOf("cycle", "iterations"),
  cycleMomentum: flag,
  baseMomentum: perGroup,
  maxMomentum: perGroup,
  lastEpoch: epoch,
};

const defaults: Partial<CyclicLROptions> = {
  stepSizeUp: 2000,
  stepSizeDown: null,
  mode: "triangular",
  gamma: 1,
  scaleFn: null,
  scaleMode: "cycle",
  cycleMomentum: true,
  baseMomentum: 0.8,
  maxMomentum: 0.9,
};

/**
 * Learning rates that go up and down in straight lines (Smith, "Cyclical
 * Learning Rates for Training Neural Networks", WACV 2017, arXiv:1506.01186).
 * With `cycle = floor(1 + t / (up + down))` and k going from 0 to 1 in
 * `stepSizeUp` steps and back in `stepSizeDown`:
 *
 * ```
 * lr = baseLr + (maxLr - baseLr) k scale
 * momentum = maxMomentum - (maxMomentum - baseMomentum) k scale
 * ```
 *
 * `scale` is 1, `1 / 2^(cycle - 1)`, or `gamma^t`. Momentum is that of the
 * groups, or the first of their `betas`. Learning rates that other schedulers
 * set are not taken into account.
 *
 * @example
 * ```ts
 * import { CyclicLR, SGD } from "@gradus/optim";
 * import { tensor } from "@gradus/tensor";
 * import { assertEquals } from "@std/assert";
 *
 * const optimizer = new SGD([tensor([1.5], { requiresGrad: true })]);
 * const options = { baseLr: 0.25, maxLr: 0.75, stepSizeUp: 2 };
 * const scheduler = new CyclicLR(optimizer, options);
 * const lrs = [];
 * for (let t = 0; t < 5; t++) {
 *   lrs.push(optimizer.paramGroups[0]!.lr);
 *   optimizer.step();
 *   scheduler.step();
 * }
 * assertEquals(lrs, [0.25, 0.5, 0.75, 0.5, 0.25]);
 * ```
 */
export class CyclicLR extends LRScheduler {
  /** The learning rates at the top. */
  maxLrs: number[];
  /** Number of steps in a cycle. */
  totalSize: number;
  /** The part of a cycle that goes up. */
  stepRatio: number;
  /** How the height changes. */
  mode: NonNullable<CyclicLROptions["mode"]>;
  /** The factor of mode `"exp_range"`. */
  gamma: number;
  /** What a function of the user gets. */
  scaleMode: NonNullable<CyclicLROptions["scaleMode"]>;
  /** Whether momentum goes down when the learning rate goes up. */
  cycleMomentum: boolean;
  /** Whether momentum is the first of `betas`. */
  useBeta1: boolean;
  /** The lowest momenta. */
  baseMomentums: number[];
  /** The highest momenta. */
  maxMomentums: number[];
  readonly #scaleFn: ScaleFunction | null;

  /**
   * A scheduler of `optimizer`.
   *
   * @throws {TypeError} if an option is unknown, missing or of the wrong type.
   * @throws {RangeError} if an option is out of range or has another number of
   * values than there are groups, or `cycleMomentum` is set and the optimizer has no momentum.
   */
  constructor(optimizer: OptimizerLike, options: CyclicLROptions) {
    const name = "CyclicLR";
    const all = complete(name, domains, defaults, options);
    checkOptimizer(name, optimizer);
    const each = (
      option: "baseLr" | "maxLr" | "baseMomentum" | "maxMomentum",
    ) => forGroups(name, option, all[option]!, optimizer);
    const baseLrs = each("baseLr"), maxLrs = each("maxLr");
    const baseMomentums = each("baseMomentum");
    const maxMomentums = each("maxMomentum");
    const cycleMomentum = all.cycleMomentum!;
    const useBeta1 = cycleMomentum && usesBeta1(name, optimizer);
    if (all.lastEpoch === -1) {
      optimizer.paramGroups.forEach((group, i) => writeLr(group, baseLrs[i]!));
    }
    super(optimizer, all);
    this.baseLrs = baseLrs;
    this.maxLrs = maxLrs;
    const up = all.stepSizeUp!;
    this.totalSize = up + (all.stepSizeDown ?? up);
    this.stepRatio = up / this.totalSize;
    this.mode = all.mode!;
    this.gamma = all.gamma!;
    this.scaleMode = all.scaleMode!;
    this.cycleMomentum = cycleMomentum;
    this.useBeta1 = useBeta1;
    this.baseMomentums = baseMomentums;
    this.maxMomentums = maxMomentums;
    this.#scaleFn = all.scaleFn!;
    this.initialStep();
  }

  /** The learning rates at this step. */
  protected override getLr(): number[] {
    const height = this.#height();
    return this.baseLrs.map((base, i) =>
      base + (this.maxLrs[i]! - base) * height[0] * height[1]
    );
  }

  /** Goes to `epoch`, or to the next step, and sets its learning rates and momenta. */
  protected override updateLr(epoch?: number): void {
    super.updateLr(epoch);
    if (!this.cycleMomentum) return;
    const height = this.#height();
    this.groups().forEach((group, i) => {
      const max = this.maxMomentums[i]!;
      const momentum = max -
        (max - this.baseMomentums[i]!) * height[0] * height[1];
      writeMomentum(group, this.useBeta1, momentum);
    });
  }

  /** How far up the cycle is, and its scale. */
  #height(): [number, number] {
    const { lastEpoch, totalSize, stepRatio } = this;
    const cycle = Math.floor(1 + lastEpoch / totalSize);
    const x = 1 + lastEpoch / totalSize - cycle;
    const part = x <= stepRatio ? x / stepRatio : (x - 1) / (stepRatio - 1);
    return [part, this.#scale(cycle)];
  }

  #scale(cycle: number): number {
    if (this.#scaleFn) {
      return this.#scaleFn(this.scaleMode === "cycle" ? cycle : this.lastEpoch);
    }
    if (this.mode === "triangular") return 1;
    return this.mode === "triangular2"
      ? 1 / 2 ** (cycle - 1)
      : this.gamma ** this.lastEpoch;
  }

  /** The properties of the function of the user, in place of it. */
  protected override extraState(): SchedulerStateDict {
    return { scaleFn: saveFunction(this.#scaleFn) };
  }

  /** Gives the function the properties that were saved. */
  protected override loadExtraState(dict: Readonly<SchedulerStateDict>): void {
    loadFunction(this.#scaleFn, dict.scaleFn);
  }
}
