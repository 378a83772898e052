import { assertEquals, assertThrows } from "@std/assert";
import * as g from "./mod.ts";

/** Calls as programs without types make them. */
type Loose = Record<string, (...args: unknown[]) => void>;
const free = g as unknown as Loose;
const x = g.ones([2, 3]);
const loose = x as unknown as Loose;

const notOptions: Record<string, () => void> = {
  zeros: () => free.zeros!([2], "float64"),
  tensor: () => free.tensor!([1], "float64"),
  full: () => free.full!([2], 1, "float64"),
  eye: () => free.eye!(2, 2, "float64"),
  linspace: () => free.linspace!(0, 1, 3, "float64"),
  logspace: () => free.logspace!(0, 1, 3, "float64"),
  zerosLike: () => free.zerosLike!(x, "float64"),
  rand: () => free.rand!([2], 7),
  randperm: () => free.randperm!(2, 7),
  randLike: () => free.randLike!(x, 7),
  bernoulli: () => free.bernoulli!(x, 7),
  gelu: () => free.gelu!(x, "tanh"),
  meshgrid: () => free.meshgrid!([x], "xy"),
  sum: () => loose.sum!(1, true),
  var: () => loose.var!(0, false),
  max: () => loose.max!(1, true),
  argmax: () => loose.argmax!(1, true),
  norm: () => loose.norm!(2, 1, true),
  add: () => loose.add!(x, 2),
  div: () => loose.div!(x, "floor"),
  addcmul: () => loose.addcmul!(x, x, 2),
  addmm: () => loose.addmm!(x, g.ones([3, 3]), 2),
  clamp: () => loose.clamp!(0, 1),
  sort: () => loose.sort!(0, true),
  isclose: () => loose.isclose!(x, [1e-3]),
  nanToNum: () => loose.nanToNum!(0),
  uniform_: () => loose.uniform_!(0, 1, x),
};

for (const [name, call] of Object.entries(notOptions)) {
  Deno.test(`${name}() refuses what is no options object`, () => {
    assertThrows(call, TypeError, "expected options such as { ");
  });
}

Deno.test("checkOptions() refuses unknown options by name", () => {
  const calls: [() => void, string][] = [
    [
      () => free.tensor!([1], { dytpe: "float64" }),
      "Cannot make a tensor with an unknown option dytpe: expected one of dtype, device, requiresGrad",
    ],
    [() => free.zeros!([2], { generator: null }), "option generator"],
    [() => free.randLike!(x, { requires_grad: true }), "option requires_grad"],
    [() => loose.var!(0, { unbiased: false }), "option unbiased"],
    [() => loose.sum!(0, { keepDim: true }), "option keepDim"],
    [() => loose.add_!(x, { aplha: 2 }), "option aplha"],
    [() => loose.backward!(x, { retain_graph: true }), "option retain_graph"],
  ];
  for (const [call, message] of calls) {
    assertThrows(call, TypeError, message);
  }
  assertEquals(x.sum(1, { keepdim: true }).shape, [2, 1]);
});

Deno.test("randint() and eye() say what comes before the options", () => {
  assertThrows(
    () => free.randint!(10, [3]),
    TypeError,
    "Cannot draw integers: expected the numbers low and high before the sizes, got 10 and an array",
  );
  assertThrows(
    () => free.eye!(2, { dtype: "float64" }),
    TypeError,
    "expected the number of columns before the options, got an object",
  );
});
