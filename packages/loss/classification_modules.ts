/** Losses of classes as modules; their weights are buffers. */

import { Module } from "@gradus/nn";
import type { Tensor } from "@gradus/tensor";
import { checkOptions } from "@gradus/tensor/internal";
import {
  binaryCrossEntropy,
  type BinaryCrossEntropyOptions,
  binaryCrossEntropyWithLogits,
  type BinaryCrossEntropyWithLogitsOptions,
} from "./binary.ts";
import {
  crossEntropy,
  type CrossEntropyOptions,
  nllLoss,
  type NllLossOptions,
} from "./classification.ts";
import { checkReduction, type Reduction } from "./reduction.ts";

/**
 * {@linkcode binaryCrossEntropy} as a module.
 *
 * @example
 * ```ts
 * import { BCELoss } from "@gradus/loss";
 * import { tensor } from "@gradus/tensor";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const loss = new BCELoss();
 * const value = loss.forward(tensor([0.5, 0.5]), tensor([0, 1]));
 * assertAlmostEquals(await value.item(), Math.LN2, 1e-6);
 * ```
 */
export class BCELoss extends Module {
  /** How the losses of the elements become the result. */
  readonly reduction: Reduction;
  /** Factors of the losses, if given. */
  declare weight: Tensor | null;

  /**
   * The loss with its settings.
   *
   * @throws {TypeError} if the reduction or an option is unknown.
   */
  constructor(options: BinaryCrossEntropyOptions = {}) {
    super();
    checkOptions("make BCELoss", options, ["reduction", "weight"]);
    this.reduction = checkReduction("BCELoss", options.reduction);
    this.registerBuffer("weight", options.weight ?? null);
  }
  /** The loss of the probabilities `input` for `target`, see {@linkcode binaryCrossEntropy}. */
  override forward(input: Tensor, target: Tensor): Tensor {
    const { reduction, weight } = this;
    return binaryCrossEntropy(input, target, { reduction, weight });
  }
}

/**
 * {@linkcode binaryCrossEntropyWithLogits} as a module.
 *
 * @example
 * ```ts
 * import { BCEWithLogitsLoss } from "@gradus/loss";
 * import { tensor } from "@gradus/tensor";
 * import { assertAlmostEquals, assertEquals } from "@std/assert";
 *
 * const loss = new BCEWithLogitsLoss({ posWeight: tensor([2.5]) });
 * const value = loss.forward(tensor([0.0]).float(), tensor([1]));
 * assertAlmostEquals(await value.item(), 2.5 * Math.LN2, 1e-6);
 * assertEquals(Object.keys(loss.stateDict()), ["pos_weight"]);
 * ```
 */
export class BCEWithLogitsLoss extends Module {
  /** How the losses of the elements become the result. */
  readonly reduction: Reduction;
  /** Factors of the losses, if given. */
  declare weight: Tensor | null;
  /** Factors of the losses of positive examples, if given; named as in the state dict. */
  declare pos_weight: Tensor | null;

  /**
   * The loss with its settings.
   *
   * @throws {TypeError} if the reduction or an option is unknown.
   */
  constructor(options: BinaryCrossEntropyWithLogitsOptions = {}) {
    super();
    checkOptions("make BCEWithLogitsLoss", options, [
      "reduction",
      "weight",
      "posWeight",
    ]);
    this.reduction = checkReduction("BCEWithLogitsLoss", options.reduction);
    this.registerBuffer("weight", options.weight ?? null);
    this.registerBuffer("pos_weight", options.posWeight ?? null);
  }
  /** The loss of the logits `input` for `target`, see {@linkcode binaryCrossEntropyWithLogits}. */
  override forward(input: Tensor, target: Tensor): Tensor {
    const { reduction, weight, pos_weight: posWeight } = this;
    return binaryCrossEntropyWithLogits(input, target, {
      reduction,
      weight,
      posWeight,
    });
  }
}

/**
 * {@linkcode nllLoss} as a module.
 *
 * @example
 * ```ts
 * import { NLLLoss } from "@gradus/loss";
 * import { tensor } from "@gradus/tensor";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const loss = new NLLLoss();
 * const value = loss.forward(tensor([[0.5, 0.5]]).log(), tensor([1]));
 * assertAlmostEquals(await value.item(), Math.LN2, 1e-6);
 * ```
 */
export class NLLLoss extends Module {
  /** How the losses of the samples become the result. */
  readonly reduction: Reduction;
  /** The class index whose samples do not count. */
  readonly ignoreIndex: number;
  /** A factor for each class, if given. */
  declare weight: Tensor | null;

  /**
   * The loss with its settings.
   *
   * @throws {TypeError} if the reduction or an option is unknown.
   */
  constructor(options: NllLossOptions = {}) {
    super();
    checkOptions("make NLLLoss", options, [
      "reduction",
      "weight",
      "ignoreIndex",
    ]);
    this.reduction = checkReduction("NLLLoss", options.reduction);
    this.ignoreIndex = options.ignoreIndex ?? -100;
    this.registerBuffer("weight", options.weight ?? null);
  }
  /** The loss of the log-probabilities `input` for class indices, see {@linkcode nllLoss}. */
  override forward(input: Tensor, target: Tensor): Tensor {
    const { reduction, weight, ignoreIndex } = this;
    return nllLoss(input, target, { reduction, weight, ignoreIndex });
  }
}

/**
 * {@linkcode crossEntropy} as a module.
 *
 * @example
 * ```ts
 * import { CrossEntropyLoss } from "@gradus/loss";
 * import { tensor } from "@gradus/tensor";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const loss = new CrossEntropyLoss({ labelSmoothing: 0.1 });
 * const logits = tensor([[1, 2, -1], [0.5, -0.3, 0.8]]);
 * const value = loss.forward(logits, tensor([2, 0]));
 * assertAlmostEquals(await value.item(), 2.11417, 1e-5);
 * ```
 */
export class CrossEntropyLoss extends Module {
  /** How the losses of the samples become the result. */
  readonly reduction: Reduction;
  /** The class index whose samples do not count. */
  readonly ignoreIndex: number;
  /** The part of the target that is spread evenly over all classes. */
  readonly labelSmoothing: number;
  /** A factor for each class, if given. */
  declare weight: Tensor | null;

  /**
   * The loss with its settings.
   *
   * @throws {RangeError} if `labelSmoothing` is outside [0, 1].
   * @throws {TypeError} if the reduction or an option is unknown.
   */
  constructor(options: CrossEntropyOptions = {}) {
    super();
    checkOptions("make CrossEntropyLoss", options, [
      "reduction",
      "weight",
      "ignoreIndex",
      "labelSmoothing",
    ]);
    const { labelSmoothing = 0 } = options;
    this.reduction = checkReduction("CrossEntropyLoss", options.reduction);
    if (!(labelSmoothing >= 0 && labelSmoothing <= 1)) {
      throw new RangeError(
        `Cannot make CrossEntropyLoss: expected labelSmoothing in [0, 1], got ${labelSmoothing}`,
      );
    }
    this.labelSmoothing = labelSmoothing;
    this.ignoreIndex = options.ignoreIndex ?? -100;
    this.registerBuffer("weight", options.weight ?? null);
  }
  /** The loss of the logits `input` for class indices or probabilities, see {@linkcode crossEntropy}. */
  override forward(input: Tensor, target: Tensor): Tensor {
    const { reduction, weight, ignoreIndex, labelSmoothing } = this;
    const options = { reduction, weight, ignoreIndex, labelSmoothing };
    return crossEntropy(input, target, options);
  }
}
