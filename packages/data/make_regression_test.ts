import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertThrows,
} from "@std/assert";
import {
  makeRegressionArrays,
  type RegressionArrays,
} from "./make_regression.ts";
import { RandomState } from "./random_state.ts";
import golden from "./testdata/numpy.json" with { type: "json" };

/** Sum of (i + 1) * bits of element i in float32, modulo 2^64. */
function checksum(array: Float64Array): string {
  let sum = 0n;
  new Uint32Array(Float32Array.from(array).buffer).forEach((word, i) => {
    sum += BigInt(word) * BigInt(i + 1);
  });
  return String(BigInt.asUintN(64, sum));
}

function assertClose(
  actual: Float64Array,
  expected: readonly number[],
  relative: number,
): void {
  assertEquals(actual.length, expected.length);
  expected.forEach((value, i) => {
    assertAlmostEquals(actual[i]!, value, Math.abs(value) * relative);
  });
}

function total(array: Float64Array): number {
  return array.reduce((sum, value) => sum + value, 0);
}

function assertSameProblem(
  actual: RegressionArrays,
  expected: typeof golden.makeRegression.lecture,
): void {
  const { x, y, coef, nSamples, nFeatures, nTargets } = actual;
  assertEquals(x.length, nSamples * nFeatures);
  assertEquals(y.length, nSamples * nTargets);
  assertEquals(Array.from(coef), expected.coef);
  assertClose(x.subarray(0, nFeatures), expected.xFirst, 2 ** -51);
  assertClose(x.subarray(-nFeatures), expected.xLast, 2 ** -51);
  assertClose(y.subarray(0, 3 * nTargets), expected.yFirst, 1e-12);
  assertClose(y.subarray(-3 * nTargets), expected.yLast, 1e-12);
  assertAlmostEquals(total(x), expected.xSum, 1e-14 * x.length);
  assertAlmostEquals(total(y), expected.ySum, 1e-12 * y.length);
  assertEquals(checksum(x), expected.xChecksum);
  assertEquals(checksum(y), expected.yChecksum);
}

Deno.test("makeRegressionArrays() makes the lecture's data as scikit-learn does", () => {
  const problem = makeRegressionArrays({
    nSamples: 10000,
    nFeatures: 20,
    nInformative: 4,
    bias: 3,
    noise: 1,
    randomState: 1234,
  });
  assertSameProblem(problem, golden.makeRegression.lecture);
});

Deno.test("makeRegressionArrays() has scikit-learn's defaults", () => {
  const problem = makeRegressionArrays({ randomState: 7 });
  assertSameProblem(problem, golden.makeRegression.defaults);
});

Deno.test("makeRegressionArrays() leaves rows and columns in order unless asked", () => {
  const problem = makeRegressionArrays({
    nSamples: 33,
    nFeatures: 5,
    nTargets: 3,
    bias: -1,
    shuffle: false,
    randomState: 8,
  });
  assertSameProblem(problem, golden.makeRegression.unshuffled);
});

Deno.test("makeRegressionArrays() makes several targets with noise", () => {
  const problem = makeRegressionArrays({
    nSamples: 33,
    nFeatures: 5,
    nInformative: 2,
    nTargets: 3,
    noise: 0.5,
    randomState: 9,
  });
  assertSameProblem(problem, golden.makeRegression.targets);
});

Deno.test("makeRegressionArrays() goes on with the generator it is given", () => {
  const random = new RandomState(3);
  const options = { nSamples: 4, nFeatures: 2, randomState: random };
  const first = makeRegressionArrays(options);
  const second = makeRegressionArrays(options);
  assertEquals(first, makeRegressionArrays({ ...options, randomState: 3 }));
  assert(first.x[0] !== second.x[0]);
});

Deno.test("makeRegressionArrays() refuses options that it does not know", () => {
  assertThrows(
    () => makeRegressionArrays({ n_samples: 5 } as object),
    TypeError,
    "unknown option n_samples: expected one of nSamples, ",
  );
});

Deno.test("makeRegressionArrays() refuses options out of range", () => {
  const cases: [Parameters<typeof makeRegressionArrays>[0], string][] = [
    [{ nSamples: 0 }, "nSamples must be an integer of at least 1: got 0"],
    [{ nFeatures: 1.5 }, "nFeatures must be an integer of at least 1: got 1.5"],
    [
      { nInformative: -1 },
      "nInformative must be an integer of at least 0: got -1",
    ],
    [{ nTargets: 0 }, "nTargets must be an integer of at least 1: got 0"],
    [{ bias: NaN }, "bias must be finite: got NaN"],
    [{ noise: -1 }, "noise must be finite and non-negative: got -1"],
    [{ randomState: -1 }, "a seed must be an integer in [0, 2^32): got -1"],
  ];
  for (const [options, message] of cases) {
    assertThrows(() => makeRegressionArrays(options), RangeError, message);
  }
});
