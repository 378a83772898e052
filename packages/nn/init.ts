/** Filling parameters with the numbers that training starts from. */

import { noGrad } from "@gradus/autograd";
import { type RandomOptions, randperm, type Tensor } from "@gradus/tensor";
import { checkOptions, showShape } from "@gradus/tensor/internal";

export { dirac_, type DiracOptions } from "./dirac.ts";
export { orthogonal_, type OrthogonalOptions } from "./orthogonal.ts";
export { truncNormal_, type TruncNormalOptions } from "./trunc_normal.ts";

/** What {@linkcode calculateGain} knows. */
export type Nonlinearity =
  | "linear"
  | "conv1d"
  | "conv2d"
  | "conv3d"
  | "convTranspose1d"
  | "convTranspose2d"
  | "convTranspose3d"
  | "sigmoid"
  | "tanh"
  | "relu"
  | "leakyRelu"
  | "selu";

const gains: Readonly<Record<Nonlinearity, (param: number) => number>> = {
  linear: () => 1,
  conv1d: () => 1,
  conv2d: () => 1,
  conv3d: () => 1,
  convTranspose1d: () => 1,
  convTranspose2d: () => 1,
  convTranspose3d: () => 1,
  sigmoid: () => 1,
  tanh: () => 5 / 3,
  relu: () => Math.sqrt(2),
  leakyRelu: (slope) => Math.sqrt(2 / (1 + slope ** 2)),
  selu: () => 3 / 4,
};

/**
 * The factor by which weights before a nonlinearity are scaled so that the
 * variance stays about the same.
 *
 * @param param The negative slope of "leakyRelu"; 0.01 if left out.
 * @throws {TypeError} if the nonlinearity is not known.
 *
 * @example
 * ```ts
 * import { init } from "@gradus/nn";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(init.calculateGain("tanh"), 5 / 3);
 * assertEquals(init.calculateGain("leakyRelu", 1), 1);
 * ```
 */
export function calculateGain(
  nonlinearity: Nonlinearity,
  param = 0.01,
): number {
  if (!Object.hasOwn(gains, nonlinearity)) {
    throw new TypeError(
      `Cannot calculate a gain: expected one of ${
        Object.keys(gains).join(", ")
      }, got "${nonlinearity}"`,
    );
  }
  return gains[nonlinearity](param);
}

/** Uniform numbers of [a, b). */
export function uniform_(
  t: Tensor,
  a = 0,
  b = 1,
  options: RandomOptions = {},
): Tensor {
  return noGrad(() => t.uniform_(a, b, options));
}

/** Normal numbers. */
export function normal_(
  t: Tensor,
  mean = 0,
  std = 1,
  options: RandomOptions = {},
): Tensor {
  return noGrad(() => t.normal_(mean, std, options));
}

/** One value everywhere. */
export function constant_(t: Tensor, value: number): Tensor {
  return noGrad(() => t.fill_(value));
}

/** Ones. */
export function ones_(t: Tensor): Tensor {
  return constant_(t, 1);
}

/** Zeros. */
export function zeros_(t: Tensor): Tensor {
  return constant_(t, 0);
}

function requireMatrix(name: string, t: Tensor): void {
  if (t.ndim === 2) return;
  throw new TypeError(
    `Cannot fill a tensor by ${name}: expected 2 dims, got ${
      showShape(t.shape)
    }`,
  );
}

/**
 * The identity: ones on the main diagonal of a matrix, zeros elsewhere.
 *
 * @throws {TypeError} if there are not 2 dims.
 */
export function eye_(t: Tensor): Tensor {
  requireMatrix("eye_", t);
  return noGrad(() => {
    t.zero_();
    t.diagonal().fill_(1);
    return t;
  });
}

/** How many inputs an output has, and how many outputs an input. */
interface Fans {
  readonly fanIn: number;
  readonly fanOut: number;
}

function fansOf(t: Tensor): Fans {
  if (t.ndim < 2) {
    throw new TypeError(
      `Cannot compute fan in and fan out: expected at least 2 dims, got ${
        showShape(t.shape)
      }`,
    );
  }
  const receptive = t.shape.slice(2).reduce((count, size) => count * size, 1);
  return { fanIn: t.shape[1]! * receptive, fanOut: t.shape[0]! * receptive };
}

/** Options of the initialisers of Glorot and Bengio. */
export interface XavierOptions extends RandomOptions {
  /** Factor of the standard deviation; 1 if left out. */
  gain?: number;
}

function xavierStd(t: Tensor, options: XavierOptions): number {
  checkOptions("fill a tensor", options, ["gain", "generator"]);
  const { gain = 1 } = options;
  const { fanIn, fanOut } = fansOf(t);
  return gain * Math.sqrt(2 / (fanIn + fanOut));
}

