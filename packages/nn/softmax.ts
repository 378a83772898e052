/** Functions along a dim, as modules. */

import { glu, type Tensor } from "@gradus/tensor";
import { Module } from "./module.ts";

/**
 * The first half along a dim times the sigmoid of the second (Dauphin et al.,
 * ICML 2017).
 */
export class GLU extends Module {
  /** The dim that is halved. */
  readonly dim: number;

  /** The function with these settings. */
  constructor(dim = -1) {
    super();
    this.dim = dim;
  }

  /** The function along {@linkcode dim}. */
  override forward(input: Tensor): Tensor {
    return glu(input, this.dim);
  }

  /** The settings as PyTorch prints them. */
  protected override extraRepr(): string {
    return `dim=${this.dim}`;
  }
}

/** `exp(x) / sum(exp(x))` along a dim. */
export class Softmax extends Module {
  /** Along which the results add up to 1. */
  readonly dim: number;

  /** The function with these settings. */
  constructor(dim: number) {
    super();
    this.dim = dim;
  }

  /** The function along {@linkcode dim}. */
  override forward(input: Tensor): Tensor {
    return input.softmax(this.dim);
  }

  /** The settings as PyTorch prints them. */
  protected override extraRepr(): string {
    return `dim=${this.dim}`;
  }
}

/** Softmax of `-x` along a dim. */
export class Softmin extends Module {
  /** Along which the results add up to 1. */
  readonly dim: number;

  /** The function with these settings. */
  constructor(dim: number) {
    super();
    this.dim = dim;
  }

  /** The function along {@linkcode dim}. */
  override forward(input: Tensor): Tensor {
    return input.neg().softmax(this.dim);
  }

  /** The settings as PyTorch prints them. */
  protected override extraRepr(): string {
    return `dim=${this.dim}`;
  }
}

/**
 * The logarithm of the softmax along a dim, accurate where the softmax is
 * tiny.
 */
export class LogSoftmax extends Module {
  /** Along which the exponentials of the results add up to 1. */
  readonly dim: number;

  /** The function with these settings. */
  constructor(dim: number) {
    super();
    this.dim = dim;
  }

  /** The function along {@linkcode dim}. */
  override forward(input: Tensor): Tensor {
    return input.logSoftmax(this.dim);
  }

  /** The settings as PyTorch prints them. */
  protected override extraRepr(): string {
    return `dim=${this.dim}`;
  }
}
