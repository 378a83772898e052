import { grad, gradcheck } from "@gradus/autograd";
import { type Tensor, tensor } from "@gradus/tensor";
import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertThrows,
} from "@std/assert";
import { evaluateGrid, type TestFunction } from "./test_function.ts";
import { testFunction, testFunctions } from "./test_functions.ts";

const all = Object.entries(testFunctions);

function point(...x: readonly number[]): Tensor[] {
  return x.map((v) => tensor(v, { dtype: "float64", requiresGrad: true }));
}

function valueAt(fn: TestFunction, x: readonly number[]): number {
  return fn.fn(...point(...x)).itemSync();
}

function gradientAt(fn: TestFunction, x: readonly number[]): number[] {
  const at = point(...x);
  return grad([fn.fn(...at)], at).map((g) => g!.itemSync());
}

/** Whether a minimum is where the function has a gradient and can have it 0. */
function isSmoothAt({ name }: TestFunction): boolean {
  // The minimum of eggholder lies at the edge, that of flower is no more than an infimum.
  return name !== "eggholder" && name !== "flower";
}

Deno.test("testFunctions has every function under its own name", () => {
  for (const [name, fn] of all) assertEquals(fn.name, name);
  assertEquals(all.length, 30);
  for (const [name, fn] of all) {
    assert(fn.formula !== "" && fn.reference !== "", name);
  }
});

Deno.test("testFunction() finds a function and lists the names if there is none", () => {
  assertEquals(testFunction("ackley"), testFunctions.ackley);
  for (const name of ["Ackley", "", "toString"]) {
    assertThrows(
      () => testFunction(name),
      RangeError,
      `Cannot find a test function: expected one of ackley, beale, booth, branin, bukin6, crossInTray, easom,`,
    );
  }
});

Deno.test("testFunctions reach their values at their minima", () => {
  for (const [name, fn] of all) {
    if (name === "flower") continue;
    for (const { at, value } of fn.minima) {
      assertAlmostEquals(valueAt(fn, at), value, 1e-9, name);
    }
  }
});

Deno.test("testFunctions have a gradient of 0 at their minima", () => {
  for (const [name, fn] of all) {
    if (!isSmoothAt(fn)) continue;
    for (const { at } of fn.minima) {
      for (const g of gradientAt(fn, at)) {
        assertAlmostEquals(g, 0, 1e-8, `${name} at ${at}`);
      }
    }
  }
});

Deno.test("eggholder falls to its minimum along the edge and further beyond", () => {
  const fn = testFunctions.eggholder;
  const [{ at, value }] = fn.minima as [TestFunction["minima"][0]];
  const [alongX, alongY] = gradientAt(fn, at);
  assertAlmostEquals(alongY!, 0, 1e-8);
  assertAlmostEquals(alongX!, -3.3855713, 1e-6);
  assert(valueAt(fn, [513, at[1]!]) < value);
});

Deno.test("flower comes near its infimum along four valleys", () => {
  for (const quarter of [1, 2, 3, 4]) {
    const angle = quarter * Math.PI / 2 - Math.PI / 8;
    const x = 1e-10 * Math.cos(angle), y = 1e-10 * Math.sin(angle);
    assertAlmostEquals(valueAt(testFunctions.flower, [x, y]), -1, 2e-10);
  }
  assertEquals(valueAt(testFunctions.flower, [0, 0]), 0);
});

Deno.test("testFunctions are nowhere in their domain lower than at their minima", async () => {
  for (const [name, fn] of all) {
    const { z } = await evaluateGrid(fn.fn, fn.domain, 400);
    const lowest = z.reduce((least, v) => Math.min(least, v), Infinity);
    // NaN would have come through.
    assert(Number.isFinite(lowest), name);
    for (const { value } of fn.minima) assert(lowest >= value - 1e-9, name);
    // And near: the known minimum is the lowest in this domain, not a lower bound.
    assert(fn.minima.every(({ at }) => isInside(fn, at)), name);
  }
});

function isInside({ domain: { x, y } }: TestFunction, at: number[]): boolean {
  return [x, y].every(([low, high], i) => low <= at[i]! && at[i]! <= high);
}

Deno.test("testFunctions have the gradients that differences show", () => {
  for (const [name, fn] of all) {
    assert(gradcheck((...x) => fn.fn(...x), point(...fn.start)), name);
    const size = Math.hypot(...gradientAt(fn, fn.start));
    assert(size > 1e-3, `${name} is flat at its start: ${size}`);
  }
});

