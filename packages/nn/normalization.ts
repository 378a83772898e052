/** Normalization over the last dims. */

import {
  type DeviceName,
  type DType,
  empty,
  type Tensor,
} from "@gradus/tensor";
import {
  checkOptions,
  dispatch,
  nnOps,
  sameShape,
  showShape,
} from "@gradus/tensor/internal";
import { ones_, zeros_ } from "./init.ts";
import { Module } from "./module.ts";
import { checkSize } from "./module/check.ts";
import { showBool, showFloat, showTuple } from "./module/print.ts";
import { Parameter } from "./parameter.ts";

/** Options of {@linkcode layerNorm}. */
export interface LayerNormOptions {
  /** Factor of each element, of shape `normalizedShape`; 1 if left out. */
  weight?: Tensor | null;
  /** Added to each element, of shape `normalizedShape`; 0 if left out. */
  bias?: Tensor | null;
  /** Added to the variance; 1e-5 if left out. */
  eps?: number;
}

/**
 * `(x - mean) / sqrt(variance + eps) * weight + bias`, with mean and biased
 * variance over the last dims (Ba, Kiros and Hinton, "Layer normalization",
 * 2016).
 *
 * @param normalizedShape Sizes of those dims.
 * @throws {TypeError} if the input does not end in them.
 *
 * @example
 * ```ts
 * import { layerNorm } from "@gradus/nn";
 * import { tensor } from "@gradus/tensor";
 * import { assertEquals } from "@std/assert";
 *
 * const x = tensor([[1, 3], [10, 30]], { dtype: "float64" });
 * assertEquals(layerNorm(x, [2], { eps: 0 }).arraySync(), [[-1, 1], [-1, 1]]);
 * ```
 */
export function layerNorm(
  input: Tensor,
  normalizedShape: readonly number[],
  options: LayerNormOptions = {},
): Tensor {
  checkOptions("apply layerNorm", options, ["eps", "weight", "bias"]);
  const { weight, bias, eps = 1e-5 } = options;
  return dispatch(
    nnOps.nativeLayerNorm,
    [input, weight ?? 1, bias ?? 0],
    { normalizedShape: [...normalizedShape], eps },
  );
}

/** Options of {@linkcode rmsNorm}. */
export interface RMSNormOptions {
  /** Factor of each element, of shape `normalizedShape`; 1 if left out. */
  weight?: Tensor | null;
  /** Added to the mean square; the distance from 1 to the next number of the input's type if left out. */
  eps?: number | null;
}

/**
 * `x / sqrt(mean(x^2) + eps) * weight`, with the mean over the last dims (Zhang
 * and Sennrich, "Root mean square layer normalization", NeurIPS 2019).
 *
 * @param normalizedShape Sizes of those dims.
 * @throws {TypeError} if the input does not end in them.
 *
 * @example
 * ```ts
 * import { rmsNorm } from "@gradus/nn";
 * import { tensor } from "@gradus/tensor";
 * import { assertEquals } from "@std/assert";
 *
 * const x = tensor([3, -3], { dtype: "float64" });
 * assertEquals(rmsNorm(x, [2], { eps: 0 }).arraySync(), [1, -1]);
 * ```
 */
export function rmsNorm(
  input: Tensor,
  normalizedShape: readonly number[],
  options: RMSNormOptions = {},
): Tensor {
  checkOptions("apply rmsNorm", options, ["eps", "weight"]);
  const { length } = normalizedShape;
  const last = input.shape.slice(Math.max(0, input.ndim - length));
  if (length === 0 || !sameShape(last, normalizedShape)) {
    throw new TypeError(
      `Cannot normalize over the last dims: expected an input of shape [*, ${
        normalizedShape.join(", ")
      }], got ${showShape(input.shape)}`,
    );
  }
  const { weight } = options;
  const eps = options.eps ?? (input.dtype === "float32" ? 2 ** -23 : 2 ** -52);
  const dims = Array.from({ length }, (_, i) => i - length);
  const scale = input.square().mean(dims, { keepdim: true }).add(eps).rsqrt();
  const out = input.mul(scale);
  return weight ? out.mul(weight) : out;
}

/** Options of {@linkcode LayerNorm}. */
export interface LayerNormModuleOptions {
  /** Added to the variance; 1e-5 if left out. */
  eps?: number;
  /** Whether to learn a factor and, unless `bias` is false, a bias; true if left out. */
  elementwiseAffine?: boolean;
  /** Whether to learn a bias; true if left out. */
  bias?: boolean;
  /** Element type of the parameters. */
  dtype?: DType;
  /** Where the parameters live. */
  device?: DeviceName;
}

function sizesOf(
  action: string,
  normalizedShape: number | readonly number[],
): readonly number[] {
  const sizes = Array.isArray(normalizedShape)
    ? [...normalizedShape]
    : [normalizedShape];
  for (const size of sizes) checkSize(action, "normalizedShape", size);
  return sizes;
}

