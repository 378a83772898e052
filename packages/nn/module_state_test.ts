import { Linear, Module, Sequential, Tanh } from "@gradus/nn";
import { ones, type Tensor, tensor, zeros } from "@gradus/tensor";
import {
  assert,
  assertEquals,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";

function model(): Sequential {
  return new Sequential(new Linear(2, 3), new Tanh(), new Linear(3, 1));
}
const values = (m: Module) => m.parameters().map((p) => p.arraySync());

Deno.test("Module.loadStateDict() makes two modules equal", () => {
  const a = model(), b = model();
  const found = b.loadStateDict(a.stateDict());
  assertEquals(found, { missingKeys: [], unexpectedKeys: [] });
  assertEquals(values(b), values(a));
  assert(b.parameters().every((p) => p.requiresGrad && p.isLeaf));
});

Deno.test("Module.loadStateDict() converts to the type of the parameters", () => {
  const a = model().double(), b = model();
  b.loadStateDict(a.stateDict());
  assertEquals(b.getParameter("0.weight").dtype, "float32");
});

Deno.test("Module.loadStateDict() names everything that does not fit and changes nothing", () => {
  const m = model();
  const before = values(m);
  const { "0.bias": _, ...rest } = m.stateDict();
  const error = assertThrows(
    () =>
      m.loadStateDict({
        ...rest,
        "0.weight": zeros([3, 2]),
        "2.weight": zeros([3]),
        "2.bias": 5 as unknown as Tensor,
        "3.bias": zeros([1]),
      }),
    TypeError,
  );
  assertEquals(
    (error as Error).message,
    `Cannot load the state of Sequential as it does not fit:
  "2.weight": expected shape [1, 3], got [3]
  "2.bias": expected a tensor, got number
  missing keys: "0.bias"
  unexpected keys: "3.bias"`,
  );
  assertEquals(values(m), before);
  assertThrows(
    () => m.loadStateDict(null as unknown as Record<string, Tensor>),
    TypeError,
    "expected an object of tensors",
  );
});

Deno.test("Module.loadStateDict() without strict loads what fits by name, but checks shapes", () => {
  const m = model();
  const found = m.loadStateDict({ "0.bias": ones([3]), extra: ones([1]) }, {
    strict: false,
  });
  assertEquals(found, {
    missingKeys: ["0.weight", "2.weight", "2.bias"],
    unexpectedKeys: ["extra"],
  });
  assertEquals(m.getParameter("0.bias").arraySync(), [1, 1, 1]);
  assertThrows(
    () => m.loadStateDict({ "0.bias": ones([2]) }, { strict: false }),
    TypeError,
    "expected shape [3], got [2]",
  );
});

Deno.test("Module.loadStateDict() takes vectors of one element for scalars", () => {
  class Scalar extends Module {
    declare value: Tensor;
    constructor() {
      super();
      this.registerBuffer("value", tensor(0));
    }
  }
  const m = new Scalar();
  m.loadStateDict({ value: tensor([7]) });
  assertEquals(m.value.arraySync(), 7);
});

Deno.test("Module.loadStateDict() with assign takes over memory and type", () => {
  const a = model().double(), b = model();
  const weight = b.getParameter("0.weight");
  b.loadStateDict(a.stateDict(), { assign: true });
  assertStrictEquals(b.getParameter("0.weight"), weight);
  assertStrictEquals(weight.storage, a.getParameter("0.weight").storage);
  assertEquals([weight.dtype, weight.requiresGrad], ["float64", true]);
  assertThrows(
    () =>
      b.loadStateDict({ ...a.stateDict(), "2.bias": tensor([1]) }, {
        assign: true,
      }),
    TypeError,
    '"2.bias": expected float32 or float64, got int64',
  );
});

Deno.test("Module.stateDict() gives detached tensors over the same memory, or the parameters", () => {
  const layer = new Linear(1, 1);
  const state = layer.stateDict();
  assertEquals(state.weight?.requiresGrad, false);
  state.weight?.fill_(4);
  assertEquals(layer.weight.arraySync(), [[4]]);
  assertStrictEquals(layer.stateDict({ keepVars: true }).weight, layer.weight);
  assertEquals(Object.keys(layer.stateDict({ prefix: "a." })), [
    "a.weight",
    "a.bias",
  ]);
});
