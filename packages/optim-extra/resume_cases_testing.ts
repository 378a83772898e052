/** Training that can be cut in two: every optimizer, wrapper and scheduler. */

import * as optim from "@gradus/optim";
import {
  AlgorithmOptimizer,
  type OptimizerLike,
  type OptimizerStateDict,
  type Scheduler,
} from "@gradus/optim";
import { Tensor, tensor } from "@gradus/tensor";
import * as extra from "./mod.ts";

/** A training run with its parameters, its optimizer and perhaps a scheduler. */
export interface Session {
  readonly params: Tensor[];
  readonly optimizer: OptimizerLike;
  readonly scheduler?: Pick<Scheduler, "stateDict" | "loadStateDict">;
  /** Takes step t, from 1. */
  readonly step: (t: number) => void;
}

/** How to begin a run. */
export type Begin = () => Session;

type Options = Record<string, unknown>;
type Make = (params: Tensor[]) => OptimizerLike;
type AnyClass = new (params: Tensor[], options?: Options) => OptimizerLike;

const start = [[[1, -2, 0.5], [3, 0.25, -1]], [[0.5, -1.5], [2, 1]]];

/** A quadratic with another slope in every step. */
function session(
  make: Make,
  schedule?: (optimizer: OptimizerLike) => Scheduler,
): Session {
  const params = start.map((values) =>
    tensor(values, { dtype: "float32", requiresGrad: true })
  );
  const optimizer = make(params);
  const scheduler = schedule?.(optimizer);
  const inner = (optimizer as { optimizer?: object }).optimizer ?? optimizer;
  const { needsGraph = false } = inner.constructor as { needsGraph?: boolean };
  return {
    params,
    optimizer,
    ...(scheduler ? { scheduler } : {}),
    step(t) {
      let loss: Tensor;
      optimizer.step(() => {
        for (const param of params) param.grad = null;
        loss = params
          .map((p, i) =>
            p.square().mul(0.5 + i).add(p.mul(Math.sin(t + i))).sum()
          )
          .reduce((sum, term) => sum.add(term));
        // A cubic term keeps second derivatives from being constant.
        loss = loss.add(params[0]!.pow(3).sum().mul(0.1));
        loss.backward(undefined, { createGraph: needsGraph });
        return loss;
      });
      if (!scheduler) return;
      const { step } = scheduler as unknown as {
        step: (metric?: number) => void;
      };
      // All take no argument but the one that looks at a loss.
      if (scheduler instanceof optim.ReduceLROnPlateau) {
        step.call(scheduler, loss!.itemSync());
      } else step.call(scheduler);
    },
  };
}

/** What some classes need beside the parameters. */
const options: Readonly<Record<string, Options>> = {
  AdaHessian: { seed: 7 },
  SophiaH: { seed: 7, updatePeriod: 3 },
  Kron: { seed: 7 },
  LBFGS: { maxIter: 2, historySize: 4 },
  SOAP: { preconditionFrequency: 3 },
};

/** Those that take rows of tables instead of whole gradients. */
const others = new Set(["SparseAdam"]);

function classesOf(module: object): [string, AnyClass][] {
  return Object.entries(module).filter(([name, value]) =>
    typeof value === "function" && !others.has(name) &&
    (value.prototype instanceof AlgorithmOptimizer || value === optim.LBFGS) &&
    !abstractClasses.has(name)
  ) as [string, AnyClass][];
}

/** Bases of optimizers. */
const abstractClasses = new Set(["AlgorithmOptimizer", "HutchinsonOptimizer"]);

const inner = (params: Tensor[]) =>
  new optim.SGD(params, { lr: 0.05, momentum: 0.9 });

const wrappers: Readonly<Record<string, Make>> = {
  Grokfast: (params) => new extra.Grokfast(inner(params)),
  "Grokfast of means": (params) =>
    new extra.Grokfast(inner(params), { filter: "ma", windowSize: 3 }),
  GSAM: (params) => new extra.GSAM(inner(params)),
  Lookahead: (params) => new extra.Lookahead(inner(params), { k: 4 }),
  Ranger: (params) => new extra.Ranger(params, { lr: 0.05 }),
  SAM: (params) => new extra.SAM(inner(params)),
  "Lookahead of SAM": (params) =>
    new extra.Lookahead(new extra.SAM(inner(params)), { k: 3 }),
};

const schedulers: Readonly<
  Record<string, (optimizer: OptimizerLike) => Scheduler>
