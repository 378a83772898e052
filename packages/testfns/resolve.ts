/** What is to be minimised, from what the caller of `testOptim` gave. */

import { Tensor } from "@gradus/tensor";
import { describe, showShape } from "@gradus/tensor/internal";
import { type ParamType, type Problem, problemOf } from "./problems/problem.ts";
import { refuse } from "./resolve_optimizer.ts";
import type { TestFunction } from "./test_function.ts";
import { testFunction } from "./test_functions.ts";
import type { TestOptimOptions } from "./test_optim.ts";
import type { Domain } from "./trace.ts";

/** What to minimise and from where, complete and checked. */
export interface Task extends Omit<Problem, "params" | "reference"> {
  /** Makes the parameters at the start. */
  readonly params: (dtype: ParamType) => Tensor[];
  /** The function whose values a background shows, if there are two coordinates. */
  readonly surface?: (...x: Tensor[]) => Tensor;
  /** Throws if the gradients show that the function took a point as one tensor. */
  readonly checkGrads?: (params: readonly Tensor[]) => void;
  /** Whether the loss is known to be made of tensor operations alone, so that it can be recorded once. */
  readonly pure: boolean;
}

function isInterval(value: unknown): boolean {
  return Array.isArray(value) && value.length === 2 &&
    value.every(Number.isFinite) && value[0] < value[1];
}

function checkStart(start: unknown): void {
  if (!Array.isArray(start)) {
    refuse("start to be an array of numbers", describe(start));
  }
  if (start.length > 0 && start.every(Number.isFinite)) return;
  throw new RangeError(
    `Cannot test an optimizer: expected finite start coordinates, got [${
      start.join(", ")
    }]`,
  );
}

function checkDomain(domain: unknown): void {
  const { x, y } = Object(domain) as Partial<Domain>;
  if (isInterval(x) && isInterval(y)) return;
  refuse(
    "a domain of ascending pairs such as { x: [-2, 2], y: [-2, 2] }",
    JSON.stringify(domain) ?? describe(domain),
  );
}

/** A test function from a function alone. */
function fromBare(
  fn: (...x: Tensor[]) => Tensor,
  { start, domain, seed }: TestOptimOptions,
): TestFunction {
  const lacking = [
    ...start || seed !== undefined ? [] : ["start"],
    ...domain ? [] : ["domain"],
  ];
  if (lacking.length > 0) {
    refuse(
      "fn to be a TestFunction, or start and domain beside a function",
      `a function without ${lacking.join(" and ")}`,
    );
  }
  return {
    name: fn.name || "function",
    formula: "",
    reference: "",
    fn,
    start: (start ?? [0, 0]) as [number, number],
    domain: domain!,
    minima: [],
    // It may be one of any number of coordinates.
    minimaIn: () => [],
  };
}

/** A test function with what `options` puts in place of its own. */
function fromTestFunction(
  fn: TestFunction,
  options: TestOptimOptions,
): TestFunction {
  if (typeof fn !== "object" || fn === null) {
    refuse(
      "fn to be a TestFunction, its name, a Problem or a function",
      describe(fn),
    );
  }
  const { start = fn.start, domain = fn.domain } = options;
  const fields = { name: fn.name, fn: fn.fn, start, domain, minima: fn.minima };
  for (const [name, value] of Object.entries(fields)) {
    if (value !== undefined) continue;
    refuse(
      "fn to be a TestFunction with name, fn, start, domain and minima",
      `one without ${name}`,
    );
  }
  if (typeof fn.fn !== "function") {
    refuse("the fn of a TestFunction to be a function", describe(fn.fn));
  }
  if (!Array.isArray(fn.minima)) {
    refuse("the minima of a TestFunction to be an array", describe(fn.minima));
  }
  return { ...fn, start: start as [number, number], domain };
}

function taskOfFunction(
  fn: TestFunction,
  seed: number | undefined,
  pure: boolean,
): Task {
  checkStart(fn.start);
  checkDomain(fn.domain);
  const problem = problemOf(fn);
  const dimensions = fn.start.length;
  const takesOne = fn.fn.length === 1 && dimensions > 1;
  const wrongArguments = (cause?: unknown) =>
    new TypeError(
      `Cannot test an optimizer: expected ${fn.name} to take one tensor per coordinate, ${dimensions}, got a function of one argument`,
      { cause },
    );
  return {
    ...problem,
    params: (dtype) => problem.params(seed, dtype),
    loss: (params, step) => {
      try {
        return checkedLoss(problem, params, step);
      } catch (cause) {
        throw takesOne ? wrongArguments(cause) : cause;
      }
    },
    ...dimensions === 2 ? { surface: fn.fn } : {},
    checkGrads: (params) => {
      // It saw the first coordinate alone.
      if (takesOne && params.every((p, i) => !p.grad || i === 0)) {
        throw wrongArguments();
      }
    },
    pure,
  };
}

function taskOfProblem(problem: Problem, options: TestOptimOptions): Task {
  const { start, domain, seed } = options;
  if (start !== undefined || domain !== undefined) {
    refuse(
      `a seed for the problem ${problem.name}`,
      start === undefined ? "a domain" : "a start",
    );
  }
  return {
    name: problem.name,
    params: (dtype) => problem.params(seed, dtype),
    loss: (params, step) => checkedLoss(problem, params, step),
    ...problem.evaluate
      ? { evaluate: (params) => problem.evaluate!(params) }
      : {},
    ...problem.domain ? { domain: problem.domain } : {},
    ...problem.minima ? { minima: problem.minima } : {},
    ...problem.display ? { display: problem.display } : {},
    pure: true,
  };
}

function checkedLoss(
  problem: Problem,
  params: readonly Tensor[],
  step: Tensor,
): Tensor {
  const { name } = problem;
  const loss: unknown = problem.loss(params, step);
  if (!(loss instanceof Tensor)) {
    refuse(`${name} to return a tensor`, describe(loss));
  }
  if (loss.numel !== 1) {
    refuse(
      `${name} to return one value for one point`,
      `shape ${showShape(loss.shape)}`,
    );
  }
  return loss;
}

function isProblem(fn: unknown): fn is Problem {
  const { params, loss } = Object(fn) as Partial<Problem>;
  return typeof params === "function" && typeof loss === "function";
}

/**
 * What to minimise and where.
 *
 * @throws {TypeError} if anything lacks or has the wrong form.
 * @throws {RangeError} if a start coordinate is not finite or there is none, a
 * test function does not take so many, or none has the name.
 */
export function resolveTask(options: TestOptimOptions): Task {
  const { start, seed } = options;
  if (start !== undefined && seed !== undefined) {
    refuse("a start or a seed for a random one", "both");
  }
  if (seed !== undefined && !Number.isSafeInteger(seed)) {
    throw new RangeError(
      `Cannot test an optimizer: expected seed to be a whole number, got ${seed}`,
    );
  }
  const fn = typeof options.fn === "string"
    ? testFunction(options.fn)
    : options.fn;
  if (typeof fn === "function") {
    return taskOfFunction(fromBare(fn, options), seed, false);
  }
  if (isProblem(fn)) return taskOfProblem(fn, options);
  return taskOfFunction(fromTestFunction(fn, options), seed, true);
}
