/** Running the transformation of an optimizer as one program. */

import { noGrad } from "@gradus/autograd";
import {
  type Algorithm,
  AlgorithmOptimizer,
  applyUpdates,
  type GradientTransformation,
  type LearningRate,
  type ParamState,
  transformationOf,
} from "@gradus/optim";
import {
  compile,
  type Compiled,
  type Tensor,
  tensor,
  zerosLike,
} from "@gradus/tensor";
import { asNumber } from "@gradus/tensor/internal";
import type { Problem } from "../problems/problem.ts";
import { apart, successor } from "../transformation_optimizer.ts";
import type { Entry } from "./competitor.ts";
import { keyOf, type RaceConfig } from "./config.ts";
import {
  counter,
  type Curve,
  makeOptimizer,
  type Runner,
  type RunSettings,
  SteppingRunner,
  valueOf,
} from "./runner.ts";

/** The runner that suits an optimizer best. */
export function runnerOf(
  entry: Entry,
  problem: Problem,
  settings: RunSettings,
): Runner {
  return hasTransformation(entry)
    ? new CompiledRunner(entry, problem, settings)
    : new SteppingRunner(entry, problem, settings);
}

/** Whether the optimizer is a transformation, or its algorithm and nothing else, so that its transformation does the same. */
export function hasTransformation({ source, options }: Entry): boolean {
  if (source.kind !== "class") return source.kind === "transformation";
  if (options.differentiable === true) return false;
  const allowed = new Set<string | symbol>(["constructor", "addParamGroup"]);
  let prototype: object | null = source.make.prototype;
  while (prototype !== null && prototype !== AlgorithmOptimizer.prototype) {
    if (!Reflect.ownKeys(prototype).every((key) => allowed.has(key))) {
      return false;
    }
    prototype = Object.getPrototypeOf(prototype);
  }
  return prototype !== null;
}

/** A step that was compiled, and the memory that it works on. */
interface Program {
  readonly transformation: GradientTransformation;
  readonly lr: Tensor;
  readonly params: readonly Tensor[];
  readonly count: Tensor;
  /** Takes a step and gives the value before it. */
  readonly step: Compiled<[], Tensor>;
  state: unknown;
}

/**
 * Runs the transformation of an optimizer as one program, which is made once
 * for each choice of hyper-parameters but the learning rate: a new run puts
 * other numbers into the memory of the last one.
 */
export class CompiledRunner implements Runner {
  readonly #entry: Entry;
  readonly #problem: Problem;
  readonly #settings: RunSettings;
  readonly #programs = new Map<string, Program>();

  /** A runner of an optimizer on a problem. */
  constructor(entry: Entry, problem: Problem, settings: RunSettings) {
    this.#entry = entry;
    this.#problem = problem;
    this.#settings = settings;
  }

  run(seed: number, config: RaceConfig): Curve {
    const { budget: steps } = this.#settings;
    const program = this.#programFor(config);
    const { transformation, params, step, count } = program;
    noGrad(() => {
      program.lr.fill_(config.lr);
      count.fill_(0);
      const start = this.#start(seed);
      params.forEach((param, i) => param.copy_(start[i]!));
      program.state = successor(program.state, transformation.init(start));
    });
    const values = new Float64Array(steps + 1);
    values.set(valuesOf(step, steps));
    values[steps] = noGrad(() =>
      valueOf(this.#problem, params, count).itemSync()
    );
    return { values, evaluations: Array.from(values, (_, k) => k) };
  }

  #start(seed: number): Tensor[] {
    return this.#problem.params(seed, this.#settings.dtype)
      .map((param) => param.detach());
  }

  #programFor(config: RaceConfig): Program {
    const key = keyOf(config);
    const program = this.#programs.get(key) ?? this.#make(config);
    this.#programs.set(key, program);
    return program;
  }

  #make(config: RaceConfig): Program {
    const problem = this.#problem;
    const params = this.#start(0), count = counter();
    const lr = tensor(config.lr, { dtype: "float64" });
    const transformation = transformationFor(this.#entry, config, params, lr);
    const step = compile(() => {
      const leaves = params.map((p) => p.detach().requiresGrad_());
      const loss = problem.loss(leaves, count);
      loss.backward();
      return noGrad(() => {
        // What the step changes must have been read before.
        const value = (problem.evaluate?.(params) ?? loss).detach().clone();
        const grads = leaves.map((p) => p.grad ?? zerosLike(p));
        const [updates, next] = transformation.update(
          grads,
          program.state,
          params,
        );
        const moved = applyUpdates(params, updates);
        program.state = successor(program.state, next);
        params.forEach((param, i) => param.copy_(moved[i]!));
        count.add_(1);
        return value;
      });
    });
    const state = apart(transformation.init(params), params);
    const program: Program = { transformation, lr, params, count, step, state };
    return program;
  }
}

type AnyAlgorithm = Algorithm<{ lr: LearningRate }, ParamState>;

/** The transformation of an entry, with a learning rate in memory. */
function transformationFor(
  entry: Entry,
  config: RaceConfig,
  params: readonly Tensor[],
  lr: Tensor,
): GradientTransformation {
  const { lr: _, ...others } = config;
  const { source, options } = entry;
  if (source.kind === "transformation") {
    return source.make(lr, { ...options, ...others });
  }
  // What the class makes of its options, which it checks, is in its defaults.
  const leaves = params.map((p) => p.clone().requiresGrad_());
  const { algorithm, defaults } = makeOptimizer(
    entry,
    leaves,
    config,
  ) as unknown as AlgorithmOptimizer<object, ParamState>;
  const { lr: __, ...hyper } = defaults as Record<string, unknown>;
  // As a schedule, since an algorithm may allow nothing but numbers.
  return transformationOf(
    algorithm as unknown as AnyAlgorithm,
    () => asNumber(lr),
    hyper,
  );
}

/** The results of so many steps. */
function valuesOf(
  step: Compiled<[], Tensor>,
  steps: number,
): ArrayLike<number> {
  // The first step finds out whether they can be compiled.
  const values = [step().itemSync()];
  const left = steps - 1;
  if (left > 0 && step.cacheInfo().fallback === null) {
    const { record } = step.repeat(left, { record: true });
    values.push(...Array.from((record as Tensor).dataSync(), Number));
  }
  while (values.length < steps) values.push(step().itemSync());
  return values;
}
