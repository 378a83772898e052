/** Affine maps. */

import type { DeviceName, DType, Tensor } from "@gradus/tensor";
import { empty } from "@gradus/tensor";
import { checkOptions, showShape } from "@gradus/tensor/internal";
import { kaimingUniform_, uniform_ } from "./init.ts";
import { Module } from "./module.ts";
import { checkSize } from "./module/check.ts";
import { showBool } from "./module/print.ts";
import { Parameter } from "./parameter.ts";

/**
 * `input @ weight^T + bias` over the last dim of `input`, [*, in] -> [*, out].
 *
 * @param weight [out, in]
 * @param bias [out], or null for none.
 * @throws {TypeError} if sizes do not fit.
 *
 * @example
 * ```ts
 * import { linear } from "@gradus/nn";
 * import { tensor } from "@gradus/tensor";
 * import { assertEquals } from "@std/assert";
 *
 * const float = { dtype: "float32" } as const;
 * const y = linear(tensor([[1, 2]], float), tensor([[3, 4]], float), tensor([5], float));
 * assertEquals(y.arraySync(), [[16]]);
 * ```
 */
export function linear(
  input: Tensor,
  weight: Tensor,
  bias: Tensor | null = null,
): Tensor {
  const [outFeatures, inFeatures] = weight.shape;
  if (weight.ndim !== 2 || input.ndim === 0 || input.size(-1) !== inFeatures) {
    throw new TypeError(
      `Cannot apply a linear map: expected an input of shape [*, in] and a weight of shape [out, in], got ${
        showShape(input.shape)
      } and ${showShape(weight.shape)}`,
    );
  }
  if (input.ndim === 1) {
    const out = weight.mv(input);
    return bias ? out.add(bias) : out;
  }
  const lead = input.shape.slice(0, -1);
  const rows = lead.reduce((count, size) => count * size, 1);
  // One product of two matrices is faster than a batch, and so is its gradient.
  const x = input.ndim === 2 ? input : input.reshape([rows, inFeatures!]);
  const out = bias ? bias.addmm(x, weight.t()) : x.mm(weight.t());
  return input.ndim === 2 ? out : out.view([...lead, outFeatures!]);
}

/** Options of {@linkcode Linear}. */
export interface LinearOptions {
  /** Whether to add a learned bias; true if left out. */
  bias?: boolean;
  /** Element type of the parameters. */
  dtype?: DType;
  /** Where the parameters live. */
  device?: DeviceName;
}

/**
 * An affine map of the last dim, `x @ weight^T + bias`: [*, in] -> [*, out].
 *
 * Weights and biases start uniform in (-1/sqrt(in), 1/sqrt(in)), the same
 * numbers as PyTorch's after the same seed.
 *
 * @example
 * ```ts
 * import { Linear } from "@gradus/nn";
 * import { manualSeed, zeros } from "@gradus/tensor";
 * import { assertEquals } from "@std/assert";
 *
 * manualSeed(0);
 * const layer = new Linear(3, 1);
 * assertEquals(layer.forward(zeros([4, 3])).shape, [4, 1]);
 * assertEquals(
 *   String(layer),
 *   "Linear(in_features=3, out_features=1, bias=True)",
 * );
 * ```
 */
export class Linear extends Module {
  /** Size of the last dim of the input. */
  readonly inFeatures: number;
  /** Size of the last dim of the output. */
  readonly outFeatures: number;
  /** [outFeatures, inFeatures] */
  weight: Parameter;
  /** [outFeatures], or null. */
  bias: Parameter | null;

  /**
   * A map from `inFeatures` to `outFeatures` values.
   *
   * @throws {TypeError} if a size is no number, or an option is unknown.
   * @throws {RangeError} if a size is below 0 or not whole.
   */
  constructor(
    inFeatures: number,
    outFeatures: number,
    options: LinearOptions = {},
  ) {
    super();
    checkSize("make a Linear", "inFeatures", inFeatures);
    checkSize("make a Linear", "outFeatures", outFeatures);
    checkOptions("make a Linear", options, ["bias", "dtype", "device"]);
    const { bias = true, ...where } = options;
    this.inFeatures = inFeatures;
    this.outFeatures = outFeatures;
    this.weight = new Parameter(empty([outFeatures, inFeatures], where));
    this.bias = bias ? new Parameter(empty([outFeatures], where)) : null;
    this.resetParameters();
  }

  /** Draws the parameters anew. */
  resetParameters(): void {
    kaimingUniform_(this.weight, { a: Math.sqrt(5) });
    if (!this.bias) return;
    const bound = this.inFeatures > 0 ? 1 / Math.sqrt(this.inFeatures) : 0;
    uniform_(this.bias, -bound, bound);
  }

  /** `input @ weight^T + bias` */
  override forward(input: Tensor): Tensor {
    return linear(input, this.weight, this.bias);
  }

  /** The settings as PyTorch prints them. */
  protected override extraRepr(): string {
    return `in_features=${this.inFeatures}, out_features=${this.outFeatures}, bias=${
      showBool(this.bias !== null)
    }`;
  }
}
