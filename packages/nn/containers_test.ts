import {
  Linear,
  type Module,
  ModuleDict,
  ModuleList,
  Parameter,
  ParameterList,
  ReLU,
  Sequential,
  Tanh,
} from "@gradus/nn";
import * as nn from "@gradus/nn";
import { ones, type Tensor, tensor } from "@gradus/tensor";
import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import golden from "./testdata/nn.json" with { type: "json" };

const keys = (m: Module) => m.namedChildren().map(([name]) => name);

Deno.test("Sequential runs modules one after the other", () => {
  const double = new Linear(1, 1, { bias: false });
  nn.init.constant_(double.weight, 2);
  const model = new Sequential(double, new ReLU(), double);
  assertEquals(model.forward(tensor([[3.5]])).arraySync(), [[14]]);
  assertEquals(model.forward(tensor([[-1.5]])).arraySync(), [[0]]);
  const x = ones([2]);
  assertStrictEquals(new Sequential().forward(x), x);
});

Deno.test("Sequential names modules by number or as told", () => {
  assertEquals(keys(new Sequential(new ReLU(), new Tanh())), ["0", "1"]);
  assertEquals(keys(new Sequential({ b: new ReLU(), a: new Tanh() })), [
    "b",
    "a",
  ]);
  assertEquals(keys(new Sequential(new ReLU())), ["0"]);
});

Deno.test("Sequential is indexed, cut and changed as in PyTorch", () => {
  const [a, b, c] = [new Linear(1, 1), new ReLU(), new Linear(1, 1)];
  const model = new Sequential(a, b, c);
  assertStrictEquals(model.at(-1), c);
  assertEquals(model.length, 3);
  assertEquals([...model], [a, b, c]);
  assertEquals(
    Object.keys(model.slice(1).stateDict()),
    golden.texts.slicedKeys,
  );
  assertStrictEquals(model.pop(0), a);
  assertEquals(keys(model), ["0", "1"]);
  model.insert(0, a).append(b);
  assertEquals([...model], [a, b, c, b]);
  assertEquals(keys(model), ["0", "1", "2"]);
  model.set(1, c);
  assertEquals([...model], [a, c, c, b]);
  model.insert(4, a).extend([b]);
  assertEquals(model.length, 6);
  assertThrows(() => model.at(6), RangeError, "[-6, 5], got 6");
  assertThrows(() => new Sequential().pop(), RangeError, "got -1");
});

Deno.test("Sequential replaces a module of the same name", () => {
  const model = new Sequential({ act: new ReLU() });
  const tanh = new Tanh();
  model.registerModule("act", tanh);
  assertEquals([...model], [tanh]);
  assertThrows(() => model.registerModule("a.b", tanh), RangeError, '"a.b"');
});

Deno.test("Sequential refuses what is not a module", () => {
  const relu = { forward: (x: Tensor) => x } as nn.Layer;
  assertThrows(
    () => new Sequential(new ReLU(), relu),
    TypeError,
    "expected a Module",
  );
  assertThrows(
    () => new Sequential().set(0, relu),
    TypeError,
    "expected a Module",
  );
});

Deno.test("Sequential of a subclass has its own parameters too", () => {
  class Scaled extends Sequential {
    readonly scale = new Parameter(ones([1]));
    override forward(x: Tensor): Tensor {
      return super.forward(x).mul(this.scale);
    }
  }
  const model = new Scaled(new Linear(1, 1, { bias: false }));
  assertEquals(Object.keys(model.stateDict()), ["scale", "0.weight"]);
});

Deno.test("ModuleList is a list whose members are found", () => {
  const [a, b] = [new ReLU(), new Tanh()];
  const list = new ModuleList<Module>([a]);
  list.append(b).extend([a]).insert(0, b);
  assertEquals([...list], [b, a, b, a]);
  assertEquals(list.pop(), a);
  list.set(-1, a);
  assertEquals([...list.slice(1)], [a, a]);
  assertEquals(list.length, 3);
  assertEquals(list.children().length, 2);
  assertThrows(() => list.at(3), RangeError, "[-3, 2], got 3");
  assertThrows(
    () => list.append(null as unknown as Module),
    TypeError,
    "got null",
  );
});

