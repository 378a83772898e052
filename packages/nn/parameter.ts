/** Tensors that modules learn. */

import { Tensor } from "@gradus/tensor";
import { checkOptions } from "@gradus/tensor/internal";

/** Options of {@linkcode Parameter}. */
export interface ParameterOptions {
  /** Whether the parameter is learned; true if left out. */
  requiresGrad?: boolean;
}

/**
 * A tensor that a module learns: assigned to a property of a
 * {@linkcode Module}, it is among its parameters. It shares its memory with
 * the tensor that it is made of.
 *
 * @example
 * ```ts
 * import { Parameter } from "@gradus/nn";
 * import { ones } from "@gradus/tensor";
 * import { assertEquals } from "@std/assert";
 *
 * const weight = new Parameter(ones([2]));
 * assertEquals(weight.requiresGrad, true);
 * assertEquals(
 *   String(weight),
 *   "Parameter containing:\ntensor([1., 1.], requires_grad=True)",
 * );
 * ```
 */
export class Parameter extends Tensor {
  /**
   * A parameter over the memory of `data`.
   *
   * @throws {TypeError} if it shall require a gradient and `data` is neither float32 nor float64, or an option is unknown.
   */
  constructor(data: Tensor, options: ParameterOptions = {}) {
    checkOptions("make a Parameter", options, ["requiresGrad"]);
    super(data.storage, data.dtype, data.shape, data.strides, data.offset);
    if (options.requiresGrad ?? true) this.requiresGrad = true;
  }

  /** The parameter as PyTorch prints it. */
  override toString(): string {
    return `Parameter containing:\n${super.toString()}`;
  }
}
