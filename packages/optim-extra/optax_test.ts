import * as optim from "@gradus/optim";
import type { Optimizer } from "@gradus/optim";
import { compile, type Tensor, tensor } from "@gradus/tensor";
import { assert } from "@std/assert";
import { numbers, type OptimizerClass } from "./_testing.ts";
import * as extra from "./mod.ts";

// Optax's own tests of convergence: its two functions, its options, its
// tolerance of 3e-2 relative and absolute in float32.

interface Target {
  readonly start: number[];
  readonly solution: number[];
  readonly loss: (p: Tensor, solution: Tensor) => Tensor;
}

const targets: Record<"parabola" | "Rosenbrock", Target> = {
  parabola: {
    start: [-1, 10, 1],
    solution: [1, -1, 1],
    loss: (p, solution) => p.sub(solution).square().sum(),
  },
  Rosenbrock: {
    start: [0, 0],
    solution: [1, 1],
    loss: (p) => {
      const x = p.at(0), y = p.at(1);
      return x.rsub(1).square().add(y.sub(x.square()).square().mul(100));
    },
  },
};

interface Row {
  readonly name: string;
  readonly options: Record<string, unknown>;
  /** How many steps Optax needs on the parabola and on Rosenbrock's function; null where our rule is not quite Optax's. */
  readonly steps: readonly [number | null, number | null];
  /** Steps of the whole run; 10,000 if left out. */
  readonly total?: number;
  /** Functions on which Optax does not test it either. */
  readonly skip?: "Rosenbrock";
  /** Judges the average that `eval()` would set, not the parameter. */
  readonly average?: true;
  /** Steps are not all the same, so they are not one program. */
  readonly periodic?: true;
}

const table: readonly Row[] = [
  { name: "Adadelta", options: { lr: 0.1 }, steps: [9276, 3182] },
  {
    name: "Adagrad",
    options: { lr: 1, initialAccumulatorValue: 0.1, eps: 1e-7 },
    // Optax has eps under the root.
    steps: [179, null],
  },
  { name: "Adam", options: { lr: 0.1 }, steps: [258, 161] },
  { name: "Adam", options: { lr: 0.1, amsgrad: true }, steps: [null, null] },
  { name: "Adamax", options: { lr: 0.1 }, steps: [409, 249] },
  {
    name: "AdamW",
    options: { lr: 0.1, weightDecay: 1e-4 },
    steps: [258, 158],
  },
  { name: "NAdam", options: { lr: 0.01 }, steps: [null, null] },
  { name: "RAdam", options: { lr: 5e-3 }, steps: [null, null] },
  { name: "RMSprop", options: { lr: 5e-3, alpha: 0.9 }, steps: [2224, 2060] },
  {
    name: "RMSprop",
    options: { lr: 5e-3, alpha: 0.9, momentum: 0.9 },
    steps: [263, 97],
  },
  // Optax's Rprop lags a step behind, so it needs about twice as many.
  { name: "Rprop", options: { lr: 0.1 }, steps: [null, null] },
  { name: "SGD", options: { lr: 1e-3, momentum: 0.9 }, steps: [210, 553] },
  { name: "AdaBelief", options: { lr: 0.01 }, steps: [null, null] },
  { name: "Adan", options: { lr: 0.1 }, steps: [null, null] },
  { name: "Fromage", options: { lr: 5e-3 }, steps: [705, null] },
  { name: "LAMB", options: { lr: 1e-3 }, steps: [null, null] },
  { name: "LARS", options: { lr: 1 }, steps: [null, null] },
  {
    name: "Lion",
    options: { lr: 0.01, weightDecay: 1e-4 },
    // Steps of one length hop around in the valley: rounding decides when they stay near.
    steps: [1401, null],
  },
  { name: "NovoGrad", options: { lr: 1e-3 }, steps: [null, null] },
  {
    name: "Signum",
    options: { lr: 0.01, momentum: 0.9 },
    steps: [1113, null],
    skip: "Rosenbrock",
  },
  { name: "SM3", options: { lr: 1, momentum: 0.9 }, steps: [null, null] },
  { name: "Yogi", options: { lr: 0.1, eps: 1e-3 }, steps: [null, null] },
  {
    name: "AdEMAMix",
    options: { lr: 1e-3, alpha: 5 },
    steps: [null, null],
    total: 30_000,
  },
  { name: "ADOPT", options: { lr: 0.01 }, steps: [null, null], total: 30_000 },
  {
    name: "MADGRAD",
    options: { lr: 0.01 },
    steps: [240, null],
    total: 30_000,
  },
  {
    name: "Prodigy",
    options: { lr: 0.1, useBiasCorrection: true },
    steps: [3053, 298],
    total: 30_000,
  },
  {
    name: "DAdaptAdam",
    options: { lr: 0.1, useBiasCorrection: true, decouple: true },
    steps: [437, 378],
    total: 30_000,
  },
  {
    name: "ScheduleFreeSGD",
    options: { lr: 0.01, warmupSteps: 5000 },
    steps: [3140, 2291],
    total: 30_000,
    average: true,
  },
  {
    name: "ScheduleFreeAdamW",
    options: { lr: 0.01, warmupSteps: 5000 },
    steps: [9308, 2473],
    total: 30_000,
    average: true,
  },
  {
    name: "SophiaH",
    options: {
      lr: 0.01,
      betas: [0.965, 0.99],
      eps: 1e-8,
      weightDecay: 1e-4,
      seed: 1,
    },
    // On Rosenbrock's function it depends on the signs that are drawn.
    steps: [1241, null],
    periodic: true,
  },
];

