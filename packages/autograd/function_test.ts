import {
  assert,
  assertEquals,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { ones, type Tensor, zeros } from "@gradus/tensor";
import { constant, leaf } from "./leaf_testing.ts";
import {
  Function,
  type FunctionContext,
  grad,
  gradcheck,
  gradgradcheck,
  inferenceMode,
  isGradEnabled,
  noGrad,
} from "./mod.ts";

class Cube extends Function {
  static forward(ctx: FunctionContext, x: Tensor): Tensor {
    ctx.saveForBackward(x);
    return x.pow(3);
  }
  static backward(ctx: FunctionContext, g: Tensor): Tensor {
    return ctx.savedTensors[0]!.square().mul(3).mul(g);
  }
}

/** exp, by its own result. */
class Exp extends Function {
  static forward(ctx: FunctionContext, x: Tensor): Tensor {
    const y = x.exp();
    ctx.saveForBackward(y);
    return y;
  }
  static backward(ctx: FunctionContext, g: Tensor): Tensor {
    return g.mul(ctx.savedTensors[0]!);
  }
}

/** What backward makes of the gradients, so that tests can choose it. */
class Returning extends Function {
  static forward(
    ctx: FunctionContext,
    x: Tensor,
    _factor: number,
    gradients: (g: Tensor) => unknown,
  ): Tensor {
    ctx.extra.gradients = gradients;
    return x.mul(1);
  }
  static backward(ctx: FunctionContext, g: Tensor): (Tensor | null)[] {
    return (ctx.extra.gradients as (g: Tensor) => (Tensor | null)[])(g);
  }
}

class Identity extends Function {
  static forward(_ctx: FunctionContext, x: Tensor): Tensor {
    return x;
  }
  static backward(_ctx: FunctionContext, g: Tensor): Tensor {
    return g.mul(2);
  }
}

Deno.test("Function has the derivatives that it states, of any order", () => {
  const x = leaf([2, -1]);
  const [first] = grad(Cube.apply(x).sum(), x, { createGraph: true });
  const [second] = grad(first!.sum(), x, { createGraph: true });
  const [third] = grad(second!.sum(), x);
  assertEquals(first!.arraySync(), [12, 3]);
  assertEquals(second!.arraySync(), [12, -6]);
  assertEquals(third!.arraySync(), [6, 6]);
  assert(
    gradcheck((t) => Cube.apply(t), [x]) &&
      gradgradcheck((t) => Cube.apply(t), [x]),
  );
  assert(gradgradcheck((t) => Exp.apply(t), [x]), "a saved output has a graph");
});

Deno.test("Function runs forward without recording and names its node", () => {
  let recording = true;
  class Watch extends Function {
    static forward(_ctx: FunctionContext, x: Tensor): Tensor {
      recording = isGradEnabled();
      return x.mul(2);
    }
    static backward(_ctx: FunctionContext, g: Tensor): Tensor {
      return g.mul(2);
    }
  }
  const x = leaf([1]);
  const y = Watch.apply(x);
  assertEquals([recording, y.gradFn?.name, y.isLeaf], [
    false,
    "WatchBackward",
    false,
  ]);
  assertEquals(y.gradFn?.nextFunctions[0]?.[0]?.name, "AccumulateGrad");
  assert(!noGrad(() => Watch.apply(x)).requiresGrad);
  assert(!Watch.apply(constant([1])).requiresGrad);
});

Deno.test("Function backward runs twice unless it needs what was freed", () => {
  const x = leaf([2]);
  const y = Identity.apply(x);
  y.backward();
  y.backward();
  assertEquals(x.grad?.arraySync(), [4]);
  const z = Cube.apply(x);
  z.backward(undefined, { retainGraph: true });
  z.backward();
  assertThrows(
    () => z.backward(),
    Error,
    "Cannot run backward through CubeBackward a second time as its saved values were freed",
  );
});

Deno.test("Function notices that what it saved was changed in place", () => {
  const b = leaf([2]).mul(1);
  const y = Cube.apply(b);
  b.add_(1);
  assertThrows(
    () => y.backward(),
    Error,
    "Cannot run backward through CubeBackward as a value that it needs was changed in place: saved tensor 0",
  );
  const z = Exp.apply(leaf([1]));
  z.mul_(2);
  assertThrows(
    () => z.backward(),
    Error,
    "saved tensor 0, a float64 tensor of shape [1]",
  );
  const a = inferenceMode(() => constant([1]));
  assertThrows(
    () => Product.apply(a, leaf([1])),
    Error,
    "Cannot save an inference tensor",
  );
});

class Product extends Function {
  static forward(ctx: FunctionContext, x: Tensor, y: Tensor): Tensor {
    ctx.saveForBackward(x, y);
    ctx.extra.needs = ctx.needsInputGrad;
    return x.mul(y);
  }
  static backward(ctx: FunctionContext, g: Tensor): (Tensor | null)[] {
    const [x, y] = ctx.savedTensors;
    const [first, second] = ctx.needsInputGrad;
    assertStrictEquals(ctx.extra.needs, ctx.needsInputGrad);
    return [first ? g.mul(y!) : null, second ? g.mul(x!) : null];
  }
}

Deno.test("Function knows which arguments want gradients", () => {
  const x = leaf([2]), y = leaf([3]), c = constant([5]);
  Product.apply(x, y).backward();
  Product.apply(c, y).backward();
  Product.apply(x, c).backward();
  assertEquals([x.grad?.arraySync(), y.grad?.arraySync()], [[8], [7]]);
});

Deno.test("Function sums gradients of broadcast arguments and converts them", () => {
  const row = leaf([1, 2]),
    x = leaf([[3], [4]]).float().detach().requiresGrad_();
  Product.apply(row, x).sum().backward();
  assertEquals(row.grad?.arraySync(), [7, 7]);
  assertEquals([x.grad?.dtype, x.grad?.arraySync()], ["float32", [[3], [3]]]);
});

Deno.test("Function refuses wrong gradients", () => {
  const run = (gradients: (g: Tensor) => unknown) => {
    const x = leaf([1, 2, 3]);
    Returning.apply(x, 2, gradients).sum().backward();
    return x.grad?.arraySync() ?? null;
  };
  assertEquals(run((g) => [g, null, null]), [1, 1, 1]);
  assertEquals(run((g) => [g, null, null, null, null]), [1, 1, 1]);
  assertEquals(run(() => [null, null, null]), null);
  assertEquals(run(() => [constant([[1, 1, 1], [2, 2, 2]]), null, null]), [
    3,
    3,
    3,
  ]);
  const refuses = (gradients: (g: Tensor) => unknown, what: string) =>
    assertThrows(
      () => run(gradients),
      TypeError,
      `Cannot use what backward of Returning returned: expected ${what}`,
    );
  refuses((g) => [g], "3 gradients, got 1");
  refuses((g) => [g, null, null, g], "3 gradients, got 4");
  refuses((g) => g, "3 gradients, got 1");
  refuses(() => [3, null, null], "a tensor or null as gradient 0, got number");
  refuses(
    (g) => [g, g, null],
    "null as gradient 1, for the argument is no tensor",
  );
  refuses((g) => [g.at("0:1"), null, null], "gradient 0 of shape [3], got [1]");
  refuses((g) => [g.sum(), null, null], "gradient 0 of shape [3], got []");
});

Deno.test("Function has several outputs, whose missing gradients are zeros or null", () => {
  class Halves extends Function {
    static forward(
      ctx: FunctionContext,
      x: Tensor,
      materialize: boolean,
    ): Tensor[] {
      ctx.materializeGrads = materialize;
      return [x.at("0:1").clone(), x.at("1:").clone()];
    }
    static backward(
      _ctx: FunctionContext,
      a: Tensor,
      b: Tensor,
    ): (Tensor | null)[] {
      seen.push([a && a.arraySync(), b && b.arraySync()]);
      const zero = zeros([1], { dtype: "float64" });
      const parts = [a ?? zero, b ?? zero];
      const out = zeros([2], { dtype: "float64" });
      parts.forEach((p, i) => out.at(i).copy_(p.at(0)));
      return [out, null];
    }
  }
  const seen: unknown[] = [];
  const x = leaf([1, 2]);
  const [first, second] = Halves.apply(x, true);
  assertEquals([first!.outputIndex, second!.outputIndex], [0, 1]);
  first!.mul(3).add(second!.mul(4)).backward();
  Halves.apply(x, true)[1]!.backward();
  Halves.apply(x, false)[0]!.backward();
  assertEquals(seen, [[[3], [4]], [[0], [1]], [[1], null]]);
  assertEquals(x.grad?.arraySync(), [4, 5]);
});

Deno.test("Function has outputs without a gradient", () => {
  class Sorted extends Function {
    static forward(ctx: FunctionContext, x: Tensor): Tensor[] {
      const places = x.argmax(0), scaled = x.mul(2);
      ctx.markNonDifferentiable(scaled);
      return [x.mul(1), places, scaled];
    }
    static backward(_ctx: FunctionContext, ...grads: Tensor[]): Tensor {
      shapes = grads.map((g) => g.shape.length);
      return grads[0]!;
    }
  }
  let shapes: number[] = [];
  const [y, places, scaled] = Sorted.apply(leaf([1, 5]));
  assertEquals([y, places, scaled].map((t) => t!.requiresGrad), [
    true,
    false,
    false,
  ]);
  y!.sum().backward();
  assertEquals(shapes, [1, 0, 1]);
});

Deno.test("Function takes and returns float32, integers and numbers", () => {
  class Scale extends Function {
    static forward(
      ctx: FunctionContext,
      x: Tensor,
      by: Tensor,
      power: number,
    ): Tensor {
      ctx.extra.factor = by.itemSync() ** power;
      return x.mul(by.itemSync() ** power);
    }
    static backward(ctx: FunctionContext, g: Tensor): (Tensor | null)[] {
      return [g.mul(ctx.extra.factor as number), null, null];
    }
  }
  const x = ones([2], { requiresGrad: true });
  const y = Scale.apply(x, ones([], { dtype: "int64" }).add(2), 2);
  y.sum().backward();
  assertEquals([y.dtype, x.grad?.arraySync()], ["float32", [9, 9]]);
});

Deno.test("Function keeps properties of the user's own on its context", () => {
  interface OwnContext extends FunctionContext {
    factor: number;
    // Names of inner workings, which these must not disturb.
    dirty: boolean;
    release: string;
    seal: null;
  }
  class Scale extends Function {
    static forward(ctx: OwnContext, x: Tensor, factor: number): Tensor {
      Object.assign(ctx, { dirty: true, release: "release", seal: null });
      ctx.factor = factor;
      ctx.saveForBackward(x);
      return x.mul(factor);
    }
    static backward(ctx: OwnContext, g: Tensor): (Tensor | null)[] {
      assertEquals([ctx.dirty, ctx.release, ctx.seal], [true, "release", null]);
      assertEquals(ctx.savedTensors.length, 1);
      return [g.mul(ctx.factor), null];
    }
  }
  const x = leaf([1, 2]);
  Scale.apply(x, 3).sum().backward();
  Scale.apply(x, -0.5).sum().backward();
  assertEquals(x.grad?.arraySync(), [2.5, 2.5]);
});
