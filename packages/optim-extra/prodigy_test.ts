import { gradcheck } from "@gradus/autograd";
import { stepMode } from "@gradus/optim/internal";
import { type Tensor, tensor } from "@gradus/tensor";
import { assert, assertEquals } from "@std/assert";
import { assertNear, numbers } from "./_testing.ts";
import { DAdaptAdam } from "./d_adapt_adam.ts";
import { Prodigy } from "./prodigy.ts";

const classes = { Prodigy, DAdaptAdam };

function leaf(values: readonly number[]): Tensor {
  return tensor([...values], { dtype: "float64", requiresGrad: true });
}

function setGrad(w: Tensor, values: readonly number[]): void {
  w.grad = tensor([...values], { dtype: "float64" });
}

Deno.test("Prodigy and DAdaptAdam move as Optax's on a sum of squares", () => {
  for (
    const [name, expected] of [
      ["DAdaptAdam", 13.9997925375],
      ["Prodigy", 13.9999366587],
    ] as const
  ) {
    const w = leaf([1, 2, 3]);
    const optimizer = new classes[name]([w], {
      useBiasCorrection: true,
      decouple: true,
    });
    for (let t = 1; t <= 5; t++) {
      setGrad(w, numbers(w).map((v) => 2 * v));
      optimizer.step();
    }
    const found = w.detach().square().sum().itemSync();
    assertNear([found], [expected], 1e-11, 1, name);
  }
});

