import { grad, sparseRows } from "@gradus/autograd";
import { Embedding, embedding } from "@gradus/nn";
import { compile, ones, type Tensor, tensor } from "@gradus/tensor";
import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  assertNear,
  dtypes,
  numbers,
  type Options,
  tolerance,
} from "./_testing.ts";
import { Adagrad } from "./adagrad.ts";
import { stepMode } from "./algorithm.ts";
import type { SparseAdamState } from "./algorithms/sparse_adam.ts";
import { SGD } from "./sgd.ts";
import {
  SparseAdam,
  sparseAdam,
  type SparseAdamOptions,
} from "./sparse_adam.ts";
import golden from "./testdata/sparse_adam.json" with { type: "json" };
import { applyUpdates } from "./transformations/mod.ts";

type Float = typeof dtypes[number];
type Case = typeof golden.cases[number];
/** What is looked up in a step: twice in one table, once in the other. */
type Lookups = readonly [Tensor, Tensor, Tensor];

const rows = 7, columns = 3;

/** The tables of the stored results. */
function startOf(k: number, dtype: Float): Tensor {
  const values = Float64Array.from(
    { length: rows * columns },
    (_, i) => ((5 * i + 3 * k) % 13 - 6) / 4,
  );
  return tensor(values).view(rows, columns).to(dtype);
}

function lookups(t: number): Lookups {
  return [
    tensor([[3 * t % rows, (3 * t + 1) % rows], [3 * t % rows, t * t % rows]]),
    tensor([(5 * t + 2) % rows, t * t % rows]),
    tensor([t % rows, (t + 3) % rows, t % rows]),
  ];
}

interface Run {
  readonly optimizer: SparseAdam;
  readonly weights: Tensor[];
  /** What a training step does. */
  readonly train: (...indices: Lookups) => void;
}

function prepare(given: Case, dtype: Float): Run {
  const padding = given.paddingIdx;
  const tables = [0, 1].map((k) =>
    new Embedding(rows, columns, {
      sparse: true,
      weight: startOf(k, dtype),
      ...(padding === null ? {} : { paddingIdx: padding }),
    })
  );
  const weights = tables.map(({ weight }) => weight);
  const optimizer = new SparseAdam(
    weights.map((weight, i) => ({
      params: [weight],
      ...given.groups[i] as Options,
    })),
    given.options as SparseAdamOptions,
  );
  const [first, second] = tables as [Embedding, Embedding];
  const train = (...[a, b, c]: Lookups) => {
    optimizer.zeroGrad();
    const loss = first.forward(a).square().sum().div(2)
      .add(first.forward(b).sum().mul(0.25))
      .add(second.forward(c).pow(3).sum().div(3));
    loss.backward();
    optimizer.step();
  };
  return { optimizer, weights, train };
}

/** Ways to train, which give the same numbers. */
const modes: Record<string, (run: Run) => Run["train"]> = {
  "with compiled steps": ({ train }) => train,
  "uncompiled": ({ train }) => (...indices) => {
    stepMode.compiled = false;
    try {
      train(...indices);
    } finally {
      stepMode.compiled = true;
    }
  },
  "compiled as a whole": ({ train }) => compile(train),
};

function stateOf({ optimizer, weights }: Run): SparseAdamState[] {
  return weights.map((w) => optimizer.state.get(w) as SparseAdamState);
}

for (const [mode, trainOf] of Object.entries(modes)) {
  Deno.test(`SparseAdam moves as in PyTorch ${mode}`, () => {
    for (const given of golden.cases) {
      for (const dtype of dtypes) {
        const run = prepare(given, dtype);
        const train = trainOf(run);
        const expected = given[dtype];
        const positions = new Map(Object.entries(expected.positions));
        const states = new Map(Object.entries(expected.states));
        const title = `${JSON.stringify(given.options)} in ${dtype}, step`;
        for (let t = 1; t <= 50; t++) {
          train(...lookups(t));
          positions.get(String(t))?.forEach((wanted, i) => {
            const own = numbers(run.weights[i]!);
            assertNear(own, wanted, tolerance[dtype], 1, `${title} ${t}`);
          });
          states.get(String(t))?.forEach((wanted, i) => {
            const { step, expAvg, expAvgSq } = stateOf(run)[i]!;
            assertEquals(step.itemSync(), wanted.step);
            for (
              const [own, stored] of [
                [expAvg, wanted.expAvg],
                [expAvgSq, wanted.expAvgSq],
              ] as const
            ) {
              const scale = Math.max(...stored.map(Math.abs));
              assertNear(numbers(own), stored, tolerance[dtype], scale, title);
            }
          });
        }
      }
    }
  });
}

