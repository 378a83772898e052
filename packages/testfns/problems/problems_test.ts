import { grad, gradcheck } from "@gradus/autograd";
import { SGD } from "@gradus/optim";
import {
  compile,
  type DType,
  Generator,
  stack,
  type Tensor,
  tensor,
} from "@gradus/tensor";
import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertThrows,
} from "@std/assert";
import { rosenbrock } from "../functions/rosenbrock.ts";
import { sphere } from "../functions/sphere.ts";
import { beale } from "../functions/beale.ts";
import { monkeySaddle } from "../functions/monkey_saddle.ts";
import { batches } from "./data.ts";
import { logisticRegression } from "./logistic_regression.ts";
import { matrixFactorization } from "./matrix_factorization.ts";
import { noisyQuadratic } from "./noisy_quadratic.ts";
import { type Problem, problemOf, randomPoint } from "./problem.ts";
import { spirals } from "./spirals.ts";

/** Small ones of each kind. */
const makers: ((seed: number) => Problem)[] = [
  (seed) => noisyQuadratic({ spectrum: [1, 0.1, 10], seed }),
  (seed) =>
    logisticRegression({ samples: 12, features: 3, batchSize: 5, seed }),
  (seed) => spirals({ samples: 11, hidden: 4, batchSize: 5, seed }),
  (seed) => matrixFactorization({ rows: 4, columns: 3, rank: 2, seed }),
  () => problemOf(beale),
];

function stepOf(step: number): Tensor {
  return tensor(step, { dtype: "int64" });
}

function values(tensors: readonly Tensor[]): unknown[] {
  return tensors.map((t) => t.arraySync());
}

function evaluate(problem: Problem, params: readonly Tensor[]): number {
  const value = problem.evaluate?.(params) ?? problem.loss(params, stepOf(0));
  return value.itemSync();
}

Deno.test("problems are the same for the same seeds and others for others", () => {
  for (const make of makers) {
    const once = make(1), again = make(1), other = make(2);
    assertEquals(values(again.params(5)), values(once.params(5)));
    assert(
      JSON.stringify(values(once.params(6))) !==
        JSON.stringify(values(once.params(5))),
      once.name,
    );
    const params = once.params(5, "float64");
    for (const step of [0, 1, 40]) {
      const loss = once.loss(params, stepOf(step)).itemSync();
      assertEquals(again.loss(params, stepOf(step)).itemSync(), loss);
      if (once.name === "beale") continue;
      assert(other.loss(params, stepOf(step)).itemSync() !== loss, once.name);
    }
  }
});

Deno.test("problems have parameters and losses of the type that is asked for", () => {
  for (const make of makers) {
    const problem = make(0);
    for (const dtype of ["float32", "float64"] satisfies DType[]) {
      const params = problem.params(1, dtype);
      for (const p of params) {
        assertEquals([p.dtype, p.requiresGrad, p.isLeaf], [dtype, true, true]);
      }
      const loss = problem.loss(params, stepOf(2));
      assertEquals([loss.dtype, loss.numel], [dtype, 1]);
    }
    assertEquals(problem.params(1)[0]!.dtype, "float32");
    const [wide, narrow] = [
      problem.params(1, "float64"),
      problem.params(1, "float32"),
    ].map((params) => evaluate(problem, params));
    assertAlmostEquals(narrow!, wide!, 1e-5 * Math.abs(wide!));
  }
});

Deno.test("problems have the gradients that differences show", () => {
  for (const make of makers) {
    const problem = make(3);
    const params = problem.params(4, "float64");
    gradcheck((...p) => problem.loss(p, stepOf(7)), params);
    if (problem.evaluate) gradcheck((...p) => problem.evaluate!(p), params);
  }
});

Deno.test("problems compile to the same numbers", () => {
  for (const make of makers) {
    const problem = make(0);
    const run = (repeated: boolean) => {
      const params = problem.params(1);
      const optimizer = new SGD(params, { lr: 0.001 });
      const count = stepOf(0);
      const step = () => {
        optimizer.zeroGrad();
        const loss = problem.loss(params, count);
        loss.backward();
        optimizer.step();
        count.add_(1);
        return loss.detach();
      };
      if (repeated) {
        const { record } = compile(step).repeat(6, { record: true });
        return [(record as Tensor).arraySync(), values(params)];
      }
      return [stack([1, 2, 3, 4, 5, 6].map(step)).arraySync(), values(params)];
    };
    assertEquals(run(true), run(false), problem.name);
  }
});

Deno.test("batches() shows every sample once per shuffle", () => {
  const batchOf = batches(10, 3, new Generator().manualSeed(0));
  const shuffle = (from: number) =>
    [0, 1, 2].flatMap((i) => batchOf(stepOf(from + i)).arraySync() as number[]);
  const first = shuffle(0);
  assertEquals(new Set(first).size, 9);
  assertEquals(new Set(shuffle(3)).size, 9);
  assert(`${shuffle(3)}` !== `${first}`);
  assertEquals(shuffle(96), first);
});

