import type { Closure, OptimizerLike } from "@gradus/optim";
import {
  atLeastZero,
  closedUnitInterval,
  count,
  counter,
  countStep,
  flag,
  oneMinus,
  oneOf,
} from "@gradus/optim/internal";
import { type Tensor, where, zeros, zerosLike } from "@gradus/tensor";
import { orNull } from "./domains.ts";
import { OptimizerWrapper, type WrapperKind } from "./wrapper.ts";
import type { Memory } from "./wrapper_state_dict.ts";

/** Hyper-parameters of {@linkcode Grokfast}. */
export interface GrokfastHyper {
  /** What slow gradients are: a running average, `"ema"`, the default, or the average of a window, `"ma"`. It counts when the state is made. */
  filter: "ema" | "ma";
  /** Decay rate of the running average, from 0 to 1; 0.98 if left out. */
  alpha: number;
  /** Factor of slow gradients, λ; null, the default, stands for 2 with `"ema"` and 5 with `"ma"`. */
  lamb: number | null;
  /** Gradients in the window; 100 if left out. All are kept, so it takes that many times the memory of the parameters. It counts when the state is made. */
  windowSize: number;
  /** Whether those in the window are averaged or added up; `"mean"` if left out. */
  filterType: "mean" | "sum";
  /** Adds nothing until the window is full; true if left out. */
  warmup: boolean;
}

/** Options of {@linkcode Grokfast}. */
export type GrokfastOptions = Partial<GrokfastHyper>;

const kind: WrapperKind<GrokfastHyper> = {
  name: "Grokfast",
  defaults: {
    filter: "ema",
    alpha: 0.98,
    lamb: null,
    windowSize: 100,
    filterType: "mean",
    warmup: true,
  },
  domains: {
    filter: /* @__PURE__ */ oneOf("ema", "ma"),
    alpha: closedUnitInterval,
    lamb: /* @__PURE__ */ orNull(atLeastZero),
    windowSize: count,
    filterType: /* @__PURE__ */ oneOf("mean", "sum"),
    warmup: flag,
  },
};

/**
 * Grokfast around any optimizer: it amplifies the slow part of gradients, which
 * is what makes networks generalize long after they have fitted their training
 * data, so that this comes sooner.
 *
 * ```
 * μ = α μ + (1 - α) g                        "ema"; μ = g in the first step
 * μ = mean of the last windowSize g          "ma"; 0 until there are so many, with warmup
 * θ = step of the optimizer with the gradient g + λ μ
 * ```
 *
 * The gradients that a step leaves are g. State dictionaries are those of the
 * optimizer with `grokStep` and `grokEma` or `grokWindow` among the state of
 * each parameter. With a closure, the closure is called once.
 *
 * Jaerin Lee, Bong Gyun Kang, Kihoon Kim and Kyoung Mu Lee, "Grokfast:
 * Accelerated Grokking by Amplifying Slow Gradients", 2024, arXiv:2405.20233.
 *
 * Defaults are those of the authors' code, which changes the gradients
 * themselves.
 *
 * @example
 * ```ts
 * import { SGD } from "@gradus/optim";
 * import { Grokfast } from "@gradus/optim-extra";
 * import { tensor } from "@gradus/tensor";
 * import { assertEquals } from "@std/assert";
 *
 * const w = tensor([1], { dtype: "float64", requiresGrad: true });
 * const optimizer = new Grokfast(new SGD([w], { lr: 0.25 }), { lamb: 1 });
 * w.square().div(2).sum().backward();
 * optimizer.step(); // the gradient counts twice
 * assertEquals(w.arraySync(), [0.5]);
 * ```
 */
export class Grokfast extends OptimizerWrapper<GrokfastHyper> {
  /**
   * Grokfast around `optimizer`.
   *
   * @throws {TypeError} if an option is unknown or has the wrong type.
   * @throws {RangeError} if `alpha` is outside of [0, 1], `lamb` below 0,
   * `windowSize` no whole number of at least 1, or the optimizer is in a Grokfast already.
   */
  constructor(optimizer: OptimizerLike, options: GrokfastOptions = {}) {
    super(kind, optimizer, options);
  }

  /** No gradients so far. */
  protected override freshMemory(
    param: Tensor,
    { filter, windowSize }: Readonly<GrokfastHyper>,
  ): Memory {
    const { shape, dtype, device } = param;
    return {
      grokStep: counter(),
      ...(filter === "ema"
        ? { grokEma: zerosLike(param.detach()) }
        : { grokWindow: zeros([windowSize, ...shape], { dtype, device }) }),
    };
  }

  /** A step of the optimizer with amplified gradients. */
  protected override performStep(closure: Closure | undefined): unknown {
    const loss = closure && this.evaluate(closure);
    this.stepAlong(() => {
      for (const param of this.withGradients()) {
        const amplified = this.#amplified(param, param.grad!);
        this.buffer("direction", param).copy_(amplified);
      }
    });
    return loss;
  }

  #amplified(param: Tensor, grad: Tensor): Tensor {
    const memory = this.memory(param);
    const { grokEma, grokWindow } = memory;
    const step = countStep({ step: memory.grokStep! });
    const usual = grokEma ? 2 : 5;
    const lamb = this.number(({ lamb }) => lamb ?? usual);
    if (grokEma) {
      const alpha = this.number(({ alpha }) => alpha);
      const weight = where(step.eq(1), 1, oneMinus(alpha));
      grokEma.lerp_(grad, weight);
      return grad.add(grokEma.mul(lamb));
    }
    const size = grokWindow!.shape[0]!;
    const slot = step.sub(1).remainder(size).to("int32").view(1)
      .to(grad.device);
    grokWindow!.setAt([slot], grad.unsqueeze(0));
    const sum = grokWindow!.sum(0);
    const part = this.constant("filterType") === "mean"
      ? lamb.div(step.minimum(size))
      : lamb;
    const factor = this.constant("warmup")
      ? where(step.ge(size), part, 0)
      : part;
    return grad.add(sum.mul(factor));
  }
}
