import { type Tensor, tensor } from "@gradus/tensor";
import { assert, assertEquals } from "@std/assert";
import { assertNear, leaf, numbers } from "./_testing.ts";
import { Adam, type AdamHyper, RMSprop, SGD, type SGDHyper } from "./mod.ts";

const start = [1, -2, 3], curvature = [1, 10, 0.1];

/** Sets the gradient of a quadratic function of three numbers. */
function setGrad(w: Tensor): void {
  w.grad = w.detach().mul(tensor(curvature, { dtype: w.dtype }));
}

/** Positions of Adam, in numbers, when step t has the hyper-parameters `at(t)`. */
function adamPositions(at: (t: number) => AdamHyper, steps: number) {
  const position = [...start];
  const m = [0, 0, 0], v = [0, 0, 0], most = [0, 0, 0];
  const positions: number[][] = [];
  for (let t = 1; t <= steps; t++) {
    const hyper = at(t);
    const lr = hyper.lr as number, { betas: [b1, b2], eps } = hyper;
    position.forEach((w, i) => {
      const decay = hyper.weightDecay * w;
      let g = curvature[i]! * w;
      if (hyper.maximize) g = -g;
      if (hyper.decoupledWeightDecay) position[i]! -= lr * decay;
      else g += decay;
      m[i] = b1 * m[i]! + (1 - b1) * g;
      v[i] = b2 * v[i]! + (1 - b2) * g * g;
      if (hyper.amsgrad) most[i] = Math.max(most[i]!, v[i]!);
      const second = (hyper.amsgrad ? most : v)[i]! / (1 - b2 ** t);
      position[i]! -= lr * m[i]! / (1 - b1 ** t) / (Math.sqrt(second) + eps);
    });
    positions.push([...position]);
  }
  return positions;
}

/** Positions of SGD. */
function sgdPositions(at: (t: number) => SGDHyper, steps: number) {
  const position = [...start];
  const b: (number | undefined)[] = [undefined, undefined, undefined];
  const positions: number[][] = [];
  for (let t = 1; t <= steps; t++) {
    const { lr, momentum, dampening, weightDecay, nesterov } = at(t);
    position.forEach((w, i) => {
      const g = curvature[i]! * w + weightDecay * w;
      let d = g;
      if (momentum !== 0) {
        const before = b[i];
        d = before === undefined ? g : momentum * before + (1 - dampening) * g;
        b[i] = d;
        if (nesterov) d = g + momentum * d;
      }
      position[i]! -= (lr as number) * d;
    });
    positions.push([...position]);
  }
  return positions;
}

const adamDefaults: AdamHyper = {
  lr: 0.05,
  betas: [0.9, 0.999],
  eps: 1e-8,
  weightDecay: 0,
  amsgrad: false,
  maximize: false,
  decoupledWeightDecay: false,
};
const sgdDefaults: SGDHyper = {
  lr: 0.02,
  momentum: 0,
  dampening: 0,
  weightDecay: 0,
  nesterov: false,
  maximize: false,
};

const adamChanges: Record<string, (t: number) => Partial<AdamHyper>> = {
  lr: (t) => ({ lr: 0.1 / t }),
  "lr, also 0": (t) => ({ lr: t % 3 === 0 ? 0 : 0.1 }),
  betas: (t) => ({ betas: [0.9 - 0.05 * t, 0.999 - 0.01 * t] }),
  "the array of betas": (t) => ({ betas: t < 4 ? [0.5, 0.6] : [0, 0.9] }),
  eps: (t) => ({ eps: 0.01 * t }),
  weightDecay: (t) => ({ weightDecay: t < 3 ? 0 : t < 6 ? 0.1 * t : 0 }),
  amsgrad: (t) => ({ amsgrad: t > 3, betas: [0.5, 0.6] }),
  maximize: (t) => ({ maximize: t % 2 === 0 }),
  decoupledWeightDecay: (t) => ({
    weightDecay: 0.1,
    decoupledWeightDecay: t > 4,
  }),
};
for (const [what, change] of Object.entries(adamChanges)) {
  Deno.test(`Adam.step() follows changes of ${what}`, () => {
    const at = (t: number) => ({ ...adamDefaults, ...change(t) });
    const w = leaf(start), optimizer = new Adam([w], adamDefaults);
    adamPositions(at, 8).forEach((expected, i) => {
      Object.assign(optimizer.paramGroups[0]!, at(i + 1));
      setGrad(w);
      optimizer.step();
      assertNear(numbers(w), expected, 1e-12, start, `Step ${i + 1}`);
    });
  });
}

