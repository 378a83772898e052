import { noGrad } from "@gradus/autograd";
import { Dropout, Linear, ReLU, Sequential, Tanh } from "@gradus/nn";
import {
  compile,
  type Compiled,
  getNumThreads,
  manualSeed,
  randn,
  setNumThreads,
  type Tensor,
  zeros,
} from "@gradus/tensor";
import { heap } from "@gradus/tensor/internal";
import { assert, assertEquals } from "@std/assert";
import { leaf, numbers, optimizerClass, type Options } from "./_testing.ts";
import { type Optimizer, SGD } from "./mod.ts";

type Layer = Dropout | ReLU | Tanh;

interface Training {
  readonly model: Sequential;
  readonly optimizer: Optimizer;
  readonly x: Tensor;
  readonly y: Tensor;
  readonly step: () => Tensor;
  /** The step, compiled or not. */
  readonly run: (() => Tensor) & Partial<Compiled<[], Tensor>>;
}

type Build = (
  model: Sequential,
  optimizer: Optimizer,
  x: Tensor,
  y: Tensor,
) => () => Tensor;

/** A step as most programs have it. */
const wholeStep: Build = (model, optimizer, x, y) => () => {
  optimizer.zeroGrad();
  const loss = model.forward(x).sub(y).square().mean();
  loss.backward();
  optimizer.step();
  return loss;
};
/** The passes without the step. */
const passes: Build = (model, _, x, y) => () => {
  const loss = model.forward(x).sub(y).square().mean();
  loss.backward();
  return loss;
};

function training(
  name: string,
  options: Options,
  compiled: boolean,
  build: Build = wholeStep,
  middle: () => Layer = () => new ReLU(),
): Training {
  manualSeed(11);
  const model = new Sequential(new Linear(3, 32), middle(), new Linear(32, 1));
  const x = randn([8, 3]), y = randn([8, 1]);
  const optimizer = new (optimizerClass(name))(model.parameters(), options);
  const step = build(model, optimizer, x, y);
  return { model, optimizer, x, y, step, run: compiled ? compile(step) : step };
}

function snapshot({ model }: Training): unknown {
  return model.namedParameters().map(([name, p]) => [
    name,
    numbers(p),
    p.grad && numbers(p.grad),
    p.requiresGrad,
    p.grad?.dtype,
  ]);
}

/** Does the same to an eager and to a compiled training and compares what they are after every step. */
function assertSame(
  make: (compiled: boolean) => Training,
  act: (training: Training, t: number) => unknown,
  steps: number,
  captures: number,
): void {
  const trace = (compiled: boolean) => {
    const made = make(compiled);
    const out = Array.from({ length: steps }, (_, t) => [
      act(made, t),
      snapshot(made),
    ]);
    if (compiled) {
      const { captures: found, fallback } = made.run.cacheInfo!();
      assertEquals([found, fallback], [captures, null]);
    }
    return [...out, numbers(randn([2]))];
  };
  const expected = trace(false), actual = trace(true);
  expected.forEach((e, t) => assertEquals(actual[t], e, `Step ${t}`));
}

const loss = ({ run }: Training) => numbers(run());

for (
  const [name, options] of [
    ["SGD", { lr: 0.05, momentum: 0.9 }],
    ["SGD", { lr: 0.05, momentum: 0.9, nesterov: true, weightDecay: 0.01 }],
    ["Adam", { lr: 0.01 }],
    ["AdamW", { lr: 0.01, amsgrad: true }],
    ["RMSprop", { lr: 0.01, centered: true, momentum: 0.5 }],
  ] as [string, Options][]
) {
  Deno.test(`compile() trains as 50 eager steps of ${name}(${JSON.stringify(options)}) do`, () => {
    assertSame((c) => training(name, options, c), loss, 50, 1);
  });
}

Deno.test("compile() accumulates gradients over calls", () => {
  for (const setToNone of [true, false]) {
    assertSame(
      (c) => training("Adam", { lr: 0.01 }, c, passes),
      (made, t) => {
        const losses = [loss(made), loss(made), loss(made)];
        made.optimizer.step();
        if (t !== 2) made.optimizer.zeroGrad({ setToNone });
        return losses;
      },
      6,
      1,
    );
  }
});

