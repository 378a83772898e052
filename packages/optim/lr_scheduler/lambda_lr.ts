import type { Domains } from "../domains.ts";
import type { OptimizerLike } from "../optimizer.ts";
import { FunctionLR } from "./function_lr.ts";
import { complete, epoch, type LastEpochOption } from "./settings.ts";

/** What {@linkcode LambdaLR} and {@linkcode MultiplicativeLR} get from the user: a factor for each step. */
export type LRLambda = (epoch: number) => number;

/** Options of {@linkcode LambdaLR}. */
export type LambdaLROptions = LastEpochOption;

const domains: Domains<LambdaLROptions> = { lastEpoch: epoch };

/**
 * Learning rates by a function of the user: `base * lrLambda(t)` at step t.
 *
 * The state holds the properties that a function was given, if any, and not
 * the function itself.
 *
 * @example
 * ```ts
 * import { LambdaLR, SGD } from "@gradus/optim";
 * import { tensor } from "@gradus/tensor";
 * import { assertEquals } from "@std/assert";
 *
 * const optimizer = new SGD([tensor([1.5], { requiresGrad: true })], { lr: 1 });
 * const scheduler = new LambdaLR(optimizer, (t) => 1 / (t + 1));
 * optimizer.step();
 * scheduler.step();
 * assertEquals(scheduler.getLastLr(), [0.5]);
 * ```
 */
export class LambdaLR extends FunctionLR {
  /**
   * A scheduler of `optimizer`.
   *
   * @param lrLambda One function, or one for each group.
   * @throws {TypeError} if `lrLambda` is no function, or an option is unknown or of the wrong type.
   * @throws {RangeError} if there are more or fewer functions than groups, or an option is out of range.
   */
  constructor(
    optimizer: OptimizerLike,
    lrLambda: LRLambda | readonly LRLambda[],
    options: LambdaLROptions = {},
  ) {
    const all = complete("LambdaLR", domains, {}, options);
    super(optimizer, lrLambda, all);
    this.initialStep();
  }

  /** The learning rates at this step. */
  protected override getLr(): number[] {
    const { lastEpoch, baseLrs } = this;
    return this.factors().map((factor, i) => baseLrs[i]! * factor(lastEpoch));
  }
}
