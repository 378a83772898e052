import type { Closure, OptimizerLike } from "@gradus/optim";
import {
  closedUnitInterval,
  count,
  counter,
  countStep,
  oneOf,
} from "@gradus/optim/internal";
import { type Tensor, where, zerosLike } from "@gradus/tensor";
import { guard, uncaptured } from "@gradus/tensor/internal";
import { OptimizerWrapper, type WrapperKind } from "./wrapper.ts";
import type { Memory } from "./wrapper_state_dict.ts";

/** Hyper-parameters of {@linkcode Lookahead}. */
export interface LookaheadHyper {
  /** Steps of the optimizer from one step of the slow weights to the next; 5 if left out. */
  k: number;
  /** How far the slow weights go towards the fast ones, from 0 to 1; 0.8 if left out. */
  alpha: number;
  /**
   * What becomes of the optimizer's momentum (`momentumBuffer`, or else
   * `expAvg`) when the weights go back: `"none"`, the default, keeps it,
   * `"reset"` makes it 0, `"pullback"` takes it back as far as the weights.
   */
  pullbackMomentum: "none" | "reset" | "pullback";
}

/** Options of {@linkcode Lookahead}. */
export type LookaheadOptions = Partial<LookaheadHyper>;

const kind: WrapperKind<LookaheadHyper> = {
  name: "Lookahead",
  defaults: { k: 5, alpha: 0.8, pullbackMomentum: "none" },
  domains: {
    k: count,
    alpha: closedUnitInterval,
    pullbackMomentum: /* @__PURE__ */ oneOf("none", "reset", "pullback"),
  },
};

/**
 * Lookahead around any optimizer: after every k steps of that one, slow weights
 * go a part of the way to where it has come, and it goes on from there. That
 * keeps what most steps agree on and takes out where they swing.
 *
 * ```
 * θ = θ + step of the optimizer              k times
 * φ = φ + α (θ - φ)                          φ: slow weights
 * θ = φ
 * ```
 *
 * State dictionaries are those of the optimizer with `slow`, φ, and `slowStep`,
 * the number of steps, among the state of each parameter, and with
 * `"pullback"` also `slowMomentum`.
 *
 * Michael R. Zhang, James Lucas, Geoffrey Hinton and Jimmy Ba, "Lookahead
 * Optimizer: k steps forward, 1 step back", NeurIPS 2019, arXiv:1907.08610.
 *
 * Defaults are those of the authors' code (the paper's are k = 5 and α = 0.5),
 * which knows SGD's momentum alone, and saves no slow weights. It takes the
 * memory of the optimizer for its past momentum, so that `"pullback"` acts once
 * there; here that is a copy. Slow weights begin where the parameters are before
 * the first step.
 *
 * @example
 * ```ts
 * import { SGD } from "@gradus/optim";
 * import { Lookahead } from "@gradus/optim-extra";
 * import { tensor } from "@gradus/tensor";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const w = tensor([1], { dtype: "float64", requiresGrad: true });
 * const optimizer = new Lookahead(new SGD([w], { lr: 0.1 }), { k: 2, alpha: 0.5 });
 * for (let t = 1; t <= 2; t++) {
 *   optimizer.zeroGrad();
 *   w.square().sum().backward();
 *   optimizer.step();
 * }
 * assertAlmostEquals(w.itemSync(), 0.82, 1e-12); // half-way from 1 to 0.64
 * ```
 */
export class Lookahead extends OptimizerWrapper<LookaheadHyper> {
  /**
   * Lookahead around `optimizer`.
   *
   * @throws {TypeError} if an option is unknown or has the wrong type.
   * @throws {RangeError} if `k` is no whole number of at least 1, `alpha` is
   * outside of [0, 1], or the optimizer is in a Lookahead already.
   */
  constructor(optimizer: OptimizerLike, options: LookaheadOptions = {}) {
    super(kind, optimizer, options);
  }

  /** The slow weights to begin with. */
  protected override freshMemory(
    param: Tensor,
    { pullbackMomentum }: Readonly<LookaheadHyper>,
  ): Memory {
    return {
      slowStep: counter(),
      slow: param.detach().clone(),
      ...(pullbackMomentum === "pullback"
        ? { slowMomentum: zerosLike(param.detach()) }
        : {}),
    };
  }

  /** A step of the optimizer, and when it is time one of the slow weights. */
  protected override performStep(closure: Closure | undefined): unknown {
    // They begin where the parameters are before the first step.
    for (const param of this.params()) this.memory(param);
    const loss = closure ? this.optimizer.step(closure) : this.optimizer.step();
    this.run("synchronize", () => {
      for (const param of this.params()) this.#synchronize(param);
    });
    return loss;
  }

  #synchronize(param: Tensor): void {
    const memory = this.memory(param);
    const { slow } = memory;
    const alpha = this.number((hyper) => hyper.alpha);
    // A count in memory, as what is captured cannot count.
    const step = countStep({ step: memory.slowStep! });
    const due = step.remainder(this.number(({ k }) => k)).eq(0);
    slow!.copy_(where(due, slow!.lerp(param, alpha), slow!));
    param.copy_(where(due, slow!, param));
    const pullback = this.constant("pullbackMomentum");
    const momentum = this.#momentum(param);
    if (pullback === "none" || momentum === null) return;
    if (pullback === "reset") momentum.copy_(where(due, 0, momentum));
    else {
      const past = memory.slowMomentum ??= uncaptured(() =>
        zerosLike(momentum)
      );
      past.copy_(where(due, past.lerp(momentum, alpha), past));
      momentum.copy_(where(due, past, momentum));
    }
  }

  /** The momentum that the optimizer has for a parameter. */
  #momentum(param: Tensor): Tensor | null {
    const read = () => {
      const state = this.state.get(param);
      const found = state?.momentumBuffer ?? state?.expAvg ?? null;
      return found as Tensor | null;
    };
    const now = read();
    guard(() => read() === now);
    return now;
  }
}
