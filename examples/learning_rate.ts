/**
 * Why do they all say that the learning rate matters? What it does to optimizers
 * with and without a sense of scale, what theory says about it, and what a
 * schedule adds.
 *
 * deno run --allow-read --allow-write=out examples/learning_rate.ts
 */

import {
  Adam,
  AdamW,
  CosineAnnealingLR,
  LinearLR,
  OneCycleLR,
  type OptimizerLike,
  SequentialLR,
  SGD,
  StepLR,
} from "@gradus/optim";
import { Prodigy, ScheduleFreeAdamW } from "@gradus/optim-extra";
import {
  noisyQuadratic,
  problemOf,
  race,
  rosenbrock,
  type SchedulerLike,
  spirals,
  testOptim,
  type Trace,
} from "@gradus/testfns";
import { plotLosses, plotSensitivity, svgToPng } from "@gradus/testfns/plot";

await Deno.mkdir("out", { recursive: true });

async function writePicture(name: string, svg: string): Promise<void> {
  await Deno.writeTextFile(`out/learning_rate_${name}.svg`, svg);
  await Deno.writeFile(`out/learning_rate_${name}.png`, await svgToPng(svg));
}
const dtype = "float64";

// 1. Six optimizers, three problems, learning rates over six decades. The
// quadratic is a bowl 100 times as steep in one direction as in another.
const spectrum = [1, 3, 10, 30, 100];
const bowl = noisyQuadratic({ spectrum, noise: 0 });
const optimizers = [
  SGD,
  { name: "SGD, momentum 0.9", optimizer: SGD, options: { momentum: 0.9 } },
  Adam,
  { name: "AdamW, decay 0.1", optimizer: AdamW, options: { weightDecay: 0.1 } },
  ScheduleFreeAdamW,
  Prodigy,
];
const problems = [
  { problem: bowl, steps: 300, yLimits: [1e-12, 1e6] },
  { problem: problemOf(rosenbrock), steps: 300, yLimits: [1e-4, 1e4] },
  { problem: spirals(), steps: 1000, yLimits: [1e-5, 10] },
] as const;
for (const { problem, steps, yLimits } of problems) {
  const { sensitivity } = await race({
    optimizers,
    problems: [problem],
    evaluations: steps,
    trials: 13,
    lr: [1e-5, 10],
    starts: 1,
    progress: false,
  });
  const { name } = problem;
  const curves = sensitivity[name]!;
  console.log(`${name}: value after ${steps} steps, by learning rate`);
  const cell = (value: number) =>
    (value < 1e6 ? value.toExponential(0) : "-").padStart(7);
  console.log(" ".repeat(19) + curves[0]!.lr.map(cell).join(""));
  for (const { optimizer, value } of curves) {
    console.log(optimizer.padEnd(19) + value.map(cell).join(""));
  }
  for (const { optimizer, lr, value } of curves) {
    const best = Math.min(...value.filter(Number.isFinite));
    const at = lr[value.indexOf(best)]!;
    console.log(
      `${name}, ${optimizer}: best ${best.toExponential(1)} at lr ${
        at.toExponential(0)
      }`,
    );
  }
  console.log();
  await writePicture(
    name,
    plotSensitivity(curves, {
      title: `${name}: ${steps} steps, median of 3 starts`,
      // Below, nothing is to be gained; above, nothing is left.
      yLimits: [...yLimits],
    }),
  );
}
// What the tables say: gradient descent has an edge, beyond which it falls off
// (-), and on the bowl it is best just before that. Adam has none there, but how
// far it gets depends on its rate all the same. Prodigy and ScheduleFreeAdamW do
// well with a rate of 1 on all three, which is what makes them easy to use. And
// AdamW's zero at a rate of 10 is a joke: decay times rate is 1, so that it jumps
// to the origin, where the minimum happens to be.

// 2. Theory, checked. Along an eigenvector with eigenvalue h, gradient descent
// multiplies the distance by 1 - lr h in each step. So it diverges as soon as
// lr h > 2 for the largest h: the edge is at 2 / L, and halving finds it.
const L = Math.max(...spectrum), mu = Math.min(...spectrum);
const kappa = L / mu;

function onBowl(lr: number, momentum: number, steps: number): Promise<Trace> {
  return testOptim(SGD, {
    fn: bowl,
    seed: 1,
    steps,
    dtype,
    options: { lr, momentum },
  });
}
async function edgeOf(momentum: number): Promise<number> {
  let stable = 0, unstable = 1;
  while (unstable - stable > 1e-4 * unstable) {
    const lr = (stable + unstable) / 2;
    const { loss } = await onBowl(lr, momentum, 3000);
    if (loss.at(-1)! < loss[0]!) stable = lr;
    else unstable = lr;
  }
  return stable;
}
console.log(
  `SGD diverges beyond ${(await edgeOf(0)).toFixed(4)}, 2 / L is ${2 / L}`,
);
console.log(
  `with momentum 0.9 beyond ${
    (await edgeOf(0.9)).toFixed(4)
  }, 2 (1 + 0.9) / L is ${2 * 1.9 / L}`,
);

