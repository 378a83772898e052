/** Losses of one class among several. */

import "@gradus/autograd";
import type { Tensor } from "@gradus/tensor";
import {
  checkOptions,
  dispatchAll,
  gradMode,
  nllOps,
  sameShape,
  showShape,
} from "@gradus/tensor/internal";
import { checkReduction, type Reduction } from "./reduction.ts";

/** Options of {@linkcode nllLoss}. */
export interface NllLossOptions {
  /** How the losses of the samples become the result; "mean" if left out. */
  reduction?: Reduction;
  /** A factor for each class, of shape (C). */
  weight?: Tensor | null;
  /** The class index whose samples do not count, which need not be one of a class; -100 if left out. */
  ignoreIndex?: number;
}

/** Options of {@linkcode crossEntropy}. */
export interface CrossEntropyOptions extends NllLossOptions {
  /** The part of the target, in [0, 1], that is spread evenly over all classes; 0 if left out. */
  labelSmoothing?: number;
}

const isFloating = (t: Tensor): boolean =>
  t.dtype === "float32" || t.dtype === "float64";

/** The dim of the classes, checked. */
function classDim(name: string, input: Tensor): number {
  if (input.ndim === 0) {
    throw new TypeError(
      `Cannot compute ${name}: expected an input of shape [C], [N, C] or [N, C, d1, ...], got []`,
    );
  }
  if (!isFloating(input)) {
    throw new TypeError(
      `Cannot compute ${name}: expected a floating input, got ${input.dtype}`,
    );
  }
  return input.ndim === 1 ? 0 : 1;
}

function checkIndices(name: string, input: Tensor, target: Tensor): void {
  const dim = classDim(name, input);
  const expected = input.shape.filter((_, d) => d !== dim);
  if (!sameShape(expected, target.shape)) {
    throw new TypeError(
      `Cannot compute ${name}: expected class indices of shape ${
        showShape(expected)
      } for an input of shape ${showShape(input.shape)}, got ${
        showShape(target.shape)
      }`,
    );
  }
  if (isFloating(target) || target.dtype === "bool") {
    throw new TypeError(
      `Cannot compute ${name}: expected integer class indices, got ${target.dtype}`,
    );
  }
}

function checkWeight(name: string, input: Tensor, weight: Tensor): void {
  const classes = input.size(classDim(name, input));
  if (weight.ndim !== 1 || weight.size(0) !== classes) {
    throw new TypeError(
      `Cannot compute ${name}: expected a weight for each class, of shape [${classes}], got ${
        showShape(weight.shape)
      }`,
    );
  }
  if (gradMode.enabled && weight.requiresGrad) {
    throw new TypeError(
      `Cannot compute ${name}: expected a weight that does not require a gradient, as there is none for it; detach() it`,
    );
  }
}

function checkIgnoreIndex(name: string, ignoreIndex: number): void {
  if (Number.isSafeInteger(ignoreIndex)) return;
  throw new RangeError(
    `Cannot compute ${name}: expected an integer ignoreIndex, got ${ignoreIndex}`,
  );
}

/**
 * The negative log-likelihood: `-w[y] x[y]`, where y is the class of a sample.
 *
 * "mean" divides the sum of the losses by the sum of the weights `w[y]` of the
 * samples that are not ignored; if all are, it is NaN. The derivative with
 * respect to the input is `-w[y]`, over that sum for "mean", at the places of
 * the classes and 0 elsewhere.
 *
 * @param input Log-probabilities of C classes, of shape (C), (N, C) or
 * (N, C, d1, ...), as from `logSoftmax`.
 * @param target Class indices, of the shape of the input without C.
 * @throws {RangeError} if an index that is not ignored is outside [0, C).
 * @throws {TypeError} if the shapes or types do not fit, `weight` requires a
 * gradient, or the reduction or an option is unknown.
 *
 * @example
 * ```ts
 * import { nllLoss } from "@gradus/loss";
 * import { tensor } from "@gradus/tensor";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const logProbabilities = tensor([[0.5, 0.5], [0.9, 0.1]]).log();
 * const loss = nllLoss(logProbabilities, tensor([1, 0]), { reduction: "sum" });
 * assertAlmostEquals(await loss.item(), -Math.log(0.45), 1e-6);
 * ```
 */
export function nllLoss(
  input: Tensor,
  target: Tensor,
  options: NllLossOptions = {},
): Tensor {
  checkOptions("compute nllLoss", options, [
    "reduction",
    "weight",
    "ignoreIndex",
  ]);
  const { weight, ignoreIndex = -100 } = options;
  const reduction = checkReduction("nllLoss", options.reduction);
  checkIndices("nllLoss", input, target);
  if (weight) checkWeight("nllLoss", input, weight);
  checkIgnoreIndex("nllLoss", ignoreIndex);
  return dispatchAll(
    nllOps.nllLoss,
    [input, target, weight ?? 1],
    { reduction, ignoreIndex },
  )[0]!;
}

