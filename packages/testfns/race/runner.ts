/** Running an optimizer on a problem, many times and fast. */

import { noGrad } from "@gradus/autograd";
import type { OptimizerLike } from "@gradus/optim";
import { compile, type Compiled, type Tensor, tensor } from "@gradus/tensor";
import { describe } from "@gradus/tensor/internal";
import type { ParamType, Problem } from "../problems/problem.ts";
import { needsGraph } from "../resolve_optimizer.ts";
import type { Entry } from "./competitor.ts";
import type { RaceConfig } from "./config.ts";

/** What a run came to: the value at the start and after each step, and what it had cost until then. */
export interface Curve {
  readonly values: ArrayLike<number>;
  readonly evaluations: ArrayLike<number>;
}

/** Runs one optimizer on one problem. */
export interface Runner {
  /** A run from the start that `seed` chooses. */
  run(seed: number, config: RaceConfig): Curve;
}

/** How runs are made. */
export interface RunSettings {
  /** Evaluations of loss and gradient that a run may have. A step that needs more than are left does not count. */
  readonly budget: number;
  /** Type of the parameters. */
  readonly dtype: ParamType;
}

/** The value that counts, apart from noise. */
export function valueOf(
  problem: Problem,
  params: readonly Tensor[],
  step: Tensor,
): Tensor {
  return problem.evaluate?.(params) ?? problem.loss(params, step);
}

/** A count of steps in memory. */
export function counter(): Tensor {
  return tensor(0, { dtype: "int64" });
}

/**
 * Makes the optimizer of an entry.
 *
 * @throws {TypeError} if what comes out is none.
 */
export function makeOptimizer(
  { name, source, options }: Entry,
  params: Tensor[],
  config: RaceConfig,
): OptimizerLike {
  const all = { ...options, ...config };
  const made: unknown = source.kind === "class"
    ? new source.make(params, all as never)
    : source.kind === "factory"
    ? source.make(params, all)
    : null;
  const { step, paramGroups } = Object(made) as Partial<OptimizerLike>;
  if (typeof step === "function" && Array.isArray(paramGroups)) {
    return made as OptimizerLike;
  }
  throw new TypeError(
    `Cannot race ${name}: expected an optimizer to be made, got ${
      describe(made)
    }`,
  );
}

/** Runs an optimizer as it is, step by step. Loss and gradient are compiled once for all runs. */
export class SteppingRunner implements Runner {
  readonly #entry: Entry;
  readonly #problem: Problem;
  readonly #settings: RunSettings;
  readonly #params: Tensor[];
  readonly #count: Tensor = counter();
  readonly #evaluate: Compiled<[], Tensor>;
  readonly #look: Compiled<[], Tensor>;

  /** A runner of an optimizer on a problem. */
  constructor(entry: Entry, problem: Problem, settings: RunSettings) {
    this.#entry = entry;
    this.#problem = problem;
    this.#settings = settings;
    this.#params = problem.params(0, settings.dtype);
    this.#evaluate = compile(() => this.#lossAndGradients(false));
    this.#look = compile(() => valueOf(problem, this.#params, this.#count));
  }

  run(seed: number, config: RaceConfig): Curve {
    const { budget, dtype } = this.#settings;
    const params = this.#params;
    noGrad(() => {
      this.#count.fill_(0);
      const start = this.#problem.params(seed, dtype);
      params.forEach((param, i) => param.copy_(start[i]!));
    });
    const optimizer = makeOptimizer(this.#entry, params, config);
    const createGraph = needsGraph(optimizer);
    const values: number[] = [], evaluations: number[] = [];
    let calls = 0;
    const look = () => {
      evaluations.push(calls);
      values.push(atRest(optimizer, () => noGrad(this.#look).itemSync()));
    };
    look();
    while (calls < budget) {
      const before = calls;
      optimizer.step(() => {
        calls++;
        if (!createGraph) return this.#evaluate();
        const loss = this.#lossAndGradients(true);
        // Each product with the Hessian goes through the gradients once, and costs about as much as another gradient.
        const grads = params.map(({ grad }) => grad);
        grads.find((grad) => grad?.requiresGrad)
          ?.registerHook(() => void calls++);
        return loss;
      });
      // A graph of gradients holds on to the parameters.
      for (const param of params) param.grad = null;
      if (calls === before) {
        throw new Error(
          `Cannot race ${this.#entry.name}: expected a step to call its closure, got a step without evaluation`,
        );
      }
      this.#count.add_(1);
      if (calls <= budget) look();
    }
    return { values, evaluations };
  }

  #lossAndGradients(createGraph: boolean): Tensor {
    for (const param of this.#params) param.grad = null;
    const loss = this.#problem.loss(this.#params, this.#count);
    loss.backward(undefined, { createGraph });
    return loss.detach();
  }
}

/** What `look` sees where an optimizer keeps other parameters for training than for use. */
function atRest<T>(optimizer: object, look: () => T): T {
  const { eval: rest, train } = optimizer as Partial<
    Record<"eval" | "train", () => unknown>
  >;
  if (typeof rest !== "function" || typeof train !== "function") return look();
  rest.call(optimizer);
  const result = look();
  train.call(optimizer);
  return result;
}
