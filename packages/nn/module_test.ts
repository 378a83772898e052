import {
  Linear,
  Module,
  ModuleDict,
  ModuleList,
  Parameter,
  ParameterList,
  ReLU,
  Sequential,
  Tanh,
} from "@gradus/nn";
import { ones, type Tensor, tensor, zeros } from "@gradus/tensor";
import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import golden from "./testdata/nn.json" with { type: "json" };

class Net extends Module {
  readonly layers = new ModuleList<Module>([
    new Linear(1, 1),
    new Linear(1, 1),
    new ReLU(),
  ]);
  declare count: Tensor;
  declare scratch: Tensor;
  readonly scale = new Parameter(ones([2]));
  readonly head = new ModuleDict<Module>({
    a: new Linear(2, 1, { bias: false }),
    b: new Sequential(new Tanh(), new Linear(1, 2)),
  });
  readonly extra = new ParameterList([ones([2, 3]), ones([1])]);
  readonly ignored = [new Linear(1, 1)];
  readonly constant = ones([3]);

  constructor() {
    super();
    this.registerBuffer("count", zeros([1]));
    this.registerBuffer("scratch", zeros([1]), { persistent: false });
  }
}

const { texts } = golden;
const names = (list: [string, unknown][]) => list.map(([name]) => name);

Deno.test("Module lists its members as PyTorch does", () => {
  const net = new Net();
  assertEquals(names(net.namedParameters()), texts.netParameters);
  assertEquals(names(net.namedBuffers()), texts.netBuffers);
  assertEquals(names(net.namedModules()), texts.netModules);
  assertEquals(Object.keys(net.stateDict()), texts.netKeys);
  assertEquals(names(net.namedChildren()), ["layers", "head", "extra"]);
  assertEquals(net.parameters().length, texts.netParameters.length);
  assertEquals(net.modules()[0], net);
  assertEquals(net.parameters({ recurse: false }), [net.scale]);
  assertEquals(names(net.namedParameters({ prefix: "net", recurse: false })), [
    "net.scale",
  ]);
});

Deno.test("Module prints as PyTorch does", () => {
  assertEquals(String(new Net()), texts.net);
  assertEquals(Deno.inspect(new Net()), texts.net);
  class Two extends Module {
    readonly act = new ReLU();
    protected override extraRepr(): string {
      return "first\nsecond";
    }
  }
  assertEquals(
    String(new Two()),
    "Two(\n  first\n  second\n  (act): ReLU()\n)",
  );
});

Deno.test("Module lists shared members once, but saves them under every name", () => {
  const tied = new Linear(2, 2);
  const model = new Sequential(tied, new ReLU(), tied);
  assertEquals(names(model.namedParameters()), texts.tiedParameters);
  assertEquals(Object.keys(model.stateDict()), texts.tiedKeys);
  assertEquals(
    names(model.namedParameters({ removeDuplicate: false })),
    texts.tiedKeys,
  );
  assertEquals(model.children().length, 2);
});

Deno.test("Module finds what is assigned later and forgets what is replaced", () => {
  class Changing extends Module {
    weight: Parameter | null = null;
    child: Module | null = null;
  }
  const m = new Changing();
  assertEquals(Object.keys(m.stateDict()), []);
  m.child = new Linear(1, 1);
  m.weight = new Parameter(ones([1]));
  assertEquals(Object.keys(m.stateDict()), [
    "weight",
    "child.weight",
    "child.bias",
  ]);
  m.child = null;
  assertEquals(Object.keys(m.stateDict()), ["weight"]);
});

Deno.test("Module.registerParameter(), registerBuffer() and registerModule() set properties", () => {
  const m = new Module();
  const p = new Parameter(ones([1]));
  m.registerParameter("p", p);
  m.registerParameter("none", null);
  m.registerBuffer("b", zeros([2]));
  m.registerBuffer("absent", null);
  m.registerModule("act", new ReLU());
  assertStrictEquals(Reflect.get(m, "p"), p);
  assertEquals(Object.keys(m.stateDict()), ["p", "b"]);
  assertStrictEquals(m.getSubmodule("act"), m.children()[0]);
  m.registerBuffer("b", ones([3]));
  assertEquals(m.getBuffer("b").shape, [3]);
});

Deno.test("Module.registerBuffer() accepts fields that are declared or hold the tensor", () => {
  class Fields extends Module {
    mean!: Tensor;
    readonly variance = ones([2]);
    constructor() {
      super();
      this.registerBuffer("mean", zeros([2]));
      this.registerBuffer("variance", this.variance);
    }
  }
  const m = new Fields();
  assertEquals(Object.keys(m.stateDict()), ["mean", "variance"]);
  m.mean = ones([2]);
  assertEquals(m.stateDict().mean?.arraySync(), [1, 1]);
});

