/**
 * What the R package torchopt is loved for: watching optimizers walk over a test
 * function. Here are its best-known pictures, all of the flower function from
 * (20, 20), far outside of the region from -3 to 3 that they show.
 *
 * deno run --allow-read --allow-write=out examples/torchopt.ts
 */

import { LBFGS } from "@gradus/optim";
import { AdaHessian, TorchoptAdamW } from "@gradus/optim-extra";
import {
  flower,
  type OptimizerSource,
  testOptim,
  type Trace,
} from "@gradus/testfns";
import {
  gifTrace,
  plotTrace,
  plotTraces,
  sketchTrace,
  svgToPng,
} from "@gradus/testfns/plot";

await Deno.mkdir("out", { recursive: true });

async function writePicture(name: string, svg: string): Promise<void> {
  await Deno.writeTextFile(`out/${name}.svg`, svg);
  await Deno.writeFile(`out/${name}.png`, await svgToPng(svg));
}

// Petals are the four valleys around the origin. Rounding decides in which of
// them a long run ends, so it is float64 in place of torchopt's float32 here.
function run(
  optimizer: OptimizerSource,
  steps: number,
  options: Record<string, unknown> = {},
): Promise<Trace> {
  const common = { fn: flower, start: [20, 20], dtype: "float64" } as const;
  return testOptim(optimizer, { ...common, steps, options });
}

// The function is least at the origin, so the distance to it says how far a run
// got; that of all points since the run first came near says whether it stays.
function distances({ params }: Trace): number[] {
  return params.map(([x, y]) => Math.hypot(x!, y!));
}
function sinceArrival(trace: Trace): number[] {
  const all = distances(trace);
  const arrival = all.findIndex((distance) => distance < 1);
  return arrival < 0 ? [] : all.slice(arrival);
}
function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

async function show(name: string, trace: Trace): Promise<void> {
  const [x, y] = trace.params.at(-1)!;
  const near = sinceArrival(trace);
  console.log(
    `${name}: (${x!.toFixed(4)}, ${y!.toFixed(4)}), value ${
      trace.loss.at(-1)!.toFixed(4)
    }, distance ${distances(trace).at(-1)!.toFixed(4)}` +
      (near.length === 0
        ? ", never came near"
        : `, near from step ${trace.params.length - near.length} on, ` +
          `then at most ${Math.max(...near).toFixed(2)} away`),
  );
  await writePicture(`torchopt_${name}`, plotTrace(trace));
}

// 1. Why do they all say that the learning rate matters? torchopt's AdamW has
// 0.01 unless told otherwise. Adam moves each coordinate by about the learning
// rate per step, whatever the slope, and 200 steps of 0.01 are 2 of the 20 units.
const adamwDefault = await run(TorchoptAdamW, 200);
await show("adamw_0.01_200", adamwDefault);
console.log("The picture is empty: the run is not in the region yet.\n");

// Ten times as much is just right: 200 steps of 0.1 are the 20 units.
await show("adamw_0.1_200", await run(TorchoptAdamW, 200, { lr: 0.1 }));

// Even more, and it arrives in no time, but hops about: far away and back again.
await show("adamw_0.7_200", await run(TorchoptAdamW, 200, { lr: 0.7 }));

// 2. What does the "right" learning rate do if it goes on? It does not settle
// either: steps do not become shorter, so it runs out along a petal, back
// through the middle and into the next one.
function petalsOf({ params }: Trace): string[] {
  const names = ["right", "top", "left", "bottom"];
  const visits: string[] = [];
  for (const [x, y] of params) {
    const distance = Math.hypot(x!, y!);
    if (distance < 0.25 || distance > 1.5) continue;
    // The petals point to -22.5 degrees and at right angles to that.
    const turn = Math.round(Math.atan2(y!, x!) / (Math.PI / 2) + 0.25);
    const petal = names[(turn + 4) % 4]!;
    if (visits.at(-1) !== petal) visits.push(petal);
  }
  return visits;
}
console.log();
for (const steps of [300, 700, 900, 1300]) {
  const trace = await run(TorchoptAdamW, steps, { lr: 0.1 });
  await show(`adamw_0.1_${steps}`, trace);
  console.log(`  petals: ${petalsOf(trace).join(", ")}`);
}

// 3. AdaHessian divides by the curvature, which it estimates with random signs,
// hence the seed. Near the origin the flower is strongly curved, so its steps
// become short there. torchopt has 0.5 as the power of the curvature.
console.log();
const adaHessian = { lr: 0.3, hessianPower: 0.5, seed: 33 };
const after35 = await run(AdaHessian, 35, adaHessian);
await show("adahessian_0.3_35", after35);
const after200 = await run(AdaHessian, 200, adaHessian);
await show("adahessian_0.3_200", after200);
console.log(`  petals: ${petalsOf(after200).join(", ")}`);

// It explores too, but strays less far than AdamW in as many steps from arrival,
// and that is not the luck of one seed.
const stays = sinceArrival(after200);
const longest = await run(TorchoptAdamW, 1300, { lr: 0.1 });
const strays = sinceArrival(longest).slice(0, stays.length);
console.log(
  `farthest in ${stays.length} steps from arrival: AdaHessian ${
    Math.max(...stays).toFixed(2)
  }, AdamW ${Math.max(...strays).toFixed(2)}`,
);
console.log(
  `on average: AdaHessian ${mean(stays).toFixed(2)}, AdamW ${
    mean(strays).toFixed(2)
  }`,
);
let nearer = 0;
for (let seed = 0; seed < 20; seed++) {
  const trace = await run(AdaHessian, 200, { ...adaHessian, seed });
  if (Math.max(...sinceArrival(trace)) < Math.max(...strays)) nearer++;
}
console.log(`of 20 seeds, ${nearer} stay nearer than AdamW`);

// Both in one picture, from near by.
await writePicture(
  "torchopt_together",
  plotTraces([await run(TorchoptAdamW, 700, { lr: 0.1 }), after200], {
    labels: ["AdamW, lr 0.1, 700 steps", "AdaHessian, lr 0.3, 200 steps"],
    title: "flower from (20, 20)",
    region: { x: [-1.5, 1.5], y: [-1.5, 1.5] },
    fn: (x, y) => Math.hypot(x, y) + Math.sin(4 * Math.atan2(y, x)),
    bgXyBreaks: 60,
    bgZBreaks: 20,
    equalScale: true,
  }),
);

// 4. A classic of second order. L-BFGS looks along a line until it has found a
// good place, so it needs a closure that it can call as often as it likes.
// testOptim hands one to every optimizer; nothing special is needed. Its steps
// are dear: the count of evaluations says what they cost.
console.log();
for (const steps of [3, 10]) {
  const options = { lineSearchFn: "strongWolfe" };
  const trace = await run(LBFGS, steps, options);
  await show(`lbfgs_${steps}`, trace);
  console.log(`  evaluations: ${trace.evaluations.at(-1)}`);
}
console.log("Three steps suffice, and the other seven change nothing.\n");

// 5. A picture after each step is an animation; and where there is no screen,
// letters will do.
await Deno.writeFile(
  "out/torchopt_adahessian.gif",
  await gifTrace(after200, { plotEachStep: true, frameRate: 20 }),
);
console.log(sketchTrace(after35, { width: 48 }));
console.log("\nPictures: out/torchopt_*.svg and .png, and one .gif");
