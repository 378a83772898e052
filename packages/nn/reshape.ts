/** Layers that pass elements on, in another shape perhaps. */

import type { Tensor } from "@gradus/tensor";
import { Module } from "./module.ts";
import { showTuple } from "./module/print.ts";

/** Passes its input on. */
export class Identity extends Module {
  /** `input` */
  override forward(input: Tensor): Tensor {
    return input;
  }
}

/**
 * Joins dims, all but the first if left out.
 *
 * @example
 * ```ts
 * import { Flatten } from "@gradus/nn";
 * import { zeros } from "@gradus/tensor";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(new Flatten().forward(zeros([5, 2, 3])).shape, [5, 6]);
 * ```
 */
export class Flatten extends Module {
  /** First dim to join. */
  readonly startDim: number;
  /** Last dim to join. */
  readonly endDim: number;

  /** Joins dims `startDim` to `endDim`. */
  constructor(startDim = 1, endDim = -1) {
    super();
    this.startDim = startDim;
    this.endDim = endDim;
  }

  /** `input` with the dims joined. */
  override forward(input: Tensor): Tensor {
    return input.flatten(this.startDim, this.endDim);
  }

  /** The settings as PyTorch prints them. */
  protected override extraRepr(): string {
    return `start_dim=${this.startDim}, end_dim=${this.endDim}`;
  }
}

/**
 * Splits a dim into several.
 *
 * @example
 * ```ts
 * import { Unflatten } from "@gradus/nn";
 * import { zeros } from "@gradus/tensor";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(new Unflatten(1, [2, 3]).forward(zeros([5, 6])).shape, [5, 2, 3]);
 * ```
 */
export class Unflatten extends Module {
  /** The dim to split. */
  readonly dim: number;
  /** Sizes of the dims that replace it; one may be -1. */
  readonly unflattenedSize: readonly number[];

  /** Splits `dim` into dims of the given sizes. */
  constructor(dim: number, unflattenedSize: readonly number[]) {
    super();
    this.dim = dim;
    this.unflattenedSize = [...unflattenedSize];
  }

  /** `input` with the dim split. */
  override forward(input: Tensor): Tensor {
    return input.unflatten(this.dim, this.unflattenedSize);
  }

  /** The settings as PyTorch prints them. */
  protected override extraRepr(): string {
    return `dim=${this.dim}, unflattened_size=${
      showTuple(this.unflattenedSize)
    }`;
  }
}