const sgdChanges: Record<string, (t: number) => Partial<SGDHyper>> = {
  lr: (t) => ({ lr: 0.1 / t, momentum: 0.9 }),
  momentum: (t) => ({ momentum: 0.1 * t }),
  "momentum to and from 0": (t) => ({ momentum: [0, 0.9, 0.5][t % 3]! }),
  dampening: (t) => ({ momentum: 0.9, dampening: 0.1 * t }),
  "dampening from 0": (t) => ({ momentum: 0.9, dampening: t < 4 ? 0 : 0.5 }),
  "dampening to 0": (t) => ({ momentum: 0.9, dampening: t < 4 ? 0.5 : 0 }),
  weightDecay: (t) => ({ weightDecay: t < 3 ? 0 : t < 6 ? 0.1 * t : 0 }),
  nesterov: (t) => ({ momentum: 0.9, nesterov: t > 3 }),
};
for (const [what, change] of Object.entries(sgdChanges)) {
  Deno.test(`SGD.step() follows changes of ${what}`, () => {
    const at = (t: number) => ({ ...sgdDefaults, ...change(t) });
    const w = leaf(start), optimizer = new SGD([w], sgdDefaults);
    sgdPositions(at, 8).forEach((expected, i) => {
      Object.assign(optimizer.paramGroups[0]!, at(i + 1));
      setGrad(w);
      optimizer.step();
      assertNear(numbers(w), expected, 1e-12, start, `Step ${i + 1}`);
    });
  });
}

Deno.test("RMSprop.step() makes what options need that are set later", () => {
  const w = leaf(start), optimizer = new RMSprop([w], { alpha: 0.5 });
  const keys = () => Object.keys(optimizer.state.get(w)!);
  const step = () => (setGrad(w), optimizer.step());
  step();
  assertEquals(keys(), ["step", "squareAvg"]);
  const { squareAvg } = optimizer.state.get(w)!;
  Object.assign(optimizer.paramGroups[0]!, { centered: true, momentum: 0.5 });
  const before = numbers(w), grad = before.map((x, i) => x * curvature[i]!);
  step();
  assertEquals(keys(), ["step", "squareAvg", "momentumBuffer", "gradAvg"]);
  assert(optimizer.state.get(w)!.squareAvg === squareAvg);
  const { step: count, gradAvg } = optimizer.state.get(w)!;
  assertEquals(numbers(count as Tensor), [2]);
  assertEquals(numbers(gradAvg as Tensor), grad.map((g) => 0.5 * g));
});

Deno.test("SGD.step() knows the first step of each parameter from later ones", () => {
  const [a, b] = [leaf([1]), leaf([1])];
  const optimizer = new SGD([a, b], { lr: 1, momentum: 0.5, dampening: 0.75 });
  const one = tensor([1], { dtype: "float64" });
  const moves: number[][] = [];
  for (const hasGrad of [[a], [a, b], [b], [a, b]]) {
    for (const w of [a, b]) w.grad = hasGrad.includes(w) ? one : null;
    const before = [a, b].flatMap(numbers);
    optimizer.step();
    moves.push([a, b].flatMap(numbers).map((x, i) => before[i]! - x));
  }
  assertEquals(moves, [[1, 0], [0.75, 1], [0, 0.75], [0.625, 0.625]]);
});

Deno.test("SGD.step() does not leave out the dampening of a first step whose state was loaded", () => {
  const [a, b] = [leaf([1]), leaf([1])];
  const options = { lr: 1, momentum: 0.5, dampening: 0.75 };
  const optimizers = [new SGD([a], options), new SGD([b], options)];
  const one = a.grad = b.grad = tensor([1], { dtype: "float64" });
  optimizers[0]!.step();
  optimizers[1]!.loadStateDict(optimizers[0]!.stateDict());
  optimizers[1]!.step();
  assertEquals(numbers(b), [1 - 0.75]);
  assertEquals(numbers(one), [1]);
});

Deno.test("AlgorithmOptimizer.step() follows groups that are added", () => {
  const [a, b] = [leaf(start), leaf(start)];
  const optimizer = new Adam([a], adamDefaults);
  const positions = adamPositions(() => adamDefaults, 6);
  for (let t = 0; t < 6; t++) {
    if (t === 2) optimizer.addParamGroup({ params: [b] });
    for (const w of [a, b]) setGrad(w);
    optimizer.step();
    assertNear(numbers(a), positions[t]!, 1e-12, start, `Step ${t + 1}`);
    const expected = t < 2 ? start : positions[t - 2]!;
    assertNear(numbers(b), expected, 1e-12, start, `Step ${t - 1} of b`);
  }
});