/**
 * The cross-entropy between the classes of samples and the distribution that
 * logits describe: the negative logarithm of the softmax at the class, computed
 * without overflow.
 *
 * The classes come in one of two forms. As *class indices*, the loss is
 * `nllLoss(input.logSoftmax(dim), target)`, whose "mean" divides by the sum of
 * the weights of the classes found. As *class probabilities* q it is
 * `-sum over c of w[c] q[c] log softmax(x)[c]`, and "mean" divides by the
 * number of samples. Label smoothing (Szegedy et al. 2016) replaces q by
 * `(1 - labelSmoothing) q + labelSmoothing / C`. Without weights, the derivative
 * with respect to the logits is `softmax(x) - q`.
 *
 * @param input Logits of C classes, of shape (C), (N, C) or (N, C, d1, ...).
 * @param target Class indices, of the shape of the input without C, or class
 * probabilities, of the shape of the input. That each sample's probabilities
 * add up to 1 is not checked.
 * @throws {RangeError} if an index that is not ignored is outside [0, C), or
 * `labelSmoothing` outside [0, 1].
 * @throws {TypeError} if the shapes or types do not fit, `weight` requires a
 * gradient, an `ignoreIndex` of a class is given with probabilities, or the
 * reduction or an option is unknown.
 *
 * @example
 * ```ts
 * import { crossEntropy } from "@gradus/loss";
 * import { tensor } from "@gradus/tensor";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const logits = tensor([[1, 2, -1], [0.5, -0.3, 0.8]]);
 * const byIndex = crossEntropy(logits, tensor([2, 0]));
 * assertAlmostEquals(await byIndex.item(), 2.18917, 1e-5);
 *
 * const probabilities = tensor([[0.2, 0.3, 0.5], [0.6, 0.1, 0.3]]);
 * const byProbability = crossEntropy(logits, probabilities);
 * assertAlmostEquals(await byProbability.item(), 1.53417, 1e-5);
 * ```
 */
export function crossEntropy(
  input: Tensor,
  target: Tensor,
  options: CrossEntropyOptions = {},
): Tensor {
  checkOptions("compute crossEntropy", options, [
    "reduction",
    "weight",
    "ignoreIndex",
    "labelSmoothing",
  ]);
  const { weight, ignoreIndex, labelSmoothing = 0 } = options;
  const name = "crossEntropy";
  const reduction = checkReduction(name, options.reduction);
  const dim = classDim(name, input);
  if (weight) checkWeight(name, input, weight);
  if (!(labelSmoothing >= 0 && labelSmoothing <= 1)) {
    throw new RangeError(
      `Cannot compute ${name}: expected labelSmoothing in [0, 1], got ${labelSmoothing}`,
    );
  }
  const settings = {
    dim,
    weight,
    reduction,
    labelSmoothing,
    ignoreIndex: ignoreIndex ?? -100,
  };
  checkIgnoreIndex(name, settings.ignoreIndex);
  if (sameShape(input.shape, target.shape)) {
    if (!isFloating(target)) {
      throw new TypeError(
        `Cannot compute ${name}: expected floating class probabilities, as the target has the shape of the input, got ${target.dtype}`,
      );
    }
    if (settings.ignoreIndex >= 0) {
      throw new TypeError(
        `Cannot compute ${name}: expected no ignoreIndex with class probabilities, got ${ignoreIndex}`,
      );
    }
    return ofProbabilities(input.logSoftmax(dim), target, settings);
  }
  checkIndices(name, input, target);
  return ofIndices(input.logSoftmax(dim), target, settings);
}

/** Settings of a cross-entropy, complete and checked. */
interface Settings {
  /** The dim of the classes. */
  readonly dim: number;
  readonly weight: Tensor | null | undefined;
  readonly reduction: Reduction;
  readonly labelSmoothing: number;
  readonly ignoreIndex: number;
}

/** Each class times its weight. */
function weighClasses(t: Tensor, { weight, dim }: Settings): Tensor {
  if (!weight) return t;
  return t.mul(weight.view(t.shape.map((size, d) => d === dim ? size : 1)));
}

function ofIndices(
  logProbabilities: Tensor,
  target: Tensor,
  settings: Settings,
): Tensor {
  const { dim, weight, reduction, labelSmoothing, ignoreIndex } = settings;
  const [loss, totalWeight] = dispatchAll(
    nllOps.nllLoss,
    [logProbabilities, target, weight ?? 1],
    { reduction, ignoreIndex },
  ) as [Tensor, Tensor];
  if (labelSmoothing === 0) return loss;
  // The loss of a target that is spread evenly, with C times its weight.
  let even = weighClasses(logProbabilities, settings).sum(dim).neg();
  even = even.maskedFill(target.eq(ignoreIndex), 0);
  if (reduction !== "none") even = even.sum();
  if (reduction === "mean") even = even.div(totalWeight.detach());
  const classes = logProbabilities.size(dim);
  return loss.mul(1 - labelSmoothing).add(even.mul(labelSmoothing / classes));
}

function ofProbabilities(
  logProbabilities: Tensor,
  target: Tensor,
  settings: Settings,
): Tensor {
  const { dim, reduction, labelSmoothing } = settings;
  const classes = logProbabilities.size(dim);
  const smoothed = labelSmoothing === 0
    ? target
    : target.mul(1 - labelSmoothing).add(labelSmoothing / classes);
  const terms = weighClasses(logProbabilities.mul(smoothed), settings);
  if (reduction === "none") return terms.sum(dim).neg();
  const total = terms.sum().neg();
  return reduction === "sum"
    ? total
    : total.div(logProbabilities.numel / classes);
}