Deno.test("SparseAdam gives the same bits compiled and uncompiled", () => {
  for (const given of golden.cases) {
    const [first, ...others] = Object.values(modes).map((trainOf) => {
      const run = prepare(given, "float32");
      const train = trainOf(run);
      for (let t = 1; t <= 20; t++) train(...lookups(t));
      return run.weights.map(numbers);
    });
    for (const other of others) assertEquals(other, first);
  }
});

Deno.test("SparseAdam compiles once, whichever rows are looked up", () => {
  const { optimizer, train } = prepare(golden.cases[0]!, "float32");
  for (let t = 1; t <= 10; t++) train(...lookups(t));
  assertEquals(stepMode.steps.get(optimizer)!.cacheInfo().captures, 1);
});

Deno.test("SparseAdam goes on from a saved state with the same bits", () => {
  for (const given of golden.cases) {
    const whole = prepare(given, "float32");
    for (let t = 1; t <= 5; t++) whole.train(...lookups(t));
    const other = prepare(given, "float32");
    other.weights.forEach((w, i) =>
      w.detach().copy_(whole.weights[i]!.detach())
    );
    other.optimizer.loadStateDict(whole.optimizer.stateDict());
    for (let t = 6; t <= 12; t++) {
      whole.train(...lookups(t));
      other.train(...lookups(t));
    }
    assertEquals(other.weights.map(numbers), whole.weights.map(numbers));
  }
});

Deno.test("SparseAdam leaves rows alone that are not looked up, and their averages", () => {
  const table = new Embedding(3, 1, { sparse: true, weight: ones([3, 1]) });
  const optimizer = new SparseAdam(table.parameters(), { lr: 0.1 });
  const look = (...indices: number[]) => {
    optimizer.zeroGrad();
    table.forward(tensor(indices)).sum().backward();
    optimizer.step();
    const { expAvg, step } = optimizer.state.get(table.weight)!;
    return [table.weight, expAvg, step].map((t) => numbers(t as Tensor));
  };
  const [before, averages] = look(0, 1);
  const [after, now, steps] = look(1, 1);
  assertEquals([after![0], after![2]], [before![0], 1]);
  assertEquals([now![0], now![2]], [averages![0], 0]);
  assertEquals(steps, [2]);
  assert(after![1]! < before![1]!);
});

Deno.test("SparseAdam counts a step in which nothing was looked up, or padding only", () => {
  const table = new Embedding(3, 1, {
    sparse: true,
    paddingIdx: 1,
    weight: ones([3, 1]),
  });
  const optimizer = new SparseAdam(table.parameters(), { lr: 0.1 });
  for (const [i, indices] of [tensor([1, 1]), tensor([1])].entries()) {
    optimizer.zeroGrad();
    table.forward(indices.narrow(0, 0, 2 - 2 * i)).sum().backward();
    optimizer.step();
    const { step } = optimizer.state.get(table.weight)!;
    assertEquals((step as Tensor).itemSync(), i + 1);
    assertEquals(numbers(table.weight), [1, 1, 1]);
  }
});

Deno.test("SparseAdam refuses dense gradients, and changes nothing then", () => {
  const indices = tensor([2, 0]);
  const table = new Embedding(3, 1, { sparse: true, weight: ones([3, 1]) });
  const { weight } = table;
  const other = new Embedding(3, 1, { sparse: true, weight: ones([3, 1]) });
  const look = () => table.forward(indices).sum();
  const compiled = compile(() => look().backward());
  const ways: Record<string, () => void> = {
    "of a use of all rows": () => weight.square().sum().backward(),
    "of lookups and a use of all rows": () =>
      look().add(weight.sum()).backward(),
    "of a use of all rows after a lookup": () => {
      look().backward();
      weight.sum().backward();
    },
    "of a lookup after a use of all rows": () => {
      weight.sum().backward();
      look().backward();
    },
    "of a lookup without sparse": () =>
      embedding(indices, weight).sum().backward(),
    "of lookups with and without sparse": () =>
      look().add(embedding(indices, weight).sum()).backward(),
    "that was changed": () => {
      look().backward();
      weight.grad!.mul_(2);
    },
    "that began as zeros": () => {
      look().backward();
      optimizer.zeroGrad({ setToNone: false });
      look().backward();
    },
    "of a compiled function": () => compiled(),
    "that a compiled function added to": () => {
      look().backward();
      compiled();
    },
    "that was assigned": () => weight.grad = ones([3, 1]),
    "of a table that was computed": () =>
      embedding(indices, weight.mul(2), { sparse: true }).sum().backward(),
  };
  const optimizer = new SparseAdam([weight, other.weight]);
  for (const backward of Object.values(ways)) {
    optimizer.zeroGrad();
    other.forward(indices).sum().backward();
    backward();
    const message = "Cannot step SparseAdam with a dense gradient";
    assertThrows(() => optimizer.step(), TypeError, message);
    assertEquals(numbers(other.weight), [1, 1, 1]);
    assertEquals(optimizer.state.size, 0);
  }
});

