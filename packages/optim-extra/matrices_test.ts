import { grad } from "@gradus/autograd";
import {
  einsum,
  eye,
  manualSeed,
  randn,
  type Tensor,
  tensor,
} from "@gradus/tensor";
import { assertAlmostEquals, assertEquals } from "@std/assert";
import { assertNear, numbers } from "./_testing.ts";
import {
  eighWhen,
  gram,
  inverseTransposedAlong,
  orthonormalWhen,
  squaresAlong,
  timesAlong,
} from "./matrices.ts";
import { AdamMini, CAME, Kron, Shampoo, SM3, SOAP } from "./mod.ts";

const float64 = { dtype: "float64" } as const;
const shape = [2, 3, 4];

function assertSame(found: Tensor, expected: Tensor, message: string): void {
  assertEquals(found.shape, expected.shape, message);
  assertNear(numbers(found), numbers(expected), 1e-14, 1, message);
}

Deno.test("gram(), squaresAlong() and timesAlong() contract one axis or all others", () => {
  manualSeed(1);
  const x = randn(shape, float64);
  const letters = ["a", "b", "c"];
  for (const axis of shape.keys()) {
    const other = letters.map((l, i) => i === axis ? "z" : l).join("");
    const products = einsum(`abc,${other}->${letters[axis]}z`, x, x);
    assertSame(gram(x, axis), products, `gram ${axis}`);
    assertSame(squaresAlong(x, axis), products.diagonal(), `squares ${axis}`);
    const m = randn([shape[axis]!, shape[axis]!], float64);
    const turned = einsum(`z${letters[axis]},abc->${other}`, m, x);
    assertSame(timesAlong(x, axis, m), turned, `times ${axis}`);
  }
  const v = randn([5], float64);
  assertSame(gram(v, 0), v.outer(v), "gram of a vector");
  assertSame(squaresAlong(v, 0), v.square(), "squares of a vector");
});

Deno.test("inverseTransposedAlong() undoes a triangular matrix along an axis", () => {
  manualSeed(2);
  const x = randn(shape, float64);
  for (const axis of shape.keys()) {
    const n = shape[axis]!;
    const q = randn([n, n], float64).triu().add(eye(n, n, float64).mul(3));
    const solved = inverseTransposedAlong(tensor(true), x, axis, q);
    assertSame(timesAlong(solved, axis, q.t()), x, `axis ${axis}`);
    const left = inverseTransposedAlong(tensor(false), x, axis, q);
    assertSame(left, x, `axis ${axis}, not due`);
  }
});

Deno.test("eighWhen() and orthonormalWhen() give the identity when nothing is due", () => {
  const a = randn([3, 3], float64), never = tensor(false);
  const { eigenvalues, eigenvectors } = eighWhen(never, a);
  assertEquals(eigenvalues.arraySync(), [1, 1, 1]);
  assertEquals(eigenvectors.arraySync(), eye(3).arraySync());
  assertEquals(orthonormalWhen(never, a).arraySync(), eye(3).arraySync());
});

/** A number that depends on some steps with gradients times `scale`. */
type Outcome = (scale: Tensor, lr: Tensor, differentiable: boolean) => Tensor;

const outcomes: Record<string, Outcome> = Object.fromEntries(
  [
    { make: SM3, options: {} },
    { make: CAME, options: {} },
    { make: AdamMini, options: {} },
    { make: Shampoo, options: { epsilon: 0.3 } },
    { make: SOAP, options: { preconditionFrequency: 2 } },
    {
      make: SOAP,
      options: { preconditionFrequency: 2, normalizeGrads: true },
    },
    { make: Kron, options: { weightDecay: 0.1 } },
  ].map(({ make, options }): [string, Outcome] => [
    `${make.name}(${JSON.stringify(options)})`,
    (scale, lr, differentiable) => {
      manualSeed(3);
      const start = randn([3, 3], float64), w = start.clone();
      const optimizer = new make([w], { ...options, lr, differentiable });
      for (let t = 0; t < 4; t++) {
        const noise = randn([3, 3], float64);
        w.grad = noise.mul(scale).add(start.mul(scale.square()));
        optimizer.step();
      }
      return w.mul(randn([3, 3], float64)).sum();
    },
  ]),
);

for (const [name, outcome] of Object.entries(outcomes)) {
  Deno.test(`${name} has the derivatives of its steps`, () => {
    const scale = tensor(1.3, { ...float64, requiresGrad: true });
    const lr = tensor(0.1, { ...float64, requiresGrad: true });
    const found = grad(outcome(scale, lr, true), [scale, lr]);
    const h = 1e-5;
    [[1, 0], [0, 1]].forEach(([inScale, inLr], i) => {
      const at = (x: number) =>
        outcome(
          tensor(1.3 + x * inScale!, float64),
          tensor(0.1 + x * inLr!, float64),
          false,
        ).itemSync();
      const difference = (at(h) - at(-h)) / (2 * h);
      const tolerance = 1e-7 * Math.max(1, Math.abs(difference));
      assertAlmostEquals(found[i]!.itemSync(), difference, tolerance);
    });
  });
}
