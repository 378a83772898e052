/**
 * Why do they all say that the learning rate matters? AdamW and L-BFGS on the
 * flower function, with pictures in out/.
 */

import { AdamW, LBFGS } from "@gradus/optim";
import { flower, testOptim, type Trace } from "@gradus/testfns";
import { plotTrace } from "@gradus/testfns/plot";

const runs: [string, Promise<Trace>][] = [];
for (
  const [lr, steps] of [
    [0.01, 200],
    [0.1, 200],
    [0.7, 200],
    [0.1, 300],
    [0.1, 700],
    [0.1, 900],
    [0.1, 1300],
  ]
) {
  runs.push([
    `adamw_${lr}_${steps}`,
    testOptim(AdamW, {
      fn: flower,
      start: [20, 20],
      steps: steps!,
      options: { lr },
    }),
  ]);
}
for (const steps of [3, 10]) {
  runs.push([
    `lbfgs_${steps}`,
    testOptim(LBFGS, {
      fn: flower,
      start: [20, 20],
      steps,
      options: { lineSearchFn: "strongWolfe" },
    }),
  ]);
}

await Deno.mkdir("out", { recursive: true });
for (const [name, run] of runs) {
  const trace = await run;
  const [x, y] = trace.params.at(-1)!;
  console.log(
    `${name}: (${x!.toFixed(4)}, ${y!.toFixed(4)}), value ${
      trace.loss.at(-1)!.toFixed(4)
    }, ` +
      `${trace.evaluations.at(-1)} evaluations`,
  );
  await Deno.writeTextFile(`out/${name}.svg`, plotTrace(trace));
}
