import { compile, type Tensor, tensor, zeros } from "@gradus/tensor";
import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { leaf } from "./leaf_testing.ts";
import {
  checkpoint,
  Function,
  grad,
  hessian,
  inferenceMode,
  jacobian,
  noGrad,
} from "./mod.ts";

function numbers(t: Tensor): number[] {
  return Array.from(t.dataSync(), Number);
}

Deno.test("compile() sets requiresGrad in every run of a function that sets it", () => {
  const w = leaf([1]);
  const f = compile(() => {
    w.requiresGrad = false;
    return w.mul(2);
  });
  for (let t = 0; t < 3; t++) {
    w.requiresGrad = true;
    f();
    assertEquals(w.requiresGrad, false);
  }
  assertEquals(f.cacheInfo().captures, 1);
  f();
  assertEquals([w.requiresGrad, f.cacheInfo().captures], [false, 2]);
});

Deno.test("compile() lets autograd notice saved values that were overwritten", () => {
  const w = leaf([1, 2]), x = tensor([3, 4], { dtype: "float64" });
  const f = compile((x: Tensor) => void x.add_(1));
  f(tensor([3, 4], { dtype: "float64" }));
  const y = w.mul(x).sum();
  f(x);
  assertThrows(() => y.backward(), Error, "in place");
});

Deno.test("compile() leaves gradients as they were where the function throws", () => {
  const w = leaf([1, 2]), v = leaf([1, 2]), buffer = zeros([2]);
  w.grad = tensor([5, 6], { dtype: "float64" });
  const held = w.grad;
  let action: () => void = () => {};
  const f = compile(() => {
    w.mul(v).sum().backward();
    w.grad = null;
    v.requiresGrad_(false);
    action();
    v.requiresGrad_(true);
  });
  const check = () => {
    assertStrictEquals(w.grad, held);
    assertEquals(numbers(held), [5, 6]);
    assertEquals([v.grad, v.requiresGrad], [null, true]);
    assertEquals([w.version, v.version, buffer.version], [0, 0, 0]);
    assertEquals([buffer.requiresGrad, buffer.isLeaf], [false, true]);
  };
  action = () => {
    throw new Error("not today");
  };
  assertThrows(f, Error, "not today");
  check();
  const message = "Cannot change a tensor from outside in place inside compile";
  action = () => void buffer.copy_(w.mul(2));
  assertThrows(f, Error, message);
  check();
  action = () => void buffer.at(0).copy_(w.sum());
  assertThrows(f, Error, message);
  check();
  action = () => {};
  f();
  assertEquals([w.grad, numbers(v.grad!)], [null, [1, 2]]);
});

Deno.test("compile() refuses tensors with a graph from outside", () => {
  const w = leaf([1]), h = w.mul(2);
  const message = "computed from others with gradients: detach()";
  assertThrows(() => compile((x: Tensor) => x.add(1))(h), Error, message);
  assertThrows(
    () => compile(() => h.add(1))(),
    Error,
    "computed outside from others with gradients: detach()",
  );
  const f = compile(() => noGrad(() => h.add(1)));
  assertEquals(numbers(f()), [3]);
});

Deno.test("compile() detaches results", () => {
  const w = leaf([1, 2]);
  const f = compile(() => [w.mul(2), w, w.at(0), w.view(2, 1)]);
  for (let t = 0; t < 2; t++) {
    const [y, same, first, view] = f();
    assertEquals([y!.requiresGrad, y!.isLeaf], [false, true]);
    assertStrictEquals(same, w);
    assertEquals([w.requiresGrad, w.isLeaf], [true, true]);
    assertEquals([first!.requiresGrad, view!.requiresGrad], [false, false]);
    assertEquals([...numbers(first!), ...numbers(view!)], [1, 1, 2]);
  }
});

Deno.test("compile() takes higher derivatives", () => {
  const w = leaf([1, 2]);
  const energy = (x: Tensor) => x.pow(3).sum();
  const fns: ((x: Tensor) => Tensor | Tensor[])[] = [
    (x) => jacobian((v) => v.square(), x) as Tensor,
    (x) => hessian(energy, x) as Tensor,
    (x) => {
      const own = x.detach().requiresGrad_();
      const [g] = grad([energy(own)], [own], { createGraph: true });
      return grad([g!.square().sum()], [own]) as Tensor[];
    },
    (x) => {
      const [g] = grad([energy(w.mul(x))], [w], { createGraph: true });
      return grad([g!.sum()], [w]) as Tensor[];
    },
    (x) => checkpoint((v: Tensor) => v.mul(w).tanh(), [x]) as Tensor,
  ];
  const list = (y: Tensor | Tensor[]) =>
    (Array.isArray(y) ? y : [y]).map(numbers);
  for (const fn of fns) {
    const f = compile(fn);
    for (const values of [[1, 2], [3, 4]]) {
      const x = tensor(values, { dtype: "float64" });
      assertEquals(list(f(x)), list(fn(x)), String(fn));
    }
    assertEquals(f.cacheInfo().captures, 1);
  }
  assertEquals(w.grad, null);
});

Deno.test("compile() takes second-order steps with gradients that have a graph", () => {
  const trace = (compiled: boolean) => {
    const w = leaf([0.5, 2]);
    const step = () => {
      w.grad = null;
      w.pow(4).sum().backward(undefined, { createGraph: true });
      const [h] = grad([w.grad!.sum()], [w]);
      noGrad(() => w.sub_(w.grad!.div(h!)));
    };
    const run = compiled ? compile(step) : step;
    return [0, 1, 2, 3].map(() => {
      run();
      return [numbers(w), numbers(w.grad!)];
    });
  };
  assertEquals(trace(true), trace(false));
});

Deno.test("compile() takes functions of the user's own", () => {
  class Clip extends Function {
    static forward(ctx: { saveForBackward(...t: Tensor[]): void }, x: Tensor) {
      ctx.saveForBackward(x);
      return x.clamp({ min: -1, max: 1 });
    }
    static backward(_: unknown, g: Tensor) {
      return g.mul(2);
    }
  }
  const w = leaf([0.5, 3]);
  const f = compile(() => {
    w.grad = null;
    Clip.apply(w).sum().backward();
    return w.add(0);
  });
  for (let t = 0; t < 2; t++) {
    f();
    assertEquals(numbers(w.grad!), [2, 2]);
  }
});

Deno.test("compile() knows inference mode and inference tensors", () => {
  const f = compile((x: Tensor) => [x.mul(2), inferenceMode(() => x.neg())]);
  const x = tensor([1], { dtype: "float64" });
  const kinds = (results: Tensor[]) => results.map((t) => t.isInference);
  for (let t = 0; t < 2; t++) {
    assertEquals(kinds(f(x)), [false, true]);
    assertEquals(inferenceMode(() => kinds(f(x))), [true, true]);
    assertEquals(noGrad(() => kinds(f(x))), [false, true]);
  }
  assertEquals(f.cacheInfo().captures, 3);
  const change = compile((x: Tensor) => x.add_(1));
  change(x);
  const own = inferenceMode(() => x.clone());
  assertThrows(() => change(own), Error, "inference tensor");
  assertEquals(numbers(inferenceMode(() => change(own))), [3]);
});