> = {
  ChainedScheduler: (o) =>
    new optim.ChainedScheduler([
      new optim.ConstantLR(o, { totalIters: 9 }),
      new optim.ExponentialLR(o, { gamma: 0.9 }),
    ]),
  ConstantLR: (o) => new optim.ConstantLR(o, { totalIters: 9 }),
  CosineAnnealingLR: (o) => new optim.CosineAnnealingLR(o, { tMax: 7 }),
  CosineAnnealingWarmRestarts: (o) =>
    new optim.CosineAnnealingWarmRestarts(o, { t0: 3, tMult: 2 }),
  CyclicLR: (o) =>
    new optim.CyclicLR(o, {
      baseLr: 0.01,
      maxLr: 0.1,
      stepSizeUp: 5,
      mode: "triangular2",
    }),
  ExponentialLR: (o) => new optim.ExponentialLR(o, { gamma: 0.95 }),
  LambdaLR: (o) => new optim.LambdaLR(o, (t) => 1 / (t + 1)),
  LinearLR: (o) => new optim.LinearLR(o, { totalIters: 12 }),
  MultiStepLR: (o) => new optim.MultiStepLR(o, { milestones: [2, 8, 8] }),
  MultiplicativeLR: (o) => new optim.MultiplicativeLR(o, () => 0.95),
  OneCycleLR: (o) => new optim.OneCycleLR(o, { maxLr: 0.1, totalSteps: 60 }),
  PolynomialLR: (o) => new optim.PolynomialLR(o, { totalIters: 30, power: 2 }),
  ReduceLROnPlateau: (o) =>
    new optim.ReduceLROnPlateau(o, { patience: 1, factor: 0.7 }),
  SequentialLR: (o) =>
    new optim.SequentialLR(o, [
      new optim.LinearLR(o, { totalIters: 4 }),
      new optim.CosineAnnealingLR(o, { tMax: 9 }),
    ], { milestones: [5] }),
  StepLR: (o) => new optim.StepLR(o, { stepSize: 4 }),
  SWALR: (o) => new optim.SWALR(o, { swaLr: 0.01, annealEpochs: 8 }),
};

/** Names of all that can be saved, for the test that none is missing here. */
export const covered: ReadonlySet<string> = new Set([
  ...[...classesOf(optim), ...classesOf(extra)].map(([name]) => name),
  ...Object.keys(wrappers),
  ...Object.keys(schedulers),
  ...abstractClasses,
  ...others,
]);

/** All runs, by name. */
export const sessions: ReadonlyMap<string, Begin> = new Map([
  ...[...classesOf(optim), ...classesOf(extra)].map((
    [name, Class],
  ): [string, Begin] => [
    name,
    () => session((params) => new Class(params, options[name])),
  ]),
  ...Object.entries(wrappers).map(([name, make]): [string, Begin] => [
    name,
    () => session(make),
  ]),
  ...Object.entries(schedulers).map(([name, schedule]): [string, Begin] => [
    name,
    () => session(inner, schedule),
  ]),
]);

/** A value as JSON that keeps tensors bit for bit. */
export function encode(value: unknown): string {
  return JSON.stringify(plain(value));
}

function plain(value: unknown): unknown {
  if (value instanceof Tensor) {
    const { dtype, shape } = value;
    return { dtype, shape, data: Array.from(value.dataSync(), String) };
  }
  if (typeof value === "number" && !Number.isFinite(value)) {
    return { number: String(value) };
  }
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(plain);
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, plain(inner)]),
  );
}

/** What was encoded. */
export function decode(json: string): unknown {
  return JSON.parse(json, (_, inner) => {
    if (typeof inner !== "object" || inner === null) return inner;
    if ("number" in inner) return Number(inner.number);
    if (!("dtype" in inner && "shape" in inner)) return inner;
    const { dtype, shape, data } = inner;
    const values = (data as string[]).map((text) =>
      text === "true" ? 1 : text === "false" ? 0 : Number(text)
    );
    return tensor(values, { dtype: "float64" }).to(dtype).view(shape);
  });
}

/** Everything that a run leaves behind. */
export interface Saved {
  readonly params: Tensor[];
  readonly optimizer: OptimizerStateDict;
  readonly scheduler?: ReturnType<Scheduler["stateDict"]>;
}

/** What is to be saved of a run. */
export function save({ params, optimizer, scheduler }: Session): Saved {
  return {
    params: params.map((param) => param.detach()),
    optimizer: optimizer.stateDict(),
    ...(scheduler ? { scheduler: scheduler.stateDict() } : {}),
  };
}

/** Puts a run where a saved one was. */
export function load(
  { params, optimizer, scheduler }: Session,
  saved: Saved,
): void {
  params.forEach((param, i) => param.detach().copy_(saved.params[i]!));
  scheduler?.loadStateDict(saved.scheduler!);
  optimizer.loadStateDict(saved.optimizer);
}