Deno.test("testFunctions of any number of coordinates have their minima in all dimensions", () => {
  for (const [name, fn] of all) {
    if (!fn.minimaIn) continue;
    assertEquals(fn.minimaIn(2).length, 1, name);
    assertEquals(fn.minimaIn(2)[0]!.at.length, 2);
    fn.minimaIn(2)[0]!.at.forEach((v, i) =>
      assertAlmostEquals(v, fn.minima[0]!.at[i]!, 1e-12, name)
    );
    for (const dimensions of [2, 3, 7, 10]) {
      const [{ at, value }] = fn.minimaIn(dimensions) as [
        TestFunction["minima"][0],
      ];
      assertEquals(at.length, dimensions);
      assertAlmostEquals(valueAt(fn, at), value, 1e-9, name);
      for (const g of gradientAt(fn, at)) assertAlmostEquals(g, 0, 1e-8, name);
      const aside = at.map((v, i) => v + 0.03 * (i + 1) / dimensions);
      assert(valueAt(fn, aside) > value, name);
    }
    const start = [...fn.start, ...fn.start].map((v, i) => v + 0.01 * i);
    assert(gradcheck((...x) => fn.fn(...x), point(...start)), name);
    for (const dimensions of [0, 1.5, NaN]) {
      assertThrows(
        () => fn.minimaIn!(dimensions),
        RangeError,
        "Cannot tell the minima: expected a whole number of dimensions",
      );
    }
  }
  assertThrows(() => testFunctions.rosenbrock.minimaIn!(1), RangeError, "2");
});

Deno.test("michalewicz has the published minima in 5 and 10 dimensions", () => {
  const value = (n: number) => testFunctions.michalewicz.minimaIn!(n)[0]!.value;
  assertAlmostEquals(value(5), -4.6876581790881463, 1e-12);
  assertAlmostEquals(value(10), -9.6601517156413414, 1e-12);
});

Deno.test("testFunctions have finite gradients at their kinks", () => {
  const kinks: [name: keyof typeof testFunctions, x: number[], g: number[]][] =
    [
      ["ackley", [0, 0], [0, 0]],
      ["bukin6", [-5, 0.25], [0.01, 0]],
      ["crossInTray", [0, 0], [0, 0]],
      ["crossInTray", [0, 1], [0, 0]],
      ["holderTable", [0, 0], [0, 0]],
      ["schwefel", [0, 0], [0, 0]],
      ["sumOfDifferentPowers", [0, 0], [0, 0]],
    ];
  for (const [name, at, expected] of kinks) {
    assertEquals(
      gradientAt(testFunctions[name], at).map((g) => g + 0),
      expected,
      name,
    );
  }
  assertAlmostEquals(gradientAt(testFunctions.eggholder, [0, -47])[0]!, 0);
});

Deno.test("testFunctions are finite in float32 all over their domains", () => {
  for (const [name, fn] of all) {
    const { x, y } = fn.domain;
    for (const p of [0, 0.25, 0.5, 0.75, 1]) {
      for (const q of [0, 0.3, 0.7, 1]) {
        const at = [x[0] + p * (x[1] - x[0]), y[0] + q * (y[1] - y[0])].map(
          (v) => tensor(v, { dtype: "float32", requiresGrad: true }),
        );
        const value = fn.fn(...at);
        const numbers = [value, ...grad([value], at)].map((t) => t!.itemSync());
        assert(numbers.every(Number.isFinite), `${name}: ${numbers}`);
      }
    }
  }
});

Deno.test("testFunctions have the values of torchopt's, where those are right", () => {
  // As printed to ten digits; six are the logarithms there.
  const points = [[1, 1], [2, -1], [-1.5, 0.5], [3, 0.5]];
  const known: Partial<Record<keyof typeof testFunctions, number[]>> = {
    ackley: [3.625384938, 5.422131718, 6.357812614, 8.709612453],
    bukin6: [99.60874371, 102.1003903, 69.18637481, 64.16124237],
    easom: [
      -3.030823414e-5,
      2.170372394e-9,
      -2.545760173e-14,
      0.0007937814531,
    ],
    levy13: [0, 5, 13.75, 8.25],
    rastrigin: [2, 5, 42.5, 29.25],
    sphere: [2, 5, 2.5, 9.25],
    booth: [2.995732274, 3.970291914, 4.722953222, 2.420368129],
    goldsteinPrice: [7.53689713, 11.37010535, 8.03355706, 10.04110743],
    himmelblau: [4.663439094, 4.382026635, 4.913573581, 2.791931685],
    matyas: [-3.218875825, 0.8153648133, 0.009950330853, 0.5217655638],
    rosenbrock: [-Infinity, 7.824445931, 5.744604469, 8.885855993],
  };
  for (const [name, values] of Object.entries(known)) {
    const fn = testFunction(name);
    points.forEach((at, i) => {
      const value = valueAt(fn, at);
      const expected = values[i]!;
      const shown = fn.display === "log" ? Math.log(value) : value;
      if (!Number.isFinite(expected)) return assertEquals(shown, expected);
      assertAlmostEquals(
        shown,
        expected,
        1e-9 * Math.max(1, Math.abs(expected)),
      );
    });
  }
});
