import {
  aboveZero,
  closedUnitInterval,
  count,
  type Domains,
  flag,
  oneOf,
} from "../domains.ts";
import type { OptimizerLike } from "../optimizer.ts";
import { LRScheduler } from "./lr_scheduler.ts";
import { usesBeta1, writeMomentum } from "./momentum.ts";
import { checkOptimizer, type ScheduledGroup } from "./scheduler.ts";
import {
  complete,
  epoch,
  forGroups,
  type LastEpochOption,
  orNull,
  type PerGroup,
  perGroup,
} from "./settings.ts";

/** Options of {@linkcode OneCycleLR}. */
export interface OneCycleLROptions extends LastEpochOption {
  /** The highest learning rate, for all groups or for each. */
  maxLr: PerGroup;
  /** Number of steps in the cycle; the product of the two below if left out. */
  totalSteps?: number | null;
  /** Number of epochs. */
  epochs?: number | null;
  /** Number of steps in an epoch. */
  stepsPerEpoch?: number | null;
  /** The part of the cycle in which the learning rate goes up; 0.3 if left out. */
  pctStart?: number;
  /** Whether values change along a cosine or in a line; `"cos"` if left out. */
  annealStrategy?: "cos" | "linear";
  /** Lets momentum go down when the learning rate goes up; true if left out. */
  cycleMomentum?: boolean;
  /** The lowest momentum, for all groups or for each; 0.85 if left out. */
  baseMomentum?: PerGroup;
  /** The highest momentum, for all groups or for each; 0.95 if left out. */
  maxMomentum?: PerGroup;
  /** What `maxLr` is divided by for the first learning rate; 25 if left out. */
  divFactor?: number;
  /** What the first learning rate is divided by for the last; 1e4 if left out. */
  finalDivFactor?: number;
  /** Goes back to the first learning rate as fast as it rose, then on to the last; false if left out. */
  threePhase?: boolean;
}

const domains: Domains<OneCycleLROptions> = {
  maxLr: perGroup,
  totalSteps: /* @__PURE__ */ orNull(count),
  epochs: /* @__PURE__ */ orNull(count),
  stepsPerEpoch: /* @__PURE__ */ orNull(count),
  pctStart: closedUnitInterval,
  annealStrategy: /* @__PURE__ */ oneOf("cos", "linear"),
  cycleMomentum: flag,
  baseMomentum: perGroup,
  maxMomentum: perGroup,
  divFactor: aboveZero,
  finalDivFactor: aboveZero,
  threePhase: flag,
  lastEpoch: epoch,
};

const defaults: Partial<OneCycleLROptions> = {
  totalSteps: null,
  epochs: null,
  stepsPerEpoch: null,
  pctStart: 0.3,
  annealStrategy: "cos",
  cycleMomentum: true,
  baseMomentum: 0.85,
  maxMomentum: 0.95,
  divFactor: 25,
  finalDivFactor: 1e4,
  threePhase: false,
};

/** A part of the cycle: the step at which it ends, and the entries of groups that it goes from and to. */
interface Phase {
  endStep: number;
  lr: [string, string];
  momentum: [string, string];
}

/**
 * One cycle for a whole run: learning rates go up from `maxLr / divFactor` to
 * `maxLr` and then down to a tiny value (Smith and Topin, "Super-Convergence:
 * Very Fast Training of Neural Networks Using Large Learning Rates", 2018,
 * arXiv:1708.07120). Momentum, or the first of `betas`, goes the other way.
 * To be stepped after each batch.
 *
 * The groups of the optimizer hold the values between which it moves:
 * `initialLr`, `maxLr`, `minLr`, `maxMomentum`, `baseMomentum`. Learning rates
 * that other schedulers set are not taken into account.
 *
 * @example
 * ```ts
 * import { OneCycleLR, SGD } from "@gradus/optim";
 * import { tensor } from "@gradus/tensor";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const optimizer = new SGD([tensor([1.5], { requiresGrad: true })]);
 * const scheduler = new OneCycleLR(optimizer, { maxLr: 0.1, totalSteps: 10 });
 * assertAlmostEquals(scheduler.getLastLr()[0]!, 0.004, 1e-12);
 * for (const expected of [0.052, 0.1, 0.0950484632]) {
 *   optimizer.step();
 *   scheduler.step();
 *   assertAlmostEquals(scheduler.getLastLr()[0]!, expected, 1e-9);
 * }
 * ```
 */
export class OneCycleLR extends LRScheduler {
  /** Number of steps in the cycle. */
  totalSteps: number;
  /** Whether values change along a cosine or in a line. */
  annealStrategy: "cos" | "linear";
  /** Whether momentum goes down when the learning rate goes up. */
  cycleMomentum: boolean;
  /** Whether momentum is the first of `betas`. */
  useBeta1: boolean;
  /** The part of the cycle in which the learning rate goes up. */
  pctStart: number;
  /** Whether it goes back as fast as it rose, and then on. */
  threePhase: boolean;

