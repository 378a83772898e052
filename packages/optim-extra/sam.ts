import type { Closure, OptimizerLike } from "@gradus/optim";
import { atLeastZero, flag, numberOf } from "@gradus/optim/internal";
import type { Tensor } from "@gradus/tensor";
import { checkOptions, guard } from "@gradus/tensor/internal";
import { OptimizerWrapper, type WrapperKind } from "./wrapper.ts";

/** Hyper-parameters of {@linkcode SAM}. */
export interface SAMHyper {
  /** How far up the second point is, ρ; 0.05 if left out. */
  rho: number;
  /** Measures in units of each element's size; false if left out. */
  adaptive: boolean;
}

/** Options of {@linkcode SAM}. */
export type SAMOptions = Partial<SAMHyper>;

/** Options of {@linkcode TwoPoints.firstStep} and {@linkcode TwoPoints.secondStep}. */
export interface SAMStepOptions {
  /** Forgets the gradients at the end; false if left out. */
  zeroGrad?: boolean;
}

const kind: WrapperKind<SAMHyper> = {
  name: "SAM",
  defaults: { rho: 0.05, adaptive: false },
  domains: { rho: atLeastZero, adaptive: flag },
};

/** The norm of all elements of some tensors together. */
export function normOf(tensors: readonly Tensor[]): Tensor {
  return tensors
    .map((t) => numberOf(t.square().sum()))
    .reduce((a, b) => a.add(b)).sqrt();
}

/** What computes gradients at two points. */
export abstract class TwoPoints<Hyper extends SAMHyper>
  extends OptimizerWrapper<Hyper> {
  /** The parameters that are not where they belong. */
  #away: readonly Tensor[] | null = null;

  /** Both halves. */
  protected override performStep(closure: Closure | undefined): unknown {
    if (closure === undefined) {
      throw new TypeError(
        `Cannot step ${this.constructor.name} without a closure: it computes gradients at two points; or call firstStep() and secondStep()`,
      );
    }
    const loss = this.evaluate(closure);
    this.firstStep();
    try {
      this.evaluate(closure);
    } catch (error) {
      this.#goBack();
      throw error;
    }
    this.secondStep();
    return loss;
  }

  /**
   * Goes up by the gradients that the parameters have.
   *
   * @throws {Error} if {@linkcode TwoPoints.secondStep} has not been called since the last time.
   */
  firstStep(options: SAMStepOptions = {}): void {
    const { zeroGrad = false } = this.#options("take a first step", options);
    if (this.#away !== null) {
      throw new Error(
        `Cannot take the first half of a step of ${this.constructor.name} twice: call secondStep() after it`,
      );
    }
    const away = this.params().filter(({ grad }) => grad !== null);
    this.run("up", () => this.goUp(this.withGradients()));
    this.#away = away;
    if (zeroGrad) this.zeroGrad();
  }

  /**
   * Goes back, and steps the optimizer with the gradients that the parameters
   * have now.
   *
   * @throws {Error} if {@linkcode TwoPoints.firstStep} has not been called before.
   */
  secondStep(options: SAMStepOptions = {}): void {
    const { zeroGrad = false } = this.#options("take a second step", options);
    if (this.#away === null) {
      throw new Error(
        `Cannot take the second half of a step of ${this.constructor.name}: call firstStep() before it`,
      );
    }
    this.#goBack();
    this.stepDown();
    if (zeroGrad) this.zeroGrad();
  }

  #options(action: string, options: SAMStepOptions): SAMStepOptions {
    checkOptions(action, options, ["zeroGrad"]);
    return options;
  }

  /** Remembers where parameters are and moves them up. */
  protected goUp(params: readonly Tensor[]): void {
    if (params.length === 0) return;
    const adaptive = this.constant("adaptive");
    const norm = normOf(
      params.map((p) => adaptive ? p.abs().mul(p.grad!) : p.grad!),
    );
    const scale = this.number(({ rho }) => rho).div(norm.add(1e-12));
    for (const param of params) {
      this.buffer("place", param).copy_(param);
      const direction = adaptive
        ? param.square().mul(param.grad!)
        : param.grad!;
      param.add_(direction.mul(scale));
    }
  }

  #goBack(): void {
    this.run("back", () => {
      const away = this.#away ?? [];
      // Where both halves are captured together, nothing is away at the start.
      guard(() =>
        this.#away === null || this.#away.length === away.length &&
          this.#away.every((param, i) => param === away[i])
      );
      for (const param of away) param.copy_(this.buffer("place", param));
    });
    this.#away = null;
  }

  /** Steps the optimizer. */
  protected stepDown(): void {
    this.optimizer.step();
  }
}

/**
 * Sharpness-aware minimization around any optimizer: it computes gradients not
 * where the parameters are but where the loss is about the highest within a
 * radius of ρ, and so finds flat minima. That takes two gradients a step.
 *
 * ```
 * g = gradient at θ
 * e = ρ g / |g|                              adaptive: e = ρ θ² g / |θ g|
 * θ = step of the optimizer from θ with the gradient at θ + e
 * ```
 *
 * Norms go over all parameters of all groups. `step` takes a closure, calls it
 * twice, and returns the first loss; or do it yourself, with `firstStep` and
 * `secondStep` after each of two calls of `backward()`. It remembers nothing
 * between steps. The gradients that a step leaves are those of the second point.
 *
 * Pierre Foret, Ariel Kleiner, Hossein Mobahi and Behnam Neyshabur,
 * "Sharpness-Aware Minimization for Efficiently Improving Generalization", ICLR
 * 2021, arXiv:2010.01412. Adaptive: Jungmin Kwon, Jeongseop Kim, Hyunseo Park
 * and In Kwon Choi, "ASAM", ICML 2021, arXiv:2102.11600.
 *
 * Equations and names of the two half-steps are those of the widely used code
 * by David Samuel, where `step` expects the first gradient to be there already;
 * Kwon et al. add a little to |θ|. Parameters return to exactly where they were.
 *
 * @example
 * ```ts
 * import { SGD } from "@gradus/optim";
 * import { SAM } from "@gradus/optim-extra";
 * import { tensor } from "@gradus/tensor";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const w = tensor([3, -4], { dtype: "float64", requiresGrad: true });
 * const optimizer = new SAM(new SGD([w], { lr: 0.25 }), { rho: 1 });
 * const loss = optimizer.step(() => {
 *   optimizer.zeroGrad();
 *   const loss = w.square().sum();
 *   loss.backward();
 *   return loss;
 * });
 * assertAlmostEquals(loss.itemSync(), 25, 1e-12);
 * // The gradient is that at [3.6, -4.8].
 * assertAlmostEquals(w.at(0).itemSync(), 3 - 0.25 * 7.2, 1e-9);
 * ```
 */
export class SAM extends TwoPoints<SAMHyper> {
  /**
   * SAM around `optimizer`.
   *
   * @throws {TypeError} if an option is unknown or has the wrong type.
   * @throws {RangeError} if `rho` is below 0, or the optimizer is in a SAM already.
   */
  constructor(optimizer: OptimizerLike, options: SAMOptions = {}) {
    super(kind, optimizer, options);
  }
}