Deno.test("SparseAdam adds up gradients of several backward passes", () => {
  const run = (passes: number) => {
    const weight = startOf(0, "float64").requiresGrad_();
    const optimizer = new SparseAdam([weight], { lr: 0.1 });
    const losses = [[1, 2, 1], [4], [2, 6]].map((indices) =>
      embedding(tensor(indices), weight, { sparse: true }).square().sum()
    );
    if (passes === 1) losses[0]!.add(losses[1]!).add(losses[2]!).backward();
    else for (const loss of losses) loss.backward();
    const known = sparseRows(weight.grad!)!;
    assertEquals(numbers(known).sort(), [1, 1, 2, 2, 4, 6]);
    optimizer.step();
    return numbers(weight);
  };
  assertEquals(run(3), run(1));
});

Deno.test("sparseAdam() moves as the class does", () => {
  const given = { lr: 0.1, maximize: true };
  const weight = startOf(0, "float64").requiresGrad_();
  const optimizer = new SparseAdam([weight], given);
  const transformation = sparseAdam(0.1, { maximize: true });
  let own = startOf(0, "float64");
  let state = transformation.init([own]);
  for (let t = 1; t <= 5; t++) {
    const [indices] = lookups(t);
    optimizer.zeroGrad();
    embedding(indices, weight, { sparse: true }).square().sum().backward();
    optimizer.step();
    own = own.detach().requiresGrad_();
    const loss = embedding(indices, own, { sparse: true }).square().sum();
    const [updates, next] = transformation.update(
      grad([loss], [own]) as Tensor[],
      state,
      [own],
    );
    [own] = applyUpdates([own.detach()], updates) as [Tensor];
    state = next;
    assertNear(numbers(own), numbers(weight), 1e-15, 1, `step ${t}`);
  }
  const dense = () =>
    transformation.update([ones([rows, columns])], state, [own]);
  assertThrows(dense, TypeError, "dense gradient");
});

Deno.test("SparseAdam takes options that every optimizer has", () => {
  for (const name of ["cautious", "gradientCentralization"]) {
    const weight = startOf(0, "float64").requiresGrad_();
    const before = numbers(weight);
    const optimizer = new SparseAdam([weight], { lr: 0.1, [name]: true });
    embedding(tensor([5, 0, 5]), weight, { sparse: true }).square().sum()
      .backward();
    optimizer.step();
    const moved = numbers(weight).map((x, i) => x !== before[i]);
    const rowsMoved = Array.from(
      { length: rows },
      (_, i) => moved.slice(columns * i, columns * (i + 1)).some((m) => m),
    );
    const expected = [true, false, false, false, false, true, false];
    assertEquals(rowsMoved, expected, name);
  }
});

Deno.test("other optimizers do with sparse gradients what they do with dense ones", () => {
  for (const Optimizer of [SGD, Adagrad]) {
    const [sparse, dense] = [true, false].map((sparse) => {
      const weight = startOf(0, "float32").requiresGrad_();
      const optimizer = new Optimizer([weight], { lr: 0.1 });
      for (let t = 1; t <= 5; t++) {
        optimizer.zeroGrad();
        const [indices] = lookups(t);
        embedding(indices, weight, { sparse }).square().sum().backward();
        optimizer.step();
      }
      return numbers(weight);
    });
    assertEquals(sparse, dense);
  }
});

Deno.test("SparseAdam refuses hyper-parameters by name and prints as in PyTorch", () => {
  const w = () => ones([2, 1], { requiresGrad: true });
  const wrong: Record<string, unknown[]> = {
    lr: [-1, NaN, "1"],
    eps: [0, -1, NaN],
    betas: [[1, 0.9], [0.9, -0.1], 0.9],
    maximize: [1],
    differentiable: [true],
    amsgrad: [true],
  };
  for (const [name, values] of Object.entries(wrong)) {
    for (const value of values) {
      let error: unknown;
      try {
        new SparseAdam([w()], { [name]: value } as SparseAdamOptions);
      } catch (thrown) {
        error = thrown;
      }
      assert(error instanceof TypeError || error instanceof RangeError, name);
      assert(error.message.includes(name), error.message);
    }
  }
  assertEquals(String(new SparseAdam([w()], { lr: 0.25 })), golden.text);
});
