/**
 * The distributions of PyTorch's CPU generator over typed arrays.
 *
 * Elements are drawn in the order of the array, which for a tensor is the
 * order of its storage.
 */

import type { TypedArray } from "../dtype.ts";
import { normalBlock32, normalBlock64 } from "./box_muller.ts";
import { fma32, fma64 } from "./fma.ts";
import { fillWith } from "./fill_with.ts";
import type { Generator } from "./generator.ts";

/** An array of floating-point elements. */
export type FloatArray = Float32Array | Float64Array;

/** Elements that the kernel for normal numbers transforms at once. */
const BLOCK = 16;
const MAX_FLOAT32 = (2 - 2 ** -23) * 2 ** 127;

/** Rounds `value` to the type of the elements of `out`. */
function toElement(out: FloatArray, value: number): number {
  return out instanceof Float32Array ? Math.fround(value) : value;
}

/**
 * Fills `out` with numbers from the uniform distribution on [from, to), as
 * `uniform_` does. Draws 32 bits per float32 and 64 per float64.
 *
 * @throws {RangeError} If the bounds are not finite in the type of `out`, are
 * in the wrong order or too far apart.
 */
export function fillUniform(
  out: FloatArray,
  generator: Generator,
  from = 0,
  to = 1,
): void {
  const limit = out instanceof Float32Array ? MAX_FLOAT32 : Number.MAX_VALUE;
  if (!(from <= to && from >= -limit && to <= limit && to - from <= limit)) {
    throw new RangeError(
      "Cannot draw uniform numbers: expected finite bounds with from <= to" +
        ` and a difference of at most ${limit}, got from = ${from}, to = ${to}`,
    );
  }
  const low = toElement(out, from);
  const width = toElement(out, toElement(out, to) - low);
  if (out instanceof Float32Array) {
    for (let i = 0; i < out.length; i++) {
      out[i] = fma32(generator.uniform32(), width, low);
    }
  } else {
    for (let i = 0; i < out.length; i++) {
      out[i] = fma64(generator.uniform64(), width, low);
    }
  }
}

/** Options of {@linkcode fillNormal}. */
export interface FillNormalOptions {
  /** Whether to draw one by one whatever the length, as PyTorch does if a tensor is not contiguous. */
  sequential?: boolean;
}

/**
 * Fills `out` with numbers from the normal distribution, as `normal_` does.
 *
 * Fewer than 16 numbers are drawn one by one with
 * {@linkcode Generator.normal} and its cached value. 16 or more are drawn as
 * uniform numbers and transformed in blocks; the last block is drawn anew and
 * overlaps the one before if the length is not a multiple of 16. The cached
 * value is then neither used nor changed.
 *
 * float32 results are those of PyTorch to the last bit. float64 results depend
 * on the last bit of `Math.log`, `Math.log1p`, `Math.sin` and `Math.cos`, which
 * differs between systems for PyTorch, too.
 */
export function fillNormal(
  out: FloatArray,
  generator: Generator,
  mean = 0,
  std = 1,
  options: FillNormalOptions = {},
): void {
  if (out.length < BLOCK || options.sequential) {
    for (let i = 0; i < out.length; i++) {
      out[i] = fma64(generator.normal(), std, mean);
    }
    return;
  }
  const center = toElement(out, mean);
  const scale = toElement(out, std);
  const whole = out.length - out.length % BLOCK;
  drawUniform(out, generator, 0, out.length);
  for (let start = 0; start < whole; start += BLOCK) {
    transformBlock(out, start, center, scale);
  }
  if (whole < out.length) {
    const start = out.length - BLOCK;
    drawUniform(out, generator, start, out.length);
    transformBlock(out, start, center, scale);
  }
}

function drawUniform(
  out: FloatArray,
  generator: Generator,
  start: number,
  end: number,
): void {
  if (out instanceof Float32Array) {
    for (let i = start; i < end; i++) out[i] = generator.uniform32();
  } else {
    for (let i = start; i < end; i++) out[i] = generator.uniform64();
  }
}

function transformBlock(
  out: FloatArray,
  start: number,
  mean: number,
  std: number,
): void {
  if (out instanceof Float32Array) normalBlock32(out, start, mean, std);
  else normalBlock64(out, start, mean, std);
}

/**
 * Fills `out` with numbers from the exponential distribution with rate
 * `lambda`, as `exponential_` does: -log1p(-u) / lambda. Draws 64 bits per
 * element.
 */
export function fillExponential(
  out: FloatArray,
  generator: Generator,
  lambda = 1,
): void {
  const scale = -1 / lambda;
  for (let i = 0; i < out.length; i++) {
    out[i] = scale * Math.log1p(-generator.uniform64());
  }
}

/**
 * Fills `out` with ones of probability `p` and zeros, as `bernoulli_(p)` does.
 * Draws 64 bits per element, whatever its type.
 *
 * PyTorch's builds with Intel's MKL on Intel processors draw other numbers
 * here; these are the ones of all other builds and processors.
 */
export function fillBernoulli(
  out: TypedArray,
  generator: Generator,
  p: number,
): void {
  fillWith(out, () => generator.uniform64() < p ? 1 : 0);
}

/**
 * Fills `out` with ones and zeros, each one with a probability of its own, as
 * `bernoulli(probabilities)` does. Draws 32 bits per float32 probability and 64
 * per float64 probability.
 *
 * @throws {RangeError} If a probability is not in [0, 1].
 */
export function fillBernoulliFrom(
  out: TypedArray,
  generator: Generator,
  probabilities: FloatArray,
): void {
  for (const p of probabilities) {
    if (p >= 0 && p <= 1) continue;
    throw new RangeError(
      `Cannot draw Bernoulli numbers: expected a probability in [0, 1], got ${p}`,
    );
  }
  const single = probabilities instanceof Float32Array;
  fillWith(out, (i) => {
    const u = single ? generator.uniform32() : generator.uniform64();
    return u < probabilities[i]! ? 1 : 0;
  });
}
