// Every optimizer with what it steps on, for benchmarks.

import { noGrad } from "@gradus/autograd";
import {
  Adam,
  AlgorithmOptimizer,
  LBFGS,
  type OptimizerLike,
  SGD,
} from "@gradus/optim";
import * as optim from "@gradus/optim";
import * as extra from "@gradus/optim-extra";
import { type Tensor, tensor } from "@gradus/tensor";
import { uniform } from "./peers/runners/data.ts";

/** Numbers of parameters. */
export const sizes = [2, 1e3, 1e6] as const;

/** A number of parameters. */
export type Size = typeof sizes[number];

/** An optimizer at work on one number of parameters. */
export interface Subject {
  /** Gives the parameters gradients and takes a step. */
  readonly step: () => void;
  readonly params: readonly Tensor[];
}

type Options = Record<string, unknown>;
type OptimizerClass = new (params: Tensor[], options: Options) => OptimizerLike;

/** Options beside the learning rate. */
const options: Readonly<Record<string, Options>> = {
  // With more history there are more vectors to go through, in the same way.
  LBFGS: { maxIter: 1, historySize: 10 },
};

/** Works on matrices, in time that grows faster than their size. */
const ofMatrices: ReadonlySet<string> = new Set([
  "Kron",
  "Muon",
  "Shampoo",
  "SOAP",
]);

/** What is wrapped around others; in brackets, which. */
const wrappers: Readonly<Record<string, (p: Tensor[]) => OptimizerLike>> = {
  "Lookahead (Adam)": (p) => new extra.Lookahead(new Adam(p)),
  "Grokfast (Adam)": (p) => new extra.Grokfast(new Adam(p)),
  "SAM (SGD)": (p) => new extra.SAM(new SGD(p)),
  "GSAM (SGD)": (p) => new extra.GSAM(new SGD(p)),
};

function classesOf(exported: object): [string, OptimizerClass][] {
  return Object.entries(exported).filter(([name, value]) =>
    typeof value === "function" && name !== "SparseAdam" &&
    (value.prototype instanceof AlgorithmOptimizer || value === LBFGS)
  );
}

const classes: ReadonlyMap<string, OptimizerClass> = new Map([
  ...classesOf(optim),
  ...classesOf(extra),
  ["Ranger", extra.Ranger as unknown as OptimizerClass],
]);

/** The names of torch.optim's optimizers that are compared: SparseAdam works on gradients of another kind. */
export const namesOfPyTorch: readonly string[] = classesOf(optim)
  .map(([name]) => name);

/** All names, those of torch.optim first. */
export const names: readonly string[] = [
  ...classes.keys(),
  ...Object.keys(wrappers),
];

/**
 * The shapes of so many parameters: a vector or a matrix, and of a million,
 * for what works on matrices, about so many in matrices of the usual size of a
 * small layer.
 */
export function shapesOf(name: string, size: Size): number[][] {
  if (size === 2) return [[1, 2]];
  if (size === 1e3) return [[25, 40]];
  if (!ofMatrices.has(name)) return [[1000, 1000]];
  return Array.from({ length: 61 }, () => [128, 128]);
}

/** The options of an optimizer. */
export function optionsOf(name: string): Options {
  return { lr: 1e-3, ...options[name] };
}

/** Whether steps evaluate by themselves, or differentiate gradients. */
function kindOf(
  name: string,
  optimizer: OptimizerLike,
): "quadratic" | "graph" | "closure" | "plain" {
  if (name === "LBFGS") return "quadratic";
  const { needsGraph } = optimizer.constructor as { needsGraph?: boolean };
  if (needsGraph) return "graph";
  return /^G?SAM/.test(name) ? "closure" : "plain";
}

/** An optimizer on parameters of a size, with gradients that change from step to step. */
export function subjectOf(name: string, size: Size): Subject {
  const shapes = shapesOf(name, size);
  const vectors = (seed: number) =>
    shapes.map((shape) =>
      tensor(uniform(shape.reduce((a, b) => a * b), seed)).view(shape).clone()
    );
  const params = vectors(1).map((param) => param.requiresGrad_());
  // They change their sign, so that nothing grows without end.
  const gradients = [vectors(2), vectors(2).map((g) => g.neg())];
  const make = classes.get(name);
  const optimizer = make
    ? new make(params, optionsOf(name))
    : wrappers[name]!(params);
  const kind = kindOf(name, optimizer);
  const loss = tensor(1);
  let turn = 0;
  const assign = () => {
    turn = 1 - turn;
    params.forEach((param, i) => param.grad = gradients[turn]![i]!);
    return loss;
  };
  const closures = {
    closure: assign,
    quadratic: () => {
      assign();
      // The gradient of a bowl, so that curvature can be seen.
      noGrad(() => {
        for (const param of params) {
          param.grad = param.grad!.add(param, { alpha: 0.5 });
        }
      });
      return loss;
    },
    graph: () => {
      for (const param of params) param.grad = null;
      const loss = params.map((p, i) => p.square().mul(gradients[0]![i]!).sum())
        .reduce((a, b) => a.add(b));
      loss.backward(undefined, { createGraph: true });
      return loss;
    },
  };
  if (kind === "plain") {
    return {
      params,
      step: () => {
        assign();
        optimizer.step();
      },
    };
  }
  const closure = closures[kind];
  return { params, step: () => void optimizer.step(closure) };
}
