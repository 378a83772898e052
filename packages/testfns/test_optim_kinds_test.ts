import {
  Adam,
  adam,
  chain,
  clipByGlobalNorm,
  type GradientTransformation,
  type OptimizerLike,
  scale,
  SGD,
} from "@gradus/optim";
import { AdaHessian } from "@gradus/optim-extra";
import { noGrad } from "@gradus/autograd";
import type { Tensor } from "@gradus/tensor";
import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertRejects,
} from "@std/assert";
import { beale } from "./functions/beale.ts";
import { booth } from "./functions/booth.ts";
import { sphere } from "./functions/sphere.ts";
import type { OptimizerClass } from "./resolve_optimizer.ts";
import type { TestFunction } from "./test_function.ts";
import { testOptim } from "./test_optim.ts";
import type { Trace } from "./trace.ts";

/** A trace without what the clock says. */
function timeless({ time, ...trace }: Trace): Trace {
  assertEquals(time?.length, trace.loss.length);
  return trace;
}

/** Like SAM: two evaluations per step. */
class TwoLooks {
  readonly #inner: OptimizerLike;
  readonly #params: readonly Tensor[];
  constructor(params: Tensor[], inner: OptimizerLike) {
    this.#params = params;
    this.#inner = inner;
  }
  get paramGroups(): OptimizerLike["paramGroups"] {
    return this.#inner.paramGroups;
  }
  step<Loss>(closure: () => Loss): Loss {
    const loss = closure();
    noGrad(() => this.#params.forEach((p) => p.add_(0.5)));
    closure();
    noGrad(() => this.#params.forEach((p) => p.sub_(0.5)));
    this.#inner.step();
    return loss;
  }
}

Deno.test("testOptim() takes functions that make optimizers", async () => {
  const options = { fn: booth, steps: 3, bgXyBreaks: 0 };
  const made = await testOptim(
    (params: Tensor[]) => new SGD(params, { lr: 0.05 }),
    options,
  );
  const asClass = await testOptim(SGD, { ...options, options: { lr: 0.05 } });
  assertEquals(made.params, asClass.params);
  assertEquals([made.optimizer, made.options], ["SGD", {}]);
  const given = (params: Tensor[], options: { lr: number }) =>
    new SGD(params, options);
  const passed = await testOptim(given, {
    ...options,
    options: { lr: 0.05 },
    name: "small steps",
  });
  assertEquals(passed.params, asClass.params);
  assertEquals([passed.optimizer, passed.options], ["small steps", {
    lr: 0.05,
  }]);
  await assertRejects(
    () => testOptim((() => 3) as unknown as OptimizerClass, options),
    TypeError,
    "expected the function to make an optimizer, got 3",
  );
});

Deno.test("testOptim() takes wrappers that call the closure twice", async () => {
  for (const compile of [false, true]) {
    const trace = await testOptim(
      (params: Tensor[]) =>
        new TwoLooks(
          params,
          new SGD(params, { lr: 0.25 }),
        ) as unknown as OptimizerLike,
      { fn: sphere, start: [1, -2], steps: 2, bgXyBreaks: 0, compile },
    );
    // Gradients are those half a unit further on in both coordinates.
    assertEquals(timeless(trace), {
      optimizer: "TwoLooks",
      fn: "sphere",
      options: {},
      params: [[1, -2], [0.25, -1.25], [-0.125, -0.875]],
      loss: [5, 1.625, 0.78125],
      gradNorm: [
        Math.hypot(2, 4),
        Math.hypot(0.5, 2.5),
        Math.hypot(0.25, 1.75),
      ].map(Math.fround),
      lr: [0.25, 0.25, 0.25],
      evaluations: [0, 2, 4],
      domain: sphere.domain,
      minima: sphere.minima,
    });
  }
});

Deno.test("testOptim() takes transformations", async () => {
  const options = { fn: beale, steps: 20, bgXyBreaks: 0 };
  const expected = await testOptim(Adam, { ...options, options: { lr: 0.1 } });
  for (const compile of [false, true]) {
    const trace = await testOptim(adam(0.1), { ...options, compile });
    assertEquals([trace.optimizer, trace.lr[0]], ["transformation", NaN]);
    const { optimizer } = await testOptim(() => adam(0.1), options);
    assertEquals(optimizer, "transformation");
    trace.params.forEach((at, k) =>
      at.forEach((v, i) => assertAlmostEquals(v, expected.params[k]![i]!, 1e-5))
    );
    const clipped = await testOptim(chain(clipByGlobalNorm(1), scale(-0.5)), {
      ...options,
      compile,
      steps: 1,
    });
    const [from, to] = clipped.params as [number[], number[]];
    assertAlmostEquals(
      Math.hypot(to[0]! - from[0]!, to[1]! - from[1]!),
      0.5,
      1e-6,
    );
  }
  await assertRejects(
    () => testOptim(adam(0.1), { fn: beale, options: { lr: 1 } }),
    TypeError,
    "expected no options beside a transformation, which has its own, got lr",
  );
  await assertRejects(
    () =>
      testOptim(adam(0.1), {
        fn: beale,
        scheduler: () => ({ step: () => {} }),
      }),
    TypeError,
    "expected no scheduler beside a transformation",
  );
});

Deno.test("testOptim() keeps the states of transformations apart", async () => {
  type State = {
    older: Tensor[];
    newer: Tensor[];
    seen: Tensor[];
    calls: number;
  };
  // Moves by minus what the gradient was two steps ago, and remembers where it was.
  const late = (counts: boolean): GradientTransformation<State> => ({
    init: (params) => ({
      older: (params as Tensor[]).map((p) => p.detach().mul(0)),
      newer: (params as Tensor[]).map((p) => p.detach().mul(0)),
      seen: params as Tensor[],
      calls: 0,
    }),
    update: (updates, { older, newer, calls }, params) => [
      older.map((g) => g.mul(-0.125)) as unknown as typeof updates,
      {
        older: newer,
        newer: updates as unknown as Tensor[],
        seen: params as Tensor[],
        calls: counts ? calls + 1 : calls,
      },
    ],
  });
  const warn = console.warn, warnings: string[] = [];
  console.warn = (message) => warnings.push(message);
  try {
    for (const counts of [false, true]) {
      for (const compile of [false, true]) {
        const trace = await testOptim(late(counts) as GradientTransformation, {
          fn: sphere,
          start: [1, -2],
          steps: 4,
          bgXyBreaks: 0,
          compile,
        });
        // x' = x - x(two steps before) / 4
        assertEquals(trace.params.map(([x]) => x), [1, 1, 1, 0.75, 0.5]);
        assertEquals(trace.evaluations, [0, 1, 2, 3, 4]);
      }
    }
  } finally {
    console.warn = warn;
  }
  assertEquals(warnings.length, 1);
  assert(warnings[0]!.includes("the state of a transformation changes"));
});

Deno.test("testOptim() gives gradients with a graph to optimizers that look at second derivatives", async () => {
  // The Hessian is diagonal, so that no sign changes the estimate.
  const bowl: TestFunction = {
    ...sphere,
    name: "bowl",
    fn: (x: Tensor, y: Tensor) => x.square().add(y.square().mul(10)),
  };
  const options = {
    fn: bowl,
    start: [1, -2],
    steps: 10,
    dtype: "float64",
    bgXyBreaks: 0,
  } as const;
  const expected = [[0.850007499625, -1.700001499993], [
    0.711855920391,
    -1.423686973671,
  ]];
  const wrapped = (params: Tensor[]) => {
    const optimizer = new AdaHessian(params, { lr: 0.15 });
    return {
      optimizer,
      paramGroups: optimizer.paramGroups,
      step: optimizer.step.bind(optimizer),
    } as unknown as OptimizerLike;
  };
  for (
    const trace of [
      await testOptim(AdaHessian, { ...options, options: { lr: 0.15 } }),
      await testOptim(wrapped, options),
      await testOptim(wrapped, { ...options, compile: true }),
    ]
  ) {
    for (const [k, at] of expected.entries()) {
      at.forEach((v, i) =>
        assertAlmostEquals(trace.params[k + 1]![i]!, v, 1e-11)
      );
    }
    assertAlmostEquals(trace.params[10]![0]!, -0.006172198036, 1e-11);
  }
});

Deno.test("testOptim() says if an optimizer does not call its closure", async () => {
  await assertRejects(
    () =>
      testOptim(
        (() => ({
          paramGroups: [{}],
          step: () => {},
        })) as unknown as OptimizerClass,
        { fn: sphere },
      ),
    TypeError,
    "expected step() of Object to call its closure",
  );
});
