import {
  Adam,
  type OptimizerLike,
  type OptimizerStateDict,
  SGD,
} from "@gradus/optim";
import { stepMode } from "@gradus/optim/internal";
import { compile, type Tensor, tensor } from "@gradus/tensor";
import { heap } from "@gradus/tensor/internal";
import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  assertNear,
  dtypes,
  type Float,
  numbers,
  type Options,
  tolerance,
} from "./_testing.ts";
import { Grokfast, type GrokfastOptions } from "./grokfast.ts";
import { GSAM } from "./gsam.ts";
import { Lookahead, type LookaheadOptions } from "./lookahead.ts";
import { Ranger } from "./ranger.ts";
import { SAM } from "./sam.ts";
import golden from "./testdata/wrappers.json" with { type: "json" };

type Case = typeof golden.cases[number];

const wrappers = { Grokfast, GSAM, Lookahead, SAM };
const inners = { Adam, SGD };
const { shapes, start, curvature, noise } = golden.problem;

interface Run {
  readonly optimizer: OptimizerLike;
  readonly params: Tensor[];
  /** The noise of the step that comes. */
  readonly noises: Tensor[];
  readonly closure: () => Tensor;
  /** Takes step t. */
  readonly step: (t: number) => void;
}

function make(values: readonly number[], i: number, dtype: Float): Tensor {
  return tensor([...values], { dtype }).view(shapes[i]!).clone();
}

function wrap(given: Case, params: readonly Tensor[]): OptimizerLike {
  const groups = params.map((param, i) => ({
    params: [param],
    ...(i === 1 ? { lr: 0.02 } : {}),
  }));
  const options = given.options as Options;
  if (given.inner === null) return new Ranger(groups, options);
  const inner = inners[given.inner.optimizer as keyof typeof inners];
  const wrapper = wrappers[given.wrapper as keyof typeof wrappers];
  return new wrapper(new inner(groups, given.inner.options), options);
}

function prepare(given: Case, dtype: Float, values?: readonly Tensor[]): Run {
  const params = values?.map((value) => value.detach().clone()) ??
    start.map((data, i) => make(data, i, dtype));
  for (const param of params) param.requiresGrad = true;
  const factors = curvature.map((data, i) => make(data, i, dtype));
  const noises = noise[0]!.map((data, i) => make(data, i, dtype));
  const optimizer = wrap(given, params);
  const closure = () => {
    optimizer.zeroGrad();
    const loss = params.map((p, i) =>
      p.square().mul(factors[i]!).sum().div(2)
        .add(p.mul(noises[i]!).sum()).add(p.pow(4).sum().div(20))
    ).reduce((a, b) => a.add(b));
    loss.backward();
    return loss;
  };
  return {
    optimizer,
    params,
    noises,
    closure,
    step(t) {
      setNoise(noises, t, dtype);
      optimizer.step(closure);
    },
  };
}

function setNoise(noises: readonly Tensor[], t: number, dtype: Float): void {
  noise[(t - 1) % noise.length]!.forEach((data, i) =>
    noises[i]!.copy_(make(data, i, dtype))
  );
}

/** A dictionary as it comes back from a file. */
function written(dict: OptimizerStateDict): OptimizerStateDict {
  const state = Object.fromEntries(
    Object.entries(dict.state).map(([id, own]) => [
      id,
      Object.fromEntries(
        Object.entries(own).map(([name, value]) => [
          name,
          (value as Tensor).clone(),
        ]),
      ),
    ]),
  );
  return { state, paramGroups: JSON.parse(JSON.stringify(dict.paramGroups)) };
}

function uncompiled<T>(run: () => T): T {
  stepMode.compiled = false;
  try {
    return run();
  } finally {
    stepMode.compiled = true;
  }
}

function leaf(values: readonly number[]): Tensor {
  return tensor([...values], { dtype: "float64", requiresGrad: true });
}

function squareClosure(w: Tensor): () => Tensor {
  return () => {
    w.grad = null;
    const loss = w.square().sum();
    loss.backward();
    return loss;
  };
}

