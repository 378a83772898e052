/** Losses of two classes: how unlikely the labels are for given probabilities. */

import "@gradus/autograd";
import type { Tensor } from "@gradus/tensor";
import {
  broadcastShapes,
  checkOptions,
  dispatch,
  gradMode,
  lossOps,
  sameShape,
  showShape,
} from "@gradus/tensor/internal";
import { checkReduction, checkSameShape, type Reduction } from "./reduction.ts";

/** Options of {@linkcode binaryCrossEntropy}. */
export interface BinaryCrossEntropyOptions {
  /** How the losses of the elements become the result; "mean" if left out. */
  reduction?: Reduction;
  /** Factors of the losses, which broadcast to the input. */
  weight?: Tensor | null;
}

/** Options of {@linkcode binaryCrossEntropyWithLogits}. */
export interface BinaryCrossEntropyWithLogitsOptions
  extends BinaryCrossEntropyOptions {
  /**
   * Factors of the losses of positive examples, which broadcast to the input:
   * above 1 they raise the recall, below 1 the precision.
   */
  posWeight?: Tensor | null;
}

/** A weight as an op takes it: constant, and 1 if left out. */
function factor(
  name: string,
  what: string,
  input: Tensor,
  weight: Tensor | null | undefined,
): Tensor | 1 {
  if (!weight) return 1;
  if (gradMode.enabled && weight.requiresGrad) {
    throw new TypeError(
      `Cannot compute ${name}: expected a ${what} that does not require a gradient, as there is none for it; detach() it`,
    );
  }
  const common = broadcastShapes(`compute ${name} of`, [
    input.shape,
    weight.shape,
  ]);
  if (!sameShape(common, input.shape)) {
    throw new TypeError(
      `Cannot compute ${name}: expected a ${what} that broadcasts to the shape of the input, ${
        showShape(input.shape)
      }, got ${showShape(weight.shape)}`,
    );
  }
  return weight;
}

/**
 * The binary cross-entropy of probabilities,
 * `-w (y log x + (1 - y) log(1 - x))`.
 *
 * Logarithms are limited to at least -100, so the loss of a certain and wrong
 * prediction is 100. The derivative with respect to the input is
 * `w (x - y) / (x (1 - x))`, with a denominator of at least 1e-12. If the
 * probabilities come from a sigmoid, use
 * {@linkcode binaryCrossEntropyWithLogits} on what goes into it instead: it
 * has no such limits and is accurate for unlikely labels.
 *
 * @param input Probabilities x in [0, 1].
 * @param target Labels y in [0, 1], of the same shape.
 * @throws {RangeError} if an element of the input or target is outside [0, 1].
 * @throws {TypeError} if the shapes differ, `weight` does not broadcast to the
 * input or requires a gradient, neither tensor is floating, or the reduction or an option is
 * unknown.
 *
 * @example
 * ```ts
 * import { binaryCrossEntropy } from "@gradus/loss";
 * import { tensor } from "@gradus/tensor";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const input = tensor([0.9, 0.2], { dtype: "float64" });
 * const target = tensor([1, 0], { dtype: "float64" });
 * assertAlmostEquals(
 *   await binaryCrossEntropy(input, target).item(),
 *   -(Math.log(0.9) + Math.log(0.8)) / 2,
 *   1e-15,
 * );
 * ```
 */
export function binaryCrossEntropy(
  input: Tensor,
  target: Tensor,
  options: BinaryCrossEntropyOptions = {},
): Tensor {
  checkOptions("compute binaryCrossEntropy", options, ["reduction", "weight"]);
  const name = "binaryCrossEntropy";
  const reduction = checkReduction(name, options.reduction);
  checkSameShape(name, input, target);
  const weight = factor(name, "weight", input, options.weight);
  const op = lossOps.binaryCrossEntropy;
  return dispatch(op, [input, target, weight], { reduction });
}

/**
 * The binary cross-entropy of the probabilities `s(x) = 1 / (1 + exp(-x))`,
 * `-w (p y log s(x) + (1 - y) log(1 - s(x)))` with the weight p of positive
 * examples, computed without overflow or cancellation.
 *
 * The derivative with respect to the input is
 * `w ((p y + 1 - y) s(x) - p y)`. An infinite logit with a certain label gives
 * the limit, 0 or infinity, where PyTorch may give NaN.
 *
 * @param input Logits x: the logarithms of the odds.
 * @param target Labels y, usually in [0, 1], of the same shape.
 * @throws {TypeError} if the shapes differ, a weight does not broadcast to the
 * input or requires a gradient, neither tensor is floating, or the reduction or an option is
 * unknown.
 *
 * @example
 * ```ts
 * import { binaryCrossEntropyWithLogits } from "@gradus/loss";
 * import { tensor } from "@gradus/tensor";
 * import { assertEquals } from "@std/assert";
 *
 * const logits = tensor([-200.5, 0, 200.5], { dtype: "float64" });
 * const target = tensor([1, 0, 1], { dtype: "float64" });
 * const losses = binaryCrossEntropyWithLogits(logits, target, {
 *   reduction: "none",
 * });
 * assertEquals((await losses.data())[0], 200.5);
 * assertEquals((await losses.data())[1], Math.log(2));
 * ```
 */
export function binaryCrossEntropyWithLogits(
  input: Tensor,
  target: Tensor,
  options: BinaryCrossEntropyWithLogitsOptions = {},
): Tensor {
  checkOptions("compute binaryCrossEntropyWithLogits", options, [
    "reduction",
    "weight",
    "posWeight",
  ]);
  const name = "binaryCrossEntropyWithLogits";
  const reduction = checkReduction(name, options.reduction);
  checkSameShape(name, input, target);
  const weight = factor(name, "weight", input, options.weight);
  const posWeight = factor(name, "posWeight", input, options.posWeight);
  const op = lossOps.binaryCrossEntropyWithLogits;
  return dispatch(op, [input, target, weight, posWeight], { reduction });
}
