/** Activation functions without settings, as modules. */

import {
  hardsigmoid,
  hardswish,
  logSigmoid,
  mish,
  relu,
  relu6,
  selu,
  silu,
  softsign,
  tanhshrink,
  type Tensor,
} from "@gradus/tensor";
import { Module } from "./module.ts";

/**
 * `max(x, 0)`; derivative 0 at 0.
 *
 * @example
 * ```ts
 * import { ReLU } from "@gradus/nn";
 * import { tensor } from "@gradus/tensor";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(new ReLU().forward(tensor([-1.5, 2])).arraySync(), [0, 2]);
 * ```
 */
export class ReLU extends Module {
  /** The function of each element. */
  override forward(input: Tensor): Tensor {
    return relu(input);
  }
}

/** x limited to [0, 6]; derivative 0 at the bounds. */
export class ReLU6 extends Module {
  /** The function of each element. */
  override forward(input: Tensor): Tensor {
    return relu6(input);
  }
}

/**
 * `s x` where positive, `s a (exp(x) - 1)` elsewhere, with the `a` and `s`
 * that keep mean 0 and variance 1 (Klambauer et al., NeurIPS 2017).
 */
export class SELU extends Module {
  /** The function of each element. */
  override forward(input: Tensor): Tensor {
    return selu(input);
  }
}

/** `x sigmoid(x)`. */
export class SiLU extends Module {
  /** The function of each element. */
  override forward(input: Tensor): Tensor {
    return silu(input);
  }
}

/** `x tanh(softplus(x))` (Misra 2019). */
export class Mish extends Module {
  /** The function of each element. */
  override forward(input: Tensor): Tensor {
    return mish(input);
  }
}

/** `1 / (1 + exp(-x))`. */
export class Sigmoid extends Module {
  /** The function of each element. */
  override forward(input: Tensor): Tensor {
    return input.sigmoid();
  }
}

/** The hyperbolic tangent. */
export class Tanh extends Module {
  /** The function of each element. */
  override forward(input: Tensor): Tensor {
    return input.tanh();
  }
}

/** `log(sigmoid(x))` without overflow. */
export class LogSigmoid extends Module {
  /** The function of each element. */
  override forward(input: Tensor): Tensor {
    return logSigmoid(input);
  }
}

/** `x / 6 + 1/2` limited to [0, 1]; derivative 0 at the bounds. */
export class Hardsigmoid extends Module {
  /** The function of each element. */
  override forward(input: Tensor): Tensor {
    return hardsigmoid(input);
  }
}

/** `x hardsigmoid(x)`; derivative 0 at -3 and 1 at 3. */
export class Hardswish extends Module {
  /** The function of each element. */
  override forward(input: Tensor): Tensor {
    return hardswish(input);
  }
}

/** `x / (1 + |x|)`. */
export class Softsign extends Module {
  /** The function of each element. */
  override forward(input: Tensor): Tensor {
    return softsign(input);
  }
}

/** `x - tanh(x)`. */
export class Tanhshrink extends Module {
  /** The function of each element. */
  override forward(input: Tensor): Tensor {
    return tanhshrink(input);
  }
}
