import { noGrad } from "@gradus/autograd";
import { type Tensor, tensor } from "@gradus/tensor";
import { gradMode } from "@gradus/tensor/internal";
import {
  assert,
  assertEquals,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { leaf, numbers } from "./_testing.ts";
import {
  Adam,
  AdamW,
  type AdamWOptions,
  type Closure,
  type HasLearningRate,
  LBFGS,
  Optimizer,
  type Params,
  required,
  SGD,
} from "./mod.ts";

/** The smallest optimizer that can be written. */
class Plain extends Optimizer {
  constructor(
    params: Params<HasLearningRate>,
    lr: number | typeof required = 1,
  ) {
    super(params, { lr });
  }

  protected override performStep(closure?: Closure): unknown {
    const loss = closure && this.evaluate(closure);
    for (const { params, lr } of this.paramGroups) {
      for (const param of params) {
        if (param.grad) param.sub_(param.grad.mul(lr));
      }
    }
    return loss;
  }
}

/** What the console got as warnings while `fn` ran. */
function warnings(fn: () => void): string[] {
  const texts: string[] = [];
  const { warn } = console;
  console.warn = (text: string) => void texts.push(text);
  try {
    fn();
  } finally {
    console.warn = warn;
  }
  return texts;
}

function* generate<T>(...values: T[]): Generator<T> {
  yield* values;
}

Deno.test("Optimizer() makes one group of any iterable of tensors", () => {
  const [a, b] = [leaf([1]), leaf([2])];
  for (const params of [[a, b], new Set([a, b]), generate(a, b)]) {
    const { paramGroups } = new Plain(params, 0.5);
    assertEquals(paramGroups.length, 1);
    assertEquals(paramGroups[0]!.lr, 0.5);
    assertEquals(Object.keys(paramGroups[0]!), ["lr", "params"]);
    assertStrictEquals(paramGroups[0]!.params[0], a);
    assertStrictEquals(paramGroups[0]!.params[1], b);
  }
});

Deno.test("Optimizer() keeps the names of parameters", () => {
  const [a, b] = [leaf([1]), leaf([2])];
  const pairs: [string, Tensor][] = [["weight", a], ["bias", b]];
  for (const params of [pairs, [{ params: generate(...pairs) }]]) {
    const group = new Plain(params).paramGroups[0]!;
    assertEquals(group.paramNames, ["weight", "bias"]);
    assertStrictEquals(group.params[1], b);
  }
});

Deno.test("Optimizer() completes groups and keeps what else they hold", () => {
  const [a, b] = [leaf([1]), leaf([2])];
  const given = { params: a, lr: 0.25, note: "body" };
  const optimizer = new Plain([given, { params: [b] }]);
  assertEquals(optimizer.paramGroups.map(({ lr, note }) => [lr, note]), [
    [0.25, "body"],
    [1, undefined],
  ]);
  assertEquals(optimizer.paramGroups[0]!.params, [a]);
  assertStrictEquals(given.params, a);
});

Deno.test("Optimizer is the type of optimizers with any hyper-parameters", () => {
  const optimizers: Optimizer[] = [
    new Adam([leaf([1])]),
    new LBFGS([leaf([2])]),
  ];
  for (const { paramGroups: [group] } of optimizers) {
    group!.initialLr = group!.lr;
    group!.lr = 0.5;
  }
  const [adam, lbfgs] = optimizers.map(({ paramGroups }) => paramGroups[0]!);
  assertEquals([adam!.initialLr, adam!.lr, lbfgs!.initialLr, lbfgs!.lr], [
    1e-3,
    0.5,
    1,
    0.5,
  ]);
});

Deno.test("Optimizer has types that know the options", () => {
  const params = [leaf([1])];
  // @ts-expect-error lr is no text
  assertThrows(() => new Adam(params, { lr: "1" }), TypeError);
  // @ts-expect-error lr is no text in a group either
  assertThrows(() => new Adam([{ params, lr: "1" }]), TypeError);
  // @ts-expect-error no such option
  assertThrows(() => new Adam(params, { learningRate: 1 }), TypeError);
  // @ts-expect-error AdamW has no choice
  const coupled: AdamWOptions = { decoupledWeightDecay: false };
  assertThrows(() => new AdamW(params, coupled), TypeError);
  const loss: number = new Adam(new Map([["w", leaf([1])]])).step(() => 5);
  assertEquals(loss, 5);
});

Deno.test("Optimizer() refuses what is no list of parameters", () => {
  const make = (params: unknown) => () => new Plain(params as Tensor[]);
  assertThrows(make(leaf([1])), TypeError, "got a single tensor");
  assertThrows(make({ params: [leaf([1])] }), TypeError, "got Object");
  assertThrows(make("params"), TypeError, "got string");
  assertThrows(
    make([]),
    RangeError,
    "Cannot make Plain: expected at least one parameter, got an empty list",
  );
});

Deno.test("Optimizer.addParamGroup() refuses in PyTorch's order and changes nothing", () => {
  const [a, b] = [leaf([1]), leaf([2])];
  const computed = b.mul(2);
  const optimizer = new Plain([{ params: [a], lr: 1 }], required);
  const action = "Cannot add a parameter group to Plain";
  const refused: [unknown, new () => Error, string][] = [
    [b, TypeError, `${action}: expected an object with params`],
    [[b], TypeError, `${action}: expected an object with params`],
    [{}, TypeError, `${action}: expected params to be a tensor or an iterable`],
    [{ params: 3 }, TypeError, "got number"],
    [
      { params: [["b", b], 3] },
      RangeError,
      "must all have names or none: got 1 with and 1 without",
    ],
    [
      { params: [[b, "b"]] },
      TypeError,
      "expected pairs of a name and a tensor",
    ],
    [
      { params: [computed, 3] },
      TypeError,
      "expected tensors, got number as parameter 1",
    ],
    [
      { params: [["b", 3]] },
      TypeError,
      "expected tensors, got number as parameter 0",
    ],
    [
      { params: [b, computed] },
      RangeError,
      "only leaves can be optimized: parameter 1",
    ],
    [
      { params: [["a", a]] },
      RangeError,
      `${action} without lr: it has no default`,
    ],
    [
      { params: [["a", a]], lr: 1 },
      RangeError,
      "got one with names beside groups without",
    ],
    [
      { params: [b, a], lr: 1 },
      RangeError,
      `${action} as parameter 1 is in another group already`,
    ],
  ];
  for (const [group, ErrorClass, message] of refused) {
    assertThrows(
      () => optimizer.addParamGroup(group as { params: Tensor }),
      ErrorClass,
      message,
    );
    assertEquals(optimizer.paramGroups.length, 1);
  }
  optimizer.addParamGroup({ params: b, lr: 2 });
  assertEquals(optimizer.paramGroups.map(({ lr }) => lr), [1, 2]);
});

Deno.test("Optimizer.addParamGroup() takes what is no leaf if it keeps its gradient", () => {
  const computed = leaf([2]).mul(2);
  computed.retainsGrad = true;
  assertEquals(new Plain([computed]).paramGroups[0]!.params, [computed]);
});

Deno.test("Optimizer.addParamGroup() warns of a repeated parameter and keeps it", () => {
  const a = leaf([3]);
  a.grad = tensor([1], { dtype: "float64" });
  let optimizer: Plain | undefined;
  const texts = warnings(() => optimizer = new Plain([a, a]));
  assertEquals(texts, [
    "A parameter group of Plain holds the same parameter more than once: it moves once for each",
  ]);
  optimizer!.step();
  assertEquals(numbers(a), [1]);
});

Deno.test("Optimizer.addParamGroup() does not share arrays between groups", () => {
  const betas: [number, number] = [0.5, 0.75];
  const optimizer = new Adam([leaf([1])], { betas });
  optimizer.addParamGroup({ params: leaf([2]) });
  Object.assign(optimizer.paramGroups[0]!.betas, [0.25]);
  assertEquals(optimizer.paramGroups[1]!.betas, [0.5, 0.75]);
  assertEquals(betas, [0.5, 0.75]);
});

Deno.test("Optimizer.zeroGrad() drops gradients", () => {
  const [a, b] = [leaf([1]), leaf([2])];
  a.grad = tensor([1], { dtype: "float64" });
  new Plain([{ params: [a] }, { params: [b] }]).zeroGrad();
  assertEquals([a.grad, b.grad], [null, null]);
});

Deno.test("Optimizer.zeroGrad() fills gradients with zeros and cuts them off their graph", () => {
  const [a, b, c] = [leaf([1]), leaf([2]), leaf([3])];
  const plain = a.grad = leaf([4]);
  const computed = b.grad = leaf([5]).mul(2);
  new Plain([a, b, c]).zeroGrad({ setToNone: false });
  assertStrictEquals(a.grad, plain);
  assertStrictEquals(b.grad, computed);
  assertEquals(c.grad, null);
  for (const grad of [plain, computed]) {
    assertEquals(numbers(grad), [0]);
    assertEquals([grad.requiresGrad, grad.isLeaf], [false, true]);
  }
});

Deno.test("Optimizer.zeroGrad() fills gradients that are views with zeros", () => {
  const a = leaf([1]);
  const view = a.grad = leaf([4]).mul(2).view([1]);
  new Plain([a]).zeroGrad({ setToNone: false });
  assertEquals(numbers(view), [0]);
  assertEquals([a.grad?.requiresGrad, a.grad?.isLeaf], [false, true]);
  assertEquals(numbers(a.grad!), [0]);
});

Deno.test("Optimizer.step() returns what the closure returns and calls it with recording on", () => {
  const a = leaf([3]);
  const optimizer = new Plain([a], 0.5);
  let calls = 0;
  const loss = noGrad(() =>
    optimizer.step(() => {
      calls++;
      assert(gradMode.enabled);
      optimizer.zeroGrad();
      const loss = a.square().sum();
      loss.backward();
      return loss;
    })
  );
  assertEquals([loss.itemSync(), calls, numbers(a)], [9, 1, [0]]);
  assert(gradMode.enabled);
});

Deno.test("Optimizer.step() returns nothing without closure", () => {
  assertEquals(new Plain([leaf([1])]).step(), undefined);
});

Deno.test("Optimizer.step() does not record", () => {
  const a = leaf([1]);
  a.grad = leaf([2]).mul(a);
  const optimizer = new Adam([a], { weightDecay: 0.1 });
  optimizer.step();
  assertEquals([a.isLeaf, a.requiresGrad], [true, true]);
  for (const value of Object.values(optimizer.state.get(a)!)) {
    assert(!(value as Tensor).requiresGrad);
  }
});

Deno.test("Optimizer.step() leaves the grad mode alone when the closure throws", () => {
  const optimizer = new Plain([leaf([1])]);
  const failing = () => {
    throw new RangeError("no loss");
  };
  assertThrows(() => optimizer.step(failing), RangeError, "no loss");
  assert(gradMode.enabled);
});

Deno.test("Optimizer.step() refuses an asynchronous closure", () => {
  const optimizer = new Plain([leaf([1])]);
  assertThrows(
    () => optimizer.step(() => Promise.resolve(1)),
    TypeError,
    "Cannot step Plain as the closure returned a promise",
  );
});

Deno.test("Optimizer.toString() shows names, tensors and what else groups hold", () => {
  const optimizer = new SGD(
    [{
      params: [["w", leaf([1])]],
      note: "body",
      parts: ["a", 2],
      lr: tensor(0.5),
    }],
    { momentum: 0.9 },
  );
  const text = `SGD (
Parameter Group 0
    dampening: 0
    lr: 0.5
    maximize: False
    momentum: 0.9
    nesterov: False
    note: body
    paramNames: ['w']
    parts: ('a', 2)
    weightDecay: 0
)`;
  assertEquals(String(optimizer), text);
  assertEquals(Deno.inspect(optimizer), text);
});
