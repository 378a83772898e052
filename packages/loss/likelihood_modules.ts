/** Losses between distributions, and likelihoods, as modules. */

import { Module } from "@gradus/nn";
import type { Tensor } from "@gradus/tensor";
import { checkOptions } from "@gradus/tensor/internal";
import {
  gaussianNllLoss,
  type GaussianNllLossOptions,
  klDiv,
  type KlDivOptions,
  poissonNllLoss,
  type PoissonNllLossOptions,
} from "./likelihood.ts";
import { checkReduction, klReductions, type Reduction } from "./reduction.ts";

/**
 * {@linkcode klDiv} as a module.
 *
 * @example
 * ```ts
 * import { KLDivLoss } from "@gradus/loss";
 * import { tensor } from "@gradus/tensor";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const loss = new KLDivLoss({ reduction: "batchmean" });
 * const value = loss.forward(tensor([[0.5, 0.5]]).log(), tensor([[1, 0]]).float());
 * assertAlmostEquals(await value.item(), Math.LN2, 1e-6);
 * ```
 */
export class KLDivLoss extends Module {
  /** How the divergences of the elements become the result. */
  readonly reduction: Reduction | "batchmean";
  /** Whether the target holds logarithms of probabilities, too. */
  readonly logTarget: boolean;

  /**
   * The loss with its settings.
   *
   * @throws {TypeError} if the reduction or an option is unknown.
   */
  constructor(options: KlDivOptions = {}) {
    super();
    checkOptions("make KLDivLoss", options, ["reduction", "logTarget"]);
    this.reduction = checkReduction(
      "KLDivLoss",
      options.reduction,
      klReductions,
    );
    this.logTarget = options.logTarget ?? false;
  }
  /** The divergence of the log-probabilities `input` from `target`, see {@linkcode klDiv}. */
  override forward(input: Tensor, target: Tensor): Tensor {
    const { reduction, logTarget } = this;
    return klDiv(input, target, { reduction, logTarget });
  }
}

/**
 * {@linkcode poissonNllLoss} as a module.
 *
 * @example
 * ```ts
 * import { PoissonNLLLoss } from "@gradus/loss";
 * import { tensor } from "@gradus/tensor";
 * import { assertEquals } from "@std/assert";
 *
 * const loss = new PoissonNLLLoss();
 * const value = loss.forward(tensor([0]).float(), tensor([3]).float());
 * assertEquals(await value.item(), 1);
 * ```
 */
export class PoissonNLLLoss extends Module {
  /** How the losses of the elements become the result. */
  readonly reduction: Reduction;
  /** Whether the input is the logarithm of the rate. */
  readonly logInput: boolean;
  /** Whether what does not depend on the input is added. */
  readonly full: boolean;
  /** Added to a rate before its logarithm is taken. */
  readonly eps: number;

  /**
   * The loss with its settings.
   *
   * @throws {TypeError} if the reduction or an option is unknown.
   */
  constructor(options: PoissonNllLossOptions = {}) {
    super();
    checkOptions("make PoissonNLLLoss", options, [
      "reduction",
      "logInput",
      "full",
      "eps",
    ]);
    this.reduction = checkReduction("PoissonNLLLoss", options.reduction);
    this.logInput = options.logInput ?? true;
    this.full = options.full ?? false;
    this.eps = options.eps ?? 1e-8;
  }
  /** The loss of the rates `input` for counts, see {@linkcode poissonNllLoss}. */
  override forward(input: Tensor, target: Tensor): Tensor {
    const { reduction, logInput, full, eps } = this;
    return poissonNllLoss(input, target, { reduction, logInput, full, eps });
  }
}

/**
 * {@linkcode gaussianNllLoss} as a module.
 *
 * @example
 * ```ts
 * import { GaussianNLLLoss } from "@gradus/loss";
 * import { tensor } from "@gradus/tensor";
 * import { assertEquals } from "@std/assert";
 *
 * const loss = new GaussianNLLLoss();
 * const value = loss.forward(tensor([1.5]), tensor([0.5]), 1);
 * assertEquals(await value.item(), 0.5);
 * ```
 */
export class GaussianNLLLoss extends Module {
  /** How the losses of the elements become the result. */
  readonly reduction: Reduction;
  /** Whether what does not depend on the input is added. */
  readonly full: boolean;
  /** The least variance. */
  readonly eps: number;

  /**
   * The loss with its settings.
   *
   * @throws {TypeError} if the reduction or an option is unknown.
   */
  constructor(options: GaussianNllLossOptions = {}) {
    super();
    checkOptions("make GaussianNLLLoss", options, ["reduction", "full", "eps"]);
    this.reduction = checkReduction("GaussianNLLLoss", options.reduction);
    this.full = options.full ?? false;
    this.eps = options.eps ?? 1e-6;
  }
  /** The loss of the means `input` for measurements, see {@linkcode gaussianNllLoss}. */
  override forward(
    input: Tensor,
    target: Tensor,
    variance: Tensor | number,
  ): Tensor {
    const { reduction, full, eps } = this;
    return gaussianNllLoss(input, target, variance, { reduction, full, eps });
  }
}
