/** Losses of real numbers as modules. */

import { Module } from "@gradus/nn";
import type { Tensor } from "@gradus/tensor";
import { checkOptions } from "@gradus/tensor/internal";
import { checkReduction, type Reduction } from "./reduction.ts";
import { huberLoss, l1Loss, mseLoss, smoothL1Loss } from "./regression.ts";

/** Options of losses that have no others. */
export interface LossOptions {
  /** How the losses of the elements become the result; "mean" if left out. */
  reduction?: Reduction;
}

/** Options of {@linkcode SmoothL1Loss}. */
export interface SmoothL1LossModuleOptions extends LossOptions {
  /** The distance at which the parabola turns into a line, at least 0; 1 if left out. */
  beta?: number;
}

/** Options of {@linkcode HuberLoss}. */
export interface HuberLossModuleOptions extends LossOptions {
  /** The distance at which the parabola turns into a line, above 0; 1 if left out. */
  delta?: number;
}

/**
 * {@linkcode mseLoss} as a module.
 *
 * @example
 * ```ts
 * import { MSELoss } from "@gradus/loss";
 * import { tensor } from "@gradus/tensor";
 * import { assertEquals } from "@std/assert";
 *
 * const loss = new MSELoss({ reduction: "sum" });
 * const value = loss.forward(tensor([1.5, 2, 4]), tensor([1, 2, 3.5]));
 * assertEquals(await value.item(), 0.5);
 * ```
 */
export class MSELoss extends Module {
  /** How the losses of the elements become the result. */
  readonly reduction: Reduction;

  /**
   * The loss with its settings.
   *
   * @throws {TypeError} if the reduction or an option is unknown.
   */
  constructor(options: LossOptions = {}) {
    super();
    checkOptions("make MSELoss", options, ["reduction"]);
    this.reduction = checkReduction("MSELoss", options.reduction);
  }
  /** The loss of `input` for `target`, see {@linkcode mseLoss}. */
  override forward(input: Tensor, target: Tensor): Tensor {
    return mseLoss(input, target, { reduction: this.reduction });
  }
}

/**
 * {@linkcode l1Loss} as a module.
 *
 * @example
 * ```ts
 * import { L1Loss } from "@gradus/loss";
 * import { tensor } from "@gradus/tensor";
 * import { assertEquals } from "@std/assert";
 *
 * const loss = new L1Loss({ reduction: "sum" });
 * const value = loss.forward(tensor([1.5, 2, 4]), tensor([1, 2, 3.5]));
 * assertEquals(await value.item(), 1);
 * ```
 */
export class L1Loss extends Module {
  /** How the losses of the elements become the result. */
  readonly reduction: Reduction;

  /**
   * The loss with its settings.
   *
   * @throws {TypeError} if the reduction or an option is unknown.
   */
  constructor(options: LossOptions = {}) {
    super();
    checkOptions("make L1Loss", options, ["reduction"]);
    this.reduction = checkReduction("L1Loss", options.reduction);
  }
  /** The loss of `input` for `target`, see {@linkcode l1Loss}. */
  override forward(input: Tensor, target: Tensor): Tensor {
    return l1Loss(input, target, { reduction: this.reduction });
  }
}

/**
 * {@linkcode smoothL1Loss} as a module.
 *
 * @example
 * ```ts
 * import { SmoothL1Loss } from "@gradus/loss";
 * import { tensor } from "@gradus/tensor";
 * import { assertEquals } from "@std/assert";
 *
 * const loss = new SmoothL1Loss({ beta: 0.5, reduction: "none" });
 * const value = loss.forward(tensor([0.25, 2.5]), tensor([0, 0.5]));
 * assertEquals(await value.array(), [0.0625, 1.75]);
 * ```
 */
export class SmoothL1Loss extends Module {
  /** How the losses of the elements become the result. */
  readonly reduction: Reduction;
  /** The distance at which the parabola turns into a line. */
  readonly beta: number;

  /**
   * The loss with its settings.
   *
   * @throws {RangeError} if `beta` is negative.
   * @throws {TypeError} if the reduction or an option is unknown.
   */
  constructor(options: SmoothL1LossModuleOptions = {}) {
    super();
    checkOptions("make SmoothL1Loss", options, ["reduction", "beta"]);
    this.reduction = checkReduction("SmoothL1Loss", options.reduction);
    this.beta = options.beta ?? 1;
    if (!(this.beta >= 0)) {
      throw new RangeError(
        `Cannot make SmoothL1Loss: expected beta >= 0, got ${this.beta}`,
      );
    }
  }
  /** The loss of `input` for `target`, see {@linkcode smoothL1Loss}. */
  override forward(input: Tensor, target: Tensor): Tensor {
    const { reduction, beta } = this;
    return smoothL1Loss(input, target, { reduction, beta });
  }
}

/**
 * {@linkcode huberLoss} as a module.
 *
 * @example
 * ```ts
 * import { HuberLoss } from "@gradus/loss";
 * import { tensor } from "@gradus/tensor";
 * import { assertEquals } from "@std/assert";
 *
 * const loss = new HuberLoss({ delta: 2, reduction: "none" });
 * const value = loss.forward(tensor([0.5, 3]), tensor([0, 0.5]));
 * assertEquals(await value.array(), [0.125, 3]);
 * ```
 */
export class HuberLoss extends Module {
  /** How the losses of the elements become the result. */
  readonly reduction: Reduction;
  /** The distance at which the parabola turns into a line. */
  readonly delta: number;

  /**
   * The loss with its settings.
   *
   * @throws {RangeError} if `delta` is not positive.
   * @throws {TypeError} if the reduction or an option is unknown.
   */
  constructor(options: HuberLossModuleOptions = {}) {
    super();
    checkOptions("make HuberLoss", options, ["reduction", "delta"]);
    this.reduction = checkReduction("HuberLoss", options.reduction);
    this.delta = options.delta ?? 1;
    if (!(this.delta > 0)) {
      throw new RangeError(
        `Cannot make HuberLoss: expected delta > 0, got ${this.delta}`,
      );
    }
  }
  /** The loss of `input` for `target`, see {@linkcode huberLoss}. */
  override forward(input: Tensor, target: Tensor): Tensor {
    const { reduction, delta } = this;
    return huberLoss(input, target, { reduction, delta });
  }
}
