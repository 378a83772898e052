/** Optimizers that look at the diagonal of the Hessian. */

import { grad as gradients } from "@gradus/autograd";
import {
  type Algorithm,
  AlgorithmOptimizer,
  type OptimizerStateDict,
  type OptionsOf,
  type Params,
  type ParamState,
} from "@gradus/optim";
import { checkDomains, count, type Domains } from "@gradus/optim/internal";
import { Generator, randint, Tensor, tensor } from "@gradus/tensor";
import { capture } from "@gradus/tensor/internal";
import { wholeNumber } from "./domains.ts";

/** Options of optimizers that estimate the diagonal of the Hessian, apart from hyper-parameters. */
export interface HutchinsonOptions {
  /** Seed of the generator that the signs are drawn from, a whole number; that of a new generator if left out. */
  seed?: number;
  /** How many vectors of signs an estimate is the mean of; 1 if left out. */
  numSamples?: number;
}

const domains: Domains<Required<HutchinsonOptions>> = {
  seed: wholeNumber,
  numSamples: count,
};

/** Where state dictionaries keep the generator. */
const stateKey = "hutchinson";

/**
 * An optimizer that hands its algorithm an estimate of the diagonal of the
 * Hessian H: the mean of `z * (H z)` over vectors z of random signs (Hutchinson
 * 1990; Bekas, Kokiopoulou and Saad 2007). `H z` is the gradient of the inner
 * product of the gradients with z, over the parameters of all groups together,
 * so gradients need a graph: `loss.backward(undefined, { createGraph: true })`. After the
 * step they have none, and the graph is gone.
 *
 * The signs come from a generator of its own, which state dictionaries hold.
 * With `differentiable`, gradients and estimates count as constants: what is left
 * are the derivatives by learning rates.
 */
export abstract class HutchinsonOptimizer<
  Hyper extends object,
  State extends ParamState & { step: Tensor },
> extends AlgorithmOptimizer<Hyper, State> {
  /** Gradients must have a graph. */
  static readonly needsGraph: boolean = true;
  /** Where the signs come from. */
  readonly generator: Generator;
  /** How many vectors of signs an estimate is the mean of. */
  readonly numSamples: number;

  /**
   * An optimizer of `params` by `algorithm`.
   *
   * @throws {TypeError} if an option is unknown or has the wrong type, {RangeError} if one is out of range.
   */
  constructor(
    algorithm: Algorithm<Hyper, State>,
    params: Params<Hyper>,
    options: OptionsOf<Hyper> & HutchinsonOptions = {},
  ) {
    const { seed, numSamples = 1, ...hyper } = options;
    super(algorithm, params, hyper as OptionsOf<Hyper>);
    checkDomains(algorithm.name, domains, { seed: seed ?? 0, numSamples });
    this.generator = new Generator();
    if (seed !== undefined) this.generator.manualSeed(seed);
    this.numSamples = numSamples;
  }

  /** After how many steps of a parameter of `group` its estimate is made anew. */
  protected abstract periodOf(group: Readonly<Hyper>): number;

  /** Estimates for all parameters that have gradients, if this step needs one. */
  protected override curvatures(): ReadonlyMap<Tensor, Tensor> {
    const params = new Set<Tensor>();
    let due = false;
    for (const group of this.paramGroups) {
      const period = this.periodOf(group);
      for (const param of group.params) {
        if (param.grad === null) continue;
        params.add(param);
        due ||= this.#isDue(param, period);
      }
    }
    const found = due ? this.#estimate([...params]) : new Map();
    // What has served its purpose would be kept alive by the gradients.
    for (const param of params) {
      if (param.grad!.requiresGrad) param.grad = param.grad!.detach();
    }
    return found;
  }

  /** Whether the number of past steps of a parameter is a multiple of `period`. */
  #isDue(param: Tensor, period: number): boolean {
    if (period === 1) return true;
    capture.recorder?.fallBack(
      `${this.algorithm.name} looks at the Hessian in one of ${period} steps`,
    );
    const step = this.state.get(param)?.step as Tensor | undefined;
    // Counters are on the CPU wherever parameters are.
    return step === undefined || step.itemSync() % period === 0;
  }

  /** Means of `z * (H z)`. */
  #estimate(params: readonly Tensor[]): Map<Tensor, Tensor> {
    const grads = params.map((param) => param.grad!);
    grads.forEach((grad, i) => {
      if (grad.requiresGrad) return;
      throw new Error(
        `Cannot step ${this.algorithm.name} as the gradient of parameter ${i} has no graph: compute gradients with backward(undefined, { createGraph: true })`,
      );
    });
    let sums: Tensor[] | undefined;
    for (let sample = 1; sample <= this.numSamples; sample++) {
      const signs = params.map((param) => this.#signs(param));
      const products = gradients(grads, params, {
        gradOutputs: signs,
        retainGraph: sample < this.numSamples,
        materializeGrads: true,
      });
      const terms = signs.map((z, i) => z.mul(products[i]!));
      sums = sums?.map((sum, i) => sum.add(terms[i]!)) ?? terms;
    }
    return new Map(params.map((param, i) => {
      const sum = sums![i]!;
      return [param, this.numSamples > 1 ? sum.div(this.numSamples) : sum];
    }));
  }

  #signs({ shape, dtype, device }: Tensor): Tensor {
    const { generator } = this;
    return randint(0, 2, shape, { generator, dtype, device }).mul(2).sub(1);
  }

  /** What other optimizers' hold, and under `state.hutchinson` the state of the generator. */
  override stateDict(): OptimizerStateDict {
    const dict = super.stateDict();
    const generator = tensor(this.generator.getState(), { dtype: "uint8" });
    return { ...dict, state: { ...dict.state, [stateKey]: { generator } } };
  }

  /**
   * Takes over what {@linkcode HutchinsonOptimizer.stateDict} gave. The
   * generator stays as it is if `dict` holds none.
   *
   * @throws {TypeError} if `dict` has another form, or state that does not fit.
   * @throws {RangeError} if numbers of groups or parameters differ, or a saved
   * hyper-parameter is not valid. Nothing changes then.
   */
  override loadStateDict(dict: OptimizerStateDict): void {
    const saved = dict?.state?.[stateKey]?.generator;
    const next = saved === undefined ? null : new Generator();
    if (next) {
      if (!(saved instanceof Tensor) || saved.dtype !== "uint8") {
        throw new TypeError(
          `Cannot load a state dictionary into ${this.algorithm.name}: expected state.${stateKey}.generator to be a uint8 tensor`,
        );
      }
      next.setState(saved.dataSync() as Uint8Array);
    }
    super.loadStateDict(dict);
    if (next) this.generator.setState(next.getState());
  }
}
