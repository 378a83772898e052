import { type Tensor, tensor } from "@gradus/tensor";
import { assertAlmostEquals, assertEquals } from "@std/assert";
import { assertSameWalk, walk } from "./_walk_testing.ts";
import { Signum } from "./signum.ts";
import { Tiger } from "./tiger.ts";

Deno.test("Tiger that is not adaptive is Signum with decoupled decay", () => {
  const options = { lr: 0.1, weightDecay: 0.2 };
  assertSameWalk(
    walk((params) =>
      new Tiger(params, { ...options, beta: 0.8, adaptive: false })
    ),
    walk((params) =>
      new Signum(params, {
        ...options,
        momentum: 0.8,
        decoupledWeightDecay: true,
      })
    ),
  );
});

Deno.test("Tiger with gradAccumSteps moves as with the mean of that many gradients", () => {
  const part = (t: number, i: number) => Math.sin(5 * t + 2 * i);
  const constant = (value: number) => (w: Tensor) => w.mul(0).add(value);
  const options = { lr: 0.1, beta: 0.8, weightDecay: 0.1 };
  const accumulated = walk(
    (params) => new Tiger(params, { ...options, gradAccumSteps: 3 }),
    {
      steps: 30,
      gradient: (w, t) =>
        constant(part(Math.floor((t - 1) / 3), (t - 1) % 3))(w),
    },
  );
  const whole = walk((params) => new Tiger(params, options), {
    steps: 10,
    gradient: (w, t) =>
      constant((part(t - 1, 0) + part(t - 1, 1) + part(t - 1, 2)) / 3)(w),
  });
  assertSameWalk(accumulated.filter((_, i) => i % 3 === 2), whole);
  assertEquals(accumulated[0], [1, -2, 0.5, 3]);
  assertEquals(accumulated[4], accumulated[3]);
});

Deno.test("Tiger shrinks a parameter whose gradient has NaN, and goes on", () => {
  const w = tensor([4, -2], { dtype: "float64", requiresGrad: true });
  const optimizer = new Tiger([w], { lr: 0.5, shrinkRatio: 0.5 });
  const step = (grad: number[]) => {
    w.grad = tensor(grad, { dtype: "float64" });
    optimizer.step();
  };
  const average = () =>
    (optimizer.state.get(w)!.expAvg as Tensor).arraySync() as number[];
  step([1, 1]);
  assertEquals(w.arraySync(), [3.75, -2.25]);
  const before = average();
  step([NaN, 1]);
  assertEquals(w.arraySync(), [1.875, -1.125]);
  assertEquals(average(), before);
  step([1, 1]);
  assertEquals(w.arraySync(), [1.625, -1.375]);
});

Deno.test("Tiger scales with the size of matrices, or of their rows, and leaves decay of vectors out", () => {
  const gradient = (w: Tensor) => w.mul(0).add(1);
  const options = { lr: 0.1, weightDecay: 0 };
  const start = [[3, -3], [4, 4]];
  const [ofAll] = walk((params) => new Tiger(params, options), {
    start,
    steps: 1,
    gradient,
  });
  const size = Math.sqrt((9 + 9 + 16 + 16) / 4);
  [3, -3, 4, 4].forEach((value, i) =>
    assertAlmostEquals(ofAll![i]!, value - 0.1 * size, 1e-12)
  );
  const [ofRows] = walk(
    (params) => new Tiger(params, { ...options, rowwise: true }),
    { start, steps: 1, gradient },
  );
  [3 - 0.3, -3 - 0.3, 4 - 0.4, 4 - 0.4].forEach((value, i) =>
    assertAlmostEquals(ofRows![i]!, value, 1e-12)
  );
  const [ofVector] = walk(
    (params) => new Tiger(params, { lr: 0.5, weightDecay: 1 }),
    { start: [3, -3], steps: 1, gradient },
  );
  assertEquals(ofVector, [2.75, -3.25]);
});