for (const given of golden.cases) {
  const { wrapper, options, inner } = given;
  const around = inner ? ` around ${inner.optimizer}` : "";
  const title = `${wrapper}(${JSON.stringify(options)})${around}`;
  for (const dtype of dtypes) {
    Deno.test(`${title} moves as published in ${dtype}`, () => {
      const made = prepare(given, dtype);
      const expected: Record<string, number[][]> = given[dtype];
      for (let t = 1; t <= 50; t++) {
        made.step(t);
        expected[t]?.forEach((position, i) =>
          assertNear(
            numbers(made.params[i]!),
            position,
            tolerance[dtype],
            start[i]!,
            `Step ${t}`,
          )
        );
      }
    });
  }

  Deno.test(`${title} gives the same bits compiled`, () => {
    const run = () => {
      const made = prepare(given, "float32");
      return Array.from({ length: 20 }, (_, t) => {
        made.step(t + 1);
        return made.params.map(numbers);
      });
    };
    assertEquals(run(), uncompiled(run));
  });

  Deno.test(`${title} is a part of compiled steps`, () => {
    const eager = prepare(given, "float64");
    const made = prepare(given, "float64");
    const step = compile(() => made.optimizer.step(made.closure));
    for (let t = 1; t <= 20; t++) {
      eager.step(t);
      setNoise(made.noises, t, "float64");
      step();
      made.params.forEach((param, i) =>
        assertNear(
          numbers(param),
          numbers(eager.params[i]!),
          1e-12,
          1,
          `Step ${t}`,
        )
      );
    }
    const { captures, fallback } = step.cacheInfo();
    assertEquals([captures, fallback], [1, null]);
  });

  Deno.test(`${title} goes on from a saved state with the same bits`, () => {
    const whole = prepare(given, "float32");
    for (let t = 1; t <= 7; t++) whole.step(t);
    const dict = written(whole.optimizer.stateDict());
    const other = prepare(given, "float32", whole.params);
    other.step(1);
    whole.params.forEach((param, i) => other.params[i]!.detach().copy_(param));
    other.optimizer.loadStateDict(dict);
    for (let t = 8; t <= 57; t++) {
      whole.step(t);
      other.step(t);
    }
    assertEquals(other.params.map(numbers), whole.params.map(numbers));
  });
}

Deno.test("Wrappers share the groups and the state of the optimizer", () => {
  const w = leaf([1, -2]), later = leaf([3]);
  const inner = new SGD([w], { lr: 0.1, momentum: 0.9 });
  for (
    const optimizer of [
      new Lookahead(inner),
      new SAM(inner),
      new GSAM(inner),
      new Grokfast(inner),
    ]
  ) {
    assert(optimizer.paramGroups === inner.paramGroups as unknown);
    assert(optimizer.state === inner.state);
    assert(optimizer.defaults === inner.defaults as unknown);
    assert(String(optimizer).includes("of SGD (\nParameter Group 0"));
  }
  const optimizer = new Lookahead(inner, { k: 1, alpha: 0.5 });
  optimizer.step(squareClosure(w));
  optimizer.addParamGroup({ params: [later], lr: 0.5 });
  optimizer.step(squareClosure(later));
  assertEquals(inner.paramGroups.length, 2);
  assertNear(numbers(later), [1.5], 1e-15, 1, "Half of the step");
  optimizer.zeroGrad();
  assertEquals([w.grad, later.grad], [null, null]);
});

Deno.test("Wrappers go around wrappers and refuse their own kind", () => {
  const w = leaf([1, -2]);
  const nested = () =>
    new Lookahead(new SAM(new Grokfast(new SGD([w], { lr: 0.1 }))), { k: 2 });
  const optimizer = nested();
  for (let t = 1; t <= 5; t++) optimizer.step(squareClosure(w));
  const dict = written(optimizer.stateDict());
  assertEquals(
    Object.keys(dict.state[0]!).sort(),
    ["grokEma", "grokStep", "slow", "slowStep"],
  );
  const before = numbers(w);
  const again = nested();
  again.loadStateDict(dict);
  for (let t = 1; t <= 5; t++) optimizer.step(squareClosure(w));
  const after = numbers(w);
  w.detach().copy_(tensor(before, { dtype: "float64" }));
  for (let t = 1; t <= 5; t++) again.step(squareClosure(w));
  assertEquals(numbers(w), after);
  assertThrows(
    () => new Lookahead(optimizer),
    RangeError,
    "Cannot make Lookahead: the optimizer is in a Lookahead already",
  );
});

Deno.test("Wrappers save their hyper-parameters and take a dictionary of the optimizer alone", () => {
  const w = leaf([1, -2]);
  const optimizer = new SAM(new SGD([w], { momentum: 0.5 }), { rho: 0.25 });
  optimizer.hyper.rho = 0.5;
  optimizer.step(squareClosure(w));
  const other = new SAM(new SGD([w]));
  const dict = optimizer.stateDict();
  other.loadStateDict(dict);
  assertEquals(other.hyper, { rho: 0.5, adaptive: false });
  assertEquals(other.paramGroups[0]!.momentum, 0.5);
  assertEquals("SAM" in other.paramGroups[0]!, false);

  const plain = optimizer.optimizer.stateDict();
  const lookahead = new Lookahead(new SGD([w]), { k: 1, alpha: 0 });
  lookahead.loadStateDict(plain);
  const before = numbers(w);
  lookahead.step(squareClosure(w));
  assertEquals(numbers(w), before);
});