Deno.test("compile() clears gradients in place", () => {
  const build: Build = (model, optimizer, x, y) => () => {
    optimizer.zeroGrad({ setToNone: false });
    const loss = model.forward(x).sub(y).square().mean();
    loss.backward();
    optimizer.step();
    return loss;
  };
  // The first time there is nothing to clear.
  assertSame((c) => training("SGD", { lr: 0.1 }, c, build), loss, 6, 2);
});

Deno.test("compile() goes with eager passes", () => {
  assertSame(
    (c) => training("Adam", { lr: 0.01 }, c),
    (made, t) => t % 3 === 1 ? numbers(made.step()) : loss(made),
    9,
    1,
  );
  assertSame(
    (c) => training("Adam", { lr: 0.01 }, c, passes),
    (made, t) => {
      made.step();
      const out = loss(made);
      if (t % 2) made.optimizer.zeroGrad();
      made.optimizer.step();
      return out;
    },
    6,
    1,
  );
});

Deno.test("compile() follows learning rates without another capture", () => {
  assertSame(
    (c) => training("AdamW", { lr: 0.01 }, c),
    (made, t) => {
      made.optimizer.paramGroups[0]!.lr = 0.1 / (t + 1);
      return loss(made);
    },
    8,
    1,
  );
});

Deno.test("compile() draws for dropout, and knows training from evaluation", () => {
  assertSame(
    (c) => training("SGD", { lr: 0.1 }, c, wholeStep, () => new Dropout(0.5)),
    (made, t) => {
      if (t === 3) made.model.eval();
      if (t === 6) made.model.train();
      return loss(made);
    },
    9,
    2,
  );
});

Deno.test("compile() knows frozen parameters", () => {
  assertSame(
    (c) => training("Adam", { lr: 0.01 }, c),
    (made, t) => {
      const flag = !(t >= 3 && t < 6);
      for (const p of made.model.parameters().slice(0, 2)) {
        p.requiresGrad = flag;
      }
      return loss(made);
    },
    9,
    2,
  );
});

Deno.test("compile() takes functions that freeze parameters for a while", () => {
  const build: Build = (model, optimizer, x, y) => () => {
    optimizer.zeroGrad();
    const [first] = model.parameters();
    first!.requiresGrad_(false);
    const loss = model.forward(x).sub(y).square().mean();
    loss.backward();
    first!.requiresGrad_(true);
    optimizer.step();
    return loss;
  };
  assertSame((c) => training("Adam", { lr: 0.01 }, c, build), loss, 4, 1);
});

Deno.test("compile() takes parameters over where they were replaced", () => {
  assertSame(
    (c) => training("SGD", { lr: 0.1 }, c),
    (made, t) => {
      const { model } = made;
      if (t === 3) model.parameters()[0]!.setData(zeros([32, 3]).add(0.1));
      if (t === 6) {
        const dict = model.stateDict();
        const other = new Sequential(
          new Linear(3, 32),
          new ReLU(),
          new Linear(32, 1),
        );
        other.loadStateDict(dict);
        for (const p of other.parameters()) noGrad(() => p.mul_(0.5));
        model.loadStateDict(other.stateDict());
      }
      return loss(made);
    },
    9,
    2,
  );
  assertSame(
    (c) => training("SGD", { lr: 0.1 }, c),
    (made, t) => {
      if (t === 3) {
        made.model.to("float64");
        for (const data of [made.x, made.y]) data.setData(data.to("float64"));
      }
      return loss(made);
    },
    6,
    2,
  );
});

Deno.test("compile() notices other parameter groups", () => {
  const trace = (compiled: boolean) => {
    const a = leaf([1, 2]), b = leaf([3, 4]);
    const optimizer = new SGD([a], { lr: 0.1, momentum: 0.5 });
    const step = () => {
      optimizer.zeroGrad();
      a.mul(b).sum().backward();
      optimizer.step();
    };
    const run = compiled ? compile(step) : step;
    return [0, 1, 2, 3].map((t) => {
      if (t === 2) optimizer.addParamGroup({ params: [b], lr: 0.2 });
      run();
      return [numbers(a), numbers(b), a.grad && numbers(a.grad)];
    });
  };
  assertEquals(trace(true), trace(false));
});

