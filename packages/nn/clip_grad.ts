/** Limiting gradients. */

import { noGrad } from "@gradus/autograd";
import { stack, Tensor, zeros } from "@gradus/tensor";
import { capture, checkOptions } from "@gradus/tensor/internal";

/** Options of {@linkcode getTotalNorm}. */
export interface TotalNormOptions {
  /** Which norm; 2 if left out, `Infinity` for the largest magnitude. */
  normType?: number;
  /** Whether a norm that is infinite or NaN is an error; false if left out. */
  errorIfNonfinite?: boolean;
}

function listOf(tensors: Tensor | Iterable<Tensor>): Tensor[] {
  return tensors instanceof Tensor ? [tensors] : [...tensors];
}

function gradsOf(parameters: readonly Tensor[]): Tensor[] {
  return parameters.flatMap((p) => p.grad ? [p.grad] : []);
}

/**
 * The norm of all elements of several tensors together, in their common type;
 * 0 for none.
 *
 * @throws {RangeError} if it is infinite or NaN and `errorIfNonfinite` is set.
 * @throws {TypeError} if an option is unknown.
 *
 * @example
 * ```ts
 * import { getTotalNorm } from "@gradus/nn";
 * import { tensor } from "@gradus/tensor";
 * import { assertEquals } from "@std/assert";
 *
 * const float = { dtype: "float32" } as const;
 * const norm = getTotalNorm([tensor([3], float), tensor([0, 4], float)]);
 * assertEquals(norm.itemSync(), 5);
 * ```
 */
export function getTotalNorm(
  tensors: Tensor | Iterable<Tensor>,
  options: TotalNormOptions = {},
): Tensor {
  checkOptions("clip gradients", options, ["normType", "errorIfNonfinite"]);
  const { normType = 2, errorIfNonfinite = false } = options;
  const list = listOf(tensors);
  if (list.length === 0) return zeros([]);
  const norms = list.map((t) => t.norm(normType));
  const total = stack(norms).norm(normType);
  if (errorIfNonfinite) requireFinite(total, normType);
  return total;
}

/** Throws unless a norm is finite; a compiled function looks at it in every run. */
function requireFinite(total: Tensor, normType: number): void {
  const finite = total.isfinite();
  const fail = (): never => {
    throw new RangeError(
      `Cannot clip gradients: expected a finite norm of order ${normType}, got ${total.itemSync()}`,
    );
  };
  const { recorder } = capture;
  if (recorder !== null) recorder.assert(finite, [total], fail);
  else if (finite.itemSync() === 0) fail();
}

/**
 * Scales the gradients of `parameters` by `maxNorm / (totalNorm + 1e-6)` where
 * that is below 1.
 */
export function clipGradsWithNorm(
  parameters: Tensor | Iterable<Tensor>,
  maxNorm: number,
  totalNorm: Tensor,
): void {
  noGrad(() => {
    // No branch on the norm: the value is not read.
    const factor = totalNorm.add(1e-6).reciprocal().mul(maxNorm).clamp({
      max: 1,
    });
    for (const grad of gradsOf(listOf(parameters))) {
      grad.mul_(factor.to(grad.dtype).to(grad.device));
    }
  });
}

/**
 * Scales the gradients of `parameters` so that their norm together is at most
 * `maxNorm` (Pascanu et al., "On the difficulty of training recurrent neural
 * networks", ICML 2013), and returns what the norm was.
 *
 * @throws {RangeError} if the norm is infinite or NaN and `errorIfNonfinite` is set.
 * @throws {TypeError} if an option is unknown.
 *
 * @example
 * ```ts
 * import { clipGradNorm, Parameter } from "@gradus/nn";
 * import { tensor, zeros } from "@gradus/tensor";
 * import { assertEquals } from "@std/assert";
 *
 * const p = new Parameter(zeros([2]));
 * p.grad = tensor([30, 40], { dtype: "float32" });
 * assertEquals(clipGradNorm([p], 1).itemSync(), 50);
 * assertEquals(p.grad.mul(100).round().arraySync(), [60, 80]);
 * ```
 */
export function clipGradNorm(
  parameters: Tensor | Iterable<Tensor>,
  maxNorm: number,
  options: TotalNormOptions = {},
): Tensor {
  const list = listOf(parameters);
  return noGrad(() => {
    const total = getTotalNorm(gradsOf(list), options);
    clipGradsWithNorm(list, maxNorm, total);
    return total;
  });
}

/**
 * Limits each element of the gradients of `parameters` to
 * [-clipValue, clipValue].
 *
 * @example
 * ```ts
 * import { clipGradValue, Parameter } from "@gradus/nn";
 * import { tensor, zeros } from "@gradus/tensor";
 * import { assertEquals } from "@std/assert";
 *
 * const p = new Parameter(zeros([2]));
 * p.grad = tensor([-3, 0.5]);
 * clipGradValue([p], 1);
 * assertEquals(p.grad.arraySync(), [-1, 0.5]);
 * ```
 */
export function clipGradValue(
  parameters: Tensor | Iterable<Tensor>,
  clipValue: number,
): void {
  noGrad(() => {
    for (const grad of gradsOf(listOf(parameters))) {
      grad.clamp_({ min: -clipValue, max: clipValue });
    }
  });
}