Deno.test("Wrappers take over a dictionary of a wrapper with other options", () => {
  const lookaheads = ["none", "reset", "pullback"].map(
    (pullbackMomentum) => (inner: SGD) =>
      new Lookahead(inner, { k: 2, pullbackMomentum } as LookaheadOptions),
  );
  const grokfasts = ([
    {},
    { filter: "ma", windowSize: 3 },
    { filter: "ma", windowSize: 4, warmup: false },
  ] as GrokfastOptions[]).map((options) => (inner: SGD) =>
    new Grokfast(inner, options)
  );
  for (const kind of [lookaheads, grokfasts]) {
    for (const [from, to] of kind.flatMap((a) => kind.map((b) => [a, b]))) {
      const w = leaf([1, -2]);
      const one = from!(new SGD([w], { lr: 0.02, momentum: 0.9 }));
      for (let t = 1; t <= 5; t++) one.step(squareClosure(w));
      const copy = leaf(numbers(w));
      const other = to!(new SGD([copy], { lr: 0.02, momentum: 0.9 }));
      other.loadStateDict(written(one.stateDict()));
      assertEquals(other.hyper, one.hyper);
      for (let t = 1; t <= 7; t++) {
        one.step(squareClosure(w));
        other.step(squareClosure(copy));
      }
      assertEquals(numbers(copy), numbers(w));
    }
  }
});

Deno.test("Wrappers refuse options and state dictionaries that make no sense", () => {
  const w = leaf([1]);
  const inner = new SGD([w]);
  for (
    const [make, name] of [
      [() => new Lookahead(inner, { k: 0 }), "k"],
      [() => new Lookahead(inner, { alpha: NaN }), "alpha"],
      [() => new Lookahead(inner, { pullbackMomentum: "x" as "none" }), "pull"],
      [() => new SAM(inner, { rho: -1 }), "rho"],
      [() => new GSAM(inner, { alpha: NaN }), "alpha"],
      [() => new Grokfast(inner, { lamb: -1 }), "lamb"],
      [() => new Grokfast(inner, { windowSize: 1.5 }), "windowSize"],
      [() => new Ranger([w], { k: 0.5 }), "k"],
    ] as const
  ) assertThrows(make, RangeError, name);
  assertThrows(() => new SAM(inner, { beta: 1 } as object), TypeError, "beta");
  assertThrows(() => new Ranger([w], { b: 1 } as object), TypeError, "b");
  assertThrows(() => new SAM({} as OptimizerLike), TypeError, "an optimizer");

  const optimizer = new Lookahead(inner);
  optimizer.step(squareClosure(w));
  const dict = optimizer.stateDict();
  const before = numbers(w);
  const wrong = { ...dict, state: { 0: { ...dict.state[0], slow: 5 } } };
  assertThrows(
    () => optimizer.loadStateDict(wrong),
    TypeError,
    "Cannot load a state dictionary into Lookahead: expected a tensor of shape [1] as slow",
  );
  const groups = [{ ...dict.paramGroups[0]!, Lookahead: { k: -1 } }];
  assertThrows(
    () => optimizer.loadStateDict({ ...dict, paramGroups: groups }),
    RangeError,
    "k",
  );
  optimizer.hyper.alpha = 2;
  assertThrows(() => optimizer.step(), RangeError, "alpha");
  assertEquals(numbers(w), before);
});

Deno.test("Wrappers leave gradients as the closure made them, and skip parameters without", () => {
  for (const Class of [GSAM, Grokfast, SAM, Lookahead]) {
    const w = leaf([1, -2]), idle = leaf([5]);
    const optimizer = new Class(new SGD([w, idle], { lr: 0.1 }));
    let grad: number[] = [];
    const closure = squareClosure(w);
    optimizer.step(() => {
      const loss = closure();
      grad = numbers(w.grad!);
      return loss;
    });
    assertEquals(numbers(w.grad!), grad);
    assertEquals([idle.grad, numbers(idle)], [null, [5]]);
    assertThrows(
      () => optimizer.step(() => Promise.resolve(1)),
      TypeError,
      "promise",
    );
  }
});

Deno.test("Wrappers step in a flat heap", () => {
  const w = tensor(Array.from({ length: 1000 }, (_, i) => i / 1000), {
    dtype: "float32",
    requiresGrad: true,
  });
  for (const Class of [Lookahead, SAM, GSAM, Grokfast]) {
    const optimizer = new Class(new SGD([w], { lr: 1e-3 }));
    const step = compile(() => optimizer.step(squareClosure(w)));
    for (let t = 0; t < 3; t++) step().dispose();
    const before = heap.info().used;
    for (let t = 0; t < 300; t++) step().dispose();
    assertEquals(heap.info().used, before);
  }
});
