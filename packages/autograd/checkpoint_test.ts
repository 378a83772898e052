import { assert, assertEquals, assertThrows } from "@std/assert";
import { cat, manualSeed, rand, relu, type Tensor } from "@gradus/tensor";
import { constant, leaf } from "./leaf_testing.ts";
import {
  checkpoint,
  Function,
  type FunctionContext,
  grad,
  gradcheck,
  gradgradcheck,
  isGradEnabled,
  noGrad,
} from "./mod.ts";

/** Values and gradients of `fn` at `x`. */
function derivatives(fn: (x: Tensor) => Tensor, at: number[]): unknown[] {
  const x = leaf(at);
  const y = fn(x);
  y.sum().backward();
  return [y.arraySync(), x.grad!.arraySync(), y.gradFn!.name];
}

/** A function, and how often it ran. */
function counted(fn: (x: Tensor) => Tensor): {
  fn: (x: Tensor) => Tensor;
  runs: () => number;
} {
  let runs = 0;
  return {
    fn: (x) => {
      runs++;
      return fn(x);
    },
    runs: () => runs,
  };
}

Deno.test("checkpoint() has the results, the gradients and the graph of the function", () => {
  const fn = (x: Tensor) => x.sin().exp().mul(x).square();
  const found = derivatives((x) => checkpoint(fn, [x]), [0.5, -1, 2]);
  assertEquals(found, derivatives(fn, [0.5, -1, 2]));
});

Deno.test("checkpoint() runs the function again once, when a value is needed", () => {
  const { fn, runs } = counted((x) => x.exp().sin().exp());
  const x = leaf([1, 2]);
  const y = checkpoint(fn, [x]);
  assertEquals(runs(), 1);
  y.sum().backward(undefined, { retainGraph: true });
  assertEquals(runs(), 2);
  y.sum().backward();
  assertEquals(runs(), 2, "what was computed again is retained, too");
  assertThrows(
    () => y.sum().backward(),
    Error,
    "a second time as its saved values were freed",
  );
  const linear = counted((x) => x.mul(2).add(1));
  checkpoint(linear.fn, [x]).sum().backward();
  assertEquals(linear.runs(), 1, "nothing was saved");
});

Deno.test("checkpoint() inside noGrad() or without gradients records nothing", () => {
  const { fn, runs } = counted((x) => x.exp());
  assert(!noGrad(() => checkpoint(fn, [leaf([1])])).requiresGrad);
  assert(!checkpoint(fn, [constant([1])]).requiresGrad);
  assertEquals(runs(), 2);
});

Deno.test("checkpoint() gives gradients to tensors that the function closes over", () => {
  const x = leaf([1, 2]), w = leaf([3, 4]), c = constant([5, 6]);
  const y = checkpoint((t) => relu(t.mul(w)).mul(c).square(), [x]);
  const grads = grad(y.sum(), [x, w], { retainGraph: true });
  const plain = grad(relu(x.mul(w)).mul(c).square().sum(), [x, w]);
  assertEquals(
    grads.map((g) => g!.arraySync()),
    plain.map((g) => g!.arraySync()),
  );
  assertEquals([x.grad, w.grad], [null, null], "grad() changes none");
  y.sum().backward();
  assertEquals(w.grad?.arraySync(), plain[1]!.arraySync());
  const only = checkpoint((t) => t.mul(w), [c]);
  only.sum().backward();
  assertEquals(only.gradFn?.name, "MulBackward0");
});

Deno.test("checkpoint() repeats the random numbers and leaves later ones as they are", () => {
  const dropout = (x: Tensor) => {
    const mask = rand(x.shape, { dtype: "float64" }).lt(0.5);
    return x.exp().mul(mask).mul(2);
  };
  const run = (fn: (x: Tensor) => Tensor) => {
    manualSeed(1234);
    const x = leaf([1, 1, 1, 1, 1, 1, 1, 1]);
    const y = fn(x);
    const between = rand([2]).arraySync();
    y.sum().backward();
    return [y.arraySync(), x.grad!.arraySync(), between, rand([2]).arraySync()];
  };
  const plain = run(dropout);
  assertEquals(run((x) => checkpoint(dropout, [x])), plain);
  const other = run((x) =>
    checkpoint(dropout, [x], { preserveRngState: false })
  );
  assertEquals(other[0], plain[0]);
  assert(String(other[1]) !== String(plain[1]), "another mask in backward");
});

Deno.test("checkpoint() is differentiated twice", () => {
  const x = leaf([0.5, -1.5]), w = leaf([2, 0.25]);
  const fn = (x: Tensor, w: Tensor) =>
    checkpoint((a, b) => a.mul(b).sigmoid().mul(a.exp()), [x, w]);
  assert(gradcheck(fn, [x, w]) && gradgradcheck(fn, [x, w]));
  const y = checkpoint((t) => t.mul(w).tanh(), [x]);
  const [first] = grad(y.sum(), x, { createGraph: true });
  const [byX, byW] = grad(first!.sum(), [x, w]);
  const plain = grad(x.mul(w).tanh().sum(), x, { createGraph: true });
  const [plainX, plainW] = grad(plain[0]!.sum(), [x, w]);
  assertEquals(byX!.arraySync(), plainX!.arraySync());
  assertEquals(byW!.arraySync(), plainW!.arraySync());
});

