/** Running an optimizer on a test function and keeping what it did. */

import type { OptimizerLike } from "@gradus/optim";
import type { Tensor } from "@gradus/tensor";
import { checkOptions, describe } from "@gradus/tensor/internal";
import type { ParamType, Problem } from "./problems/problem.ts";
import {
  type OptimizerSource,
  refuse,
  resolveOptimizer,
  type Stepper,
} from "./resolve_optimizer.ts";
import { resolveTask } from "./resolve.ts";
import { recordedRows, rowsOf, Run } from "./run.ts";
import { makeShowable } from "./showable.ts";
import { type StopRule, stopRule, type TraceRow } from "./stop.ts";
import { TransformationOptimizer } from "./transformation_optimizer.ts";
import { evaluateGrid, type TestFunction } from "./test_function.ts";
import type { Domain, Trace } from "./trace.ts";

/** Steps of a recorded run before the first look at a stopping rule. */
const FIRST_LOOK = 32;
/** Steps from which on recording them costs less than it saves. */
const WORTH_RECORDING = 200;

/**
 * What changes the learning rate between steps: a learning-rate scheduler, or a
 * function that gets the row of the trace where the step began.
 */
export type SchedulerLike = { step(): void } | ((row: TraceRow) => void);

/** Options of {@linkcode testOptim}. */
export interface TestOptimOptions {
  /** What to minimise: a test function, its name, a problem, or a function alone with `start` and `domain` beside it. */
  fn: TestFunction | string | Problem | ((...x: Tensor[]) => Tensor);
  /** Where to start, one number per coordinate; the function's own start if left out. */
  start?: readonly number[];
  /** Starts at random, evenly over the domain; of a problem, chooses its first parameters. */
  seed?: number;
  /** The rectangle that pictures show; the function's own if left out. */
  domain?: Domain;
  /** Number of steps; 200 if left out. */
  steps?: number;
  /** When to end before that: the row for which it holds is the last. */
  stop?: StopRule;
  /** Options of the optimizer. */
  options?: Record<string, unknown>;
  /** Makes what changes the learning rate after every step. */
  scheduler?: (optimizer: OptimizerLike) => SchedulerLike;
  /** What the trace calls the optimizer; its class if left out. */
  name?: string;
  /** Type of the parameters; float32, as in torchopt, if left out. */
  dtype?: ParamType;
  /** Points per axis of the background grid that goes into the trace; 100 if left out, no grid if 0. */
  bgXyBreaks?: number;
  /**
   * Whether the steps are recorded once and run as one program, which takes some
   * time at first and very little per step; the numbers are the same. If left
   * out, that is done for runs of 200 steps and more without a scheduler, of
   * optimizers whose steps are the rule of an `Algorithm` and of
   * transformations, on test functions and problems.
   * Ask for it elsewhere only if optimizer and function are made of tensor
   * operations alone. What cannot be recorded runs step by step, and a warning
   * says why; a run with a scheduler always does.
   */
  compile?: boolean;
}

const optionNames: readonly (keyof TestOptimOptions)[] = [
  "fn",
  "start",
  "seed",
  "domain",
  "steps",
  "stop",
  "options",
  "scheduler",
  "name",
  "dtype",
  "bgXyBreaks",
  "compile",
];

/**
 * Runs an optimizer on a test function or problem. Each coordinate of a test
 * function is a parameter of its own. Every optimizer gets a closure, so that
 * those that evaluate the function several times per step, such as L-BFGS and
 * SAM, need nothing special; the trace counts the evaluations. Those that look
 * at second derivatives get gradients with a graph.
 *
 * @param optimizer A class of optimizers, a function that makes one of
 * parameters and `options.options`, or a transformation of gradients.
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
 *
 * @example A random start, a schedule and a rule to stop
 * ```ts
 * import { testOptim } from "@gradus/testfns";
 * import { LBFGS, SGD, StepLR } from "@gradus/optim";
 * import { assert, assertEquals } from "@std/assert";
 *
 * const solved = await testOptim(LBFGS, {
 *   fn: "booth",
 *   seed: 1,
 *   stop: { loss: 1e-6 },
 *   options: { lineSearchFn: "strongWolfe" },
 * });
 * assert(solved.loss.length < 10);
 *
 * const { lr } = await testOptim(SGD, {
 *   fn: "sphere",
 *   steps: 3,
 *   options: { lr: 0.5 },
 *   scheduler: (optimizer) => new StepLR(optimizer, { stepSize: 2, gamma: 0.5 }),
 * });
 * assertEquals(lr, [0.5, 0.5, 0.25, 0.25]);
 * ```
 */
