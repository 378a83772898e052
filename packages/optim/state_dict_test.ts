import { type Tensor, tensor } from "@gradus/tensor";
import {
  assert,
  assertEquals,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { leaf, numbers } from "./_testing.ts";
import { Adam, type OptimizerStateDict, SGD } from "./mod.ts";

function stepped(options: object, ...params: Tensor[]): Adam {
  const optimizer = new Adam(params, options);
  for (const param of params) {
    param.grad = tensor([0.5], { dtype: param.dtype });
  }
  optimizer.step();
  return optimizer;
}

Deno.test("Optimizer.stateDict() numbers parameters over all groups", () => {
  const [a, b, c] = [leaf([1]), leaf([2]), leaf([3])];
  const optimizer = new SGD([{ params: [a, b] }, { params: [c], lr: 0.5 }], {
    momentum: 0.9,
  });
  for (const param of [b, c]) param.grad = tensor([4], { dtype: "float64" });
  optimizer.step();
  const { state, paramGroups } = optimizer.stateDict();
  assertEquals(Object.keys(state), ["1", "2"]);
  assertStrictEquals(
    state[1]!.momentumBuffer,
    optimizer.state.get(b)!.momentumBuffer,
  );
  assertEquals(paramGroups.map(({ params, lr }) => [params, lr]), [
    [[0, 1], 1e-3],
    [[2], 0.5],
  ]);
  assertEquals(Object.keys(paramGroups[0]!), [
    "lr",
    "momentum",
    "dampening",
    "weightDecay",
    "nesterov",
    "maximize",
    "params",
  ]);
});

Deno.test("Optimizer.stateDict() names parameters that have names", () => {
  const optimizer = new SGD([["w", leaf([1])] as const]);
  assertEquals(optimizer.stateDict().paramGroups[0]!.paramNames, ["w"]);
});

Deno.test("SGD.stateDict() has no state without momentum", () => {
  const w = leaf([1]);
  w.grad = tensor([1], { dtype: "float64" });
  const optimizer = new SGD([w]);
  optimizer.step();
  assertEquals(optimizer.stateDict().state, {});
});

Deno.test("Optimizer.loadStateDict() takes over hyper-parameters and keeps the parameters", () => {
  const [a, b] = [leaf([1]), leaf([1])];
  const saved = stepped({ lr: 0.25, betas: [0.5, 0.75] }, a).stateDict();
  saved.paramGroups[0]!.note = "kept";
  const other = new Adam([b]);
  other.loadStateDict(saved);
  const [group] = other.paramGroups;
  assertStrictEquals(group!.params[0], b);
  assertEquals([group!.lr, group!.betas, group!.note], [
    0.25,
    [0.5, 0.75],
    "kept",
  ]);
  assert(group!.betas !== saved.paramGroups[0]!.betas);
});

Deno.test("Optimizer.loadStateDict() copies tensors", () => {
  const [a, b] = [leaf([1]), leaf([1])];
  const optimizer = stepped({}, a), other = new Adam([b]);
  other.loadStateDict(optimizer.stateDict());
  const before = numbers(other.state.get(b)!.expAvg as Tensor);
  optimizer.step();
  assertEquals(numbers(other.state.get(b)!.expAvg as Tensor), before);
  assertEquals(numbers(other.state.get(b)!.step as Tensor), [1]);
});

Deno.test("Optimizer.loadStateDict() gives state the type of its parameter but for the step", () => {
  const w = leaf([1], "float64");
  const saved = stepped({}, leaf([1], "float32")).stateDict();
  saved.state[0]!.nested = { list: [tensor([1.5])], step: tensor([2.5]) };
  const other = new Adam([w]);
  other.loadStateDict(saved);
  const { step, expAvg, nested } = other.state.get(w)! as Record<
    string,
    Tensor
  >;
  const inner = nested as unknown as { list: Tensor[]; step: Tensor };
  assertEquals(
    [step!.dtype, expAvg!.dtype, inner.list[0]!.dtype, inner.step.dtype],
    ["float32", "float64", "float64", "float32"],
  );
});

Deno.test("Adam.loadStateDict() takes state without what a flag needs that was set after the last step", () => {
  const [a, b] = [leaf([1]), leaf([1])];
  const optimizer = stepped({}, a), other = new Adam([b]);
  optimizer.paramGroups[0]!.amsgrad = true;
  other.loadStateDict(optimizer.stateDict());
  b.grad = tensor([0.5], { dtype: "float64" });
  other.step();
  const { expAvgSq, maxExpAvgSq } = other.state.get(b)!;
  assertEquals(numbers(maxExpAvgSq as Tensor), numbers(expAvgSq as Tensor));
});

Deno.test("Optimizer.loadStateDict() matches parameters by position", () => {
  const [a, b] = [leaf([1]), leaf([2])];
  const saved = stepped({}, leaf([1]), leaf([2])).stateDict();
  const renumbered: OptimizerStateDict = {
    state: { 7: saved.state[0]!, 5: saved.state[1]! },
    paramGroups: [{ ...saved.paramGroups[0]!, params: [7, 5] }],
  };
  renumbered.state[5]!.mark = "second";
  const other = new Adam([a, b]);
  other.loadStateDict(renumbered);
  assertEquals([other.state.get(a)!.mark, other.state.get(b)!.mark], [
    undefined,
    "second",
  ]);
});

Deno.test("Optimizer.loadStateDict() keeps entries that belong to no parameter", () => {
  const optimizer = new SGD([leaf([1])]);
  const saved = optimizer.stateDict();
  saved.state.shared = { count: 3, seen: tensor([1]) };
  optimizer.loadStateDict(saved);
  assertEquals(optimizer.state.size, 0);
  const { count, seen } = optimizer.stateDict().state.shared!;
  assertEquals([count, numbers(seen as Tensor)], [3, [1]]);
});

Deno.test("Optimizer.loadStateDict() prefers saved names and keeps live ones", () => {
  const named = () => new SGD([["live", leaf([1])] as const]);
  const saved = new SGD([["saved", leaf([1])] as const]).stateDict();
  const first = named();
  first.loadStateDict(saved);
  assertEquals(first.paramGroups[0]!.paramNames, ["saved"]);
  const second = named();
  second.loadStateDict(new SGD([leaf([1])]).stateDict());
  assertEquals(second.paramGroups[0]!.paramNames, ["live"]);
});

Deno.test("Optimizer.loadStateDict() fills in hyper-parameters that the dictionary lacks", () => {
  const saved = new SGD([leaf([1])], { lr: 0.5 }).stateDict();
  delete saved.paramGroups[0]!.maximize;
  const optimizer = new SGD([leaf([1])], { maximize: true });
  optimizer.loadStateDict(saved);
  assertEquals(optimizer.paramGroups[0]!.maximize, true);
});

Deno.test("Optimizer.loadStateDict() refuses other forms and sizes and changes nothing", () => {
  const w = leaf([1]);
  const optimizer = stepped({ lr: 0.5 }, w);
  const action = "Cannot load a state dictionary into Adam";
  const two = new Adam([leaf([1]), leaf([2])]).stateDict();
  const groups = new Adam([{ params: leaf([1]) }, { params: leaf([2]) }])
    .stateDict();
  const before = optimizer.stateDict();
  const state = before.state[0]!;
  const refused: [unknown, new () => Error, string][] = [
    [{}, TypeError, `${action}: expected an object with state and paramGroups`],
    [{ state: {}, paramGroups: [{}] }, TypeError, action],
    [{ ...before, state: { 0: null } }, TypeError, action],
    [
      { ...before, state: { 0: { ...state, expAvg: tensor([1.5, 2]) } } },
      TypeError,
      `${action}: expected a tensor of shape [1] as expAvg of a parameter of shape [1], got a tensor of shape [2]`,
    ],
    [
      { ...before, state: { 0: { step: state.step } } },
      TypeError,
      "as expAvg of a parameter of shape [1], got undefined",
    ],
    [
      { ...before, state: { 0: { ...state, step: 1 } } },
      TypeError,
      "got number",
    ],
    [
      groups,
      RangeError,
      "the numbers of parameter groups must match: expected 1, got 2",
    ],
    [
      two,
      RangeError,
      "the sizes of parameter group 0 must match: expected 1 parameters, got 2",
    ],
  ];
  for (const [dict, ErrorClass, message] of refused) {
    assertThrows(
      () => optimizer.loadStateDict(dict as OptimizerStateDict),
      ErrorClass,
      message,
    );
    assertEquals(optimizer.stateDict(), before);
  }
});
