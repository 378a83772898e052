/** Activation functions with settings, as modules. */

import {
  celu,
  elu,
  gelu,
  hardshrink,
  hardtanh,
  leakyRelu,
  softplus,
  softshrink,
  type Tensor,
  threshold,
} from "@gradus/tensor";
import { checkOptions } from "@gradus/tensor/internal";
import { Module } from "./module.ts";
import { checkNumber } from "./module/check.ts";
import { showFloat, showNumber } from "./module/print.ts";

/**
 * x where positive, `negativeSlope * x` elsewhere; derivative `negativeSlope`
 * at 0.
 */
export class LeakyReLU extends Module {
  /** Factor of negative elements. */
  readonly negativeSlope: number;

  /**
   * The function with these settings.
   *
   * @throws {TypeError} if one is no number.
   */
  constructor(negativeSlope = 0.01) {
    super();
    checkNumber("make a LeakyReLU", "negativeSlope", negativeSlope);
    this.negativeSlope = negativeSlope;
  }

  /** The function of each element. */
  override forward(input: Tensor): Tensor {
    return leakyRelu(input, this.negativeSlope);
  }

  /** The settings as PyTorch prints them. */
  protected override extraRepr(): string {
    return `negative_slope=${showFloat(this.negativeSlope)}`;
  }
}

/**
 * x where positive, `alpha (exp(x) - 1)` elsewhere (Clevert et al., ICLR
 * 2016).
 */
export class ELU extends Module {
  /** Minus the limit for large negative elements. */
  readonly alpha: number;

  /**
   * The function with these settings.
   *
   * @throws {TypeError} if one is no number.
   */
  constructor(alpha = 1) {
    super();
    checkNumber("make an ELU", "alpha", alpha);
    this.alpha = alpha;
  }

  /** The function of each element. */
  override forward(input: Tensor): Tensor {
    return elu(input, this.alpha);
  }

  /** The settings as PyTorch prints them. */
  protected override extraRepr(): string {
    return `alpha=${showFloat(this.alpha)}`;
  }
}

/**
 * x where positive, `alpha (exp(x / alpha) - 1)` elsewhere (Barron 2017).
 */
export class CELU extends Module {
  /** Minus the limit for large negative elements. */
  readonly alpha: number;

  /**
   * The function with these settings.
   *
   * @throws {TypeError} if one is no number.
   */
  constructor(alpha = 1) {
    super();
    checkNumber("make a CELU", "alpha", alpha);
    this.alpha = alpha;
  }

  /** The function of each element. */
  override forward(input: Tensor): Tensor {
    return celu(input, this.alpha);
  }

  /** The settings as PyTorch prints them. */
  protected override extraRepr(): string {
    return `alpha=${showFloat(this.alpha)}`;
  }
}

/** x limited to [minVal, maxVal]; derivative 0 at the bounds. */
export class Hardtanh extends Module {
  /** Lower bound. */
  readonly minVal: number;
  /** Upper bound. */
  readonly maxVal: number;

  /**
   * The function with these settings.
   *
   * @throws {TypeError} if one is no number.
   */
  constructor(minVal = -1, maxVal = 1) {
    super();
    checkNumber("make a Hardtanh", "minVal", minVal);
    checkNumber("make a Hardtanh", "maxVal", maxVal);
    this.minVal = minVal;
    this.maxVal = maxVal;
  }

  /** The function of each element. */
  override forward(input: Tensor): Tensor {
    return hardtanh(input, this.minVal, this.maxVal);
  }

  /** The settings as PyTorch prints them. */
  protected override extraRepr(): string {
    return `min_val=${showFloat(this.minVal)}, max_val=${
      showFloat(this.maxVal)
    }`;
  }
}

/**
 * `log(1 + exp(beta x)) / beta`, x itself where `beta x` is above `threshold`.
 */
export class Softplus extends Module {
  /** Factor of the input. */
  readonly beta: number;
  /** Where the function becomes the identity. */
  readonly threshold: number;

  /**
   * The function with these settings.
   *
   * @throws {TypeError} if one is no number.
   */
  constructor(beta = 1, threshold = 20) {
    super();
    checkNumber("make a Softplus", "beta", beta);
    checkNumber("make a Softplus", "threshold", threshold);
    this.beta = beta;
    this.threshold = threshold;
  }

  /** The function of each element. */
  override forward(input: Tensor): Tensor {
    return softplus(input, this.beta, this.threshold);
  }

  /** The settings as PyTorch prints them. */
  protected override extraRepr(): string {
    return `beta=${showFloat(this.beta)}, threshold=${
      showFloat(this.threshold)
    }`;
  }
}

/** x moved towards 0 by `lambda`, 0 within. */
export class Softshrink extends Module {
  /** How far elements are moved. */
  readonly lambda: number;

  /**
   * The function with these settings.
   *
   * @throws {TypeError} if one is no number.
   */
  constructor(lambda = 0.5) {
    super();
    checkNumber("make a Softshrink", "lambda", lambda);
    this.lambda = lambda;
  }

  /** The function of each element. */
  override forward(input: Tensor): Tensor {
    return softshrink(input, this.lambda);
  }

  /** The settings as PyTorch prints them. */
  protected override extraRepr(): string {
    return `${showFloat(this.lambda)}`;
  }
}

/** x where its magnitude is above `lambda`, 0 elsewhere. */
export class Hardshrink extends Module {
  /** Up to where elements become 0. */
  readonly lambda: number;

  /**
   * The function with these settings.
   *
   * @throws {TypeError} if one is no number.
   */
  constructor(lambda = 0.5) {
    super();
    checkNumber("make a Hardshrink", "lambda", lambda);
    this.lambda = lambda;
  }

  /** The function of each element. */
  override forward(input: Tensor): Tensor {
    return hardshrink(input, this.lambda);
  }

  /** The settings as PyTorch prints them. */
  protected override extraRepr(): string {
    return `${showFloat(this.lambda)}`;
  }
}

/** x where it is above `threshold`, `value` elsewhere. */
export class Threshold extends Module {
  /** Up to where elements are replaced. */
  readonly threshold: number;
  /** What replaces them. */
  readonly value: number;

  /**
   * The function with these settings.
   *
   * @throws {TypeError} if one is no number.
   */
  constructor(threshold: number, value: number) {
    super();
    checkNumber("make a Threshold", "threshold", threshold);
    checkNumber("make a Threshold", "value", value);
    this.threshold = threshold;
    this.value = value;
  }

  /** The function of each element. */
  override forward(input: Tensor): Tensor {
    return threshold(input, this.threshold, this.value);
  }

  /** The settings as PyTorch prints them. */
  protected override extraRepr(): string {
    return `threshold=${showNumber(this.threshold)}, value=${
      showNumber(this.value)
    }`;
  }
}

/**
 * `x Phi(x)` with the normal distribution function, or its tanh approximation
 * (Hendrycks and Gimpel 2016).
 */
export class GELU extends Module {
  /** "none" for the exact function. */
  readonly approximate: "none" | "tanh";

  /**
   * The exact function, or its approximation with `{ approximate: "tanh" }`.
   *
   * @throws {TypeError} if an option is unknown.
   */
  constructor(options: { approximate?: "none" | "tanh" } = {}) {
    super();
    checkOptions("make a GELU", options, ["approximate"]);
    this.approximate = options.approximate ?? "none";
  }

  /** The function of each element. */
  override forward(input: Tensor): Tensor {
    return gelu(input, { approximate: this.approximate });
  }

  /** The settings as PyTorch prints them. */
  protected override extraRepr(): string {
    return `approximate='${this.approximate}'`;
  }
}
