import { manualSeed, ones, randn, type Tensor, zeros } from "@gradus/tensor";
import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  type CopyValue,
  Dropout,
  Linear,
  Module,
  ModuleDict,
  ModuleList,
  Parameter,
  ParameterList,
  ReLU,
  Sequential,
} from "../mod.ts";

/** One of every kind of member. */
class Net extends Module {
  readonly layers = new ModuleList([new Linear(2, 2), new Linear(2, 2)]);
  readonly choices = new ModuleDict({
    relu: new ReLU(),
    tied: this.layers.at(0),
  });
  readonly tail: Sequential;
  readonly scales = new ParameterList([ones([2]), zeros([2])]);
  readonly frozen = new Parameter(ones([1]), { requiresGrad: false });
  readonly sizes = { hidden: [2, 3], names: new Set(["a"]) };
  readonly act = Math.abs;
  declare seen: Tensor;
  declare scratch: Tensor;

  constructor(out: number) {
    super();
    this.tail = new Sequential({
      head: new Linear(2, out),
      drop: new Dropout(0.5),
    });
    this.registerBuffer("seen", zeros([1]));
    this.registerBuffer("scratch", zeros([1]), { persistent: false });
  }

  override forward(x: Tensor): Tensor {
    for (const layer of this.layers) x = layer.forward(x);
    x = this.choices.get("tied").forward(x as never) as Tensor;
    return this.tail.forward(x.mul(this.scales.at(0)));
  }
}

Deno.test("Module.clone() copies a model with its structure", () => {
  manualSeed(0);
  const net = new Net(3).eval();
  const copy = net.clone();
  assert(copy instanceof Net);
  assertEquals(String(copy), String(net));
  const paths = (m: Module) => m.namedParameters().map(([name]) => name);
  assertEquals(paths(copy), paths(net));
  assertEquals(Object.keys(copy.stateDict()), Object.keys(net.stateDict()));
  assertEquals(copy.namedBuffers().length, 2);
  assertEquals(copy.training, false);
  assertEquals(copy.tail.at(1).training, false);
  assertEquals(copy.frozen.requiresGrad, false);
  assertEquals(copy.layers.at(0).weight.requiresGrad, true);
  const x = randn([4, 2]);
  assertEquals(copy.forward(x).arraySync(), net.forward(x).arraySync());
});

Deno.test("Module.clone() shares no tensors, lists and modes with the original", () => {
  const net = new Net(3);
  const copy = net.clone();
  const before = net.parameters().map((p) => p.arraySync());
  const all = new Set<unknown>([...net.parameters(), ...net.buffers()]);
  for (const t of [...copy.parameters(), ...copy.buffers()]) {
    assertEquals(all.has(t), false);
    t.detach().fill_(7);
  }
  assertEquals(net.parameters().map((p) => p.arraySync()), before);
  assertEquals(net.seen.arraySync(), [0]);
  copy.eval();
  copy.layers.append(new Linear(2, 2));
  copy.sizes.hidden.push(4);
  copy.sizes.names.add("b");
  assertEquals(net.training, true);
  assertEquals(net.layers.length, 2);
  assertEquals(net.sizes, { hidden: [2, 3], names: new Set(["a"]) });
  assertEquals(copy.act, net.act);
});

Deno.test("Module.clone() copies once what is in several places", () => {
  const copy = new Net(3).clone();
  assertEquals(copy.choices.get("tied") === copy.layers.at(0), true);

  class Loop extends Module {
    readonly self: Module = this;
    readonly weight = new Parameter(ones([1]));
    readonly again = this.weight;
  }
  const loop = new Loop().clone();
  assertEquals(loop.self === loop, true);
  assertEquals(loop.again === loop.weight, true);
});

Deno.test("Module.clone() leaves gradients out and keeps hooks", () => {
  const layer = new Linear(2, 1);
  let calls = 0;
  const handle = layer.registerForwardHook(() => void calls++);
  layer.forward(ones([1, 2])).sum().backward();
  const copy = layer.clone();
  assertEquals(copy.weight.grad, null);
  handle.remove();
  layer.forward(ones([1, 2]));
  assertEquals(calls, 1);
  copy.forward(ones([1, 2]));
  assertEquals(calls, 2);
  copy.forward(ones([1, 2])).sum().backward();
  assertEquals(copy.weight.grad?.arraySync(), [[1, 1]]);
  assertEquals(layer.weight.grad?.arraySync(), [[1, 1]]);
});

Deno.test("Module.clone() copies private fields where the class says how", () => {
  class Counter extends Module {
    #count = 0;
    readonly weight = new Parameter(ones([1]));
    override forward(): number {
      return ++this.#count;
    }
    protected override newInstance(): this {
      return new Counter() as this;
    }
    protected override copyTo(target: this, copy: CopyValue): void {
      super.copyTo(target, copy);
      target.#count = this.#count;
    }
  }
  const counter = new Counter();
  counter.forward();
  const copy = counter.clone();
  assertEquals([copy.forward(), counter.forward(), copy.forward()], [2, 2, 3]);
});

Deno.test("Module.clone() refuses what it cannot copy", () => {
  class Keeps extends Module {
    kept: Tensor | null = null;
  }
  const keeps = new Keeps();
  keeps.kept = ones([1], { requiresGrad: true }).mul(2);
  assertThrows(() => keeps.clone(), Error, "computed from others");

  class Arrow extends Module {
    readonly layer = new Linear(2, 2);
    override forward = (x: Tensor): Tensor => this.layer.forward(x);
  }
  assertThrows(() => new Arrow().clone(), Error, "define it as a method");
});