// The best that a constant learning rate can do is 2 / (L + mu), where the
// distance shrinks by (kappa - 1) / (kappa + 1) per step; with momentum
// (Polyak 1964) it is (sqrt(kappa) - 1) / (sqrt(kappa) + 1). Losses are squares
// of distances. The momentum that is best makes both roots of the recursion
// equal, which costs a factor that grows like the step, so the end of a long run is taken.
function factorPerStep({ loss }: Trace, from: number): number {
  const to = loss.length - 1;
  return (loss[to]! / loss[from]!) ** (1 / (2 * (to - from)));
}
const plain = await onBowl(2 / (L + mu), 0, 400);
console.log(
  `SGD at its best shrinks by ${
    factorPerStep(plain, 200).toFixed(4)
  } per step, theory says ${((kappa - 1) / (kappa + 1)).toFixed(4)}`,
);
const root = Math.sqrt(kappa);
const beta = ((root - 1) / (root + 1)) ** 2;
const heavy = await onBowl(4 / (Math.sqrt(L) + Math.sqrt(mu)) ** 2, beta, 400);
console.log(
  `momentum at its best by ${
    factorPerStep(heavy, 200).toFixed(4)
  }, theory says ${Math.sqrt(beta).toFixed(4)}`,
);

// Adam does not care how steep the bowl is: the first step is lr in every
// coordinate, and none is much longer. So a distance of d takes d / lr steps.
const moves: number[] = [];
for (const scale of [1e-3, 1, 1e3]) {
  const { params } = await testOptim(Adam, {
    fn: noisyQuadratic({ spectrum: spectrum.map((h) => h * scale), noise: 0 }),
    seed: 1,
    steps: 100,
    dtype,
    options: { lr: 0.01 },
  });
  moves.push(Math.abs(params[1]![0]! - params[0]![0]!));
  const longest = Math.max(
    ...params.slice(1).flatMap((at, k) =>
      at.map((v, i) => Math.abs(v - params[k]![i]!))
    ),
  );
  console.log(
    `Adam, lr 0.01, bowl times ${scale}: first step ${
      moves.at(-1)!.toFixed(6)
    }, longest ${longest.toFixed(6)}`,
  );
}

// 3. Why change it on the way? Where gradients are noisy, a constant learning
// rate does not arrive: gradient descent settles where noise adds as much as
// descent takes away. Here the covariance of the noise is noise^2 h, and the
// mean value is noise^2 / 2 times the sum of lr h / (2 - lr h): about
// proportional to lr, so that ten times less noise takes ten times as long.
console.log();
const noise = 1;
const noisy = noisyQuadratic({ spectrum, noise, seed: 3 });
for (const lr of [0.01, 0.003, 0.001]) {
  const steps = 20000;
  const { loss } = await testOptim(SGD, {
    fn: noisy,
    seed: 1,
    steps,
    dtype,
    options: { lr },
  });
  const tail = loss.slice(steps / 2);
  const measured = tail.reduce((sum, value) => sum + value, 0) / tail.length;
  const theory = noise ** 2 / 2 *
    spectrum.reduce((sum, h) => sum + lr * h / (2 - lr * h), 0);
  console.log(
    `noise floor of SGD, lr ${lr}: ${measured.toFixed(4)}, theory says ${
      theory.toFixed(4)
    }`,
  );
}

// 4. Schedules: long steps while there is a way to go, short ones at the end.
// All have the same largest learning rate, and as many steps. On the noisy bowl
// all beat the constant rate by far. On the spirals the constant one is ahead:
// there is a way to go yet, no floor in sight, and short steps come too early.
const STEPS = 600;

/** Means of 20 values each, since single ones of noisy runs say little. */
function smooth(values: readonly number[]): number[] {
  return values.map((_, i) => {
    const window = values.slice(Math.max(0, i - 19), i + 1);
    return window.reduce((sum, value) => sum + value, 0) / window.length;
  });
}
type Schedule = (optimizer: OptimizerLike, lr: number) => SchedulerLike;
const schedules: Record<string, Schedule | null> = {
  constant: null,
  "step: a tenth, twice": (optimizer) =>
    new StepLR(optimizer, { stepSize: STEPS / 3, gamma: 0.1 }),
  cosine: (optimizer) => new CosineAnnealingLR(optimizer, { tMax: STEPS }),
  "one cycle": (optimizer, maxLr) =>
    new OneCycleLR(optimizer, { maxLr, totalSteps: STEPS + 1 }),
  // For 10 %, the rate rises; then it falls in a straight line.
  "warm-up and linear": (optimizer) =>
    new SequentialLR(optimizer, [
      new LinearLR(optimizer, { startFactor: 0.01, totalIters: STEPS / 10 }),
      new LinearLR(optimizer, {
        startFactor: 1,
        endFactor: 0,
        totalIters: STEPS * 0.9,
      }),
    ], { milestones: [STEPS / 10] }),
};
for (
  const [title, fn, optimizer, options] of [
    ["SGD on the noisy bowl", noisy, SGD, { lr: 0.01 }],
    ["Adam on the spirals", spirals(), Adam, { lr: 0.1 }],
  ] as const
) {
  const traces: Trace[] = [];
  for (const [name, make] of Object.entries(schedules)) {
    const trace = await testOptim(optimizer, {
      fn,
      seed: 2,
      steps: STEPS,
      dtype,
      options,
      name,
      ...make ? { scheduler: (optimizer) => make(optimizer, options.lr) } : {},
    });
    traces.push({ ...trace, loss: smooth(trace.loss) });
    const end = traces.at(-1)!.loss.at(-1)!;
    console.log(`${title}, ${name}: ends at ${end.toPrecision(3)}`);
  }
  await writePicture(
    title.toLowerCase().replaceAll(" ", "_"),
    plotLosses(traces, {
      title: `${title}, means of 20 steps`,
      labels: Object.keys(schedules),
    }),
  );
}
console.log("\nPictures: out/learning_rate_*.svg and .png");
