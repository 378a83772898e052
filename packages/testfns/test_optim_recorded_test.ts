import * as optim from "@gradus/optim";
import {
  Adam,
  AlgorithmOptimizer,
  type Closure,
  LBFGS,
  SGD,
} from "@gradus/optim";
import * as extra from "@gradus/optim-extra";
import { assert, assertEquals } from "@std/assert";
import { beale } from "./functions/beale.ts";
import { sphere } from "./functions/sphere.ts";
import { matrixFactorization } from "./problems/matrix_factorization.ts";
import { noisyQuadratic } from "./problems/noisy_quadratic.ts";
import { spirals } from "./problems/spirals.ts";
import type { OptimizerClass } from "./resolve_optimizer.ts";
import { testOptim, type TestOptimOptions } from "./test_optim.ts";
import type { Trace } from "./trace.ts";

/** A trace without what the clock says. */
function timeless({ time, ...trace }: Trace): Trace {
  assertEquals(time?.length, trace.loss.length);
  return trace;
}

Deno.test("testOptim() gives the same numbers from recorded steps", async () => {
  const problems: TestOptimOptions["fn"][] = [
    beale,
    noisyQuadratic({ spectrum: [1, 0.1, 0.01] }),
    spirals({ samples: 20, hidden: 3, batchSize: 8 }),
  ];
  for (const fn of problems) {
    for (const stop of [undefined, { gradNorm: 1e-3 }]) {
      const options = { fn, steps: 70, ...stop ? { stop } : {}, bgXyBreaks: 0 };
      const [looped, recorded] = [
        await testOptim(Adam, { ...options, compile: false }),
        await testOptim(Adam, { ...options, compile: true }),
      ];
      assertEquals(timeless(recorded), timeless(looped));
      assertEquals(recorded.time, [...recorded.time!].sort((a, b) => a - b));
    }
  }
});

Deno.test("testOptim() gives the same numbers from recorded steps of every optimizer", async () => {
  const classes = Object.values({ ...optim, ...extra }).filter((value) =>
    typeof value === "function" &&
    value.prototype instanceof AlgorithmOptimizer &&
    value.length === 1 && // parameters; bases take an algorithm first
    value !== optim.SparseAdam // for gradients of lookups only
  ) as OptimizerClass[];
  assert(classes.length > 20, `${classes.length}`);
  const options = { fn: matrixFactorization({ rows: 4, rank: 2 }), steps: 12 };
  const { warn } = console;
  console.warn = () => {}; // some look at values in a few of their steps
  try {
    for (const optimizerClass of classes) {
      const [looped, recorded] = [
        await testOptim(optimizerClass, { ...options, compile: false }),
        await testOptim(optimizerClass, { ...options, compile: true }),
      ];
      assertEquals(timeless(recorded), timeless(looped), optimizerClass.name);
    }
  } finally {
    console.warn = warn;
  }
});

Deno.test("testOptim() runs step by step what has steps of its own", async () => {
  // Its learning rate is a number that no recorded step would change.
  class Slowing extends SGD {
    steps = 0;
    protected override performStep(closure: Closure | undefined): unknown {
      this.paramGroups[0]!.lr = 0.25 / ++this.steps;
      return super.performStep(closure);
    }
  }
  const options = { fn: sphere, start: [1, 0], steps: 200, bgXyBreaks: 0 };
  const trace = await testOptim(Slowing, options);
  const looped = await testOptim(Slowing, { ...options, compile: false });
  assertEquals(timeless(trace), timeless(looped));
  assertEquals(trace.params.slice(0, 4).map(([x]) => x), [
    1,
    0.5,
    0.375,
    0.3125,
  ]);
});

Deno.test("testOptim() runs step by step what cannot cannot be recorded, and says so", async () => {
  const options = {
    fn: beale,
    steps: 3,
    options: { lineSearchFn: "strongWolfe" },
    bgXyBreaks: 0,
  };
  const expected = await testOptim(LBFGS, options);
  const warn = console.warn, warnings: string[] = [];
  console.warn = (message) => warnings.push(message);
  try {
    const trace = await testOptim(LBFGS, { ...options, compile: true });
    assertEquals(timeless(trace), timeless(expected));
  } finally {
    console.warn = warn;
  }
  assertEquals(warnings.length, 1);
  assert(warnings[0]!.startsWith("A compiled function runs uncompiled"));
});