function classOf(name: string): OptimizerClass {
  const found = { ...optim, ...extra } as unknown as Record<
    string,
    OptimizerClass
  >;
  assert(found[name], `${name} is not exported`);
  return found[name];
}

/** The last step, from 1, after which the position is out of tolerance. */
function lastOutside(row: Row, target: Target): number {
  const p = tensor(target.start, { dtype: "float32", requiresGrad: true });
  const solution = tensor(target.solution, { dtype: "float32" });
  const optimizerClass = classOf(row.name);
  const optimizer = new optimizerClass([p], row.options);
  const createGraph = optimizerClass.needsGraph ?? false;
  const step = () => {
    optimizer.zeroGrad();
    target.loss(p, solution).backward(undefined, { createGraph });
    optimizer.step();
    const position = row.average ? averageOf(optimizer, p) : p.detach();
    const allowed = solution.abs().mul(0.03).add(0.03);
    return position.sub(solution).abs().sub(allowed).max();
  };
  const total = row.total ?? 10_000;
  const excess = row.periodic
    ? Array.from({ length: total }, () => step().itemSync())
    : numbers(compile(step).repeat(total, { record: true }).record);
  return excess.findLastIndex((x) => !(x <= 0)) + 1;
}

/** The average x of a schedule-free optimizer with the usual β, from y and z. */
function averageOf({ state }: Optimizer, p: Tensor): Tensor {
  const y = p.detach(), { z } = state.get(p) as { z: Tensor };
  return y.add(z.sub(y).mul(1 - 1 / 0.9));
}

for (const row of table) {
  (["parabola", "Rosenbrock"] as const).forEach((fn, i) => {
    if (row.skip === fn) return;
    const count = row.steps[i]!;
    const within = count === null
      ? "in Optax's time"
      : `in ${count} steps as in Optax`;
    Deno.test(`${row.name}(${JSON.stringify(row.options)}) solves the ${fn} ${within}`, () => {
      const last = lastOutside(row, targets[fn]);
      const total = row.total ?? 10_000;
      assert(last < total, `It was outside after step ${last} of ${total}`);
      if (count === null) return;
      // Rounding in float32 moves the crossing by a few steps.
      assert(
        Math.abs(last + 1 - count) <= 3 + 0.02 * count,
        `Inside for good from step ${last + 1} on, Optax from ${count}`,
      );
    });
  });
}
