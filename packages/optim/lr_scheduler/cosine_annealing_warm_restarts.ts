import { count, type Domains } from "../domains.ts";
import type { OptimizerLike } from "../optimizer.ts";
import { LRScheduler } from "./lr_scheduler.ts";
import { leaveCapture } from "./scheduler.ts";
import { complete, epoch, finite, type LastEpochOption } from "./settings.ts";

/** Options of {@linkcode CosineAnnealingWarmRestarts}. */
export interface CosineAnnealingWarmRestartsOptions extends LastEpochOption {
  /** Number of steps until the first restart. */
  t0: number;
  /** What this number is multiplied by after each restart; 1 if left out. */
  tMult?: number;
  /** The lowest learning rate; 0 if left out. */
  etaMin?: number;
}

const domains: Domains<CosineAnnealingWarmRestartsOptions> = {
  t0: count,
  tMult: count,
  etaMin: finite,
  lastEpoch: epoch,
};

/**
 * Lets learning rates fall along half a period of a cosine, again and again
 * (Loshchilov and Hutter, "SGDR: Stochastic Gradient Descent with Warm
 * Restarts", ICLR 2017, arXiv:1608.03983):
 *
 * ```
 * etaMin + (base - etaMin) * (1 + cos(π tCur / tI)) / 2
 * ```
 *
 * where `tCur` steps have passed since the last restart and `tI` steps lie
 * between the last and the next. Learning rates that other schedulers set are
 * not taken into account.
 *
 * PyTorch finds the cycle of a given epoch by a logarithm, whose rounding can
 * put the first step of a cycle at the end of the one before; here it is exact.
 *
 * @example
 * ```ts
 * import { CosineAnnealingWarmRestarts, SGD } from "@gradus/optim";
 * import { tensor } from "@gradus/tensor";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const optimizer = new SGD([tensor([1.5], { requiresGrad: true })], { lr: 1 });
 * const scheduler = new CosineAnnealingWarmRestarts(optimizer, { t0: 2 });
 * for (const expected of [0.5, 1, 0.5, 1]) {
 *   optimizer.step();
 *   scheduler.step();
 *   assertAlmostEquals(scheduler.getLastLr()[0]!, expected, 1e-12);
 * }
 * ```
 */
export class CosineAnnealingWarmRestarts extends LRScheduler {
  /** Number of steps until the first restart. */
  t0: number;
  /** What this number is multiplied by after each restart. */
  tMult: number;
  /** The lowest learning rate. */
  etaMin: number;
  /** Number of steps from the last restart to the next. */
  tI: number;
  /** Number of steps since the last restart. */
  tCur: number;

  /**
   * A scheduler of `optimizer`.
   *
   * @throws {TypeError} if an option is unknown, missing or of the wrong type, {RangeError} if one is out of range.
   */
  constructor(
    optimizer: OptimizerLike,
    options: CosineAnnealingWarmRestartsOptions,
  ) {
    const name = "CosineAnnealingWarmRestarts";
    const all = complete(name, domains, { tMult: 1, etaMin: 0 }, options);
    super(optimizer, all);
    this.t0 = all.t0;
    this.tMult = all.tMult!;
    this.etaMin = all.etaMin!;
    this.tI = all.t0;
    this.tCur = this.lastEpoch;
    this.initialStep();
  }

  /** The learning rates at this step. */
  protected override getLr(): number[] {
    const { etaMin, tCur, tI } = this;
    const height = 1 + Math.cos(Math.PI * tCur / tI);
    return this.baseLrs.map((lr) => etaMin + (lr - etaMin) * height / 2);
  }

  /**
   * Sets the learning rates of the next step, or those of `epoch`, which may
   * lie between two steps: `epoch + batch / batches` after each batch.
   *
   * @throws {RangeError} if `epoch` is below 0.
   */
  override step(epoch?: number): void {
    leaveCapture(this.constructor.name);
    this.checkOrder();
    this.updateLr(epoch);
    this.stepCount++;
  }

  /** Goes to `epoch`, or to the next step, and sets its learning rates. */
  protected override updateLr(epoch?: number): void {
    if (epoch === undefined && this.lastEpoch >= 0) {
      this.tCur++;
      if (this.tCur >= this.tI) {
        this.tCur %= this.tI;
        this.tI *= this.tMult;
      }
      super.updateLr(this.lastEpoch + 1);
    } else {
      this.#goTo(epoch ?? 0);
      super.updateLr(Math.floor(epoch ?? 0));
    }
  }

  #goTo(epoch: number): void {
    if (!(epoch >= 0)) {
      throw new RangeError(
        `Cannot step ${this.constructor.name} to this epoch: expected a number of at least 0, got ${epoch}`,
      );
    }
    const { t0, tMult } = this;
    if (tMult === 1) {
      this.tCur = epoch % t0;
      return;
    }
    let begin = 0;
    let length = t0;
    while (epoch >= begin + length) {
      begin += length;
      length *= tMult;
    }
    this.tCur = epoch - begin;
    this.tI = length;
  }
}