Deno.test("AlgorithmOptimizer.step() follows groups that are replaced", () => {
  const [a, b] = [leaf(start), leaf(start)];
  const optimizer = new Adam([a], adamDefaults);
  const positions = adamPositions(() => adamDefaults, 2);
  for (const w of [a, b]) setGrad(w);
  optimizer.step();
  optimizer.paramGroups[0]!.params = [b];
  optimizer.step();
  assertNear(numbers(a), positions[0]!, 1e-12, start, "a");
  assertNear(numbers(b), positions[0]!, 1e-12, start, "b");
  optimizer.paramGroups[0] = { ...optimizer.paramGroups[0]!, params: [a] };
  setGrad(a);
  optimizer.step();
  assertNear(numbers(a), positions[1]!, 1e-12, start, "a again");
});

Deno.test("AlgorithmOptimizer.step() follows gradients that are missing in some steps", () => {
  const [a, b] = [leaf(start), leaf(start)];
  const optimizer = new Adam([a, b], { ...adamDefaults, weightDecay: 0.1 });
  const positions = adamPositions(
    () => ({ ...adamDefaults, weightDecay: 0.1 }),
    8,
  );
  let steps = 0;
  for (let t = 0; t < 8; t++) {
    optimizer.zeroGrad();
    setGrad(a);
    if (t % 3 !== 0) {
      setGrad(b);
      steps++;
    }
    optimizer.step();
    assertNear(numbers(a), positions[t]!, 1e-12, start, `Step ${t + 1}`);
    const expected = steps === 0 ? start : positions[steps - 1]!;
    assertNear(numbers(b), expected, 1e-12, start, `Step ${steps} of b`);
  }
});

Deno.test("AlgorithmOptimizer.step() follows state that is loaded in mid-run", () => {
  const w = leaf(start), optimizer = new Adam([w], adamDefaults);
  const positions = adamPositions(() => adamDefaults, 6);
  const step = (t: number) => {
    setGrad(w);
    optimizer.step();
    assertNear(numbers(w), positions[t - 1]!, 1e-12, start, `Step ${t}`);
  };
  for (const t of [1, 2, 3]) step(t);
  const saved = w.detach().clone();
  const other = new Adam([w]);
  other.loadStateDict(optimizer.stateDict());
  for (const t of [4, 5, 6]) step(t);
  // Back to where it was saved.
  w.detach().copy_(saved);
  optimizer.loadStateDict(other.stateDict());
  for (const t of [4, 5, 6]) step(t);
});

Deno.test("AlgorithmOptimizer.step() follows tensors that are put into the state", () => {
  const w = leaf(start), optimizer = new Adam([w], adamDefaults);
  const positions = adamPositions(() => adamDefaults, 4);
  const step = () => (setGrad(w), optimizer.step());
  step();
  const state = optimizer.state.get(w)!;
  for (const [name, value] of Object.entries(state)) {
    state[name] = (value as Tensor).clone();
    (value as Tensor).fill_(NaN);
  }
  step();
  assertNear(numbers(w), positions[1]!, 1e-12, start, "Step 2");
  optimizer.state.set(w, { ...state });
  step();
  assertNear(numbers(w), positions[2]!, 1e-12, start, "Step 3");
  assertEquals(numbers(state.step as Tensor), [3]);
});

Deno.test("AlgorithmOptimizer.step() follows a learning rate that becomes a tensor", () => {
  const lrs = [0.1, 0.2, 0.3, 0.4, 0.5];
  const at = (t: number) => ({ ...adamDefaults, lr: lrs[t - 1]! });
  const w = leaf(start), optimizer = new Adam([w], adamDefaults);
  const [group] = optimizer.paramGroups;
  const lr = tensor([0.2], { dtype: "float64" });
  const other = tensor(0.4, { dtype: "float64" });
  const changes = [
    () => group!.lr = 0.1,
    () => group!.lr = lr,
    () => lr.fill_(0.3),
    () => group!.lr = other,
    () => group!.lr = 0.5,
  ];
  adamPositions(at, 5).forEach((expected, i) => {
    changes[i]!();
    setGrad(w);
    optimizer.step();
    assertNear(numbers(w), expected, 1e-12, start, `Step ${i + 1}`);
  });
  assertEquals([numbers(lr), numbers(other)], [[0.3], [0.4]]);
});
