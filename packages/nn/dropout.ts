/** Dropout. */

import type { Tensor } from "@gradus/tensor";
import { checkOptions } from "@gradus/tensor/internal";
import { Module } from "./module.ts";
import { checkNumber } from "./module/check.ts";
import { emptyAs } from "./module/empty_as.ts";
import { showFloat } from "./module/print.ts";

/** Options of {@linkcode dropout}. */
export interface DropoutOptions {
  /** Whether to drop elements or to return the input; true if left out. */
  training?: boolean;
}

function checkProbability(p: number): void {
  checkNumber("drop elements", "p", p);
  if (p >= 0 && p <= 1) return;
  throw new RangeError(
    `Cannot drop elements: expected a probability in [0, 1], got ${p}`,
  );
}

/**
 * Sets each element to 0 with probability `p` and scales the others by
 * `1 / (1 - p)`, which keeps the mean (Srivastava et al., JMLR 2014). The
 * elements dropped are those that PyTorch drops after the same seed.
 *
 * @throws {RangeError} if `p` is not in [0, 1].
 * @throws {TypeError} if it is no number, or an option is unknown.
 *
 * @example
 * ```ts
 * import { dropout } from "@gradus/nn";
 * import { manualSeed, ones } from "@gradus/tensor";
 * import { assertEquals } from "@std/assert";
 *
 * manualSeed(0);
 * assertEquals(dropout(ones([4]), 0.5).arraySync(), [0, 0, 2, 0]);
 * ```
 */
export function dropout(
  input: Tensor,
  p = 0.5,
  options: DropoutOptions = {},
): Tensor {
  checkProbability(p);
  checkOptions("drop elements", options, ["training"]);
  if (!(options.training ?? true) || p === 0 || input.numel === 0) return input;
  if (p === 1) return input.mul(0);
  return input.mul(emptyAs(input).bernoulli_(1 - p).div_(1 - p));
}

/**
 * Drops elements while the module is training, see {@linkcode dropout}; passes
 * its input on otherwise.
 *
 * @example
 * ```ts
 * import { Dropout } from "@gradus/nn";
 * import { ones } from "@gradus/tensor";
 * import { assertEquals } from "@std/assert";
 *
 * const layer = new Dropout(0.2);
 * assertEquals(String(layer), "Dropout(p=0.2, inplace=False)");
 * assertEquals(layer.eval().forward(ones([2])).arraySync(), [1, 1]);
 * ```
 */
export class Dropout extends Module {
  /** Probability that an element is dropped. */
  p: number;

  /**
   * Drops elements with probability `p`.
   *
   * @throws {RangeError} if `p` is not in [0, 1].
   * @throws {TypeError} if it is no number.
   */
  constructor(p = 0.5) {
    super();
    checkProbability(p);
    this.p = p;
  }

  /** `input` with elements dropped while training. */
  override forward(input: Tensor): Tensor {
    return dropout(input, this.p, { training: this.training });
  }

  /** The settings as PyTorch prints them. */
  protected override extraRepr(): string {
    return `p=${showFloat(this.p)}, inplace=False`;
  }
}