Deno.test("noisyQuadratic() has noise of mean 0 and the covariance that it says", () => {
  const problem = noisyQuadratic({ spectrum: [4, 0.25], noise: 0.5, seed: 3 });
  const theta = tensor([2, -1], { dtype: "float64", requiresGrad: true });
  const exact = evaluate(problem, [theta]);
  assertEquals(exact, 8.125);
  const errors: number[][] = [];
  let mean = 0;
  for (let step = 0; step < 1024; step++) {
    const loss = problem.loss([theta], stepOf(step));
    mean += loss.itemSync() / 1024;
    const g = grad([loss], [theta])[0]!.arraySync() as number[];
    errors.push([g[0]! - 8, g[1]! + 0.25]);
  }
  assertAlmostEquals(mean, exact, 1e-12);
  // noise^2 h, from 1024 draws
  [1, 0.0625].forEach((expected, i) => {
    const variance = errors.reduce((sum, e) => sum + e[i]! ** 2 / 1024, 0);
    assert(Math.abs(variance / expected - 1) < 0.15, `${variance}`);
  });
  const again = problem.loss([theta], stepOf(1024)).itemSync();
  assertEquals(again, problem.loss([theta], stepOf(0)).itemSync());
  const quiet = noisyQuadratic({ spectrum: [4, 0.25], noise: 0 });
  assertEquals(quiet.loss([theta], stepOf(9)).itemSync(), exact);
});

Deno.test("logisticRegression() knows its minimum", () => {
  for (const seed of [0, 1]) {
    const problem = logisticRegression({ seed });
    const params = problem.params(0, "float64");
    const optimizer = new SGD(params, { lr: 1, momentum: 0.9 });
    const step = compile(() => {
      optimizer.zeroGrad();
      problem.evaluate!(params).backward();
      optimizer.step();
    });
    step.repeat(2000);
    assertAlmostEquals(evaluate(problem, params), problem.minimum!, 1e-7);
    assert(evaluate(problem, params) >= problem.minimum! - 1e-14);
  }
});

Deno.test("spirals() has as many points of each kind", () => {
  const problem = spirals({ samples: 8, batchSize: 8, hidden: 1 });
  // Logits of 1 for all: each point costs log(1 + e) - y.
  const params = problem.params(0, "float64").map((p, i) =>
    i === 3 ? p.detach().fill_(1) : p.detach().fill_(0)
  );
  const expected = Math.log(1 + Math.E) - 0.5;
  assertAlmostEquals(evaluate(problem, params), expected, 1e-12);
  assertAlmostEquals(
    problem.loss(params, stepOf(3)).itemSync(),
    expected,
    1e-12,
  );
});

Deno.test("matrixFactorization() asks for a matrix of mean square 1", () => {
  const problem = matrixFactorization({ rank: 2, condition: 5 });
  const params = problem.params(0, "float64").map((p) => p.detach().zero_());
  assertAlmostEquals(evaluate(problem, params), 1, 1e-12);
});

Deno.test("problemOf() places test functions at their start or at random", () => {
  const problem = problemOf(beale);
  assertEquals(values(problem.params()), [1, 1]);
  assertEquals(problem.minimum, 0);
  assertEquals([problem.domain, problem.minima, problem.display], [
    beale.domain,
    beale.minima,
    "log",
  ]);
  assertEquals(
    values(problem.params(8, "float64")),
    randomPoint(beale.domain, 2, 8),
  );
  const chain = problemOf(rosenbrock, [0, 1, 2, 3]);
  assertEquals(chain.minima, [{ at: [1, 1, 1, 1], value: 0 }]);
  assertEquals(chain.loss(chain.params(), stepOf(0)).itemSync(), 201 + 0 + 101);
  assertEquals(problemOf(sphere, [3]).minima, [{ at: [0], value: 0 }]);
  assertEquals("minimum" in problemOf(monkeySaddle), false);
  assertThrows(
    () => problemOf(beale, [1, 2, 3]),
    RangeError,
    "Cannot use beale in 3 dimensions: it has 2",
  );
});

Deno.test("randomPoint() stays in the domain and reaches all of it", () => {
  const points = Array.from(
    { length: 200 },
    (_, seed) => randomPoint(rosenbrock.domain, 3, seed),
  );
  [[-2, 2], [-1, 3], [-1, 3]].forEach(([low, high], i) => {
    const drawn = points.map((p) => p[i]!);
    const least = Math.min(...drawn), most = Math.max(...drawn);
    assert(low! <= least && least < low! + 0.2, `${least}`);
    assert(most < high! && most > high! - 0.2, `${most}`);
  });
});

Deno.test("problems refuse options that cannot be", () => {
  const cases: [make: () => Problem, message: string][] = [
    [
      () => noisyQuadratic({ spectrum: [] }),
      "Cannot make noisyQuadratic with this spectrum: expected at least 1 number, got 0",
    ],
    [
      () => noisyQuadratic({ spectrum: [1, -1] }),
      "numbers of at least 0, got -1",
    ],
    [() => noisyQuadratic({ noise: NaN }), "this noise"],
    [
      () => logisticRegression({ samples: 5, batchSize: 6 }),
      "this batchSize: expected a whole number of at least 1 and at most 5, got 6",
    ],
    [() => logisticRegression({ features: 1.5 }), "this features"],
    [() => logisticRegression({ condition: 0.5 }), "this condition"],
    [() => logisticRegression({ l2: 0 }), "this l2"],
    [() => spirals({ samples: 1 }), "this samples"],
    [() => spirals({ hidden: 0 }), "this hidden"],
    [() => spirals({ turns: 0 }), "this turns"],
    [() => spirals({ noise: -1 }), "this noise"],
    [() => matrixFactorization({ rank: 16 }), "at most 15, got 16"],
    [() => matrixFactorization({ condition: Infinity }), "this condition"],
  ];
  for (const [make, message] of cases) assertThrows(make, RangeError, message);
  const unknown = { sead: 1 } as unknown as { seed: number };
  for (
    const make of [
      noisyQuadratic,
      logisticRegression,
      spirals,
      matrixFactorization,
    ]
  ) {
    assertThrows(() => make(unknown), TypeError, "unknown option sead");
  }
});
