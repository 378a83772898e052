import { AdamW } from "@gradus/optim";
import { eye, manualSeed, ones, randn, type Tensor } from "@gradus/tensor";
import { assertEquals, assertThrows } from "@std/assert";
import { assertNear, numbers } from "./_testing.ts";
import { SOAP } from "./mod.ts";

const float64 = { dtype: "float64" } as const;

function shapesOf(state: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(state).map(([name, value]) => [
      name,
      (value as Tensor).shape,
    ]),
  );
}

Deno.test("SOAP finds its axes in the first step and moves nothing", () => {
  manualSeed(1);
  const w = randn([3, 4], float64), before = w.clone();
  w.grad = randn([3, 4], float64);
  const optimizer = new SOAP([w], { weightDecay: 0.5 });
  optimizer.step();
  assertEquals(numbers(w), numbers(before));
  const { step, gg0, q0, expAvg } = optimizer.state.get(w)! as Record<
    string,
    Tensor
  >;
  assertEquals([step!.itemSync(), numbers(expAvg).some((x) => x !== 0)], [
    0,
    false,
  ]);
  const turned = q0!.t().mm(gg0!).mm(q0!);
  assertNear(
    numbers(turned),
    numbers(turned.mul(eye(3, 3, float64))),
    1e-14,
    1,
    "Q makes H diagonal",
  );
  const sizes = numbers(turned.diagonal());
  assertEquals(sizes, [...sizes].sort((a, b) => b - a));
});

Deno.test("SOAP leaves vectors to Adam, after a first step for the axes", () => {
  manualSeed(2);
  const w = randn([5], float64), other = w.clone();
  const soap = new SOAP([w], { lr: 0.1, weightDecay: 0 });
  const adam = new AdamW([other], {
    lr: 0.1,
    betas: [0.95, 0.95],
    eps: 0,
    weightDecay: 0,
  });
  soap.paramGroups[0]!.eps = 0;
  for (let t = 0; t < 10; t++) {
    w.grad = randn([5], float64);
    soap.step();
    if (t === 0) continue;
    other.grad = w.grad;
    adam.step();
  }
  assertNear(numbers(w), numbers(other), 1e-13, 1, "After 10 steps");
});

Deno.test("SOAP does not depend on how the axes are turned", () => {
  manualSeed(3);
  const start = randn([4, 4], float64);
  const curvature = randn([4, 4], float64).square().add(0.5);
  // A product of two reflections.
  const v = randn([4, 1], float64);
  const turn = eye(4, 4, float64)
    .sub(v.mm(v.t()).mul(2 / v.square().sum().itemSync()));
  const run = (rotation: Tensor) => {
    manualSeed(4);
    const w = rotation.mm(start);
    const optimizer = new SOAP([w], { lr: 0.05, preconditionFrequency: 2 });
    for (let t = 0; t < 8; t++) {
      const plain = rotation.t().mm(w);
      const noise = randn([4, 4], float64);
      w.grad = rotation.mm(plain.mul(curvature).add(noise));
      optimizer.step();
    }
    return rotation.t().mm(w);
  };
  assertNear(
    numbers(run(turn)),
    numbers(run(eye(4, 4, float64))),
    1e-9,
    1,
    "After 8 steps",
  );
});

Deno.test("SOAP keeps no matrices for axes that are too long, and joins axes if asked to", () => {
  const w = ones([2, 3, 4]);
  w.grad = randn([2, 3, 4]);
  const plain = new SOAP([w], { maxPreconditionDim: 3 });
  const merged = new SOAP([w], { maxPreconditionDim: 6, mergeDims: true });
  for (const optimizer of [plain, merged]) optimizer.step();
  const common = { step: [], expAvg: [2, 3, 4], expAvgSq: [2, 3, 4] };
  assertEquals(shapesOf(plain.state.get(w)!), {
    ...common,
    gg0: [2, 2],
    q0: [2, 2],
    gg1: [3, 3],
    q1: [3, 3],
  });
  assertEquals(shapesOf(merged.state.get(w)!), {
    ...common,
    gg0: [6, 6],
    q0: [6, 6],
    gg1: [4, 4],
    q1: [4, 4],
  });
});

Deno.test("SOAP refuses a step with a state for other axes", () => {
  const w = ones([2, 3, 4]);
  w.grad = randn([2, 3, 4]);
  const optimizer = new SOAP([w]);
  optimizer.step();
  optimizer.paramGroups[0]!.mergeDims = true;
  assertThrows(
    () => optimizer.step(),
    TypeError,
    "Cannot take a step of SOAP as its state was made for other axes",
  );
});
