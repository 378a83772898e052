/** Operations that belong to no single tensor, and activation functions. */

import { checkTensors } from "./check.ts";
import { dispatch } from "./dispatch.ts";
import { nonzeroPlaces } from "./indices.ts";
import * as act from "./ops/activation.ts";
import { where as whereOp } from "./ops/arithmetic.ts";
import { cat as catOp, stack as stackOp } from "./ops/join.ts";
import { checkOptions } from "./options.ts";
import type { Tensor } from "./tensor.ts";

const geluNames = ["approximate"];

/**
 * Joins tensors along an existing dim; their other sizes must be equal. Types
 * are promoted. Each gradient is its part of the result's.
 *
 * @throws {TypeError} if there are no tensors, or sizes differ.
 *
 * @example
 * ```ts
 * import { cat, tensor } from "@gradus/tensor";
 * import { assertEquals } from "@std/assert";
 *
 * const a = tensor([[1, 2]]), b = tensor([[3, 4]]);
 * assertEquals(cat([a, b]).arraySync(), [[1, 2], [3, 4]]);
 * assertEquals(cat([a, b], 1).arraySync(), [[1, 2, 3, 4]]);
 * ```
 */
export function cat(tensors: readonly Tensor[], dim = 0): Tensor {
  checkTensors("concatenate", tensors);
  return dispatch(catOp, tensors, { dim });
}
/**
 * Joins tensors of one shape along a new dim.
 *
 * @throws {TypeError} if there are no tensors, or shapes differ.
 *
 * @example
 * ```ts
 * import { stack, tensor } from "@gradus/tensor";
 * import { assertEquals } from "@std/assert";
 *
 * const rows = [tensor([1, 2]), tensor([3, 4])];
 * assertEquals(stack(rows).arraySync(), [[1, 2], [3, 4]]);
 * assertEquals(stack(rows, 1).arraySync(), [[1, 3], [2, 4]]);
 * ```
 */
export function stack(tensors: readonly Tensor[], dim = 0): Tensor {
  checkTensors("stack", tensors);
  return dispatch(stackOp, tensors, { dim });
}
/**
 * Elements of `x` where `condition` is true, of `y` elsewhere; broadcasts. The
 * gradient goes to the side that was taken, even if the other is not finite.
 *
 * @example
 * ```ts
 * import { tensor, where } from "@gradus/tensor";
 * import { assertEquals } from "@std/assert";
 *
 * const x = tensor([-1, 4]);
 * assertEquals(where(x.gt(0), x, 0).arraySync(), [0, 4]);
 * ```
 */
export function where(
  condition: Tensor,
  x: Tensor | number,
  y: Tensor | number,
): Tensor {
  return dispatch(whereOp, [condition, x, y]);
}
/**
 * The positions of non-zero elements in row-major order, int64 of shape
 * [count, dims]. CPU only.
 *
 * @example
 * ```ts
 * import { nonzero, tensor } from "@gradus/tensor";
 * import { assertEquals } from "@std/assert";
 *
 * const x = tensor([[0, 5], [7, 0]]);
 * assertEquals(nonzero(x).arraySync(), [[0, 1], [1, 0]]);
 * ```
 */
export function nonzero(x: Tensor): Tensor {
  // A tensor of 0 dims has no position to tell, but its element counts.
  if (x.ndim === 0) return nonzero(x.reshape([1])).slice(1, 0, 0);
  return stack(nonzeroPlaces(x), 1);
}

/**
 * `max(x, 0)`; derivative 0 at 0.
 *
 * @example
 * ```ts
 * import { relu, tensor } from "@gradus/tensor";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(relu(tensor([-1, 2])).arraySync(), [0, 2]);
 * ```
 */
export function relu(x: Tensor): Tensor {
  return dispatch(act.relu, [x]);
}
/** x where positive, `negativeSlope * x` elsewhere; derivative `negativeSlope` at 0. */
export function leakyRelu(x: Tensor, negativeSlope = 0.01): Tensor {
  return dispatch(act.leakyRelu, [x, negativeSlope]);
}
/** `alpha (exp(x) - 1)` where x is negative, x elsewhere (Clevert et al. 2015). */
export function elu(x: Tensor, alpha = 1): Tensor {
  return dispatch(act.elu, [x, alpha, 1, 1]);
}
/** ELU scaled to keep mean 0 and variance 1 (Klambauer et al. 2017). */
export function selu(x: Tensor): Tensor {
  return dispatch(act.elu, [
    x,
    1.6732632423543772848170429916717,
    1.0507009873554804934193349852946,
    1,
  ]);
}
/**
 * `alpha (exp(x / alpha) - 1)` where x is negative, x elsewhere (Barron 2017).
 *
 * @throws {RangeError} if `alpha` is 0.
 */
