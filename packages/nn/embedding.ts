/** Tables of vectors. */

import { noGrad } from "@gradus/autograd";
import {
  type DeviceName,
  type DType,
  empty,
  type Tensor,
  where,
} from "@gradus/tensor";
import {
  checkOptions,
  dispatch,
  nnOps,
  sameShape,
  showShape,
} from "@gradus/tensor/internal";
import { normal_ } from "./init.ts";
import { Module } from "./module.ts";
import { checkSize } from "./module/check.ts";
import { showBool, showFloat } from "./module/print.ts";
import { Parameter } from "./parameter.ts";

/** Options of {@linkcode embedding}. */
export interface EmbeddingLookupOptions {
  /** A row that gets no gradient; negative ones count from the end. */
  paddingIdx?: number;
  /** Rows that are looked up and have a larger norm are scaled down to it, in place. */
  maxNorm?: number;
  /** Which norm `maxNorm` is about; 2 if left out. */
  normType?: number;
  /** Divides the gradient of a row by how often it was looked up; false if left out. */
  scaleGradByFreq?: boolean;
  /**
   * Notes which rows the gradient of `weight` is about, for optimizers that
   * move only those, such as `SparseAdam`; false if left out. See `sparseRows`
   * of `@gradus/autograd`.
   */
  sparse?: boolean;
}

const lookupOptions: readonly (keyof EmbeddingLookupOptions)[] = [
  "paddingIdx",
  "maxNorm",
  "normType",
  "scaleGradByFreq",
  "sparse",
];

/** Throws where a gradient would not only depend on its own lookup. */
function checkSparse(sparse: boolean, scaleGradByFreq: boolean): void {
  if (!sparse || !scaleGradByFreq) return;
  throw new RangeError(
    "Cannot look up rows with sparse gradients and scaleGradByFreq: expected one of them",
  );
}

function placeOfPadding(paddingIdx: number, rows: number): number {
  if (
    Number.isInteger(paddingIdx) && paddingIdx >= -rows && paddingIdx < rows
  ) {
    return paddingIdx < 0 ? paddingIdx + rows : paddingIdx;
  }
  throw new RangeError(
    `Cannot look up rows: expected a paddingIdx in [${-rows}, ${
      rows - 1
    }], got ${paddingIdx}`,
  );
}

/** Scales the rows that `indices` lists down to `maxNorm`; rows listed twice are written alike. */
function renormalize(
  weight: Tensor,
  indices: Tensor,
  maxNorm: number,
  normType: number,
): void {
  noGrad(() => {
    const places = indices.reshape([indices.numel]);
    const rows = weight.indexSelect(0, places);
    const norms = rows.norm(normType, 1, { keepdim: true }).double();
    const factors = where(
      norms.gt(maxNorm),
      norms.add(1e-7).reciprocal().mul(maxNorm),
      1,
    );
    weight.indexPut_([places], rows.mul(factors.to(weight.dtype)));
  });
}

/**
 * The rows of `weight` that `indices` lists: [*] and [rows, dim] give [*, dim].
 *
 * @param indices int32 or int64.
 * @throws {TypeError} if `indices` are no integers or `weight` is no matrix.
 * @throws {RangeError} if an index is out of range, as negative ones are, or
 * `sparse` comes with `scaleGradByFreq`.
 *
 * @example
 * ```ts
 * import { embedding } from "@gradus/nn";
 * import { tensor } from "@gradus/tensor";
 * import { assertEquals } from "@std/assert";
 *
 * const weight = tensor([[1, 2], [3, 4], [5, 6]], { dtype: "float32" });
 * assertEquals(embedding(tensor([2, 0]), weight).arraySync(), [[5, 6], [1, 2]]);
 * ```
 */
export function embedding(
  indices: Tensor,
  weight: Tensor,
  options: EmbeddingLookupOptions = {},
): Tensor {
  checkOptions("look up rows", options, lookupOptions);
  const { paddingIdx, maxNorm, normType = 2 } = options;
  const { scaleGradByFreq = false, sparse = false } = options;
  checkSparse(sparse, scaleGradByFreq);
  const attrs = {
    indices,
    scaleGradByFreq,
    sparse,
    paddingIdx: paddingIdx === undefined
      ? null
      : placeOfPadding(paddingIdx, weight.size(0)),
  };
  if (maxNorm !== undefined && indices.numel > 0) {
    // Looking up first checks the indices before anything is written.
    noGrad(() => dispatch(nnOps.embedding, [weight], attrs));
    renormalize(weight, indices, maxNorm, normType);
  }
  return dispatch(nnOps.embedding, [weight], attrs);
}

/** Options of {@linkcode Embedding}. */
export interface EmbeddingOptions extends EmbeddingLookupOptions {
  /** Element type of the weight. */
  dtype?: DType;
  /** Where the weight lives. */
  device?: DeviceName;
  /** The vectors to start from, whose memory the weight shares; drawn if left out. */
  weight?: Tensor;
}

/** Options of {@linkcode Embedding.fromPretrained}. */
export interface PretrainedOptions extends EmbeddingLookupOptions {
  /** Whether the weight stays as it is; true if left out. */
  freeze?: boolean;
}

