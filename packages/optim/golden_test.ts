import { type Tensor, tensor } from "@gradus/tensor";
import { assert, assertEquals } from "@std/assert";
import {
  assertNear,
  dtypes,
  numbers,
  optimizerClass,
  optimizers,
  type Options,
  setQuadraticGrad,
  tolerance,
} from "./_testing.ts";
import type { Optimizer } from "./mod.ts";
import golden from "./testdata/optim.json" with { type: "json" };

type Float = typeof dtypes[number];
type Case = typeof golden.cases[number];
type State = Record<string, number | number[]>;

interface Run {
  readonly optimizer: Optimizer;
  readonly params: Tensor[];
  /** Takes a step with the gradient of the problem. */
  readonly step: () => void;
}

function problemOf({ problem }: Case) {
  return golden.problems[problem as keyof typeof golden.problems];
}

/** Parameters and optimizer of a case, at the start or where `values` says. */
function prepare(given: Case, dtype: Float, values?: Tensor[]): Run {
  const { shapes, start, curvature } = problemOf(given);
  const make = (data: number[], i: number) =>
    tensor(data, { dtype }).view(shapes[i]!).clone();
  const params = values?.map((value) => value.detach().clone()) ??
    start.map(make);
  for (const param of params) param.requiresGrad = true;
  const factors = curvature.map(make);
  const groups = params.map((param, i) => ({
    params: [param],
    ...given.groups[i] as Options,
  }));
  const optimizer = new (optimizerClass(given.optimizer))(
    groups,
    given.options as Options,
  );
  const step = () => {
    params.forEach((param, i) => setQuadraticGrad(param, factors[i]!));
    optimizer.step();
  };
  return { optimizer, params, step };
}

function title({ optimizer, options, problem }: Case): string {
  return `${optimizer}(${JSON.stringify(options)}) on the problem "${problem}"`;
}

function checkState(
  actual: Record<string, unknown>,
  expected: State,
  tolerance: number,
): void {
  assertEquals(Object.keys(actual).sort(), Object.keys(expected).sort());
  for (const [name, value] of Object.entries(expected)) {
    const own = numbers(actual[name] as Tensor);
    const { dtype } = actual[name] as Tensor;
    // The digits that are stored tell float32 numbers apart, no more.
    const wanted = [value].flat().map(
      dtype === "float32" ? Math.fround : Number,
    );
    const scale = Math.max(...wanted.map(Math.abs));
    assertNear(own, wanted, tolerance, scale, `State ${name}`);
  }
}

for (const given of golden.cases) {
  for (const dtype of dtypes) {
    Deno.test(`${title(given)} moves as in PyTorch in ${dtype}`, () => {
      const { optimizer, params, step } = prepare(given, dtype);
      const { start } = problemOf(given);
      const expected = given[dtype];
      const positions = new Map(Object.entries(expected.positions));
      for (let t = 1; t <= 50; t++) {
        step();
        positions.get(String(t))?.forEach((position, i) => {
          const own = numbers(params[i]!);
          assertNear(own, position, tolerance[dtype], start[i]!, `Step ${t}`);
        });
        if (t !== 3) continue;
        params.forEach((param, i) => {
          const state = optimizer.state.get(param) ?? {};
          checkState(state, expected.state[i] as State, tolerance[dtype]);
        });
      }
    });

    Deno.test(`${title(given)} goes on from a saved state with the same bits in ${dtype}`, () => {
      const whole = prepare(given, dtype);
      for (let t = 0; t < 3; t++) whole.step();
      const other = prepare(given, dtype, whole.params);
      other.optimizer.loadStateDict(whole.optimizer.stateDict());
      for (let t = 0; t < 4; t++) {
        whole.step();
        other.step();
      }
      whole.params.forEach((param, i) => {
        assertEquals(numbers(other.params[i]!), numbers(param));
      });
    });
  }
}

Deno.test("Optimizer has no exported subclass that is not compared with PyTorch", () => {
  const compared = new Set(
    [...golden.cases, ...golden.lbfgs].map(({ optimizer }) => optimizer),
  );
  assert(optimizers.size >= 5);
  assertEquals([...optimizers.keys()].sort(), [...compared].sort());
});

Deno.test("Optimizer.toString() shows every exported subclass as PyTorch prints it", () => {
  for (const { optimizer, options, groups, text } of golden.prints) {
    const params = groups.map((group) => ({
      params: [tensor([[0.5]], { requiresGrad: true })],
      ...group as Options,
    }));
    const made = new (optimizerClass(optimizer))(params, options as Options);
    assertEquals(String(made), text);
  }
  const printed = new Set(golden.prints.map(({ optimizer }) => optimizer));
  assertEquals([...optimizers.keys()].sort(), [...printed].sort());
});