export function celu(x: Tensor, alpha = 1): Tensor {
  if (alpha === 0) {
    throw new RangeError(
      "Cannot compute celu: expected an alpha other than 0, got 0",
    );
  }
  return dispatch(act.elu, [x, alpha, 1, 1 / alpha]);
}
/**
 * `x Phi(x)` with the normal distribution function (Hendrycks and Gimpel 2016),
 * or its tanh approximation.
 *
 * @throws {TypeError} if `approximate` is neither "none" nor "tanh".
 */
export function gelu(
  x: Tensor,
  options: { approximate?: "none" | "tanh" } = {},
): Tensor {
  checkOptions("compute gelu", options, geluNames);
  const { approximate = "none" } = options;
  if (approximate !== "none" && approximate !== "tanh") {
    throw new TypeError(
      `Cannot compute gelu: expected approximate "none" or "tanh", got "${approximate}"`,
    );
  }
  return dispatch(approximate === "tanh" ? act.geluTanh : act.gelu, [x]);
}
/** `x sigmoid(x)`, also known as swish (Elfwing et al. 2017). */
export function silu(x: Tensor): Tensor {
  return dispatch(act.silu, [x]);
}
/** `x tanh(softplus(x))` (Misra 2019). */
export function mish(x: Tensor): Tensor {
  return dispatch(act.mish, [x]);
}
/** `log(1 + exp(beta x)) / beta`, x itself where `beta x` is above `threshold`. */
export function softplus(x: Tensor, beta = 1, threshold = 20): Tensor {
  return dispatch(act.softplus, [x, beta, threshold]);
}
/** `log(sigmoid(x))` without overflow. */
export function logSigmoid(x: Tensor): Tensor {
  return dispatch(act.logSigmoid, [x]);
}
/**
 * x limited to [min, max]; derivative 0 at the bounds.
 *
 * @throws {RangeError} if `min` is above `max`.
 */
export function hardtanh(x: Tensor, min = -1, max = 1): Tensor {
  if (!(min <= max)) {
    throw new RangeError(
      `Cannot compute hardtanh: expected min <= max, got ${min} and ${max}`,
    );
  }
  return dispatch(act.hardtanh, [x, min, max]);
}
/** x limited to [0, 6]; derivative 0 at the bounds. */
export function relu6(x: Tensor): Tensor {
  return dispatch(act.hardtanh, [x, 0, 6]);
}
/** `x / 6 + 1/2` limited to [0, 1]; derivative 0 at the bounds. */
export function hardsigmoid(x: Tensor): Tensor {
  return dispatch(act.hardsigmoid, [x]);
}
/** `x hardsigmoid(x)`. */
export function hardswish(x: Tensor): Tensor {
  return dispatch(act.hardswish, [x]);
}
/**
 * x moved towards 0 by `lambda`, 0 within.
 *
 * @throws {RangeError} if `lambda` is below 0.
 */
export function softshrink(x: Tensor, lambda = 0.5): Tensor {
  if (!(lambda >= 0)) {
    throw new RangeError(
      `Cannot compute softshrink: expected lambda >= 0, got ${lambda}`,
    );
  }
  return dispatch(act.softshrink, [x, lambda]);
}
/** x where its magnitude is above `lambda`, 0 elsewhere. */
export function hardshrink(x: Tensor, lambda = 0.5): Tensor {
  return dispatch(act.hardshrink, [x, lambda]);
}
/** `x / (1 + |x|)`. */
export function softsign(x: Tensor): Tensor {
  return x.div(x.abs().add(1));
}
/** `x - tanh(x)`. */
export function tanhshrink(x: Tensor): Tensor {
  return x.sub(x.tanh());
}
/** x where it is above `limit`, `value` elsewhere. */
export function threshold(x: Tensor, limit: number, value: number): Tensor {
  return dispatch(act.threshold, [x, limit, value]);
}
/**
 * The first half along `dim` times the sigmoid of the second.
 *
 * @throws {TypeError} if the size is odd.
 */
export function glu(x: Tensor, dim = -1): Tensor {
  const size = x.size(dim);
  if (size % 2 !== 0) {
    throw new TypeError(
      `Cannot compute glu: expected an even size in dim ${dim}, got ${size}`,
    );
  }
  const half = size / 2;
  const [a, b] = x.split([half, half], dim) as [Tensor, Tensor];
  return a.mul(b.sigmoid());
}
