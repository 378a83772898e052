/** Leaky rectifiers whose slope is learned or drawn. */

import {
  type DeviceName,
  type DType,
  empty,
  leakyRelu,
  type Tensor,
  where,
} from "@gradus/tensor";
import {
  checkOptions,
  dispatch,
  nnOps,
  showShape,
  uniformWhere,
} from "@gradus/tensor/internal";
import { constant_ } from "./init.ts";
import { Module } from "./module.ts";
import { checkNumber, checkSize } from "./module/check.ts";
import { showFloat } from "./module/print.ts";
import { Parameter } from "./parameter.ts";

/**
 * x where positive, `weight * x` elsewhere; derivative `weight` at 0 (He et
 * al., "Delving deep into rectifiers", ICCV 2015).
 *
 * @param weight One slope, or one for each place of dim 1.
 * @throws {TypeError} if the number of slopes does not fit.
 *
 * @example
 * ```ts
 * import { prelu } from "@gradus/nn";
 * import { tensor } from "@gradus/tensor";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(prelu(tensor([-2, 3.5]), tensor([0.25])).arraySync(), [-0.5, 3.5]);
 * ```
 */
export function prelu(input: Tensor, weight: Tensor): Tensor {
  const channels = input.ndim < 2 ? 1 : input.shape[1]!;
  if (weight.ndim > 1 || (weight.numel !== 1 && weight.numel !== channels)) {
    throw new TypeError(
      `Cannot compute prelu: expected 1 or ${channels} slopes for an input of shape ${
        showShape(input.shape)
      }, got ${showShape(weight.shape)}`,
    );
  }
  const shape = input.shape.map((_, d) => d === 1 ? weight.numel : 1);
  const slopes = input.ndim < 2
    ? weight.reshape(input.ndim === 0 ? [] : [1])
    : weight.reshape(shape);
  return dispatch(nnOps.preluKernel, [input, slopes]);
}

/** Options of {@linkcode PReLU}. */
export interface PReLUOptions {
  /** What the slopes start from; 0.25 if left out. */
  init?: number;
  /** Element type of the weight. */
  dtype?: DType;
  /** Where the weight lives. */
  device?: DeviceName;
}

/** x where positive, `weight * x` elsewhere with learned slopes, see {@linkcode prelu}. */
export class PReLU extends Module {
  /** Number of slopes: 1, or the size of dim 1 of the input. */
  readonly numParameters: number;
  /** What the slopes start from. */
  readonly init: number;
  /** The slopes. */
  weight: Parameter;

  /**
   * One slope for all elements, or one for each place of dim 1.
   *
   * @throws {TypeError} if `numParameters` is no number, or an option is unknown.
   * @throws {RangeError} if `numParameters` is below 0 or not whole.
   */
  constructor(numParameters = 1, options: PReLUOptions = {}) {
    super();
    checkSize("make a PReLU", "numParameters", numParameters);
    checkOptions("make a PReLU", options, ["init", "dtype", "device"]);
    const { init = 0.25, ...where } = options;
    this.numParameters = numParameters;
    this.init = init;
    this.weight = new Parameter(empty([numParameters], where));
    this.resetParameters();
  }

  /** Sets the slopes to {@linkcode init}. */
  resetParameters(): void {
    constant_(this.weight, this.init);
  }

  /** `prelu(input, weight)` */
  override forward(input: Tensor): Tensor {
    return prelu(input, this.weight);
  }

  /** The settings as PyTorch prints them. */
  protected override extraRepr(): string {
    return `num_parameters=${this.numParameters}`;
  }
}

/** Options of {@linkcode rrelu}. */
export interface RReLUOptions {
  /** Least slope; 1/8 if left out. */
  lower?: number;
  /** Largest slope; 1/3 if left out. */
  upper?: number;
  /** Whether to draw slopes or to take the mean of the bounds; false if left out. */
  training?: boolean;
}

/**
 * x where positive, elsewhere x times a slope: drawn uniformly for each
 * element in training, the mean of the bounds otherwise (Xu et al., "Empirical
 * evaluation of rectified activations in convolutional network", 2015).
 *
 * @throws {RangeError} if `lower` is above `upper`.
 * @throws {TypeError} if an option is unknown.
 */
export function rrelu(input: Tensor, options: RReLUOptions = {}): Tensor {
  checkOptions("compute rrelu", options, ["lower", "upper", "training"]);
  const { lower = 1 / 8, upper = 1 / 3, training = false } = options;
  if (!(lower <= upper)) {
    throw new RangeError(
      `Cannot compute rrelu: expected lower <= upper, got ${lower} and ${upper}`,
    );
  }
  if (!training) return leakyRelu(input, (lower + upper) / 2);
  const negative = input.detach().le(0);
  // One number for each element that needs it, in float64 whatever the input has.
  const drawn = uniformWhere(negative)
    .mul(upper - lower).add(lower).to(input.dtype);
  return input.mul(where(negative, drawn, 1));
}

/** x where positive, x times a random slope elsewhere, see {@linkcode rrelu}. */
export class RReLU extends Module {
  /** Least slope. */
  readonly lower: number;
  /** Largest slope. */
  readonly upper: number;

  /**
   * Slopes in [lower, upper).
   *
   * @throws {TypeError} if a bound is no number.
   */
  constructor(lower = 1 / 8, upper = 1 / 3) {
    super();
    checkNumber("make an RReLU", "lower", lower);
    checkNumber("make an RReLU", "upper", upper);
    this.lower = lower;
    this.upper = upper;
  }

  /** `input` times the slopes. */
  override forward(input: Tensor): Tensor {
    const { lower, upper, training } = this;
    return rrelu(input, { lower, upper, training });
  }

  /** The settings as PyTorch prints them. */
  protected override extraRepr(): string {
    return `lower=${showFloat(this.lower)}, upper=${showFloat(this.upper)}`;
  }
}
