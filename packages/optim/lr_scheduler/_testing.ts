/** Helpers of the tests of schedulers. */

import { Tensor, tensor } from "@gradus/tensor";
import { fail } from "@std/assert";
import { Adam } from "../adam.ts";
import type { Optimizer } from "../optimizer.ts";
import { SGD } from "../sgd.ts";
import golden from "../testdata/lr_scheduler.json" with { type: "json" };
import * as schedulers from "./mod.ts";

/** Hyper-parameters of a group, or options. */
export type Values = Record<string, unknown>;

/** A scheduler as data. */
export interface Spec {
  name: string;
  schedulers?: Spec[];
  fn?: string | string[];
  options: Values;
}

/** What PyTorch did with a scheduler. */
export interface Case {
  scheduler: Spec;
  optimizer: string;
  groups: Values[];
  /** Number of steps, or what `step` gets. */
  steps: number | (number | null | string)[];
  lrs: number[][];
  momenta?: number[][];
}

/** The stored results. */
export const cases: readonly Case[] = golden.cases as unknown as Case[];

const functions: Record<string, (t: number) => number> = {
  "decay": (t) => 0.9 ** t,
  "nine tenths": () => 0.9,
  "inverse": (t) => 1 / (t + 1),
  "half in cycle": (x) => 0.5 ** (x - 1),
  "fading": (x) => 1 / (1 + 0.1 * x),
};

/** Those that are no schedulers but bases of such. */
const bases: readonly unknown[] = [
  schedulers.Scheduler,
  schedulers.LRScheduler,
  schedulers.CompositeScheduler,
  schedulers.FunctionLR,
];

type SchedulerClass = new (...args: unknown[]) => schedulers.Scheduler;

/** All schedulers that are exported, by name. */
export const classes: ReadonlyMap<string, SchedulerClass> = new Map(
  Object.entries(schedulers).filter(([, value]) =>
    typeof value === "function" && !bases.includes(value)
  ) as unknown as [string, SchedulerClass][],
);

/** An optimizer of one parameter for each group. */
export function makeOptimizer(
  name: string,
  groups: readonly Values[],
): Optimizer {
  const all = groups.map((group) => ({
    ...group,
    params: [tensor([1.5], { requiresGrad: true })],
  }));
  return (name === "Adam" ? new Adam(all) : new SGD(all)) as Optimizer;
}

/** The scheduler that `spec` stands for. */
export function makeScheduler(
  spec: Spec,
  optimizer: Optimizer,
): schedulers.Scheduler {
  const { name, fn } = spec;
  const Class = classes.get(name) ?? fail(`No scheduler ${name} is exported`);
  const options: Values = { ...spec.options };
  if (typeof options.scaleFn === "string") {
    options.scaleFn = functions[options.scaleFn];
  }
  if (spec.schedulers) {
    const inner = spec.schedulers.map((s) => makeScheduler(s, optimizer));
    return name === "ChainedScheduler"
      ? new Class(inner, options)
      : new Class(optimizer, inner, options);
  }
  if (fn === undefined) return new Class(optimizer, options);
  const lambdas = typeof fn === "string"
    ? functions[fn]
    : fn.map((one) => functions[one]);
  return new Class(optimizer, lambdas, options);
}

/** What `step` gets, step by step. */
export function stepsOf({ steps }: Case): (number | undefined)[] {
  return typeof steps === "number"
    ? new Array(steps).fill(undefined)
    : steps.map((value) => value === null ? undefined : Number(value));
}

/** The learning rates of all groups. */
export function lrsOf({ paramGroups }: Optimizer): number[] {
  return paramGroups.map(({ lr }) =>
    lr instanceof Tensor ? lr.itemSync() as number : lr
  );
}

/** The momenta of all groups, whatever they are called. */
export function momentaOf({ paramGroups }: Optimizer): number[] {
  return paramGroups.map(({ betas, momentum }) =>
    (Array.isArray(betas) ? betas[0] : momentum) as number
  );
}

/** A scheduler with its optimizer. */
export interface Run {
  readonly optimizer: Optimizer;
  readonly scheduler: schedulers.Scheduler;
  /** Steps both, the scheduler with `value`. */
  readonly step: (value: number | undefined) => void;
}

/** The beginning of a run. */
export function start(given: Case): Run {
  const optimizer = makeOptimizer(given.optimizer, given.groups);
  const scheduler = makeScheduler(given.scheduler, optimizer);
  const step = (value: number | undefined) => {
    optimizer.step();
    (scheduler as unknown as { step(value?: number): void }).step(value);
  };
  return { optimizer, scheduler, step };
}

/** What `run` warns of. */
export function warningsOf(run: () => void): string[] {
  const { warn } = console;
  const found: string[] = [];
  console.warn = (message: string) => void found.push(message);
  try {
    run();
  } finally {
    console.warn = warn;
  }
  return found;
}

/** What stands for a case in messages. */
export function titleOf({ scheduler, optimizer, steps }: Case): string {
  return `${optimizer}, ${JSON.stringify(scheduler)}, ${JSON.stringify(steps)}`;
}
