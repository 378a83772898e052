import { grad, gradcheck } from "@gradus/autograd";
import { type Tensor, tensor } from "@gradus/tensor";
import { assert, assertEquals } from "@std/assert";
import {
  assertNear,
  leaf,
  numbers,
  optimizerClass,
  optimizers,
  type Options,
} from "./_testing.ts";
import type { ParamState } from "./mod.ts";
import golden from "./testdata/optim.json" with { type: "json" };

const dtype = "float64";

/** What is differentiated: the tensors of float64 that a step begins with. */
interface Inputs {
  readonly param: Tensor;
  readonly grad: Tensor;
  /** State but the numbers. */
  readonly state: Readonly<Record<string, Tensor>>;
  /** Numbers of the state, which are no inputs. */
  readonly numbers: Readonly<Record<string, Tensor>>;
}

/** A parameter in mid-run, on one side of all kinks. */
function inputsOf(optimizer: string, options: Options): Inputs {
  const make = (values: number[]) =>
    tensor(optimizer === "Muon" ? [values] : values, { dtype });
  const param = make([1, -2, 3]).requiresGrad_();
  const made = new (optimizerClass(optimizer))([param], options);
  for (const grad of [[0.5, -1, 2], [0.75, 1.5, -0.25], [1, -0.5, 0.5]]) {
    param.grad = make(grad);
    made.step();
  }
  const entries = Object.entries(made.state.get(param) ?? {}) as [
    string,
    Tensor,
  ][];
  const split = (isNumber: boolean) =>
    Object.fromEntries(
      entries.filter(([, value]) => (value.ndim === 0) === isNumber),
    );
  return {
    param: param.detach(),
    grad: make([-0.75, 1.25, 2]),
    state: split(false),
    numbers: split(true),
  };
}

/** A step as a function of the parameter, its gradient, the learning rate and the state. */
function stepOf(
  optimizer: string,
  options: Options,
  names: readonly string[],
  numbers: ParamState,
): (...x: Tensor[]) => Tensor[] {
  return (p, grad, lr, ...values) => {
    const param = p!.clone();
    param.grad = grad!.clone();
    const made = new (optimizerClass(optimizer))([param], {
      ...options,
      lr: lr!,
      differentiable: true,
    });
    const state: ParamState = { ...numbers };
    names.forEach((name, i) => state[name] = values[i]!);
    if (Object.keys(state).length > 0) made.state.set(param, state);
    made.step();
    const after = made.state.get(param) ?? {};
    return [param, ...names.map((name) => after[name] as Tensor)];
  };
}

const cases = golden.cases.filter(({ problem }) =>
  problem === "vector" || problem === "matrices"
);

/** Small enough for roots of what is near 0; exact for ASGD, all of whose steps are linear and rounded to float32. */
function stepOfDifferences(optimizer: string): number {
  return optimizer === "ASGD" ? 1e-3 : 1e-8;
}

for (const { optimizer, options } of cases) {
  const title = `${optimizer}(${JSON.stringify(options)}).step()`;
  const eps = stepOfDifferences(optimizer);
  // What Muon rounds to bfloat16 does not follow small differences.
  const isFixed = optimizer === "Muon";

  Deno.test(`${title} has the derivatives that differences show`, () => {
    const { param, grad, state, numbers } = inputsOf(optimizer, options);
    const names = Object.keys(state);
    const lr = tensor((options as { lr?: number }).lr ?? 0.01, { dtype });
    const run = stepOf(optimizer, options, names, numbers);
    const others = [grad, ...Object.values(state)].map((value) =>
      value.detach().clone()
    );
    if (!isFixed) others.forEach((value) => value.requiresGrad_());
    const [gradient, ...values] = others;
    const inputs = [param.requiresGrad_(), gradient!, lr.requiresGrad_()];
    assert(gradcheck(run, [...inputs, ...values], { eps }));
  });

  Deno.test(`${title} is differentiated through two steps from the start`, () => {
    const lr = tensor((options as { lr?: number }).lr ?? 0.01, { dtype });
    const inputs = [0.3, 0.7, 1.3].map((x) =>
      tensor([[x, -x - 1, 2 * x]], { dtype })
    );
    const run = (start: Tensor, scale: Tensor, shift: Tensor, lr: Tensor) => {
      const w = start.clone();
      const made = new (optimizerClass(optimizer))([w], {
        ...options as Options,
        lr,
        differentiable: true,
      });
      for (let t = 0; t < 2; t++) {
        // The graph of the gradient needs this position after the step.
        const x = w.clone();
        w.grad = isFixed ? shift.clone() : scale.mul(x).add(x.sin()).add(shift);
        made.step();
      }
      return w;
    };
    const [start, scale, shift] = inputs as [Tensor, Tensor, Tensor];
    const leaves = isFixed ? [start, lr] : [start, scale, shift, lr];
    leaves.forEach((leaf) => leaf.requiresGrad_());
    const all = [start, scale, shift, lr] as const;
    assert(gradcheck((...x) => run(...x as [...typeof all]), all, { eps }));
  });
}

for (const { optimizer, options, w: expected, grads } of golden.meta) {
  Deno.test(`${optimizer}(${JSON.stringify(options)}).step() is differentiated through two steps as in PyTorch`, () => {
    const start = leaf([1, -2, 3]), scale = leaf([1, 0.5, 2]);
    const lr = tensor(0.1, { dtype, requiresGrad: true });
    const w = start.clone();
    const made = new (optimizerClass(optimizer))([w], {
      ...options as Options,
      lr: grads.length > 2 ? lr : 0.1,
      differentiable: true,
    });
    for (let t = 0; t < 2; t++) {
      // The graph of the loss needs this position after the step.
      const x = w.clone();
      const loss = scale.mul(0.5).mul(x.square()).add(x.sin()).sum();
      [w.grad] = grad(loss, w, { createGraph: true }) as [Tensor];
      made.step();
    }
    assertNear(numbers(w.detach()), expected, 1e-12, 1, "Position");
    const inputs = [start, scale, lr].slice(0, grads.length);
    grad(w.square().sum(), inputs).forEach((own, i) =>
      assertNear(numbers(own!), grads[i]!, 1e-12, 1, `Gradient ${i}`)
    );
  });
}

Deno.test("Optimizer has no exported subclass but LBFGS whose step is not differentiated", () => {
  const checked = new Set([
    ...cases.map(({ optimizer }) => optimizer),
    "LBFGS",
  ]);
  assertEquals([...optimizers.keys()].sort(), [...checked].sort());
});
