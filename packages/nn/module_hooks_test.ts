import { noGrad } from "@gradus/autograd";
import { Linear, Module, ReLU, Sequential } from "@gradus/nn";
import { ones, type Tensor, tensor } from "@gradus/tensor";
import { assertEquals, assertThrows } from "@std/assert";
import { assertClose, doubles } from "./_testing.ts";
import golden from "./testdata/nn.json" with { type: "json" };

class Two extends Module {
  override forward(x: Tensor, y: Tensor, factor: number): [Tensor, Tensor] {
    return [x.mul(y).mul(factor), y.mul(factor)];
  }
}

Deno.test("Module runs forward hooks in order wherever forward() is called", () => {
  const seen: string[] = [];
  const relu = new ReLU();
  relu.registerForwardPreHook(() => void seen.push("pre"));
  relu.registerForwardPreHook(() => void seen.push("first"), { prepend: true });
  relu.registerForwardHook(() => void seen.push("post"));
  new Sequential(relu).forward(ones([1]));
  assertEquals(seen, ["first", "pre", "post"]);
  relu.forward(ones([1]));
  assertEquals(seen.length, 6);
});

Deno.test("Module lets forward hooks replace inputs and outputs", () => {
  const relu = new ReLU();
  relu.registerForwardPreHook((_, [x]) => [x.sub(1)]);
  relu.registerForwardHook((module, inputs, output) => {
    assertEquals(module, relu);
    assertEquals(inputs[0].arraySync(), [-0.5, 2]);
    return output.mul(10);
  });
  assertEquals(relu.forward(tensor([0.5, 3])).arraySync(), [0, 20]);
});

Deno.test("Module removes hooks, one registration at a time", () => {
  const relu = new ReLU();
  let calls = 0;
  const hook = () => void calls++;
  const handle = relu.registerForwardHook(hook);
  relu.registerForwardHook(hook);
  handle.remove();
  handle.remove();
  relu.forward(ones([1]));
  assertEquals(calls, 1);
});

Deno.test("Module with hooks is listed, saved and printed as without", () => {
  const layer = new Linear(1, 1);
  layer.registerForwardHook(() => {});
  assertEquals(Object.keys(layer).includes("forward"), false);
  assertEquals(Object.keys(layer.stateDict()), ["weight", "bias"]);
});

Deno.test("Module runs hooks around a forward that is a field", () => {
  class Field extends Module {
    override forward = (x: Tensor): Tensor => x.mul(2);
  }
  const field = new Field();
  field.registerForwardHook((_, __, output) => output.add(1));
  assertEquals(field.forward(tensor([1.5])).arraySync(), [4]);
});

Deno.test("Module refuses what a pre-hook may not return", () => {
  const relu = new ReLU();
  relu.registerForwardPreHook((() => ones([1])) as never);
  assertThrows(
    () => relu.forward(ones([1])),
    TypeError,
    "array of inputs or nothing",
  );
});

Deno.test("Module shows backward hooks the gradients that PyTorch shows", () => {
  const layer = new Linear(2, 2, { dtype: "float64" });
  layer.loadStateDict({
    weight: doubles([1, 2, 3, 4], [2, 2]),
    bias: doubles([0, 0], [2]),
  });
  const x = doubles([0.5, -1], [1, 2]).requiresGrad_();
  const expected = golden.hooks;
  let calls = 0;
  layer.registerFullBackwardPreHook((_, [grad]) => {
    assertClose(grad!, expected.pre, 0);
    return [grad!.mul(10)];
  });
  layer.registerFullBackwardHook((_, [gradIn], [gradOut]) => {
    calls++;
    assertClose(gradIn!, expected.in, 0);
    assertClose(gradOut!, expected.out, 0);
    return [gradIn!.add(1)];
  });
  layer.forward(x.mul(3)).sum().backward();
  assertEquals(calls, 1);
  assertClose(x.grad, expected.x, 0);
  assertClose(layer.weight.grad, expected.weight, 0);
});

Deno.test("Module calls backward hooks though no input requires a gradient", () => {
  const layer = new Linear(2, 1);
  const seen: unknown[] = [];
  layer.registerFullBackwardHook((_, gradIn, [gradOut]) => {
    seen.push(gradIn, gradOut?.arraySync());
  });
  layer.forward(ones([1, 2])).sum().backward();
  assertEquals(seen, [[null], [[1]]]);
  assertEquals(layer.weight.grad?.arraySync(), [[1, 1]]);
});

Deno.test("Module shows null for arguments without gradient, and every output", () => {
  const two = new Two();
  const x = tensor([2], { dtype: "float32", requiresGrad: true });
  const seen: unknown[] = [];
  const show = (g: Tensor | null) => g && g.arraySync();
  two.registerFullBackwardHook((_, gradIn, gradOut) => {
    seen.push(gradIn.map(show), gradOut.map(show));
  });
  const [a] = two.forward(x, tensor([3], { dtype: "float32" }), 5);
  a.backward();
  assertEquals(seen, [[[15], null, null], [[1], null]]);
  assertEquals(x.grad?.arraySync(), [15]);
});

Deno.test("Module runs backward hooks again on a second backward, and none without recording", () => {
  const layer = new Linear(1, 1);
  let calls = 0;
  layer.registerFullBackwardHook(() => void calls++);
  const x = ones([1, 1], { requiresGrad: true });
  const y = layer.forward(x).sum();
  y.backward(undefined, { retainGraph: true });
  y.backward();
  assertEquals(calls, 2);
  assertEquals(noGrad(() => layer.forward(x)).requiresGrad, false);
});

Deno.test("Module refuses what a backward hook may not return", () => {
  const layer = new Linear(1, 1);
  layer.registerFullBackwardHook(() => []);
  const y = layer.forward(ones([1, 1], { requiresGrad: true })).sum();
  assertThrows(
    () => y.backward(),
    TypeError,
    "expected an array of 1 gradients",
  );
});