/**
 * Normalizes over the last dims, see {@linkcode layerNorm}. The factor starts
 * as ones and the bias as zeros.
 *
 * @example
 * ```ts
 * import { LayerNorm } from "@gradus/nn";
 * import { tensor } from "@gradus/tensor";
 * import { assertEquals } from "@std/assert";
 *
 * const norm = new LayerNorm(2, { eps: 0 });
 * assertEquals(norm.forward(tensor([[0.5, 1.5]])).arraySync(), [[-1, 1]]);
 * ```
 */
export class LayerNorm extends Module {
  /** Sizes of the dims that are normalized over. */
  readonly normalizedShape: readonly number[];
  /** Added to the variance. */
  readonly eps: number;
  /** Whether there is a learned factor. */
  readonly elementwiseAffine: boolean;
  /** The factor, or null. */
  weight: Parameter | null;
  /** The bias, or null. */
  bias: Parameter | null;

  /**
   * Normalizes over dims of the given sizes, or over the last dim of the given size.
   *
   * @throws {TypeError} if a size is no number, or an option is unknown.
   * @throws {RangeError} if a size is below 0 or not whole.
   */
  constructor(
    normalizedShape: number | readonly number[],
    options: LayerNormModuleOptions = {},
  ) {
    super();
    const action = "make a LayerNorm";
    checkOptions(action, options, [
      "eps",
      "elementwiseAffine",
      "bias",
      "dtype",
      "device",
    ]);
    const { eps = 1e-5, elementwiseAffine = true, bias = true, ...where } =
      options;
    this.normalizedShape = sizesOf(action, normalizedShape);
    this.eps = eps;
    this.elementwiseAffine = elementwiseAffine;
    const make = () => new Parameter(empty(this.normalizedShape, where));
    this.weight = elementwiseAffine ? make() : null;
    this.bias = elementwiseAffine && bias ? make() : null;
    this.resetParameters();
  }

  /** Sets the factor to ones and the bias to zeros. */
  resetParameters(): void {
    if (this.weight) ones_(this.weight);
    if (this.bias) zeros_(this.bias);
  }

  /** `input`, normalized. */
  override forward(input: Tensor): Tensor {
    const { normalizedShape, weight, bias, eps } = this;
    return layerNorm(input, normalizedShape, { weight, bias, eps });
  }

  /** The settings as PyTorch prints them. */
  protected override extraRepr(): string {
    return `${showTuple(this.normalizedShape)}, eps=${
      showFloat(this.eps)
    }, elementwise_affine=${showBool(this.elementwiseAffine)}, bias=${
      showBool(this.bias !== null)
    }`;
  }
}

/** Options of {@linkcode RMSNorm}. */
export interface RMSNormModuleOptions {
  /** Added to the mean square, see {@linkcode rmsNorm}. */
  eps?: number | null;
  /** Whether to learn a factor; true if left out. */
  elementwiseAffine?: boolean;
  /** Element type of the parameter. */
  dtype?: DType;
  /** Where the parameter lives. */
  device?: DeviceName;
}

/** Normalizes over the last dims, see {@linkcode rmsNorm}. The factor starts as ones. */
export class RMSNorm extends Module {
  /** Sizes of the dims that are normalized over. */
  readonly normalizedShape: readonly number[];
  /** Added to the mean square; null for the least that matters. */
  readonly eps: number | null;
  /** Whether there is a learned factor. */
  readonly elementwiseAffine: boolean;
  /** The factor, or null. */
  weight: Parameter | null;

  /**
   * Normalizes over dims of the given sizes, or over the last dim of the given size.
   *
   * @throws {TypeError} if a size is no number, or an option is unknown.
   * @throws {RangeError} if a size is below 0 or not whole.
   */
  constructor(
    normalizedShape: number | readonly number[],
    options: RMSNormModuleOptions = {},
  ) {
    super();
    const action = "make an RMSNorm";
    checkOptions(action, options, [
      "eps",
      "elementwiseAffine",
      "dtype",
      "device",
    ]);
    const { eps = null, elementwiseAffine = true, ...where } = options;
    this.normalizedShape = sizesOf(action, normalizedShape);
    this.eps = eps;
    this.elementwiseAffine = elementwiseAffine;
    this.weight = elementwiseAffine
      ? new Parameter(empty(this.normalizedShape, where))
      : null;
    this.resetParameters();
  }

  /** Sets the factor to ones. */
  resetParameters(): void {
    if (this.weight) ones_(this.weight);
  }

  /** `input`, normalized. */
  override forward(input: Tensor): Tensor {
    const { normalizedShape, weight, eps } = this;
    return rmsNorm(input, normalizedShape, { weight, eps });
  }

  /** The settings as PyTorch prints them. */
  protected override extraRepr(): string {
    const eps = this.eps === null ? "None" : showFloat(this.eps);
    return `${
      showTuple(this.normalizedShape)
    }, eps=${eps}, elementwise_affine=${showBool(this.elementwiseAffine)}`;
  }
}
