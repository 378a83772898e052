import { type Domains, oneOf } from "../domains.ts";
import type { OptimizerLike } from "../optimizer.ts";
import { LRScheduler } from "./lr_scheduler.ts";
import { checkOptimizer, readLr, type ScheduledGroup } from "./scheduler.ts";
import {
  complete,
  epoch,
  forGroups,
  type LastEpochOption,
  type PerGroup,
  perGroup,
  wholeFromZero,
} from "./settings.ts";

/** Options of {@linkcode SWALR}. */
export interface SWALROptions extends LastEpochOption {
  /** The learning rate to go to, for all groups or for each. */
  swaLr: PerGroup;
  /** Number of steps until it is reached; 10 if left out. */
  annealEpochs?: number;
  /** Whether the learning rate changes along a cosine or in a line; `"cos"` if left out. */
  annealStrategy?: "cos" | "linear";
}

const domains: Domains<SWALROptions> = {
  swaLr: perGroup,
  annealEpochs: wholeFromZero,
  annealStrategy: /* @__PURE__ */ oneOf("cos", "linear"),
  lastEpoch: epoch,
};

/**
 * Takes learning rates to the constant values at which weights are averaged
 * (Izmailov, Podoprikhin, Garipov, Vetrov and Wilson, "Averaging Weights Leads
 * to Wider Optima and Better Generalization", UAI 2018, arXiv:1803.05407), for
 * use with `AveragedModel` of `@gradus/optim/swa_utils`.
 *
 * @example
 * ```ts
 * import { SGD, SWALR } from "@gradus/optim";
 * import { tensor } from "@gradus/tensor";
 * import { assertEquals } from "@std/assert";
 *
 * const optimizer = new SGD([tensor([1.5], { requiresGrad: true })], { lr: 1 });
 * const scheduler = new SWALR(optimizer, {
 *   swaLr: 0.5,
 *   annealEpochs: 2,
 *   annealStrategy: "linear",
 * });
 * const lrs = [];
 * for (let t = 0; t < 4; t++) {
 *   lrs.push(optimizer.paramGroups[0]!.lr);
 *   optimizer.step();
 *   scheduler.step();
 * }
 * assertEquals(lrs, [1, 0.75, 0.5, 0.5]);
 * ```
 */
export class SWALR extends LRScheduler {
  /** Number of steps until the last learning rate is reached. */
  annealEpochs: number;
  /** Whether the learning rate changes along a cosine or in a line. */
  annealStrategy: "cos" | "linear";

  /**
   * A scheduler of `optimizer`, whose groups will hold `swaLr`.
   *
   * @throws {TypeError} if an option is unknown, missing or of the wrong type.
   * @throws {RangeError} if an option is out of range, or `swaLr` has another number of values than there are groups.
   */
  constructor(optimizer: OptimizerLike, options: SWALROptions) {
    const name = "SWALR";
    const all = complete(name, domains, {
      annealEpochs: 10,
      annealStrategy: "cos",
    }, options);
    checkOptimizer(name, optimizer);
    const swaLrs = forGroups(name, "swaLr", all.swaLr, optimizer);
    super(optimizer, all);
    this.groups().forEach((group, i) => group.swaLr = swaLrs[i]);
    this.annealEpochs = all.annealEpochs!;
    this.annealStrategy = all.annealStrategy!;
    this.initialStep();
  }

  /** The learning rates at this step from those before it. */
  protected override getLr(): number[] {
    const taken = this.stepCount - 1;
    const step = this.annealEpochs === 0 ? Math.max(1, taken) : taken;
    const before = this.#part(step - 1);
    const part = this.#part(step);
    return this.groups().map((group) => {
      const swaLr = numberOf(group);
      // The learning rate that the anneal began with.
      const initial = before === 1
        ? swaLr
        : (readLr(group) - before * swaLr) / (1 - before);
      return swaLr * part + initial * (1 - part);
    });
  }

  /** How much of the way is done after a number of steps. */
  #part(step: number): number {
    const t = Math.max(0, Math.min(1, step / Math.max(1, this.annealEpochs)));
    return this.annealStrategy === "cos" ? (1 - Math.cos(Math.PI * t)) / 2 : t;
  }
}

function numberOf({ swaLr }: ScheduledGroup): number {
  if (typeof swaLr === "number") return swaLr;
  throw new TypeError(
    "Cannot step SWALR as a parameter group has no swaLr: groups that are added later need their own",
  );
}