Deno.test("checkpoint() nests", () => {
  const inner = counted((x) => x.sin().exp());
  const outer = counted((x) => checkpoint(inner.fn, [x.mul(2)]).square());
  const found = derivatives((x) => checkpoint(outer.fn, [x]), [0.5, 1]);
  const plain = derivatives((x) => x.mul(2).sin().exp().square(), [0.5, 1]);
  assertEquals(found, plain);
  assertEquals([outer.runs(), inner.runs()], [2, 3]);
});

Deno.test("checkpoint() of a chain computes each part again once", () => {
  const parts = Array.from({ length: 5 }, () => counted((x) => x.cos().sin()));
  const chain = (x: Tensor) =>
    parts.reduce((t, { fn }) => checkpoint(fn, [t]), x);
  const plain = (x: Tensor) => parts.reduce((t) => t.cos().sin(), x);
  assertEquals(derivatives(chain, [1, 2]), derivatives(plain, [1, 2]));
  assertEquals(parts.map(({ runs }) => runs()), [2, 2, 2, 2, 2]);
});

Deno.test("checkpoint() takes and returns several tensors", () => {
  const x = leaf([1, 2]), y = leaf([3, 4]);
  const [sum, product] = checkpoint((a, b) => [a.add(b), a.mul(b).exp()], [
    x,
    y,
  ]);
  cat([sum!, product!.log()]).sum().backward();
  const near = (t: Tensor, expected: number[]) =>
    assert(t.sub(constant(expected)).abs().amax().itemSync() < 1e-12);
  near(x.grad!, [4, 5]);
  near(y.grad!, [2, 3]);
});

Deno.test("checkpoint() works with Function and changes in place", () => {
  class Cube extends Function {
    static forward(ctx: FunctionContext, x: Tensor): Tensor {
      const y = x.pow(3);
      ctx.saveForBackward(x, y);
      return y;
    }
    static backward(ctx: FunctionContext, g: Tensor): Tensor {
      const [x, y] = ctx.savedTensors;
      return g.mul(y!.div(x!)).mul(3);
    }
  }
  const fn = (x: Tensor) => {
    const b = Cube.apply(x.mul(2)).mul(1);
    b.at("1:").mul_(3).exp_();
    return b.add(1).log_();
  };
  const at = [0.5, 0.25, 0.125];
  assertEquals(
    derivatives((x) => checkpoint(fn, [x]), at),
    derivatives(fn, at),
  );
});

Deno.test("checkpoint() allows a backward inside of the function", () => {
  const fn = (x: Tensor) => {
    const [g] = grad(x.pow(3).sum(), x, { createGraph: true });
    return g!.square();
  };
  assertEquals(
    derivatives((x) => checkpoint(fn, [x]), [1, 2]),
    derivatives(fn, [1, 2]),
  );
});

Deno.test("checkpoint() refuses inputs that were changed in place", () => {
  const b = leaf([1, 2]).mul(1);
  const y = checkpoint((t) => t.sin(), [b]);
  b.add_(1);
  assertThrows(
    () => y.sum().backward(),
    Error,
    "Cannot run backward through a checkpoint as a value that it needs was changed in place: input 0",
  );
});

Deno.test("checkpoint() refuses a function that does not repeat itself", () => {
  let calls = 0;
  const x = leaf([1, 2, 3]);
  const more = checkpoint((t) => calls++ === 0 ? t.exp() : t.exp().exp(), [x]);
  assertThrows(
    () => more.sum().backward(),
    Error,
    "did not repeat itself: expected 1 saved values, got 2",
  );
  calls = 0;
  const other = checkpoint(
    (t) => t.mul(1).at(calls++ === 0 ? "0:2" : "0:1").exp(),
    [x],
  );
  assertThrows(
    () => other.sum().backward(),
    Error,
    "expected output 0 to be float64 of shape [2], got float64 of shape [1]",
  );
});

Deno.test("checkpoint() leaves grad mode and random numbers alone if the function throws", () => {
  let calls = 0;
  const y = checkpoint((t) => {
    if (calls++ > 0) throw new Error("stop");
    return t.mul(rand([1], { dtype: "float64" })).sin();
  }, [leaf([1])]);
  manualSeed(5);
  assertThrows(() => y.backward(), Error, "stop");
  const found = rand([1]).itemSync();
  manualSeed(5);
  assertEquals([rand([1]).itemSync(), isGradEnabled()], [found, true]);
});