/**
 * A table of `numEmbeddings` vectors that are looked up by index: integers of
 * shape [*] give [*, embeddingDim]. Vectors start normal with mean 0 and
 * standard deviation 1, the one at `paddingIdx` as zeros.
 *
 * @example
 * ```ts
 * import { Embedding } from "@gradus/nn";
 * import { tensor } from "@gradus/tensor";
 * import { assertEquals } from "@std/assert";
 *
 * const words = new Embedding(10, 3, { paddingIdx: 0 });
 * assertEquals(words.forward(tensor([[1, 2, 0]])).shape, [1, 3, 3]);
 * assertEquals(words.forward(tensor(0)).arraySync(), [0, 0, 0]);
 * assertEquals(String(words), "Embedding(10, 3, padding_idx=0)");
 * ```
 */
export class Embedding extends Module {
  /** Number of vectors. */
  readonly numEmbeddings: number;
  /** Size of a vector. */
  readonly embeddingDim: number;
  /** The vector that is not learned, or null. */
  readonly paddingIdx: number | null;
  /** Largest norm of a vector, or null. */
  readonly maxNorm: number | null;
  /** Which norm {@linkcode maxNorm} is about. */
  readonly normType: number;
  /** Whether gradients are divided by how often a vector was looked up. */
  readonly scaleGradByFreq: boolean;
  /** Whether gradients say which rows they are about. */
  readonly sparse: boolean;
  /** [numEmbeddings, embeddingDim] */
  weight: Parameter;

  /**
   * A table of `numEmbeddings` vectors of `embeddingDim` elements.
   *
   * @throws {RangeError} if a size is below 0 or not whole, `paddingIdx` is out
   * of range, or `sparse` comes with `scaleGradByFreq`.
   * @throws {TypeError} if a size is no number, an option is unknown, or `options.weight` has another shape.
   */
  constructor(
    numEmbeddings: number,
    embeddingDim: number,
    options: EmbeddingOptions = {},
  ) {
    super();
    checkSize("make an Embedding", "numEmbeddings", numEmbeddings);
    checkSize("make an Embedding", "embeddingDim", embeddingDim);
    checkOptions("make an Embedding", options, [
      ...lookupOptions,
      "dtype",
      "device",
      "weight",
    ]);
    const { dtype, device, weight, paddingIdx, maxNorm, normType = 2 } =
      options;
    const { scaleGradByFreq = false, sparse = false } = options;
    checkSparse(sparse, scaleGradByFreq);
    const shape = [numEmbeddings, embeddingDim];
    if (weight && !sameShape(weight.shape, shape)) {
      throw new TypeError(
        `Cannot make an Embedding: expected a weight of shape ${
          showShape(shape)
        }, got ${showShape(weight.shape)}`,
      );
    }
    this.numEmbeddings = numEmbeddings;
    this.embeddingDim = embeddingDim;
    this.paddingIdx = paddingIdx === undefined
      ? null
      : placeOfPadding(paddingIdx, numEmbeddings);
    this.maxNorm = maxNorm ?? null;
    this.normType = normType;
    this.scaleGradByFreq = scaleGradByFreq;
    this.sparse = sparse;
    const where = { ...(dtype && { dtype }), ...(device && { device }) };
    this.weight = new Parameter(weight ?? empty(shape, where));
    if (!weight) this.resetParameters();
  }

  /** Draws the vectors anew. */
  resetParameters(): void {
    normal_(this.weight);
    const { paddingIdx } = this;
    if (paddingIdx !== null) {
      noGrad(() => this.weight.select(0, paddingIdx).zero_());
    }
  }

  /**
   * A table over the memory of a matrix, which stays as it is unless `freeze`
   * is false.
   *
   * @throws {TypeError} if `weight` is no matrix, or an option is unknown.
   */
  static fromPretrained(
    weight: Tensor,
    options: PretrainedOptions = {},
  ): Embedding {
    checkOptions("make an Embedding", options, ["freeze", ...lookupOptions]);
    const { freeze = true, ...rest } = options;
    if (weight.ndim !== 2) {
      throw new TypeError(
        `Cannot make an Embedding: expected a matrix, got ${
          showShape(weight.shape)
        }`,
      );
    }
    const [rows, columns] = weight.shape as [number, number];
    const out = new Embedding(rows, columns, { ...rest, weight });
    out.weight.requiresGrad = !freeze;
    return out;
  }

  /** The vectors at `indices`. */
  override forward(indices: Tensor): Tensor {
    const { paddingIdx, maxNorm, normType, scaleGradByFreq, sparse } = this;
    return embedding(indices, this.weight, {
      normType,
      scaleGradByFreq,
      sparse,
      ...(paddingIdx === null ? {} : { paddingIdx }),
      ...(maxNorm === null ? {} : { maxNorm }),
    });
  }

  /** The settings as PyTorch prints them. */
  protected override extraRepr(): string {
    const parts = [`${this.numEmbeddings}, ${this.embeddingDim}`];
    if (this.paddingIdx !== null) parts.push(`padding_idx=${this.paddingIdx}`);
    if (this.maxNorm !== null) {
      parts.push(`max_norm=${showFloat(this.maxNorm)}`);
    }
    if (this.normType !== 2) {
      parts.push(`norm_type=${showFloat(this.normType)}`);
    }
    if (this.scaleGradByFreq) {
      parts.push(`scale_grad_by_freq=${showBool(this.scaleGradByFreq)}`);
    }
    if (this.sparse) parts.push(`sparse=${showBool(this.sparse)}`);
    return parts.join(", ");
  }
}
