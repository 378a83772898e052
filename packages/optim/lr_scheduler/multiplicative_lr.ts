import type { Domains } from "../domains.ts";
import type { OptimizerLike } from "../optimizer.ts";
import { FunctionLR } from "./function_lr.ts";
import type { LRLambda } from "./lambda_lr.ts";
import { complete, epoch, type LastEpochOption } from "./settings.ts";

/** Options of {@linkcode MultiplicativeLR}. */
export type MultiplicativeLROptions = LastEpochOption;

const domains: Domains<MultiplicativeLROptions> = { lastEpoch: epoch };

/**
 * Multiplies learning rates in every step by what a function of the user
 * gives: `base * lrLambda(1) * ... * lrLambda(t)` at step t.
 *
 * The state holds the properties that a function was given, if any, and not
 * the function itself.
 *
 * @example
 * ```ts
 * import { MultiplicativeLR, SGD } from "@gradus/optim";
 * import { tensor } from "@gradus/tensor";
 * import { assertEquals } from "@std/assert";
 *
 * const optimizer = new SGD([tensor([1.5], { requiresGrad: true })], { lr: 1 });
 * const scheduler = new MultiplicativeLR(optimizer, (t) => t < 3 ? 0.5 : 1);
 * for (let t = 0; t < 5; t++) {
 *   optimizer.step();
 *   scheduler.step();
 * }
 * assertEquals(scheduler.getLastLr(), [0.25]);
 * ```
 */
export class MultiplicativeLR extends FunctionLR {
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
    options: MultiplicativeLROptions = {},
  ) {
    const all = complete("MultiplicativeLR", domains, {}, options);
    super(optimizer, lrLambda, all);
    this.initialStep();
  }

  /** The learning rates at this step from those before it. */
  protected override getLr(): number[] {
    if (this.isInitial) return this.mapLrs((lr) => lr);
    const factors = this.factors();
    return this.mapLrs((lr, i) => lr * factors[i]!(this.lastEpoch));
  }
}
