/** Helpers of the tests. */

import { AlgorithmOptimizer, type Optimizer } from "@gradus/optim";
import { type Tensor, tensor } from "@gradus/tensor";
import type { dtypes, Options } from "../optim/_testing.ts";
import * as extra from "./mod.ts";

export {
  assertNear,
  dtypes,
  type Options,
  tolerance,
} from "../optim/_testing.ts";

/** One of the floating types. */
export type Float = typeof dtypes[number];

/** A constructor of optimizers, whichever. */
export interface OptimizerClass {
  /** Makes an optimizer. */
  new (
    params: Iterable<Tensor> | Iterable<Options & { params: Tensor[] }>,
    options?: Options,
  ): Optimizer;
  /** Whether gradients must have a graph. */
  readonly needsGraph?: boolean;
}

/** A problem with the gradient `curvature * parameter + noise`, with another noise in every step. */
export interface GoldenProblem {
  readonly shapes: number[][];
  readonly start: number[][];
  readonly curvature: number[][];
  readonly noise: number[][][];
}

/** Positions by step, and the state after the third. */
export interface GoldenRun {
  readonly positions: Record<string, number[][]>;
  readonly state: Record<string, unknown>[];
}

/** A run with given options. */
export type GoldenCase = {
  readonly options: Options;
  readonly groups: Options[];
  readonly problem: string;
} & { readonly [Dtype in Float]: GoldenRun };

/** The stored results of an optimizer. */
export interface Golden {
  readonly optimizer: string;
  readonly source: string;
  readonly problems: Record<string, GoldenProblem>;
  readonly cases: GoldenCase[];
}

/** The exported optimizers whose algorithm treats parameters on their own, by name. */
export const optimizers: ReadonlyMap<string, OptimizerClass> = new Map(
  Object.entries(extra).filter(([, value]) =>
    typeof value === "function" &&
    value.prototype instanceof AlgorithmOptimizer
  ) as unknown as [string, OptimizerClass][],
);

/** All that can step and is exported, by name: the optimizers and what is wrapped around others. */
export const allNames: readonly string[] = Object.entries(extra)
  .filter(([, value]) =>
    "step" in ((value as { prototype?: object }).prototype ?? {})
  )
  .map(([name]) => name);

/** The stored results by optimizer. */
export const goldens: ReadonlyMap<string, Golden> = readGoldens();

function readGoldens(): Map<string, Golden> {
  const folder = new URL("./testdata/", import.meta.url);
  const found = new Map<string, Golden>();
  for (const { name } of Deno.readDirSync(folder)) {
    const golden = JSON.parse(Deno.readTextFileSync(new URL(name, folder)));
    if (typeof golden.optimizer === "string") {
      found.set(golden.optimizer, golden);
    }
  }
  return found;
}

/** An optimizer on a problem. */
export interface Run {
  readonly optimizer: Optimizer;
  readonly params: Tensor[];
  /** The gradients at `params` in step t, from 1. */
  readonly grads: (t: number, params: readonly Tensor[]) => Tensor[];
  /** Takes step t. */
  readonly step: (t: number) => void;
}

/** Parameters and optimizer of a case, at the start or where `values` says. */
export function prepare(
  optimizerClass: OptimizerClass,
  golden: Golden,
  given: GoldenCase,
  dtype: Float,
  values?: readonly Tensor[],
): Run {
  const { shapes, start, curvature, noise } = golden.problems[given.problem]!;
  const make = (data: number[], i: number) =>
    tensor(data, { dtype }).view(shapes[i]!).clone();
  const params = values?.map((value) => value.detach().clone()) ??
    start.map(make);
  for (const param of params) param.requiresGrad = true;
  const factors = curvature.map(make);
  const noises = noise.map((step) => step.map(make));
  const groups = params.map((param, i) => ({
    params: [param],
    ...given.groups[i],
  }));
  const optimizer = new optimizerClass(groups, given.options);
  const grads = (t: number, at: readonly Tensor[]) =>
    at.map((param, i) =>
      factors[i]!.mul(param).add(noises[(t - 1) % noises.length]![i]!)
    );
  return {
    optimizer,
    params,
    grads,
    step(t) {
      const at = optimizerClass.needsGraph
        ? params
        : params.map((param) => param.detach());
      grads(t, at).forEach((grad, i) => params[i]!.grad = grad);
      optimizer.step();
    },
  };
}

/** The elements as plain numbers. */
export function numbers(value: unknown): number[] {
  return typeof value === "number"
    ? [value]
    : Array.from((value as Tensor).dataSync(), Number);
}
