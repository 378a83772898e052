/**
 * The tour: trains the simple network, minimises the flower function with
 * AdamW and with L-BFGS, and leaves pictures in out/.
 */

import "./network.ts";
import { AdamW, LBFGS } from "@gradus/optim";
import { flower, testOptim } from "@gradus/testfns";
import { plotTrace, svgToPng } from "@gradus/testfns/plot";

const traces = {
  flower_adamw: await testOptim(AdamW, {
    fn: flower,
    start: [20, 20],
    steps: 200,
    options: { lr: 0.1 },
  }),
  flower_lbfgs: await testOptim(LBFGS, {
    fn: flower,
    start: [20, 20],
    steps: 3,
    options: { lineSearchFn: "strongWolfe" },
  }),
};

await Deno.mkdir("out", { recursive: true });
for (const [name, trace] of Object.entries(traces)) {
  const [x, y] = trace.params.at(-1)!;
  console.log(
    `${trace.optimizer} on flower, ${trace.params.length - 1} steps: ` +
      `(${x!.toFixed(4)}, ${y!.toFixed(4)}), value ${
        trace.loss.at(-1)!.toFixed(4)
      }`,
  );
  const svg = plotTrace(trace);
  await Deno.writeTextFile(`out/${name}.svg`, svg);
  await Deno.writeFile(
    `out/${name}.png`,
    await svgToPng(plotTrace(trace, { textAs: "paths" })),
  );
}
console.log(
  "Pictures: out/flower_adamw.svg, out/flower_lbfgs.svg, and both as PNG",
);
