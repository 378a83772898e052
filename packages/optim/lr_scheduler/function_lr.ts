import type { OptimizerLike } from "../optimizer.ts";
import type { LRLambda } from "./lambda_lr.ts";
import { LRScheduler } from "./lr_scheduler.ts";
import {
  checkCount,
  checkOptimizer,
  type SchedulerStateDict,
} from "./scheduler.ts";
import type { LastEpochOption } from "./settings.ts";
import { loadFunction, saveFunction } from "./state.ts";

/** The base of schedulers whose factors come from functions of the user. */
export abstract class FunctionLR extends LRScheduler {
  readonly #lambdas: readonly LRLambda[];

  /** A scheduler with one function, or one for each group. */
  constructor(
    optimizer: OptimizerLike,
    lrLambda: LRLambda | readonly LRLambda[],
    options: LastEpochOption,
  ) {
    const { name } = new.target;
    checkOptimizer(name, optimizer);
    const { paramGroups } = optimizer;
    const lambdas = Array.isArray(lrLambda)
      ? [...lrLambda as readonly LRLambda[]]
      : paramGroups.map(() => lrLambda as LRLambda);
    checkCount(`make ${name}`, "functions", lambdas, paramGroups);
    for (const lambda of lambdas) {
      if (typeof lambda === "function") continue;
      throw new TypeError(
        `Cannot make ${name}: expected lrLambda to be a function, got ${typeof lambda}`,
      );
    }
    super(optimizer, options);
    this.#lambdas = lambdas;
  }

  /** For each group the function that gives its factor. */
  protected factors(): readonly LRLambda[] {
    const groups = this.groups();
    checkCount(
      `step ${this.constructor.name}`,
      "functions",
      this.#lambdas,
      groups,
    );
    return this.#lambdas.map((lambda) => (epoch) => {
      const factor: unknown = lambda(epoch);
      if (typeof factor === "number") return factor;
      throw new TypeError(
        `Cannot step ${this.constructor.name}: expected lrLambda to return a number, got ${typeof factor}`,
      );
    });
  }

  /** The properties of the functions, in place of them. */
  protected override extraState(): SchedulerStateDict {
    return { lrLambdas: this.#lambdas.map(saveFunction) };
  }

  /** Gives the functions the properties that were saved. */
  protected override loadExtraState(dict: Readonly<SchedulerStateDict>): void {
    const saved = dict.lrLambdas as readonly unknown[];
    this.#lambdas.forEach((lambda, i) => loadFunction(lambda, saved[i]));
  }
}