for (const [name, Class] of Object.entries(classes)) {
  Deno.test(`${name} does nothing while the learning rate is 0`, () => {
    const w = leaf([1, -2]);
    const optimizer = new Class([w], { lr: 0, weightDecay: 0.1 });
    const state = () =>
      Object.values(optimizer.state.get(w)!).map((value) => numbers(value));
    setGrad(w, [1, 2]);
    optimizer.step();
    const before = state();
    setGrad(w, [-3, 1]);
    optimizer.step();
    assertEquals(numbers(w), [1, -2]);
    assertEquals(state(), before);
    optimizer.paramGroups[0]!.lr = 1;
    optimizer.step();
    assert(numbers(w).every((v, i) => v !== [1, -2][i]));
  });

  Deno.test(`${name} waits for the first gradient that is not 0`, () => {
    const w = leaf([1, -2]);
    const options = { weightDecay: 0.5, decouple: true };
    const optimizer = new Class([w], options);
    setGrad(w, [0, 0]);
    for (let t = 1; t <= 3; t++) optimizer.step();
    assertEquals(numbers(w), [1, -2]);
    assertEquals(numbers(optimizer.state.get(w)!.step), [0]);
    const other = leaf([1, -2]);
    const fresh = new Class([other], options);
    for (let t = 1; t <= 3; t++) {
      setGrad(w, [1, -t]);
      setGrad(other, [1, -t]);
      optimizer.step();
      fresh.step();
    }
    assertNear(numbers(w), numbers(other), 1e-14, 1, "Position");
  });

  Deno.test(`${name} has one d for all groups, also for parameters that come later`, () => {
    const late = leaf([1]), w = leaf([2, -3]);
    const optimizer = new Class([{ params: [late] }, { params: [w] }], {
      d0: 1e-2,
    });
    for (let t = 1; t <= 20; t++) {
      setGrad(w, numbers(w));
      optimizer.step();
    }
    const [before] = numbers(optimizer.state.get(w)!.d);
    assert(before! > 1e-2);
    setGrad(late, [1]);
    optimizer.step();
    const { d, step } = optimizer.state.get(late)!;
    assert(numbers(d)[0]! >= before!);
    assertEquals(numbers(step), [21]);
    assertEquals(numbers(d), numbers(optimizer.state.get(w)!.d));
  });

  Deno.test(`${name} moves parameters in groups as those in one`, () => {
    const run = (groupsOf: (params: Tensor[]) => { params: Tensor[] }[]) => {
      const params = [leaf([2, -3]), leaf([0.5]), leaf([-1, 4, 1])];
      const options = { d0: 1e-2, weightDecay: 0.1, useBiasCorrection: true };
      const optimizer = new Class(groupsOf(params), options);
      for (let t = 1; t <= 30; t++) {
        params.forEach((p, i) => setGrad(p, numbers(p).map((v) => v * i + v)));
        optimizer.step();
      }
      return params.flatMap(numbers);
    };
    const together = run((params) => [{ params }]);
    const apart = run((params) => params.map((p) => ({ params: [p] })));
    assertNear(apart, together, 1e-12, 1, "Position");
  });

  Deno.test(`${name} leaves a group with a learning rate of 0 alone`, () => {
    const options = { d0: 1e-2, weightDecay: 0.1, decouple: true };
    const frozen = leaf([1, -2]), w = leaf([2, -3]), alone = leaf([2, -3]);
    const optimizer = new Class(
      [{ params: [frozen] }, { params: [w] }],
      options,
    );
    const single = new Class([alone], options);
    const step = (grad: readonly number[]) => {
      setGrad(frozen, grad);
      setGrad(w, numbers(w));
      optimizer.step();
    };
    for (let t = 1; t <= 3; t++) step([1, -1]);
    const before = numbers(frozen), { expAvg } = optimizer.state.get(frozen)!;
    const average = numbers(expAvg), d = numbers(optimizer.state.get(w)!.d);
    const [group] = optimizer.paramGroups;
    group!.lr = 0;
    for (const grad of [[5, 7], [-3, 1]]) step(grad);
    assertEquals(numbers(frozen), before);
    assertEquals(numbers(expAvg), average);
    group!.lr = 1;
    step([1, -1]);
    assert(numbers(frozen).every((v, i) => v !== before[i]));
    assert(numbers(optimizer.state.get(w)!.d)[0]! > d[0]!);
    assertEquals(stepMode.steps.get(optimizer)!.cacheInfo().captures, 1);

    // From the start it is as if there were no such group.
    const other = leaf([2, -3]);
    const both = new Class(
      [{ params: [leaf([1])], lr: 0 }, { params: [other] }],
      options,
    );
    setGrad(both.paramGroups[0]!.params[0]!, [NaN]);
    for (let t = 1; t <= 10; t++) {
      for (const p of [alone, other]) setGrad(p, numbers(p));
      single.step();
      both.step();
    }
    assertEquals(numbers(other), numbers(alone));
  });

  Deno.test(`${name} scales the steps of a group by its share of the largest learning rate`, () => {
    const half = leaf([1, -2]), whole = leaf([1, -2]);
    const optimizer = new Class([
      { params: [half], lr: 0.25 },
      { params: [whole], lr: tensor(0.5, { dtype: "float64" }) },
    ], { d0: 1e-2 });
    for (const p of [half, whole]) setGrad(p, [1, -1]);
    optimizer.step();
    const moved = [half, whole].map((p) => 1 - numbers(p)[0]!);
    assertNear([moved[0]! * 2], [moved[1]!], 1e-12, 1e-2, "Step");
    const sums = [half, whole].map((p) => numbers(optimizer.state.get(p)!.s));
    assertEquals(sums[0], sums[1]);
  });

  Deno.test(`${name} can be differentiated by learning rate and gradients`, () => {
    const move = (lr: Tensor, grad: Tensor) => {
      const [p, q] = [leaf([1, -2]).mul(1), leaf([-2, 4]).mul(1)];
      const optimizer = new Class(
        [{ params: [p] }, { params: [q], weightDecay: 0.1 }],
        { lr, d0: 0.1, differentiable: true },
      );
      for (let t = 1; t <= 4; t++) {
        for (const x of [p, q]) x.grad = grad.mul(t);
        optimizer.step();
      }
      return p.add(q);
    };
    const lr = tensor(0.5, { dtype: "float64", requiresGrad: true });
    const inputs = [lr, leaf([1, -0.5])];
    assert(gradcheck(move as (...x: Tensor[]) => Tensor, inputs));
  });
}
