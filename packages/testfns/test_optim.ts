/** Running an optimizer on a test function and keeping what it did. */

import { noGrad } from "@gradus/autograd";
import type { Optimizer } from "@gradus/optim";
import { type DType, stack, Tensor, tensor, zerosLike } from "@gradus/tensor";
import { checkOptions, describe, showShape } from "@gradus/tensor/internal";
import { type Problem, resolveProblem } from "./resolve.ts";
import { evaluateGrid, type TestFunction } from "./test_function.ts";
import type { Domain, Trace } from "./trace.ts";

/** A class of optimizers. */
export interface OptimizerClass {
  /** Its name, for the trace. */
  readonly name: string;
  /** Makes an optimizer of `params`. */
  new (params: Tensor[], options: never): Optimizer;
}

/** Options of {@linkcode testOptim}. */
export interface TestOptimOptions {
  /** What to minimise: a test function, or a function alone with `start` and `domain` beside it. */
  fn: TestFunction | ((...x: Tensor[]) => Tensor);
  /** Where to start; the function's own start if left out. */
  start?: readonly number[];
  /** The rectangle that pictures show; the function's own if left out. */
  domain?: Domain;
  /** Number of steps; 200 if left out. */
  steps?: number;
  /** Options of the optimizer. */
  options?: Record<string, unknown>;
  /** Type of the parameters; float32, as in torchopt, if left out. */
  dtype?: DType;
  /** Points per axis of the background grid that goes into the trace; 100, and none if 0. */
  bgXyBreaks?: number;
}

const optionNames: readonly (keyof TestOptimOptions)[] = [
  "fn",
  "start",
  "domain",
  "steps",
  "options",
  "dtype",
  "bgXyBreaks",
];

/**
 * Runs an optimizer on a test function. Each coordinate is a parameter of its
 * own. Every optimizer gets a closure, so that those that evaluate the
 * function several times per step, such as L-BFGS, need nothing special; the
 * trace counts the evaluations.
 *
 * @throws {RangeError} if an option is out of range.
 * @throws {TypeError} if `fn` is no test function, does not take one tensor per
 * coordinate or does not return a tensor of one element, or an option is
 * unknown or has the wrong type.
 *
 * @example
 * ```ts
 * import { flower, testOptim } from "@gradus/testfns";
 * import { AdamW } from "@gradus/optim";
 * import { assert } from "@std/assert";
 *
 * const trace = await testOptim(AdamW, { fn: flower, steps: 200, options: { lr: 0.1 } });
 * const [x, y] = trace.params.at(-1)!;
 * assert(Math.hypot(x!, y!) < 3);
 * ```
 */
export async function testOptim(
  optimizerClass: OptimizerClass,
  options: TestOptimOptions,
): Promise<Trace> {
  if (typeof optimizerClass !== "function") {
    throw new TypeError(
      `Cannot test an optimizer: expected a class of optimizers, got ${
        describe(optimizerClass)
      }`,
    );
  }
  checkOptions("test an optimizer", options, optionNames);
  const { steps = 200, dtype = "float32", bgXyBreaks = 100 } = options;
  const problem = resolveProblem(options);
  const { name, fn, start, domain, minima } = problem;
  if (!(Number.isInteger(steps) && steps >= 0)) {
    throw new RangeError(
      `Cannot test an optimizer: expected steps of at least 0, got ${steps}`,
    );
  }
  const params = start.map((value) =>
    tensor(value, { dtype, requiresGrad: true })
  );
  const optimizer = new optimizerClass(params, { ...options.options } as never);
  const run = new Run(problem, params, optimizer);
  const trace: Trace = {
    optimizer: optimizerClass.name,
    fn: name,
    options: { ...options.options },
    params: [],
    loss: [],
    gradNorm: [],
    lr: [],
    evaluations: [],
    domain,
    minima,
  };
  for (let k = 0; k <= steps; k++) {
    const position = await Promise.all(params.map((p) => p.item()));
    const evaluations = run.evaluations;
    const lr = await run.lr();
    // What the last step led to is evaluated once more, for the trace alone.
    run.begin();
    if (k < steps) run.step();
    else run.evaluate();
    const { loss, gradNorm } = await run.first();
    trace.params.push(position);
    trace.loss.push(loss);
    trace.gradNorm.push(gradNorm);
    trace.lr.push(lr);
    trace.evaluations.push(evaluations);
  }
  if (bgXyBreaks > 0 && start.length === 2) {
    trace.grid = await evaluateGrid(fn, domain, bgXyBreaks);
  }
  return trace;
}

/** The moving parts of a run. */
class Run {
  /** Evaluations of the function so far. */
  evaluations = 0;
  readonly #problem: Problem;
  readonly #params: readonly Tensor[];
  readonly #optimizer: Optimizer;
  /** Loss and gradient norm where the current step began. */
  #loss: Tensor | null = null;
  #gradNorm: Tensor | null = null;

  constructor(
    problem: Problem,
    params: readonly Tensor[],
    optimizer: Optimizer,
  ) {
    this.#problem = problem;
    this.#params = params;
    this.#optimizer = optimizer;
  }

  /** The learning rate in force. */
  async lr(): Promise<number> {
    const lr = this.#optimizer.paramGroups[0]!.lr as number | Tensor;
    return typeof lr === "number" ? lr : await lr.item();
  }

  /** The next evaluation is the one to keep. */
  begin(): void {
    this.#loss = null;
  }

  /** Lets the optimizer take a step. */
  step(): void {
    this.#optimizer.step(() => {
      this.evaluations++;
      return this.evaluate();
    });
  }

  /** Loss and gradients at the current position. */
  evaluate(): Tensor {
    for (const p of this.#params) p.grad = null;
    const loss = this.#value();
    loss.backward();
    // It saw the first coordinate alone.
    if (
      this.#takesOneArgument() &&
      this.#params.every((p, i) => !p.grad || i === 0)
    ) {
      throw this.#wrongArguments();
    }
    if (!this.#loss) {
      this.#loss = loss.detach();
      this.#gradNorm = noGrad(() =>
        stack(this.#params.map((p) => p.grad ?? zerosLike(p))).norm()
      );
    }
    return loss;
  }

  #value(): Tensor {
    const { name, fn } = this.#problem;
    let loss: unknown;
    try {
      loss = fn(...this.#params);
    } catch (cause) {
      throw this.#takesOneArgument() ? this.#wrongArguments(cause) : cause;
    }
    if (!(loss instanceof Tensor)) {
      throw new TypeError(
        `Cannot test an optimizer: expected ${name} to return a tensor, got ${
          describe(loss)
        }`,
      );
    }
    if (loss.numel !== 1) {
      throw new TypeError(
        `Cannot test an optimizer: expected ${name} to return one value for one point, got shape ${
          showShape(loss.shape)
        }`,
      );
    }
    return loss;
  }

  /** Whether the function may take a point as one tensor: it declares one argument for several coordinates. */
  #takesOneArgument(): boolean {
    return this.#problem.fn.length === 1 && this.#params.length > 1;
  }

  #wrongArguments(cause?: unknown): TypeError {
    return new TypeError(
      `Cannot test an optimizer: expected ${this.#problem.name} to take one tensor per coordinate, ${this.#params.length}, got a function of one argument`,
      { cause },
    );
  }

  /** What the first evaluation since the last step found. */
  async first(): Promise<{ loss: number; gradNorm: number }> {
    return {
      loss: await this.#loss!.item(),
      gradNorm: await this.#gradNorm!.item(),
    };
  }
}