Deno.test("Module refuses names and values that cannot be registered", () => {
  const m = new Net();
  const p = new Parameter(ones([1]));
  assertThrows(() => m.registerParameter("", p), RangeError, 'got ""');
  assertThrows(() => m.registerParameter("a.b", p), RangeError, 'got "a.b"');
  assertThrows(
    () => m.registerParameter("forward", p),
    RangeError,
    '"forward"',
  );
  assertThrows(
    () => m.registerModule("scale", new ReLU()),
    RangeError,
    '"scale"',
  );
  assertThrows(
    () => m.registerBuffer("scale", ones([1])),
    RangeError,
    '"scale"',
  );
  const plain = ones([1]) as Parameter;
  assertThrows(() => m.registerParameter("x", plain), TypeError, '"x"');
  assertThrows(() => m.registerModule("x", {} as Module), TypeError, '"x"');
  assertThrows(
    () => m.registerBuffer("x", 1 as unknown as Tensor),
    TypeError,
    '"x"',
  );
});

Deno.test("Module.getSubmodule(), getParameter() and getBuffer() go by path", () => {
  const net = new Net();
  assertStrictEquals(net.getSubmodule(""), net);
  assertStrictEquals(net.getSubmodule("head.b"), net.head.get("b"));
  assertStrictEquals(net.getParameter("extra.1"), net.extra.at(1));
  assertStrictEquals(net.getBuffer("scratch"), net.scratch);
  assertThrows(
    () => net.getSubmodule("head.c"),
    RangeError,
    'ModuleDict has no module "c"',
  );
  assertThrows(
    () => net.getParameter("layers.0.wait"),
    RangeError,
    'Linear has no parameter "wait"',
  );
  assertThrows(
    () => net.getBuffer("scale"),
    RangeError,
    'Net has no buffer "scale"',
  );
});

Deno.test("Module.train(), eval() and requiresGrad_() reach all modules below", () => {
  const net = new Net();
  assertStrictEquals(net.eval(), net);
  assertEquals(net.modules().map((m) => m.training).includes(true), false);
  net.head.train();
  assertEquals(net.training, false);
  assertEquals(net.head.get("b").training, true);
  net.requiresGrad_(false);
  assertEquals(net.parameters().some((p) => p.requiresGrad), false);
});

Deno.test("Module.apply() visits children before parents", () => {
  const seen: string[] = [];
  new Sequential(new Linear(1, 1), new Sequential(new Tanh())).apply((m) =>
    seen.push(m.constructor.name)
  );
  assertEquals(seen, ["Linear", "Tanh", "Sequential", "Sequential"]);
});

Deno.test("Module.zeroGrad() drops gradients or sets them to 0", () => {
  const layer = new Linear(2, 1);
  layer.forward(ones([1, 2])).sum().backward();
  layer.zeroGrad({ setToNone: false });
  assertEquals(layer.weight.grad?.arraySync(), [[0, 0]]);
  layer.zeroGrad();
  assertEquals(layer.weight.grad, null);
});

Deno.test("Module.to() converts in place, so that optimizers keep the parameters", () => {
  class Counted extends Module {
    readonly linear = new Linear(2, 1);
    declare steps: Tensor;
    constructor() {
      super();
      this.registerBuffer("steps", tensor(3));
    }
  }
  const net = new Counted();
  const { weight } = net.linear;
  const before = weight.arraySync();
  net.linear.forward(ones([1, 2])).sum().backward();
  assertStrictEquals(net.double(), net);
  assertStrictEquals(net.linear.weight, weight);
  assertEquals([weight.dtype, weight.grad?.dtype], ["float64", "float64"]);
  assertEquals(weight.arraySync(), before);
  assertEquals(weight.grad?.arraySync(), [[1, 1]]);
  assertEquals(net.steps.dtype, "int64");
  assertEquals([weight.isLeaf, weight.requiresGrad], [true, true]);
  const x = ones([1, 2], { dtype: "float64" });
  net.linear.forward(x).sum().backward();
  assertEquals(weight.grad?.arraySync(), [[2, 2]]);
  net.to(ones([1]));
  assertEquals([weight.dtype, net.steps.dtype], ["float32", "int64"]);
  assertThrows(() => net.to("int64"), TypeError, "got int64");
});

Deno.test("Module.forward() says that it is not defined", () => {
  assertThrows(
    () => new ModuleList().forward(),
    Error,
    "Cannot run ModuleList as it does not define forward()",
  );
});

Deno.test("Parameter shares memory with its data and prints as PyTorch's", () => {
  const data = tensor([[1, 2.5]]);
  const p = new Parameter(data);
  assertEquals(String(p), texts.parameter);
  data.fill_(3);
  assertEquals(p.arraySync(), [[3, 3]]);
  assertEquals([p.isLeaf, p.requiresGrad], [true, true]);
  assertEquals(
    new Parameter(data, { requiresGrad: false }).requiresGrad,
    false,
  );
  assertEquals(
    new Parameter(tensor([1]), { requiresGrad: false }).dtype,
    "int64",
  );
  assertThrows(() => new Parameter(tensor([1])), TypeError, "int64");
});