  /**
   * A scheduler of `optimizer`.
   *
   * @throws {TypeError} if an option is unknown, missing or of the wrong type.
   * @throws {RangeError} if an option is out of range or has another number of
   * values than there are groups, if neither `totalSteps` nor both `epochs` and
   * `stepsPerEpoch` are given, or `cycleMomentum` is set and the optimizer has no momentum.
   */
  constructor(optimizer: OptimizerLike, options: OneCycleLROptions) {
    const name = "OneCycleLR";
    const all = complete(name, domains, defaults, options);
    checkOptimizer(name, optimizer);
    const totalSteps = stepsOf(all);
    const { divFactor, finalDivFactor } = all as Required<OneCycleLROptions>;
    const maxLrs = forGroups(name, "maxLr", all.maxLr, optimizer);
    const each = (option: "baseMomentum" | "maxMomentum") =>
      forGroups(name, option, all[option]!, optimizer);
    const low = each("baseMomentum"), high = each("maxMomentum");
    const cycleMomentum = all.cycleMomentum!;
    const useBeta1 = cycleMomentum && usesBeta1(name, optimizer);
    const groups: ScheduledGroup[] = optimizer.paramGroups;
    if (all.lastEpoch === -1) {
      groups.forEach((group, i) => {
        const maxLr = maxLrs[i]!;
        const initialLr = maxLr / divFactor;
        Object.assign(group, {
          initialLr,
          maxLr,
          minLr: initialLr / finalDivFactor,
          ...(cycleMomentum
            ? { maxMomentum: high[i], baseMomentum: low[i] }
            : {}),
        });
      });
    } else {groups.forEach((group, i) =>
        checkResumable(group, i, cycleMomentum)
      );}
    super(optimizer, all);
    this.totalSteps = totalSteps;
    this.annealStrategy = all.annealStrategy!;
    this.cycleMomentum = cycleMomentum;
    this.useBeta1 = useBeta1;
    this.pctStart = all.pctStart!;
    this.threePhase = all.threePhase!;
    this.initialStep();
  }

  /** The learning rates at this step. */
  protected override getLr(): number[] {
    const { lastEpoch, totalSteps } = this;
    if (lastEpoch > totalSteps) {
      throw new RangeError(
        `Cannot step ${this.constructor.name} to step ${lastEpoch} as its cycle has ${totalSteps} steps`,
      );
    }
    return this.groups().map((group) => this.#valueIn(group, "lr"));
  }

  /** Goes to `epoch`, or to the next step, and sets its learning rates and momenta. */
  protected override updateLr(epoch?: number): void {
    super.updateLr(epoch);
    if (!this.cycleMomentum) return;
    for (const group of this.groups()) {
      writeMomentum(group, this.useBeta1, this.#valueIn(group, "momentum"));
    }
  }

  #valueIn(group: ScheduledGroup, what: "lr" | "momentum"): number {
    const { lastEpoch } = this;
    const phases = phasesOf(this.totalSteps, this.pctStart, this.threePhase);
    const found = phases.findIndex(({ endStep }) => lastEpoch <= endStep);
    const at = found < 0 ? phases.length - 1 : found;
    const begin = at === 0 ? 0 : phases[at - 1]!.endStep;
    const phase = phases[at]!;
    // A phase of no length is over as it begins.
    const part = phase.endStep === begin
      ? 1
      : (lastEpoch - begin) / (phase.endStep - begin);
    const [from, to] = phase[what].map((name) => group[name]) as [
      number,
      number,
    ];
    return this.annealStrategy === "cos"
      ? to + (from - to) / 2 * (Math.cos(Math.PI * part) + 1)
      : (to - from) * part + from;
  }
}

function checkResumable(
  group: ScheduledGroup,
  i: number,
  cycleMomentum: boolean,
): void {
  const momenta = cycleMomentum ? ["maxMomentum", "baseMomentum"] : [];
  for (const name of ["initialLr", "maxLr", "minLr", ...momenta]) {
    if (typeof group[name] === "number") continue;
    throw new RangeError(
      `Cannot resume OneCycleLR as parameter group ${i} has no ${name}: load the state of the optimizer first`,
    );
  }
}

function stepsOf(options: OneCycleLROptions): number {
  const { totalSteps, epochs, stepsPerEpoch } = options;
  if (typeof totalSteps === "number") return totalSteps;
  if (typeof epochs === "number" && typeof stepsPerEpoch === "number") {
    return epochs * stepsPerEpoch;
  }
  throw new RangeError(
    "Cannot make OneCycleLR: expected totalSteps, or epochs and stepsPerEpoch",
  );
}

function phasesOf(steps: number, part: number, three: boolean): Phase[] {
  const up: Phase = {
    endStep: part * steps - 1,
    lr: ["initialLr", "maxLr"],
    momentum: ["maxMomentum", "baseMomentum"],
  };
  if (!three) {
    return [up, {
      endStep: steps - 1,
      lr: ["maxLr", "minLr"],
      momentum: ["baseMomentum", "maxMomentum"],
    }];
  }
  return [up, {
    endStep: 2 * part * steps - 2,
    lr: ["maxLr", "initialLr"],
    momentum: ["baseMomentum", "maxMomentum"],
  }, {
    endStep: steps - 1,
    lr: ["initialLr", "minLr"],
    momentum: ["maxMomentum", "maxMomentum"],
  }];
}