export async function testOptim(
  optimizer: OptimizerSource,
  options: TestOptimOptions,
): Promise<Trace> {
  if (options === undefined) {
    refuse("options such as { fn: beale }", "undefined");
  }
  checkOptions("test an optimizer", options, optionNames);
  const hyper = { ...options.options };
  const entrant = resolveOptimizer(optimizer, hyper);
  const { steps = 200, dtype = "float32", bgXyBreaks = 100, seed } = options;
  const task = resolveTask(options);
  const shouldStop = stopRule(options.stop);
  checkCount("steps", "a whole number of at least 0", steps, steps >= 0);
  checkCount(
    "bgXyBreaks",
    "0, or a whole number of at least 2",
    bgXyBreaks,
    bgXyBreaks === 0 || bgXyBreaks >= 2,
  );
  const params = task.params(dtype);
  const made = entrant.make(params);
  const scheduler = schedulerOf(options, made);
  const trace: Trace = {
    optimizer: options.name ?? (entrant.name || nameOf(made)),
    fn: task.name,
    options: hyper,
    params: [],
    loss: [],
    gradNorm: [],
    lr: [],
    evaluations: [],
    time: [],
    ...seed === undefined ? {} : { seed },
    domain: task.domain ?? { x: [0, 0], y: [0, 0] },
    minima: task.minima ?? [],
    ...task.display ? { display: task.display } : {},
  };
  const run = new Run(task, params, made);
  const records = steps > 0 && !scheduler && (options.compile ??
    (steps >= WORTH_RECORDING && entrant.pure && task.pure));
  const rows = records
    ? recordedRows(run, steps, shouldStop ? FIRST_LOOK : steps)
    : rowsOf(run, steps, (row) => {
      if (typeof scheduler === "function") scheduler(row);
      else scheduler?.step();
    });
  for await (const row of rows) {
    trace.params.push([...row.params]);
    trace.loss.push(row.loss);
    trace.gradNorm.push(row.gradNorm);
    trace.lr.push(row.lr);
    trace.evaluations.push(row.evaluations);
    trace.time!.push(row.time);
    if (shouldStop?.(row)) break;
  }
  if (!task.domain) trace.domain = around(trace.params);
  if (bgXyBreaks > 0 && task.surface) {
    trace.grid = await evaluateGrid(task.surface, trace.domain, bgXyBreaks);
  }
  return makeShowable(trace);
}

function checkCount(
  name: string,
  expected: string,
  value: number,
  isRight: boolean,
): void {
  if (Number.isInteger(value) && isRight) return;
  throw new RangeError(
    `Cannot test an optimizer: expected ${name} to be ${expected}, got ${value}`,
  );
}

/** What a trace calls an optimizer that was made by something without a name. */
function nameOf(optimizer: Stepper): string {
  if (optimizer instanceof TransformationOptimizer) return "transformation";
  const { name } = optimizer.constructor;
  return name === "Object" ? "optimizer" : name;
}

/** What changes the learning rate of an optimizer, if anything does. */
function schedulerOf(
  { scheduler: make }: TestOptimOptions,
  optimizer: Stepper,
): SchedulerLike | undefined {
  if (make === undefined) return undefined;
  if (optimizer instanceof TransformationOptimizer) {
    throw new TypeError(
      "Cannot test an optimizer: expected no scheduler beside a transformation: give it a schedule as its learning rate",
    );
  }
  const found: unknown = typeof make === "function"
    ? make(optimizer as OptimizerLike)
    : make;
  const { step } = Object(found) as { step?: unknown };
  if (
    typeof make === "function" &&
    (typeof found === "function" || typeof step === "function")
  ) return found as SchedulerLike;
  refuse(
    "scheduler to be a function that makes one, such as (optimizer) => new StepLR(optimizer, { stepSize: 10 })",
    typeof make === "function"
      ? `one that returns ${describe(found)}`
      : describe(make),
  );
}

/** The rectangle in which a path moves in its first two numbers. */
function around(path: readonly (readonly number[])[]): Domain {
  const range = (i: number): [number, number] => {
    const values = path.map((at) => at[i] ?? 0).filter(Number.isFinite);
    const low = values.reduce((a, b) => Math.min(a, b), Infinity);
    const high = values.reduce((a, b) => Math.max(a, b), -Infinity);
    if (low < high) return [low, high];
    const middle = Number.isFinite(low) ? low : 0;
    return [middle - 1, middle + 1];
  };
  return { x: range(0), y: range(1) };
}