/**
 * Uniform numbers of variance `2 gain^2 / (fanIn + fanOut)` (Glorot and
 * Bengio, "Understanding the difficulty of training deep feedforward neural
 * networks", AISTATS 2010).
 *
 * @throws {TypeError} if there are fewer than 2 dims, or an option is unknown.
 */
export function xavierUniform_(t: Tensor, options: XavierOptions = {}): Tensor {
  const bound = Math.sqrt(3) * xavierStd(t, options);
  return uniform_(t, -bound, bound, random(options));
}

/**
 * Normal numbers of variance `2 gain^2 / (fanIn + fanOut)`, see
 * {@linkcode xavierUniform_}.
 *
 * @throws {TypeError} if there are fewer than 2 dims, or an option is unknown.
 */
export function xavierNormal_(t: Tensor, options: XavierOptions = {}): Tensor {
  return normal_(t, 0, xavierStd(t, options), random(options));
}

/** Options of the initialisers of He et al. */
export interface KaimingOptions extends RandomOptions {
  /** Negative slope of the "leakyRelu" that follows; 0 if left out. */
  a?: number;
  /** Whether to keep the variance of values ("fanIn", if left out) or of gradients ("fanOut"). */
  mode?: "fanIn" | "fanOut";
  /** What follows the layer; "leakyRelu" if left out. */
  nonlinearity?: Nonlinearity;
}

const kaimingOptions: readonly (keyof KaimingOptions)[] = [
  "nonlinearity",
  "mode",
  "a",
  "generator",
];

function kaimingStd(t: Tensor, options: KaimingOptions): number {
  const { a = 0, mode = "fanIn", nonlinearity = "leakyRelu" } = options;
  if (mode !== "fanIn" && mode !== "fanOut") {
    throw new TypeError(
      `Cannot fill a tensor: expected mode "fanIn" or "fanOut", got "${mode}"`,
    );
  }
  return calculateGain(nonlinearity, a) / Math.sqrt(fansOf(t)[mode]);
}

function random(options: RandomOptions): RandomOptions {
  return options.generator ? { generator: options.generator } : {};
}

/**
 * Uniform numbers of variance `gain^2 / fan` (He et al., "Delving deep into
 * rectifiers", ICCV 2015).
 *
 * @throws {TypeError} if there are fewer than 2 dims, or an option is unknown.
 */
export function kaimingUniform_(
  t: Tensor,
  options: KaimingOptions = {},
): Tensor {
  checkOptions("fill a tensor", options, kaimingOptions);
  if (t.numel === 0) return t;
  // In PyTorch's order, so that the bound has the same last bit.
  const bound = Math.sqrt(3) * kaimingStd(t, options);
  return uniform_(t, -bound, bound, random(options));
}

/**
 * Normal numbers of variance `gain^2 / fan`, see {@linkcode kaimingUniform_}.
 *
 * @throws {TypeError} if there are fewer than 2 dims, or an option is unknown.
 */
export function kaimingNormal_(
  t: Tensor,
  options: KaimingOptions = {},
): Tensor {
  checkOptions("fill a tensor", options, kaimingOptions);
  if (t.numel === 0) return t;
  return normal_(t, 0, kaimingStd(t, options), random(options));
}

/** Options of {@linkcode sparse_}. */
export interface SparseOptions extends RandomOptions {
  /** Standard deviation of the numbers that are not 0; 0.01 if left out. */
  std?: number;
}

/**
 * A matrix of normal numbers in which the share `sparsity` of each column,
 * rounded up to whole elements, is 0 (Martens, "Deep learning via Hessian-free
 * optimization", ICML 2010).
 *
 * @throws {TypeError} if there are not 2 dims, or an option is unknown.
 * @throws {RangeError} if `sparsity` is not in [0, 1].
 */
export function sparse_(
  t: Tensor,
  sparsity: number,
  options: SparseOptions = {},
): Tensor {
  checkOptions("fill a tensor by sparse_", options, ["std", "generator"]);
  const { std = 0.01, ...rest } = options;
  requireMatrix("sparse_", t);
  if (!(sparsity >= 0 && sparsity <= 1)) {
    throw new RangeError(
      `Cannot fill a tensor by sparse_: expected a sparsity in [0, 1], got ${sparsity}`,
    );
  }
  const [rows, columns] = t.shape as [number, number];
  const zeros = Math.ceil(sparsity * rows);
  return noGrad(() => {
    t.normal_(0, std, rest);
    for (let column = 0; column < columns; column++) {
      const chosen = randperm(rows, rest).slice(0, 0, zeros);
      t.setAt([chosen, column], 0);
    }
    return t;
  });
}