Deno.test("Compiled.repeat() trains as steps one by one do", () => {
  for (
    const build of [
      wholeStep,
      // The first time there is nothing to clear.
      ((model, optimizer, x, y) => () => {
        optimizer.zeroGrad({ setToNone: false });
        const loss = model.forward(x).sub(y).square().mean();
        loss.backward();
        optimizer.step();
        return loss;
      }) as Build,
      // Gradients that are replaced by what is made of them.
      ((model, optimizer, x, y) => () => {
        const loss = model.forward(x).sub(y).square().mean();
        loss.backward();
        optimizer.step();
        for (const p of model.parameters()) p.grad = p.grad!.mul(0.5);
        return loss;
      }) as Build,
    ]
  ) {
    for (const middle of [() => new Tanh(), () => new Dropout(0.5)]) {
      const make = (c: boolean) =>
        training("Adam", { lr: 0.01 }, c, build, middle);
      const eager = make(false);
      const losses = Array.from({ length: 12 }, () => numbers(eager.run())[0]);
      const after = numbers(randn([1]));
      const repeated = make(true);
      const { result, record } = repeated.run.repeat!(12, { record: true });
      assertEquals(numbers(record as Tensor), losses);
      assertEquals(numbers(result)[0], losses.at(-1));
      assertEquals(snapshot(repeated), snapshot(eager));
      assertEquals(numbers(randn([1])), after);
      const plain = make(true);
      plain.run.repeat!(12);
      assertEquals(snapshot(plain), snapshot(eager));
    }
  }
});

for (
  const [name, options] of [["SGD", { lr: 0.1, momentum: 0.9 }], ["Adam", {
    lr: 0.1,
  }], ["RMSprop", { lr: 0.1 }]] as [string, Options][]
) {
  Deno.test(`compile() takes functions that make an optimizer of their own: ${name}`, () => {
    const w = leaf([1, 2]);
    const inner = (x: Tensor) => {
      const own = w.detach().clone().requiresGrad_();
      const optimizer = new (optimizerClass(name))([own], options);
      for (let t = 0; t < 3; t++) {
        optimizer.zeroGrad();
        own.sub(x).square().sum().backward();
        optimizer.step();
      }
      return own.detach();
    };
    const f = compile(inner);
    for (const values of [[3, 4], [5, 6], [3, 4]]) {
      const x = leaf(values).detach();
      assertEquals(numbers(f(x)), numbers(inner(x)));
    }
    assertEquals(f.cacheInfo().captures, 1);
  });
}

for (
  const [sizes, steps] of [[[784, 256, 10], 50], [[3, 32, 1], 2000]] as [
    [number, number, number],
    number,
  ][]
) {
  Deno.test(`compile() keeps the heap as it is while ${sizes.join("-")} is trained`, () => {
    const [first, middle, last] = sizes;
    const model = new Sequential(
      new Linear(first, middle),
      new ReLU(),
      new Linear(middle, last),
    );
    const optimizer = new (optimizerClass("Adam"))(model.parameters(), {});
    const x = randn([16, first]), y = randn([16, last]);
    const step = compile(() => {
      optimizer.zeroGrad();
      model.forward(x).sub(y).square().mean().backward();
      optimizer.step();
    });
    const look = () => {
      const { used, pinned, blocks, reserved } = heap.info();
      return { used, pinned, blocks, reserved };
    };
    const threads = getNumThreads();
    // Threads that begin to work take memory for themselves.
    setNumThreads(1);
    step();
    step();
    const before = look();
    for (let t = 2; t < steps; t++) step();
    const after = look();
    setNumThreads(threads);
    // Collectors of garbage may come in between.
    assert(after.used <= before.used && after.blocks <= before.blocks);
    assert(after.pinned <= before.pinned && after.reserved === before.reserved);
  });
}