Deno.test("ModuleDict is a dict whose members are found, whatever their names", () => {
  const dict = new ModuleDict<Module>({ forward: new ReLU() });
  dict.set("2", new Tanh()).update([["1", new Linear(1, 1)]]);
  assertEquals([...dict.keys()], ["forward", "2", "1"]);
  assertEquals(Object.keys(dict.stateDict()), ["1.weight", "1.bias"]);
  assertEquals([dict.size, dict.has("2")], [3, true]);
  assertEquals([...dict.entries()], [...dict]);
  assertStrictEquals([...dict.values()][1], dict.get("2"));
  dict.pop("2");
  assertThrows(() => dict.get("2"), RangeError, "expected one of forward, 1");
  assertThrows(() => dict.set("a.b", new ReLU()), RangeError, '"a.b"');
  assertThrows(
    () => dict.set("a", 1 as unknown as Module),
    TypeError,
    "got number",
  );
  dict.clear();
  assertEquals(dict.size, 0);
});

Deno.test("ParameterList makes parameters of tensors", () => {
  const p = new Parameter(ones([2]));
  const list = new ParameterList([p, ones([1])]);
  assertStrictEquals(list.at(0), p);
  assertEquals(list.at(1) instanceof Parameter, true);
  list.set(1, p);
  list.append(ones([3]));
  assertEquals([list.length, list.parameters().length], [3, 2]);
  assertEquals(Object.keys(list.stateDict()), ["0", "1", "2"]);
  assertEquals([...list.slice(-1)], [list.at(2)]);
});

Deno.test("modules print as PyTorch's do", () => {
  const printed = [
    new nn.Linear(2, 3),
    new nn.Linear(2, 3, { bias: false }),
    new nn.ReLU(),
    new nn.ReLU6(),
    new nn.LeakyReLU(),
    new nn.PReLU(3),
    new nn.RReLU(),
    new nn.ELU(),
    new nn.CELU(),
    new nn.SELU(),
    new nn.GELU(),
    new nn.GELU({ approximate: "tanh" }),
    new nn.SiLU(),
    new nn.Mish(),
    new nn.Sigmoid(),
    new nn.Tanh(),
    new nn.LogSigmoid(),
    new nn.Hardsigmoid(),
    new nn.Hardswish(),
    new nn.Hardtanh(),
    new nn.Softplus(),
    new nn.Softshrink(),
    new nn.Hardshrink(),
    new nn.Softsign(),
    new nn.Tanhshrink(),
    new nn.Threshold(0.1, 20),
    new nn.GLU(),
    new nn.Softmax(1),
    new nn.Softmin(0),
    new nn.LogSoftmax(-1),
    new nn.Dropout(),
    new nn.Dropout(1e-5),
    new nn.Identity(),
    new nn.Flatten(),
    new nn.Unflatten(1, [2, 2]),
    new nn.Embedding(3, 4),
    new nn.Embedding(3, 4, {
      paddingIdx: -1,
      maxNorm: 1,
      normType: 1,
      scaleGradByFreq: true,
    }),
    new nn.LayerNorm(4),
    new nn.LayerNorm([4, 2], { bias: false }),
    new nn.RMSNorm(4),
    new nn.RMSNorm(4, { eps: 1e-3, elementwiseAffine: false }),
    new nn.Sequential(),
    new nn.ModuleList(),
    new nn.ParameterList([ones([2])]),
  ];
  assertEquals(printed.map(String), golden.texts.one);
  assertEquals(
    String(new nn.Threshold(1, 2e-5)),
    "Threshold(threshold=1, value=2e-05)",
  );
});
