import type { OptimizerLike } from "@gradus/optim";
import { atLeastZero, flag, numberOf } from "@gradus/optim/internal";
import type { Tensor } from "@gradus/tensor";
import { normOf, type SAMHyper, TwoPoints } from "./sam.ts";
import type { WrapperKind } from "./wrapper.ts";

/** Hyper-parameters of {@linkcode GSAM}. */
export interface GSAMHyper extends SAMHyper {
  /** How much of the rise towards the second point is taken out, α; 0.4 if left out. */
  alpha: number;
}

/** Options of {@linkcode GSAM}. */
export type GSAMOptions = Partial<GSAMHyper>;

const kind: WrapperKind<GSAMHyper> = {
  name: "GSAM",
  defaults: { rho: 0.05, adaptive: false, alpha: 0.4 },
  domains: { rho: atLeastZero, adaptive: flag, alpha: atLeastZero },
};

/**
 * Surrogate-gap guided sharpness-aware minimization around any optimizer:
 * {@linkcode SAM} that also makes the gap smaller between the loss at its
 * second point and that at the parameters.
 *
 * ```
 * g = gradient at θ, h = gradient at θ + e   e as in SAM
 * v = g - |g| cos(g, h) h / |h|              what g has at right angles to h
 * θ = step of the optimizer from θ with the gradient h - α v
 * ```
 *
 * Norms and cosine go over all parameters of all groups. It remembers nothing
 * between steps. The gradients that a step leaves are h. For a ρ that follows
 * the learning rate, as in the paper, set `hyper.rho` before each step.
 *
 * Juntang Zhuang, Boqing Gong, Liangzhe Yuan, Yin Cui, Hartwig Adam, Nicha
 * Dvornek, Sekhar Tatikonda, James Duncan and Ting Liu, "Surrogate Gap
 * Minimization Improves Sharpness-Aware Training", ICLR 2022, arXiv:2203.08065.
 *
 * The equations are those of the authors' code.
 *
 * @example
 * ```ts
 * import { SGD } from "@gradus/optim";
 * import { GSAM } from "@gradus/optim-extra";
 * import { tensor } from "@gradus/tensor";
 * import { assert } from "@std/assert";
 *
 * const w = tensor([1, -2], { dtype: "float64", requiresGrad: true });
 * const scales = tensor([1, 5], { dtype: "float64" });
 * const optimizer = new GSAM(new SGD([w], { lr: 0.1 }), { rho: 0.01 });
 * for (let t = 1; t <= 50; t++) {
 *   optimizer.step(() => {
 *     optimizer.zeroGrad();
 *     const loss = w.square().mul(scales).sum();
 *     loss.backward();
 *     return loss;
 *   });
 * }
 * assert(w.abs().max().itemSync() < 0.05);
 * ```
 */
export class GSAM extends TwoPoints<GSAMHyper> {
  /**
   * GSAM around `optimizer`.
   *
   * @throws {TypeError} if an option is unknown or has the wrong type.
   * @throws {RangeError} if `rho` or `alpha` is below 0, or the optimizer is in a GSAM already.
   */
  constructor(optimizer: OptimizerLike, options: GSAMOptions = {}) {
    super(kind, optimizer, options);
  }

  /** Remembers where parameters are, and their gradients, and moves them up. */
  protected override goUp(params: readonly Tensor[]): void {
    for (const param of params) this.buffer("first", param).copy_(param.grad!);
    super.goUp(params);
  }

  /** Steps the optimizer with the gradients less a part of what was at right angles to them. */
  protected override stepDown(): void {
    this.stepAlong(() => this.#turn());
  }

  #turn(): void {
    const params = this.withGradients();
    if (params.length === 0) return;
    const gs = params.map((param) => this.buffer("first", param));
    const hs = params.map(({ grad }) => grad!);
    const product = gs.map((g, i) => numberOf(g.mul(hs[i]!).sum()))
      .reduce((a, b) => a.add(b));
    const [g, h] = [normOf(gs), normOf(hs)];
    const cosine = product.div(g.mul(h).add(1e-12));
    const along = cosine.mul(g).div(h.add(1e-12));
    const alpha = this.number((hyper) => hyper.alpha);
    params.forEach((param, i) => {
      const across = gs[i]!.sub(hs[i]!.mul(along));
      const direction = hs[i]!.sub(across.mul(alpha));
      this.buffer("direction", param).copy_(direction);
    });
  }
}
