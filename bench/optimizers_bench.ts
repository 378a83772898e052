// A step of every optimizer: `deno bench bench/optimizers_bench.ts`. AdaHessian
// and SophiaH compute loss and gradients too, as they need the graph; SAM and
// GSAM step with gradients of two points, which cost nothing here.

import { names, sizes, subjectOf } from "./optimizers.ts";

/** Those that take about a second for a million parameters. */
const slow: ReadonlySet<string> = new Set(["Shampoo", "SOAP", "Kron", "Muon"]);

for (const size of sizes) {
  for (const name of names) {
    // Made when it is its turn, as all of them together fill the memory.
    let step: (() => void) | null = null;
    Deno.bench({
      name,
      group: `a step with ${size.toLocaleString("en")} parameters`,
      baseline: name === "Adam",
      ...(size === 1e6 && slow.has(name) ? { n: 3, warmup: 1 } : {}),
      fn: () => {
        step ??= subjectOf(name, size).step;
        step();
      },
    });
  }
}
