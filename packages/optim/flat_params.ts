/** Several parameters as one long vector. */

import { cat, type Tensor, zeros } from "@gradus/tensor";

/** Adds `factor * x` to `target` and leaves no garbage. */
export function addScaled(target: Tensor, x: Tensor, factor: number): void {
  const scaled = x.mul(factor);
  target.add_(scaled);
  scaled.dispose();
}

/** Parameters in order, seen as one vector. */
export class FlatParams {
  readonly #params: readonly Tensor[];

  /** The vector of all elements of `params`. */
  constructor(params: readonly Tensor[]) {
    this.#params = params;
  }

  /** A copy of the gradient, 0 for parameters without one. */
  grad(): Tensor {
    return cat(
      this.#params.map(({ grad, numel, dtype, device }) =>
        grad ? grad.reshape([-1]) : zeros([numel], { dtype, device })
      ),
    ).detach();
  }

  /** Moves the parameters by `t * direction`. */
  move(direction: Tensor, t: number): void {
    let at = 0;
    for (const param of this.#params) {
      const part = direction.narrow(0, at, param.numel);
      addScaled(param, part.view(param.shape), t);
      at += param.numel;
    }
  }

  /** Copies of the parameters. */
  copy(): Tensor[] {
    return this.#params.map((param) => param.detach().clone());
  }

  /** Puts `copies` back. */
  restore(copies: readonly Tensor[]): void {
    this.#params.forEach((param, i) => param.copy_(copies[i]!));
  }
}
